import type { Coupling } from '../../bridge/coupling.js'
import { densityKernel, type GaussianTransitions } from '../../bridge/transition.js'
import { each } from '../../num/crew.js'
import type { Outcome, Watch } from '../../num/iterate.js'
import type { Potentials } from '../../scaling/annealed.js'
import type { RectangularProblem } from '../../scaling/problem.js'
import { scaleRectangular } from '../../scaling/rectangular.js'
import { familyTask } from './family-task.js'
import { asLeaving, type FitSnapshot } from './fit-snapshot.js'
import { filledBy, partialKernel, transitionsWithin } from './partly-seen.js'
import { type RoundsProblem, workingReference } from './rounds-problem.js'

/** The largest error of a marginal that a coupling may have, relative to the particle's weight. */
const TOLERANCE = 1e-4
/** The same for snapshots of many particles: the last digit takes most of the turns, and is far below their sampling error. */
const TOLERANCE_OF_MANY = 1e-3
const MANY_PAIRS = 1e6
const TURNS = 2000
/** What a coupling takes of them, roughly, times the operations of a pair. */
const USUAL_TURNS = 300
/** A coupling that is further off than this is blurred, where its σ is a resolution and no measured noise. */
export const MOST_ERROR = 1e-3
/** 4¹⁶ times the resolution is wider than any snapshot. */
export const MOST_DOUBLINGS = 32

interface CouplingRequest {
  readonly problem: Pick<RoundsProblem, 'family' | 'diffusion'>
  readonly theta: Float64Array
  /** σ of every interval [K][d]. */
  readonly sigmas: readonly Float64Array[]
  /** Whether σ² is doubled in an interval until its coupling has its marginals. */
  readonly widen: boolean
  /** Working coordinates, all particles. */
  readonly snapshots: readonly FitSnapshot[]
  readonly watch?: Watch | undefined
}

/** One interval's coupling, and how it was found. */
export interface CoupledInterval {
  readonly coupling: Coupling
  readonly outcome: Outcome<Potentials>
  /** σ that it was found with [d]. */
  readonly sigma: Float64Array
  readonly doublings: number
  /** The later snapshot, its gaps filled. */
  readonly to: FitSnapshot
}

/** The same with σ² doubled so much oftener. */
export const widenedBy = (one: CoupledInterval, doublings: number): CoupledInterval => ({
  ...one,
  sigma: one.sigma.map((s) => s * Math.sqrt(2 ** doublings)),
  doublings: one.doublings + doublings
})

/** Couples every interval over all particles, several at a time where there are threads. Memory O(n·d²), and as `scaleRectangular`. */
export async function coupleAll(given: CouplingRequest): Promise<CoupledInterval[]> {
  const { problem, theta, sigmas, widen, watch } = given
  const snapshots = [...given.snapshots]
  const count = snapshots.length - 1
  const intervalAt = (k: number): Interval => ({
    ...{ family: problem.family, diffusion: problem.diffusion, theta, sigma: sigmas[k]!, widen },
    ...{ from: snapshots[k]!, to: snapshots[k + 1]!, stage: `coupling ${k + 1} of ${count}` }
  })
  const intervals = Array.from({ length: count }, (_, k) => k)
  if (snapshots.some(({ spreads }) => spreads)) {
    const out: CoupledInterval[] = []
    for (const k of intervals) {
      const { solved, ...one } = withProblem(intervalAt(k), await coupleInterval(intervalAt(k), watch))
      // What is not known of a snapshot is filled by what is known of the one before.
      const to = filledBy(one.coupling, solved.transitions, snapshots[k + 1]!, watch)
      snapshots[k + 1] = to
      out.push({ ...one, to })
    }
    return out
  }
  const all = intervals.map(intervalAt)
  const work = all.reduce((sum, { from, to }) => sum + USUAL_TURNS * from.cloud.points.rows * to.cloud.points.rows, 0)
  const solved = await each(intervalTask, all, { watch, work, stage: 'coupling' })
  return solved.map((one, k) => {
    const { solved: _all, ...rest } = withProblem(all[k]!, one)
    return { ...rest, to: snapshots[k + 1]! }
  })
}

/** What one interval's coupling depends on. */
interface Interval extends Pick<RoundsProblem, 'family' | 'diffusion'> {
  readonly theta: Float64Array
  readonly sigma: Float64Array
  readonly widen: boolean
  readonly from: FitSnapshot
  readonly to: FitSnapshot
  readonly stage: string
}

/** What is found of it, as plain data. */
interface SolvedInterval {
  readonly outcome: Outcome<Potentials>
  readonly transitions: GaussianTransitions
  readonly sigma: Float64Array
  readonly doublings: number
}

async function coupleInterval(interval: Interval, watch: Watch | undefined): Promise<SolvedInterval> {
  for (let doublings = 0; ; doublings++) {
    const sigma = interval.sigma.map((s) => s * Math.sqrt(2 ** doublings))
    const coupled = await coupleAt({ ...interval, sigma }, watch)
    if (!interval.widen || lastError(coupled.outcome) <= MOST_ERROR || doublings === MOST_DOUBLINGS) return { ...coupled, sigma, doublings }
  }
}

export const intervalTask = familyTask('couplings', (interval: Interval, watch) => coupleInterval(interval, watch))

function withProblem({ from, to }: Interval, solved: SolvedInterval) {
  const { outcome, transitions, sigma, doublings } = solved
  const coupling: Coupling = { problem: problemOf(transitions, asLeaving(from), to), potentials: outcome.state }
  return { coupling, outcome, sigma, doublings, solved }
}

/** The largest relative error of a marginal that a coupling ended with. */
export function lastError({ errors }: Outcome<Potentials>): number {
  return errors.at(-1)?.[1] ?? 0
}

async function coupleAt(
  { family, diffusion, theta, sigma, to, stage, ...interval }: Interval,
  watch: Watch | undefined
): Promise<Pick<SolvedInterval, 'outcome' | 'transitions'>> {
  const from = asLeaving(interval.from)
  const { transitions, problem } = couplingProblem({ problem: { family, diffusion }, theta }, { sigma, from, to })
  const tolerance = from.cloud.points.rows * to.cloud.points.rows > MANY_PAIRS ? TOLERANCE_OF_MANY : TOLERANCE
  return { outcome: await scaleRectangular(problem, { ...watch, stage, tolerance, turns: TURNS }), transitions }
}

/** What an interval's coupling solves: the density of the reference's transitions between its particles. */
export function couplingProblem(
  { problem, theta }: Pick<CouplingRequest, 'problem' | 'theta'>,
  { sigma, from, to }: { readonly sigma: Float64Array; readonly from: FitSnapshot; readonly to: FitSnapshot }
): { readonly transitions: GaussianTransitions; readonly problem: RectangularProblem } {
  const transitions = transitionsWithin(workingReference(problem, theta, sigma), from, to.time)
  return { transitions, problem: problemOf(transitions, from, to) }
}

function problemOf(transitions: GaussianTransitions, from: FitSnapshot, to: FitSnapshot): RectangularProblem {
  const kernel = to.spreads ? partialKernel(transitions, to) : densityKernel(transitions, to.cloud.points)
  return { kernel, fromLogWeights: from.cloud.logWeights, toLogWeights: to.cloud.logWeights }
}
