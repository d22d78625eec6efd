// Rows of log weights: a few queries of a unit against the block of points at hand.
//
// Log weight of point y and query x, less the query's shift, in the unit of the lanes and relative to the block's
// centre: base_j + offset_q + Σ_k x'_k y_k, where x' = 2·scale·x, base_j = log_j − scale·|y_j|² and offset_q holds
// −scale·|x|². That is one fused operation a coordinate in place of two, and loses about scale·|x|·|y| units in the last
// place: queries for which that is too much, and the variable kernel, take the squared differences themselves.
import * as job from './job'
import {
  BITS,
  COORDINATES,
  FOUR,
  LANE_SCALE,
  ROW,
  SIZE,
  WHOLE,
  add,
  constant,
  demoted,
  div,
  laneLargest,
  larger,
  loadSplat,
  madd,
  mul,
  nmadd,
  powerOfFraction,
  promotedHigh,
  promotedLow,
  splat,
  storeLanes,
  storeSplats,
  sub
} from './lanes'
import { boxReach, rowDistance } from './boxes'
import * as state from './state'

/** Largest scale·|x|·|y| (nats), either of them about the block's centre, where squares are expanded: 5e-6 of a weight in float32. */
const MOST_EXPANDED: f64 = FLOAT32 ? 32 : 128
/** Largest whole part of an offset (bits): far beyond it a weight is the lowest there is. */
const MOST_WHOLE: f64 = 4096

/** The block at hand, and whether its squares are expanded. */
let atHand: i32 = -1
export let expanded: bool = false
/** Whether a log weight of the queries at hand may lie below the lowest. */
export let clamped: bool = true

/** Forgets the block at hand: its base row was another job's, or was of other log terms. */
export function leave(): void {
  atHand = -1
}

/** Takes a block to hand: its base row. */
export function approach(block: i32, expand: bool): void {
  if (atHand === block && expanded === expand) return
  atHand = block
  expanded = expand
  state.takeBlock(block)
  const symmetric = (state.mode & job.SYMMETRIC) !== 0
  const logs = state.logsOf(block)
  const norms = job.pointer(job.NORMS) + <usize>block * ROW
  const scale = expanded ? constant(LANE_SCALE) : splat(0)
  for (let j: usize = 0; j < state.filled; j += 16) {
    const log = symmetric ? splat(0) : v128.load(logs + j)
    v128.store(state.baseRow + j, nmadd(v128.load(norms + j), scale, log))
  }
}

/** Largest scale·|y|² (nats) of a block, y about its centre. */
@inline function radiusOf(block: i32): f64 {
  return state.scale * state.real64(job.pointer(job.RADII), block)
}

/**
 * Largest scale·|x − y|² (nats), over all points y of a block, of a query x whose squares may be expanded there; −∞ where those of
 * no query may.
 */
export function mostReach(block: i32): f64 {
  const radius = radiusOf(block)
  return !state.variable && radius <= MOST_EXPANDED ? (MOST_EXPANDED * MOST_EXPANDED) / radius : -Infinity
}

/** Largest scale·|x − y|² (nats) of a query of the unit and a point of the block: for no query more than its own. */
export function reachOf(block: i32): f64 {
  return boxReach(state.box, state.boxOf(block), state.dimension) * state.scale
}

/** Takes a block to hand as query q needs it. */
export function approachAs(block: i32, q: i32): void {
  approach(block, rowDistance(true, block, q) * state.scale <= mostReach(block))
  state.setReal64(state.masks, q, 1)
}

/**
 * Fills local coordinates and offsets of queries from … to−1 (multiples of four) for the block at hand; those of queries to
 * which it does not matter, and their factors, are 0. `farthest`: as `reachOf` the block.
 */
export function localise(block: i32, from: i32, to: i32, farthest: f64): void {
  const d = state.dimension
  const centre = job.pointer(job.CENTRES) + ((<usize>block * <usize>d) << 3)
  const stride = <usize>state.stride
  const scale = state.scale * BITS
  const factor = f64x2.splat(expanded ? 2 * scale : 1)
  const weight = f64x2.splat(expanded ? scale : 0)
  const maximum = f64x2.splat(state.mode & job.SYMMETRIC ? 0 : state.logMaximum(block))
  const bits = f64x2.splat(BITS)
  let highest = f64x2.splat(-Infinity)
  let everyMask = f64x2.splat(1)
  for (let q = <usize>from; q < <usize>to; q += 4) {
    const lowMask = v128.load(state.masks + (q << 3))
    const highMask = v128.load(state.masks + (q << 3), 16)
    everyMask = v128.and(everyMask, v128.and(lowMask, highMask))
    const lowFactor = f64x2.mul(factor, lowMask)
    const highFactor = f64x2.mul(factor, highMask)
    let x = state.queries + (q << 3)
    const group = state.placeOf(<i32>q)
    let out = group + COORDINATES * FOUR
    let normLow = f64x2.splat(0)
    let normHigh = normLow
    for (let k = 0; k < d; k++, x += stride << 3, out += FOUR) {
      const c = v128.load64_splat(centre + (<usize>k << 3))
      const low = f64x2.sub(v128.load(x), c)
      const high = f64x2.sub(v128.load(x, 16), c)
      normLow = f64x2.add(normLow, f64x2.mul(low, low))
      normHigh = f64x2.add(normHigh, f64x2.mul(high, high))
      storeSplats(out, f64x2.mul(low, lowFactor), f64x2.mul(high, highFactor))
    }
    const shifts = state.shifts + (q << 3)
    const low = f64x2.sub(f64x2.mul(f64x2.sub(maximum, v128.load(shifts)), bits), f64x2.mul(normLow, weight))
    const high = f64x2.sub(f64x2.mul(f64x2.sub(maximum, v128.load(shifts, 16)), bits), f64x2.mul(normHigh, weight))
    storeOffsets(group, state.factors + (q << 3), f64x2.mul(low, lowMask), f64x2.mul(high, highMask))
    maskFactors(state.factors + (q << 3), lowMask, highMask)
    highest = f64x2.pmax(highest, f64x2.pmax(v128.load(shifts), v128.load(shifts, 16)))
  }
  const symmetric = (state.mode & job.SYMMETRIC) !== 0
  const least = symmetric ? 0 : state.real64(job.pointer(job.LOG_MINIMA), block)
  const shift = max(f64x2.extract_lane(highest, 0), f64x2.extract_lane(highest, 1))
  // A bit to spare, for rounding.
  clamped = !((least - farthest - shift) * BITS >= state.lowest + 1)
  // Queries that are left out stand at the centre, their shift is the largest log term.
  const masked = min(f64x2.extract_lane(everyMask, 0), f64x2.extract_lane(everyMask, 1)) === 0
  if (masked && !((least - radiusOf(block) - state.logMaximum(block)) * BITS >= state.lowest + 1)) clamped = true
}

@inline function maskFactors(factors: usize, low: v128, high: v128): void {
  v128.store(factors, f64x2.mul(v128.load(factors), low))
  v128.store(factors, f64x2.mul(v128.load(factors, 16), high), 16)
}

/** The whole part of two offsets, kept where it and the log weights of a block with its squares expanded stay exact. */
@inline function wholeOf(offset: v128): v128 {
  return f64x2.nearest(f64x2.pmin(f64x2.pmax(offset, f64x2.splat(-MOST_WHOLE)), f64x2.splat(MOST_WHOLE)))
}

/** What is left of two offsets without their whole part. */
@inline function fractionOf(offset: v128, whole: v128): v128 {
  return f64x2.pmin(f64x2.pmax(f64x2.sub(offset, whole), f64x2.splat(-0.5)), f64x2.splat(0.5))
}

/**
 * Offsets of a group of four queries. Where squares are expanded their whole part goes into the rounder of the
 * query, which costs nothing a point, and their fraction into a factor of what its weights add up to; elsewhere they
 * are added to log weights as they are.
 */
@inline function storeOffsets(group: usize, factors: usize, low: v128, high: v128): void {
  storeLanes(group + FOUR, low, high)
  const wholeLow = expanded ? wholeOf(low) : f64x2.splat(0)
  const wholeHigh = expanded ? wholeOf(high) : f64x2.splat(0)
  const rounder = f64x2.splat(WHOLE)
  storeSplats(group, f64x2.add(rounder, wholeLow), f64x2.add(rounder, wholeHigh))
  if (!expanded) {
    v128.store(factors, f64x2.splat(1))
    v128.store(factors, f64x2.splat(1), 16)
    return
  }
  const partLow = fractionOf(low, wholeLow)
  const partHigh = fractionOf(high, wholeHigh)
  if (FLOAT32) {
    const powers = powerOfFraction(demoted(partLow, partHigh))
    v128.store(factors, promotedLow(powers))
    v128.store(factors, promotedHigh(powers), 16)
  } else {
    v128.store(factors, powerOfFraction(partLow))
    v128.store(factors, powerOfFraction(partHigh), 16)
  }
}

/** Squared distances of query q in the first weight row, rounded as the reference engine rounds them, never fused; the cloud must not be centred. */
export function exactDistances(block: i32, q: i32): void {
  const points = state.pointsOf(block)
  const step = <usize>state.stride * SIZE
  const own = state.queries + <usize>q * SIZE
  const end = own + <usize>state.dimension * step
  const w = state.weights
  for (let j: usize = 0; j < ROW; j += 64) {
    let s$ = splat(0)
    let p = points + j
    for (let k = own; k < end; k += step, p += ROW) {
      const x = loadSplat(k)
      const d$ = sub(x, v128.load(p, $ * 16))
      s$ = add(s$, mul(d$, d$))
    }
    v128.store(w + j, s$, $ * 16)
  }
}

/** Largest log weight of query q in a block, in nats. */
export function largestLog(block: i32, q: i32): f64 {
  const d = state.dimension
  const points = state.pointsOf(block)
  const centre = job.pointer(job.CENTRES) + ((<usize>block * <usize>d) << 3)
  const logs = state.logsOf(block)
  const widths = state.variable ? state.widthsOf(block) : 0
  const own = splat(state.variable ? state.real64(state.queryWidths, q) : 1)
  const scale = constant(LANE_SCALE)
  let best = splat(-Infinity)
  // Twice four vectors, so that none waits for its own last sum.
  for (let j: usize = 0; j < ROW; j += 128) {
    let s$ = splat(0)
    let t$ = splat(0)
    let p = points + j
    let x = state.queries + (<usize>q << 3)
    for (let k = 0; k < d; k++, x += <usize>state.stride << 3, p += ROW) {
      const here = splat(load<f64>(x) - state.real64(centre, k))
      const gap$ = sub(here, v128.load(p, $ * 16))
      s$ = madd(gap$, gap$, s$)
      const far$ = sub(here, v128.load(p + 64, $ * 16))
      t$ = madd(far$, far$, t$)
    }
    if (widths) {
      s$ = div(s$, add(own, v128.load(widths + j, $ * 16)))
      t$ = div(t$, add(own, v128.load(widths + j + 64, $ * 16)))
    }
    best = larger(nmadd(s$, scale, v128.load(logs + j, $ * 16)), best)
    best = larger(nmadd(t$, scale, v128.load(logs + j + 64, $ * 16)), best)
  }
  return laneLargest(best) / BITS + state.logMaximum(block)
}

/** base + Σ x'·y of query q with the points at byte j of the block's rows. */
@inline export function expandedLogs(block: i32, q: i32, j: usize): v128 {
  const own = state.placeOf(q) + COORDINATES * FOUR
  const end = own + <usize>state.dimension * FOUR
  let s = v128.load(state.baseRow + j)
  let p = state.pointsOf(block) + j
  for (let k = own; k < end; k += FOUR, p += ROW) s = madd(v128.load(p), v128.load(k), s)
  return s
}
