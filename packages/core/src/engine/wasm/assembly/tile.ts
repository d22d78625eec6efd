// The inner loops: (queries of a unit) × (one block of 64 points), four vectors at a time so that the units stay busy.
import * as job from './job'
import {
  LANE_SCALE,
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
  larger,
  loadSplat,
  madd,
  mul,
  nmadd,
  promoted,
  scaleByPower,
  splat,
  storeLane,
  sub,
  sumOfTwo
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
  const scale = constant(LANE_SCALE)
  if (state.variable) {
    const widths = state.widthsOf(block)
    const own = splat(state.real64(state.queryWidths, q))
    for (let j: usize = 0; j < ROW; j += 16) {
      const bandwidth = add(own, v128.load(widths + j))
      v128.store(w + j, nmadd(div(v128.load(w + j), bandwidth), scale, v128.load(logs + j)))
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
 *
 * `SYMMETRIC`: kernel values k alone. `logs` holds the factors g_j of the block, `own` those of the queries; Σ_j k g_j
 * goes to the sums and k g_i is added to the columns at `partial` (lanes).
 */
@inline function weigh(
  D: i32,
  WITH_VALUES: bool,
  WITH_SQUARES: bool,
  VARIABLE: bool,
  SYMMETRIC: bool,
  block: i32,
  points: usize,
  logs: usize,
  from: i32,
  to: i32,
  partial: usize
): void {
  const widths = VARIABLE ? state.widthsOf(block) : 0
  // The points once more, by another way: kept from the first loop they would only spill.
  const values = WITH_VALUES ? state.valuesOf(block) : 0
  const scale = constant(LANE_SCALE)
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
    const factor = SYMMETRIC ? loadSplat(state.factors + <usize>q * SIZE) : scale
    const own = localRow(q)
    const qx = D >= 1 ? loadSplat(own) : scale
    const qy = D >= 2 ? loadSplat(own + SIZE) : scale
    const qz = D >= 3 ? loadSplat(own + 2 * SIZE) : scale
    const width = VARIABLE ? splat(state.real64(state.queryWidths, q)) : scale
    const offset = v128.load(state.offsets + (<usize>q << 4))
    let sum = splat(0)
    let square = sum
    let ax = sum
    let ay = sum
    let az = sum
    // Two short loops in place of one: the processor looks only so far ahead, and short chains of operations overlap more.
    for (let j: usize = 0; D >= 1 && j < ROW; j += 16 * UNROLL) {
      const at = points + j
      const l = logs + j
      let x$ = sub(qx, v128.load(at, 16 * $))
      x$ = mul(x$, x$)
      const y$ = D >= 2 ? sub(qy, v128.load(at, ROW + 16 * $)) : scale
      if (D >= 2) x$ = madd(y$, y$, x$)
      const z$ = D >= 3 ? sub(qz, v128.load(at, 2 * ROW + 16 * $)) : scale
      if (D >= 3) x$ = madd(z$, z$, x$)
      x$ = nmadd(x$, scale, SYMMETRIC ? offset : add(v128.load(l, 16 * $), offset))
      v128.store(w + j, larger(x$, lowest), 16 * $)
    }
    for (let j: usize = 0; j < ROW; j += 16 * UNROLL) {
      const at = values + j
      const l = logs + j
      // Exponential: x = n·(unit) + r, polynomial in r (float64: odd and even powers apart; float32: pairs), n added to the exponent.
      let x$ = v128.load(w + j, 16 * $)
      if (D === 0 && VARIABLE) x$ = div(x$, add(width, v128.load(widths + j, 16 * $)))
      if (D === 0) x$ = larger(nmadd(x$, scale, SYMMETRIC ? offset : add(v128.load(l, 16 * $), offset)), lowest)
      const t$ = FLOAT32 ? add(x$, rounder) : madd(x$, log2e, rounder)
      const n$ = sub(t$, rounder)
      x$ = FLOAT32 ? sub(x$, n$) : nmadd(n$, low, nmadd(n$, high, x$))
      const s$ = mul(x$, x$)
      let p$ = FLOAT32 ? madd(c5, x$, c4) : madd(c11, s$, c9)
      let e$ = FLOAT32 ? madd(c3, x$, c2) : madd(c10, s$, c8)
      if (!FLOAT32) p$ = madd(p$, s$, c7)
      if (!FLOAT32) e$ = madd(e$, s$, c6)
      if (!FLOAT32) p$ = madd(p$, s$, c5)
      if (!FLOAT32) e$ = madd(e$, s$, c4)
      if (!FLOAT32) p$ = madd(p$, s$, c3)
      if (!FLOAT32) e$ = madd(e$, s$, c2)
      p$ = FLOAT32 ? madd(p$, s$, e$) : madd(p$, s$, c1)
      e$ = FLOAT32 ? madd(c1, x$, c0) : madd(e$, s$, c0)
      p$ = FLOAT32 ? madd(p$, s$, e$) : madd(p$, x$, e$)
      p$ = scaleByPower(p$, t$)
      sum = SYMMETRIC ? madd(p$, v128.load(l, 16 * $), sum) : add(sum, p$)
      if (SYMMETRIC) v128.store(partial + j, madd(p$, factor, v128.load(partial + j, 16 * $)), 16 * $)
      if (WITH_SQUARES) square = madd(p$, p$, square)
      if (D === 0 && !SYMMETRIC) v128.store(w + j, p$, 16 * $)
      if (D >= 1 && WITH_VALUES) ax = madd(p$, v128.load(at, 16 * $), ax)
      if (D >= 2 && WITH_VALUES) ay = madd(p$, v128.load(at, ROW + 16 * $), ay)
      if (D >= 3 && WITH_VALUES) az = madd(p$, v128.load(at, 2 * ROW + 16 * $), az)
    }
    const total = promoted(sum)
    state.setPair(state.sums, q, f64x2.add(state.pairOf(state.sums, q), total))
    if (WITH_SQUARES) state.setPair(state.squares, q, f64x2.add(state.pairOf(state.squares, q), promoted(square)))
    if (!SYMMETRIC && partial) state.setReal64(partial, q, sumOfTwo(total))
    if (D === 0) w += ROW
    else if (WITH_VALUES) {
      const sums = state.accumulated + ((<usize>q * D) << 4)
      const centres = FLOAT32 ? state.valueCentresOf(block) : 0
      addTo(sums, centres, ax, total)
      if (D >= 2) addTo(sums + 16, centres + 8, ay, total)
      if (D >= 3) addTo(sums + 32, centres + 16, az, total)
    }
  }
}

/** Adds Σ w·value of one column of a block, undoing the centring of float32 blocks. */
@inline function addTo(sums: usize, centre: usize, weighted: v128, total: v128): void {
  let part = promoted(weighted)
  if (FLOAT32) part = f64x2.add(part, f64x2.mul(total, v128.load64_splat(centre)))
  v128.store(sums, f64x2.add(v128.load(sums), part))
}

function weigh1(block: i32, points: usize, logs: usize, from: i32, to: i32, partial: usize): void {
  const squares = state.mode & job.WITH_SQUARES
  if (state.mode & job.WITH_VALUES) {
    if (squares) weigh(1, true, true, false, false, block, points, logs, from, to, partial)
    else weigh(1, true, false, false, false, block, points, logs, from, to, partial)
  } else weigh(1, false, false, false, false, block, points, logs, from, to, partial)
}

function weigh2(block: i32, points: usize, logs: usize, from: i32, to: i32, partial: usize): void {
  const squares = state.mode & job.WITH_SQUARES
  if (state.mode & job.WITH_VALUES) {
    if (squares) weigh(2, true, true, false, false, block, points, logs, from, to, partial)
    else weigh(2, true, false, false, false, block, points, logs, from, to, partial)
  } else weigh(2, false, false, false, false, block, points, logs, from, to, partial)
}

function weigh3(block: i32, points: usize, logs: usize, from: i32, to: i32, partial: usize): void {
  const squares = state.mode & job.WITH_SQUARES
  if (state.mode & job.WITH_VALUES) {
    if (squares) weigh(3, true, true, false, false, block, points, logs, from, to, partial)
    else weigh(3, true, false, false, false, block, points, logs, from, to, partial)
  } else weigh(3, false, false, false, false, block, points, logs, from, to, partial)
}

/** Weights of queries q … q+count−1 (count ≤ 4) from the squared distances in weight rows 0 … count−1, in place. */
export function weighRows(block: i32, q: i32, count: i32, partial: usize): void {
  weigh0(block, state.logsOf(block), q, q + count, partial)
}

function weigh0(block: i32, logs: usize, from: i32, to: i32, partial: usize): void {
  if (state.variable) weigh(0, false, true, true, false, block, 0, logs, from, to, partial)
  else weigh(0, false, true, false, false, block, 0, logs, from, to, partial)
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
    addColumn(block, q, k, a0, a1, a2, a3)
    addColumn(block, q, k + 1, b0, b1, b2, b3)
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
    addColumn(block, q, k, a0, a1, a2, a3)
  }
}

/** Adds column k of four queries; `small` holds the sums of their weights in the block at hand. */
@inline function addColumn(block: i32, q: i32, k: i32, a0: v128, a1: v128, a2: v128, a3: v128): void {
  const c = state.valueCount
  const stride = <usize>c << 4
  const sums = state.accumulated + (<usize>(q * c + k) << 4)
  const centre = FLOAT32 ? state.valueCentresOf(block) + (<usize>k << 3) : 0
  const totals = state.small
  addTo(sums, centre, a0, v128.load(totals))
  addTo(sums + stride, centre, a1, v128.load(totals, 16))
  addTo(sums + 2 * stride, centre, a2, v128.load(totals, 32))
  addTo(sums + 3 * stride, centre, a3, v128.load(totals, 48))
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

/** Queries from … to−1 (multiples of four) with one block. `partial`: where the block's sums go, or 0. */
export function visit(block: i32, from: i32, to: i32, partial: usize): void {
  const d = state.dimension
  state.setOffsets(block, from, to)
  const withValues = (state.mode & job.WITH_VALUES) !== 0
  if (d >= 1 && d <= 3 && !state.variable && (!withValues || state.selfValues)) {
    const points = state.pointsOf(block)
    const logs = state.logsOf(block)
    if (d === 1) weigh1(block, points, logs, from, to, partial)
    else if (d === 2) weigh2(block, points, logs, from, to, partial)
    else weigh3(block, points, logs, from, to, partial)
    return
  }
  for (let q = from; q < to; q += 4) {
    pairDistances(block, q, 0)
    pairDistances(block, q + 2, 2)
    if (withValues && FLOAT32) for (let r = 0; r < 4; r++) state.setPair(state.small, r, state.pairOf(state.sums, q + r))
    weighRows(block, q, 4, partial)
    if (!withValues) continue
    if (FLOAT32) {
      for (let r = 0; r < 4; r++) state.setPair(state.small, r, f64x2.sub(state.pairOf(state.sums, q + r), state.pairOf(state.small, r)))
    }
    accumulateRows(block, q)
  }
}

function symmetric1(block: i32, points: usize, factors: usize, columns: usize): void {
  weigh(1, false, false, false, true, block, points, factors, 0, 64, columns)
}

function symmetric2(block: i32, points: usize, factors: usize, columns: usize): void {
  weigh(2, false, false, false, true, block, points, factors, 0, 64, columns)
}

function symmetric3(block: i32, points: usize, factors: usize, columns: usize): void {
  weigh(3, false, false, false, true, block, points, factors, 0, 64, columns)
}

function symmetric0(block: i32, factors: usize, q: i32, columns: usize): void {
  if (state.variable) weigh(0, false, false, true, true, block, 0, factors, q, q + 4, columns)
  else weigh(0, false, false, false, true, block, 0, factors, q, q + 4, columns)
}

/** All 64 rows of the block at hand with another block: row sums into the sums, column sums added to `columns`. */
export function visitSymmetric(block: i32, columns: usize): void {
  const factors = state.logsOf(block)
  const d = state.dimension
  if (d >= 1 && d <= 3 && !state.variable) {
    const points = state.pointsOf(block)
    if (d === 1) symmetric1(block, points, factors, columns)
    else if (d === 2) symmetric2(block, points, factors, columns)
    else symmetric3(block, points, factors, columns)
    return
  }
  for (let q = 0; q < 64; q += 4) {
    pairDistances(block, q, 0)
    pairDistances(block, q + 2, 2)
    symmetric0(block, factors, q, columns)
  }
}

/** Kernel values of queries q … q+3 from the squared distances in weight rows 0 … 3, in place. The log terms must be zero. */
function kernelRows(block: i32, q: i32): void {
  if (state.variable) weigh(0, false, false, true, false, block, 0, state.logsOf(block), q, q + 4, 0)
  else weigh(0, false, false, false, false, block, 0, state.logsOf(block), q, q + 4, 0)
}

/** Adds Σ_q k_qj u_q over rows q … q+3 of block `rows`, whose kernel values are in the weight rows, to the columns [c][64] at `to`. */
function accumulateColumns(rows: i32, q: i32, to: usize): void {
  const w = state.weights
  let own = state.valuesOf(rows) + <usize>q * SIZE
  let k = 0
  for (; k + 2 <= state.valueCount; k += 2, own += 2 * ROW, to += 2 * ROW) {
    const a0 = loadSplat(own)
    const a1 = loadSplat(own + SIZE)
    const a2 = loadSplat(own + 2 * SIZE)
    const a3 = loadSplat(own + 3 * SIZE)
    const b0 = loadSplat(own + ROW)
    const b1 = loadSplat(own + ROW + SIZE)
    const b2 = loadSplat(own + ROW + 2 * SIZE)
    const b3 = loadSplat(own + ROW + 3 * SIZE)
    for (let j: usize = 0; j < ROW; j += 16) {
      const w0 = v128.load(w + j)
      const w1 = v128.load(w + j, ROW)
      const w2 = v128.load(w + j, 2 * ROW)
      const w3 = v128.load(w + j, 3 * ROW)
      v128.store(to + j, madd(w3, a3, madd(w2, a2, madd(w1, a1, madd(w0, a0, v128.load(to + j))))))
      v128.store(to + j, madd(w3, b3, madd(w2, b2, madd(w1, b1, madd(w0, b0, v128.load(to + j, ROW))))), ROW)
    }
  }
  if (k < state.valueCount) {
    const a0 = loadSplat(own)
    const a1 = loadSplat(own + SIZE)
    const a2 = loadSplat(own + 2 * SIZE)
    const a3 = loadSplat(own + 3 * SIZE)
    for (let j: usize = 0; j < ROW; j += 16) {
      const first = madd(v128.load(w + j, ROW), a1, madd(v128.load(w + j), a0, v128.load(to + j)))
      v128.store(to + j, madd(v128.load(w + j, 3 * ROW), a3, madd(v128.load(w + j, 2 * ROW), a2, first)))
    }
  }
}

/**
 * All 64 rows of block `rows` with another block, for all columns u of a product: Σ_j k_ij u_j into `accumulated`, and
 * Σ_i k_ij u_i added to the columns [c][64] at `columns`. A block with itself gives whole rows and no columns. float64.
 */
export function visitProduct(rows: i32, block: i32, columns: usize): void {
  for (let q = 0; q < 64; q += 4) {
    pairDistances(block, q, 0)
    pairDistances(block, q + 2, 2)
    kernelRows(block, q)
    accumulateRows(block, q)
    if (rows !== block) accumulateColumns(rows, q, columns)
  }
}
