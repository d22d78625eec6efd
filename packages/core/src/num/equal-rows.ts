import type { Task } from './crew.js'
import type { Matrix } from './matrix.js'
import { rowsIn } from './row-kernel.js'

/** Which group each row is of, numbered as they come [n]. */
export interface RowGroups {
  readonly codes: Int32Array
  readonly count: number
}

/** Rows that are the same in all cells: zeros of both signs are one value, and so is NaN. Cost O(rows · cells). */
export function equalRows(rows: number, cells: readonly ((row: number) => number)[]): RowGroups {
  const codes = rowHashes(rows, cells)
  const size = tableSize(rows)
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

/** Numbers [n, d] in one piece or, where they stand column by column, in d. */
interface Cells {
  readonly rows: number
  readonly pieces: readonly Float64Array[]
}

/** The same by compiled loops, which find equal rows at once; undefined where they cannot hold the cells. */
function compiled({ rows, pieces }: Cells): RowGroups | undefined {
  const total = pieces.reduce((sum, { length }) => sum + length, 0)
  const cols = rows === 0 ? 0 : total / rows
  const size = tableSize(rows)
  const room = rows < COMPILED ? undefined : rowsIn([8 * total, 4 * rows, 8 * size])
  if (!room) return undefined
  const [cells, codes, slots] = room.at as [number, number, number]
  const { buffer } = room.kernel.memory
  let at = cells
  for (const piece of pieces) {
    new Float64Array(buffer, at, piece.length).set(piece)
    at += 8 * piece.length
  }
  new Int32Array(buffer, slots, 2 * size).fill(-1)
  const [down, across] = pieces.length === 1 ? [8 * cols, 8] : [8, 8 * rows]
  const count = room.kernel.equal(cells, rows, cols, down, across, codes, slots, size)
  return { codes: new Int32Array(buffer, codes, rows).slice(), count }
}

/** So many rows take plain loops as long as the compiled ones take to be compiled. */
const COMPILED = 16384

/** The same of columns of numbers [n]. */
export function equalInColumns(rows: number, columns: readonly Float64Array[]): RowGroups {
  return (
    compiled({ rows, pieces: columns }) ??
    equalRows(
      rows,
      columns.map((column) => (i: number) => column[i]!)
    )
  )
}

/** Operations a cell: 20 ns. */
export const EQUAL_WORK = 6

/** The same of points [n, d], in any thread. */
export const equalPointsTask: Task<Matrix, RowGroups> = {
  name: 'equal points',
  run: ({ data, rows, cols }) =>
    compiled({ rows, pieces: [data] }) ??
    equalRows(
      rows,
      Array.from({ length: cols }, (_, c) => (i: number) => data[i * cols + c]!)
    )
}

/** A power of two of which at most half are taken. */
function tableSize(rows: number): number {
  let size = 4
  while (size < 2 * rows) size *= 2
  return size
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
