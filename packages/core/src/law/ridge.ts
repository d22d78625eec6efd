import { symmetricEigen } from '../num/eigen.js'
import { type Matrix, matrix } from '../num/matrix.js'

/** Ridges that are tried, in mean variances of the features: from the rows alone to a line that hardly leans. */
const RIDGES = [1e-4, 1e-3, 1e-2, 0.1, 1, 10]

/** A linear mean of one number. */
export interface Ridge {
  /** Where features [p] are known. */
  at(point: Float64Array): number
  /** Of each row, what the line through the others leaves of it [n]. */
  readonly residuals: Float64Array
}

/**
 * Ridge regression of `y` [n] on features [n, p] of the rows that count, at the ridge whose lines through all other rows miss each the
 * least. Undefined where those rows are no more than twice the features: lines through them miss nothing.
 * @source Allen, *The relationship between variable selection and data augmentation and a method for prediction*, Technometrics 1974: e/(1 − h).
 * Cost O(n·p² + p³).
 */
export function fitRidge(features: Matrix, y: Float64Array, rows: ArrayLike<number>): Ridge | undefined {
  const [n, p] = [rows.length, features.cols]
  if (p === 0 || n <= 2 * p) return undefined
  const centre = new Float64Array(p)
  let level = 0
  for (let k = 0; k < n; k++) {
    level += y[rows[k]!]! / n
    for (let c = 0; c < p; c++) centre[c] = centre[c]! + features.data[rows[k]! * p + c]! / n
  }
  const [moments, along] = [matrix(p, p), new Float64Array(p)]
  const own = new Float64Array(p)
  const centred = (row: number) => {
    for (let c = 0; c < p; c++) own[c] = features.data[row * p + c]! - centre[c]!
    return own
  }
  for (let k = 0; k < n; k++) {
    const x = centred(rows[k]!)
    for (let a = 0; a < p; a++) {
      along[a] = along[a]! + x[a]! * (y[rows[k]!]! - level)
      for (let b = 0; b <= a; b++) moments.data[a * p + b] = moments.data[a * p + b]! + x[a]! * x[b]!
    }
  }
  for (let a = 0; a < p; a++) for (let b = 0; b < a; b++) moments.data[b * p + a] = moments.data[a * p + b]!
  const { values, vectors } = symmetricEigen(moments)
  const total = values.reduce((sum, value) => sum + value, 0)
  if (!(total > 0)) return undefined
  /** In the directions of the eigenvectors. */
  const turned = (x: Float64Array): Float64Array => {
    const out = new Float64Array(p)
    for (let c = 0; c < p; c++) for (let j = 0; j < p; j++) out[j] = out[j]! + vectors.data[c * p + j]! * x[c]!
    return out
  }
  const slopes = turned(along)
  let best: { readonly missed: number; readonly weights: Float64Array; readonly residuals: Float64Array } | undefined
  const places = Array.from({ length: n }, (_, k) => turned(centred(rows[k]!)))
  for (const ridge of RIDGES) {
    const shrunk = values.map((value) => 1 / (Math.max(0, value) + (ridge * total) / p))
    const weights = slopes.map((slope, j) => slope * shrunk[j]!)
    const residuals = new Float64Array(y.length)
    let missed = 0
    places.forEach((place, k) => {
      let [fitted, leverage] = [level, 1 / n]
      for (let j = 0; j < p; j++) {
        fitted += weights[j]! * place[j]!
        leverage += shrunk[j]! * place[j]! * place[j]!
      }
      const left = (y[rows[k]!]! - fitted) / (1 - leverage)
      residuals[rows[k]!] = left
      missed += left * left
    })
    if (Number.isFinite(missed) && missed < (best?.missed ?? Number.POSITIVE_INFINITY)) best = { missed, weights, residuals }
  }
  if (!best) return undefined
  const { weights, residuals } = best
  const at = (point: Float64Array) => turned(point.map((x, c) => x - centre[c]!)).reduce((sum, x, j) => sum + weights[j]! * x, level)
  return { at, residuals }
}
