import { stampOf } from '../../num/checksum.js'
import type { Matrix } from '../../num/matrix.js'
import { BLOCK_SIZE, blockOrderBy } from '../../space/blocks.js'
import type { Arena } from './arena.js'
import { arrange, type Desk, findOrder, placeRaw } from './arrange.js'
import * as job from './job.js'
import type { Precision } from './module.js'
import { writeBoxes, writeNodeBoxes, writeNodeMaxima, writeSplits } from './upload-nodes.js'
import type { UploadedCloud, UploadedMatrix } from './uploaded.js'

/** Fills block rows past the last point in `order`. */
const NO_POINT = 0xffffffff

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

/** Values in block order, the last row repeated to fill its block, relative to their block's centre. */
export async function uploadMatrix(desk: Desk, m: Matrix, cloud: UploadedCloud): Promise<UploadedMatrix> {
  const places = takeMatrix(desk, m.cols, cloud.blockCount)
  const mark = desk.arena.top
  const fields = { ...pointFields(m, cloud), ...NOTHING_BESIDE, points: places.data, centres: places.centres }
  await arrange(desk, placeRaw(desk.arena, m.data), fields)
  desk.arena.cutBack(mark)
  return places
}

const NOTHING_BESIDE = { centred: 1, runBoxes: 0, norms: 0, radii: 0 }

function takeMatrix({ arena, precision }: Desk, cols: number, blockCount: number): UploadedMatrix {
  return { data: arena.take(blockCount * cols * blockRows(precision) * laneBytes(precision)), centres: arena.take(blockCount * cols * 8) }
}

const pointFields = ({ rows, cols }: Matrix, { blockCount, orderAddress }: Pick<UploadedCloud, 'blockCount' | 'orderAddress'>) => ({
  mode: job.ARRANGE_POINTS,
  queryCount: rows,
  dimension: cols,
  blockCount,
  order: orderAddress
})

/** A cloud in block order, as it is (centres 0) unless `centred`; `stamp` is that of its points. */
export async function uploadCloud(desk: Desk, points: Matrix, centred: boolean, stamp = stampOf(points.data)): Promise<UploadedCloud> {
  const { arena, precision } = desk
  const { cols } = points
  const rows = blockRows(precision)
  const blockCount = Math.ceil(points.rows / rows)
  const runCount = Math.ceil(points.rows / BLOCK_SIZE)
  const places = {
    ...takeMatrix(desk, cols, blockCount),
    boxes: arena.take(blockCount * 2 * cols * 8),
    nodeBoxes: arena.take(blockCount * 2 * cols * 8),
    splitAxes: arena.take(runCount * 4),
    splitValues: arena.take(runCount * 8),
    norms: arena.take(blockCount * rows * laneBytes(precision)),
    radii: arena.take(blockCount * 8),
    orderAddress: arena.take(blockCount * rows * 4)
  }
  const mark = arena.top
  // One box a block is one a run in float64.
  const runBoxes = rows === BLOCK_SIZE ? places.boxes : arena.take(runCount * 2 * cols * 8)
  const raw = placeRaw(arena, points.data)
  const order = await blockOrderBy(points, stamp, () => findOrder(desk, raw, points, places.orderAddress))
  const cloud: UploadedCloud = { ...places, order, blockCount, runCount }
  // Views come after the last `take`: memory that grows leaves them behind.
  arena
    .uint32(cloud.orderAddress, blockCount * rows)
    .fill(NO_POINT, order.length)
    .set(order)
  const { data, norms, radii, centres } = cloud
  const fields = { ...pointFields(points, cloud), points: data, centres, norms, radii, runBoxes, centred: centred ? 1 : 0 }
  await arrange(desk, raw, fields)
  const runs = { boxes: arena.float64(runBoxes, runCount * 2 * cols), count: runCount, cols }
  if (runBoxes !== cloud.boxes) writeBoxes(runs, rows / BLOCK_SIZE, arena.float64(cloud.boxes, blockCount * 2 * cols))
  writeNodeBoxes(arena, cloud, cols)
  writeSplits(arena, cloud, runs)
  arena.cutBack(mark)
  return cloud
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
export async function uploadLogs(desk: Desk, log: Float64Array, cloud: UploadedCloud): Promise<LogColumn> {
  const { arena, precision } = desk
  const { data, maxima, nodeMaxima } = takeColumn(arena, precision, cloud)
  const minima = arena.take(cloud.blockCount * 8)
  const mark = arena.top
  const { blockCount, orderAddress } = cloud
  const fields = {
    mode: job.ARRANGE_LOGS,
    queryCount: log.length,
    blockCount,
    order: orderAddress,
    logs: data,
    logMaxima: maxima,
    logMinima: minima
  }
  await arrange(desk, placeRaw(arena, log), fields)
  arena.cutBack(mark)
  writeNodeMaxima(arena.float64(maxima, blockCount), arena.float64(nodeMaxima, blockCount))
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
