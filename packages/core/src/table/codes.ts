import { hashOf } from '../num/equal-rows.js'
import { takeValues } from '../num/matrix.js'
import { type CategoricalColumn, isCategorical, isNumeric, type NumericColumn } from './table.js'

/** A column whose cells can be told apart. */
export type Cells = CategoricalColumn | NumericColumn

/** Which of its values every row of a column has, numbered as they come [n]; a missing cell is a value too. */
export interface Codes {
  readonly codes: Int32Array
  readonly count: number
}

/** Cost O(rows). */
export function codesOf(column: Cells): Codes {
  return codesIn(column, undefined)
}

/** Those of some rows of a column. Cost O(rows asked for). */
export function codesIn(column: Cells, rows: Uint32Array | undefined): Codes {
  if (isCategorical(column)) return renumbered(rows ? takeValues(column.codes, rows) : column.codes, column.levels.length)
  const value = valueIn(column)
  return rows ? numbered(rows.length, (k) => value(rows[k]!)) : numbered(rowsOf(column), value)
}

/** As `codesOf`, or undefined where a column has more than so many values; then it stops at the first too many. */
export function fewCodesOf(column: Cells, most: number): Codes | undefined {
  if (isCategorical(column) && column.levels.length < most) return codesOf(column)
  const value = valueIn(column)
  const known = new Numbering(most + 1)
  const rows = rowsOf(column)
  // Most columns of numbers have more among their first ones: then no place for all rows is made.
  for (let i = 0; i < Math.min(rows, 2 * most + 2); i++) {
    known.of(value(i))
    if (known.count > most) return undefined
  }
  const codes = new Int32Array(rows)
  for (let i = 0; i < codes.length; i++) {
    codes[i] = known.of(value(i))
    if (known.count > most) return undefined
  }
  return { codes, count: known.count }
}

/** Two columns as one: a code for each combination that occurs. */
export function jointCodes(a: Codes, b: Codes): Codes {
  const rows = a.codes.length
  const bound = a.count * b.count
  if (bound > MOST_PLACES * rows) return numbered(rows, (i) => a.codes[i]! * b.count + b.codes[i]!)
  const both = new Int32Array(rows)
  for (let i = 0; i < rows; i++) both[i] = a.codes[i]! * b.count + b.codes[i]!
  return renumbered(both, bound)
}

const rowsOf = (column: Cells): number => (isCategorical(column) ? column.codes : column.values).length

/** What tells the cells of a column apart, row by row: NaN where a number is missing; levels from 0 on, and 0 where one is missing. */
export function valueIn(column: Cells): (row: number) => number {
  if (isCategorical(column)) return (i) => column.codes[i]! + 1
  const { values, missing } = column
  return missing ? (i) => (missing[i] ? Number.NaN : values[i]!) : (i) => values[i]!
}

/** Whether two rows have the same cell in a column. */
export function sameCell(column: Cells, row: number, other: number): boolean {
  if (!isNumeric(column)) return column.codes[row] === column.codes[other]
  const [gap, gapToo] = [column.missing?.[row] === 1, column.missing?.[other] === 1]
  return gap || gapToo ? gap === gapToo : column.values[row] === column.values[other]
}

/** Whether a column has two values, a missing cell being one. */
export function varies(column: Cells): boolean {
  const rows = rowsOf(column)
  for (let i = 1; i < rows; i++) if (!sameCell(column, 0, i)) return true
  return false
}

/** Values of rows, numbered as they come. */
function numbered(rows: number, value: (row: number) => number): Codes {
  const codes = new Int32Array(rows)
  const known = new Numbering(rows)
  for (let i = 0; i < rows; i++) codes[i] = known.of(value(i))
  return { codes, count: known.count }
}

/** Whole numbers have a place each where they are at most so many times as many as rows: more would take longer than hashes. */
const MOST_PLACES = 4

/** The same of whole numbers from −1 to below `bound`. Cost O(rows): loops of their own, as tables are gone through often. */
export function renumbered(values: Int32Array, bound: number): Codes {
  if (bound > MOST_PLACES * values.length) return numbered(values.length, (i) => values[i]!)
  const codes = new Int32Array(values.length)
  const places = new Int32Array(bound + 1).fill(-1)
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const at = values[i]! + 1
    if (places[at]! < 0) places[at] = count++
    codes[i] = places[at]!
  }
  return { codes, count }
}

/** Rows spread evenly over a table, all of them where it has no more than so many. */
export function spreadRows(rowCount: number, most: number): Uint32Array {
  const rows = new Uint32Array(Math.min(rowCount, most))
  for (let k = 0; k < rows.length; k++) rows[k] = Math.floor(((k + 0.5) * rowCount) / rows.length)
  return rows
}

/** Some rows of each value, spread over those that have it. Cost O(rows). */
export function rowsOfEach({ codes, count }: Codes, most: number): readonly Uint32Array[] {
  const sizes = sizesOf({ codes, count })
  // Which of the rows of a value, until each is met.
  const rows = Array.from(sizes, (size) => spreadRows(size, most))
  const [met, taken] = [new Uint32Array(count), new Uint32Array(count)]
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    if (rows[code]![taken[code]!] === met[code]!++) rows[code]![taken[code]!++] = i
  }
  return rows
}

/** How many rows have each value. Cost O(rows). */
export function sizesOf({ codes, count }: Codes): Uint32Array {
  const sizes = new Uint32Array(count)
  for (let i = 0; i < codes.length; i++) sizes[codes[i]!]!++
  return sizes
}

/** Pairs of rows that share a value, the first of each: what a column determines is alike in all of them. */
export function sharingRows({ codes, count }: Codes): readonly (readonly [number, number])[] {
  const first = new Int32Array(count).fill(-1)
  const pairs: [number, number][] = []
  for (let i = 0; i < codes.length && pairs.length < WITNESSES; i++) {
    const at = codes[i]!
    if (first[at]! < 0) first[at] = i
    else pairs.push([first[at]!, i])
  }
  return pairs
}

/** Pairs of rows that are looked at before all rows: of two columns that have nothing to do with each other one or two are enough. */
const WITNESSES = 64

/** Whether rows of one value of `from` have one value of `to`. Cost O(rows), little where some of the first show that they do not. */
export function determines(from: Codes, to: Codes): boolean {
  const found = new Int32Array(from.count).fill(-1)
  for (let i = 0; i < from.codes.length; i++) {
    const at = from.codes[i]!
    if (found[at]! < 0) found[at] = to.codes[i]!
    else if (found[at] !== to.codes[i]) return false
  }
  return true
}

/** How likely two rows are to have the same value; two rows that share a value of `within`, where that is given. */
export function sharedRate({ codes, count }: Codes, within?: Codes): number {
  const together = within ? jointCodes(within, { codes, count }) : { codes, count }
  const pairs = pairsIn(together)
  const all = within ? pairsIn(within) : codes.length * (codes.length - 1)
  return all > 0 ? pairs / all : 1
}

function pairsIn({ codes, count }: Codes): number {
  let pairs = 0
  for (const size of sizesOf({ codes, count })) pairs += size * (size - 1)
  return pairs
}

/**
 * Whether a column has more than so many values, as far as marks of their hashes show, which never count one twice: if true it
 * has. Memory of a few bits a value, so that it takes a tenth of the time of numbering them. Cost O(rows).
 */
export function surelyMore(column: Cells, most: number): boolean {
  const value = valueIn(column)
  let bits = 32
  while (bits < 8 * most) bits *= 2
  const marks = new Int32Array(bits / 32)
  const rows = rowsOf(column)
  let count = 0
  for (let i = 0; i < rows; i++) {
    // Zeros of both signs are one value.
    const at = hashOf(value(i) + 0) & (bits - 1)
    const bit = 1 << (at & 31)
    if (marks[at >>> 5]! & bit) continue
    marks[at >>> 5]! |= bit
    if (++count > most) return true
  }
  return false
}

/** Whether two of some numbers are the same. Cost O(n), little where they soon are. */
export function recurs(values: Float64Array): boolean {
  const known = new Numbering(values.length)
  for (let i = 0; i < values.length; i++) if (known.of(values[i]!) < i) return true
  return false
}

/** Cells that are looked at first; of those of all rows then one value of so many, which a processor keeps at hand. */
const [FIRST_CELLS, ONE_OF] = [4096, 64]

/** Whether a number has more than so many of some cells, NaN aside. Cost O(n), little where one soon has. */
export function exceeds(values: Float64Array, most: number): boolean {
  const soon = values.length > FIRST_CELLS && (exceedsIn(values.subarray(0, FIRST_CELLS), most) || exceedsIn(values, most, ONE_OF))
  return soon || exceedsIn(values, most)
}

/** The same of one value of so many, as their hashes tell, with all its cells: false too where these are more values than their part. */
function exceedsIn(values: Float64Array, most: number, oneOf = 1): boolean {
  const room = Math.ceil(values.length / oneOf)
  const known = new Numbering(room)
  const counts = new Uint32Array(room)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isNaN(value) || (oneOf > 1 && (hashOf(value + 0) >>> 8) % oneOf !== 0)) continue
    if (known.count === room) return false
    const code = known.of(value)
    counts[code]!++
    if (counts[code]! > most) return true
  }
  return false
}

/** Numbers 0, 1, … for values as they come: a hash table in typed arrays, five times as fast as a `Map` of 100,000 numbers. */
class Numbering {
  count = 0
  readonly #values: Float64Array
  readonly #codes: Int32Array

  /** For at most so many values. */
  constructor(most: number) {
    let size = 4
    while (size < 2 * most) size *= 2
    this.#values = new Float64Array(size)
    this.#codes = new Int32Array(size).fill(-1)
  }

  /** Zeros of both signs are one value, and so is NaN. */
  of(value: number): number {
    const own = value + 0
    const last = this.#codes.length - 1
    for (let at = hashOf(own) & last; ; at = (at + 1) & last) {
      if (this.#codes[at] === -1) {
        this.#values[at] = own
        this.#codes[at] = this.count++
      } else if (this.#values[at] !== own && !(Number.isNaN(own) && Number.isNaN(this.#values[at]))) continue
      return this.#codes[at]!
    }
  }
}
