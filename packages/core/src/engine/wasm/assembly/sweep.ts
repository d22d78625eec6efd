// One unit of work: a block of queries against every block of points that can matter to it.
import { exp, log } from './elementary'
import * as job from './job'
import { drawRow } from './draw'
import { covarianceRows } from './moments'
import { boundAll, boxDistance, gather, next } from './order'
import * as state from './state'
import { approach, farthest, largestLog, localise } from './rows'
import { visit } from './sums'

/** How far (nats) a weight may exceed the shift of its row before the shift is raised. */
const HEADROOM: f64 = FLOAT32 ? 40 : 300

@inline function groupBox(g: i32): usize {
  return state.groupBoxes + ((<usize>g * <usize>state.dimension) << 4)
}

/** Writes low and high corner of queries from … to−1. */
function enclose(from: i32, to: i32, box: usize): void {
  const d = state.dimension
  for (let k = 0; k < d; k++) {
    let low: f64 = Infinity
    let high: f64 = -Infinity
    for (let q = from; q < to; q++) {
      const x = state.real64(state.queries, k * state.stride + q)
      low = min(low, x)
      high = max(high, x)
    }
    state.setReal64(box, k, low)
    state.setReal64(box, d + k, high)
  }
}

/** Copies the unit's queries, repeats the last one up to a multiple of four, finds their boxes; the widest ρ is returned. */
export function takeQueries(first: i32, count: i32, padded: i32): f64 {
  const d = state.dimension
  const source = job.pointer(job.QUERIES) + ((<usize>first * <usize>d) << 3)
  for (let q = 0; q < padded; q++) {
    const row = source + ((<usize>min(q, count - 1) * <usize>d) << 3)
    for (let k = 0; k < d; k++) state.setReal64(state.queries, k * state.stride + q, state.real64(row, k))
  }
  enclose(0, padded, state.box)
  for (let g = 0; g < padded >> 2; g++) {
    enclose(g << 2, (g + 1) << 2, groupBox(g))
    state.setReal64(state.groupCuts, g, -Infinity)
  }
  let widest: f64 = 0
  if (state.variable) {
    for (let q = 0; q < padded; q++) {
      const width = state.real64(job.pointer(job.QUERY_WIDTHS), first + min(q, count - 1))
      state.setReal64(state.queryWidths, q, width)
      widest = max(widest, width)
    }
  }
  return widest
}

function reset(padded: i32): void {
  for (let q = 0; q < padded; q++) {
    state.setReal64(state.shifts, q, -Infinity)
    state.setReal64(state.sums, q, 0)
    state.setReal64(state.squares, q, 0)
  }
  memory.fill(state.accumulated, 0, <usize>(state.stride * state.valueCount) << 3)
}

@inline function rescale(base: usize, i: i32, factor: f64): void {
  state.setReal64(base, i, state.real64(base, i) * factor)
}

/** Raises the shift of query q to its largest log weight in the block, rescaling what it has summed in `slots` blocks. */
function raise(block: i32, q: i32, slots: i32, padded: i32): void {
  const shift = state.real64(state.shifts, q)
  const largest = largestLog(block, q)
  state.setReal64(state.shifts, q, max(shift, largest))
  if (!(largest > shift)) return
  const factor = exp(shift - largest)
  rescale(state.sums, q, factor)
  rescale(state.squares, q, factor * factor)
  for (let k = 0; k < state.valueCount; k++) rescale(state.accumulated, k * state.stride + q, factor)
  if (!state.partials) return
  for (let s = 0; s < slots; s++) {
    const at = s * padded + q
    state.setReal64(state.partials, at, state.real64(state.partials, at) * factor)
  }
}

/** The largest of the groups' cuts. */
let highestCut: f64 = -Infinity

@inline function boxOf(block: i32): usize {
  return job.pointer(job.BOXES) + ((<usize>block * <usize>state.dimension) << 4)
}

/** Whether the block at hand matters to every group, seen from its corner that is farthest from the unit: saves a test for each. */
@inline function mattersToAll(block: i32): bool {
  return !state.variable && state.logMaximum(block) - farthest >= highestCut
}

/** Whether a block can matter to any query of group g. */
@inline function matters(block: i32, g: i32, widest: f64): bool {
  const bandwidth = state.variable ? widest + state.real64(job.pointer(job.WIDTH_MAXIMA), block) : 1
  const fall = (boxDistance(groupBox(g), boxOf(block), state.dimension) * state.scale) / bandwidth
  return state.logMaximum(block) - fall >= state.real64(state.groupCuts, g)
}

/** The queries of groups from … to−1 with a block. */
function meetGroups(block: i32, slot: i32, padded: i32, from: i32, to: i32): void {
  const bound = state.real64(state.bounds, block)
  for (let q = from << 2; q < to << 2; q++) {
    if (bound - state.real64(state.shifts, q) > HEADROOM) raise(block, q, slot, padded)
  }
  localise(block, from << 2, to << 2)
  visit(block, from << 2, to << 2, state.partials ? state.partials + ((<usize>slot * <usize>padded) << 3) : 0)
}

/** The unit with a block, runs of groups to which it matters together. */
function meet(block: i32, slot: i32, padded: i32, widest: f64): void {
  store<u32>(state.visited + (<usize>slot << 2), block)
  approach(block)
  const groups = padded >> 2
  if (mattersToAll(block)) {
    meetGroups(block, slot, padded, 0, groups)
    return
  }
  let from = 0
  for (let g = 0; g < groups; g++) {
    if (matters(block, g, widest)) continue
    if (g > from) meetGroups(block, slot, padded, from, g)
    from = g + 1
    if (state.partials) memory.fill(state.partials + (<usize>(slot * padded + (g << 2)) << 3), 0, 32)
  }
  if (groups > from) meetGroups(block, slot, padded, from, groups)
}

/** A little less than log x, by at most 0.06, from the exponent and the mantissa: log₂(1 + m) ≥ m. −∞ or less for 0. */
@inline function logBelow(x: f64): f64 {
  return <f64>(<i64>reinterpret<u64>(x) - 0x3ff0000000000000) * (0.6931471805599453 / 4503599627370496)
}

/** Sets the groups' cuts from their sums so far; returns the least: a block whose bound lies below it matters to no query. */
function review(padded: i32): f64 {
  const cut = job.real(job.CUT)
  let least: f64 = Infinity
  highestCut = -Infinity
  for (let g = 0; g < padded >> 2; g++) {
    let own: f64 = Infinity
    for (let q = g << 2; q < (g + 1) << 2; q++) own = min(own, state.real64(state.shifts, q) + logBelow(state.real64(state.sums, q)))
    own -= cut
    state.setReal64(state.groupCuts, g, own)
    least = min(least, own)
    highestCut = max(highestCut, own)
  }
  return least
}

/** Visits the blocks that matter; returns how many. */
function sweep(padded: i32, widest: f64): i32 {
  reset(padded)
  highestCut = -Infinity
  const best = boundAll(state.box, widest, false)
  if (best < 0) return 0
  meet(best, 0, padded, widest)
  let slots = 1
  let least = review(padded)
  let length = gather(best, least)
  let nextReview = 2
  while (length > 0) {
    const block = next(length--)
    if (state.real64(state.bounds, block) < least) break
    meet(block, slots++, padded, widest)
    if (slots < nextReview) continue
    least = review(padded)
    nextReview = slots + 1 + slots / 4
  }
  return slots
}

function writeRow(q: i32, row: i32): void {
  const sum = state.real64(state.sums, q)
  const empty = !(sum > 0)
  state.setReal64(job.pointer(job.OUT_LOG_SUM), row, empty ? -Infinity : state.real64(state.shifts, q) + log(sum))
  if (state.mode & job.WITH_SQUARES) {
    state.setReal64(job.pointer(job.OUT_EFFECTIVE), row, empty ? 0 : (sum / state.real64(state.squares, q)) * sum)
  }
  if (!(state.mode & job.WITH_VALUES)) return
  const c = state.valueCount
  const mean = job.pointer(job.OUT_MEAN)
  for (let k = 0; k < c; k++) {
    state.setReal64(mean, row * c + k, empty ? NaN : state.real64(state.accumulated, k * state.stride + q) / sum)
  }
}

/** Puts the visited blocks' slots into block order (heap sort of (block, slot) pairs in the heap's and bounds' memory). */
function sortSlots(slots: i32): void {
  // The bounds are no longer needed: they become minus the block number, so that `next` yields slots by block.
  for (let s = 0; s < slots; s++) state.setReal64(state.bounds, s, -<f64>load<u32>(state.visited + (<usize>s << 2)))
  const kept = state.blockCount
  state.limitBlocks(slots)
  let length = gather(-1, -Infinity)
  for (let at = 0; at < slots; at++) {
    const slot = next(length--)
    // The heap shrinks from its end, so sorted slots are stored there, backwards.
    store<u32>(state.heap + (<usize>length << 2), slot)
  }
  state.limitBlocks(kept)
}

/** Queries first … first+count−1. */
export function unit(first: i32, count: i32): void {
  const padded = (count + 3) & ~3
  const widest = takeQueries(first, count, padded)
  const slots = sweep(padded, widest)
  for (let q = 0; q < count; q++) writeRow(q, first + q)
  const mode = state.mode
  if (mode & job.COVARIANCE) covarianceRows(first, count, padded, slots)
  if (mode & (job.DRAW | job.PICK)) {
    sortSlots(slots)
    for (let q = 0; q < count; q++) drawRow(q, first + q, padded, slots)
  }
}
