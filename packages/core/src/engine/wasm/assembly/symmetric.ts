// Sums over a cloud against itself: each unordered pair of points once, k(x, y) = k(y, x).
//
// Blocks are taken in stripes; a unit is a pair of stripes P ≤ Q and leaves two partial sums, for the rows of P and
// for those of Q, which the host adds in a fixed order. With g_j = exp(log_j − largest), row i is at least g_i, since
// k(x, x) = 1: no shift a row is needed. With values there are
// columns g_j v_j beside the one of g; in float32 there is that one alone, its column sums float64 from block to block.
import * as job from './job'
import { BLOCK, ROW, SIZE, loadLane, splat } from './lanes'
import { boxDistance } from './boxes'
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
