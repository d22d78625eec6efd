import { cholesky, choleskySolve, solveLowerInPlace } from '../num/linear-algebra.js'
import { copyMatrix, type Matrix, matrix, rowOf } from '../num/matrix.js'
import { weightedMoments } from '../num/statistics.js'
import { spreadRows } from '../table/codes.js'

/** Ridges that are tried, in rows' worths: from a level of few rows having hardly a say to its having all of it. */
const RIDGES = [100, 30, 10, 3, 1]
/** A row that says all of itself is not left out. */
const OWN = 1e-6
/** Rows by which ridges are told apart, at most. */
const MOST_ROWS = 1000

/**
 * Slopes of the d numbers of points [n, d + q] on the q places behind them, by least squares over all rows [q, d]. A ridge of some
 * rows' worth on every place keeps levels of few rows from much: of each number the one under which rows that are left out one at a
 * time are foretold best. `weights` sum to 1.
 * @source Allen, *The relationship between variable selection and data augmentation and a method for prediction*, Technometrics 1974.
 * Cost O(n·(d + q)² + q³).
 */
export function slopesOnPlaces(points: Matrix, d: number, weights: Float64Array): Matrix {
  const { mean, covariance } = weightedMoments(points, weights)
  const q = points.cols - d
  const [own, cross] = [matrix(q, q), matrix(q, d)]
  for (let a = 0; a < q; a++) {
    const row = rowOf(covariance, d + a)
    own.data.set(row.subarray(d), a * q)
    cross.data.set(row.subarray(0, d), a * d)
  }
  const unit = weights.reduce((sum, w) => sum + w * w, 0)
  const rows = spreadRows(points.rows, MOST_ROWS)
  const out = matrix(q, d)
  const least = new Float64Array(d).fill(Number.POSITIVE_INFINITY)
  for (const ridge of RIDGES) {
    const factor = cholesky(plusRidge(own, ridge * unit))
    const slopes = choleskySolve(factor, cross)
    const losses = leftOutLosses({ points, mean, weights, rows }, factor, slopes)
    for (let c = 0; c < d; c++) {
      if (!(losses[c]! < least[c]!)) continue
      least[c] = losses[c]!
      for (let a = 0; a < q; a++) out.data[a * d + c] = slopes.data[a * d + c]!
    }
  }
  return out
}

function plusRidge(own: Matrix, ridge: number): Matrix {
  const out = copyMatrix(own)
  for (let a = 0; a < own.rows; a++) out.data[a * (own.cols + 1)]! += ridge
  return out
}

interface Regressed {
  readonly points: Matrix
  readonly mean: Float64Array
  readonly weights: Float64Array
  readonly rows: Uint32Array
}

/** Squared errors of each number at rows that are left out one at a time, r / (1 − h), h what a row says of itself [d]. Cost O(rows·q²). */
function leftOutLosses({ points, mean, weights, rows }: Regressed, factor: Matrix, slopes: Matrix): Float64Array {
  const [q, d] = [slopes.rows, slopes.cols]
  const out = new Float64Array(d)
  const place = new Float64Array(q)
  const residuals = new Float64Array(d)
  for (const i of rows) {
    const row = rowOf(points, i)
    for (let c = 0; c < d; c++) residuals[c] = row[c]! - mean[c]!
    for (let a = 0; a < q; a++) {
      place[a] = row[d + a]! - mean[d + a]!
      for (let c = 0; c < d; c++) residuals[c]! -= slopes.data[a * d + c]! * place[a]!
    }
    solveLowerInPlace(factor.data, q, place)
    let squares = 0
    for (let a = 0; a < q; a++) squares += place[a]! * place[a]!
    const own = Math.min(1 - OWN, weights[i]! * (1 + squares))
    for (let c = 0; c < d; c++) out[c]! += weights[i]! * (residuals[c]! / (1 - own)) ** 2
  }
  return out
}
