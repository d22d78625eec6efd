import type { Coupling } from '../../bridge/coupling.js'
import { type StateTransition, stateTransition, type VelocityProcess } from '../../bridge/velocity.js'
import { each, type Task } from '../../num/crew.js'
import type { Outcome, Watch } from '../../num/iterate.js'
import type { Potentials } from '../../scaling/annealed.js'
import type { RectangularProblem } from '../../scaling/problem.js'
import { scaleRectangular } from '../../scaling/rectangular.js'
import { held } from '../../scaling/row-kernel.js'
import type { Cloud } from '../../space/cloud.js'
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

interface VelocityCouplingRequest {
  /** Working coordinates. */
  readonly snapshots: readonly FitSnapshot[]
  /** With the variance of the velocity in the unit of the coordinates. */
  readonly process: VelocityProcess
  /** Variance that a coupling resolves, one an interval. */
  readonly widths: readonly number[]
  /** Which end the first sweep starts from. */
  readonly start: 'first' | 'last'
}

/** Couplings that know where particles were going, and the beliefs that they were found with. Plain data. */
export interface VelocityCouplings {
  readonly outcomes: readonly Outcome<Potentials>[]
  readonly pairs: readonly VelocityPair[]
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
  return lastPass(request.process, run.forwards, hints, watch)
}

/**
 * The couplings of all particles from those of some of each snapshot: what these are doing says what the ones after them
 * do, that what the ones before all are about to do, and that who follows whom. Cost: two couplings an interval, and one of all
 * with some.
 */
export async function coupleAllByVelocity(
  { pairs: some, clouds }: Pick<VelocityCouplings, 'pairs'> & { readonly clouds: readonly Cloud[] },
  { process, ...request }: Omit<VelocityCouplingRequest, 'start'>,
  watch?: Watch
): Promise<VelocityCouplings> {
  const run = directions({ process, ...request })
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
  return lastPass(process, run.forwards, hintsOfPass(process, back), watch)
}

async function lastPass(process: VelocityProcess, direction: Direction, hints: readonly Hints[], watch: Watch | undefined) {
  const { outcomes, pairs } = await passOver(process, direction, { hints, temperature: 1, tolerance: TOLERANCE, watch })
  return { outcomes, pairs }
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
  { outcomes, pairs }: VelocityCouplings,
  { snapshots, widths }: Pick<VelocityCouplingRequest, 'snapshots' | 'widths'>
): Coupling[] {
  return outcomes.map(({ state }, k) => ({
    problem: velocityProblem(pairs[k]!, [snapshots[k]!.cloud, snapshots[k + 1]!.cloud], widths[k]!),
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
  given: { hints: readonly Hints[]; temperature: number; tolerance: number; watch: Watch | undefined }
): Promise<{ beliefs: Beliefs[]; pairs: VelocityPair[]; outcomes: Outcome<Potentials>[] }> {
  const { clouds, transitions, starts } = direction
  const { hints, temperature, tolerance, watch } = given
  const beliefs = [priorBeliefs(process, clouds[0]!.points)]
  const pairs: VelocityPair[] = []
  const outcomes: Outcome<Potentials>[] = []
  for (const [k, transition] of transitions.entries()) {
    const [from, to] = [clouds[k]!, clouds[k + 1]!]
    const pair = { from: from.points, to: to.points, beliefs: beliefs[k]!, hints: hints[k + 1]!, transition }
    const { kernel, ...sides } = velocityProblem(pair, [from, to], direction.widths[k]! * temperature)
    const problem = { kernel: held(kernel), ...sides }
    const start = starts[k]
    const outcome = await scaleRectangular(problem, {
      stop: watch?.stop,
      tolerance,
      turns: tolerance < SWEEP_TOLERANCE ? TURNS : SWEEP_TURNS,
      ...(start && { start })
    })
    starts[k] = outcome.state
    pairs.push(pair)
    outcomes.push(outcome)
    beliefs.push(beliefsAfter(pair, { problem, potentials: outcome.state }, watch))
  }
  return { beliefs, pairs, outcomes }
}
