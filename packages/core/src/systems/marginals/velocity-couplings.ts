import type { Coupling } from '../../bridge/coupling.js'
import { type StateTransition, stateTransition, type VelocityProcess } from '../../bridge/velocity.js'
import { each, type Task } from '../../num/crew.js'
import type { Outcome, Watch } from '../../num/iterate.js'
import type { Potentials } from '../../scaling/annealed.js'
import type { RectangularProblem } from '../../scaling/problem.js'
import { scaleRectangular } from '../../scaling/rectangular.js'
import { held } from '../../scaling/row-kernel.js'
import type { Cloud } from '../../space/cloud.js'
import { lastError, MOST_DOUBLINGS, MOST_ERROR } from './couplings.js'
import type { FitSnapshot } from './fit-snapshot.js'
import {
  type Beliefs,
  beliefsAfter,
  type Hints,
  hintsFrom,
  noHints,
  priorBeliefs,
  type VelocityPair,
  velocityKernel
} from './velocity-kernel.js'

/** Temperatures of the sweeps: hot couplings first, so that velocities are found before partners are. */
const TEMPERATURES = [16, 16, 4, 4, 2, 2, 1, 1]

/** Relative error of a marginal inside the sweeps. */
const SWEEP_TOLERANCE = 1e-2

/** Most turns of a coupling inside the sweeps: the next sweep goes on from there. */
const SWEEP_TURNS = 60

/** The same at the end. */
const TOLERANCE = 1e-4
const TURNS = 2000

/** Of σ² at a time: σ itself is doubled, which rounds nothing, so that a file that keeps σ gives the same width. */
const DOUBLINGS = 2

interface VelocityCouplingRequest {
  /** Working coordinates. */
  readonly snapshots: readonly FitSnapshot[]
  /** With the variance of the velocity in the unit of the coordinates. */
  readonly process: VelocityProcess
  /** Variance that a coupling resolves, one an interval. */
  readonly widths: readonly number[]
  /** Whether that is doubled in the last couplings until these have their marginals. */
  readonly widen?: boolean | undefined
  /** Which end the first sweep starts from. */
  readonly start: 'first' | 'last'
}

/** Couplings that know where particles were going, and the beliefs that they were found with. Plain data. */
export interface VelocityCouplings {
  readonly outcomes: readonly Outcome<Potentials>[]
  readonly pairs: readonly VelocityPair[]
  /** How often the variance was doubled, an interval. */
  readonly doublings: readonly number[]
}

/**
 * Couplings of consecutive snapshots under a smooth velocity, by belief propagation with one Gaussian message a particle:
 * sweeps forwards and backwards in time, each coupling weighed by what the particles on both sides are known to be doing.
 * Cost: 17 couplings an interval.
 * @source mathematics.md section 19, step 3.
 */
export async function coupleByVelocity({ start, ...request }: VelocityCouplingRequest, watch?: Watch): Promise<VelocityCouplings> {
  const run = directions(request)
  const pass = async (of: Direction, hints: readonly Hints[], temperature: number): Promise<readonly Hints[]> =>
    hintsOfPass(request.process, await passOver(request.process, of, { hints, temperature, tolerance: SWEEP_TOLERANCE, watch }))
  const order = start === 'last' ? [run.backwards, run.forwards] : [run.forwards, run.backwards]
  let hints: readonly Hints[] = order[0]!.clouds.map(({ points }) => noHints(request.process, points))
  let turn = 0
  for (const temperature of TEMPERATURES)
    for (const direction of order) {
      hints = await pass(direction, hints, temperature)
      watch?.progress?.({ stage: 'velocities', done: ++turn, total: order.length * TEMPERATURES.length + 1 })
    }
  // The last pass went forwards: one more backwards gives its hints.
  if (start === 'last') hints = await pass(run.backwards, hints, 1)
  return lastPass(request, run.forwards, hints, watch)
}

/**
 * The couplings of all particles from those of some of each snapshot: what these are doing says what the ones after them
 * do, that what the ones before all are about to do, and that who follows whom. Cost: two couplings an interval, and one of all
 * with some.
 */
export async function coupleAllByVelocity(
  { pairs: some, clouds }: Pick<VelocityCouplings, 'pairs'> & { readonly clouds: readonly Cloud[] },
  request: Omit<VelocityCouplingRequest, 'start'>,
  watch?: Watch
): Promise<VelocityCouplings> {
  const { process } = request
  const run = directions(request)
  const all = run.forwards.clouds
  const beliefs = [priorBeliefs(process, all[0]!.points)]
  for (const [k, pair] of some.entries()) {
    const to = all[k + 1]!
    const towards = { ...pair, to: to.points, hints: noHints(process, to.points) }
    const problem = velocityProblem(towards, [clouds[k]!, to], request.widths[k]!)
    const { state } = await scaleRectangular(problem, { stop: watch?.stop, tolerance: SWEEP_TOLERANCE, turns: SWEEP_TURNS })
    beliefs.push(beliefsAfter(towards, { problem, potentials: state }, watch))
    watch?.progress?.({ stage: 'velocities of all', done: k + 1, total: some.length })
  }
  const hints = hintsOfPass(process, { beliefs })
  const back = await passOver(process, run.backwards, { hints, temperature: 1, tolerance: SWEEP_TOLERANCE, watch })
  return lastPass(request, run.forwards, hintsOfPass(process, back), watch)
}

async function lastPass(
  { process, widen }: Pick<VelocityCouplingRequest, 'process' | 'widen'>,
  direction: Direction,
  hints: readonly Hints[],
  watch: Watch | undefined
): Promise<VelocityCouplings> {
  const { outcomes, pairs, doublings } = await passOver(process, direction, { hints, temperature: 1, tolerance: TOLERANCE, widen, watch })
  return { outcomes, pairs, doublings }
}

export const velocityTask: Task<VelocityCouplingRequest, VelocityCouplings> = { name: 'velocities', run: coupleByVelocity }

/** Operations of a pair of particles in all its sweeps, roughly. */
const PAIR_WORK = 20_000

/** Couplings of several requests, on all threads that there are. */
export const coupleEachByVelocity = (requests: readonly VelocityCouplingRequest[], watch?: Watch): Promise<VelocityCouplings[]> =>
  each(velocityTask, requests, {
    watch,
    work: PAIR_WORK * requests.reduce((sum, { snapshots }) => sum + pairsOf(snapshots), 0),
    stage: 'velocities'
  })

const pairsOf = (snapshots: readonly FitSnapshot[]): number =>
  snapshots.slice(1).reduce((sum, { cloud: { points } }, k) => sum + points.rows * snapshots[k]!.cloud.points.rows, 0)

/** The couplings themselves, their kernels made again. */
export function couplingsOf(
  { outcomes, pairs, doublings }: VelocityCouplings,
  { snapshots, widths }: Pick<VelocityCouplingRequest, 'snapshots' | 'widths'>
): Coupling[] {
  return outcomes.map(({ state }, k) => ({
    problem: velocityProblem(pairs[k]!, [snapshots[k]!.cloud, snapshots[k + 1]!.cloud], widths[k]! * 2 ** doublings[k]!),
    potentials: state
  }))
}

/** What a pass says to one the other way. */
const hintsOfPass = (process: VelocityProcess, { beliefs }: { readonly beliefs: readonly Beliefs[] }): Hints[] =>
  beliefs.map((one) => hintsFrom(process, one)).reverse()

function directions({ snapshots, process, widths }: Omit<VelocityCouplingRequest, 'start'>): Record<'forwards' | 'backwards', Direction> {
  const clouds = snapshots.map(({ cloud }) => cloud)
  const transitions = snapshots.slice(1).map(({ time }, k) => stateTransition(process, time - snapshots[k]!.time))
  const turned = <T>(of: readonly T[]): T[] => [...of].reverse()
  return {
    forwards: { clouds, transitions, widths, starts: [] },
    backwards: { clouds: turned(clouds), transitions: turned(transitions), widths: turned(widths), starts: [] }
  }
}

interface Direction {
  readonly clouds: readonly Cloud[]
  readonly transitions: readonly StateTransition[]
  readonly widths: readonly number[]
  /** Potentials of the pass before. */
  readonly starts: Potentials[]
}

/** What a coupling of a pair solves, as sharp in the later place as a Gaussian of variance `width`. */
export function velocityProblem(pair: VelocityPair, [from, to]: readonly [Cloud, Cloud], width: number): RectangularProblem {
  return { kernel: velocityKernel(pair, width), fromLogWeights: from.logWeights, toLogWeights: to.logWeights }
}

async function passOver(
  process: VelocityProcess,
  direction: Direction,
  given: {
    readonly hints: readonly Hints[]
    readonly temperature: number
    readonly tolerance: number
    readonly widen?: boolean | undefined
    readonly watch: Watch | undefined
  }
): Promise<VelocityCouplings & { readonly beliefs: readonly Beliefs[] }> {
  const { clouds, transitions, starts } = direction
  const beliefs = [priorBeliefs(process, clouds[0]!.points)]
  const pairs: VelocityPair[] = []
  const outcomes: Outcome<Potentials>[] = []
  const doublings: number[] = []
  for (const [k, transition] of transitions.entries()) {
    const [from, to] = [clouds[k]!, clouds[k + 1]!]
    const pair = { from: from.points, to: to.points, beliefs: beliefs[k]!, hints: given.hints[k + 1]!, transition }
    const found = await coupled(pair, { sides: [from, to], width: direction.widths[k]! * given.temperature, start: starts[k], ...given })
    starts[k] = found.outcome.state
    pairs.push(pair)
    outcomes.push(found.outcome)
    doublings.push(found.doublings)
    beliefs.push(beliefsAfter(pair, { problem: found.problem, potentials: found.outcome.state }, given.watch))
  }
  return { beliefs, pairs, outcomes, doublings }
}

/** One coupling; while it has not its marginals, at twice σ where that may be. */
async function coupled(
  pair: VelocityPair,
  given: {
    readonly sides: readonly [Cloud, Cloud]
    readonly width: number
    readonly start: Potentials | undefined
    readonly tolerance: number
    readonly widen?: boolean | undefined
    readonly watch: Watch | undefined
  }
): Promise<{ problem: RectangularProblem; outcome: Outcome<Potentials>; doublings: number }> {
  const { sides, width, start, tolerance, widen, watch } = given
  const options = { stop: watch?.stop, tolerance, turns: tolerance < SWEEP_TOLERANCE ? TURNS : SWEEP_TURNS }
  for (let doublings = 0; ; doublings += DOUBLINGS) {
    const { kernel, ...weights } = velocityProblem(pair, sides, width * 2 ** doublings)
    const problem = { kernel: held(kernel), ...weights }
    const outcome = await scaleRectangular(problem, { ...options, ...(start && { start }) })
    if (!widen || lastError(outcome) <= MOST_ERROR || doublings >= MOST_DOUBLINGS) return { problem, outcome, doublings }
  }
}
