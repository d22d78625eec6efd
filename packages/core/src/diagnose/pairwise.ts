import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, stackRows } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import { type Cloud, cloud } from '../space/cloud.js'
import { checkSamples, subsample } from './samples.js'
import { fillSquaredDistances, medianSquaredDistance } from './squared-distances.js'

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
  const between = sumOverPairs(x, y, watch) / (x.rows * y.rows)
  return 2 * between - meanWithin(x, watch) - meanWithin(y, watch)
}

/**
 * Squared maximum mean discrepancy under the kernel exp(−‖x−y‖²/2σ²), unbiased, so that it may be slightly negative; σ is
 * the median distance between rows of both samples together. From at most 1,000 rows of each sample.
 * @source Gretton, Borgwardt, Rasch, Schölkopf, Smola, *A kernel two-sample test*, JMLR 2012.
 * Cost O((n + m)²·d). Throws `InputError` as `energyDistance` does.
 */
export async function squaredMmd({ first, second, key, engine }: PairwiseSamples & { readonly engine: Engine }): Promise<number> {
  checkSamples(first, second, 2)
  const x = cloud(subsample(first, MOST_KERNEL_ROWS, keyFor(key, 'first')))
  const y = cloud(subsample(second, MOST_KERNEL_ROWS, keyFor(key, 'second')))
  const [n, m] = [x.points.rows, y.points.rows]
  const kernel = gaussianKernel(medianSquaredDistance(stackRows([x.points, y.points]), keyFor(key, 'median')) / 2)
  const total = async (from: Cloud, to: Cloud) =>
    (await engine.logSum({ from, to, kernel }, new Float64Array(to.points.rows))).reduce((sum, row) => sum + exp(row), 0)
  const within = async (side: Cloud, rows: number) => ((await total(side, side)) - rows) / (rows * (rows - 1))
  return (await within(x, n)) + (await within(y, m)) - (2 * (await total(x, y))) / (n * m)
}

const STAGE = 'comparing samples'

function tell(watch: Watch | undefined, done: number, total: number): void {
  throwIfStopped(watch, STAGE)
  watch?.progress?.({ stage: STAGE, done, total })
}

/** Σ_i Σ_j ‖a_i − b_j‖. */
function sumOverPairs(a: Matrix, b: Matrix, watch?: Watch): number {
  const row = new Float64Array(b.rows)
  let total = 0
  for (let i = 0; i < a.rows; i++) {
    if ((i & 255) === 0) tell(watch, i, a.rows)
    fillSquaredDistances({ from: a, row: i, to: b, count: b.rows }, row)
    total += sumOfDistances(row, b.rows)
  }
  return total
}

/** Mean of ‖a_i − a_j‖ over i ≠ j. */
function meanWithin(a: Matrix, watch?: Watch): number {
  const row = new Float64Array(a.rows)
  let total = 0
  for (let i = 1; i < a.rows; i++) {
    if (((i - 1) & 255) === 0) tell(watch, i - 1, a.rows)
    fillSquaredDistances({ from: a, row: i, to: a, count: i }, row)
    total += sumOfDistances(row, i)
  }
  return (2 * total) / (a.rows * (a.rows - 1))
}

/** Σ of the roots of the first `count` squared distances. */
function sumOfDistances(squares: Float64Array, count: number): number {
  let sum = 0
  for (let j = 0; j < count; j++) sum += Math.sqrt(squares[j]!)
  return sum
}
