// Weights of queries with the block at hand: 2 to the power of their log weights (bits).
//
// A log weight is n + r, n whole and |r| ≤ ½: 2ʳ is a polynomial, and n goes into its exponent bits. Four vectors side by
// side; in lines with a $ it is the vector. What is the same for all of them is loaded at each turn: there are not
// registers enough to keep it.
import { FLOOR, FOUR, LANE_SCALE, ROW, add, constant, div, larger, loadSplat, madd, mul, nmadd, scaled, splat, sub } from './lanes'
import { clamped, expanded, expandedLogs } from './rows'
import * as state from './state'

/** Without fused operations even and odd powers are summed apart: the time goes into waiting for the one before. */
const APART: bool = !FLOAT32 && !ASC_FEATURE_RELAXED_SIMD

/**
 * Stores 2 to the power of a0 … a3: of four queries, `group` the first of them, to their weight rows, `row` the first of these; or,
 * `ONE`, of the query at `group`, one after the other to `row`. `CLAMPED`: not less than the lowest weight.
 */
@inline function storeWeights(ONE: bool, CLAMPED: bool, group: usize, row: usize, a0: v128, a1: v128, a2: v128, a3: v128): void {
  const rounder$ = ONE ? v128.load(group) : v128.load(group, $ * 16)
  if (CLAMPED) {
    const floor = constant(FLOOR)
    a$ = larger(a$, sub(floor, rounder$))
  }
  const t$ = add(a$, rounder$)
  const r$ = sub(a$, sub(t$, rounder$))
  const first = FLOAT32 ? constant(5) : constant(11)
  const second = APART ? constant(9) : FLOAT32 ? constant(4) : constant(10)
  const x$ = APART ? mul(r$, r$) : r$
  let p$ = madd(first, x$, second)
  if (!FLOAT32 && !APART) {
    const c = constant(9)
    p$ = madd(p$, x$, c)
  }
  if (!FLOAT32 && !APART) {
    const c = constant(8)
    p$ = madd(p$, x$, c)
  }
  if (!FLOAT32 && !APART) {
    const c = constant(7)
    p$ = madd(p$, x$, c)
  }
  if (!FLOAT32 && !APART) {
    const c = constant(6)
    p$ = madd(p$, x$, c)
  }
  if (!FLOAT32 && !APART) {
    const c = constant(5)
    p$ = madd(p$, x$, c)
  }
  if (!FLOAT32 && !APART) {
    const c = constant(4)
    p$ = madd(p$, x$, c)
  }
  if (!APART) {
    const c3 = constant(3)
    p$ = madd(p$, x$, c3)
    const c2 = constant(2)
    p$ = madd(p$, x$, c2)
    const c1 = constant(1)
    p$ = madd(p$, x$, c1)
    const c0 = constant(0)
    p$ = madd(p$, x$, c0)
  } else {
    const c10 = constant(10)
    const c8 = constant(8)
    let e$ = madd(c10, x$, c8)
    const c7 = constant(7)
    p$ = madd(p$, x$, c7)
    const c6 = constant(6)
    e$ = madd(e$, x$, c6)
    const c5 = constant(5)
    p$ = madd(p$, x$, c5)
    const c4 = constant(4)
    e$ = madd(e$, x$, c4)
    const c3 = constant(3)
    p$ = madd(p$, x$, c3)
    const c2 = constant(2)
    e$ = madd(e$, x$, c2)
    const c1 = constant(1)
    p$ = madd(p$, x$, c1)
    const c0 = constant(0)
    e$ = madd(e$, x$, c0)
    p$ = madd(p$, r$, e$)
  }
  if (ONE) {
    v128.store(row, scaled(p$, t$), $ * 16)
  } else {
    v128.store(row, scaled(p$, t$), $ * ROW)
  }
}

/** Weights of a group of four queries with the points at `p` in the block's rows, to `to` in theirs, squares expanded, in `D` dimensions, 1 to 3. */
@inline function few(D: i32, CLAMPED: bool, group: usize, row: usize, p: usize, to: usize): void {
  const base = v128.load(row)
  let a$ = base
  if (D >= 1) {
    const y = v128.load(p)
    const x$ = v128.load(group, 2 * FOUR + $ * 16)
    a$ = madd(y, x$, a$)
  }
  if (D >= 2) {
    const y = v128.load(p, ROW)
    const x$ = v128.load(group, 3 * FOUR + $ * 16)
    a$ = madd(y, x$, a$)
  }
  if (D >= 3) {
    const y = v128.load(p, 2 * ROW)
    const x$ = v128.load(group, 4 * FOUR + $ * 16)
    a$ = madd(y, x$, a$)
  }
  storeWeights(false, CLAMPED, group, to, a0, a1, a2, a3)
}

/** The same with two vectors of points, in any number of dimensions. */
@inline function many(CLAMPED: bool, group: usize, row: usize, p: usize, to: usize): void {
  const end = group + <usize>state.dimension * FOUR
  const base = v128.load(row)
  const nextBase = v128.load(row, 16)
  let a$ = base
  let b$ = nextBase
  for (let k = group; k < end; k += FOUR, p += ROW) {
    const y = v128.load(p)
    const z = v128.load(p, 16)
    const x$ = v128.load(k, 2 * FOUR + $ * 16)
    a$ = madd(y, x$, a$)
    b$ = madd(z, x$, b$)
  }
  storeWeights(false, CLAMPED, group, to, a0, a1, a2, a3)
  storeWeights(false, CLAMPED, group, to + 16, b0, b1, b2, b3)
}

/** The same with all points of a block. `D`: the dimension, 1 to 3, or 0 for any. */
@inline function products(D: i32, CLAMPED: bool, group: usize, block: i32): void {
  const row = state.baseRow
  const points = state.pointsOf(block)
  const to = state.weights
  const filled = state.filled
  if (D === 0) {
    for (let j: usize = 0; j < filled; j += 32) many(CLAMPED, group, row + j, points + j, to + j)
    return
  }
  for (let j: usize = 0; j < filled; j += 32) {
    few(D, CLAMPED, group, row + j, points + j, to + j)
    few(D, CLAMPED, group, row + j + 16, points + j + 16, to + j + 16)
  }
}

function products1(group: usize, block: i32): void {
  products(1, false, group, block)
}

function clampedProducts1(group: usize, block: i32): void {
  products(1, true, group, block)
}

function products2(group: usize, block: i32): void {
  products(2, false, group, block)
}

function clampedProducts2(group: usize, block: i32): void {
  products(2, true, group, block)
}

function products3(group: usize, block: i32): void {
  products(3, false, group, block)
}

function clampedProducts3(group: usize, block: i32): void {
  products(3, true, group, block)
}

function productsOfAny(group: usize, block: i32): void {
  products(0, false, group, block)
}

function clampedProductsOfAny(group: usize, block: i32): void {
  products(0, true, group, block)
}

/** What the points from byte j of the block's rows on are over their squared distance to a query of this width, where widths vary. */
@inline function overWidths(square: v128, own: v128, widths: usize): v128 {
  return div(square, add(own, v128.load(widths)))
}

/** The width of query q, in all lanes. */
@inline function widthOf(q: i32): v128 {
  return splat(state.real64(state.queryWidths, q))
}

/** Weights of query q with the block at hand by its squared distances, into row `row`. */
function weighDistances(block: i32, q: i32, row: usize): void {
  const place = state.placeOf(q)
  const end = place + <usize>state.dimension * FOUR
  const points = state.pointsOf(block)
  const widths = state.variable ? state.widthsOf(block) : 0
  const own = widths ? widthOf(q) : splat(0)
  const scale = constant(LANE_SCALE)
  const offset = loadSplat(state.offsetOf(q))
  const filled = state.filled
  for (let j: usize = 0; j < filled; j += 64) {
    let s$ = splat(0)
    let p = points + j
    for (let k = place; k < end; k += FOUR, p += ROW) {
      const x = v128.load(k, 2 * FOUR)
      const d$ = sub(x, v128.load(p, $ * 16))
      s$ = madd(d$, d$, s$)
    }
    if (widths) {
      s$ = overWidths(s$, own, widths + j + $ * 16)
    }
    const base = state.baseRow + j
    const a$ = nmadd(s$, scale, add(v128.load(base, $ * 16), offset))
    storeWeights(true, true, place, row + j, a0, a1, a2, a3)
  }
}

/** The same of queries q … q+3 together, into their rows: what the points are is loaded once for the four. */
function weighDistancesOfFour(block: i32, q: i32): void {
  const group = state.placeOf(q)
  const end = group + <usize>state.dimension * FOUR
  const points = state.pointsOf(block)
  const widths = state.variable ? state.widthsOf(block) : 0
  const scale = constant(LANE_SCALE)
  const to = state.weights
  const filled = state.filled
  for (let j: usize = 0; j < filled; j += 32) {
    let a$ = splat(0)
    let b$ = splat(0)
    let p = points + j
    for (let k = group; k < end; k += FOUR, p += ROW) {
      const y = v128.load(p)
      const z = v128.load(p, 16)
      const x$ = v128.load(k, 2 * FOUR + $ * 16)
      const d$ = sub(x$, y)
      a$ = madd(d$, d$, a$)
      const e$ = sub(x$, z)
      b$ = madd(e$, e$, b$)
    }
    if (widths) {
      const own$ = widthOf(q + $)
      a$ = overWidths(a$, own$, widths + j)
      b$ = overWidths(b$, own$, widths + j + 16)
    }
    const base = v128.load(state.baseRow + j)
    const nextBase = v128.load(state.baseRow + j, 16)
    const offset$ = loadSplat(state.offsetOf(q + $))
    const f$ = nmadd(a$, scale, add(base, offset$))
    const g$ = nmadd(b$, scale, add(nextBase, offset$))
    storeWeights(false, true, group, to + j, f0, f1, f2, f3)
    storeWeights(false, true, group, to + j + 16, g0, g1, g2, g3)
  }
}

/** Weights of query q (localised) with the block at hand, squares expanded, into row `row`. */
function weighProducts(block: i32, q: i32, row: usize): void {
  const place = state.placeOf(q)
  const filled = state.filled
  for (let j: usize = 0; j < filled; j += 64) {
    const a$ = expandedLogs(block, q, j + $ * 16)
    storeWeights(true, true, place, row + j, a0, a1, a2, a3)
  }
}

/** How many of queries q … q+3 the block at hand matters to. */
@inline function countOf(q: i32): f64 {
  return state.real64(state.masks, q) + state.real64(state.masks, q + 1) + state.real64(state.masks, q + 2) + state.real64(state.masks, q + 3)
}

/**
 * Of queries q … q+3, squares not expanded: those to which the block does not matter come to nothing. In float64, where twice as many
 * vectors hold a block, four together are no faster than one after another.
 */
function weighFourDistances(block: i32, q: i32): void {
  const together = FLOAT32 && countOf(q) > 2
  if (together) weighDistancesOfFour(block, q)
  for (let r = 0; r < 4; r++) {
    const row = state.weights + <usize>r * ROW
    if (state.real64(state.masks, q + r) === 0) memory.fill(row, 0, ROW)
    else if (!together) weighDistances(block, q + r, row)
  }
}

/** Weights of queries q … q+3 (localised) with the block at hand, relative to their shifts and over their factors, into the weight rows. */
export function weighFour(block: i32, q: i32): void {
  const d = state.dimension
  const group = state.placeOf(q)
  if (!expanded) weighFourDistances(block, q)
  else if (clamped) {
    if (d === 1) clampedProducts1(group, block)
    else if (d === 2) clampedProducts2(group, block)
    else if (d === 3) clampedProducts3(group, block)
    else clampedProductsOfAny(group, block)
  } else if (d === 1) products1(group, block)
  else if (d === 2) products2(group, block)
  else if (d === 3) products3(group, block)
  else productsOfAny(group, block)
}

/** Weights of query q (localised) alone, into the first weight row: the same bits as by `weighFour`. */
export function weighOne(block: i32, q: i32): void {
  if (expanded) weighProducts(block, q, state.weights)
  else weighDistances(block, q, state.weights)
}
