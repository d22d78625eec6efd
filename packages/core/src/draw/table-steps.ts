import { type KernelChoice, kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine } from '../kernel/engine.js'
import type { Bridge } from '../law/bridge.js'
import { lawOf, type TableManner, tableProblem } from '../law/law.js'
import { type NumberMeans, numberMeans, residualsOf, termsOf } from '../law/number-means.js'
import { plainCategoryMode } from '../law/strata.js'
import { ridgesOf, type SweepBridge } from '../law/sweep.js'
import type { TrainingRows } from '../law/training-rows.js'
import { normalisedWeights } from '../num/log-space.js'
import type { Matrix } from '../num/matrix.js'
import { together } from '../num/together.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import { cloud } from '../space/cloud.js'
import type { Encoder } from '../table/encoder.js'
import { oddsOfGroups } from './group-odds.js'
import { type MixedLaw, mixedLaw, withTerms } from './mixed.js'
import { GROUP_TOLERANCE } from './steps.js'

/** What a step is taken on. */
export type Steps =
  | { readonly mode: 'none'; readonly bridge: Bridge }
  | { readonly mode: 'combinations'; readonly law: MixedLaw }
  | { readonly mode: 'sweep'; readonly bridge: SweepBridge }

/** A bridge on the rows of a table, and how their categories are told apart where the rows are some of more. */
interface TableFit {
  readonly training: TrainingRows
  readonly potentials: Float64Array
  readonly kernel: KernelChoice
  readonly manner?: TableManner | undefined
}

/** How part of the rows are to be told apart, so that they do as these do. */
export function mannerOf(steps: Steps, encoder: Encoder): TableManner {
  if (steps.mode !== 'sweep') return { mode: steps.mode }
  const { groups, means } = steps.bridge
  return { mode: steps.mode, groups, ridges: ridgesOf(steps.bridge), meanTerms: means && termsOf(means, encoder) }
}

interface StepsContext {
  readonly engine: Engine
  /** Rows that potentials of groups of categories are found on, as in `symmetricScaling`. */
  readonly landmarks?: number
}

/** Cost O(M·d), with a sweep that of a scaling a group. */
export async function stepsOn({ training, potentials, kernel, manner }: TableFit, context: StepsContext): Promise<Steps> {
  const widths = await widthsFor(kernel, training.rows.coordinates, context.engine)
  const own = plainCategoryMode(training.encoder, training.rows.codes)
  const law = lawOf(tableProblem(training, kernel, { mode: own, ...manner }), { potentials }, widths)
  const { mode, classes, parts, sweep } = law.strata
  if (sweep) return sweeping(training, sweep, context)
  const bridge: Bridge = { training: parts[0]!.compared, logTerms: law.logTerms, kernel, ...(widths ? { widths } : {}) }
  return mode === 'none' && !classes.bounds ? { mode, bridge } : { mode: 'combinations', law: mixedLaw(law, widths) }
}

/** Steps on the same rows under other potentials and another kernel. Cost O(M), with a sweep that of a scaling a group. */
export async function stepsAt(steps: Steps, { training, potentials, kernel }: TableFit, context: StepsContext): Promise<Steps> {
  const widths = await widthsFor(kernel, training.rows.coordinates, context.engine)
  const terms = { kernel, logTerms: potentials.map((f, j) => f + training.logWeights[j]!), ...(widths ? { widths } : {}) }
  if (steps.mode === 'combinations') return { mode: steps.mode, law: withTerms(steps.law, terms) }
  if (steps.mode === 'none') return { mode: steps.mode, bridge: { training: steps.bridge.training, ...terms } }
  const { widths: _, ...bridge } = steps.bridge
  return sweeping(training, { ...bridge, ...terms }, context)
}

/** Of points that are made once for rows which nobody changes: the bandwidth that a search chose is fitted again. */
const known = new WeakMap<Matrix, { readonly logWeights: Float64Array; readonly means: Promise<NumberMeans> }>()

function meansOf(training: TrainingRows, { whole: { points }, meanTerms }: SweepBridge): Promise<NumberMeans> {
  const { logWeights } = training
  if (meanTerms) return numberMeans(training, points, normalisedWeights(logWeights), meanTerms)
  const before = known.get(points)
  if (before?.logWeights === logWeights) return before.means
  const means = numberMeans(training, points, normalisedWeights(logWeights))
  known.set(points, { logWeights, means })
  return means
}

/** A sweep with potentials of its own for every group that is left out: without them rows would be drawn unequally. */
async function sweeping(training: TrainingRows, bridge: SweepBridge, { engine, landmarks }: StepsContext): Promise<Steps> {
  const groupTermsOf = async (points: Matrix, g: number): Promise<Float64Array> => {
    const { potentials } = await symmetricScaling({
      cloud: cloud(points, training.logWeights),
      kernel: kernelOf(bridge.kernel, bridge.widths, bridge.widths),
      engine,
      tolerance: GROUP_TOLERANCE,
      landmarks,
      // A row of weight zero has no term to take its potential from.
      initial: bridge.groupTerms[g]!.map((term, j) => (term === Number.NEGATIVE_INFINITY ? 0 : term - training.logWeights[j]!))
    })
    return potentials.map((f, j) => f + training.logWeights[j]!)
  }
  // They wait for no engine: while its threads scale a group, this one finds them.
  const meansBeside = async () => {
    const means = bridge.means ?? (await meansOf(training, bridge))
    return { means, residuals: bridge.residuals ?? residualsOf(means, training.rows) }
  }
  const [means, ...groupTerms] = await together([
    meansBeside,
    ...bridge.clouds.map(
      ({ points }, g) =>
        () =>
          groupTermsOf(points, g)
    )
  ])
  const odds = await oddsOfGroups({ ...bridge, groupTerms }, training, engine)
  return { mode: 'sweep', bridge: { ...bridge, groupTerms, ...means, odds } }
}
