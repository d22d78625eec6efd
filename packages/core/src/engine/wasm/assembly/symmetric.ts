// Sums over a cloud against itself: each unordered pair of points once, k(x, y) = k(y, x).
//
// Blocks are taken in stripes; a unit is a pair of stripes P ≤ Q and leaves two partial sums, for the rows of P and
// for those of Q, which the host adds in a fixed order. With g_j = exp(log_j − largest), row i is at least g_i, since
// k(x, x) = 1: no shift a row is needed. With values there are c columns u_j = g_j v_j in place of the one column g.
import * as job from './job'
import { ROW, SIZE, loadLane, splat } from './lanes'
import { boxDistance } from './order'
import * as state from './state'
import { takeQueries } from './sweep'
import { localise, visitProduct, visitSymmetric } from './tile'

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

/** One pair of blocks; the column sums are added in float64 at `columns`. */
function meet(block: i32, columns: usize): void {
  localise(block, 64)
  if (!FLOAT32) {
    visitSymmetric(block, columns)
    return
  }
  for (let j: usize = 0; j < ROW; j += 16) v128.store(state.columns + j, splat(0))
  visitSymmetric(block, state.columns)
  for (let j = 0; j < 64; j++) state.setReal64(columns, j, state.real64(columns, j) + loadLane(state.columns + <usize>j * SIZE))
}

function clearRows(): void {
  for (let q = 0; q < 64; q++) {
    state.setPair(state.sums, q, f64x2.splat(0))
    v128.store(state.offsets + (<usize>q << 4), splat(0))
  }
  memory.fill(state.accumulated, 0, (64 * <usize>state.valueCount) << 4)
}

/** The row sums [columns][64] of the block at hand. */
function writeRows(out: usize): void {
  const c = state.valueCount
  if (c === 0) {
    for (let i = 0; i < 64; i++) state.setReal64(out, i, state.totalOf(state.sums, i))
    return
  }
  for (let i = 0; i < 64; i++) {
    for (let k = 0; k < c; k++) state.setReal64(out, k * 64 + i, state.totalOf(state.accumulated, i * c + k))
  }
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
  const blockBytes = <usize>max(1, state.valueCount) * 512
  const bytes = <usize>stripe * blockBytes
  const rows = job.pointer(job.STRIPE_SUMS) + <usize>index * 2 * bytes
  memory.fill(rows, 0, 2 * bytes)
  const n = job.field(job.QUERY_COUNT)
  const end = min((p + 1) * stripe, state.blockCount)
  const columnEnd = min((q + 1) * stripe, state.blockCount)
  for (let a = p * stripe; a < end; a++) {
    takeQueries(a * 64, min(64, n - a * 64), 64)
    state.setRows(a)
    clearRows()
    for (let b = p === q ? a : q * stripe; b < columnEnd; b++) {
      if (a !== b && apart(a, b)) continue
      const columns = rows + bytes + <usize>(b - q * stripe) * blockBytes
      if (state.valueCount > 0) visitProduct(a, b, columns)
      // A block with itself gives whole rows: its column sums are thrown away.
      else meet(b, a === b ? state.small + 512 : columns)
    }
    writeRows(rows + <usize>(a - p * stripe) * blockBytes)
  }
}
