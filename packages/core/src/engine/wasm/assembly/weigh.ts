// Weights of queries with the block at hand: 2 to the power of their log weights (bits).
//
// A log weight is n + r, n whole and |r| ≤ ½: 2ʳ is a polynomial, and n goes into its exponent bits. Four vectors side by
// side; in lines with a $ it is the vector. What is the same for all of them is loaded at each turn: there are not
// registers enough to keep it.
import { FLOOR, FOUR, ROW, add, constant, larger, madd, mul, scaled, sub } from './lanes'
import { clamped, differences, expanded, expandedLogs } from './rows'
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
  if (D === 0) {
    for (let j: usize = 0; j < ROW; j += 32) many(CLAMPED, group, row + j, points + j, to + j)
    return
  }
  for (let j: usize = 0; j < ROW; j += 32) {
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

/** Weights of query q from its log weights in row `row`. */
function weighLogs(place: usize, row: usize): void {
  for (let j: usize = 0; j < ROW; j += 64) {
    const a$ = v128.load(row + j, $ * 16)
    storeWeights(true, true, place, row + j, a0, a1, a2, a3)
  }
}

/** Weights of queries q … q+3 (localised) with the block at hand, relative to their shifts and over their factors, into the weight rows. */
export function weighFour(block: i32, q: i32): void {
  const d = state.dimension
  const group = state.placeOf(q)
  if (!expanded) {
    for (let r = 0; r < 4; r++) {
      const row = state.weights + <usize>r * ROW
      if (state.real64(state.masks, q + r) === 0) {
        memory.fill(row, 0, ROW)
        continue
      }
      differences(block, q + r, row)
      weighLogs(state.placeOf(q + r), row)
    }
  } else if (clamped) {
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
  const row = state.weights
  if (expanded) for (let j: usize = 0; j < ROW; j += 16) v128.store(row + j, expandedLogs(block, q, j))
  else differences(block, q, row)
  weighLogs(state.placeOf(q), row)
}
