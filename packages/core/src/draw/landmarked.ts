import { type KernelChoice, kernelOf } from '../kernel/bandwidth.js'
import type { Engine } from '../kernel/engine.js'
import { scaleRows, type TableManner, tableProblem } from '../law/law.js'
import { type TrainingRows, takeTraining } from '../law/training-rows.js'
import { landmarksOf } from '../scaling/landmarks.js'
import { cloud } from '../space/cloud.js'
import { GROUP_TOLERANCE } from './steps.js'
import type { Steps } from './table-steps.js'

/**
 * The last steps of chains on landmarks, which are taken on all rows. What landmarks do to the law of the chains, these forget: of
 * 100,000 curved rows in eight coordinates, a forest tells rows after 1, 2, 4 and 8 steps on all from fresh ones by 0.537, 0.531,
 * 0.518 and 0.518, after all twenty by 0.512 (scatter 0.007).
 */
export const STEPS_ON_ALL = 6

/** Some training rows that stand for all. */
export interface Landmarked {
  /** Which rows they are [L]. */
  readonly indices: Uint32Array
  /** With the weights of those that they stand for. */
  readonly training: TrainingRows
  /** Of the bridge on these rows alone [L]. */
  readonly potentials: Float64Array
  /** Their categories are drawn as those of all. */
  readonly manner: TableManner
}

interface LandmarkedFit {
  readonly training: TrainingRows
  readonly potentials: Float64Array
  readonly kernel: KernelChoice
  readonly engine: Engine
  readonly count: number
}

/**
 * Landmarks with a bridge of their own. Undefined where categories are drawn by classes of rows: a rare class may have no landmark.
 * Cost a few turns over L² pairs.
 */
export async function landmarkedRows(steps: Steps, fit: LandmarkedFit): Promise<Landmarked | undefined> {
  if (steps.mode === 'combinations') return undefined
  const { training, kernel, engine, potentials } = fit
  const { points } = steps.mode === 'sweep' ? steps.bridge.whole : steps.bridge.training
  const { widths } = steps.bridge
  const all = { cloud: cloud(points, training.logWeights), kernel: kernelOf(kernel, widths, widths), engine }
  const { rows: indices, cloud: some } = landmarksOf(all, fit.count)
  const part = { ...takeTraining(training, indices), logWeights: some.logWeights }
  const manner = { mode: steps.mode, ...(steps.mode === 'sweep' ? { groups: steps.bridge.groups } : {}) }
  const scaling = await scaleRows(tableProblem(part, kernel, manner), {
    engine,
    tolerance: GROUP_TOLERANCE,
    initial: Float64Array.from(indices, (row) => potentials[row]!)
  })
  return { indices, training: part, potentials: scaling.potentials, manner }
}
