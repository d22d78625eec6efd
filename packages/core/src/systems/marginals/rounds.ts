import { type Coupling, conditionalMoments } from '../../bridge/coupling.js'
import { type FlowTarget, matchFlow } from '../../bridge/flow-matching.js'
import type { Flow } from '../../bridge/linear-noise.js'
import { covariancesFrom, packedMoments } from '../../bridge/noise-size.js'
import { fitTransitions, type UnitTransitions } from '../../bridge/reference-transitions.js'
import { densityKernel, packedLength, precisionsOf } from '../../bridge/transition.js'
import type { VelocityEvidence } from '../../bridge/velocity-matching.js'
import { iterate, type Method, type Outcome, type Watch } from '../../num/iterate.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { Potentials } from '../../scaling/annealed.js'
import { scaleRectangular } from '../../scaling/rectangular.js'
import { type FitSnapshot, intervalsOf, roughSigma, withinSpread } from './fit-snapshot.js'
import { partsIn } from './flow-parts.js'
import { momentLikelihood, type RoundsProblem, sigmaOf, workingReference } from './rounds-problem.js'
import { weightsOf } from './snapshots.js'
import { standardUnits } from './standard-units.js'
import { bestStart, parameterChange } from './starts.js'
import { velocityEvidence } from './velocities.js'

export interface HistoryEntry {
  readonly round: number
  readonly theta: Float64Array
  readonly sigma: Float64Array
  /** Largest relative change of a parameter or of σ; of fields, by how many standard deviations of the noise particles arrive elsewhere. */
  readonly change: number
}

interface RoundsState {
  readonly theta: Float64Array
  readonly sigma: Float64Array
  readonly potentials: readonly (Potentials | undefined)[]
  readonly history: readonly HistoryEntry[]
  readonly change: number
  /** At θ, where the next round may start from them. */
  readonly flows?: readonly FieldFlow[]
}

type FieldFlow = Required<Flow>

/** Levenberg–Marquardt turns a round: the coupling moves on anyway. */
const ROUND_TURNS = 8
/** Of a field: it is linear in its weights, so that one goes most of the way. */
const FIELD_TURNS = 1

/** Relative error of a marginal inside the rounds: far below what moves θ. */
const COUPLING_TOLERANCE = 5e-3

/**
 * Rounds of coupling and refit until θ and σ settle. Each round couples every interval under the current reference,
 * matches the mean flow to the coupling's conditional means, and estimates σ from the snapshots' second moments.
 * The outcome says how the rounds ended. Cost a round: n·m exponentials a Sinkhorn turn, one ODE a particle and turn.
 * @source mathematics.md section 11, steps 1 to 4.
 */
export async function refineReference(
  problem: RoundsProblem,
  watch: Watch = {},
  onRound: (entry: HistoryEntry) => void = () => {}
): Promise<Outcome<RoundsState>> {
  const units = problem.rounds > 0 ? standardUnits(problem) : undefined
  if (!units) return refineAsGiven(problem, watch, onRound)
  const outcome = await refineAsGiven(units.problem, watch, (entry) => onRound(units.outward(entry)))
  const { flows: _inStandardUnits, ...state } = units.outward(outcome.state)
  return { ...outcome, state: { ...state, history: state.history.map(units.outward) } }
}

async function refineAsGiven(problem: RoundsProblem, watch: Watch, onRound: (entry: HistoryEntry) => void): Promise<Outcome<RoundsState>> {
  const tell = (state: RoundsState): RoundsState => {
    const entry = state.history.at(-1)
    if (entry) onRound(entry)
    return state
  }
  // What comes before the first round counts as part of it.
  const first = insideRound(watch, 0, problem.rounds)
  const method: Method<RoundsProblem, RoundsState> = {
    init: async () => tell(await firstState(problem, first)),
    step: async (_, state, turn) =>
      tell(await nextState(problem, state, turn, turn === 1 ? first : insideRound(watch, turn - 1, problem.rounds))),
    error: (_, state) => state.change
  }
  if (problem.rounds === 0 || (problem.family.parameters.length === 0 && problem.sigma)) {
    return { state: await firstState(problem, watch), ending: 'converged', turns: 0, errors: [] }
  }
  return iterate(method, problem, { ...watch, stage: 'rounds', turns: problem.rounds, tolerance: problem.tolerance, patience: 12 })
}

/** Turns inside a round, roughly: of couplings and of the refit. */
const TURNS_INSIDE = 200

/** What a round's turns tell: each a step towards its end, the shorter the more there were. */
function insideRound({ stop, progress, crew }: Watch, done: number, total: number): Watch {
  let turns = 0
  return { stop, crew, progress: progress && (() => progress({ stage: 'rounds', done: done + ++turns / (turns + TURNS_INSIDE), total })) }
}

/** θ and σ from blurred couplings of the raw snapshots, with several starts of θ. */
async function firstState(problem: RoundsProblem, watch: Watch): Promise<RoundsState> {
  const { family, snapshots } = problem
  const start = problem.theta ?? Float64Array.from(family.parameters, (p) => p.start)
  const potentials = new Array<undefined>(snapshots.length - 1).fill(undefined)
  let sigma = problem.sigma ?? roughSigma(snapshots)
  if (problem.rounds === 0 || problem.theta || family.parameters.length === 0) {
    if (!problem.sigma) sigma = sigmaOf(problem, start, sigma)
    return { theta: start, sigma, potentials, history: [], change: Number.POSITIVE_INFINITY }
  }
  // Velocities know the dynamics before any coupling does.
  const targets = problem.velocities ? [] : await blurredTargets(problem, watch)
  const { drift } = workingReference(problem, start, sigma)
  const logLikelihood = (one: Float64Array): number => momentLikelihood(problem, one, sigma)
  const from = (place: Float64Array): Promise<Float64Array> =>
    bestStart(
      problem,
      { drift, targets, start: place, velocities: evidenceAt(problem, place), parts: partsIn(problem, sigma, watch), logLikelihood },
      watch
    )
  // Their error is known only after a first fit.
  const theta = await from(problem.velocities ? await from(start) : start)
  if (!problem.sigma) sigma = sigmaOf(problem, theta, sigma)
  return { theta, sigma, potentials, history: [{ round: 0, theta, sigma, change: 1 }], change: Number.POSITIVE_INFINITY }
}

/** Conditional means under a kernel as wide as half the spread, centred at the particles themselves: a start that knows no dynamics. */
async function blurredTargets(problem: RoundsProblem, watch: Watch): Promise<FlowTarget[]> {
  const spread = withinSpread(problem.snapshots)
  const packed = new Float64Array(packedLength(spread.length))
  spread.forEach((s, a) => {
    packed[packedLength(a) + a] = 0.25 * s * s
  })
  const covariances = matrix(1, packed.length, packed)
  const out: FlowTarget[] = []
  for (const [from, to] of intervalsOf(problem.snapshots)) {
    const coupling = await couple({ from, to, means: centredOn(from.cloud.points, to), covariances }, watch)
    out.push(targetOf(from, to, coupling, covariances))
  }
  return out
}

/** Points moved so that their mean is that of the later snapshot. */
function centredOn(points: Matrix, to: FitSnapshot): Matrix {
  const from = packedMoments(points, new Float64Array(points.rows).fill(1 / points.rows)).mean
  const aim = packedMoments(to.cloud.points, weightsOf(to.cloud)).mean
  return matrix(
    points.rows,
    points.cols,
    points.data.map((x, k) => x + aim[k % points.cols]! - from[k % points.cols]!)
  )
}

async function couple(
  parts: { from: FitSnapshot; to: FitSnapshot; means: Matrix; covariances: Matrix; start?: Potentials | undefined },
  watch: Watch
): Promise<Coupling> {
  const { from, to, means, covariances, start } = parts
  const problem = {
    kernel: densityKernel({ means, covariances }, to.cloud.points),
    fromLogWeights: from.cloud.logWeights,
    toLogWeights: to.cloud.logWeights
  }
  const outcome = await scaleRectangular(problem, { ...watch, tolerance: COUPLING_TOLERANCE, turns: 200, ...(start && { start }) })
  return { problem, potentials: outcome.state }
}

function targetOf(from: FitSnapshot, to: FitSnapshot, coupling: Coupling, covariances: Matrix): FlowTarget {
  const weights = weightsOf(from.cloud)
  return {
    interval: [from.time, to.time],
    points: from.cloud.points,
    targets: conditionalMoments(coupling, to.cloud.points).means,
    counts: weights.map((w) => w * weights.length),
    precisions: precisionsOf(covariances, from.cloud.points.cols)
  }
}

/** What measured velocities say, with the error that they have at these parameters. */
const evidenceAt = ({ family, velocities }: RoundsProblem, theta: Float64Array): VelocityEvidence | undefined =>
  velocities && velocityEvidence(family, velocities, theta)

async function nextState(problem: RoundsProblem, state: RoundsState, turn: number, watch: Watch): Promise<RoundsState> {
  const { family, snapshots, diffusion } = problem
  const reference = workingReference(problem, state.theta, state.sigma)
  const targets: FlowTarget[] = []
  const potentials: Potentials[] = []
  if (family.parameters.length === 0) {
    const sigma = problem.sigma ?? sigmaOf(problem, state.theta, state.sigma)
    return { ...state, ...entered(state, { turn, theta: state.theta, sigma, change: relativeChange(state.sigma, sigma) }), potentials }
  }
  const before =
    state.flows ?? intervalsOf(snapshots).map(([from, to]) => fitTransitions(reference, from.cloud.points, [from.time, to.time]))
  for (const [k, [from, to]] of intervalsOf(snapshots).entries()) {
    const { means, unitCovariances } = before[k]!
    const covariances = covariancesFrom(unitCovariances, state.sigma)
    const coupling = await couple({ from, to, means, covariances, start: state.potentials[k] }, watch)
    potentials.push(coupling.potentials)
    targets.push(targetOf(from, to, coupling, covariances))
  }
  const { theta, flows: matched } = await matchFlow(
    {
      drift: reference.drift,
      coordinates: family.parameters,
      targets,
      velocities: evidenceAt(problem, state.theta),
      parts: partsIn(problem, state.sigma, watch)
    },
    state.theta,
    {
      ...watch,
      turns: family.weights ? FIELD_TURNS : ROUND_TURNS,
      flows: state.flows
    }
  )
  // Where the noise enters the drift, flows are of the σ before.
  const flows = diffusion === 'additive' && matched.every(hasCovariances) ? matched : undefined
  const sigma = problem.sigma ?? sigmaOf(problem, theta, state.sigma, flows)
  const moved = family.weights && flows ? arrivalChange(before, flows, targets) : parameterChange(family, state.theta, theta)
  const change = Math.max(moved, relativeChange(state.sigma, sigma))
  return { ...entered(state, { turn, theta, sigma, change }), potentials, ...(flows && { flows }) }
}

function entered(
  { history }: RoundsState,
  { turn, theta, sigma, change }: { turn: number; theta: Float64Array; sigma: Float64Array; change: number }
): Pick<RoundsState, 'theta' | 'sigma' | 'change' | 'history'> {
  return { theta, sigma, change, history: [...history, { round: turn, theta, sigma, change }] }
}

const hasCovariances = (flow: Flow): flow is Flow & FieldFlow => flow.sensitivities !== undefined && flow.unitCovariances !== undefined

/** By how much particles arrive elsewhere, in standard deviations of an interval's noise (root mean square). */
function arrivalChange(before: readonly UnitTransitions[], after: readonly UnitTransitions[], targets: readonly FlowTarget[]): number {
  let squares = 0
  let count = 0
  for (const [k, { points, precisions }] of targets.entries()) {
    const d = points.cols
    const { data: factors, cols } = precisions.inverseFactors
    for (let i = 0; i < points.rows; i++) {
      for (let a = 0, at = precisions.inverseFactors.rows === 1 ? 0 : i * cols; a < d; a++) {
        let whitened = 0
        for (let b = 0; b <= a; b++, at++) whitened += factors[at]! * (after[k]!.means.data[i * d + b]! - before[k]!.means.data[i * d + b]!)
        squares += whitened * whitened
      }
    }
    count += points.rows * d
  }
  return Math.sqrt(squares / count)
}

function relativeChange(before: Float64Array, after: Float64Array): number {
  return after.reduce((largest, s, c) => Math.max(largest, Math.abs(s / before[c]! - 1)), 0)
}
