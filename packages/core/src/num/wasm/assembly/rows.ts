// What is done with the rows of a matrix one after the other: their k-d order, their moments, their distances to a few of them, a
// random order. The same operations in the same order for every number as the loops beside which it stands, so the same bits. The host places everything;
// a line with a $ stands for four.

import { philox, wordToUniform } from './philox'

/** As in space/blocks.ts. */
const BLOCK: i32 = 64
const GROUP: i32 = 4
/** Rows whose moments are added up together: what they are centred to stays near. */
const TOGETHER: i32 = 64

@inline function keyAt(keys: usize, i: i32): f64 {
  return load<f64>(keys + (<usize>i << 3))
}

@inline function rowAt(order: usize, i: i32): u32 {
  return load<u32>(order + (<usize>i << 2))
}

/** Whether i comes before j. */
@inline function isBefore(keys: usize, order: usize, i: i32, j: i32): bool {
  const a = keyAt(keys, i)
  const b = keyAt(keys, j)
  return a < b || (a === b && rowAt(order, i) < rowAt(order, j))
}

function medianOfThree(keys: usize, order: usize, low: i32, high: i32): i32 {
  const middle = (low + high) >>> 1
  const isRising = isBefore(keys, order, low, high)
  const first = isRising ? low : high
  const second = isRising ? high : low
  if (isBefore(keys, order, middle, first)) return first
  return isBefore(keys, order, middle, second) ? middle : second
}

@inline function swap(keys: usize, order: usize, i: i32, j: i32): void {
  const key = keyAt(keys, i)
  const row = rowAt(order, i)
  store<f64>(keys + (<usize>i << 3), keyAt(keys, j))
  store<u32>(order + (<usize>i << 2), rowAt(order, j))
  store<f64>(keys + (<usize>j << 3), key)
  store<u32>(order + (<usize>j << 2), row)
}

/** Moves what comes before the pivot in low … high to the front of it, the pivot behind that; where it then stands. Nothing to predict: every element is swapped. */
function partition(keys: usize, order: usize, low: i32, high: i32, pivot: i32): i32 {
  swap(keys, order, pivot, high)
  const key = keyAt(keys, high)
  const row = rowAt(order, high)
  let to = low
  for (let i = low; i < high; i++) {
    const own = keyAt(keys, i)
    const ownRow = rowAt(order, i)
    store<f64>(keys + (<usize>i << 3), keyAt(keys, to))
    store<u32>(order + (<usize>i << 2), rowAt(order, to))
    store<f64>(keys + (<usize>to << 3), own)
    store<u32>(order + (<usize>to << 2), ownRow)
    to += <i32>(own < key) | (<i32>(own === key) & <i32>(ownRow < row))
  }
  swap(keys, order, to, high)
  return to
}

/** Of fewer a pivot is the median of three; of more the one that a sample says. */
const SAMPLED: i32 = 600

/**
 * Moves the rows that belong before position `middle` there: the resulting set is the only one.
 * @source Floyd and Rivest, Algorithm 489, Communications of the ACM 18 (1975): about 1.5 n comparisons.
 */
function select(keys: usize, order: usize, from: i32, to: i32, middle: i32): void {
  let low = from
  let high = to
  while (low < high) {
    let pivot = middle
    if (high - low > SAMPLED) {
      const n = <f64>(high - low + 1)
      const place = <f64>(middle - low + 1)
      const size = Math.cbrt(n * n) * 0.5
      const spread = sqrt((size * (n - size)) / n) * (place < n / 2 ? -0.5 : 0.5)
      select(
        keys,
        order,
        max(low, middle - <i32>((place * size) / n - spread)),
        min(high, middle + <i32>(((n - place) * size) / n + spread)),
        middle
      )
    } else pivot = medianOfThree(keys, order, low, high)
    const at = partition(keys, order, low, high, pivot)
    if (at < middle) low = at + 1
    else if (at > middle) high = at - 1
    else return
  }
}

function sortRows(order: usize, start: i32, end: i32): void {
  for (let i = start + 1; i < end; i++) {
    const row = rowAt(order, i)
    let j = i
    for (; j > start && rowAt(order, j - 1) > row; j--) store<u32>(order + (<usize>j << 2), rowAt(order, j - 1))
    store<u32>(order + (<usize>j << 2), row)
  }
}

/** The first of the coordinates in which a run of rows is widest; `line`: bytes of a row. */
function widest(points: usize, line: usize, looked: i32, from: usize, to: usize): i32 {
  let axis = 0
  let most: f64 = -1
  for (let c = 0; c < looked; c += 2, points += 16) {
    let low$ = f64x2.splat(Infinity)
    let high$ = f64x2.splat(-Infinity)
    let at = from
    for (; at + 16 <= to; at += 16) {
      const x$ = v128.load(points + <usize>load<u32>(at, $ * 4) * line)
      low$ = f64x2.pmin(low$, x$)
      high$ = f64x2.pmax(high$, x$)
    }
    for (; at < to; at += 4) {
      const x = v128.load(points + <usize>load<u32>(at) * line)
      low0 = f64x2.pmin(low0, x)
      high0 = f64x2.pmax(high0, x)
    }
    const low = f64x2.pmin(f64x2.pmin(low0, low1), f64x2.pmin(low2, low3))
    const high = f64x2.pmax(f64x2.pmax(high0, high1), f64x2.pmax(high2, high3))
    const width = f64x2.sub(high, low)
    const first = f64x2.extract_lane(width, 0)
    const second = f64x2.extract_lane(width, 1)
    if (first > most) {
      most = first
      axis = c
    }
    if (c + 1 < looked && second > most) {
      most = second
      axis = c + 1
    }
  }
  return axis
}

@inline function halves(count: i32): i32 {
  const unit = count > BLOCK ? BLOCK : count > GROUP ? GROUP : 1
  return (((count + unit - 1) / unit + 1) / 2) * unit
}

/** Halves a run of rows down to groups. Calls of itself: code that is entered once is never compiled well. */
function halve(points: usize, line: usize, looked: i32, keys: usize, out: usize, start: i32, end: i32): void {
  const count = end - start
  if (count <= GROUP) {
    sortRows(out, start, end)
    return
  }
  const axis = widest(points, line, looked, out + (<usize>start << 2), out + (<usize>end << 2))
  const column = points + (<usize>axis << 3)
  for (let i = start; i < end; i++) store<f64>(keys + (<usize>i << 3), load<f64>(column + <usize>rowAt(out, i) * line))
  const middle = start + halves(count)
  select(keys, out, start, end - 1, middle)
  halve(points, line, looked, keys, out, start, middle)
  halve(points, line, looked, keys, out, middle, end)
}

/** The k-d order of points [n, looked], an odd number of coordinates padded by one. */
export function order(points: usize, rows: i32, looked: i32, keys: usize, out: usize): void {
  for (let i = 0; i < rows; i++) store<i32>(out + (<usize>i << 2), i)
  halve(points, <usize>((looked + 1) & ~1) << 3, looked, keys, out, 0, rows)
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
