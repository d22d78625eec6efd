import type { Matrix } from '../../num/matrix.js'
import { BLOCK_SIZE, blockOrder } from '../../space/blocks.js'
import type { Arena } from './arena.js'
import type { Precision } from './module.js'
import { runBoxes, startsOfRows, uploadNodeBoxes, uploadSplits, writeBoxes, writeNodeMaxima } from './upload-nodes.js'
import type { Format, UploadedCloud, UploadedMatrix } from './uploaded.js'

/** Fills block rows past the last point in `order`. */
const NO_POINT = 0xffffffff

/** Bits a nat: logarithms in lanes are in bits. */
const BITS = 1.4426950408889634

/** Rows a block, and numbers in 512 bytes: two runs of the block order in float32, where arithmetic is half of the time a run takes. */
export function blockRows(precision: Precision): number {
  return precision === 'float64' ? BLOCK_SIZE : 2 * BLOCK_SIZE
}

export function laneBytes(precision: Precision): number {
  return precision === 'float64' ? 8 : 4
}

export function lanes(arena: Arena, precision: Precision, at: number, length: number): Float64Array | Float32Array {
  return precision === 'float64' ? arena.float64(at, length) : arena.float32(at, length)
}

/** Rows of `m` in block order, the last one repeated to fill its block; as they are (centres 0) unless `centred`. */
export function uploadMatrix(arena: Arena, format: Format, m: Matrix, order: Uint32Array): UploadedMatrix {
  const { precision, centred } = format
  const rows = blockRows(precision)
  const { cols } = m
  const blockCount = Math.ceil(order.length / rows)
  const length = blockCount * cols * rows
  const data = arena.take(length * laneBytes(precision))
  const centres = arena.take(blockCount * cols * 8)
  const out = lanes(arena, precision, data, length)
  const centre = arena.float64(centres, blockCount * cols)
  const starts = new Uint32Array(rows)
  for (let b = 0, at = 0; b < blockCount; b++) {
    const count = startsOfRows(starts, order, b * rows, cols)
    for (let c = 0; c < cols; c++, at += rows) {
      const shift = centred ? middle(m.data, starts, count, c) : 0
      centre[b * cols + c] = shift
      for (let j = 0; j < rows; j++) out[at + j] = m.data[starts[j]! + c]! - shift
    }
  }
  return { data, centres }
}

/** Mean of column c over the first rows of a block. */
function middle(data: Float64Array, starts: Uint32Array, count: number, c: number): number {
  let sum = 0
  for (let j = 0; j < count; j++) sum += data[starts[j]! + c]! / count
  return sum
}

export function uploadCloud(arena: Arena, format: Format, points: Matrix): UploadedCloud {
  const rows = blockRows(format.precision)
  const order = blockOrder(points)
  const blockCount = Math.ceil(order.length / rows)
  const { data, centres } = uploadMatrix(arena, format, points, order)
  const boxes = arena.take(blockCount * 2 * points.cols * 8)
  const runs = runBoxes(points, order)
  writeBoxes(runs, rows / BLOCK_SIZE, arena.float64(boxes, blockCount * 2 * points.cols))
  const nodeBoxes = uploadNodeBoxes(arena, boxes, blockCount, points.cols)
  const splits = uploadSplits(arena, runs)
  const orderAddress = arena.take(blockCount * rows * 4)
  const padded = arena.uint32(orderAddress, blockCount * rows).fill(NO_POINT)
  padded.set(order)
  return {
    order,
    blockCount,
    data,
    centres,
    boxes,
    nodeBoxes,
    orderAddress,
    ...splits,
    ...uploadNorms(arena, format, data, blockCount, points.cols)
  }
}

/** Norms of the points as they were rounded to lanes. */
function uploadNorms(
  arena: Arena,
  { precision }: Format,
  data: number,
  blockCount: number,
  cols: number
): Pick<UploadedCloud, 'norms' | 'radii'> {
  const rows = blockRows(precision)
  const norms = arena.take(blockCount * rows * laneBytes(precision))
  const radii = arena.take(blockCount * 8)
  const points = lanes(arena, precision, data, blockCount * cols * rows)
  const out = lanes(arena, precision, norms, blockCount * rows)
  const largest = arena.float64(radii, blockCount).fill(0)
  const squares = new Float64Array(rows)
  for (let b = 0; b < blockCount; b++) {
    squares.fill(0)
    for (let c = 0, at = b * cols * rows; c < cols; c++, at += rows) {
      for (let j = 0; j < rows; j++) squares[j] = squares[j]! + points[at + j]! * points[at + j]!
    }
    out.set(squares, b * rows)
    for (let j = 0; j < rows; j++) largest[b] = Math.max(largest[b]!, squares[j]!)
  }
  return { norms, radii }
}

/** One number a point, in block order, with the largest of each block and of each node of the tree of blocks. */
interface Column {
  readonly data: number
  readonly maxima: number
  readonly nodeMaxima: number
}

/** Log terms with the smallest of each block, −∞ where a row of the block holds no point. */
interface LogColumn extends Column {
  readonly minima: number
}

/** Log terms, relative to the largest of their block and in bits; −∞ past the last point. */
export function uploadLogs(arena: Arena, precision: Precision, log: Float64Array, cloud: UploadedCloud): LogColumn {
  const rows = blockRows(precision)
  const { data, maxima, nodeMaxima } = takeColumn(arena, precision, cloud)
  const minima = arena.take(cloud.blockCount * 8)
  // Views come after the last `take`: memory that grows leaves them behind.
  const out = lanes(arena, precision, data, cloud.blockCount * rows)
  const maximum = arena.float64(maxima, cloud.blockCount)
  const minimum = arena.float64(minima, cloud.blockCount)
  const { order } = cloud
  const terms = new Float64Array(rows)
  for (let b = 0, start = 0; b < cloud.blockCount; b++, start += rows) {
    const count = Math.min(rows, order.length - start)
    let largest = Number.NEGATIVE_INFINITY
    let least = count < rows ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    for (let j = 0; j < count; j++) {
      const x = log[order[start + j]!]!
      terms[j] = x
      if (x > largest) largest = x
      if (x < least) least = x
    }
    if (count < rows) terms.fill(Number.NEGATIVE_INFINITY, count)
    maximum[b] = largest
    minimum[b] = least
    // A block without weight is never visited.
    const shift = largest === Number.NEGATIVE_INFINITY ? 0 : largest
    for (let j = 0; j < rows; j++) out[start + j] = (terms[j]! - shift) * BITS
  }
  writeNodeMaxima(maximum, arena.float64(nodeMaxima, cloud.blockCount))
  return { data, maxima, nodeMaxima, minima }
}

/** Widths of the variable kernel, the last one repeated to fill its block. */
export function uploadWidths(arena: Arena, precision: Precision, width: Float64Array, cloud: UploadedCloud): Column {
  const rows = blockRows(precision)
  const { data, maxima, nodeMaxima } = takeColumn(arena, precision, cloud)
  const length = cloud.blockCount * rows
  const out = lanes(arena, precision, data, length)
  const largest = arena.float64(maxima, cloud.blockCount).fill(0)
  const { order } = cloud
  for (let i = 0; i < length; i++) {
    const x = width[order[Math.min(i, order.length - 1)]!]!
    out[i] = x
    const b = Math.floor(i / rows)
    if (x > largest[b]!) largest[b] = x
  }
  writeNodeMaxima(largest, arena.float64(nodeMaxima, cloud.blockCount))
  return { data, maxima, nodeMaxima }
}

function takeColumn(arena: Arena, precision: Precision, cloud: UploadedCloud): Column {
  const data = arena.take(cloud.blockCount * blockRows(precision) * laneBytes(precision))
  return { data, maxima: arena.take(cloud.blockCount * 8), nodeMaxima: arena.take(cloud.blockCount * 8) }
}
