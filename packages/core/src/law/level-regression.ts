import type { Moments } from '../kernel/engine.js'
import { cholesky, choleskySolve } from '../num/linear-algebra.js'
import { type Matrix, matrix, rowOf } from '../num/matrix.js'
import { weightedMoments } from '../num/statistics.js'
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
 * Slopes of the d numbers of points [n, d + q] on the q places behind them, by least squares over all rows [q, d]. A row's worth of
 * ridge on every place keeps a level of few rows from much. `weights` sum to 1. Cost O(n·(d + q)² + q³).
 */
export function slopesOnPlaces(points: Matrix, d: number, weights: Float64Array): Matrix {
  const { covariance } = weightedMoments(points, weights)
  const q = points.cols - d
  const [own, cross] = [matrix(q, q), matrix(q, d)]
  const ridge = weights.reduce((sum, w) => sum + w * w, 0)
  for (let a = 0; a < q; a++) {
    const row = rowOf(covariance, d + a)
    own.data.set(row.subarray(d), a * q)
    own.data[a * (q + 1)]! += ridge
    cross.data.set(row.subarray(0, d), a * d)
  }
  return choleskySolve(cholesky(own), cross)
}
