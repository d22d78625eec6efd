// The nearest points of each query, blocks visited by distance, ties by original row number.
import { groupDistances } from './boxes'
import * as job from './job'
import { BLOCK, SIZE } from './lanes'
import { gather, next } from './order'
import { exactDistances } from './rows'
import * as state from './state'
import { takeQueries } from './sweep'

@inline function indicesOf(row: i32): usize {
  return job.pointer(job.OUT_INDICES) + ((<usize>row * <usize>job.field(job.NEIGHBOUR_COUNT)) << 2)
}

@inline function distancesOf(row: i32): usize {
  return job.pointer(job.OUT_SECOND) + ((<usize>row * <usize>job.field(job.NEIGHBOUR_COUNT)) << 3)
}

/** Puts (squared, index) into the sorted list of a row that holds `filled` entries; returns the new length. */
function insert(row: i32, filled: i32, squared: f64, index: u32): i32 {
  const count = job.field(job.NEIGHBOUR_COUNT)
  const distances = distancesOf(row)
  const indices = indicesOf(row)
  let low = 0
  let high = filled
  while (low < high) {
    const middle = (low + high) >> 1
    const other = state.real64(distances, middle)
    if (other < squared || (other === squared && load<u32>(indices + (<usize>middle << 2)) < index)) low = middle + 1
    else high = middle
  }
  if (low >= count) return filled
  const moved = <usize>(min(filled, count - 1) - low)
  memory.copy(distances + (<usize>(low + 1) << 3), distances + (<usize>low << 3), moved << 3)
  memory.copy(indices + (<usize>(low + 1) << 2), indices + (<usize>low << 2), moved << 2)
  state.setReal64(distances, low, squared)
  store<u32>(indices + (<usize>low << 2), index)
  return min(filled + 1, count)
}

/** The largest squared distance in a row's list; while that is not full, no distance is too large. */
@inline function worstOf(row: i32, filled: i32): f64 {
  const count = job.field(job.NEIGHBOUR_COUNT)
  return filled === count ? state.real64(distancesOf(row), count - 1) : Infinity
}

/** Offers a block's points to a row, four at a time unless all are too far; the first weight row holds the squared distances. */
function offer(block: i32, row: i32, filled: i32): i32 {
  const order = job.pointer(job.ORDER) + (<usize>(block * BLOCK) << 2)
  let worst = worstOf(row, filled)
  for (let four = 0; four < BLOCK; four += 4) {
    const at = state.weights + <usize>four * SIZE
    const limit = f64x2.splat(worst)
    if (i64x2.all_true(v128.and(f64x2.gt(v128.load(at), limit), f64x2.gt(v128.load(at, 16), limit)))) continue
    for (let j = four; j < four + 4; j++) {
      const squared = state.real64(state.weights, j)
      if (squared > worst) continue
      const index = load<u32>(order + (<usize>j << 2))
      if (index === 0xffffffff) continue
      filled = insert(row, filled, squared, index)
      worst = worstOf(row, filled)
    }
  }
  return filled
}

/** A box distance may round to a little more than the distance of a point on the box's face. */
const ROUNDING: f64 = 1 + 1e-12

/** Minus the largest squared distance still in a list, −∞ while one is not full. */
function threshold(first: i32, count: i32): f64 {
  const neighbours = job.field(job.NEIGHBOUR_COUNT)
  let worst: f64 = 0
  for (let q = 0; q < count; q++) {
    if (<i32>state.real64(state.sums, q) < neighbours) return -Infinity
    worst = max(worst, state.real64(distancesOf(state.askedRow(first + q)), neighbours - 1))
  }
  return -worst * ROUNDING
}

/** Queries first … first+count−1. How many each list holds is kept in `sums`. */
export function nearestUnit(first: i32, count: i32): void {
  const padded = (count + 3) & ~3
  takeQueries(first, count, padded)
  for (let q = 0; q < padded; q++) state.setReal64(state.sums, q, 0)
  let length = gather()
  let least: f64 = -Infinity
  while (length > 0) {
    const block = next(length--)
    if (state.real64(state.bounds, block) < least) break
    for (let q = 0; q < count; q++) {
      if ((q & 3) === 0) groupDistances(block, q >> 2)
      const row = state.askedRow(first + q)
      const filled = <i32>state.real64(state.sums, q)
      // What is near to the box around the unit may be far from a query in it.
      if (state.real64(state.squares, q) > worstOf(row, filled) * ROUNDING) continue
      exactDistances(block, q)
      state.setReal64(state.sums, q, <f64>offer(block, row, filled))
    }
    least = threshold(first, count)
  }
}
