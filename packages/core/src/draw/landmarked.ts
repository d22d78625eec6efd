import { type KernelChoice, kernelOf } from '../kernel/bandwidth.js'
import type { Engine } from '../kernel/engine.js'
import { scaleRows, type TableManner, tableProblem } from '../law/law.js'
import { type TrainingRows, takeTraining } from '../law/training-rows.js'
import { logSumExp } from '../num/log-space.js'
import { takeRows, takeValues } from '../num/matrix.js'
import { landmarksOf } from '../scaling/landmarks.js'
import { cloud } from '../space/cloud.js'
import type { MixedLaw } from './mixed.js'
import { GROUP_TOLERANCE } from './steps.js'
import { mannerOf, type Steps } from './table-steps.js'

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

/** Landmarks with a bridge of their own. Undefined where a class of rows has no weight. Cost a few turns over L² pairs. */
export async function landmarkedRows(steps: Steps, fit: LandmarkedFit): Promise<Landmarked | undefined> {
  const { training, kernel, engine, potentials } = fit
  const found = steps.mode === 'combinations' ? landmarksByClass(steps.law, fit) : landmarksOfAll(steps, fit)
  if (!found) return undefined
  const { indices, logWeights, manner } = found
  const part = { ...takeTraining(training, indices), logWeights }
  const scaling = await scaleRows(tableProblem(part, kernel, manner), {
    engine,
    tolerance: GROUP_TOLERANCE,
    initial: Float64Array.from(indices, (row) => potentials[row]!)
  })
  return { indices, training: part, potentials: scaling.potentials, manner }
}

type Found = Pick<Landmarked, 'indices' | 'manner'> & { readonly logWeights: Float64Array }

function landmarksOfAll(
  steps: Exclude<Steps, { readonly mode: 'combinations' }>,
  { training, kernel, count, engine }: LandmarkedFit
): Found {
  const { points } = steps.mode === 'sweep' ? steps.bridge.whole : steps.bridge.training
  const { widths } = steps.bridge
  const all = { cloud: cloud(points, training.logWeights), kernel: kernelOf(kernel, widths, widths), engine }
  const { rows: indices, cloud: some } = landmarksOf(all, count)
  return { indices, logWeights: some.logWeights, manner: mannerOf(steps, training.encoder) }
}

/** Landmarks of a class, or all of its rows: its noise is of the covariance of those that a chain sees. */
const LEAST_OF_CLASS = 100

/** Of every class as many as its share of the rows, but enough of them, with the weight of the class: a rare one keeps its chance. */
function landmarksByClass(
  { strata, kernel, whole }: MixedLaw,
  { training: { logWeights }, count, engine }: LandmarkedFit
): Found | undefined {
  const { mode, classes } = strata
  const { rows: all, ofRow } = classes.combinations
  const total = logSumExp(logWeights)
  const indices: number[] = []
  const weights: number[] = []
  const rows: Uint32Array[] = []
  for (const members of all) {
    const own = cloud(takeRows(whole.compared.points, members), takeValues(logWeights, members))
    const widths = whole.widths && takeValues(whole.widths, members)
    const most = Math.max(LEAST_OF_CLASS, Math.round((count * members.length) / ofRow.length))
    const some = landmarksOf({ cloud: own, kernel: kernelOf(kernel, widths, widths), engine }, most)
    if (some.rows.length === 0) return undefined
    const share = logSumExp(own.logWeights) - total
    rows.push(Uint32Array.from(some.rows, (_, k) => indices.length + k))
    for (const row of some.rows) indices.push(members[row]!)
    for (const weight of some.cloud.logWeights) weights.push(weight + share)
  }
  const taken = Uint32Array.from(indices)
  const combinations = { ofRow: Uint32Array.from(taken, (row) => ofRow[row]!), rows }
  return { indices: taken, logWeights: Float64Array.from(weights), manner: { mode, classes: { ...classes, combinations } } }
}
