// Sums of the weights of four queries with the block at hand: Σw, Σw², Σ w·value, and those of a symmetric sum.
import * as job from './job'
import { ROW, SIZE, add, loadSplat, madd, promotedHigh, promotedLow, splat } from './lanes'
import { weighFour } from './rows'
import * as state from './state'

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
  let s0 = splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let a0 = s0
  let a1 = s0
  let a2 = s0
  let a3 = s0
  let b0 = s0
  let b1 = s0
  let b2 = s0
  let b3 = s0
  for (let j: usize = 0; j < ROW; j += 16) {
    const at = w + j
    const w0 = v128.load(at)
    const w1 = v128.load(at, ROW)
    const w2 = v128.load(at, 2 * ROW)
    const w3 = v128.load(at, 3 * ROW)
    if (WITH_SUM) {
      s0 = add(w0, s0)
      s1 = add(w1, s1)
      s2 = add(w2, s2)
      s3 = add(w3, s3)
    }
    if (COLUMNS >= 1) {
      const v = v128.load(values + j)
      a0 = madd(w0, v, a0)
      a1 = madd(w1, v, a1)
      a2 = madd(w2, v, a2)
      a3 = madd(w3, v, a3)
    }
    if (COLUMNS >= 2) {
      const v = v128.load(values + j, ROW)
      b0 = madd(w0, v, b0)
      b1 = madd(w1, v, b1)
      b2 = madd(w2, v, b2)
      b3 = madd(w3, v, b3)
    }
  }
  if (WITH_SUM) {
    const low = lowSums(s0, s1, s2, s3)
    const high = highSums(s0, s1, s2, s3)
    v128.store(state.small, low)
    v128.store(state.small, high, 16)
    addTo(state.sums + (<usize>q << 3), low, high)
  }
  const out = state.accumulated + (<usize>(k * state.stride + q) << 3)
  const centre = COLUMNS && !(state.mode & job.SYMMETRIC) ? state.valueCentresOf(block) + (<usize>k << 3) : 0
  if (COLUMNS >= 1) addColumn(out, centre, lowSums(a0, a1, a2, a3), highSums(a0, a1, a2, a3))
  if (COLUMNS >= 2) addColumn(out + (<usize>state.stride << 3), centre ? centre + 8 : 0, lowSums(b0, b1, b2, b3), highSums(b0, b1, b2, b3))
}

function sums(q: i32): void {
  accumulate(true, 0, 0, q, 0)
}

function sumsAndColumn(block: i32, q: i32): void {
  accumulate(true, 1, block, q, 0)
}

function sumsAndColumns(block: i32, q: i32): void {
  accumulate(true, 2, block, q, 0)
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
  for (let j: usize = 0; j < ROW; j += 16) {
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
  addTo(state.squares + (<usize>q << 3), lowSums(s0, s1, s2, s3), highSums(s0, s1, s2, s3))
}

/** Queries from … to−1 (multiples of four), localised, with the block at hand. `partial`: where the block's sums go, or 0. */
export function visit(block: i32, from: i32, to: i32, partial: usize): void {
  const c = state.mode & job.WITH_VALUES ? state.valueCount : 0
  for (let q = from; q < to; q += 4) {
    weighFour(block, q)
    if (c === 0) sums(q)
    else if (c === 1) sumsAndColumn(block, q)
    else sumsAndColumns(block, q)
    let k = 2
    for (; k + 2 <= c; k += 2) twoColumns(block, q, k)
    if (k < c) oneColumn(block, q, k)
    if (state.mode & job.WITH_SQUARES) squares(q)
    if (partial) memory.copy(partial + (<usize>q << 3), state.small, 32)
  }
}

/** Rows q … q+3 of a symmetric sum of one column g: Σ_j k·g_j to `accumulated`, and Σ_i k·g_i added to `to` (lanes). */
function symmetricSums(rows: i32, block: i32, q: i32, to: usize): void {
  const w = state.weights
  const factors = state.valuesOf(block)
  const own = state.valuesOf(rows) + <usize>q * SIZE
  const g0 = loadSplat(own)
  const g1 = loadSplat(own + SIZE)
  const g2 = loadSplat(own + 2 * SIZE)
  const g3 = loadSplat(own + 3 * SIZE)
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
  addTo(state.accumulated + (<usize>q << 3), lowSums(s0, s1, s2, s3), highSums(s0, s1, s2, s3))
}

/** Adds Σ_i k·u_i over rows q … q+3 of block `rows` to the columns [c][64] at `to`. float64. */
function accumulateColumns(rows: i32, q: i32, to: usize): void {
  const w = state.weights
  let own = state.valuesOf(rows) + <usize>q * SIZE
  for (let k = 0; k < state.valueCount; k++, own += ROW, to += ROW) {
    const u0 = loadSplat(own)
    const u1 = loadSplat(own + SIZE)
    const u2 = loadSplat(own + 2 * SIZE)
    const u3 = loadSplat(own + 3 * SIZE)
    for (let j: usize = 0; j < ROW; j += 16) {
      const first = madd(v128.load(w + j, ROW), u1, madd(v128.load(w + j), u0, v128.load(to + j)))
      v128.store(to + j, madd(v128.load(w + j, 3 * ROW), u3, madd(v128.load(w + j, 2 * ROW), u2, first)))
    }
  }
}

/**
 * All 64 rows of block `rows` with the block at hand, for all columns u: Σ_j k_ij u_j into `accumulated`, and Σ_i k_ij u_i
 * added to the columns at `columns`. A block with itself gives whole rows: its column sums mean nothing.
 */
export function visitSymmetric(rows: i32, block: i32, columns: usize): void {
  const c = state.valueCount
  for (let q = 0; q < 64; q += 4) {
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
