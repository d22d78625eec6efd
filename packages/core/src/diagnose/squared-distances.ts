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

interface DistanceRow {
  readonly from: Matrix
  /** Row of `from`. */
  readonly row: number
  readonly to: Matrix
  /** How many rows of `to`, from the first on. */
  readonly count: number
}

/**
 * Squared distances from one row to the first `count` rows of `to`, written to `out[0 … count − 1]`: four rows at a time,
 * so that additions do not wait for each other.
 */
export function fillSquaredDistances({ from, row, to, count }: DistanceRow, out: Float64Array): void {
  const { cols } = from
  const a = from.data
  const b = to.data
  const base = row * cols
  let j = 0
  for (; j + 4 <= count; j += 4) {
    let sum0 = 0
    let sum1 = 0
    let sum2 = 0
    let sum3 = 0
    let q = j * cols
    for (let c = 0; c < cols; c++, q++) {
      const value = a[base + c]!
      const d0 = value - b[q]!
      const d1 = value - b[q + cols]!
      const d2 = value - b[q + 2 * cols]!
      const d3 = value - b[q + 3 * cols]!
      sum0 += d0 * d0
      sum1 += d1 * d1
      sum2 += d2 * d2
      sum3 += d3 * d3
    }
    out[j] = sum0
    out[j + 1] = sum1
    out[j + 2] = sum2
    out[j + 3] = sum3
  }
  for (; j < count; j++) out[j] = squaredDistance(from, row, to, j)
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
