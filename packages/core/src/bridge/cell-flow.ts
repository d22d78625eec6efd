import { InputError } from '../num/errors.js'
import { multiplyInto } from '../num/linear-algebra.js'
import { matrix } from '../num/matrix.js'
import { DormandPrince } from '../num/ode.js'
import { propagatorSlope, rungeKuttaStep } from './cells.js'
import { driftFailed, type Flow, type FlowParts, type FlowProblem } from './linear-noise.js'
import { packedLength } from './transition.js'

/** Cells an interval at least. */
const LEAST_CELLS = 4

/** Up to here sensitivities ride along in the differential equation; above, flows go by cells. */
export const FEW_PARAMETERS = 24

/**
 * The same flow for drifts of many parameters: state and propagator A(T, s) by Runge–Kutta cells, then
 * ∂Φ/∂θ = ∫ A(T, s) ∂b/∂θ(z_s) ds and S_c = ∫ A(T, s) e_c e_cᵀ A(T, s)ᵀ ds by Simpson's rule on the cells, backwards. Neither
 * enters the differential equation, so the cost is O(cells · (d³ + d²p)) a particle, about ten times less than carrying d·p
 * sensitivities. Throws `InputError` as `linearNoiseFlow` does.
 */
export function cellFlow(problem: FlowProblem, parts: FlowParts): Flow {
  const { drift, theta, points, interval } = problem
  const d = drift.dimension
  const p = drift.parameterCount
  const means = matrix(points.rows, d)
  const sensitivities = parts.sensitivity ? matrix(points.rows, d * p) : undefined
  const unitCovariances = parts.covariance ? matrix(points.rows, d * packedLength(d)) : undefined
  const halves = 2 * cellCount(problem)
  const [from, to] = interval
  const width = (to - from) / halves
  const timeOf = (m: number): number => from + ((to - from) * m) / halves
  const cell = propagation(problem, width)
  const path = new Float64Array((halves + 1) * d)
  const propagators = new Float64Array(halves * d * d)
  const reach = new Float64Array(d * d)
  const work = new Float64Array(d * d)
  const gradient = new Float64Array(d * p)
  for (let i = 0; i < points.rows; i++) {
    path.set(points.data.subarray(i * d, (i + 1) * d))
    for (let m = 0; m < halves; m++) {
      const next = cell(timeOf(m), path.subarray(m * d, (m + 1) * d))
      path.set(next.subarray(0, d), (m + 1) * d)
      propagators.set(next.subarray(d), m * d * d)
    }
    const end = path.subarray(halves * d)
    if (!end.every(Number.isFinite)) throw driftFailed(exploded(to), i, theta)
    means.data.set(end, i * d)
    if (!sensitivities && !unitCovariances) continue
    reach.fill(0)
    for (let a = 0; a < d; a++) reach[a * d + a] = 1
    for (let m = halves; m >= 0; m--) {
      const weight = (width / 3) * (m === 0 || m === halves ? 1 : m % 2 === 1 ? 4 : 2)
      if (sensitivities) {
        drift.gradient(path.subarray(m * d, (m + 1) * d), timeOf(m), theta, gradient)
        addSensitivity(sensitivities.data.subarray(i * d * p, (i + 1) * d * p), { reach, gradient, weight }, d)
      }
      if (unitCovariances) addCovariances(unitCovariances.data.subarray(i * unitCovariances.cols), { reach, weight }, d)
      if (m > 0) {
        multiplyInto(reach, propagators.subarray((m - 1) * d * d, m * d * d), work, d)
        reach.set(work)
      }
    }
  }
  return { means, ...(sensitivities && { sensitivities }), ...(unitCovariances && { unitCovariances }) }
}

function addSensitivity(
  out: Float64Array,
  { reach, gradient, weight }: { readonly reach: Float64Array; readonly gradient: Float64Array; readonly weight: number },
  d: number
): void {
  const p = out.length / d
  for (let b = 0; b < d; b++) {
    // A coordinate's drift need not depend on every parameter.
    let first = b * p
    let last = (b + 1) * p - 1
    while (first <= last && gradient[first] === 0) first++
    while (last >= first && gradient[last] === 0) last--
    for (let a = 0; a < d; a++) {
      const scaled = weight * reach[a * d + b]!
      if (scaled === 0) continue
      for (let at = first, to = first + (a - b) * p; at <= last; at++, to++) out[to] = out[to]! + scaled * gradient[at]!
    }
  }
}

function addCovariances(out: Float64Array, { reach, weight }: { readonly reach: Float64Array; readonly weight: number }, d: number): void {
  for (let c = 0, at = 0; c < d; c++) {
    for (let a = 0; a < d; a++) {
      const scaled = weight * reach[a * d + c]!
      for (let b = 0; b <= a; b++, at++) out[at] = out[at]! + scaled * reach[b * d + c]!
    }
  }
}

/** One classical Runge–Kutta step for dz/dt = b, dA/dt = J A from A = 1: z and A after it [d + d²], to be read at once. */
function propagation({ drift, theta }: FlowProblem, width: number): (time: number, state: Float64Array) => Float64Array {
  const d = drift.dimension
  const size = d + d * d
  const slopes = [0, 1, 2, 3].map(() => new Float64Array(size))
  const [start, trial] = [new Float64Array(size), new Float64Array(size)]
  const derivative = propagatorSlope({ drift, theta }, new Float64Array(d * d))
  return (time, state) => {
    start.fill(0)
    start.set(state)
    for (let a = 0; a < d; a++) start[d + a * d + a] = 1
    rungeKuttaStep(derivative, { start, slopes, trial }, time, width)
    return start
  }
}

/** As many cells as an adaptive solver needs steps, from the first particle. */
function cellCount({ drift, theta, points, interval }: FlowProblem): number {
  const solver = new DormandPrince(drift.dimension)
  const state = points.data.slice(0, drift.dimension)
  try {
    return Math.max(
      LEAST_CELLS,
      solver.integrate((time, y, out) => drift.value(y, time, theta, out), state, interval, { relative: 1e-5, absolute: 1e-8 })
    )
  } catch (error) {
    if (error instanceof InputError) throw driftFailed(error, 0, theta)
    throw error
  }
}

function exploded(time: number): InputError {
  return new InputError({
    code: 'ode-exploded',
    got: `a solution that leaves every bound before time ${time}`,
    expected: 'a drift whose solutions stay finite between snapshots',
    try: 'other starting values or a smoother field'
  })
}
