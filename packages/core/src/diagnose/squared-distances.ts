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
  const squares = new Float64Array(PAIRS)
  let count = 0
  for (let k = 0; k < 2 * PAIRS; k += 2) {
    const square = squaredDistance(points, indexFromUniform(u[k]!, points.rows), points, indexFromUniform(u[k + 1]!, points.rows))
    if (square > 0) squares[count++] = square
  }
  return count > 0 ? median(squares.subarray(0, count)) : 1
}
