// The inner loops: (queries of a unit) × (one block of 64 points), four vectors at a time so that the units stay busy.
import * as job from './job'
import {
  LN2_HIGH,
  LN2_LOW,
  LOG2_E,
  LOWEST,
  ROUNDER,
  ROW,
  SIZE,
  UNIT,
  add,
  constant,
  div,
  laneLargest,
  laneSum,
  larger,
  loadSplat,
  madd,
  mul,
  nmadd,
  scaleByPower,
  splat,
  storeLane,
  sub
} from './lanes'
import * as state from './state'

/** Squared distances of two queries to a block's points, in any dimension. `EXACT`: never fused, as the reference adds. */
@inline function distancesOfTwo(EXACT: bool, points: usize, qa: usize, qb: usize, d: i32, wa: usize, wb: usize): void {
  for (let j: usize = 0; j < ROW; j += 64) {
    let a0 = splat(0)
    let a1 = a0
    let a2 = a0
    let a3 = a0
    let b0 = a0
    let b1 = a0
    let b2 = a0
    let b3 = a0
    let p = points + j
    const end = qa + <usize>d * SIZE
    for (let k = qa, l = qb; k < end; k += SIZE, l += SIZE, p += ROW) {
      const x = loadSplat(k)
      const y = loadSplat(l)
      const p0 = v128.load(p)
      const p1 = v128.load(p, 16)
      const p2 = v128.load(p, 32)
      const p3 = v128.load(p, 48)
      const s0 = sub(x, p0)
      const s1 = sub(x, p1)
      const s2 = sub(x, p2)
      const s3 = sub(x, p3)
      const t0 = sub(y, p0)
      const t1 = sub(y, p1)
      const t2 = sub(y, p2)
      const t3 = sub(y, p3)
      a0 = EXACT ? add(a0, mul(s0, s0)) : madd(s0, s0, a0)
      a1 = EXACT ? add(a1, mul(s1, s1)) : madd(s1, s1, a1)
      a2 = EXACT ? add(a2, mul(s2, s2)) : madd(s2, s2, a2)
      a3 = EXACT ? add(a3, mul(s3, s3)) : madd(s3, s3, a3)
      b0 = EXACT ? add(b0, mul(t0, t0)) : madd(t0, t0, b0)
      b1 = EXACT ? add(b1, mul(t1, t1)) : madd(t1, t1, b1)
      b2 = EXACT ? add(b2, mul(t2, t2)) : madd(t2, t2, b2)
      b3 = EXACT ? add(b3, mul(t3, t3)) : madd(t3, t3, b3)
    }
    v128.store(wa + j, a0)
    v128.store(wa + j, a1, 16)
    v128.store(wa + j, a2, 32)
    v128.store(wa + j, a3, 48)
    v128.store(wb + j, b0)
    v128.store(wb + j, b1, 16)
    v128.store(wb + j, b2, 32)
    v128.store(wb + j, b3, 48)
  }
}

@inline function localRow(q: i32): usize {
  return state.local + <usize>q * <usize>state.dimension * SIZE
}

/** Squared distances of queries q, q+1 to the block into weight rows r, r+1. */
export function pairDistances(block: i32, q: i32, r: i32): void {
  const w = state.weights + <usize>r * ROW
  distancesOfTwo(false, state.pointsOf(block), localRow(q), localRow(q + 1), state.dimension, w, w + ROW)
}

/** As `pairDistances`, with the reference engine's rounding. */
export function exactDistances(block: i32, q: i32, r: i32): void {
  const w = state.weights + <usize>r * ROW
  distancesOfTwo(true, state.pointsOf(block), localRow(q), localRow(q + 1), state.dimension, w, w + ROW)
}

/** In weight row r, squared distances of query q become log weights less the block's largest log term (unit of the lanes). */
function toLogs(block: i32, q: i32, r: i32): void {
  const w = state.weights + <usize>r * ROW
  const logs = state.logsOf(block)
  const scale = splat(state.scale * UNIT)
  if (state.variable) {
    const widths = state.widthsOf(block)
    const own = splat(state.real64(state.queryWidths, q))
    for (let j: usize = 0; j < ROW; j += 16) {
      const bandwidth = add(own, v128.load(widths + j))
      v128.store(w + j, sub(v128.load(logs + j), div(mul(v128.load(w + j), scale), bandwidth)))
    }
  } else {
    for (let j: usize = 0; j < ROW; j += 16) {
      v128.store(w + j, nmadd(v128.load(w + j), scale, v128.load(logs + j)))
    }
  }
}

/** Largest log weight of query q in the block, in nats. */
export function largestLog(block: i32, q: i32): f64 {
  pairDistances(block, q & ~1, 0)
  const r = q & 1
  toLogs(block, q, r)
  const w = state.weights + <usize>r * ROW
  let best = v128.load(w)
  for (let j: usize = 16; j < ROW; j += 16) best = larger(v128.load(w + j), best)
  return laneLargest(best) / UNIT + state.logMaximum(block)
}

/**
 * Weights of queries [from, to) with a block: Σw, Σw² and Σ w·point into the sums of the unit.
 * `D` 1 to 3: distances and sums in registers, gaussian kernel. `D` 0: weight rows 0, 1, … hold squared distances on
 * entry and the weights on exit.
 */
@inline function weigh(D: i32, WITH_VALUES: bool, WITH_SQUARES: bool, VARIABLE: bool, block: i32, from: i32, to: i32, partial: usize): void {
  const points = state.pointsOf(block)
  const logs = state.logsOf(block)
  const widths = VARIABLE ? state.widthsOf(block) : 0
  const scale = splat(state.scale * UNIT)
  const lowest = constant(LOWEST)
  const rounder = constant(ROUNDER)
  const log2e = FLOAT32 ? lowest : constant(LOG2_E)
  const high = FLOAT32 ? lowest : constant(LN2_HIGH)
  const low = FLOAT32 ? lowest : constant(LN2_LOW)
  const c0 = constant(0)
  const c1 = constant(1)
  const c2 = constant(2)
  const c3 = constant(3)
  const c4 = constant(4)
  const c5 = constant(5)
  const c6 = constant(6)
  const c7 = constant(7)
  const c8 = constant(8)
  const c9 = constant(9)
  const c10 = constant(10)
  const c11 = constant(11)
  let w = state.weights
  for (let q = from; q < to; q++) {
    const own = localRow(q)
    const qx = D >= 1 ? loadSplat(own) : scale
    const qy = D >= 2 ? loadSplat(own + SIZE) : scale
    const qz = D >= 3 ? loadSplat(own + 2 * SIZE) : scale
    const width = VARIABLE ? splat(state.real64(state.queryWidths, q)) : scale
    const offset = splat(state.offsetOf(block, q))
    let sum = splat(0)
    let square = sum
    let ax = sum
    let ay = sum
    let az = sum
    for (let j: usize = 0; j < ROW; j += 64) {
      const at = points + j
      let x0: v128
      let x1: v128
      let x2: v128
      let x3: v128
      if (D === 0) {
        x0 = v128.load(w + j)
        x1 = v128.load(w + j, 16)
        x2 = v128.load(w + j, 32)
        x3 = v128.load(w + j, 48)
      } else {
        x0 = sub(qx, v128.load(at))
        x1 = sub(qx, v128.load(at, 16))
        x2 = sub(qx, v128.load(at, 32))
        x3 = sub(qx, v128.load(at, 48))
        x0 = mul(x0, x0)
        x1 = mul(x1, x1)
        x2 = mul(x2, x2)
        x3 = mul(x3, x3)
        if (D >= 2) {
          const y0 = sub(qy, v128.load(at, ROW))
          const y1 = sub(qy, v128.load(at, ROW + 16))
          const y2 = sub(qy, v128.load(at, ROW + 32))
          const y3 = sub(qy, v128.load(at, ROW + 48))
          x0 = madd(y0, y0, x0)
          x1 = madd(y1, y1, x1)
          x2 = madd(y2, y2, x2)
          x3 = madd(y3, y3, x3)
        }
        if (D >= 3) {
          const z0 = sub(qz, v128.load(at, 2 * ROW))
          const z1 = sub(qz, v128.load(at, 2 * ROW + 16))
          const z2 = sub(qz, v128.load(at, 2 * ROW + 32))
          const z3 = sub(qz, v128.load(at, 2 * ROW + 48))
          x0 = madd(z0, z0, x0)
          x1 = madd(z1, z1, x1)
          x2 = madd(z2, z2, x2)
          x3 = madd(z3, z3, x3)
        }
      }
      const l = logs + j
      if (VARIABLE) {
        const v = widths + j
        x0 = sub(add(v128.load(l), offset), div(mul(x0, scale), add(width, v128.load(v))))
        x1 = sub(add(v128.load(l, 16), offset), div(mul(x1, scale), add(width, v128.load(v, 16))))
        x2 = sub(add(v128.load(l, 32), offset), div(mul(x2, scale), add(width, v128.load(v, 32))))
        x3 = sub(add(v128.load(l, 48), offset), div(mul(x3, scale), add(width, v128.load(v, 48))))
      } else {
        x0 = nmadd(x0, scale, add(v128.load(l), offset))
        x1 = nmadd(x1, scale, add(v128.load(l, 16), offset))
        x2 = nmadd(x2, scale, add(v128.load(l, 32), offset))
        x3 = nmadd(x3, scale, add(v128.load(l, 48), offset))
      }
      // Exponential: x = n·(unit) + r, polynomial in r, n added to the exponent.
      x0 = larger(x0, lowest)
      x1 = larger(x1, lowest)
      x2 = larger(x2, lowest)
      x3 = larger(x3, lowest)
      const t0 = FLOAT32 ? add(x0, rounder) : madd(x0, log2e, rounder)
      const t1 = FLOAT32 ? add(x1, rounder) : madd(x1, log2e, rounder)
      const t2 = FLOAT32 ? add(x2, rounder) : madd(x2, log2e, rounder)
      const t3 = FLOAT32 ? add(x3, rounder) : madd(x3, log2e, rounder)
      let p0: v128
      let p1: v128
      let p2: v128
      let p3: v128
      if (FLOAT32) {
        x0 = sub(x0, sub(t0, rounder))
        x1 = sub(x1, sub(t1, rounder))
        x2 = sub(x2, sub(t2, rounder))
        x3 = sub(x3, sub(t3, rounder))
        p0 = madd(c5, x0, c4)
        p1 = madd(c5, x1, c4)
        p2 = madd(c5, x2, c4)
        p3 = madd(c5, x3, c4)
      } else {
        const n0 = sub(t0, rounder)
        const n1 = sub(t1, rounder)
        const n2 = sub(t2, rounder)
        const n3 = sub(t3, rounder)
        x0 = nmadd(n0, low, nmadd(n0, high, x0))
        x1 = nmadd(n1, low, nmadd(n1, high, x1))
        x2 = nmadd(n2, low, nmadd(n2, high, x2))
        x3 = nmadd(n3, low, nmadd(n3, high, x3))
        p0 = madd(c11, x0, c10)
        p1 = madd(c11, x1, c10)
        p2 = madd(c11, x2, c10)
        p3 = madd(c11, x3, c10)
        p0 = madd(p0, x0, c9)
        p1 = madd(p1, x1, c9)
        p2 = madd(p2, x2, c9)
        p3 = madd(p3, x3, c9)
        p0 = madd(p0, x0, c8)
        p1 = madd(p1, x1, c8)
        p2 = madd(p2, x2, c8)
        p3 = madd(p3, x3, c8)
        p0 = madd(p0, x0, c7)
        p1 = madd(p1, x1, c7)
        p2 = madd(p2, x2, c7)
        p3 = madd(p3, x3, c7)
        p0 = madd(p0, x0, c6)
        p1 = madd(p1, x1, c6)
        p2 = madd(p2, x2, c6)
        p3 = madd(p3, x3, c6)
        p0 = madd(p0, x0, c5)
        p1 = madd(p1, x1, c5)
        p2 = madd(p2, x2, c5)
        p3 = madd(p3, x3, c5)
        p0 = madd(p0, x0, c4)
        p1 = madd(p1, x1, c4)
        p2 = madd(p2, x2, c4)
        p3 = madd(p3, x3, c4)
      }
      p0 = madd(p0, x0, c3)
      p1 = madd(p1, x1, c3)
      p2 = madd(p2, x2, c3)
      p3 = madd(p3, x3, c3)
      p0 = madd(p0, x0, c2)
      p1 = madd(p1, x1, c2)
      p2 = madd(p2, x2, c2)
      p3 = madd(p3, x3, c2)
      p0 = madd(p0, x0, c1)
      p1 = madd(p1, x1, c1)
      p2 = madd(p2, x2, c1)
      p3 = madd(p3, x3, c1)
      p0 = scaleByPower(madd(p0, x0, c0), t0)
      p1 = scaleByPower(madd(p1, x1, c0), t1)
      p2 = scaleByPower(madd(p2, x2, c0), t2)
      p3 = scaleByPower(madd(p3, x3, c0), t3)
      sum = add(sum, add(add(p0, p1), add(p2, p3)))
      if (WITH_SQUARES) square = madd(p3, p3, madd(p2, p2, madd(p1, p1, madd(p0, p0, square))))
      if (D === 0) {
        v128.store(w + j, p0)
        v128.store(w + j, p1, 16)
        v128.store(w + j, p2, 32)
        v128.store(w + j, p3, 48)
      } else if (WITH_VALUES) {
        ax = madd(p3, v128.load(at, 48), madd(p2, v128.load(at, 32), madd(p1, v128.load(at, 16), madd(p0, v128.load(at), ax))))
        if (D >= 2) {
          ay = madd(p1, v128.load(at, ROW + 16), madd(p0, v128.load(at, ROW), ay))
          ay = madd(p3, v128.load(at, ROW + 48), madd(p2, v128.load(at, ROW + 32), ay))
        }
        if (D >= 3) {
          az = madd(p1, v128.load(at, 2 * ROW + 16), madd(p0, v128.load(at, 2 * ROW), az))
          az = madd(p3, v128.load(at, 2 * ROW + 48), madd(p2, v128.load(at, 2 * ROW + 32), az))
        }
      }
    }
    const total = laneSum(sum)
    state.setReal64(state.sums, q, state.real64(state.sums, q) + total)
    if (WITH_SQUARES) state.setReal64(state.squares, q, state.real64(state.squares, q) + laneSum(square))
    if (partial) state.setReal64(partial, q, total)
    if (D === 0) w += ROW
    else if (WITH_VALUES) {
      accumulate(block, q, 0, laneSum(ax), total)
      if (D >= 2) accumulate(block, q, 1, laneSum(ay), total)
      if (D >= 3) accumulate(block, q, 2, laneSum(az), total)
    }
  }
}

/** Adds Σ w·value of column k of a block, undoing the centring of float32 blocks. */
@inline function accumulate(block: i32, q: i32, k: i32, weighted: f64, total: f64): void {
  const at = q * state.valueCount + k
  const shifted = FLOAT32 ? weighted + total * state.real64(state.valueCentresOf(block), k) : weighted
  state.setReal64(state.accumulated, at, state.real64(state.accumulated, at) + shifted)
}

function weigh1(block: i32, to: i32, partial: usize): void {
  const squares = state.mode & job.WITH_SQUARES
  if (state.mode & job.WITH_VALUES) {
    if (squares) weigh(1, true, true, false, block, 0, to, partial)
    else weigh(1, true, false, false, block, 0, to, partial)
  } else weigh(1, false, false, false, block, 0, to, partial)
}

function weigh2(block: i32, to: i32, partial: usize): void {
  const squares = state.mode & job.WITH_SQUARES
  if (state.mode & job.WITH_VALUES) {
    if (squares) weigh(2, true, true, false, block, 0, to, partial)
    else weigh(2, true, false, false, block, 0, to, partial)
  } else weigh(2, false, false, false, block, 0, to, partial)
}

function weigh3(block: i32, to: i32, partial: usize): void {
  const squares = state.mode & job.WITH_SQUARES
  if (state.mode & job.WITH_VALUES) {
    if (squares) weigh(3, true, true, false, block, 0, to, partial)
    else weigh(3, true, false, false, block, 0, to, partial)
  } else weigh(3, false, false, false, block, 0, to, partial)
}

/** Weights of queries q … q+count−1 (count ≤ 4) from the squared distances in weight rows 0 … count−1, in place. */
export function weighRows(block: i32, q: i32, count: i32, partial: usize): void {
  if (state.variable) weigh(0, false, true, true, block, q, q + count, partial)
  else weigh(0, false, true, false, block, q, q + count, partial)
}

/** Σ w·value of the weight rows of four queries, two columns at a time. */
function accumulateRows(block: i32, q: i32): void {
  const w = state.weights
  const c = state.valueCount
  let values = state.valuesOf(block)
  let k = 0
  for (; k + 2 <= c; k += 2, values += 2 * ROW) {
    let a0 = splat(0)
    let a1 = a0
    let a2 = a0
    let a3 = a0
    let b0 = a0
    let b1 = a0
    let b2 = a0
    let b3 = a0
    for (let j: usize = 0; j < ROW; j += 16) {
      const v0 = v128.load(values + j)
      const v1 = v128.load(values + j, ROW)
      const w0 = v128.load(w + j)
      const w1 = v128.load(w + j, ROW)
      const w2 = v128.load(w + j, 2 * ROW)
      const w3 = v128.load(w + j, 3 * ROW)
      a0 = madd(w0, v0, a0)
      a1 = madd(w1, v0, a1)
      a2 = madd(w2, v0, a2)
      a3 = madd(w3, v0, a3)
      b0 = madd(w0, v1, b0)
      b1 = madd(w1, v1, b1)
      b2 = madd(w2, v1, b2)
      b3 = madd(w3, v1, b3)
    }
    addColumn(block, q, k, laneSum(a0), laneSum(a1), laneSum(a2), laneSum(a3))
    addColumn(block, q, k + 1, laneSum(b0), laneSum(b1), laneSum(b2), laneSum(b3))
  }
  if (k < c) {
    let a0 = splat(0)
    let a1 = a0
    let a2 = a0
    let a3 = a0
    for (let j: usize = 0; j < ROW; j += 16) {
      const v0 = v128.load(values + j)
      a0 = madd(v128.load(w + j), v0, a0)
      a1 = madd(v128.load(w + j, ROW), v0, a1)
      a2 = madd(v128.load(w + j, 2 * ROW), v0, a2)
      a3 = madd(v128.load(w + j, 3 * ROW), v0, a3)
    }
    addColumn(block, q, k, laneSum(a0), laneSum(a1), laneSum(a2), laneSum(a3))
  }
}

/** Sums of the four weight rows of the block at hand, kept for the centring of float32 values. */
@inline function addColumn(block: i32, q: i32, k: i32, s0: f64, s1: f64, s2: f64, s3: f64): void {
  const totals = state.small
  accumulate(block, q, k, s0, load<f64>(totals))
  accumulate(block, q + 1, k, s1, load<f64>(totals, 8))
  accumulate(block, q + 2, k, s2, load<f64>(totals, 16))
  accumulate(block, q + 3, k, s3, load<f64>(totals, 24))
}

/** The queries in lanes, relative to the block's centre: float32 then loses nothing to the distance from the origin. */
export function localise(block: i32, count: i32): void {
  if (!FLOAT32) return
  const d = state.dimension
  const centre = job.pointer(job.CENTRES) + ((<usize>block * <usize>d) << 3)
  let from = state.queries
  let to = state.local
  for (let q = 0; q < count; q++) {
    for (let k = 0; k < d; k++, from += 8, to += SIZE) storeLane(to, load<f64>(from) - state.real64(centre, k))
  }
}

/** All `count` (a multiple of four) queries of the unit with one block. `partial`: where the block's sums go, or 0. */
export function visit(block: i32, count: i32, partial: usize): void {
  const d = state.dimension
  const withValues = (state.mode & job.WITH_VALUES) !== 0
  if (d >= 1 && d <= 3 && !state.variable && (!withValues || state.selfValues)) {
    if (d === 1) weigh1(block, count, partial)
    else if (d === 2) weigh2(block, count, partial)
    else weigh3(block, count, partial)
    return
  }
  for (let q = 0; q < count; q += 4) {
    pairDistances(block, q, 0)
    pairDistances(block, q + 2, 2)
    if (withValues && FLOAT32) for (let r = 0; r < 4; r++) state.setReal64(state.small, r, state.real64(state.sums, q + r))
    weighRows(block, q, 4, partial)
    if (!withValues) continue
    if (FLOAT32) for (let r = 0; r < 4; r++) state.setReal64(state.small, r, state.real64(state.sums, q + r) - state.real64(state.small, r))
    accumulateRows(block, q)
  }
}
