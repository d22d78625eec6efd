import { stampOf } from '../num/checksum.js'
import { beside, type Task } from '../num/crew.js'
import type { Watch } from '../num/iterate.js'
import type { Matrix } from '../num/matrix.js'
import { rowsIn } from '../num/row-kernel.js'

/** Rows a block: the unit of skipping and of vector work. */
export const BLOCK_SIZE = 64

/** Rows a group: blocks are ordered down to this size, so that a few neighbouring rows are compact too. */
const GROUP_SIZE = 4

/** Coordinates that are looked at: in more than these, boxes are too wide for skipping, and looking at all costs more than it gains. */
export const MOST_COORDINATES = 16

/**
 * The k-d order of points [n, d]: row numbers such that every run of BLOCK_SIZE, and inside it every run of GROUP_SIZE,
 * is compact. Recursive halving of the widest of the first 16 coordinates, ties by row number, the left half a whole number of blocks
 * (groups); inside a group by row number. Depends on the points only. The order of points that stand where they stood when they
 * were last put in order is that one; nobody may change it. Cost O(n d) for these, O(n d log n) for others.
 */
export function blockOrder(points: Matrix): Uint32Array {
  const stamp = stampOf(points.data)
  return knownOrder(points, stamp) ?? keepOrder(points, stamp, compiled(points) ?? ordered(points))
}

/** The same of points with this stamp, found where it is not known by whoever has threads for it. */
export async function blockOrderBy(points: Matrix, stamp: number, find: () => Promise<Uint32Array>): Promise<Uint32Array> {
  return knownOrder(points, stamp) ?? keepOrder(points, stamp, await find())
}

function knownOrder({ data, rows }: Matrix, stamp: number): Uint32Array | undefined {
  const known = orders.get(data)
  return known?.stamp === stamp && known.order.length === rows ? known.order : undefined
}

function keepOrder(points: Matrix, stamp: number, order: Uint32Array): Uint32Array {
  orders.set(points.data, { stamp, order })
  return order
}

/** The same in any thread. */
export const orderTask: Task<Matrix, Uint32Array> = { name: 'order', run: blockOrder }

/** Operations a row: 0.3 µs of a million. */
const ORDER_WORK = 100

/** Has another thread put points in order while this one goes on, where there is one and it pays; what is awaited ends when the order is known. */
export function orderBeside(points: Matrix, watch: Pick<Watch, 'crew' | 'stop'> | undefined): (() => Promise<void>) | undefined {
  const work = ORDER_WORK * points.rows
  if (orders.has(points.data) || !watch?.crew || work <= watch.crew.least(1)) return undefined
  const order = beside(orderTask, points, { ...watch, work })
  return async () => void orders.set(points.data, { stamp: stampOf(points.data), order: await order() })
}

/** By the array of the points, with a checksum of its numbers: one that was changed in place is ordered anew. */
const orders = new WeakMap<Float64Array, { readonly stamp: number; readonly order: Uint32Array }>()

/** Of the compiled loops; undefined where they cannot hold the points. */
function compiled({ data, rows, cols }: Matrix): Uint32Array | undefined {
  const looked = Math.min(cols, MOST_COORDINATES)
  if (looked === 0) return undefined
  const room = rowsIn([8 * rows * looked, 8 * rows, 4 * rows])
  if (!room) return undefined
  const { kernel, at } = room
  const [points, keys, out] = at as [number, number, number]
  const places = new Float64Array(kernel.memory.buffer, points, rows * looked)
  if (looked === cols) places.set(data)
  else for (let i = 0, to = 0; i < rows; i++, to += looked) places.set(data.subarray(i * cols, i * cols + looked), to)
  kernel.order(points, rows, looked, keys, out)
  return new Uint32Array(kernel.memory.buffer, out, rows).slice()
}

/** @internal The same by plain loops. */
export function ordered(points: Matrix): Uint32Array {
  const order = new Uint32Array(points.rows)
  for (let i = 0; i < order.length; i++) order[i] = i
  if (points.cols === 0) return order
  const keys = new Float64Array(points.rows)
  const box = { low: new Float64Array(points.cols), high: new Float64Array(points.cols) }
  const pending = [0, points.rows]
  while (pending.length > 0) {
    const end = pending.pop()!
    const start = pending.pop()!
    const count = end - start
    if (count <= GROUP_SIZE) {
      sortRows(order, start, end)
      continue
    }
    const axis = widestCoordinate(points, order, { start, end }, box)
    for (let i = start; i < end; i++) keys[i] = points.data[order[i]! * points.cols + axis]!
    const left = blockHalves(count)
    selectSmallest({ keys, order, start, end }, start + left)
    pending.push(start + left, end, start, start + left)
  }
  return order
}

/** How many of a run of rows stand in its first half: whole blocks, or groups of a block; inside a group any. */
export function blockHalves(count: number): number {
  const unit = count > BLOCK_SIZE ? BLOCK_SIZE : count > GROUP_SIZE ? GROUP_SIZE : 1
  return Math.ceil(Math.ceil(count / unit) / 2) * unit
}

/** Ascending row numbers, by insertion: at most a group. */
function sortRows(order: Uint32Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const row = order[i]!
    let j = i
    for (; j > start && order[j - 1]! > row; j--) order[j] = order[j - 1]!
    order[j] = row
  }
}

/** A run of rows to be divided, ordered by (key, row number). */
interface Run {
  readonly keys: Float64Array
  readonly order: Uint32Array
  readonly start: number
  readonly end: number
}

/** Moves the rows that belong before position `middle` there (Hoare's selection; the resulting *set* is unique). */
function selectSmallest({ keys, order, start, end }: Run, middle: number): void {
  let low = start
  let high = end - 1
  while (low < high) {
    const pivot = medianOfThree(keys, order, low, high)
    const key = keys[pivot]!
    const row = order[pivot]!
    let i = low
    let j = high
    while (i <= j) {
      while (keys[i]! < key || (keys[i] === key && order[i]! < row)) i++
      while (keys[j]! > key || (keys[j] === key && order[j]! > row)) j--
      if (i > j) break
      swap(keys, order, i, j)
      i++
      j--
    }
    if (middle <= j) high = j
    else if (middle >= i) low = i
    else return
  }
}

function medianOfThree(keys: Float64Array, order: Uint32Array, low: number, high: number): number {
  const middle = (low + high) >>> 1
  const before = (a: number, b: number): boolean => keys[a]! < keys[b]! || (keys[a] === keys[b] && order[a]! < order[b]!)
  const [first, second] = before(low, high) ? [low, high] : [high, low]
  if (before(middle, first)) return first
  return before(middle, second) ? middle : second
}

function swap(keys: Float64Array, order: Uint32Array, i: number, j: number): void {
  const key = keys[i]!
  const row = order[i]!
  keys[i] = keys[j]!
  order[i] = order[j]!
  keys[j] = key
  order[j] = row
}

function widestCoordinate(
  { data, cols }: Matrix,
  order: Uint32Array,
  { start, end }: { start: number; end: number },
  { low, high }: { low: Float64Array; high: Float64Array }
): number {
  const looked = Math.min(cols, MOST_COORDINATES)
  low.fill(Number.POSITIVE_INFINITY)
  high.fill(Number.NEGATIVE_INFINITY)
  for (let i = start; i < end; i++) {
    for (let c = 0, at = order[i]! * cols; c < looked; c++, at++) {
      const x = data[at]!
      if (x < low[c]!) low[c] = x
      if (x > high[c]!) high[c] = x
    }
  }
  let widest = 0
  for (let c = 1; c < looked; c++) if (high[c]! - low[c]! > high[widest]! - low[widest]!) widest = c
  return widest
}

/** Centre and half width of the bounding box of every run of `size` rows [runs, d]. */
export function boxes({ data, rows, cols: d }: Matrix, size: number): { centres: Float64Array; halfWidths: Float64Array } {
  const count = Math.ceil(rows / size)
  const centres = new Float64Array(count * d)
  const halfWidths = new Float64Array(count * d)
  for (let block = 0; block < count; block++) {
    for (let a = 0; a < d; a++) {
      let low = Number.POSITIVE_INFINITY
      let high = Number.NEGATIVE_INFINITY
      for (let j = block * size; j < Math.min(rows, (block + 1) * size); j++) {
        low = Math.min(low, data[j * d + a]!)
        high = Math.max(high, data[j * d + a]!)
      }
      centres[block * d + a] = (low + high) / 2
      halfWidths[block * d + a] = (high - low) / 2
    }
  }
  return { centres, halfWidths }
}
