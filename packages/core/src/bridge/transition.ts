import { log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { choleskyInPlace } from '../num/linear-algebra.js'
import { type Matrix, takeRows } from '../num/matrix.js'
import type { KernelBlocks, RowKernel } from '../scaling/row-kernel.js'
import { BLOCK_SIZE, blockOrder } from '../space/blocks.js'

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

/** log 2π. */
const LOG_TWO_PI = 1.8378770664093453

/**
 * The log-densities log N(y_j; Φ_i, Σ_i) as a row kernel, with bounds for blocks of neighbouring targets.
 * Cost O(d²) a value, memory O(n·d²).
 */
export function densityKernel(transitions: GaussianTransitions, targets: Matrix): RowKernel {
  const d = targets.cols
  const { inverseFactors, logDeterminants } = precisionsOf(transitions.covariances, d)
  const shared = transitions.covariances.rows === 1
  const means = transitions.means.data
  const row = (i: number): RowDensity => {
    const which = shared ? 0 : i
    return {
      factor: inverseFactors.data.subarray(which * inverseFactors.cols, (which + 1) * inverseFactors.cols),
      mean: means.subarray(d * i, d * (i + 1)),
      constant: -0.5 * (logDeterminants[which]! + d * LOG_TWO_PI)
    }
  }
  return {
    rows: transitions.means.rows,
    cols: targets.rows,
    fillRow: (i, out) => fillDensities(row(i), targets, { start: 0, end: targets.rows }, out),
    blocks: densityBlocks(row, targets)
  }
}

/** One transition law N(mean, L Lᵀ): packed L⁻¹, and the logarithm of the density at its mean. */
interface RowDensity {
  readonly factor: Float64Array
  readonly mean: Float64Array
  readonly constant: number
}

interface Run {
  readonly start: number
  readonly end: number
}

/** The targets in k-d order. A block's bound: each whitened coordinate is at least as far from 0 as its interval over the block's box. */
function densityBlocks(row: (i: number) => RowDensity, targets: Matrix): KernelBlocks {
  const d = targets.cols
  const order = blockOrder(targets)
  const ordered = takeRows(targets, order)
  const { centres, halfWidths } = boxes(ordered)
  let kept = -1
  let law = row(0)
  const lawOf = (i: number): RowDensity => {
    if (i !== kept) {
      kept = i
      law = row(i)
    }
    return law
  }
  return {
    order,
    size: BLOCK_SIZE,
    fill: (i, start, end, out) => fillDensities(lawOf(i), ordered, { start, end }, out),
    bound(i, block) {
      const { factor, mean, constant } = lawOf(i)
      let squares = 0
      for (let a = 0, k = 0; a < d; a++) {
        let centre = 0
        let reach = 0
        for (let b = 0; b <= a; b++, k++) {
          centre += factor[k]! * (centres[block * d + b]! - mean[b]!)
          reach += Math.abs(factor[k]!) * halfWidths[block * d + b]!
        }
        const least = Math.abs(centre) - reach
        if (least > 0) squares += least * least
      }
      // The bound's own rounding must not lose a pair.
      return constant - 0.5 * squares * (1 - 1e-9)
    }
  }
}

/** Centre and half width of every block's bounding box [blocks, d]. */
function boxes({ data, rows, cols: d }: Matrix): { centres: Float64Array; halfWidths: Float64Array } {
  const count = Math.ceil(rows / BLOCK_SIZE)
  const centres = new Float64Array(count * d)
  const halfWidths = new Float64Array(count * d)
  for (let block = 0; block < count; block++) {
    for (let a = 0; a < d; a++) {
      let low = Number.POSITIVE_INFINITY
      let high = Number.NEGATIVE_INFINITY
      for (let j = block * BLOCK_SIZE; j < Math.min(rows, (block + 1) * BLOCK_SIZE); j++) {
        low = Math.min(low, data[j * d + a]!)
        high = Math.max(high, data[j * d + a]!)
      }
      centres[block * d + a] = (low + high) / 2
      halfWidths[block * d + a] = (high - low) / 2
    }
  }
  return { centres, halfWidths }
}

/** Log-densities at the targets of a run, written to the same places of `out`. */
function fillDensities(law: RowDensity, targets: Matrix, run: Run, out: Float64Array): void {
  if (targets.cols === 2) fill2(law, targets.data, run, out)
  else if (targets.cols === 3) fill3(law, targets.data, run, out)
  else fillAny(law, targets, run, out)
}

function fillAny(law: RowDensity, targets: Matrix, run: Run, out: Float64Array): void {
  const { factor, mean, constant } = law
  const d = targets.cols
  const difference = new Float64Array(d)
  for (let j = run.start, at = run.start * d; j < run.end; j++) {
    for (let a = 0; a < d; a++, at++) difference[a] = targets.data[at]! - mean[a]!
    let squares = 0
    for (let a = 0, k = 0; a < d; a++) {
      let u = 0
      for (let b = 0; b <= a; b++, k++) u += factor[k]! * difference[b]!
      squares += u * u
    }
    out[j] = constant - 0.5 * squares
  }
}

/** Two and three coordinates, unrolled: the most common ones. */
function fill2({ factor, mean, constant }: RowDensity, data: Float64Array, { start, end }: Run, out: Float64Array): void {
  const [p, q, r] = [factor[0]!, factor[1]!, factor[2]!]
  const [x, y] = [mean[0]!, mean[1]!]
  for (let j = start; j < end; j++) {
    const u = data[2 * j]! - x
    const first = p * u
    const second = q * u + r * (data[2 * j + 1]! - y)
    out[j] = constant - 0.5 * (first * first + second * second)
  }
}

function fill3({ factor, mean, constant }: RowDensity, data: Float64Array, { start, end }: Run, out: Float64Array): void {
  const [p, q, r] = [factor[0]!, factor[1]!, factor[2]!]
  const [s, t, v] = [factor[3]!, factor[4]!, factor[5]!]
  const [x, y, z] = [mean[0]!, mean[1]!, mean[2]!]
  for (let j = start; j < end; j++) {
    const u = data[3 * j]! - x
    const w = data[3 * j + 1]! - y
    const first = p * u
    const second = q * u + r * w
    const third = s * u + t * w + v * (data[3 * j + 2]! - z)
    out[j] = constant - 0.5 * (first * first + second * second + third * third)
  }
}
