// One unit of work: queries against every block of points that can matter to them.
//
// What a query gets depends on nothing beside it. Its reference is its largest log weight in its home block; a block whose
// best possible weight lies `CUT` below that is left out for this query, and where its neighbours take the block its own
// weights come to nothing; blocks are met in ascending order. Units only save tests: what does not matter to a box around
// the queries matters to none of them.
import { EVERY, FAR, NEAR, boxDistance, fall, forgetOtherSide, homeOf, mark, markAll, markSide, otherSide, rowBound } from './boxes'
import { drawRow } from './draw'
import { exp, log } from '../../../num/wasm/assembly/elementary'
import * as job from './job'
import { addCovariances, clearCovariances, divideCovariances } from './moments'
import { approach, largestLog, leave, localise, mostReach, reachOf } from './rows'
import * as state from './state'
import { visit } from './sums'

/** How far (nats) a weight may exceed the shift of its row before the shift is raised. */
const HEADROOM: f64 = FLOAT32 ? 40 : 300

/** Least and largest cut of the unit's queries, and the least shift. */
let leastCut: f64 = Infinity
let highestCut: f64 = -Infinity
let leastShift: f64 = Infinity

/** Writes low and high corner of the unit's queries. */
function enclose(padded: i32): void {
  const d = state.dimension
  const step = <usize>state.stride << 3
  let at = state.queries
  for (let k = 0; k < d; k++, at += step) {
    let low = v128.load(at)
    let high = low
    for (let q = at, end = at + (<usize>padded << 3); q < end; q += 32) {
      const x = v128.load(q)
      const y = v128.load(q, 16)
      low = f64x2.pmin(low, f64x2.pmin(x, y))
      high = f64x2.pmax(high, f64x2.pmax(x, y))
    }
    state.setReal64(state.box, k, min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1)))
    state.setReal64(state.box, d + k, max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1)))
  }
}

/** Copies four rows [d] to queries q … q+3: one coordinate after the other. */
function copyFour(q: i32, a: usize, b: usize, c: usize, e: usize): void {
  const step = <usize>state.stride << 3
  let to = state.queries + (<usize>q << 3)
  let k = 0
  for (; k + 2 <= state.dimension; k += 2, a += 16, b += 16, c += 16, e += 16) {
    const x = v128.load(a)
    const y = v128.load(b)
    const z = v128.load(c)
    const w = v128.load(e)
    v128.store(to, v128.shuffle<i64>(x, y, 0, 2))
    v128.store(to, v128.shuffle<i64>(z, w, 0, 2), 16)
    to += step
    v128.store(to, v128.shuffle<i64>(x, y, 1, 3))
    v128.store(to, v128.shuffle<i64>(z, w, 1, 3), 16)
    to += step
  }
  if (k === state.dimension) return
  store<f64>(to, load<f64>(a))
  store<f64>(to, load<f64>(b), 8)
  store<f64>(to, load<f64>(c), 16)
  store<f64>(to, load<f64>(e), 24)
}

/** Where query q stands among the rows that were handed in: past the last of the unit that one. */
@inline function sourceOf(q: i32): usize {
  return job.pointer(job.QUERIES) + ((<usize>state.askedRow(state.first + min(q, state.count - 1)) * <usize>state.dimension) << 3)
}

/** Copies the unit's queries, repeats the last one up to a multiple of four, finds their box; the widest ρ is returned. */
export function takeQueries(first: i32, count: i32, padded: i32): f64 {
  leave()
  state.setUnit(first, count)
  const one = f64x2.splat(1)
  for (let q = 0; q < padded; q += 4) {
    copyFour(q, sourceOf(q), sourceOf(q + 1), sourceOf(q + 2), sourceOf(q + 3))
    const masks = state.masks + (<usize>q << 3)
    v128.store(masks, one)
    v128.store(masks, one, 16)
  }
  enclose(padded)
  let widest: f64 = 0
  if (state.variable) {
    for (let q = 0; q < padded; q++) {
      const width = state.real64(job.pointer(job.QUERY_WIDTHS), state.askedRow(first + min(q, count - 1)))
      state.setReal64(state.queryWidths, q, width)
      widest = max(widest, width)
    }
  }
  return widest
}

/** Empties the sums, and finds every query its shift and its cut. A query without any weight has no block that matters to it. */
function begin(padded: i32): void {
  memory.fill(state.shifts, 0, <usize>padded << 3)
  memory.fill(state.sums, 0, <usize>padded << 3)
  memory.fill(state.squares, 0, <usize>padded << 3)
  memory.fill(state.accumulated, 0, <usize>(state.stride * state.valueCount) << 3)
  for (let q = 0; q < padded; q++) {
    const home = homeOf(q)
    const largest = home < 0 ? -Infinity : largestLog(home, q)
    const empty = !(largest > -Infinity)
    state.setReal64(state.shifts, q, empty ? 0 : largest)
    state.setReal64(state.cuts, q, empty ? Infinity : largest - job.real(job.CUT))
  }
  survey(padded)
}

function survey(padded: i32): void {
  leastCut = Infinity
  highestCut = -Infinity
  leastShift = Infinity
  for (let q = 0; q < padded; q++) {
    leastCut = min(leastCut, state.real64(state.cuts, q))
    highestCut = max(highestCut, state.real64(state.cuts, q))
    leastShift = min(leastShift, state.real64(state.shifts, q))
  }
}

@inline function rescale(base: usize, i: i32, factor: f64): void {
  state.setReal64(base, i, state.real64(base, i) * factor)
}

/** Raises the shift of query q to `largest`, rescaling what it has summed in `slots` blocks. */
function raise(q: i32, largest: f64, slots: i32, padded: i32): void {
  const factor = exp(state.real64(state.shifts, q) - largest)
  state.setReal64(state.shifts, q, largest)
  state.setReal64(state.cuts, q, largest - job.real(job.CUT))
  rescale(state.sums, q, factor)
  rescale(state.squares, q, factor * factor)
  for (let k = 0; k < state.valueCount; k++) rescale(state.accumulated, k * state.stride + q, factor)
  if (state.partials) for (let s = 0; s < slots; s++) rescale(state.partials, s * padded + q, factor)
  if (state.kept) for (let s = 0; s < slots; s++) state.setReal64(state.keptFactors, s * state.stride + q, -1)
}

/** Raises the shifts of queries whose weights in a block could be too large. */
function makeRoom(block: i32, slots: i32, padded: i32): void {
  for (let q = 0; q < padded; q++) {
    const shift = state.real64(state.shifts, q)
    if (!(rowBound(block, q) - shift > HEADROOM)) continue
    const largest = largestLog(block, q)
    state.setReal64(state.shifts, q, shift)
    if (largest > shift) raise(q, largest, slots, padded)
  }
  survey(padded)
}

/** Largest log weight (nats) that a point of a block can have for a query of the unit. */
@inline function unitBound(block: i32, widest: f64): f64 {
  return state.logMaximum(block) - fall(boxDistance(state.box, state.boxOf(block), state.dimension), block, widest)
}

/** Localised queries of groups from … to−1 with a block: their sums, or, `slot` −1, their covariances. */
function meetGroups(block: i32, slot: i32, padded: i32, from: i32, to: i32, farthest: f64): void {
  localise(block, from << 2, to << 2, farthest)
  if (slot < 0) addCovariances(block, from << 2, to << 2)
  else visit(block, from << 2, to << 2, state.partials ? state.partials + ((<usize>slot * <usize>padded) << 3) : 0, slot)
}

/** The queries of one side with a block, runs of groups to which it matters together; whether it matters to any. */
function meetSide(block: i32, slot: i32, padded: i32, side: i32, most: f64, farthest: f64): bool {
  const groups = padded >> 2
  // Seen from its corner that is farthest from the unit: saves a test a query.
  const all = side === EVERY && !state.variable && state.logMaximum(block) - farthest >= highestCut
  const expand = side === EVERY ? farthest <= most : side === NEAR
  let any = false
  let from = 0
  for (let g = 0; g <= groups; g++) {
    if (g < groups) {
      if (all) {
        markAll(g)
        continue
      }
      if (side === EVERY ? mark(block, g) : markSide(block, g, side, most)) continue
    }
    if (g > from) {
      approach(block, expand)
      meetGroups(block, slot, padded, from, g, farthest)
      any = true
    }
    from = g + 1
  }
  return any
}

/** The unit with a block; whether it matters to any query. */
function meet(block: i32, slot: i32, padded: i32): bool {
  const farthest = reachOf(block)
  const most = mostReach(block)
  if (farthest <= most || most < 0) return meetSide(block, slot, padded, EVERY, most, farthest)
  forgetOtherSide()
  const near = meetSide(block, slot, padded, NEAR, most, farthest)
  if (!otherSide) return near
  meetSide(block, slot, padded, FAR, most, farthest)
  return true
}

/** The same of a node of the tree of blocks: not less than of any block below it, rounding included. */
@inline function nodeBound(node: i32, widest: f64): f64 {
  const d = state.dimension
  const squared = boxDistance(state.box, job.pointer(job.NODE_BOXES) + ((<usize>node * <usize>d) << 4), d)
  const falls = squared * state.scale
  const width = state.variable ? widest + state.real64(job.pointer(job.NODE_WIDTH_MAXIMA), node) : 1
  return state.real64(job.pointer(job.NODE_LOG_MAXIMA), node) - (state.variable ? falls / width : falls)
}

/** Blocks visited so far by the sweep at hand. */
let slots: i32 = 0

function visitBlock(block: i32, padded: i32, widest: f64): void {
  const bound = unitBound(block, widest)
  if (!(bound >= leastCut && bound > -Infinity)) return
  if (bound - leastShift > HEADROOM) makeRoom(block, slots, padded)
  if (state.partials) memory.fill(state.partials + ((<usize>slots * <usize>padded) << 3), 0, <usize>padded << 3)
  if (!meet(block, slots, padded)) return
  store<u32>(state.visited + (<usize>slots << 2), block)
  slots++
}

/** Blocks start … end−1: where their node cannot matter to any query of the unit none of them can, for cuts only rise. */
function visitBlocks(start: i32, end: i32, padded: i32, widest: f64): void {
  if (end - start === 1) {
    visitBlock(start, padded, widest)
    return
  }
  const node = (start + end + 1) >> 1
  const bound = nodeBound(node, widest)
  if (!(bound >= leastCut && bound > -Infinity)) return
  visitBlocks(start, node, padded, widest)
  visitBlocks(node, end, padded, widest)
}

/** Visits the blocks that matter, ascending; returns how many. */
function sweep(padded: i32, widest: f64): i32 {
  slots = 0
  if (state.blockCount > 0) visitBlocks(0, state.blockCount, padded, widest)
  return slots
}

/** Of query q, where it was asked for. */
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

/** Queries first … first+count−1. */
export function unit(first: i32, count: i32): void {
  const padded = (count + 3) & ~3
  const widest = takeQueries(first, count, padded)
  begin(padded)
  sweep(padded, widest)
  for (let q = 0; q < count; q++) writeRow(q, state.askedRow(first + q))
  const mode = state.mode
  if (mode & job.COVARIANCE) {
    clearCovariances()
    for (let s = 0; s < slots; s++) meet(load<u32>(state.visited + (<usize>s << 2)), -1, padded)
    divideCovariances()
  }
  if (mode & (job.DRAW | job.PICK)) for (let q = 0; q < count; q++) drawRow(q, state.askedRow(first + q), padded, slots)
}
