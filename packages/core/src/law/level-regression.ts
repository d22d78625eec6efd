import type { Moments } from '../kernel/engine.js'
import { exp, log } from '../num/elementary.js'
import { regularCholeskyInPlace, solveLowerInPlace } from '../num/linear-algebra.js'
import { type Matrix, matrix, rowOf } from '../num/matrix.js'
import { type ConditionOptions, LocalGaussian } from './local-gaussian.js'

/**
 * Moments of d coordinates and, behind them, q places of known categories, as those of the coordinates where the places are known:
 * a category says of the others what a number does, by its regression. `points`: coordinates and places of every chain [n, d + q].
 * Options as for numbers.
 * Cost O((d + q)³) a chain.
 */
export function givenPlaces(
  { mean, covariance, ...moments }: Moments,
  { points, d }: { readonly points: Matrix; readonly d: number },
  options: Pick<ConditionOptions, 'ridge' | 'predicts'>
): Moments {
  const free = Array.from({ length: d }, (_, c) => c)
  const given = Array.from({ length: points.cols - d }, (_, k) => d + k)
  const gaussian = new LocalGaussian({ given, ranged: [], free }, options)
  const out = { ...moments, mean: matrix(mean.rows, d), covariance: matrix(mean.rows, (d * (d + 1)) / 2) }
  const factor = new Float64Array(d * d)
  for (let i = 0; i < mean.rows; i++) {
    const placed = { mean: rowOf(mean, i), covariance: rowOf(covariance, i), effectiveCount: moments.effectiveCount[i]! }
    gaussian.clamp(placed, rowOf(points, i))
    out.mean.data.set(gaussian.centre.subarray(0, d), i * d)
    gaussian.copyFreeFactor(factor)
    const packed = rowOf(out.covariance, i)
    for (let a = 0, at = 0; a < d; a++)
      for (let b = 0; b <= a; b++, at++) for (let k = 0; k <= b; k++) packed[at] = packed[at]! + factor[a * d + k]! * factor[b * d + k]!
  }
  return out
}

/**
 * log of how probable each class of rows is where the places of known categories are known, up to a constant [n] a class: its sum of
 * weights times the density of the places, Gaussian about its own mean with the covariance that all classes have within themselves.
 * What numbers say of a class comes later, from where its regression on the places puts them.
 * @source Fisher's linear discriminant, predictive: a mean of n rows is off by 1/n of their covariance. Cost O(n·G·q² + n·q³).
 */
export function sharesGivenPlaces(
  found: readonly Moments[],
  { points, d }: { readonly points: Matrix; readonly d: number },
  ridge: number
): Float64Array[] {
  const q = points.cols - d
  const [factor, scratch, gap] = [new Float64Array(q * q), new Float64Array(q * q), new Float64Array(q)]
  const out = found.map(({ logSum }) => Float64Array.from(logSum))
  for (let i = 0; i < points.rows; i++) {
    withinClasses(found, i, { d, q, into: factor })
    const trace = gap.reduce((sum, _, k) => sum + factor[k * (q + 1)]!, 0)
    for (let k = 0; k < q; k++) factor[k * (q + 1)]! += (ridge * trace) / q
    regularCholeskyInPlace(factor, q, scratch)
    for (const [c, { mean, effectiveCount }] of found.entries()) {
      for (let k = 0; k < q; k++) gap[k] = points.data[i * points.cols + d + k]! - mean.data[i * mean.cols + d + k]!
      solveLowerInPlace(factor, q, gap)
      const spread = 1 + 1 / Math.max(1, effectiveCount[i]!)
      const square = gap.reduce((sum, x) => sum + x * x, 0)
      out[c]![i] = out[c]![i]! - 0.5 * (q * log(spread) + square / spread)
    }
  }
  return out
}

/** Covariance of the places behind d coordinates, averaged over classes by their weights where chain i stands [q·q]. */
function withinClasses(
  found: readonly Moments[],
  i: number,
  { d, q, into }: { readonly d: number; readonly q: number; readonly into: Float64Array }
): void {
  const largest = found.reduce((most, { logSum }) => Math.max(most, logSum[i]!), Number.NEGATIVE_INFINITY)
  const weights = found.map(({ logSum }) => (logSum[i] === Number.NEGATIVE_INFINITY ? 0 : exp(logSum[i]! - largest)))
  const total = weights.reduce((sum, w) => sum + w, 0)
  into.fill(0)
  for (const [c, { covariance }] of found.entries()) {
    const weight = weights[c]! / total
    if (!(weight > 0)) continue
    const row = rowOf(covariance, i)
    for (let a = 0; a < q; a++)
      for (let b = 0; b <= a; b++) into[a * q + b] = into[a * q + b]! + weight * row[((d + a) * (d + a + 1)) / 2 + d + b]!
  }
}
