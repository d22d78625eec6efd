// What is done with the rows of a matrix one after the other: their k-d order, their moments, their distances to a few of them, a
// random order. The same operations in the same order for every number as the loops beside which it stands, so the same bits. The host places everything;
// a line with a $ stands for four.

import { halve, rowAt } from './order'
import { philox, wordToUniform } from './philox'

/** Rows whose moments are added up together: what they are centred to stays near. */
const TOGETHER: i32 = 64

/** The k-d order of points [n, d]; behind them stands one more number. */
export function order(points: usize, rows: i32, cols: i32, keys: usize, out: usize): void {
  for (let i = 0; i < rows; i++) store<i32>(out + (<usize>i << 2), i)
  halve(points, <usize>cols << 3, cols, keys, out, 0, rows, 32)
}

/**
 * Adds to sums [d, 8⌈d/8⌉] the products of points [n, d] about their mean [d], weighted [n], b ≤ a alone of what is asked for;
 * `work` has room for 64 rows of d and of 8⌈d/8⌉.
 */
export function moments(points: usize, rows: i32, cols: i32, weights: usize, mean: usize, sums: usize, work: usize): void {
  const line = <usize>cols << 3
  const wide = <usize>((cols + 7) & ~7) << 3
  const centred = work
  const scaled = work + <usize>TOGETHER * wide
  for (let start = 0; start < rows; start += TOGETHER) {
    const some = min<i32>(TOGETHER, rows - start)
    for (let i = 0; i < some; i++) {
      const from = points + <usize>(start + i) * line
      const to = centred + <usize>i * wide
      // The last vector may read beyond the row: nobody asks for what becomes of it.
      for (let c: usize = 0; c < line; c += 16) v128.store(to + c, f64x2.sub(v128.load(from + c), v128.load(mean + c)))
      const weight = load<f64>(weights + (<usize>(start + i) << 3))
      for (let c: usize = 0; c < line; c += 8) store<f64>(scaled + <usize>i * line + c, weight * load<f64>(to + c))
    }
    const last = scaled + <usize>some * line
    for (let a = 0; a < cols; a++) {
      for (let b: usize = 0; b <= <usize>a << 3; b += 64) {
        const to = sums + <usize>a * wide + b
        let s$ = v128.load(to, $ * 16)
        let other = centred + b
        for (let own = scaled + (<usize>a << 3); own < last; own += line, other += wide) {
          const x = v128.load64_splat(own)
          s$ = f64x2.add(s$, f64x2.mul(x, v128.load(other, $ * 16)))
        }
        v128.store(to, s$, $ * 16)
      }
    }
  }
}

/**
 * Squared distances from values [k] in coordinates [k] to rows in tiles [tiles, d, 8], on top of what each counts beforehand [tiles, 8]:
 * coordinates that a row does not know are NaN there, and count nothing.
 */
export function distances(rows: usize, tiles: i32, cols: i32, before: usize, columns: usize, values: usize, known: i32, out: usize): void {
  const line = <usize>cols << 6
  for (let tile = 0; tile < tiles; tile++, rows += line, before += 64, out += 64) {
    let s$ = v128.load(before, $ * 16)
    for (let k = 0; k < known; k++) {
      const at = rows + (<usize>load<u32>(columns + (<usize>k << 2)) << 6)
      const value = v128.load64_splat(values + (<usize>k << 3))
      let d$ = f64x2.sub(value, v128.load(at, $ * 16))
      d$ = f64x2.mul(d$, d$)
      s$ = f64x2.add(s$, v128.and(d$, f64x2.eq(d$, d$)))
    }
    v128.store(out, s$, $ * 16)
  }
}

/**
 * Which of some rows [n], numbered, are nearest by their squared distances, ascending, as many as `count` and at most n, and these [count]; of equals
 * the one that is met first when all are gone through from place `start` on, and round. Row `own` is none of them.
 */
export function nearest(distances: usize, numbers: usize, n: i32, start: i32, own: u32, out: usize, squared: usize, count: i32): void {
  for (let k = 0; k < count; k++) {
    store<u32>(out + (<usize>k << 2), 0)
    store<f64>(squared + (<usize>k << 3), Infinity)
  }
  if (count === 0) return
  const last = squared + (<usize>(count - 1) << 3)
  let limit: f64 = Infinity
  for (let part = 0; part < 2; part++) {
    const end = part === 0 ? n : start
    for (let at = part === 0 ? start : 0; at < end; at++) {
      const distance = load<f64>(distances + (<usize>at << 3))
      if (!(distance < limit)) continue
      const number = load<u32>(numbers + (<usize>at << 2))
      if (number === own) continue
      let k = count - 1
      for (; k > 0 && load<f64>(squared + (<usize>(k - 1) << 3)) > distance; k--) {
        store<f64>(squared + (<usize>k << 3), load<f64>(squared + (<usize>(k - 1) << 3)))
        store<u32>(out + (<usize>k << 2), load<u32>(out + (<usize>(k - 1) << 2)))
      }
      store<f64>(squared + (<usize>k << 3), distance)
      store<u32>(out + (<usize>k << 2), number)
      limit = load<f64>(last)
    }
  }
}

/** Features of a row [p]: its numbers and the squares of the first of them, less their centre and over their scale. Two at a time: what is read beyond is overwritten. */
@inline function featuresAt(row: usize, cols: i32, squares: i32, centre: usize, scale: usize, out: usize): void {
  const line = <usize>cols << 3
  for (let c: usize = 0; c < line; c += 16)
    v128.store(out + c, f64x2.div(f64x2.sub(v128.load(row + c), v128.load(centre + c)), v128.load(scale + c)))
  const end = <usize>squares << 3
  for (let c: usize = 0; c < end; c += 16) {
    const x = v128.load(row + c)
    const at = line + c
    v128.store(out + at, f64x2.div(f64x2.sub(f64x2.mul(x, x), v128.load(centre + at)), v128.load(scale + at)))
  }
}

/** Adds Σ_a θ_a φ_a to a term of every row [n]; θ is `first`. */
export function tilt(points: usize, rows: i32, cols: i32, squares: i32, centre: usize, scale: usize, work: usize, terms: usize, first: usize, second: usize): void {
  const line = <usize>cols << 3
  const end = <usize>(cols + squares) << 3
  const last = terms + (<usize>rows << 3)
  for (let row = points, at = terms; at < last; at += 8, row += line) {
    featuresAt(row, cols, squares, centre, scale, work)
    let sum = load<f64>(at)
    for (let a: usize = 0; a < end; a += 8) sum += load<f64>(first + a) * load<f64>(work + a)
    store<f64>(at, sum)
  }
}

/** Adds the features of all rows, weighted [n], to `first` [p]. */
export function addFeatures(points: usize, rows: i32, cols: i32, squares: i32, centre: usize, scale: usize, work: usize, weights: usize, first: usize, second: usize): void {
  const line = <usize>cols << 3
  const end = <usize>(cols + squares) << 3
  const last = weights + (<usize>rows << 3)
  for (let row = points, at = weights; at < last; at += 8, row += line) {
    featuresAt(row, cols, squares, centre, scale, work)
    const weight = v128.load64_splat(at)
    for (let a: usize = 0; a < end; a += 16) v128.store(first + a, f64x2.add(v128.load(first + a), f64x2.mul(weight, v128.load(work + a))))
  }
}

/** Adds the squares of the features about `second` [p], weighted [n], to `first` [p]. */
export function addSquares(points: usize, rows: i32, cols: i32, squares: i32, centre: usize, scale: usize, work: usize, weights: usize, first: usize, second: usize): void {
  const line = <usize>cols << 3
  const end = <usize>(cols + squares) << 3
  const last = weights + (<usize>rows << 3)
  for (let row = points, at = weights; at < last; at += 8, row += line) {
    featuresAt(row, cols, squares, centre, scale, work)
    const weight = v128.load64_splat(at)
    for (let a: usize = 0; a < end; a += 16) {
      const difference = f64x2.sub(v128.load(work + a), v128.load(second + a))
      v128.store(first + a, f64x2.add(v128.load(first + a), f64x2.mul(f64x2.mul(weight, difference), difference)))
    }
  }
}

/** 32 mixed bits of those of a number: one zero, and one number that is none. */
@inline function hashOf(x: f64): u32 {
  const bits = x === x ? reinterpret<u64>(x + 0) : 0x7ff8000000000000
  const mixed = (<u32>bits ^ (<u32>(bits >> 32) * 0x85ebca6b)) * 0xc2b2ae35
  return mixed ^ (mixed >>> 15)
}

/**
 * Which group each row is of, rows being the same in all cells, numbered as they come [n]; how many groups. Cell (i, c) stands `down`·i + `across`·c
 * bytes on. `slots` has room for the first row of each group beside its hash, a power of two of them, more than there are rows: empty ones hold −1.
 */
export function equal(cells: usize, rows: i32, cols: i32, down: usize, across: usize, codes: usize, slots: usize, size: u32): i32 {
  let count = 0
  for (let i = 0; i < rows; i++) {
    const own = cells + <usize>i * down
    let hash: u32 = 0
    for (let c = 0; c < cols; c++) hash = (hash ^ hashOf(load<f64>(own + <usize>c * across))) * 0x01000193
    hash ^= hash >>> 15
    let at = hash & (size - 1)
    let first: i32
    while ((first = load<i32>(slots + (<usize>at << 3))) >= 0) {
      if (load<u32>(slots + (<usize>at << 3), 4) === hash && areSame(own, cells + <usize>first * down, cols, across)) break
      at = (at + 1) & (size - 1)
    }
    if (first < 0) {
      store<i32>(slots + (<usize>at << 3), i)
      store<u32>(slots + (<usize>at << 3), hash, 4)
      store<i32>(codes + (<usize>i << 2), count++)
    } else store<i32>(codes + (<usize>i << 2), load<i32>(codes + (<usize>first << 2)))
  }
  return count
}

function areSame(a: usize, b: usize, cols: i32, across: usize): bool {
  for (let c = 0; c < cols; c++, a += across, b += across) {
    const x = load<f64>(a)
    const y = load<f64>(b)
    if (x !== y && (x === x || y === y)) return false
  }
  return true
}

@inline function uniformAt(words: usize, i: u32): f64 {
  return wordToUniform(load<u32>(words + (<usize>(i & 3) << 2)))
}

/** Uniforms first … first + count − 1 of a chain; `work` has room for four words. */
export function uniforms(chain: u32, step: u32, stream: u32, seedLow: u32, seedHigh: u32, first: u32, count: i32, out: usize, work: usize): void {
  for (let k = 0; k < count; k++, out += 8) {
    const i = first + k
    if (k === 0 || (i & 3) === 0) philox(chain, step, i >> 2, stream, seedLow, seedHigh, work)
    store<f64>(out, uniformAt(work, i))
  }
}

/** A random order of 0 … n − 1 by the uniforms of chain 0 (Fisher–Yates); `work` has room for four words. */
export function permutation(step: u32, stream: u32, seedLow: u32, seedHigh: u32, n: i32, out: usize, work: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (<usize>i << 2), i)
  for (let i = n - 1; i > 0; i--) {
    if (i === n - 1 || (i & 3) === 3) philox(0, step, i >> 2, stream, seedLow, seedHigh, work)
    const j = min<i32>(i, <i32>Math.floor(uniformAt(work, i) * <f64>(i + 1)))
    const kept = rowAt(out, i)
    store<u32>(out + (<usize>i << 2), rowAt(out, j))
    store<u32>(out + (<usize>j << 2), kept)
  }
}
