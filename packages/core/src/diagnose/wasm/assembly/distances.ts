// Distances between all rows of two matrices: what the loops of ../../pair-distances.ts do, the same operations in the same order for
// every pair and every sum, so the same bits. In lines with a $ it is the vector: four of them hold eight rows.

import { BLOCK, BYTES, intoBlocks } from './row-blocks'

/** Where a job stands; the host writes the rows of both matrices. */
const START: usize = 1024

let columns: i32 = 0
let rows: i32 = 0
/** Rows [n, d] and [m, d], the latter once more by blocks [⌈m/8⌉, d, 8], and distances to the block at hand. */
let from: usize = 0
let raw: usize = 0
let blocks: usize = 0
const ROOTS: usize = START - BYTES

function take(at: usize, numbers: i32): usize {
  return at + (<usize>numbers << 3)
}

/** Places n and m rows of d columns; the first byte of the memory that is not needed. */
export function place(n: i32, m: i32, d: i32): usize {
  columns = d
  rows = m
  from = START
  raw = take(from, n * d)
  blocks = (take(raw, m * d) + 15) & ~15
  return take(blocks, ((m + BLOCK - 1) / BLOCK) * BLOCK * d)
}

/** Addresses of what the host writes: 0 the first matrix, 1 the second. */
export function addressOf(part: i32): usize {
  return part === 0 ? from : raw
}

/** Puts the rows of the second matrix into blocks; those that fill the last are far from all. */
export function arrange(): void {
  intoBlocks(raw, blocks, rows, columns, Infinity)
}

@inline function rowOf(i: i32): usize {
  return from + (<usize>(i * columns) << 3)
}

/** `total` and, one row after another, the sums of its distances: to all rows of the second matrix, or to as many as its own number. */
export function addDistances(total: f64, first: i32, end: i32, below: bool): f64 {
  for (let i = first; i < end; i++) {
    const own = rowOf(i)
    const count = below ? i : rows
    let sum: f64 = 0
    let at = blocks
    for (let j = 0; j < count; j += BLOCK) {
      let s$ = f64x2.splat(0)
      for (let k = own; k < own + (<usize>columns << 3); k += 8, at += BYTES) {
        const x = v128.load64_splat(k)
        const d$ = f64x2.sub(x, v128.load(at, $ * 16))
        s$ = f64x2.add(s$, f64x2.mul(d$, d$))
      }
      v128.store(ROOTS, f64x2.sqrt(s$), $ * 16)
      const many = min(BLOCK, count - j)
      for (let r = 0; r < many; r++) sum += load<f64>(ROOTS + (<usize>r << 3))
    }
    total += sum
  }
  return total
}

/** Rows of the second matrix whose squared distance to row i is `limit` at most, which is finite. */
export function countWithin(i: i32, limit: f64): i32 {
  const own = rowOf(i)
  const most = f64x2.splat(limit)
  let count = i64x2.splat(0)
  let at = blocks
  for (let j = 0; j < rows; j += BLOCK) {
    let s$ = f64x2.splat(0)
    for (let k = own; k < own + (<usize>columns << 3); k += 8, at += BYTES) {
      const x = v128.load64_splat(k)
      const d$ = f64x2.sub(x, v128.load(at, $ * 16))
      s$ = f64x2.add(s$, f64x2.mul(d$, d$))
    }
    count = i64x2.sub(count, f64x2.le(s$, most))
  }
  return <i32>(i64x2.extract_lane(count, 0) + i64x2.extract_lane(count, 1))
}
