import { InputError } from '../num/errors.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { DormandPrince, type OdeOptions } from '../num/ode.js'
import type { Drift } from './drift.js'
import { packedLength } from './transition.js'

/** What to carry along the mean flow besides the mean. */
export interface FlowParts {
  /** ∂Φ/∂θ, row-major [d, p] a particle. */
  readonly sensitivity?: boolean
  /** The covariance per unit of σ_c², one packed triangle for each coordinate c: Σ = Σ_c σ_c² S_c. */
  readonly covariance?: boolean
}

export interface Flow {
  /** Φ(x_i) [n, d] */
  readonly means: Matrix
  /** ∂Φ(x_i)/∂θ [n, d·p], when asked for. */
  readonly sensitivities?: Matrix
  /** S_c(x_i) [n, d · d(d+1)/2], when asked for. */
  readonly unitCovariances?: Matrix
}

export interface FlowProblem {
  /** In working coordinates, where the noise is additive. */
  readonly drift: Drift
  readonly theta: Float64Array
  /** [n, d], in working coordinates */
  readonly points: Matrix
  readonly interval: readonly [from: number, to: number]
}

/**
 * The linear-noise approximation of the transition from every point: mean flow dz/dt = b(z), sensitivity
 * dG/dt = J G + ∂b/∂θ and covariance dS_c/dt = J S_c + S_c Jᵀ + e_c e_cᵀ, one initial value problem a particle.
 *
 * Cost O(n · steps · (d²p + d⁴)). Throws `InputError` `drift-failed` naming particle, time and parameters when the drift
 * explodes, is stiff, or is not finite.
 * @source van Kampen, *Stochastic Processes in Physics and Chemistry*, chapter X; mathematics.md section 11, step 1.
 */
export function linearNoiseFlow(problem: FlowProblem, parts: FlowParts = {}, options: OdeOptions = {}): Flow {
  const { drift, points, interval } = problem
  const d = drift.dimension
  const layout = layoutOf(drift, parts)
  const solver = new DormandPrince(layout.size)
  const derivative = derivativeOf(problem, layout)
  const state = new Float64Array(layout.size)
  const means = matrix(points.rows, d)
  const sensitivities = parts.sensitivity ? matrix(points.rows, d * drift.parameterCount) : undefined
  const unitCovariances = parts.covariance ? matrix(points.rows, d * packedLength(d)) : undefined
  for (let i = 0; i < points.rows; i++) {
    state.fill(0)
    state.set(points.data.subarray(i * d, (i + 1) * d))
    solve(solver, derivative, state, { problem, particle: i, interval, options })
    means.data.set(state.subarray(0, d), i * d)
    sensitivities?.data.set(state.subarray(d, layout.covariance), i * sensitivities.cols)
    unitCovariances?.data.set(state.subarray(layout.covariance), i * unitCovariances.cols)
  }
  return { means, ...(sensitivities && { sensitivities }), ...(unitCovariances && { unitCovariances }) }
}

interface Layout {
  readonly sensitivityCount: number
  /** Where the covariances begin. */
  readonly covariance: number
  readonly groups: number
  readonly size: number
}

function layoutOf(drift: Drift, parts: FlowParts): Layout {
  const d = drift.dimension
  const sensitivityCount = parts.sensitivity ? drift.parameterCount : 0
  const covariance = d + d * sensitivityCount
  const groups = parts.covariance ? d : 0
  return { sensitivityCount, covariance, groups, size: covariance + groups * packedLength(d) }
}

function solve(
  solver: DormandPrince,
  derivative: (time: number, y: Float64Array, out: Float64Array) => void,
  state: Float64Array,
  context: { problem: FlowProblem; particle: number; interval: readonly [number, number]; options: OdeOptions }
): void {
  try {
    solver.integrate(derivative, state, context.interval, context.options)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw driftFailed(error, context.particle, context.problem.theta)
  }
}

/** The same error with the particle and the parameters at that moment. */
export function driftFailed(error: InputError, particle: number, theta: Float64Array): InputError {
  const shown = Array.from(theta.subarray(0, 8), (v) => Number(v.toPrecision(4))).join(', ')
  return new InputError({
    code: error.code.startsWith('ode-') ? `drift-${error.code.slice(4)}` : error.code,
    got: `${error.got}, from particle ${particle}, with parameters (${shown}${theta.length > 8 ? ', …' : ''})`,
    expected: error.expected,
    try: error.remedy
  })
}

function derivativeOf({ drift, theta }: FlowProblem, layout: Layout): (time: number, y: Float64Array, out: Float64Array) => void {
  const d = drift.dimension
  const p = layout.sensitivityCount
  const jacobian = new Float64Array(d * d)
  const gradient = new Float64Array(d * p)
  const value = new Float64Array(d)
  const needJacobian = p > 0 || layout.groups > 0
  return (time, y, out) => {
    const z = y.subarray(0, d)
    drift.value(z, time, theta, value)
    out.set(value)
    if (!needJacobian) return
    drift.jacobian(z, time, theta, jacobian)
    if (p > 0) {
      drift.gradient(z, time, theta, gradient)
      sensitivityDerivative(jacobian, gradient, y, out, d, p)
    }
    for (let c = 0; c < layout.groups; c++) covarianceDerivative(jacobian, c, y, out, layout.covariance + c * packedLength(d), d)
  }
}

function sensitivityDerivative(
  jacobian: Float64Array,
  gradient: Float64Array,
  y: Float64Array,
  out: Float64Array,
  d: number,
  p: number
): void {
  for (let a = 0; a < d; a++) {
    for (let k = 0; k < p; k++) out[d + a * p + k] = gradient[a * p + k]!
    for (let b = 0; b < d; b++) {
      const j = jacobian[a * d + b]!
      if (j === 0) continue
      for (let k = 0; k < p; k++) out[d + a * p + k] = out[d + a * p + k]! + j * y[d + b * p + k]!
    }
  }
}

function covarianceDerivative(jacobian: Float64Array, c: number, y: Float64Array, out: Float64Array, at: number, d: number): void {
  let k = at
  for (let a = 0; a < d; a++) {
    for (let b = 0; b <= a; b++, k++) {
      let sum = a === c && b === c ? 1 : 0
      for (let e = 0; e < d; e++) {
        const eb = e >= b ? packedLength(e) + b : packedLength(b) + e
        const ae = a >= e ? packedLength(a) + e : packedLength(e) + a
        sum += jacobian[a * d + e]! * y[at + eb]! + jacobian[b * d + e]! * y[at + ae]!
      }
      out[k] = sum
    }
  }
}
