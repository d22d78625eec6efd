import { exp, log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { choleskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../num/linear-algebra.js'
import type { Matrix } from '../num/matrix.js'
import { Pauses } from '../num/pause.js'
import { cellFlow, FEW_PARAMETERS } from './cell-flow.js'
import { type Drift, driftOver } from './drift.js'
import { type Flow, linearNoiseFlow } from './linear-noise.js'
import type { Precisions } from './transition.js'
import { addVelocities, type VelocityEvidence } from './velocity-matching.js'

/** One interval's demand on the flow: particle i should arrive at targets_i, to within its own covariance. */
export interface FlowTarget {
  readonly interval: readonly [number, number]
  /** [n, d], working coordinates */
  readonly points: Matrix
  /** [n, d] */
  readonly targets: Matrix
  /** How many observations particle i stands for [n]. */
  readonly counts: Float64Array
  /** Frozen precisions of the transition, one a particle or one for all. */
  readonly precisions: Precisions
}

/** How a parameter is moved: its logarithm or itself, between bounds, with a Gaussian prior about zero. */
interface Coordinate {
  readonly lower: number
  readonly upper: number
  readonly positive: boolean
  readonly penalty: number
}

export interface FlowMatchingProblem {
  readonly drift: Drift
  readonly coordinates: readonly Coordinate[]
  readonly targets: readonly FlowTarget[]
  /** Velocities that the drift should have, where they were measured. */
  readonly velocities?: VelocityEvidence | undefined
  /** Tells the targets' parts in other threads, where the caller has some; here, one after the other, when left out. */
  readonly parts?: ((requests: readonly PartRequest[]) => Promise<readonly TargetPart[]>) | undefined
}

/** What one target asks for at a θ; with its flow where that is known. */
export interface PartRequest {
  readonly target: FlowTarget
  readonly theta: Float64Array
  readonly flow?: Flow | undefined
  /** As in the options. */
  readonly coarse?: boolean | undefined
}

export interface FlowMatch {
  readonly theta: Float64Array
  /** ½ Σ counts · Mahalanobis² + ½ Σ penalty · θ² */
  readonly objective: number
  readonly turns: number
  readonly settled: boolean
  /** Those at θ, one a target. */
  readonly flows: readonly Flow[]
}

export interface FlowMatchingOptions extends Watch {
  readonly turns?: number
  /** Settled when the objective falls by less than this share of (1 + objective). Default 1e-7. */
  readonly tolerance?: number
  /** Whether rough solutions of the flow will do, e.g. to compare starts. */
  readonly coarse?: boolean
  /** Flows at the start, where they are known. */
  readonly flows?: readonly Flow[] | undefined
}

interface Sums {
  readonly objective: number
  /** JᵀJ [p, p], of which the lower triangle, and Jᵀr [p], in moving coordinates. */
  readonly normal: Float64Array
  readonly slope: Float64Array
}

/** What one target adds to the sums, and its flow. */
export interface TargetPart extends Sums {
  readonly flow: Flow
}

interface Evaluation extends Sums {
  readonly flows: readonly Flow[]
}

/**
 * Levenberg–Marquardt on whole-interval mean flows: minimises Σ_i c_i ‖Φ_θ(x_i) − y_i‖²_{Σ_i⁻¹}/2 with Σ_i frozen. A trial
 * whose drift explodes is a rejected trial. Cost: one initial value problem a particle and turn.
 * Throws `InputError` when the drift already fails at the start.
 * @source Nocedal, Wright, *Numerical Optimization*, section 10.3; mathematics.md section 11, step 4.
 */
export async function matchFlow(problem: FlowMatchingProblem, start: Float64Array, options: FlowMatchingOptions = {}): Promise<FlowMatch> {
  const { coordinates } = problem
  const pauses = options.stop && new Pauses()
  let moving = toMoving(start, coordinates)
  let best = await evaluate(problem, moving, options, options.flows)
  let damping = 1e-3
  let turns = 0
  const limit = options.turns ?? 40
  const match = (settled: boolean): FlowMatch => {
    const { objective, flows } = best
    return { theta: fromMoving(moving, coordinates), objective, turns, settled, flows }
  }
  while (turns < limit) {
    await pauses?.due()
    throwIfStopped(options, 'refit')
    options.progress?.({ stage: 'refit', done: turns, total: limit })
    turns++
    const trial = stepFrom(best, moving, damping, coordinates)
    const tried = trial && (await evaluateOrReject(problem, trial, options))
    if (tried && tried.objective < best.objective) {
      const gain = best.objective - tried.objective
      const done = gain <= (options.tolerance ?? 1e-7) * (1 + tried.objective)
      moving = trial
      best = tried
      damping = Math.max(1e-9, damping / 8)
      if (done) return match(true)
    } else {
      damping *= 6
      if (damping > 1e8) return match(true)
    }
  }
  return match(false)
}

/** θ in moving coordinates (logarithms of positive parameters), inside the bounds. */
function toMoving(theta: Float64Array, coordinates: readonly Coordinate[]): Float64Array {
  return theta.map((value, k) => {
    const { lower, upper, positive } = coordinates[k]!
    const inside = Math.min(upper, Math.max(lower, value))
    return positive ? log(inside) : inside
  })
}

function fromMoving(moving: Float64Array, coordinates: readonly Coordinate[]): Float64Array {
  return moving.map((value, k) => (coordinates[k]!.positive ? exp(value) : value))
}

function stepFrom(at: Evaluation, moving: Float64Array, damping: number, coordinates: readonly Coordinate[]): Float64Array | undefined {
  const p = moving.length
  const factor = at.normal.slice()
  // Each in its own unit: what tells nothing has no slope either, and stays.
  for (let k = 0; k < p; k++) factor[k * p + k] = factor[k * p + k]! * (1 + damping) || 1
  if (!choleskyInPlace(factor, p)) return undefined
  const step = at.slope.slice()
  solveLowerInPlace(factor, p, step)
  solveLowerTransposedInPlace(factor, p, step)
  return moving.map((value, k) => {
    const { lower, upper, positive } = coordinates[k]!
    const longest = positive ? 1.5 : Number.POSITIVE_INFINITY
    const next = value - Math.min(longest, Math.max(-longest, step[k]!))
    return Math.min(positive ? log(upper) : upper, Math.max(positive ? log(lower) : lower, next))
  })
}

async function evaluateOrReject(
  problem: FlowMatchingProblem,
  moving: Float64Array,
  options: FlowMatchingOptions
): Promise<Evaluation | undefined> {
  try {
    const evaluation = await evaluate(problem, moving, options)
    return Number.isFinite(evaluation.objective) ? evaluation : undefined
  } catch (error) {
    if (error instanceof InputError && error.code.startsWith('drift-')) return undefined
    throw error
  }
}

/** Tolerances of the flow inside a fit: far below the noise, and cheap. */
const FLOW_TOLERANCES = { relative: 1e-5, absolute: 1e-8, steps: 1000 }
const COARSE_TOLERANCES = { relative: 1e-3, absolute: 1e-5, steps: 200 }

/** Means and sensitivities over an interval as a refit has them; of many parameters with covariances too, which their cells have at hand. */
export function flowAlong(
  given: { readonly drift: Drift; readonly points: Matrix; readonly interval: readonly [number, number] },
  theta: Float64Array,
  coarse = false
): Flow {
  const drift = driftOver(given.drift, given.interval[0])
  const demand = { ...given, drift }
  return drift.parameterCount > FEW_PARAMETERS
    ? cellFlow({ ...demand, theta }, { sensitivity: true, covariance: true })
    : linearNoiseFlow(
        { ...demand, theta },
        { sensitivity: true },
        { ...(coarse ? COARSE_TOLERANCES : FLOW_TOLERANCES), controlled: drift.dimension }
      )
}

/** Jᵀr [p] and the lower triangle of JᵀJ [p, p] at θ, in the coordinates in which it is moved, with known flows. */
export function slopeAt(problem: FlowMatchingProblem, theta: Float64Array, flows: readonly Flow[]): Sums {
  return total(
    problem,
    theta,
    problem.targets.map((target, k) => targetPart(problem, { target, theta, flow: flows[k] }))
  )
}

async function evaluate(
  problem: FlowMatchingProblem,
  moving: Float64Array,
  { coarse }: FlowMatchingOptions,
  known?: readonly Flow[]
): Promise<Evaluation> {
  const theta = fromMoving(moving, problem.coordinates)
  const requests = problem.targets.map((target, k) => ({ target, theta, flow: known?.[k], coarse }))
  const parts = problem.parts ? await problem.parts(requests) : requests.map((request) => targetPart(problem, request))
  return { ...total(problem, theta, parts), flows: parts.map(({ flow }) => flow) }
}

/** By how much moving coordinates move parameters [p]. */
const scaleOf = (theta: Float64Array, coordinates: readonly Coordinate[]): Float64Array =>
  theta.map((value, k) => (coordinates[k]!.positive ? value : 1))

/** Sums of all targets, in their order whoever told them, with what velocities and priors add. */
function total({ coordinates, velocities }: FlowMatchingProblem, theta: Float64Array, parts: readonly Sums[]): Sums {
  const p = theta.length
  const [normal, slope, scale] = [new Float64Array(p * p), new Float64Array(p), scaleOf(theta, coordinates)]
  let objective = 0
  for (const part of parts) {
    objective += part.objective
    for (let k = 0; k < normal.length; k++) normal[k] = normal[k]! + part.normal[k]!
    for (let k = 0; k < p; k++) slope[k] = slope[k]! + part.slope[k]!
  }
  if (velocities) objective += addVelocities(velocities, theta, { normal, slope, scale })
  for (let k = 0; k < p; k++) {
    const { penalty } = coordinates[k]!
    objective += 0.5 * penalty * theta[k]! * theta[k]!
    normal[k * p + k] = normal[k * p + k]! + penalty * scale[k]! * scale[k]!
    slope[k] = slope[k]! + penalty * theta[k]! * scale[k]!
  }
  return { objective, normal, slope }
}

/** One target's part: its flow where that is not known, and the sums. Cost O(n·d·p²) and the flow's. */
export function targetPart(
  { drift, coordinates }: Pick<FlowMatchingProblem, 'drift' | 'coordinates'>,
  { target: { points, targets: aims, counts, precisions, interval }, theta, flow: known, coarse }: PartRequest
): TargetPart {
  const d = drift.dimension
  const p = drift.parameterCount
  const scale = scaleOf(theta, coordinates)
  const normal = new Float64Array(p * p)
  const slope = new Float64Array(p)
  const flow = known ?? flowAlong({ drift, points, interval }, theta, coarse)
  const sensitivities = flow.sensitivities!
  const residual = new Float64Array(d)
  const whitened = new Float64Array(d)
  const rows = Array.from({ length: d }, () => new Float64Array(p))
  let objective = 0
  for (let i = 0; i < points.rows; i++) {
    const which = precisions.inverseFactors.rows === 1 ? 0 : i
    for (let a = 0; a < d; a++) residual[a] = flow.means.data[i * d + a]! - aims.data[i * d + a]!
    whitened.fill(0)
    for (let a = 0, at = which * precisions.inverseFactors.cols; a < d; a++) {
      const row = rows[a]!.fill(0)
      for (let b = 0; b <= a; b++, at++) {
        const w = precisions.inverseFactors.data[at]!
        if (w === 0) continue
        whitened[a] = whitened[a]! + w * residual[b]!
        for (let k = 0; k < p; k++) row[k] = row[k]! + w * sensitivities.data[i * d * p + b * p + k]! * scale[k]!
      }
      objective += 0.5 * counts[i]! * whitened[a]! * whitened[a]!
    }
    for (let a = 0; a < d; a += 2) addOuter(normal, slope, { rows, whitened, first: a, count: counts[i]! })
  }
  return { objective, normal, slope, flow }
}

/** Adds count · row rowᵀ to the lower triangle and count · whitened · row to the slope, for a row and the next in one pass. */
function addOuter(
  normal: Float64Array,
  slope: Float64Array,
  {
    rows,
    whitened,
    first,
    count
  }: { readonly rows: readonly Float64Array[]; readonly whitened: Float64Array; readonly first: number; readonly count: number }
): void {
  const row = rows[first]!
  const next = rows[first + 1]
  const p = row.length
  for (let k = 0; k < p; k++) {
    const scaled = count * row[k]!
    slope[k] = slope[k]! + scaled * whitened[first]!
    if (!next) {
      for (let l = 0; l <= k; l++) normal[k * p + l] = normal[k * p + l]! + scaled * row[l]!
      continue
    }
    const other = count * next[k]!
    slope[k] = slope[k]! + other * whitened[first + 1]!
    for (let l = 0, at = k * p; l <= k; l++, at++) normal[at] = normal[at]! + scaled * row[l]! + other * next[l]!
  }
}
