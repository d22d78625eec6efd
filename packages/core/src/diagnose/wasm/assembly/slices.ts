// Coordinates of samples along a direction, in ascending order, and the squared distances of these: what the loops of
// ../../sliced-wasserstein.ts do, the same operations in the same order for every row and every sum, so the same bits. In lines with a $
// it is the vector: four of them hold eight rows. Numbers are put in order by bytes of words that are in their order.

import { BLOCK, BYTES, intoBlocks } from './row-blocks'

/** Where a job stands; the host writes the rows, and a direction. */
const START: usize = 1024
const SIGN: u64 = 0x8000000000000000
const DIGITS: i32 = 8
const RADIX: i32 = 256

let columns: i32 = 0
let rows: i32 = 0
/** Rows of all samples [n, d], the same by blocks [⌈n/8⌉, d, 8], the direction [d], places along it [n], and room for as many. */
let raw: usize = 0
let blocks: usize = 0
let direction: usize = 0
let places: usize = 0
let spare: usize = 0
/** How often each digit has each value. */
let counts: usize = 0

function take(at: usize, numbers: i32): usize {
  return (at + (<usize>numbers << 3) + 15) & ~15
}

/** Places n rows of d columns; the first byte of the memory that is not needed. */
export function place(n: i32, d: i32): usize {
  columns = d
  rows = n
  const whole = ((n + BLOCK - 1) / BLOCK) * BLOCK
  raw = START
  blocks = take(raw, n * d)
  direction = take(blocks, whole * d)
  places = take(direction, d)
  spare = take(places, whole)
  counts = take(spare, n)
  return take(counts, (DIGITS * RADIX) / 2)
}

/** Addresses of what the host writes: 0 the rows, 1 the direction. */
export function addressOf(part: i32): usize {
  return part === 0 ? raw : direction
}

/** Puts the rows into blocks; zeros fill the last. */
export function arrange(): void {
  intoBlocks(raw, blocks, rows, columns, 0)
}

/** Coordinates of all rows along the direction, which is so long. */
export function project(length: f64): void {
  const divisor = f64x2.splat(length)
  const last = direction + (<usize>columns << 3)
  let at = blocks
  for (let j = 0; j < rows; j += BLOCK) {
    let s$ = f64x2.splat(0)
    for (let k = direction; k < last; k += 8, at += BYTES) {
      const x = v128.load64_splat(k)
      s$ = f64x2.add(s$, f64x2.mul(v128.load(at, $ * 16), x))
    }
    v128.store(places + (<usize>j << 3), f64x2.div(s$, divisor), $ * 16)
  }
}

/** A number as a word in the order of numbers, and back. */
@inline function wordOf(bits: u64): u64 {
  return bits & SIGN ? ~bits : bits | SIGN
}

@inline function bitsOf(word: u64): u64 {
  return word & SIGN ? word ^ SIGN : ~word
}

@inline function countAt(digit: i32, value: i32): usize {
  return counts + (<usize>(digit * RADIX + value) << 2)
}

/** Puts words in order by their digits from `first` on, of which there are an even number: the lowest first, so that they stand where they stood. */
function deal(own: usize, count: i32, first: i32): void {
  memory.fill(counts, 0, 4 * DIGITS * RADIX)
  for (let i = 0; i < count; i++) {
    let word = load<u64>(own + (<usize>i << 3)) >> <u64>(8 * first)
    for (let digit = first; digit < DIGITS; digit++) {
      const at = countAt(digit, <i32>(word & 0xff))
      store<u32>(at, load<u32>(at) + 1)
      word >>= 8
    }
  }
  let from = own
  let to = spare
  for (let digit = first; digit < DIGITS; digit++) {
    let sum: u32 = 0
    for (let value = 0; value < RADIX; value++) {
      const at = countAt(digit, value)
      const here = load<u32>(at)
      store<u32>(at, sum)
      sum += here
    }
    for (let i = 0; i < count; i++) {
      const word = load<u64>(from + (<usize>i << 3))
      const at = countAt(digit, <i32>((word >> <u64>(8 * digit)) & 0xff))
      const here = load<u32>(at)
      store<u32>(at, here + 1)
      store<u64>(to + (<usize>here << 3), word)
    }
    const dealt = to
    to = from
    from = dealt
  }
}

/** Puts words in order that are nearly so; whether that took few moves. */
function settle(own: usize, count: i32): bool {
  let moves = 2 * count
  for (let i = 1; i < count; i++) {
    const word = load<u64>(own + (<usize>i << 3))
    let at = own + (<usize>i << 3)
    while (at > own && load<u64>(at - 8) > word && moves > 0) {
      store<u64>(at, load<u64>(at - 8))
      at -= 8
      moves--
    }
    store<u64>(at, word)
  }
  return moves > 0
}

/** Puts coordinates start … start + count − 1 in ascending order. Words of one upper half are rare, unless rows nearly coincide. */
export function ascend(start: i32, count: i32): void {
  const own = places + (<usize>start << 3)
  const last = own + (<usize>count << 3)
  for (let at = own; at < last; at += 8) store<u64>(at, wordOf(load<u64>(at)))
  deal(own, count, DIGITS / 2)
  if (!settle(own, count)) deal(own, count, 0)
  for (let at = own; at < last; at += 8) store<u64>(at, bitsOf(load<u64>(at)))
}

/** ∫₀¹ (F⁻¹ − G⁻¹)² · n · m of the first n coordinates and m others, both ascending. */
export function squaredDistance(n: i32, start: i32, m: i32): f64 {
  let own = places
  let other = places + (<usize>start << 3)
  let i: f64 = 1
  let j: f64 = 1
  let place: f64 = 0
  let sum: f64 = 0
  while (i <= <f64>n && j <= <f64>m) {
    const a = i * <f64>m
    const b = j * <f64>n
    const next = min(a, b)
    const difference = load<f64>(own) - load<f64>(other)
    sum += (next - place) * difference * difference
    place = next
    if (next === a) {
      i += 1
      own += 8
    }
    if (next === b) {
      j += 1
      other += 8
    }
  }
  return sum
}
