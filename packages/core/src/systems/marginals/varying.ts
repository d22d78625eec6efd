import { type FlowTarget, flowAlong, slopeAt } from '../../bridge/flow-matching.js'
import { covariancesFrom } from '../../bridge/noise-size.js'
import { fitTransitions } from '../../bridge/reference-transitions.js'
import { precisionsOf } from '../../bridge/transition.js'
import type { Watch } from '../../num/iterate.js'
import { type FitSnapshot, intervalsOf } from './fit-snapshot.js'
import { refineReference } from './rounds.js'
import { type RoundsProblem, workingReference } from './rounds-problem.js'
import { chooseBy } from './select-smoothness.js'
import { type Varying, varyingFamily } from './varying-family.js'

/** Sizes of steps that are tried, none first: a larger one has to predict better by more than a standard error. */
const SIZES = [0, 0.1, 0.3, 1, 3] as const
export const VARYING_SIZES = SIZES.length

interface Chosen {
  readonly varying: Varying
  readonly problem: RoundsProblem
}

/**
 * A problem whose parameters step at interior snapshots as far as that predicts snapshots that were left out, none unless it gains
 * more than one standard error; or by a given size. Cost: rounds with constant parameters, and trial fits as of `chooseSmoothness`.
 */
export async function varyingProblem(problem: RoundsProblem, size: 'auto' | number, watch: Watch = {}): Promise<Chosen> {
  const { family, snapshots, key } = problem
  const { theta, sigma } = (await refineReference(problem, watch)).state
  const units = unitsOf(problem, theta, sigma)
  const settingOf = (one: number, among: readonly FitSnapshot[]): Varying => ({
    size: one,
    knots: one === 0 ? [] : among.slice(1, -1).map(({ time }) => time),
    scales: Array.from(units, (unit) => one * unit)
  })
  // Steps begin where constant parameters end: noise that is too large then falls, which takes fewer rounds than to rise.
  const stepped = (one: number, among: readonly FitSnapshot[], constant: Float64Array): RoundsProblem => {
    const varying = settingOf(one, among)
    const start = new Float64Array(family.parameters.length * (1 + varying.knots.length))
    start.set(constant)
    return { ...problem, snapshots: among, family: one === 0 ? family : varyingFamily(family, varying), theta: start }
  }
  const constants = new Map<readonly FitSnapshot[], Promise<Float64Array>>()
  const constantOf = (among: readonly FitSnapshot[]): Promise<Float64Array> => {
    const known =
      constants.get(among) ?? refineReference({ ...problem, snapshots: among }, { stop: watch.stop }).then(({ state }) => state.theta)
    constants.set(among, known)
    return known
  }
  const problemOf = async (one: number, among: readonly FitSnapshot[]) => stepped(one, among, await constantOf(among))
  const isOpen = size === 'auto' && snapshots.length > 2
  const auto = isOpen
    ? await chooseBy<number>(SIZES, { snapshots, key, all: true, problemOf, stage: 'steps of parameters', watch })
    : undefined
  const found = size === 'auto' ? (auto ?? 0) : size
  return { varying: settingOf(found, snapshots), problem: stepped(found, snapshots, theta) }
}

/** What of each parameter moves particles by one standard deviation of an interval's noise (root mean square) [p]. */
function unitsOf(problem: RoundsProblem, theta: Float64Array, sigma: Float64Array): Float64Array {
  const reference = workingReference(problem, theta, sigma)
  const p = theta.length
  const flows = []
  const targets: FlowTarget[] = []
  for (const [from, to] of intervalsOf(problem.snapshots)) {
    const { points } = from.cloud
    const interval = [from.time, to.time] as const
    const { unitCovariances } = fitTransitions(reference, points, interval)
    const precisions = precisionsOf(covariancesFrom(unitCovariances, sigma), points.cols)
    const flow = flowAlong({ drift: reference.drift, points, interval }, theta)
    flows.push(flow)
    targets.push({ interval, points, targets: flow.means, counts: new Float64Array(points.rows).fill(1), precisions })
  }
  const coordinates = problem.family.parameters.map((one) => ({ ...one, penalty: 0 }))
  const { normal } = slopeAt({ drift: reference.drift, coordinates, targets }, theta, flows)
  const count = targets.reduce((sum, { points }) => sum + points.rows * points.cols, 0)
  return Float64Array.from({ length: p }, (_, k) => 1 / Math.sqrt(Math.max(normal[k * p + k]! / count, Number.MIN_VALUE)))
}
