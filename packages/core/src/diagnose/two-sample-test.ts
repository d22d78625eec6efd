import type { Engine, Pair } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, matrix, stackRows, takeRows } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import { cloud } from '../space/cloud.js'
import { type Labellings, labellingsOf, PERMUTATIONS, sharesAsLarge, signed } from './labellings.js'
import { medianSquaredDistance } from './squared-distances.js'

/** Whether two samples are of one law. */
export interface TwoSampleTest {
  /** Share of relabellings that differ at least as much; its level is exact whatever the law. */
  readonly pValue: number
  /** Rows of each that were compared. */
  readonly counts: readonly [number, number]
  readonly permutations: number
}

/** ε of the kernels in median squared distances: finer than the rows, as their neighbourhoods, and as wide as they are. */
const SCALES = [0.01, 0.05, 0.25]
/** A spread that is so small beside the forms themselves is rounding: of points that all are one, every labelling has the same form. */
const ROUNDING = 1e-6
/** The scaling need be no better than the test can see. */
const TOLERANCE = 1e-4

/**
 * Two-sample test: the largest of six standardised quadratic forms zᵀKz and zᵀPz of the labels z (1/n, −1/m), with the pooled
 * Gaussian kernel K and its symmetric scaling P = vKv at three ε, by permutation of the labels.
 * Cost O(N²·300), N ≤ 2,000; memory O(N·300). No kernel is stored.
 * @source mathematics, section 17; Gretton and others, *A kernel two-sample test*, JMLR 2012, for the form and the permutations.
 */
export async function twoSampleTest(
  first: Matrix,
  second: Matrix,
  { engine, key, watch }: { readonly engine: Engine; readonly key: Key; readonly watch?: Watch | undefined }
): Promise<TwoSampleTest> {
  return labelledTest([first, second], { engine, key, watch, labellings: labellingsOf([first.rows, second.rows], key), others: [] })
}

interface Labelled {
  readonly engine: Engine
  readonly key: Key
  readonly watch?: Watch | undefined
  readonly labellings: Labellings
  /** Other statistics, each of every labelling. */
  readonly others: readonly Float64Array[]
}

/** The same beside other statistics of the same labellings: of each how rarely it is as large is compared, and the rarest counts, so that the level stays exact. */
export async function labelledTest(
  [first, second]: readonly [Matrix, Matrix],
  { engine, key, watch, labellings, others }: Labelled
): Promise<TwoSampleTest> {
  const [a, b] = [takeRows(first, labellings.rows[0]), takeRows(second, labellings.rows[1])]
  const pooled = stackRows([a, b])
  const labels = signed(labellings)
  const scale = medianSquaredDistance(pooled, keyFor(key, 'pairs'))
  const largest = new Float64Array(PERMUTATIONS + 1).fill(Number.NEGATIVE_INFINITY)
  for (const [k, share] of SCALES.entries()) {
    throwIfStopped(watch, 'test')
    watch?.progress?.({ stage: 'test', done: k, total: SCALES.length })
    for (const form of await formsAt(pooled, { epsilon: share * scale, labels, engine })) {
      const [centre, spread] = [mean(form), Math.sqrt(variance(form))]
      form.forEach((q, p) => {
        largest[p] = Math.max(largest[p]!, spread > ROUNDING * Math.abs(centre) ? (q - centre) / spread : 0)
      })
    }
  }
  const shares = [largest, ...others].map(sharesAsLarge)
  const least = largest.map((_, p) => -shares.reduce((most, own) => Math.min(most, own[p]!), 1))
  return { pValue: sharesAsLarge(least)[0]!, counts: [a.rows, b.rows], permutations: PERMUTATIONS }
}

/** zᵀKz and zᵀPz for every labelling, without their diagonals [PERMUTATIONS + 1 each]. */
async function formsAt(
  points: Matrix,
  { epsilon, labels, engine }: { readonly epsilon: number; readonly labels: Matrix; readonly engine: Engine }
): Promise<readonly Float64Array[]> {
  const side = cloud(points)
  const kernel = gaussianKernel(epsilon)
  const { potentials } = await symmetricScaling({ cloud: side, kernel, engine, tolerance: TOLERANCE })
  const pair = { from: side, to: side, kernel }
  const ones = new Float64Array(points.rows).fill(1)
  return [await formOf(pair, { scale: ones, labels, engine }), await formOf(pair, { scale: potentials.map((f) => exp(f)), labels, engine })]
}

async function formOf(
  pair: Pair,
  { scale, labels, engine }: { readonly scale: Float64Array; readonly labels: Matrix; readonly engine: Engine }
): Promise<Float64Array> {
  const { rows, cols } = labels
  const scaled = matrix(
    rows,
    cols,
    labels.data.map((z, at) => z * scale[Math.floor(at / cols)]!)
  )
  const none = new Float64Array(rows)
  const [means, logSums] = [await engine.mean(pair, none, scaled), await engine.logSum(pair, none)]
  const form = new Float64Array(cols)
  for (let i = 0, at = 0; i < rows; i++) {
    const sum = exp(logSums[i]!)
    for (let p = 0; p < cols; p++, at++) form[p] = form[p]! + scaled.data[at]! * (sum * means.data[at]! - scaled.data[at]!)
  }
  return form
}
