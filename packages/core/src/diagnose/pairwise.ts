import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import { sorted } from '../num/statistics.js'
import { checkSamples, subsample } from './samples.js'
import { fillSquaredDistances, squaredDistance } from './squared-distances.js'

/** Most rows of each sample that enter a sum over all pairs. */
const MOST_ROWS = 5000
const MOST_KERNEL_ROWS = 1000

interface PairwiseSamples {
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
  const between = sumOverPairs(x, y, sumOfDistances, watch) / (x.rows * y.rows)
  return 2 * between - meanWithin(x, sumOfDistances, watch) - meanWithin(y, sumOfDistances, watch)
}

/**
 * Squared maximum mean discrepancy under the kernel exp(−‖x−y‖²/2σ²), unbiased, so that it may be slightly negative; σ is
 * the median distance between rows of both samples together. From at most 1,000 rows of each sample.
 * @source Gretton, Borgwardt, Rasch, Schölkopf, Smola, *A kernel two-sample test*, JMLR 2012.
 * Cost O((n + m)²·d). Throws `InputError` as `energyDistance` does.
 */
export async function squaredMmd({ first, second, key, watch }: PairwiseSamples): Promise<number> {
  checkSamples(first, second, 2)
  const x = subsample(first, MOST_KERNEL_ROWS, keyFor(key, 'first'))
  const y = subsample(second, MOST_KERNEL_ROWS, keyFor(key, 'second'))
  const scale = -1 / (2 * medianSquaredDistance(x, y, keyFor(key, 'median')))
  const kernel = sumOfKernel(scale)
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

const STAGE = 'comparing samples'

function tell(watch: Watch | undefined, done: number, total: number): void {
  throwIfStopped(watch, STAGE)
  watch?.progress?.({ stage: STAGE, done, total })
}

/** Σ_i Σ_j f(‖a_i − b_j‖²), f given as the sum over the first `count` entries of a row. */
function sumOverPairs(a: Matrix, b: Matrix, sumRow: RowSum, watch?: Watch): number {
  const row = new Float64Array(b.rows)
  let total = 0
  for (let i = 0; i < a.rows; i++) {
    if ((i & 255) === 0) tell(watch, i, a.rows)
    fillSquaredDistances({ from: a, row: i, to: b, count: b.rows }, row)
    total += sumRow(row, b.rows)
  }
  return total
}

/** Mean of f(‖a_i − a_j‖²) over i ≠ j. */
function meanWithin(a: Matrix, sumRow: RowSum, watch?: Watch): number {
  const row = new Float64Array(a.rows)
  let total = 0
  for (let i = 1; i < a.rows; i++) {
    if (((i - 1) & 255) === 0) tell(watch, i - 1, a.rows)
    fillSquaredDistances({ from: a, row: i, to: a, count: i }, row)
    total += sumRow(row, i)
  }
  return (2 * total) / (a.rows * (a.rows - 1))
}

/** Σ f over the first `count` squared distances: a whole row at a time, so that f is compiled into its loop. */
type RowSum = (squares: Float64Array, count: number) => number

function sumOfDistances(squares: Float64Array, count: number): number {
  let sum = 0
  for (let j = 0; j < count; j++) sum += Math.sqrt(squares[j]!)
  return sum
}

function sumOfKernel(scale: number): RowSum {
  return (squares, count) => {
    let sum = 0
    for (let j = 0; j < count; j++) sum += exp(squares[j]! * scale)
    return sum
  }
}
