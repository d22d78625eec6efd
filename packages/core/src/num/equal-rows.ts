import type { Task } from './crew.js'
import type { Matrix } from './matrix.js'

/** Which group each row is of, numbered as they come [n]. */
export interface RowGroups {
  readonly codes: Int32Array
  readonly count: number
}

/** Rows that are the same in all cells: zeros of both signs are one value, and so is NaN. Cost O(rows · cells). */
export function equalRows(rows: number, cells: readonly ((row: number) => number)[]): RowGroups {
  const codes = rowHashes(rows, cells)
  let size = 4
  while (size < 2 * rows) size *= 2
  // A hash table of the first row of each group, beside its hash: rows stand far apart, and few with other cells are looked at.
  const slots = new Int32Array(2 * size).fill(-1)
  let count = 0
  for (let i = 0; i < rows; i++) {
    const hash = codes[i]!
    let at = 2 * (hash & (size - 1))
    while (slots[at]! >= 0 && !(slots[at + 1] === hash && areSame(cells, slots[at]!, i))) at = (at + 2) & (2 * size - 1)
    if (slots[at]! < 0) {
      slots[at] = i
      slots[at + 1] = hash
      codes[i] = count++
    } else codes[i] = codes[slots[at]!]!
  }
  return { codes, count }
}

/** Operations a cell: 50 ns. */
export const EQUAL_WORK = 15

/** The same of points [n, d], in any thread. */
export const equalPointsTask: Task<Matrix, RowGroups> = {
  name: 'equal points',
  run: ({ data, rows, cols }) =>
    equalRows(
      rows,
      Array.from({ length: cols }, (_, c) => (i: number) => data[i * cols + c]!)
    )
}

function areSame(cells: readonly ((row: number) => number)[], a: number, b: number): boolean {
  for (let c = 0; c < cells.length; c++) {
    const [x, y] = [cells[c]!(a), cells[c]!(b)]
    if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) return false
  }
  return true
}

/** One of each row, column by column [n]. */
function rowHashes(rows: number, cells: readonly ((row: number) => number)[]): Int32Array {
  const hashes = new Int32Array(rows)
  for (const cell of cells) for (let i = 0; i < rows; i++) hashes[i] = Math.imul(hashes[i]! ^ hashOf(cell(i) + 0), 0x01000193)
  for (let i = 0; i < rows; i++) hashes[i] = hashes[i]! ^ (hashes[i]! >>> 15)
  return hashes
}

const bits = new Int32Array(2)
const number = new Float64Array(bits.buffer)

/** 32 mixed bits of those of a number. */
export function hashOf(value: number): number {
  number[0] = value
  const mixed = Math.imul(bits[0]! ^ Math.imul(bits[1]!, 0x85ebca6b), 0xc2b2ae35)
  return mixed ^ (mixed >>> 15)
}
