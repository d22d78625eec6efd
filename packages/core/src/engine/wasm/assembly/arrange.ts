// What the host hands in row after row, put in block order: points with their centres, boxes and norms, log terms with their extremes;
// and that order itself.
import { halve, halves } from '../../../num/wasm/assembly/order'
import * as job from './job'
import { BITS, BLOCK, ROW, SIZE, loadLane, storeLane } from './lanes'

/** Points a run of the block order. */
const RUN: i32 = 64
/** Coordinates that the order looks at: as in space/blocks.ts. */
const LOOKED: i32 = 16

/** Low and high corner, in one coordinate, of the runs of a block of `count` points. */
function enclose(at: usize, raw: usize, order: usize, line: usize, toHigh: usize, count: i32): void {
  for (let start = 0; start < count; start += RUN, at += toHigh << 1) {
    let low: f64 = Infinity
    let high: f64 = -Infinity
    for (let j = start; j < min(start + RUN, count); j++) {
      const x = load<f64>(raw + <usize>load<u32>(order + (<usize>j << 2)) * line)
      if (x < low) low = x
      if (x > high) high = x
    }
    store<f64>(at, low)
    store<f64>(at + toHigh, high)
  }
}

/** Squared distances of a block's points, as they were rounded to lanes, from its centre. */
function writeNorms(block: i32, points: usize, d: i32): void {
  const out = job.pointer(job.NORMS) + <usize>block * ROW
  let largest: f64 = 0
  for (let j: usize = 0; j < <usize>BLOCK * SIZE; j += SIZE) {
    let square: f64 = 0
    let at = points + j
    for (let c = 0; c < d; c++, at += ROW) {
      const x = loadLane(at)
      square += x * x
    }
    storeLane(out + j, square)
    largest = max(largest, square)
  }
  store<f64>(job.pointer(job.RADII) + (<usize>block << 3), largest)
}

/** Coordinates less the block's centre, one after the other, the last point repeated to fill the block. */
function arrangePoints(block: i32, order: usize, count: i32): void {
  const d = job.field(job.DIMENSION)
  const line = <usize>d << 3
  const raw = job.pointer(job.RAW)
  const centred = job.field(job.CENTRED) !== 0
  const boxes = job.pointer(job.RUN_BOXES)
  const points = job.pointer(job.POINTS) + <usize>(block * d) * ROW
  const centres = job.pointer(job.CENTRES) + (<usize>(block * d) << 3)
  const box = boxes + <usize>(block * (BLOCK / RUN)) * (line << 1)
  for (let c = 0; c < d; c++) {
    const column = raw + (<usize>c << 3)
    let shift: f64 = 0
    if (centred) {
      for (let j = 0; j < count; j++) shift += load<f64>(column + <usize>load<u32>(order + (<usize>j << 2)) * line) / <f64>count
    }
    store<f64>(centres + (<usize>c << 3), shift)
    const out = points + <usize>c * ROW
    for (let j = 0; j < BLOCK; j++) {
      const row = <usize>load<u32>(order + (<usize>min(j, count - 1) << 2))
      storeLane(out + <usize>j * SIZE, load<f64>(column + row * line) - shift)
    }
    if (boxes) enclose(box + (<usize>c << 3), column, order, line, line, count)
  }
  if (job.field(job.NORMS)) writeNorms(block, points, d)
}

/** Log terms relative to the largest of their block, in bits; −∞ past the last point. */
function arrangeLogs(block: i32, order: usize, count: i32): void {
  const raw = job.pointer(job.RAW)
  const out = job.pointer(job.LOGS) + <usize>block * ROW
  let largest: f64 = -Infinity
  let least: f64 = count < BLOCK ? -Infinity : Infinity
  for (let j = 0; j < count; j++) {
    const x = load<f64>(raw + (<usize>load<u32>(order + (<usize>j << 2)) << 3))
    if (x > largest) largest = x
    if (x < least) least = x
  }
  store<f64>(job.pointer(job.LOG_MAXIMA) + (<usize>block << 3), largest)
  store<f64>(job.pointer(job.LOG_MINIMA) + (<usize>block << 3), least)
  // A block without weight is never visited.
  const shift = largest === -Infinity ? 0 : largest
  for (let j = 0; j < BLOCK; j++) {
    const x = j < count ? load<f64>(raw + (<usize>load<u32>(order + (<usize>j << 2)) << 3)) : -Infinity
    storeLane(out + <usize>j * SIZE, (x - shift) * BITS)
  }
}

export function arrangeUnit(index: i32): void {
  const isLogs = (job.field(job.MODE) & job.ARRANGE_LOGS) !== 0
  const last = min((index + 1) * job.BLOCKS_A_UNIT, job.field(job.BLOCK_COUNT))
  for (let block = index * job.BLOCKS_A_UNIT; block < last; block++) {
    const order = job.pointer(job.ORDER) + (<usize>(block * BLOCK) << 2)
    const count = min(BLOCK, job.field(job.QUERY_COUNT) - block * BLOCK)
    if (isLogs) arrangeLogs(block, order, count)
    else arrangePoints(block, order, count)
  }
}

/** Halves run `index` of the rows; runs, whose number is a power of two, are those that all rows were halved into. One run is all rows as they come. */
export function orderUnit(index: i32): void {
  const out = job.pointer(job.ORDER)
  let start = 0
  let end = job.field(job.QUERY_COUNT)
  for (let bit = job.field(job.RUNS) >> 1; bit > 0; bit >>= 1) {
    const middle = start + halves(end - start)
    if (index & bit) start = middle
    else end = middle
  }
  if (job.field(job.RUNS) === 1) for (let i = 0; i < end; i++) store<i32>(out + (<usize>i << 2), i)
  const d = job.field(job.DIMENSION)
  halve(job.pointer(job.RAW), <usize>d << 3, min(d, LOOKED), job.pointer(job.KEYS), out, start, end, job.field(job.TIMES))
}
