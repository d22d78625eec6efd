import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, stackRows } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import { type Cloud, cloud } from '../space/cloud.js'
import { pairMeter } from './pair-distances.js'
import { checkSamples, subsample } from './samples.js'
import { medianSquaredDistance } from './squared-distances.js'

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
  const between = (await sumOfDistances(x, y, false, watch)) / (x.rows * y.rows)
  return 2 * between - (await meanWithin(x, watch)) - (await meanWithin(y, watch))
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

/** Rows between two looks at the watch. */
const ROWS_A_LOOK = 256

/** Σ_i Σ_j ‖a_i − b_j‖, or over j < i. */
async function sumOfDistances(a: Matrix, b: Matrix, below: boolean, watch: Watch | undefined): Promise<number> {
  const pairs = (await pairMeter())(a, b)
  let total = 0
  for (let i = 0; i < a.rows; i += ROWS_A_LOOK) {
    tell(watch, i, a.rows)
    total = pairs.addDistances(total, i, Math.min(a.rows, i + ROWS_A_LOOK), below)
  }
  return total
}

/** Mean of ‖a_i − a_j‖ over i ≠ j. */
async function meanWithin(a: Matrix, watch: Watch | undefined): Promise<number> {
  return (2 * (await sumOfDistances(a, a, true, watch))) / (a.rows * (a.rows - 1))
}
