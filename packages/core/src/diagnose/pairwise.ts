import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import { sorted } from '../num/statistics.js'
import { checkSamples, subsample } from './samples.js'

/** Most rows of each sample that enter a sum over all pairs. */
const MOST_ROWS = 5000
const MOST_KERNEL_ROWS = 2000

export interface PairwiseSamples {
  /** [n, d] and [m, d] */
  readonly first: Matrix
  readonly second: Matrix
  /** Chooses rows where a sample is too large. */
  readonly key: Key
  readonly watch?: Watch | undefined
}

/**
 * Energy distance 2E‖X−Y‖ − E‖X−X′‖ − E‖Y−Y′‖, unbiased, so that it may be slightly negative. Exact up to 5,000 rows of
 * each sample, from 5,000 rows drawn by the key above that.
 * @source Székely, Rizzo, *Energy statistics*, J. Statistical Planning and Inference 2013.
 * Cost O((n + m)²·d), memory O((n + m)·d). Throws `InputError` for fewer than two rows, unequal widths, coordinates that
 * are not finite.
 */
export async function energyDistance({ first, second, key, watch }: PairwiseSamples): Promise<number> {
  checkSamples(first, second, 2)
  const x = subsample(first, MOST_ROWS, keyFor(key, 'first'))
  const y = subsample(second, MOST_ROWS, keyFor(key, 'second'))
  const between = sumOverPairs(x, y, Math.sqrt, watch) / (x.rows * y.rows)
  return 2 * between - meanWithin(x, Math.sqrt, watch) - meanWithin(y, Math.sqrt, watch)
}

/**
 * Squared maximum mean discrepancy under the kernel exp(−‖x−y‖²/2σ²), unbiased, so that it may be slightly negative; σ is
 * the median distance between rows of both samples together. From at most 2,000 rows of each sample.
 * @source Gretton, Borgwardt, Rasch, Schölkopf, Smola, *A kernel two-sample test*, JMLR 2012.
 * Cost O((n + m)²·d). Throws `InputError` as `energyDistance` does.
 */
export async function squaredMmd({ first, second, key, watch }: PairwiseSamples): Promise<number> {
  checkSamples(first, second, 2)
  const x = subsample(first, MOST_KERNEL_ROWS, keyFor(key, 'first'))
  const y = subsample(second, MOST_KERNEL_ROWS, keyFor(key, 'second'))
  const scale = -1 / (2 * medianSquaredDistance(x, y, keyFor(key, 'median')))
  const kernel = (squared: number) => exp(squared * scale)
  const between = sumOverPairs(x, y, kernel, watch) / (x.rows * y.rows)
  return meanWithin(x, kernel, watch) + meanWithin(y, kernel, watch) - 2 * between
}

/** Median squared distance between different rows of the pooled samples, of 500 rows at most; 1 where all rows agree. */
function medianSquaredDistance(x: Matrix, y: Matrix, key: Key): number {
  const pooled = matrix(x.rows + y.rows, x.cols)
  pooled.data.set(x.data, 0)
  pooled.data.set(y.data, x.data.length)
  const rows = subsample(pooled, 500, key)
  const squares = new Float64Array((rows.rows * (rows.rows - 1)) / 2)
  let at = 0
  for (let i = 0; i < rows.rows; i++) for (let j = 0; j < i; j++) squares[at++] = squaredDistance(rows, i, rows, j)
  const ascending = sorted(squares)
  const middle = ascending[Math.floor((at - 1) / 2)]!
  return middle > 0 ? middle : (ascending.find((square) => square > 0) ?? 1)
}

/** Squared Euclidean distance between row i of a and row j of b. */
export function squaredDistance(a: Matrix, i: number, b: Matrix, j: number): number {
  const { cols } = a
  let sum = 0
  for (let c = 0, p = i * cols, q = j * cols; c < cols; c++, p++, q++) {
    const difference = a.data[p]! - b.data[q]!
    sum += difference * difference
  }
  return sum
}

/** Σ_i Σ_j f(‖a_i − b_j‖²). */
function sumOverPairs(a: Matrix, b: Matrix, f: (squared: number) => number, watch?: Watch): number {
  let total = 0
  for (let i = 0; i < a.rows; i++) {
    if ((i & 255) === 0) throwIfStopped(watch, 'comparing samples')
    let sum = 0
    for (let j = 0; j < b.rows; j++) sum += f(squaredDistance(a, i, b, j))
    total += sum
  }
  return total
}

/** Mean of f(‖a_i − a_j‖²) over i ≠ j. */
function meanWithin(a: Matrix, f: (squared: number) => number, watch?: Watch): number {
  let total = 0
  for (let i = 0; i < a.rows; i++) {
    if ((i & 255) === 0) throwIfStopped(watch, 'comparing samples')
    let sum = 0
    for (let j = 0; j < i; j++) sum += f(squaredDistance(a, i, a, j))
    total += sum
  }
  return (2 * total) / (a.rows * (a.rows - 1))
}
