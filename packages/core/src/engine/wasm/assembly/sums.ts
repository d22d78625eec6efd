// Sums of the weights of four queries with the block at hand: Σw, Σw², Σ w·value, and those of a symmetric sum.
import * as job from './job'
import { BLOCK, ROW, SIZE, add, loadLane, madd, promotedHigh, promotedLow, splat } from './lanes'
import * as state from './state'
import { weighFour } from './weigh'

/** Lane sums of four vectors, as one vector. */
@inline function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3))
  const cd = f32x4.add(v128.shuffle<i64>(c, d, 0, 2), v128.shuffle<i64>(c, d, 1, 3))
  return f32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7))
}

@inline function pairSums(a: v128, b: v128): v128 {
  return f64x2.add(v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3))
}

/** Lane sums of the first two of four vectors, in float64. */
@inline function lowSums(a: v128, b: v128, c: v128, d: v128): v128 {
  return FLOAT32 ? promotedLow(laneSums(a, b, c, d)) : pairSums(a, b)
}

/** Lane sums of the last two of four vectors, in float64. */
@inline function highSums(a: v128, b: v128, c: v128, d: v128): v128 {
  return FLOAT32 ? promotedHigh(laneSums(a, b, c, d)) : pairSums(c, d)
}

/** The factors of queries q … q+3. */
@inline function lowFactors(q: i32): v128 {
  return v128.load(state.factors + (<usize>q << 3))
}

@inline function highFactors(q: i32): v128 {
  return v128.load(state.factors + (<usize>q << 3), 16)
}

@inline function addTo(at: usize, low: v128, high: v128): void {
  v128.store(at, f64x2.add(v128.load(at), low))
  v128.store(at, f64x2.add(v128.load(at, 16), high), 16)
}

/** Adds Σ w·value of a column to `at`, undoing the centring of the values (0: none) with Σw, which is in `small`. */
@inline function addColumn(at: usize, centre: usize, low: v128, high: v128): void {
  if (!centre) {
    addTo(at, low, high)
    return
  }
  const c = v128.load64_splat(centre)
  const totals = state.small
  addTo(at, f64x2.add(low, f64x2.mul(c, v128.load(totals))), f64x2.add(high, f64x2.mul(c, v128.load(totals, 16))))
}

/** The weight rows of queries q … q+3: `WITH_SUM`, Σw to the sums and to `small`; then `COLUMNS` columns of values from column k. */
@inline function accumulate(WITH_SUM: bool, COLUMNS: i32, block: i32, q: i32, k: i32): void {
  const w = state.weights
  const values = COLUMNS ? state.valuesOf(block) + <usize>k * ROW : 0
  let s$ = splat(0)
  let a$ = splat(0)
  let b$ = splat(0)
  for (let j: usize = 0; j < state.filled; j += 16) {
    const at = w + j
    const w$ = v128.load(at, $ * ROW)
    if (WITH_SUM) s$ = add(w$, s$)
    if (COLUMNS >= 1) {
      const v = v128.load(values + j)
      a$ = madd(w$, v, a$)
    }
    if (COLUMNS >= 2) {
      const v = v128.load(values + j, ROW)
      b$ = madd(w$, v, b$)
    }
  }
  const lowFactor = lowFactors(q)
  const highFactor = highFactors(q)
  if (WITH_SUM) {
    const low = f64x2.mul(lowSums(s0, s1, s2, s3), lowFactor)
    const high = f64x2.mul(highSums(s0, s1, s2, s3), highFactor)
    v128.store(state.small, low)
    v128.store(state.small, high, 16)
    addTo(state.sums + (<usize>q << 3), low, high)
  }
  const out = state.accumulated + (<usize>(k * state.stride + q) << 3)
  const centre = COLUMNS && !(state.mode & job.SYMMETRIC) ? state.valueCentresOf(block) + (<usize>k << 3) : 0
  if (COLUMNS >= 1) {
    addColumn(out, centre, f64x2.mul(lowSums(a0, a1, a2, a3), lowFactor), f64x2.mul(highSums(a0, a1, a2, a3), highFactor))
  }
  if (COLUMNS >= 2) {
    const low = f64x2.mul(lowSums(b0, b1, b2, b3), lowFactor)
    const high = f64x2.mul(highSums(b0, b1, b2, b3), highFactor)
    addColumn(out + (<usize>state.stride << 3), centre ? centre + 8 : 0, low, high)
  }
}

function sums(q: i32): void {
  accumulate(true, 0, 0, q, 0)
}

function sumsAndColumn(block: i32, q: i32): void {
  accumulate(true, 1, block, q, 0)
}

function oneColumn(block: i32, q: i32, k: i32): void {
  accumulate(false, 1, block, q, k)
}

function twoColumns(block: i32, q: i32, k: i32): void {
  accumulate(false, 2, block, q, k)
}

/** Adds Σw² of queries q … q+3. */
function squares(q: i32): void {
  const w = state.weights
  let s0 = splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  for (let j: usize = 0; j < state.filled; j += 16) {
    const at = w + j
    const w0 = v128.load(at)
    const w1 = v128.load(at, ROW)
    const w2 = v128.load(at, 2 * ROW)
    const w3 = v128.load(at, 3 * ROW)
    s0 = madd(w0, w0, s0)
    s1 = madd(w1, w1, s1)
    s2 = madd(w2, w2, s2)
    s3 = madd(w3, w3, s3)
  }
  const low = f64x2.mul(lowSums(s0, s1, s2, s3), f64x2.mul(lowFactors(q), lowFactors(q)))
  const high = f64x2.mul(highSums(s0, s1, s2, s3), f64x2.mul(highFactors(q), highFactors(q)))
  addTo(state.squares + (<usize>q << 3), low, high)
}

/**
 * Has the weights of queries q … q+3 with the block at hand kept from query `place` of all slots on, where it matters to all four;
 * elsewhere it may come once more, for the others of them, and those picked there are weighed again.
 */
@inline function keep(q: i32, place: i32): void {
  const masks = state.masks + (<usize>q << 3)
  const all = v128.and(v128.load(masks), v128.load(masks, 16))
  const whole = f64x2.extract_lane(all, 0) !== 0 && f64x2.extract_lane(all, 1) !== 0
  state.takeRows(whole ? place : -1)
  const to = state.keptFactors + (<usize>place << 3)
  v128.store(to, whole ? lowFactors(q) : f64x2.splat(-1))
  v128.store(to, whole ? highFactors(q) : f64x2.splat(-1), 16)
}

/**
 * Queries from … to−1 (multiples of four), localised, with the block at hand, the one of slot `slot`. `partial`: what the block's
 * sums are added to, or 0.
 */
export function visit(block: i32, from: i32, to: i32, partial: usize, slot: i32): void {
  const c = state.mode & job.WITH_VALUES ? state.valueCount : 0
  for (let q = from; q < to; q += 4) {
    if (state.kept) keep(q, slot * state.stride + q)
    weighFour(block, q)
    if (c === 0) sums(q)
    else sumsAndColumn(block, q)
    let k = 1
    for (; k + 2 <= c; k += 2) twoColumns(block, q, k)
    if (k < c) oneColumn(block, q, k)
    if (state.mode & job.WITH_SQUARES) squares(q)
    if (partial) addTo(partial + (<usize>q << 3), v128.load(state.small), v128.load(state.small, 16))
  }
}

/** A lane of a column, times the factor of query q. */
@inline function factored(at: usize, q: i32): v128 {
  return splat(loadLane(at) * state.real64(state.factors, q))
}

/** Rows q … q+3 of a symmetric sum of one column g: Σ_j k·g_j to `accumulated`, and Σ_i k·g_i added to `to` (lanes). */
function symmetricSums(rows: i32, block: i32, q: i32, to: usize): void {
  const w = state.weights
  const factors = state.valuesOf(block)
  const own = state.valuesOf(rows) + <usize>q * SIZE
  const g0 = factored(own, q)
  const g1 = factored(own + SIZE, q + 1)
  const g2 = factored(own + 2 * SIZE, q + 2)
  const g3 = factored(own + 3 * SIZE, q + 3)
  let s0 = splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  for (let j: usize = 0; j < ROW; j += 16) {
    const at = w + j
    const w0 = v128.load(at)
    const w1 = v128.load(at, ROW)
    const w2 = v128.load(at, 2 * ROW)
    const w3 = v128.load(at, 3 * ROW)
    const g = v128.load(factors + j)
    s0 = madd(w0, g, s0)
    s1 = madd(w1, g, s1)
    s2 = madd(w2, g, s2)
    s3 = madd(w3, g, s3)
    v128.store(to + j, madd(w3, g3, madd(w2, g2, madd(w1, g1, madd(w0, g0, v128.load(to + j))))))
  }
  const low = f64x2.mul(lowSums(s0, s1, s2, s3), lowFactors(q))
  const high = f64x2.mul(highSums(s0, s1, s2, s3), highFactors(q))
  addTo(state.accumulated + (<usize>q << 3), low, high)
}

/** Adds Σ_i k·u_i over rows q … q+3 of block `rows` to the columns [c][block] at `to`. float64. */
function accumulateColumns(rows: i32, q: i32, to: usize): void {
  const w = state.weights
  let own = state.valuesOf(rows) + <usize>q * SIZE
  for (let k = 0; k < state.valueCount; k++, own += ROW, to += ROW) {
    const u0 = factored(own, q)
    const u1 = factored(own + SIZE, q + 1)
    const u2 = factored(own + 2 * SIZE, q + 2)
    const u3 = factored(own + 3 * SIZE, q + 3)
    for (let j: usize = 0; j < ROW; j += 16) {
      const first = madd(v128.load(w + j, ROW), u1, madd(v128.load(w + j), u0, v128.load(to + j)))
      v128.store(to + j, madd(v128.load(w + j, 3 * ROW), u3, madd(v128.load(w + j, 2 * ROW), u2, first)))
    }
  }
}

/**
 * All rows of block `rows` with the block at hand, for all columns u: Σ_j k_ij u_j into `accumulated`, and Σ_i k_ij u_i
 * added to the columns at `columns`. A block with itself gives whole rows: its column sums mean nothing.
 */
export function visitSymmetric(rows: i32, block: i32, columns: usize): void {
  const c = state.valueCount
  for (let q = 0; q < BLOCK; q += 4) {
    weighFour(block, q)
    if (c === 1) {
      symmetricSums(rows, block, q, columns)
      continue
    }
    let k = 0
    for (; k + 2 <= c; k += 2) twoColumns(block, q, k)
    if (k < c) oneColumn(block, q, k)
    if (rows !== block) accumulateColumns(rows, q, columns)
  }
}
