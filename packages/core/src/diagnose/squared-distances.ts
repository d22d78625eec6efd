import type { Matrix } from '../num/matrix.js'
import { indexFromUniform, type Key, uniforms } from '../num/random.js'
import { median } from '../num/statistics.js'

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

/** Pairs of rows whose median distance is taken. */
const PAIRS = 4000

/** Median squared distance between rows that differ, of 4,000 pairs by chance; 1 where all agree. */
export function medianSquaredDistance(points: Matrix, key: Key): number {
  const u = uniforms(key, 2 * PAIRS)
  const squares = Float64Array.from({ length: PAIRS }, (_, k) =>
    squaredDistance(points, indexFromUniform(u[2 * k]!, points.rows), points, indexFromUniform(u[2 * k + 1]!, points.rows))
  ).filter((square) => square > 0)
  return squares.length > 0 ? median(squares) : 1
}
