import type { Matrix } from '../../num/matrix.js'
import { BLOCK_SIZE } from '../../space/blocks.js'
import type { Arena } from './arena.js'
import type { UploadedCloud } from './uploaded.js'

/**
 * Where a point of space is at home: the runs of the block order with their boxes, halved as that was made, each time by the coordinate in which
 * the halves overlap least and the middle of their gap there. Cost O(runs·d·log runs).
 */
export function uploadSplits(
  arena: Arena,
  { boxes, count: runCount, cols: d }: Boxes
): Pick<UploadedCloud, 'runCount' | 'splitAxes' | 'splitValues'> {
  const splitAxes = arena.take(runCount * 4)
  const splitValues = arena.take(runCount * 8)
  const axes = arena.uint32(splitAxes, runCount)
  const values = arena.float64(splitValues, runCount)
  const pending: [number, number][] = [[0, runCount]]
  for (let part = pending.pop(); part; part = pending.pop()) {
    const [start, end] = part
    if (end - start < 2 || d === 0) continue
    const middle = (start + end + 1) >>> 1
    let widest = Number.NEGATIVE_INFINITY
    for (let c = 0; c < d; c++) {
      let high = Number.NEGATIVE_INFINITY
      let low = Number.POSITIVE_INFINITY
      for (let run = start; run < middle; run++) high = Math.max(high, boxes[run * 2 * d + d + c]!)
      for (let run = middle; run < end; run++) low = Math.min(low, boxes[run * 2 * d + c]!)
      if (!(low - high > widest)) continue
      widest = low - high
      axes[middle] = c
      values[middle] = high + (low - high) / 2
    }
    pending.push([start, middle], [middle, end])
  }
  return { runCount, splitAxes, splitValues }
}

/** Blocks start … end−1 as a node of the tree of blocks; what is kept of it stands at `middle`, of a lone block at that block. */
interface Node {
  readonly start: number
  readonly middle: number
  readonly end: number
}

/** The nodes of two blocks or more, children first: halved as the block order was. */
function nodesOf(blockCount: number): readonly Node[] {
  const nodes: Node[] = []
  const pending: (readonly [number, number])[] = [[0, blockCount]]
  for (let part = pending.pop(); part; part = pending.pop()) {
    const [start, end] = part
    if (end - start < 2) continue
    const middle = (start + end + 1) >>> 1
    nodes.push({ start, middle, end })
    pending.push([start, middle], [middle, end])
  }
  return nodes.reverse()
}

/** Of each half of a node: whether it is a block, and where its numbers stand. */
const halvesOf = ({ start, middle, end }: Node) =>
  [
    { block: middle - start === 1, at: middle - start === 1 ? start : (start + middle + 1) >>> 1 },
    { block: end - middle === 1, at: end - middle === 1 ? middle : (middle + end + 1) >>> 1 }
  ] as const

export function uploadNodeBoxes(arena: Arena, boxes: number, blockCount: number, d: number): number {
  const nodeBoxes = arena.take(blockCount * 2 * d * 8)
  const leaves = arena.float64(boxes, blockCount * 2 * d)
  const out = arena.float64(nodeBoxes, blockCount * 2 * d)
  for (const node of nodesOf(blockCount)) {
    const [left, right] = halvesOf(node)
    const [a, b] = [left.block ? leaves : out, right.block ? leaves : out]
    for (let c = 0; c < 2 * d; c++) {
      const [x, y] = [a[left.at * 2 * d + c]!, b[right.at * 2 * d + c]!]
      out[node.middle * 2 * d + c] = c < d ? Math.min(x, y) : Math.max(x, y)
    }
  }
  return nodeBoxes
}

/** Largest of the blocks' numbers below each node, at its middle. */
export function writeNodeMaxima(leaves: Float64Array, out: Float64Array): void {
  for (const node of nodesOf(leaves.length)) {
    const [left, right] = halvesOf(node)
    out[node.middle] = Math.max((left.block ? leaves : out)[left.at]!, (right.block ? leaves : out)[right.at]!)
  }
}

/** Where the rows of a block begin in their matrix, the last one repeated to fill it; gives how many there are. */
export function startsOfRows(starts: Uint32Array, order: Uint32Array, from: number, cols: number): number {
  const count = Math.min(starts.length, order.length - from)
  for (let j = 0; j < starts.length; j++) starts[j] = order[from + Math.min(j, count - 1)]! * cols
  return count
}

/** Low and high corner of each of some runs of rows [count, 2, cols]. */
interface Boxes {
  readonly boxes: Float64Array
  readonly count: number
  readonly cols: number
}

/** Boxes of the runs of the block order. Cost O(n·d). */
export function runBoxes({ data, cols }: Matrix, order: Uint32Array): Boxes {
  const count = Math.ceil(order.length / BLOCK_SIZE)
  const boxes = new Float64Array(count * 2 * cols)
  const starts = new Uint32Array(BLOCK_SIZE)
  for (let run = 0, at = 0; run < count; run++, at += 2 * cols) {
    const rows = startsOfRows(starts, order, run * BLOCK_SIZE, cols)
    for (let c = 0; c < cols; c++) {
      let low = Number.POSITIVE_INFINITY
      let high = Number.NEGATIVE_INFINITY
      for (let j = 0; j < rows; j++) {
        const x = data[starts[j]! + c]!
        if (x < low) low = x
        if (x > high) high = x
      }
      boxes[at + c] = low
      boxes[at + cols + c] = high
    }
  }
  return { boxes, count, cols }
}

/** Boxes of blocks of so many runs. */
export function writeBoxes({ boxes, count, cols: d }: Boxes, runs: number, out: Float64Array): void {
  for (let run = 0; run < count; run++) {
    const at = Math.floor(run / runs) * 2 * d
    const from = run * 2 * d
    for (let c = 0; c < 2 * d; c++) {
      const x = boxes[from + c]!
      if (run % runs === 0 || (c < d ? x < out[at + c]! : x > out[at + c]!)) out[at + c] = x
    }
  }
}
