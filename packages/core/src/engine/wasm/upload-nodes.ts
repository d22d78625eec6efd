import type { Arena } from './arena.js'
import type { UploadedCloud } from './uploaded.js'

/**
 * Where a point of space is at home: the runs of the block order with their boxes, halved as that was made, each time by the coordinate in which
 * the halves overlap least and the middle of their gap there. Cost O(runs·d·log runs).
 */
export function writeSplits(
  arena: Arena,
  { splitAxes, splitValues }: Pick<UploadedCloud, 'splitAxes' | 'splitValues'>,
  { boxes, count: runCount, cols: d }: Boxes
): void {
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
}

/**
 * What is the case of the blocks below each node of the tree of blocks, which are halved as the block order was: it stands at its middle.
 * A lone block is no node.
 */
function writeNodes(
  blockCount: number,
  of: (block: number) => number,
  merge: (x: number, y: number) => number,
  write: (at: number, x: number) => void
) {
  const below = (start: number, end: number): number => {
    if (end - start < 2) return of(start)
    const middle = (start + end + 1) >>> 1
    const x = merge(below(start, middle), below(middle, end))
    write(middle, x)
    return x
  }
  if (blockCount > 1) below(0, blockCount)
}

/** Boxes of the nodes. */
export function writeNodeBoxes(
  arena: Arena,
  { boxes, nodeBoxes, blockCount }: Pick<UploadedCloud, 'boxes' | 'nodeBoxes' | 'blockCount'>,
  d: number
): void {
  const leaves = arena.float64(boxes, blockCount * 2 * d)
  const out = arena.float64(nodeBoxes, blockCount * 2 * d)
  for (let c = 0; c < 2 * d; c++)
    writeNodes(
      blockCount,
      (block) => leaves[block * 2 * d + c]!,
      c < d ? Math.min : Math.max,
      (at, x) => {
        out[at * 2 * d + c] = x
      }
    )
}

/** Largest of the blocks' numbers below each node, at its middle. */
export function writeNodeMaxima(leaves: Float64Array, out: Float64Array): void {
  writeNodes(
    leaves.length,
    (block) => leaves[block]!,
    Math.max,
    (at, x) => {
      out[at] = x
    }
  )
}

/** Low and high corner of each of some runs of rows [count, 2, cols]. */
interface Boxes {
  readonly boxes: Float64Array
  readonly count: number
  readonly cols: number
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
