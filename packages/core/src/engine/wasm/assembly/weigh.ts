// Weights of queries with the block at hand: 2 to the power of their log weights (bits).
//
// A log weight x is n + r, n whole and |r| ≤ ½; 2ʳ is a polynomial by Horner's rule, and n goes into its exponent bits.
import { FOUR, LOWEST, ROUNDER, ROW, SIZE, add, constant, larger, loadSplat, madd, powerOfFraction, scaled, sub } from './lanes'
import { clamped, differences, expanded, expandedLogs } from './rows'
import * as state from './state'

/** 2ˣ, clamped from below. */
@inline function exponential(x: v128, rounder: v128, floor: v128): v128 {
  const clamped = larger(x, floor)
  const t = add(clamped, rounder)
  return scaled(powerOfFraction(sub(clamped, sub(t, rounder))), t)
}

// Kernels of a group of four queries with a vector of points at a time, squares expanded: in lines with a $ it is the
// query. Whatever is the same for all points is loaded at each turn, for there are not registers enough to keep it.

/** The weights of a vector of points from base + Σ x'·y of the queries. `row`: its place in the base row. */
@inline function store(CLAMPED: bool, group: usize, row: usize, a0: v128, a1: v128, a2: v128, a3: v128): void {
  if (CLAMPED) {
    const floor$ = FLOAT32 ? v128.load32_splat(group, 1 * FOUR + $ * SIZE) : v128.load64_splat(group, 1 * FOUR + $ * SIZE)
    a$ = larger(a$, floor$)
  }
  const rounder$ = FLOAT32 ? v128.load32_splat(group, 0 * FOUR + $ * SIZE) : v128.load64_splat(group, 0 * FOUR + $ * SIZE)
  const t$ = add(a$, rounder$)
  a$ = sub(a$, sub(t$, rounder$))
  const top = FLOAT32 ? constant(5) : constant(11)
  const second = FLOAT32 ? constant(4) : constant(10)
  let u$ = madd(top, a$, second)
  if (!FLOAT32) {
    const c = constant(9)
    u$ = madd(u$, a$, c)
  }
  if (!FLOAT32) {
    const c = constant(8)
    u$ = madd(u$, a$, c)
  }
  if (!FLOAT32) {
    const c = constant(7)
    u$ = madd(u$, a$, c)
  }
  if (!FLOAT32) {
    const c = constant(6)
    u$ = madd(u$, a$, c)
  }
  if (!FLOAT32) {
    const c = constant(5)
    u$ = madd(u$, a$, c)
  }
  if (!FLOAT32) {
    const c = constant(4)
    u$ = madd(u$, a$, c)
  }
  const c3 = constant(3)
  u$ = madd(u$, a$, c3)
  const c2 = constant(2)
  u$ = madd(u$, a$, c2)
  const c1 = constant(1)
  u$ = madd(u$, a$, c1)
  const c0 = constant(0)
  u$ = madd(u$, a$, c0)
  v128.store(row, scaled(u$, t$), ROW + $ * ROW)
}

/** The weights of one vector of points, at `p` in the block's rows, in `D` dimensions, 1 to 3. */
@inline function few(D: i32, CLAMPED: bool, group: usize, row: usize, p: usize): void {
  const base = v128.load(row)
  let a$ = base
  if (D >= 1) {
    const y = v128.load(p)
    const x$ = FLOAT32 ? v128.load32_splat(group, 3 * FOUR + $ * SIZE) : v128.load64_splat(group, 3 * FOUR + $ * SIZE)
    a$ = madd(y, x$, a$)
  }
  if (D >= 2) {
    const y = v128.load(p, ROW)
    const x$ = FLOAT32 ? v128.load32_splat(group, 4 * FOUR + $ * SIZE) : v128.load64_splat(group, 4 * FOUR + $ * SIZE)
    a$ = madd(y, x$, a$)
  }
  if (D >= 3) {
    const y = v128.load(p, 2 * ROW)
    const x$ = FLOAT32 ? v128.load32_splat(group, 5 * FOUR + $ * SIZE) : v128.load64_splat(group, 5 * FOUR + $ * SIZE)
    a$ = madd(y, x$, a$)
  }
  store(CLAMPED, group, row, a0, a1, a2, a3)
}

/** The weights of two vectors of points in any number of dimensions. */
@inline function many(CLAMPED: bool, group: usize, row: usize, p: usize): void {
  const end = group + <usize>state.dimension * FOUR
  const first = v128.load(row)
  const second = v128.load(row, 16)
  let a$ = first
  let b$ = second
  for (let k = group; k < end; k += FOUR, p += ROW) {
    const y = v128.load(p)
    const z = v128.load(p, 16)
    const x$ = FLOAT32 ? v128.load32_splat(k, 3 * FOUR + $ * SIZE) : v128.load64_splat(k, 3 * FOUR + $ * SIZE)
    a$ = madd(y, x$, a$)
    b$ = madd(z, x$, b$)
  }
  store(CLAMPED, group, row, a0, a1, a2, a3)
  store(CLAMPED, group, row + 16, b0, b1, b2, b3)
}

/** The weights of a block's points. `D`: the dimension, 1 to 3, or 0 for any. */
@inline function products(D: i32, CLAMPED: bool, group: usize, block: i32): void {
  const row = state.baseRow
  const points = state.pointsOf(block)
  if (D === 0) {
    for (let j: usize = 0; j < ROW; j += 32) many(CLAMPED, group, row + j, points + j)
  } else {
    for (let j: usize = 0; j < ROW; j += 64) {
      few(D, CLAMPED, group, row + j, points + j)
      few(D, CLAMPED, group, row + j + 16, points + j + 16)
      few(D, CLAMPED, group, row + j + 32, points + j + 32)
      few(D, CLAMPED, group, row + j + 48, points + j + 48)
    }
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

/** Weights of query q by its squared distances, into weight row r. */
function weighDifferences(block: i32, q: i32, r: i32): void {
  differences(block, q, r)
  const end = state.weights + <usize>(r + 1) * ROW
  for (let w = state.weights + <usize>r * ROW; w < end; w += 16) {
    v128.store(w, exponential(v128.load(w), constant(ROUNDER), constant(LOWEST)))
  }
}

/** Weights of queries q … q+3 (localised) with the block at hand, relative to their shifts and over their factors, into the weight rows. */
export function weighFour(block: i32, q: i32): void {
  const d = state.dimension
  const group = state.placeOf(q)
  if (!expanded) for (let r = 0; r < 4; r++) weighDifferences(block, q + r, r)
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

/** Weights of query q (localised) alone, into weight row 0: the same bits as by `weighFour`. */
export function weighOne(block: i32, q: i32): void {
  if (!expanded) {
    weighDifferences(block, q, 0)
    return
  }
  const place = state.placeOf(q)
  const rounder = loadSplat(place)
  const floor = loadSplat(place + FOUR)
  for (let j: usize = 0; j < ROW; j += 16) v128.store(state.weights + j, exponential(expandedLogs(block, q, j), rounder, floor))
}
