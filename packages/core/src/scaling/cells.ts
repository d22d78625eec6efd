import { exp, log } from '../num/elementary.js'
import type { Matrix } from '../num/matrix.js'
import { blockHalves, blockOrder } from '../space/blocks.js'

export interface Cells {
  /** The middle one of each cell's points, and the weight of all. */
  readonly rows: Uint32Array
  readonly logWeights: Float64Array
  /** The cell of each point; of one without weight any. */
  readonly cellOf: Uint32Array
}

/** Runs of the k-d order that are no wider than this in any coordinate, of points with weight. */
export function cellsOf(points: Matrix, logWeights: Float64Array, width: number): Cells {
  const order = blockOrder(points)
  const rows: number[] = []
  const weights: number[] = []
  const cellOf = new Uint32Array(points.rows)
  const pending: [number, number][] = [[0, order.length]]
  while (pending.length > 0) {
    const [start, end] = pending.pop()!
    if (end - start === 1 || isNarrow(points, order.subarray(start, end), width)) {
      let weight = 0
      for (let k = start; k < end; k++) weight += exp(logWeights[order[k]!]!)
      if (weight === 0) continue
      for (let k = start; k < end; k++) cellOf[order[k]!] = rows.length
      rows.push(order[(start + end) >> 1]!)
      weights.push(log(weight))
    } else {
      const middle = start + blockHalves(end - start)
      pending.push([middle, end], [start, middle])
    }
  }
  return { rows: Uint32Array.from(rows), logWeights: Float64Array.from(weights), cellOf }
}

function isNarrow({ data, cols }: Matrix, run: Uint32Array, width: number): boolean {
  for (let a = 0; a < cols; a++) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const row of run) {
      low = Math.min(low, data[row * cols + a]!)
      high = Math.max(high, data[row * cols + a]!)
    }
    if (high - low > width) return false
  }
  return true
}
