import { log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { choleskyInPlace } from '../num/linear-algebra.js'
import type { Matrix } from '../num/matrix.js'
import type { RowKernel } from '../scaling/rectangular.js'

/** Entries of a packed lower triangle, row by row: (a, b ≤ a) at a(a+1)/2 + b. */
export function packedLength(d: number): number {
  return (d * (d + 1)) / 2
}

/** Gaussian transition laws N(y; Φ(x_i), Σ_i) from n points over one interval. */
export interface GaussianTransitions {
  /** Φ(x_i) [n, d] */
  readonly means: Matrix
  /** Packed Σ_i [n, d(d+1)/2], or one row when all particles share it. */
  readonly covariances: Matrix
}

/** Packed L⁻¹ and log det Σ of Σ = L Lᵀ, for each row of packed covariances. */
export interface Precisions {
  readonly inverseFactors: Matrix
  readonly logDeterminants: Float64Array
}

/** Factors every covariance. Cost O(d³) a row. Throws `InputError` when one is not positive definite. */
export function precisionsOf(covariances: Matrix, d: number): Precisions {
  const inverseFactors: Matrix = { data: new Float64Array(covariances.data.length), rows: covariances.rows, cols: covariances.cols }
  const logDeterminants = new Float64Array(covariances.rows)
  const full = new Float64Array(d * d)
  for (let i = 0; i < covariances.rows; i++) {
    const offset = i * covariances.cols
    for (let a = 0, at = offset; a < d; a++) for (let b = 0; b <= a; b++, at++) full[a * d + b] = covariances.data[at]!
    if (!choleskyInPlace(full, d)) throw degenerate(i)
    let sum = 0
    for (let a = 0; a < d; a++) sum += log(full[a * d + a]!)
    logDeterminants[i] = 2 * sum
    invertLower(full, d, inverseFactors.data.subarray(offset, offset + covariances.cols))
  }
  return { inverseFactors, logDeterminants }
}

function degenerate(i: number): InputError {
  return new InputError({
    code: 'transition-degenerate',
    got: `a transition covariance of particle ${i} that is not positive definite`,
    expected: 'noise that reaches every coordinate',
    try: 'a larger sigma, or leaving out columns that are constant'
  })
}

/** Packed inverse of the lower triangle L [d, d]. */
function invertLower(lower: Float64Array, d: number, out: Float64Array): void {
  for (let b = 0; b < d; b++) {
    for (let a = b; a < d; a++) {
      let sum = a === b ? 1 : 0
      for (let k = b; k < a; k++) sum -= lower[a * d + k]! * out[packedLength(k) + b]!
      out[packedLength(a) + b] = sum / lower[a * d + a]!
    }
  }
}

const LOG_TWO_PI = 1.8378770664093453

/** The log-densities log N(y_j; Φ_i, Σ_i) as a row kernel. Cost O(d²) a value, memory O(n·d²). */
export function densityKernel(transitions: GaussianTransitions, targets: Matrix): RowKernel {
  const d = targets.cols
  const { inverseFactors, logDeterminants } = precisionsOf(transitions.covariances, d)
  const shared = transitions.covariances.rows === 1
  const { data } = targets
  const means = transitions.means.data
  const difference = new Float64Array(d)
  return {
    rows: transitions.means.rows,
    cols: targets.rows,
    fillRow(i, out) {
      const which = shared ? 0 : i
      const factor = inverseFactors.data.subarray(which * inverseFactors.cols, (which + 1) * inverseFactors.cols)
      const constant = -0.5 * (logDeterminants[which]! + d * LOG_TWO_PI)
      if (d === 2) return fillRow2(factor, means.subarray(2 * i, 2 * i + 2), data, constant, out)
      if (d === 3) return fillRow3(factor, means.subarray(3 * i, 3 * i + 3), data, constant, out)
      for (let j = 0, at = 0; j < out.length; j++) {
        for (let a = 0; a < d; a++, at++) difference[a] = data[at]! - means[i * d + a]!
        let squares = 0
        for (let a = 0, k = 0; a < d; a++) {
          let u = 0
          for (let b = 0; b <= a; b++, k++) u += factor[k]! * difference[b]!
          squares += u * u
        }
        out[j] = constant - 0.5 * squares
      }
    }
  }
}

/** Two and three coordinates, unrolled: the most common ones. */
function fillRow2(factor: Float64Array, mean: Float64Array, data: Float64Array, constant: number, out: Float64Array): void {
  const [p, q, r] = [factor[0]!, factor[1]!, factor[2]!]
  const [x, y] = [mean[0]!, mean[1]!]
  for (let j = 0; j < out.length; j++) {
    const u = data[2 * j]! - x
    const first = p * u
    const second = q * u + r * (data[2 * j + 1]! - y)
    out[j] = constant - 0.5 * (first * first + second * second)
  }
}

function fillRow3(factor: Float64Array, mean: Float64Array, data: Float64Array, constant: number, out: Float64Array): void {
  const [p, q, r] = [factor[0]!, factor[1]!, factor[2]!]
  const [s, t, v] = [factor[3]!, factor[4]!, factor[5]!]
  const [x, y, z] = [mean[0]!, mean[1]!, mean[2]!]
  for (let j = 0; j < out.length; j++) {
    const u = data[3 * j]! - x
    const w = data[3 * j + 1]! - y
    const first = p * u
    const second = q * u + r * w
    const third = s * u + t * w + v * (data[3 * j + 2]! - z)
    out[j] = constant - 0.5 * (first * first + second * second + third * third)
  }
}
