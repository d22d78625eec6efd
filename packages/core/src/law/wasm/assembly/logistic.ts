// The ascent of a logistic law's likelihood: what the loops of ../../logistic-ascent.ts do, the same operations in the same order for
// every number, so the same bits. In lines with a $ it is the row, the input or the vector of four; a vector holds two outcomes.

import { log } from '../../../num/wasm/assembly/elementary'

/** Where a job stands; the host writes its numbers. */
const START: usize = 1024
const LEAST_EXPONENT: f64 = -708
const ROUNDER: f64 = 6755399441055744

let rows: i32 = 0
let inputs: i32 = 0
let outcomes: i32 = 0
/** Inputs in fours, outcomes in twos. */
let wide: i32 = 0
let width: i32 = 0

/**
 * Inputs by fours of rows [⌈n/4⌉, q, 4], and divided by n [n, 4⌈q/4⌉]; offsets [4⌈n/4⌉, W]; outcomes [n]; the factor Lᵀ of the bound [q, q];
 * weights, those before, and ahead of both [q, W]; sums [4⌈q/4⌉, W]; the step that they lead to [q, W]; what is left of the outcomes
 * [4⌈n/4⌉, W].
 */
let x: usize = 0
let parts: usize = 0
let offsets: usize = 0
let own: usize = 0
let factor: usize = 0
let weights: usize = 0
let before: usize = 0
let ahead: usize = 0
let sums: usize = 0
let steps: usize = 0
let left: usize = 0

@inline function take(at: usize, numbers: i32): usize {
  return (at + (<usize>numbers << 3) + 15) & ~15
}

/** Places n rows of q inputs and C outcomes; the first byte of the memory that is not needed. */
export function place(n: i32, q: i32, count: i32): usize {
  rows = n
  inputs = q
  outcomes = count
  const fours = (n + 3) & ~3
  wide = (q + 3) & ~3
  width = (count + 1) & ~1
  x = START
  parts = take(x, fours * q)
  offsets = take(parts, n * wide)
  own = take(offsets, fours * width)
  factor = take(own, n)
  weights = take(factor, q * q)
  before = take(weights, q * width)
  ahead = take(before, q * width)
  sums = take(ahead, q * width)
  steps = take(sums, wide * width)
  left = take(steps, q * width)
  return take(left, fours * width)
}

/** Addresses of what the host writes, 0 to 5, the last the weights: in the order in which they stand. */
export function addressOf(part: i32): usize {
  if (part === 0) return x
  if (part === 1) return parts
  if (part === 2) return offsets
  if (part === 3) return own
  return part === 4 ? factor : weights
}

/** Of two numbers that are at most 0, as in num/elementary.ts. */
@inline function exp(a: v128): v128 {
  const t = f64x2.add(f64x2.mul(a, f64x2.splat(1.4426950408889634)), f64x2.splat(ROUNDER))
  const n = f64x2.sub(t, f64x2.splat(ROUNDER))
  const high = f64x2.sub(a, f64x2.mul(n, f64x2.splat(6.9314718036912381649e-1)))
  const r = f64x2.sub(high, f64x2.mul(n, f64x2.splat(1.90821492927058770002e-10)))
  let p = f64x2.splat(2.5110049204818668947e-8)
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.7632654722527803793e-7))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.7557240887229868572e-6))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.4801485441561312934e-5))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.9841269890076402829e-4))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.3888888952352862866e-3))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(8.3333333333195896163e-3))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(4.166666666648795252e-2))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.666666666666668082e-1))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(5.0000000000000184039e-1))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1))
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1))
  const power = i64x2.shl(i64x2.add(t, i64x2.splat(1023)), 52)
  return v128.andnot(f64x2.mul(p, power), f64x2.le(a, f64x2.splat(LEAST_EXPONENT)))
}

/** The sums of offsets and weighted inputs of four rows. */
@inline function scoreFour(i: i32): void {
  const line = <usize>width << 3
  const to = left + <usize>i * line
  const from = offsets + <usize>i * line
  const end = <usize>inputs << 5
  for (let c: usize = 0; c < line; c += 16) {
    let s$ = v128.load(from + c + $ * line)
    let w = ahead + c
    const row = x + <usize>(i * inputs << 3)
    for (let a = row; a < row + end; a += 32, w += line) {
      const own = v128.load(w)
      s$ = f64x2.add(s$, f64x2.mul(v128.load64_splat(a, $ * 8), own))
    }
    v128.store(to + c + $ * line, s$)
  }
}

/** Makes the sums of a row what its shares are in proportion to; their own sum. */
@inline function weigh(i: i32): f64 {
  const at = left + <usize>(i * width << 3)
  let largest: f64 = -Infinity
  for (let c = 0; c < outcomes; c++) largest = max<f64>(largest, load<f64>(at + (<usize>c << 3)))
  const end = at + (<usize>width << 3)
  const most = f64x2.splat(largest)
  for (let c = at; c < end; c += 16) v128.store(c, exp(f64x2.sub(v128.load(c), most)))
  let total: f64 = 0
  for (let c = 0; c < outcomes; c++) total += load<f64>(at + (<usize>c << 3))
  return total
}

/** What is left of a row's outcome by the shares that its sums give. */
@inline function leave(i: i32): void {
  const total = weigh(i)
  const at = left + <usize>(i * width << 3)
  const end = at + (<usize>width << 3)
  const all = f64x2.splat(total)
  const nought = f64x2.splat(0)
  const mine = at + (<usize>load<f64>(own + (<usize>i << 3)) << 3)
  const share = load<f64>(mine) / total
  for (let c = at; c < end; c += 16) v128.store(c, f64x2.sub(nought, f64x2.div(v128.load(c), all)))
  store<f64>(mine, 1 - share)
}

/** Adds up inputs, divided by n, times what is left of the outcomes, row after row. */
function addUp(): void {
  for (let i = 0; i < rows; i += 4) scoreFour(i)
  for (let i = 0; i < rows; i++) leave(i)
  const line = <usize>width << 3
  const next = <usize>wide << 3
  for (let a = 0; a < wide; a += 4) {
    const to = sums + <usize>a * line
    for (let c: usize = 0; c < line; c += 16) {
      let s$ = f64x2.splat(0)
      let at = left + c
      let part = parts + (<usize>a << 3)
      for (let i = 0; i < rows; i++, at += line, part += next) {
        const r = v128.load(at)
        s$ = f64x2.add(s$, f64x2.mul(v128.load64_splat(part, $ * 8), r))
      }
      v128.store(to + c + $ * line, s$)
    }
  }
}

/**
 * L⁻ᵀL⁻¹ of the steps, in place: forwards every input is taken from all that come behind it, which is the order of their sums. Eight
 * outcomes at a time, so that none waits for its own last sum.
 */
function solve(): void {
  const line = <usize>width << 3
  let c: usize = 0
  for (; c + 64 <= line; c += 64) solveFour(steps + c)
  for (; c < line; c += 16) solveOne(steps + c)
}

/** The same of the two outcomes at an address. */
function solveOne(start: usize): void {
  const line = <usize>width << 3
  const row = <usize>inputs << 3
  const end = start + <usize>inputs * line
  let diagonal = factor
  for (let j = start; j < end; j += line, diagonal += row + 8) {
    const x = f64x2.div(v128.load(j), v128.load64_splat(diagonal))
    v128.store(j, x)
    let l = diagonal + 8
    for (let i = j + line; i < end; i += line, l += 8) v128.store(i, f64x2.sub(v128.load(i), f64x2.mul(v128.load64_splat(l), x)))
  }
  for (let j = end - line; j >= start; j -= line) {
    diagonal -= row + 8
    let s = v128.load(j)
    let l = diagonal + 8
    for (let k = j + line; k < end; k += line, l += 8) s = f64x2.sub(s, f64x2.mul(v128.load64_splat(l), v128.load(k)))
    v128.store(j, f64x2.div(s, v128.load64_splat(diagonal)))
  }
}

/** The same of the eight outcomes at an address. */
function solveFour(start: usize): void {
  const line = <usize>width << 3
  const row = <usize>inputs << 3
  const end = start + <usize>inputs * line
  let diagonal = factor
  for (let j = start; j < end; j += line, diagonal += row + 8) {
    const d = v128.load64_splat(diagonal)
    const x$ = f64x2.div(v128.load(j, $ * 16), d)
    v128.store(j, x$, $ * 16)
    let l = diagonal + 8
    for (let i = j + line; i < end; i += line, l += 8) {
      const f = v128.load64_splat(l)
      v128.store(i, f64x2.sub(v128.load(i, $ * 16), f64x2.mul(f, x$)), $ * 16)
    }
  }
  for (let j = end - line; j >= start; j -= line) {
    diagonal -= row + 8
    let s$ = v128.load(j, $ * 16)
    let l = diagonal + 8
    for (let k = j + line; k < end; k += line, l += 8) {
      const f = v128.load64_splat(l)
      s$ = f64x2.sub(s$, f64x2.mul(f, v128.load(k, $ * 16)))
    }
    const d = v128.load64_splat(diagonal)
    v128.store(j, f64x2.div(s$, d), $ * 16)
  }
}

/** Turns of the ascent from the weights, at most so many, until no gradient is beyond the tolerance; where the weights then stand. */
export function climb(ridge: f64, tolerance: f64, turns: i32): usize {
  const line = <usize>width << 3
  const size = <usize>inputs * line
  const ridges = f64x2.splat(ridge)
  memory.copy(before, weights, size)
  let pace: f64 = 1
  for (let turn = 0; turn < turns; turn++) {
    const next = (1 + sqrt(1 + 4 * pace * pace)) / 2
    const momentum = f64x2.splat((pace - 1) / next)
    for (let i: usize = 0; i < size; i += 16) {
      const w = v128.load(weights + i)
      v128.store(ahead + i, f64x2.add(w, f64x2.mul(momentum, f64x2.sub(w, v128.load(before + i)))))
    }
    addUp()
    // Constants are free.
    for (let i: usize = 0; i < size - line; i += 16)
      v128.store(sums + i, f64x2.sub(v128.load(sums + i), f64x2.mul(ridges, v128.load(ahead + i))))
    memory.copy(steps, sums, size)
    solve()
    const last = weights
    weights = before
    before = last
    let uphill: f64 = 0
    let largest: f64 = 0
    for (let i: usize = 0; i < size; i += line) {
      for (let at = i; at < i + (<usize>outcomes << 3); at += 8) {
        const moved = load<f64>(ahead + at) + load<f64>(steps + at)
        const gradient = load<f64>(sums + at)
        store<f64>(weights + at, moved)
        uphill += gradient * (moved - load<f64>(before + at))
        largest = max<f64>(largest, abs<f64>(gradient))
      }
    }
    if (largest < tolerance) break
    pace = uphill < 0 ? 1 : next
  }
  return weights
}

/** Makes shares that stand where offsets do offsets: of none at all a number still. */
export function takeLogs(): void {
  for (let i = 0; i < rows; i++) {
    const at = offsets + <usize>(i * width << 3)
    for (let c = at; c < at + (<usize>outcomes << 3); c += 8) store<f64>(c, log(max<f64>(0, load<f64>(c)) + f64.EPSILON))
  }
}

/**
 * Fours of standardised inputs, then ones, from inputs as they are [n, q − 1], which stand where those divided by n would, their centres and
 * scales where the factor would.
 */
export function standardise(): void {
  const k = inputs - 1
  const scales = factor + (<usize>k << 3)
  let raw = parts
  for (let i = 0; i < rows; i++) {
    let to = x + (<usize>((i & ~3) * inputs + (i & 3)) << 3)
    for (let a: usize = 0; a < <usize>k << 3; a += 8, raw += 8, to += 32) store<f64>(to, (load<f64>(raw) - load<f64>(factor + a)) / load<f64>(scales + a))
    store<f64>(to, 1)
  }
}

/** Shares of the outcomes of all rows by the weights [4⌈n/4⌉, W]: where they stand. */
export function shares(): usize {
  ahead = weights
  const line = <usize>width << 3
  for (let i = 0; i < rows; i += 4) scoreFour(i)
  for (let i = 0; i < rows; i++) {
    const all = f64x2.splat(weigh(i))
    const end = left + <usize>(i + 1) * line
    for (let c = end - line; c < end; c += 16) v128.store(c, f64x2.div(v128.load(c), all))
  }
  return left
}

/** Where n rows of q inputs stand, one after another [n, 4⌈q/4⌉], what is to be added up is behind them; the first byte that is not needed. */
export function placeRows(n: i32, q: i32): usize {
  rows = n
  inputs = q
  wide = (q + 3) & ~3
  x = START
  sums = take(x, n * wide)
  return take(sums, wide * wide)
}

/** Half of the mean products of inputs, of its lower half [4⌈q/4⌉, 4⌈q/4⌉]: where it stands. */
export function curvature(): usize {
  const line = <usize>wide << 3
  const twice = f64x2.splat(2 * <f64>rows)
  const end = x + <usize>rows * line
  for (let a = 0; a < wide; a += 4) {
    const own = <usize>a << 3
    const to = sums + <usize>a * line
    for (let b: usize = 0; b < own + 32; b += 16) {
      let s$ = f64x2.splat(0)
      for (let row = x; row < end; row += line) {
        const other = v128.load(row + b)
        s$ = f64x2.add(s$, f64x2.div(f64x2.mul(v128.load64_splat(row + own, $ * 8), other), twice))
      }
      v128.store(to + b + $ * line, s$)
    }
  }
  return sums
}
