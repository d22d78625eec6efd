// How near and how far queries are to the boxes of blocks. A query's own distance is never less than that of a box around
// it, rounding included: the same operations in the same order, each monotone.
import * as job from './job'
import * as state from './state'

/** Squared distance of two boxes of `d` coordinates, low corner first. */
export function boxDistance(a: usize, b: usize, d: i32): f64 {
  const toHigh = <usize>d << 3
  let squared: f64 = 0
  for (let end = a + toHigh; a < end; a += 8, b += 8) {
    const gap = max(load<f64>(b) - load<f64>(a + toHigh), load<f64>(a) - load<f64>(b + toHigh))
    if (gap > 0) squared += gap * gap
  }
  return squared
}

/** Largest squared distance of two points of two boxes. */
export function boxReach(a: usize, b: usize, d: i32): f64 {
  const toHigh = <usize>d << 3
  let squared: f64 = 0
  for (let end = a + toHigh; a < end; a += 8, b += 8) {
    const gap = max(load<f64>(b + toHigh) - load<f64>(a), load<f64>(a + toHigh) - load<f64>(b))
    squared += gap * gap
  }
  return squared
}

/** Squared distance of query q to a block's box, or, `REACH`, to its farthest point. */
@inline export function rowDistance(REACH: bool, block: i32, q: i32): f64 {
  const toHigh = <usize>state.dimension << 3
  let squared: f64 = 0
  let at = state.queries + (<usize>q << 3)
  let b = state.boxOf(block)
  for (let end = b + toHigh; b < end; b += 8, at += <usize>state.stride << 3) {
    const x = load<f64>(at)
    const gap = REACH ? max(load<f64>(b + toHigh) - x, x - load<f64>(b)) : max(load<f64>(b) - x, x - load<f64>(b + toHigh))
    if (gap > 0) squared += gap * gap
  }
  return squared
}

/** What a squared distance takes from a log weight (nats), at most, where the query's width is `width`. */
@inline export function fall(squared: f64, block: i32, width: f64): f64 {
  if (!state.variable) return squared * state.scale
  return (squared * state.scale) / (width + state.real64(job.pointer(job.WIDTH_MAXIMA), block))
}

/** Largest log weight (nats) that a point of a block can have for query q. */
export function rowBound(block: i32, q: i32): f64 {
  const width = state.variable ? state.real64(state.queryWidths, q) : 0
  return state.logMaximum(block) - fall(rowDistance(false, block, q), block, width)
}

/** Runs of points a block. */
const RUNS: i32 = FLOAT32 ? 2 : 1

/** The block in whose part of space query q lies, or the nearest to it in their order that has a weight. −1: none has. */
export function homeOf(q: i32): i32 {
  const axes = job.pointer(job.SPLIT_AXES)
  let start = 0
  let end = state.dimension > 0 ? job.field(job.RUN_COUNT) : 1
  while (end - start > 1) {
    const middle = (start + end + 1) >> 1
    const axis = load<u32>(axes + (<usize>middle << 2))
    if (state.real64(state.queries, axis * state.stride + q) > state.real64(job.pointer(job.SPLIT_VALUES), middle)) start = middle
    else end = middle
  }
  const home = start / RUNS
  for (let away = 0; away < state.blockCount; away++) {
    if (home - away >= 0 && state.logMaximum(home - away) > -Infinity) return home - away
    if (home + away < state.blockCount && state.logMaximum(home + away) > -Infinity) return home + away
  }
  return -1
}

/** Splats of a squared distance as above, of queries at `x` (two) to the numbers low … high. */
@inline function gapOf(REACH: bool, x: v128, low: v128, high: v128): v128 {
  const gap = REACH
    ? f64x2.pmax(f64x2.sub(high, x), f64x2.sub(x, low))
    : f64x2.pmax(f64x2.pmax(f64x2.sub(low, x), f64x2.sub(x, high)), f64x2.splat(0))
  return f64x2.mul(gap, gap)
}

/** Squared distances of the four queries of group g to a block's box, the bits of `rowDistance`, to `squares`. */
export function groupDistances(block: i32, g: i32): void {
  const toHigh = <usize>state.dimension << 3
  const offset = <usize>g << 5
  let at = state.queries + offset
  let low = f64x2.splat(0)
  let high = low
  let b = state.boxOf(block)
  for (let end = b + toHigh; b < end; b += 8, at += <usize>state.stride << 3) {
    const from = v128.load64_splat(b)
    const to = v128.load64_splat(b + toHigh)
    low = f64x2.add(low, gapOf(false, v128.load(at), from, to))
    high = f64x2.add(high, gapOf(false, v128.load(at, 16), from, to))
  }
  v128.store(state.squares + offset, low)
  v128.store(state.squares + offset, high, 16)
}

/** Which rows of a group are meant: all, or those whose squares may or may not be expanded. */
export const EVERY: i32 = 0
export const NEAR: i32 = 1
export const FAR: i32 = 2

/** Whether a row that matters was left to the other side. */
export let otherSide: bool = false

export function forgetOtherSide(): void {
  otherSide = false
}

/** Largest log weights of two queries, `squared` away, of widths at `own`. */
@inline function bounds(squared: v128, block: i32, own: usize): v128 {
  let falls = f64x2.mul(squared, f64x2.splat(state.scale))
  if (state.variable) falls = f64x2.div(falls, f64x2.add(v128.load(own), v128.load64_splat(job.pointer(job.WIDTH_MAXIMA) + (<usize>block << 3))))
  return f64x2.sub(f64x2.splat(state.logMaximum(block)), falls)
}

/** Of two queries that a block matters to (as masks), those of the side. */
@inline function ofSide(matter: v128, squaredReach: v128, side: i32, most: f64): v128 {
  const near = f64x2.le(f64x2.mul(squaredReach, f64x2.splat(state.scale)), f64x2.splat(most))
  const own = side === NEAR ? v128.and(matter, near) : v128.andnot(matter, near)
  if (v128.any_true(v128.andnot(matter, own))) otherSide = true
  return own
}

@inline function markOf(SIDES: bool, block: i32, g: i32, side: i32, most: f64): bool {
  const toHigh = <usize>state.dimension << 3
  const offset = <usize>g << 5
  let at = state.queries + offset
  let low = f64x2.splat(0)
  let high = low
  let lowReach = low
  let highReach = low
  let b = state.boxOf(block)
  for (let end = b + toHigh; b < end; b += 8, at += <usize>state.stride << 3) {
    const from = v128.load64_splat(b)
    const to = v128.load64_splat(b + toHigh)
    const x = v128.load(at)
    const y = v128.load(at, 16)
    low = f64x2.add(low, gapOf(false, x, from, to))
    high = f64x2.add(high, gapOf(false, y, from, to))
    if (SIDES) {
      lowReach = f64x2.add(lowReach, gapOf(true, x, from, to))
      highReach = f64x2.add(highReach, gapOf(true, y, from, to))
    }
  }
  const own = state.queryWidths + offset
  const cuts = state.cuts + offset
  let lowMask = f64x2.ge(bounds(low, block, own), v128.load(cuts))
  let highMask = f64x2.ge(bounds(high, block, own + 16), v128.load(cuts, 16))
  if (!v128.any_true(v128.or(lowMask, highMask))) return false
  if (SIDES) {
    lowMask = ofSide(lowMask, lowReach, side, most)
    highMask = ofSide(highMask, highReach, side, most)
  }
  const masks = state.masks + offset
  v128.store(masks, v128.and(lowMask, f64x2.splat(1)))
  v128.store(masks, v128.and(highMask, f64x2.splat(1)), 16)
  return v128.any_true(v128.or(lowMask, highMask))
}

/** Sets the masks of the four queries of group g for a block: those that it can matter to; whether it can to any. */
export function mark(block: i32, g: i32): bool {
  return markOf(false, block, g, EVERY, 0)
}

/** The same of one side. */
export function markSide(block: i32, g: i32, side: i32, most: f64): bool {
  return markOf(true, block, g, side, most)
}

/** Sets the masks of group g: the block matters to all. */
export function markAll(g: i32): void {
  const at = state.masks + (<usize>g << 5)
  v128.store(at, f64x2.splat(1))
  v128.store(at, f64x2.splat(1), 16)
}
