// Rows of log weights: a few queries of a unit against the block of 64 points at hand.
//
// Log weight of point y and query x, less the query's shift, in the unit of the lanes and relative to the block's
// centre: base_j + offset_q + Σ_k x'_k y_k, where x' = 2·scale·x, base_j = log_j − scale·|y_j|² and offset_q holds
// −scale·|x|². That is one fused operation a coordinate in place of two, and loses about scale·|y|² units in the last
// place: blocks wider than that allows, and the variable kernel, take the squared differences themselves.
import * as job from './job'
import {
  LANE_SCALE,
  ROW,
  SIZE,
  UNIT,
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
  promotedHigh,
  promotedLow,
  splat,
  sub
} from './lanes'
import * as state from './state'
import { exponentials, reduceRows, storeReduced } from './weigh'

/** Largest scale·|y|² (nats) of a block whose squares are expanded. */
const MOST_EXPANDED: f64 = 32

/** Whether the block at hand has its squares expanded. */
export let expanded: bool = false

/** Takes a block to hand: its base row. */
export function approach(block: i32): void {
  expanded = !state.variable && state.scale * state.real64(job.pointer(job.RADII), block) <= MOST_EXPANDED
  const symmetric = (state.mode & job.SYMMETRIC) !== 0
  const logs = state.logsOf(block)
  const norms = job.pointer(job.NORMS) + <usize>block * ROW
  const scale = expanded ? constant(LANE_SCALE) : splat(0)
  for (let j: usize = 0; j < ROW; j += 16) {
    const log = symmetric ? splat(0) : v128.load(logs + j)
    v128.store(state.baseRow + j, nmadd(v128.load(norms + j), scale, log))
  }
}

/** Fills local coordinates and offsets of queries from … to−1 (multiples of four) for the block at hand. */
export function localise(block: i32, from: i32, to: i32): void {
  const d = state.dimension
  const centre = job.pointer(job.CENTRES) + ((<usize>block * <usize>d) << 3)
  const stride = <usize>state.stride
  const scale = state.scale * UNIT
  const factor = f64x2.splat(expanded ? 2 * scale : 1)
  const weight = f64x2.splat(expanded ? 1 / (4 * scale) : 0)
  const maximum = f64x2.splat(state.mode & job.SYMMETRIC ? 0 : state.logMaximum(block))
  const unit = f64x2.splat(UNIT)
  for (let q = <usize>from; q < <usize>to; q += 4) {
    let x = state.queries + (q << 3)
    let out = state.local + q * SIZE
    let normLow = f64x2.splat(0)
    let normHigh = normLow
    for (let k = 0; k < d; k++, x += stride << 3, out += stride * SIZE) {
      const c = v128.load64_splat(centre + (<usize>k << 3))
      let low = f64x2.mul(f64x2.sub(v128.load(x), c), factor)
      let high = f64x2.mul(f64x2.sub(v128.load(x, 16), c), factor)
      if (FLOAT32) {
        const lanes = demoted(low, high)
        v128.store(out, lanes)
        low = promotedLow(lanes)
        high = promotedHigh(lanes)
      } else {
        v128.store(out, low)
        v128.store(out, high, 16)
      }
      normLow = f64x2.add(normLow, f64x2.mul(low, low))
      normHigh = f64x2.add(normHigh, f64x2.mul(high, high))
    }
    const shifts = state.shifts + (q << 3)
    const low = f64x2.sub(f64x2.mul(f64x2.sub(maximum, v128.load(shifts)), unit), f64x2.mul(normLow, weight))
    const high = f64x2.sub(f64x2.mul(f64x2.sub(maximum, v128.load(shifts, 16)), unit), f64x2.mul(normHigh, weight))
    const offsets = state.offsets + q * SIZE
    if (FLOAT32) v128.store(offsets, demoted(low, high))
    else {
      v128.store(offsets, low)
      v128.store(offsets, high, 16)
    }
  }
}

/**
 * base + offset + Σ x'·y of queries q, q+1 into weight rows r, r+1: `REDUCE`d for the exponential, or as they are.
 * `D`: the dimension, 1 to 3, or 0 for a loop over any number of coordinates.
 */
@inline function products(D: i32, REDUCE: bool, points: usize, q: i32, r: i32): void {
  const step = <usize>state.stride * SIZE
  const own = state.local + <usize>q * SIZE
  const offset = loadSplat(state.offsets + <usize>q * SIZE)
  const other = loadSplat(state.offsets + <usize>q * SIZE + SIZE)
  const qx = D >= 1 ? loadSplat(own) : offset
  const rx = D >= 1 ? loadSplat(own + SIZE) : offset
  const qy = D >= 2 ? loadSplat(own + step) : offset
  const ry = D >= 2 ? loadSplat(own + step + SIZE) : offset
  const qz = D >= 3 ? loadSplat(own + 2 * step) : offset
  const rz = D >= 3 ? loadSplat(own + 2 * step + SIZE) : offset
  const end = own + <usize>state.dimension * step
  const baseRow = state.baseRow
  const weights = state.weights + <usize>r * ROW
  for (let j: usize = 0; j < ROW; j += 64) {
    const base = baseRow + j
    const b0 = v128.load(base)
    const b1 = v128.load(base, 16)
    const b2 = v128.load(base, 32)
    const b3 = v128.load(base, 48)
    let s0 = add(b0, offset)
    let s1 = add(b1, offset)
    let s2 = add(b2, offset)
    let s3 = add(b3, offset)
    let t0 = add(b0, other)
    let t1 = add(b1, other)
    let t2 = add(b2, other)
    let t3 = add(b3, other)
    let p = points + j
    if (D >= 1) {
      const p0 = v128.load(p)
      const p1 = v128.load(p, 16)
      const p2 = v128.load(p, 32)
      const p3 = v128.load(p, 48)
      s0 = madd(p0, qx, s0)
      s1 = madd(p1, qx, s1)
      s2 = madd(p2, qx, s2)
      s3 = madd(p3, qx, s3)
      t0 = madd(p0, rx, t0)
      t1 = madd(p1, rx, t1)
      t2 = madd(p2, rx, t2)
      t3 = madd(p3, rx, t3)
    }
    if (D >= 2) {
      const p0 = v128.load(p, ROW)
      const p1 = v128.load(p, ROW + 16)
      const p2 = v128.load(p, ROW + 32)
      const p3 = v128.load(p, ROW + 48)
      s0 = madd(p0, qy, s0)
      s1 = madd(p1, qy, s1)
      s2 = madd(p2, qy, s2)
      s3 = madd(p3, qy, s3)
      t0 = madd(p0, ry, t0)
      t1 = madd(p1, ry, t1)
      t2 = madd(p2, ry, t2)
      t3 = madd(p3, ry, t3)
    }
    if (D >= 3) {
      const p0 = v128.load(p, 2 * ROW)
      const p1 = v128.load(p, 2 * ROW + 16)
      const p2 = v128.load(p, 2 * ROW + 32)
      const p3 = v128.load(p, 2 * ROW + 48)
      s0 = madd(p0, qz, s0)
      s1 = madd(p1, qz, s1)
      s2 = madd(p2, qz, s2)
      s3 = madd(p3, qz, s3)
      t0 = madd(p0, rz, t0)
      t1 = madd(p1, rz, t1)
      t2 = madd(p2, rz, t2)
      t3 = madd(p3, rz, t3)
    }
    for (let k = own; D === 0 && k < end; k += step, p += ROW) {
      const x = loadSplat(k)
      const y = loadSplat(k + SIZE)
      const p0 = v128.load(p)
      const p1 = v128.load(p, 16)
      const p2 = v128.load(p, 32)
      const p3 = v128.load(p, 48)
      s0 = madd(p0, x, s0)
      s1 = madd(p1, x, s1)
      s2 = madd(p2, x, s2)
      s3 = madd(p3, x, s3)
      t0 = madd(p0, y, t0)
      t1 = madd(p1, y, t1)
      t2 = madd(p2, y, t2)
      t3 = madd(p3, y, t3)
    }
    const w = weights + j
    if (REDUCE) {
      storeReduced(w, s0)
      storeReduced(w + 16, s1)
      storeReduced(w + 32, s2)
      storeReduced(w + 48, s3)
      storeReduced(w + ROW, t0)
      storeReduced(w + ROW + 16, t1)
      storeReduced(w + ROW + 32, t2)
      storeReduced(w + ROW + 48, t3)
    } else {
      v128.store(w, s0)
      v128.store(w, s1, 16)
      v128.store(w, s2, 32)
      v128.store(w, s3, 48)
      v128.store(w, t0, ROW)
      v128.store(w, t1, ROW + 16)
      v128.store(w, t2, ROW + 32)
      v128.store(w, t3, ROW + 48)
    }
  }
}

/** Squared distances of query q to the block's points, into weight row r. `EXACT`: of the queries as they are, never fused. */
@inline function distances(EXACT: bool, points: usize, q: i32, w: usize): void {
  const step = <usize>state.stride * SIZE
  const own = (EXACT ? state.queries : state.local) + <usize>q * SIZE
  const end = own + <usize>state.dimension * step
  for (let j: usize = 0; j < ROW; j += 64) {
    let s0 = splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    let p = points + j
    for (let k = own; k < end; k += step, p += ROW) {
      const x = loadSplat(k)
      const d0 = sub(x, v128.load(p))
      const d1 = sub(x, v128.load(p, 16))
      const d2 = sub(x, v128.load(p, 32))
      const d3 = sub(x, v128.load(p, 48))
      s0 = EXACT ? add(s0, mul(d0, d0)) : madd(d0, d0, s0)
      s1 = EXACT ? add(s1, mul(d1, d1)) : madd(d1, d1, s1)
      s2 = EXACT ? add(s2, mul(d2, d2)) : madd(d2, d2, s2)
      s3 = EXACT ? add(s3, mul(d3, d3)) : madd(d3, d3, s3)
    }
    v128.store(w + j, s0)
    v128.store(w + j, s1, 16)
    v128.store(w + j, s2, 32)
    v128.store(w + j, s3, 48)
  }
}

/** Squared distances of query q in the first weight row, rounded as the reference engine rounds them; the cloud must not be centred. */
export function exactDistances(block: i32, q: i32): void {
  distances(true, state.pointsOf(block), q, state.weights)
}

/** Squared distances of query q in row `w` become log weights. */
function distancesToLogs(block: i32, q: i32, w: usize): void {
  const scale = constant(LANE_SCALE)
  const offset = loadSplat(state.offsets + <usize>q * SIZE)
  const own = splat(state.variable ? state.real64(state.queryWidths, q) : 1)
  const widths = state.variable ? state.widthsOf(block) : 0
  for (let j: usize = 0; j < ROW; j += 16) {
    let x = v128.load(w + j)
    if (widths) x = div(x, add(own, v128.load(widths + j)))
    v128.store(w + j, nmadd(x, scale, add(v128.load(state.baseRow + j), offset)))
  }
}

/** Log weights less the shifts of queries q, q+1 by their squared distances, into weight rows r, r+1. */
function differences(block: i32, q: i32, r: i32): void {
  const points = state.pointsOf(block)
  for (let i = 0; i < 2; i++) {
    const w = state.weights + <usize>(r + i) * ROW
    distances(false, points, q + i, w)
    distancesToLogs(block, q + i, w)
  }
}

/** Log weights of queries q, q+1, into the first two weight rows. */
function logRows(block: i32, q: i32): void {
  if (expanded) products(0, false, state.pointsOf(block), q, 0)
  else differences(block, q, 0)
}

function reducedRows1(points: usize, q: i32, r: i32): void {
  products(1, true, points, q, r)
}

function reducedRows2(points: usize, q: i32, r: i32): void {
  products(2, true, points, q, r)
}

function reducedRows3(points: usize, q: i32, r: i32): void {
  products(3, true, points, q, r)
}

function reducedRowsOfAny(points: usize, q: i32, r: i32): void {
  products(0, true, points, q, r)
}

/** Log weights of queries q, q+1 into weight rows r, r+1, ready for `exponentials`. */
function reducedRows(block: i32, q: i32, r: i32): void {
  const points = state.pointsOf(block)
  if (!expanded) {
    differences(block, q, r)
    reduceRows(r)
  } else if (state.dimension === 1) reducedRows1(points, q, r)
  else if (state.dimension === 2) reducedRows2(points, q, r)
  else if (state.dimension === 3) reducedRows3(points, q, r)
  else reducedRowsOfAny(points, q, r)
}

/** Weights of queries q … q+3 (localised) with the block at hand, relative to their shifts, into the weight rows. */
export function weighFour(block: i32, q: i32): void {
  reducedRows(block, q, 0)
  reducedRows(block, q + 2, 2)
  exponentials()
}

/** Weights of query q (localised) alone, into weight row q & 3: half the work of `weighFour`, the same bits. */
export function weighOne(block: i32, q: i32): void {
  reducedRows(block, q & ~1, q & 2)
  exponentials()
}

/** Largest log weight of query q in the block at hand, in nats; leaves its offset as for that shift. */
export function largestLog(block: i32, q: i32): f64 {
  state.setReal64(state.shifts, q, state.logMaximum(block))
  localise(block, q & ~3, (q & ~3) + 4)
  logRows(block, q & ~1)
  const w = state.weights + <usize>(q & 1) * ROW
  let best = v128.load(w)
  for (let j: usize = 16; j < ROW; j += 16) best = larger(v128.load(w + j), best)
  return laneLargest(best) / UNIT + state.logMaximum(block)
}
