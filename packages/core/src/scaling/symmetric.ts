import { type Engine, type Pair, roughEngine } from '../kernel/engine.js'
import type { Kernel } from '../kernel/kernel.js'
import { beside } from '../num/crew.js'
import { exp, log } from '../num/elementary.js'
import { EQUAL_WORK, equalPointsTask, type RowGroups } from '../num/equal-rows.js'
import { InputError } from '../num/errors.js'
import { type Ending, iterate, type Method, throwIfStopped, type Watch } from '../num/iterate.js'
import { logSumExp, remembered } from '../num/log-space.js'
import type { Matrix } from '../num/matrix.js'
import type { Cloud } from '../space/cloud.js'
import { addInto, extendPotentials, landmarksOf, residualProbe } from './landmarks.js'

interface SymmetricScalingOptions {
  readonly cloud: Cloud
  /** For a `variable` kernel both widths are those of the cloud's own points. */
  readonly kernel: Kernel
  readonly engine: Engine
  /** Converged when max_i |v_i Σ_j w_j k_ij v_j − 1| ≤ tolerance. Default 1e-6. */
  readonly tolerance?: number
  /** Most turns; a turn is one `logSum`. Default 500. */
  readonly turns?: number
  /** Potentials to start from [M]. Without them large clouds start from a solution on a subsample. */
  readonly initial?: Float64Array | undefined
  /** Rows above which a cold start is taken from a subsample. Default 4000. */
  readonly subsampleAbove?: number
  /** Rows to solve on, whose potentials are then extended to all (`solveOnLandmarks`); `tolerance` is that of these. Default all rows. */
  readonly landmarks?: number | undefined
  readonly watch?: Watch | undefined
}

/** The symmetric scaling of a kernel on a cloud, with everything a report has to say about it. */
export interface Scaling {
  /** f = log v [M]. */
  readonly potentials: Float64Array
  /** LSE_j(log k_ij + f_j + a_j) [M], −f up to the error reached; with landmarks that of the potentials before the last turn, or −f. */
  readonly logSums: Float64Array
  readonly ending: Ending
  /** On the full cloud. */
  readonly turns: number
  /** (turn, error) of every turn on the full cloud; with landmarks the residual (nats, root mean square), turn 0 the one before any. */
  readonly errors: readonly (readonly [number, number])[]
  /** On how many rows the scaling was solved, where these are not all. */
  readonly landmarks?: number
  /** Rows that keep over 1 − 1e-6 of their weight to themselves and their duplicates: ε is too small for them. */
  readonly isolated: Uint32Array
  /** Number of rows that repeat an earlier row. */
  readonly duplicateCount: number
  /** Columns of the cloud that hold one value only. */
  readonly constantColumns: readonly number[]
}

/** A subsample is every STRIDE-th row of the block order, solved roughly. */
const STRIDE = 8
const ROUGH = 1e-3
const ISOLATED_SHARE = 1 - 1e-6
const ISOLATED_LOG = log(ISOLATED_SHARE)

/**
 * Finds v > 0 with v_i Σ_j w_j k(x_i, x_j) v_j = 1 for all i, by f ← f − α(f + LSE_j(log k_ij + f_j + a_j)) in the log domain.
 *
 * α = ½ is the averaged Sinkhorn iteration, which never diverges and halves the error; near the solution the Jacobian of
 * f + LSE is I + P with spectrum in [1, 2], for which heavy-ball steps contract by 0.17 a turn, so they take over as soon
 * as the error is below ½ and hand back whenever it rises.
 *
 * @source mathematics: Marshall and Coifman, *Manifold learning with bi-stochastic kernel matrices*, 2019 (symmetric
 * iteration); Polyak 1964 (heavy ball).
 * Cost: one `logSum` a turn, about 10 to 25 turns. Memory O(M).
 * Throws `InputError` on a cloud without weight, an initial of another length, or coordinates that are not finite.
 */
export async function symmetricScaling(options: SymmetricScalingOptions): Promise<Scaling> {
  const { cloud, initial, landmarks } = options
  const n = cloud.points.rows
  checkCloud(cloud, initial)
  const groups = beside(equalPointsTask, cloud.points, {
    crew: options.engine.crew,
    stop: options.watch?.stop,
    work: EQUAL_WORK * cloud.points.data.length
  })
  const solution = landmarks !== undefined && landmarks < n ? await solveOnLandmarks(options, landmarks) : await solveOnAll(options)
  const equal = await groups()
  return {
    ...solution,
    isolated: isolatedRows(cloud, solution.potentials, equal),
    duplicateCount: n - equal.count,
    constantColumns: constantColumns(cloud.points)
  }
}

/** f and logSums_i = LSE_j(log k_ij + f_j + a_j), always of the same f; the step that led here. */
interface ScalingState {
  readonly potentials: Float64Array
  readonly logSums: Float64Array
  readonly previous: Float64Array
  readonly error: number
  readonly steady: boolean
}

interface ScalingProblem {
  readonly pair: Pair
  readonly engine: Engine
  readonly start: Float64Array
}

/** Optimal heavy-ball coefficients for the spectrum [1, 2]: α = 4/(√1 + √2)², β = ((√2 − 1)/(√2 + 1))². */
const STEP = 0.6862915010152397
const MOMENTUM = 0.02943725152285942

const method: Method<ScalingProblem, ScalingState> = {
  async init(problem) {
    return evaluate(problem, problem.start, problem.start, true)
  },
  async step(problem, state) {
    const { potentials, logSums, previous } = state
    const accelerated = state.steady && state.error < 0.5
    const next = new Float64Array(potentials.length)
    for (let i = 0; i < next.length; i++) {
      const residual = potentials[i]! + logSums[i]!
      next[i] = accelerated
        ? potentials[i]! - STEP * residual + MOMENTUM * (potentials[i]! - previous[i]!)
        : potentials[i]! - 0.5 * residual
    }
    const after = await evaluate(problem, next, potentials, true)
    return { ...after, steady: !accelerated || after.error <= state.error }
  },
  error(_problem, state) {
    return state.error
  }
}

async function evaluate(
  { pair, engine }: ScalingProblem,
  potentials: Float64Array,
  previous: Float64Array,
  steady: boolean
): Promise<ScalingState> {
  const logSums = await engine.logSum(pair, addInto(potentials, pair.to.logWeights))
  let error = 0
  for (let i = 0; i < potentials.length; i++) {
    // A large finite number instead of an overflow: far from the solution is not a failure.
    const row = Math.abs(exp(Math.min(700, potentials[i]! + logSums[i]!)) - 1)
    if (!(row <= error)) error = row
  }
  return { potentials, logSums, previous, error, steady }
}

type Solution = Pick<Scaling, 'potentials' | 'logSums' | 'ending' | 'turns' | 'errors' | 'landmarks'>

async function solveOnAll(options: SymmetricScalingOptions): Promise<Solution> {
  const { cloud, kernel, engine, initial, tolerance = 1e-6, turns = 500, subsampleAbove = 4000, watch } = options
  const n = cloud.points.rows
  const start = initial ?? (n > subsampleAbove ? await startFromSubsample(options) : new Float64Array(n))
  const { state, ...outcome } = await iterate(
    method,
    { pair: { from: cloud, to: cloud, kernel }, engine, start },
    { stage: 'scaling', tolerance, turns, patience: 30, ...watch }
  )
  return { potentials: state.potentials, logSums: state.logSums, ...outcome }
}

/** Solves roughly on every STRIDE-th row of the block order. */
async function startFromSubsample(options: SymmetricScalingOptions): Promise<Float64Array> {
  const part = landmarksOf(options, Math.ceil(options.cloud.points.rows / STRIDE))
  const start = new Float64Array(part.rows.length)
  const { potentials } = await solveOnAll({ ...options, cloud: part.cloud, kernel: part.kernel, initial: start, tolerance: ROUGH })
  return extendPotentials(options, part, potentials)
}

/**
 * Root mean square of the residual (nats) up to which extended potentials stand: by it the weights of a step change by at most
 * tanh(r/2), an eighth, in total variation, less than other rows of as many would change them. Rows drawn after it and after ten
 * times less are told from real ones alike (bench/growth.mjs, landmarks).
 */
export const LARGEST_RESIDUAL = 0.25
/** A turn on all rows divides the residual by two at least, by four as a rule: six make up for any landmarks that can be made up for. */
const MOST_FULL_TURNS = 6

/**
 * Solves on landmarks, extends to all rows in closed form, and takes turns on all rows only as the residual asks; beside that residual
 * the rounding of float32 is nothing.
 *
 * @source mathematics, section 14.
 * Cost: a scaling of L rows and a pass over M·L pairs; for each turn on all rows one over M².
 */
async function solveOnLandmarks(options: SymmetricScalingOptions, count: number): Promise<Solution> {
  const { cloud, kernel, initial, watch } = options
  const engine = await roughEngine(options.engine)
  const whole = { cloud, kernel, engine }
  const part = landmarksOf(whole, count)
  const start = initial && Float64Array.from(part.rows, (row) => initial[row]!)
  const solved = await solveOnAll({ ...options, cloud: part.cloud, kernel: part.kernel, initial: start })
  let potentials = await extendPotentials(whole, part, solved.potentials)
  let logSums: Float64Array = new Float64Array(potentials.length)
  for (let i = 0; i < logSums.length; i++) logSums[i] = -potentials[i]!
  const residual = residualProbe(whole)
  const errors: (readonly [number, number])[] = []
  for (let turn = 0; ; turn++) {
    throwIfStopped(watch, 'scaling')
    const error = await residual(potentials)
    errors.push([turn, error])
    const ending: Ending = error <= LARGEST_RESIDUAL ? 'converged' : Number.isFinite(error) ? 'turns-used' : 'not-finite'
    if (ending !== 'turns-used' || turn === MOST_FULL_TURNS)
      return { potentials, logSums, ending, turns: turn, errors, landmarks: part.rows.length }
    logSums = await engine.logSum({ from: cloud, to: cloud, kernel }, addInto(potentials, cloud.logWeights))
    const next = new Float64Array(potentials.length)
    for (let i = 0; i < next.length; i++) next[i] = 0.5 * (potentials[i]! - logSums[i]!)
    potentials = next
  }
}

function checkCloud(cloud: Cloud, initial: Float64Array | undefined): void {
  const n = cloud.points.rows
  if (!(logSumExp(cloud.logWeights) > Number.NEGATIVE_INFINITY)) {
    throw new InputError({
      code: 'no-weight',
      got: n === 0 ? 'a cloud of no points' : 'weights that are all zero or not numbers',
      expected: 'at least one point of positive weight',
      try: 'checking the weights'
    })
  }
  if (initial && initial.length !== n) {
    throw new InputError({
      code: 'initial-length',
      got: `${initial.length} initial potentials for ${n} points`,
      expected: 'one a point',
      try: 'leaving `initial` out'
    })
  }
}

/** log of the weight that row i keeps in its own place is f_i + LSE over its duplicates of (f_j + a_j), because k = 1 there. */
function isolatedRows(cloud: Cloud, potentials: Float64Array, groups: RowGroups): Uint32Array {
  const own = new Float64Array(groups.count)
  const rowOfGroup = new Float64Array(groups.count)
  const weightOf = remembered(exp)
  for (let j = 0; j < potentials.length; j++) {
    const group = groups.codes[j]!
    own[group] = own[group]! + weightOf(cloud.logWeights[j]!)
    rowOfGroup[group] = potentials[j]!
  }
  const logOf = remembered(log)
  const found: number[] = []
  for (let i = 0; i < potentials.length; i++) {
    const group = groups.codes[i]!
    const share = own[group]! > 0 ? potentials[i]! + rowOfGroup[group]! + logOf(own[group]!) : Number.NEGATIVE_INFINITY
    // Of most rows far below: no exponential is needed to see that.
    if (share > 2 * ISOLATED_LOG && exp(Math.min(700, share)) > ISOLATED_SHARE) found.push(i)
  }
  return Uint32Array.from(found)
}

function constantColumns(points: Matrix): number[] {
  const found: number[] = []
  for (let c = 0; c < points.cols; c++) {
    let i = 1
    while (i < points.rows && points.data[i * points.cols + c] === points.data[c]) i++
    if (i >= points.rows) found.push(c)
  }
  return found
}
