import type { Coupling } from '../../bridge/coupling.js'
import { type StateTransition, stateTransition, type VelocityProcess } from '../../bridge/velocity.js'
import type { Outcome, Watch } from '../../num/iterate.js'
import type { Potentials } from '../../scaling/annealed.js'
import type { RectangularProblem } from '../../scaling/problem.js'
import { scaleRectangular } from '../../scaling/rectangular.js'
import type { Cloud } from '../../space/cloud.js'
import type { FitSnapshot } from './rounds.js'
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

interface VelocityCouplingRequest {
  /** Working coordinates. */
  readonly snapshots: readonly FitSnapshot[]
  /** With the variance of the velocity in the unit of the coordinates. */
  readonly process: VelocityProcess
  /** Variance that a coupling resolves, one an interval. */
  readonly widths: Float64Array
  /** Which end the first sweep starts from. */
  readonly start?: 'first' | 'last'
  readonly watch?: Watch | undefined
}

/** Couplings that know where particles were going, and the beliefs that they were found with. */
export interface VelocityCouplings {
  readonly couplings: readonly Coupling[]
  readonly outcomes: readonly Outcome<Potentials>[]
  readonly pairs: readonly VelocityPair[]
}

/**
 * Couplings of consecutive snapshots under a smooth velocity, by belief propagation with one Gaussian message a particle:
 * sweeps forwards and backwards in time, each coupling weighed by what the particles on both sides are known to be doing.
 * Cost: 17 couplings an interval.
 * @source mathematics.md section 19, step 3.
 */
export async function coupleByVelocity(request: VelocityCouplingRequest): Promise<VelocityCouplings> {
  const { snapshots, process, watch } = request
  const forwards = snapshots.map(({ cloud }) => cloud)
  const transitions = snapshots.slice(1).map(({ time }, k) => stateTransition(process, time - snapshots[k]!.time))
  const run = {
    forwards: { clouds: forwards, transitions, widths: [...request.widths], starts: [] as Potentials[] },
    backwards: {
      clouds: forwards.slice().reverse(),
      transitions: transitions.slice().reverse(),
      widths: [...request.widths].reverse(),
      starts: [] as Potentials[]
    }
  }
  const first = request.start === 'last' ? run.backwards : run.forwards
  let hints: readonly Hints[] = first.clouds.map(({ points }) => noHints(process, points))
  const pass = async (of: typeof run.forwards, temperature: number, tolerance: number) =>
    await passOver(process, of, { hints, temperature, tolerance, watch })
  let turn = 0
  const total = 2 * TEMPERATURES.length + 1
  for (const temperature of TEMPERATURES)
    for (const direction of request.start === 'last' ? (['backwards', 'forwards'] as const) : (['forwards', 'backwards'] as const)) {
      const { beliefs } = await pass(run[direction], temperature, SWEEP_TOLERANCE)
      hints = beliefs.map((b) => hintsFrom(process, b)).reverse()
      watch?.progress?.({ stage: 'velocities', done: ++turn, total })
    }
  if (request.start === 'last') {
    // The last pass went forwards: one more backwards gives its hints.
    const { beliefs } = await pass(run.backwards, 1, SWEEP_TOLERANCE)
    hints = beliefs.map((b) => hintsFrom(process, b)).reverse()
  }
  const { pairs, outcomes } = await pass(run.forwards, 1, 1e-4)
  const couplings = outcomes.map(({ state }, k) => ({
    problem: velocityProblem(pairs[k]!, ends(run.forwards, k), request.widths[k]!),
    potentials: state
  }))
  return { couplings, outcomes, pairs }
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

const ends = ({ clouds }: Direction, k: number): readonly [Cloud, Cloud] => [clouds[k]!, clouds[k + 1]!]

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
    const [from, to] = [clouds[k]!.points, clouds[k + 1]!.points]
    const pair = { from, to, beliefs: beliefs[k]!, hints: hints[k + 1]!, transition }
    const problem = velocityProblem(pair, ends(direction, k), direction.widths[k]! * temperature)
    const start = starts[k]
    const outcome = await scaleRectangular(problem, {
      stop: watch?.stop,
      tolerance,
      turns: tolerance < SWEEP_TOLERANCE ? 2000 : SWEEP_TURNS,
      ...(start && { start })
    })
    starts[k] = outcome.state
    pairs.push(pair)
    outcomes.push(outcome)
    beliefs.push(beliefsAfter(pair, { problem, potentials: outcome.state }, watch))
  }
  return { beliefs, pairs, outcomes }
}
