import { exp } from '../num/elementary.js'
import { type Matrix, matrix } from '../num/matrix.js'

/**
 * At every place the mean of values at points, weighted by `weights` and by exp(−|place − point|²/(2 squaredWidth))
 * [places, values a point]; far from all points the value of the nearest one. Cost O(places · points · d).
 * @source Nadaraya, *On estimating regression*, Theory of Probability and its Applications 1964.
 */
export function neighbourMeans(
  places: Matrix,
  { points, values, weights }: { readonly points: Matrix; readonly values: Matrix; readonly weights: Float64Array },
  squaredWidth: number
): Matrix {
  const out = matrix(places.rows, values.cols)
  const squares = new Float64Array(points.rows)
  for (let i = 0; i < places.rows; i++) {
    const nearest = squaredDistances(places, i, points, squares)
    let total = 0
    for (let j = 0; j < points.rows; j++) {
      const weight = weights[j]! * (squares[j] === nearest ? 1 : exp((nearest - squares[j]!) / (2 * squaredWidth)))
      total += weight
      for (let c = 0; c < values.cols; c++)
        out.data[i * values.cols + c] = out.data[i * values.cols + c]! + weight * values.data[j * values.cols + c]!
    }
    for (let c = 0; c < values.cols; c++) out.data[i * values.cols + c] = out.data[i * values.cols + c]! / total
  }
  return out
}

/** Squared distances of a place to all points, written to `out`; the smallest of them. */
function squaredDistances(places: Matrix, i: number, points: Matrix, out: Float64Array): number {
  const d = points.cols
  let nearest = Number.POSITIVE_INFINITY
  for (let j = 0; j < points.rows; j++) {
    let squares = 0
    for (let a = 0; a < d; a++) squares += (places.data[i * d + a]! - points.data[j * d + a]!) ** 2
    out[j] = squares
    if (squares < nearest) nearest = squares
  }
  return nearest
}
