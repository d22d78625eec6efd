import type { Matrix } from '../num/matrix.js'

/** Rows a block: the unit of skipping and of vector work. */
export const BLOCK_SIZE = 64

/**
 * The k-d order of points [n, d]: row numbers such that every run of BLOCK_SIZE is compact. Recursive halving at the
 * median of the widest coordinate, ties by row number, the left half a whole number of blocks: depends on the points
 * only. Cost O(n log² n).
 */
export function blockOrder(points: Matrix): Uint32Array {
  const order = new Uint32Array(points.rows)
  for (let i = 0; i < order.length; i++) order[i] = i
  const pending: [number, number][] = [[0, points.rows]]
  while (pending.length > 0) {
    const [start, end] = pending.pop()!
    const count = end - start
    if (count <= BLOCK_SIZE) continue
    const axis = widestCoordinate(points, order, start, end)
    const part = order.subarray(start, end)
    part.sort((a, b) => points.data[a * points.cols + axis]! - points.data[b * points.cols + axis]! || a - b)
    const left = Math.ceil(Math.ceil(count / BLOCK_SIZE) / 2) * BLOCK_SIZE
    pending.push([start + left, end], [start, start + left])
  }
  return order
}

function widestCoordinate(points: Matrix, order: Uint32Array, start: number, end: number): number {
  let widest = 0
  let widestRange = -1
  for (let c = 0; c < points.cols; c++) {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let i = start; i < end; i++) {
      const x = points.data[order[i]! * points.cols + c]!
      if (x < low) low = x
      if (x > high) high = x
    }
    if (high - low > widestRange) {
      widestRange = high - low
      widest = c
    }
  }
  return widest
}
