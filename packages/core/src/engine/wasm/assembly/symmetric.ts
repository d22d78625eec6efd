// Sums over a cloud against itself: each unordered pair of points once, k(x, y) = k(y, x).
//
// Blocks are taken in stripes; a unit is a pair of stripes P ≤ Q and leaves two partial sums, for the rows of P and
// for those of Q, which are added in a fixed order in the end. With g_j = exp(log_j − largest), row i is at least g_i, since
// k(x, x) = 1: no shift a row is needed. With values there are
// columns g_j v_j beside the one of g; in float32 there is that one alone, its column sums float64 from block to block.
import * as job from './job'
import { BLOCK, ROW, SIZE, loadLane, splat } from './lanes'
import { boxDistance } from './boxes'
import { log } from '../../../num/wasm/assembly/elementary'
import { approach, localise, mostReach, reachOf } from './rows'
import * as state from './state'
import { takeQueries } from './sweep'
import { visitSymmetric } from './sums'

/** Squared distance of two blocks' boxes, over the kernel's bandwidth: nats by which their kernel values fall short of 1. */
function fall(a: i32, b: i32): f64 {
  const d = state.dimension
  const boxes = job.pointer(job.BOXES)
  const one = boxes + ((<usize>a * 2 * <usize>d) << 3)
  const other = boxes + ((<usize>b * 2 * <usize>d) << 3)
  const squared = boxDistance(one, other, d)
  if (!state.variable) return squared * state.scale
  const widths = job.pointer(job.WIDTH_MAXIMA)
  return (squared * state.scale) / (state.real64(widths, a) + state.real64(widths, b))
}

/** Whether neither block can matter to a row of the other. */
function apart(a: i32, b: i32): bool {
  const shortfall = fall(a, b) - job.real(job.CUT)
  const minima = job.pointer(job.LOG_MINIMA)
  return (
    state.logMaximum(b) - shortfall < state.real64(minima, a) && state.logMaximum(a) - shortfall < state.real64(minima, b)
  )
}

/**
 * One pair of blocks, a against b; the column sums [columns][block] are added in float64 at `columns`. A block with itself
 * gives whole rows: its column sums are thrown away.
 */
function meet(a: i32, b: i32, columns: usize): void {
  const farthest = reachOf(b)
  approach(b, farthest <= mostReach(b))
  localise(b, 0, BLOCK, farthest)
  if (!FLOAT32 && a !== b) {
    visitSymmetric(a, b, columns)
    return
  }
  for (let j: usize = 0; j < ROW; j += 16) v128.store(state.columns + j, splat(0))
  visitSymmetric(a, b, state.columns)
  if (a === b) return
  for (let j = 0; j < BLOCK; j++) state.setReal64(columns, j, state.real64(columns, j) + loadLane(state.columns + <usize>j * SIZE))
}

function clearRows(): void {
  memory.fill(state.shifts, 0, BLOCK << 3)
  memory.fill(state.accumulated, 0, <usize>(state.valueCount * BLOCK) << 3)
}

/** Stripe pair number `index`, counted (0, 0), (0, 1), …, (1, 1), … */
export function symmetricUnit(index: i32): void {
  const stripe = job.field(job.STRIPE)
  let p = 0
  let rest = index
  for (let length = job.field(job.STRIPE_COUNT); rest >= length; length--) {
    rest -= length
    p++
  }
  const q = p + rest
  const blockBytes = <usize>(state.valueCount * BLOCK) << 3
  const bytes = <usize>stripe * blockBytes
  const rows = job.pointer(job.STRIPE_SUMS) + <usize>index * 2 * bytes
  memory.fill(rows, 0, 2 * bytes)
  const n = job.field(job.QUERY_COUNT)
  const end = min((p + 1) * stripe, state.blockCount)
  const columnEnd = min((q + 1) * stripe, state.blockCount)
  for (let a = p * stripe; a < end; a++) {
    takeQueries(a * BLOCK, min(BLOCK, n - a * BLOCK), BLOCK)
    clearRows()
    for (let b = p === q ? a : q * stripe; b < columnEnd; b++) {
      if (a !== b && apart(a, b)) continue
      meet(a, b, rows + bytes + <usize>(b - q * stripe) * blockBytes)
    }
    memory.copy(rows + <usize>(a - p * stripe) * blockBytes, state.accumulated, blockBytes)
  }
}

/** The number of a stripe pair p ≤ q. */
@inline function pairOf(p: i32, q: i32, stripes: i32): i32 {
  return p * stripes - ((p * (p - 1)) >> 1) + q - p
}

/** Adds `length` numbers to others. */
function addTo(to: usize, from: usize, length: i32): void {
  const end = to + (<usize>length << 3)
  for (; to < end; to += 16, from += 16) v128.store(to, f64x2.add(v128.load(to), v128.load(from)))
}

/** What the sums of a block's rows come to: log-sums, or means of the columns behind the first. */
function writeBlock(block: i32, sums: usize): void {
  const columns = job.field(job.VALUE_COUNT)
  const order = job.pointer(job.ORDER) + (<usize>(block * BLOCK) << 2)
  const means = job.pointer(job.OUT_MEAN)
  const count = min(BLOCK, job.field(job.QUERY_COUNT) - block * BLOCK)
  for (let j = 0; j < count; j++) {
    const row = load<i32>(order + (<usize>j << 2))
    const sum = state.real64(sums, j)
    if (columns === 1) state.setReal64(job.pointer(job.OUT_LOG_SUM), row, job.real(job.LARGEST) + log(sum))
    else for (let c = 1; c < columns; c++) state.setReal64(means, row * (columns - 1) + c - 1, state.real64(sums, c * BLOCK + j) / sum)
  }
}

/** Adds up the partial sums of some blocks in the order of the other stripe, in place of the first. */
export function finishUnit(index: i32): void {
  const stripe = job.field(job.STRIPE)
  const stripes = job.field(job.STRIPE_COUNT)
  const length = job.field(job.VALUE_COUNT) * BLOCK
  const bytes = <usize>(stripe * length) << 3
  const all = job.pointer(job.STRIPE_SUMS)
  const last = min((index + 1) * job.BLOCKS_A_UNIT, job.field(job.BLOCK_COUNT))
  for (let block = index * job.BLOCKS_A_UNIT; block < last; block++) {
    const p = block / stripe
    const own = all + (<usize>((block - p * stripe) * length) << 3)
    const first = own + (p > 0 ? 2 * <usize>pairOf(0, p, stripes) + 1 : 0) * bytes
    for (let q = 1; q < p; q++) addTo(first, own + (2 * <usize>pairOf(q, p, stripes) + 1) * bytes, length)
    const both = own + 2 * <usize>pairOf(p, p, stripes) * bytes
    if (p > 0) addTo(first, both, length)
    addTo(first, both + bytes, length)
    for (let q = p + 1; q < stripes; q++) addTo(first, own + 2 * <usize>pairOf(p, q, stripes) * bytes, length)
    writeBlock(block, first)
  }
}
