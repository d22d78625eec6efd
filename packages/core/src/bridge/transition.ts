import { log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { choleskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../num/linear-algebra.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import type { KernelBlocks, RowKernel } from '../scaling/row-kernel.js'
import { BLOCK_SIZE, blockOrder, boxes } from '../space/blocks.js'

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
    blocks: densityBlocks(row, targets),
    among: {
      scaled: () => whitenedBy(transitions, targets),
      part(rows, cols) {
        const covariances = shared ? transitions.covariances : takeRows(transitions.covariances, rows)
        return densityKernel({ means: takeRows(transitions.means, rows), covariances }, cols ? takeRows(targets, cols) : targets)
      }
    }
  }
}

/** Both sides' points in units of the mean covariance. */
function whitenedBy({ means, covariances }: GaussianTransitions, targets: Matrix): { from: Matrix; to: Matrix } {
  const d = targets.cols
  const mean = matrix(1, covariances.cols)
  for (let k = 0; k < covariances.data.length; k++)
    mean.data[k % covariances.cols] = mean.data[k % covariances.cols]! + covariances.data[k]! / covariances.rows
  const factor = precisionsOf(mean, d).inverseFactors.data
  const whiten = (points: Matrix): Matrix => {
    const out = matrix(points.rows, d)
    for (let i = 0; i < points.rows; i++)
      for (let a = 0; a < d; a++)
        for (let b = 0; b <= a; b++) out.data[i * d + a] = out.data[i * d + a]! + factor[packedLength(a) + b]! * points.data[i * d + b]!
    return out
  }
  return { from: whiten(means), to: whiten(targets) }
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

/**
 * The targets in k-d order. A term is taken as a slope over each block and what it exceeds that by; a density times the exponential
 * of a slope is one about another mean, of which each whitened coordinate is at least as far from 0 as its interval over the box.
 */
function densityBlocks(row: (i: number) => RowDensity, targets: Matrix): KernelBlocks {
  const d = targets.cols
  const order = blockOrder(targets)
  const ordered = takeRows(targets, order)
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
    bounds(term, size) {
      const { centres, halfWidths } = boxes(ordered, size)
      const { slopes, excess } = slopesOf(ordered, { centres, size }, term)
      const pull = new Float64Array(d)
      return (i, block) => {
        const { factor, mean, constant } = lawOf(i)
        pulled(factor, slopes, block, pull)
        let squares = 0
        let level = constant + excess[block]!
        for (let a = 0, k = 0; a < d; a++) {
          let centre = 0
          let reach = 0
          for (let b = 0; b <= a; b++, k++) {
            centre += factor[k]! * (centres[block * d + b]! - mean[b]!)
            reach += Math.abs(factor[k]!) * halfWidths[block * d + b]!
          }
          level += pull[a]! * (0.5 * pull[a]! - centre)
          const least = Math.abs(centre - pull[a]!) - reach
          if (least > 0) squares += least * least
        }
        // The bound's own rounding must not lose a pair.
        return level - 0.5 * squares * (1 - 1e-9) + 1e-9 * Math.abs(level)
      }
    }
  }
}

/** Lᵀ times a block's slope, from packed L⁻¹: by how much a whitened mean is moved. */
function pulled(factor: Float64Array, slopes: Float64Array, block: number, out: Float64Array): void {
  const d = out.length
  for (let a = d - 1; a >= 0; a--) {
    let sum = slopes[block * d + a]!
    for (let b = a + 1; b < d; b++) sum -= factor[packedLength(b) + a]! * out[b]!
    out[a] = sum / factor[packedLength(a) + a]!
  }
}

/** Least squares of a term [rows] in the coordinates over each block [blocks, d], and by how much it exceeds that at most [blocks]. */
function slopesOf(
  { data, rows, cols: d }: Matrix,
  { centres, size }: { readonly centres: Float64Array; readonly size: number },
  term: Float64Array
): { readonly slopes: Float64Array; readonly excess: Float64Array } {
  const slopes = new Float64Array(centres.length)
  const excess = new Float64Array(Math.ceil(rows / size)).fill(Number.NEGATIVE_INFINITY)
  const normal = new Float64Array(d * d)
  const sums = new Float64Array(d)
  for (let block = 0; block < excess.length; block++) {
    const [start, end] = [block * size, Math.min(rows, (block + 1) * size)]
    const slope = slopes.subarray(block * d, (block + 1) * d)
    leastSquares({ data, start, end, term }, { normal, sums }, slope)
    for (let j = start; j < end; j++) {
      let rest = term[j]!
      for (let a = 0; a < d; a++) rest -= slope[a]! * (data[j * d + a]! - centres[block * d + a]!)
      if (rest > excess[block]!) excess[block] = rest
    }
  }
  return { slopes, excess }
}

/** Slopes of a run's finite terms about their mean; none where the points do not tell them. */
function leastSquares(
  { data, start, end, term }: Run & { readonly data: Float64Array; readonly term: Float64Array },
  { normal, sums }: { readonly normal: Float64Array; readonly sums: Float64Array },
  slope: Float64Array
): void {
  const d = slope.length
  let [count, level] = [0, 0]
  sums.fill(0)
  normal.fill(0)
  slope.fill(0)
  for (let j = start; j < end; j++) {
    if (!Number.isFinite(term[j]!)) continue
    count++
    level += term[j]!
    for (let a = 0; a < d; a++) sums[a] = sums[a]! + data[j * d + a]!
  }
  for (let j = start; j < end; j++) {
    if (!Number.isFinite(term[j]!)) continue
    for (let a = 0; a < d; a++) {
      const x = data[j * d + a]! - sums[a]! / count
      slope[a] = slope[a]! + x * (term[j]! - level / count)
      for (let b = 0; b <= a; b++) normal[a * d + b] = normal[a * d + b]! + x * (data[j * d + b]! - sums[b]! / count)
    }
  }
  if (!choleskyInPlace(normal, d)) {
    slope.fill(0)
    return
  }
  solveLowerInPlace(normal, d, slope)
  solveLowerTransposedInPlace(normal, d, slope)
  if (!slope.every(Number.isFinite)) slope.fill(0)
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
