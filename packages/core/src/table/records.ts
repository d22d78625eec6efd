import { InputError, isPromise, whatIs } from '../num/errors.js'
import type { RawColumn, RawTable } from './raw.js'

/** What a cell of a record holds; null where it is missing. */
export type Cell = number | string | boolean | Date | null

/** Records of which every property is a cell, or a whole number as databases give it. */
export type Cells<Row> = { readonly [K in keyof Row]-?: Cell | bigint }

/** A table as columns, or as records, one a row. */
export type Rows<Row> = RawTable | readonly Row[]

declare const row: unique symbol

/** What was made from rows of this type: for the compiler only. */
export interface OfRows<Row> {
  readonly [row]?: Row
}

/** A drawn row: of the type of those that a model learned from, where that is known, but that a number may be any, and a `bigint` is one. */
export type DrawnRow<Row> = [Row] extends [never] ? Record<string, Cell> : { [K in keyof Row]: AnyNumber<Row[K]> }

type AnyNumber<C> = C extends number | bigint ? number : C

const isTable = (rows: unknown): rows is RawTable =>
  typeof rows === 'object' && rows !== null && Array.isArray((rows as RawTable).columns) && Number.isInteger((rows as RawTable).rowCount)

/**
 * Rows as a table of columns, in the order in which names first appear; null, and a property that a record lacks, are missing
 * cells. A `bigint` that a number holds exactly is one. A `Date` is a moment; where all of a column are midnights of this place, as `new
 * Date(y, m, d)` makes them, they are days of the calendar, and a note says so. A table stays as it is. Cost O(cells). Throws
 * `InputError` for what is neither, for records that are none, for a column whose cells are of several types, and for a table with a
 * column of another length.
 */
export function tableOfRows<Row extends Cells<Row>>(rows: Rows<Row>): RawTable {
  if (isTable(rows)) return ofOneLength(rows)
  if (!Array.isArray(rows)) throw noRows(rows)
  const columns = new Map<string, Given[]>()
  for (const [i, record] of rows.entries()) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) throw noRecord(record, i)
    for (const [name, cell] of Object.entries<Given | undefined>(record)) {
      const cells = columns.get(name) ?? new Array<Given>(rows.length).fill(null)
      columns.set(name, cells)
      cells[i] = cell ?? null
    }
  }
  const read = Array.from(columns, ([name, cells]) => columnOf(name, cells))
  const notes = read.flatMap((column) => (column.source === 'datetime' && column.local ? [localNote(column.name)] : []))
  return { rowCount: rows.length, columns: read, ...(notes.length > 0 ? { notes } : {}) }
}

const localNote = (name: string): string =>
  `${name}: every time is a midnight of this place, so they are days of the calendar; new Date(Date.UTC(2024, 0, 31)) is a day anywhere`

/** A table whose columns have a cell for every row. Those that are made when they are asked for are their reader's. */
function ofOneLength(table: RawTable): RawTable {
  for (const column of table.columns) {
    for (const part of ['values', 'missing'] as const) {
      const cells = Object.getOwnPropertyDescriptor(column, part)?.value as ArrayLike<unknown> | undefined
      if (cells !== undefined && cells.length !== table.rowCount) throw otherLength(column.name, part, { table, length: cells.length })
    }
  }
  return table
}

function otherLength(
  name: string,
  part: 'values' | 'missing',
  { table, length }: { readonly table: RawTable; readonly length: number }
): InputError {
  return new InputError({
    code: 'columns-of-different-length',
    got: `${length} ${part === 'values' ? 'cells' : 'marks of missing cells'} in the column ${name} of a table of ${table.rowCount} rows`,
    expected: `${table.rowCount}, one a row`,
    try:
      length > table.rowCount
        ? `rowCount: ${length}, where the others have as many`
        : 'a null, or a mark in `missing`, for cells that are missing'
  })
}

/** One record a row, its properties in the order of the columns. Cost O(cells). */
export function rowsOfTable({ columns, rowCount }: RawTable): Record<string, Cell>[] {
  const cells = columns.map((column): readonly [string, (i: number) => Cell] => [column.name, cellsOf(column)])
  return Array.from({ length: rowCount }, (_, i) => Object.fromEntries(cells.map(([name, at]) => [name, at(i)])))
}

function cellsOf(column: RawColumn): (i: number) => Cell {
  if (column.source === 'text' || column.source === 'boolean') return (i) => column.values[i]!
  const { values, missing } = column
  const cell = column.source === 'datetime' ? (column.local ? localMidnight : (value: number) => new Date(value)) : (value: number) => value
  return (i) => (missing?.[i] ? null : cell(values[i]!))
}

/** When a day begins here: later than midnight where clocks skip that. */
function localMidnight(time: number): Date {
  const day = new Date(time)
  return new Date(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate())
}

/** The days of times that are all midnights here and not all in UTC, in milliseconds; undefined of others. */
function localDays(cells: readonly (Date | null)[]): Float64Array | undefined {
  const days = Float64Array.from(cells, (cell) => (cell ? Date.UTC(cell.getFullYear(), cell.getMonth(), cell.getDate()) : 0))
  const all = (holds: (cell: Date, i: number) => boolean): boolean => cells.every((cell, i) => cell === null || holds(cell, i))
  const areMidnights = all((cell, i) => localMidnight(days[i]!).getTime() === cell.getTime())
  return areMidnights && !all((cell, i) => cell.getTime() === days[i]!) ? days : undefined
}

type Source = RawColumn['source']

/** What a record may hold. */
type Given = Cell | bigint

function sourceOf(cell: unknown): Source | undefined {
  if (typeof cell === 'number' || isSafe(cell)) return 'number'
  if (typeof cell === 'boolean') return 'boolean'
  if (typeof cell === 'string') return 'text'
  return cell instanceof Date ? 'datetime' : undefined
}

const isSafe = (cell: unknown): boolean => typeof cell === 'bigint' && Number.isSafeInteger(Number(cell))

function columnOf(name: string, cells: readonly Given[]): RawColumn {
  let first: number | undefined
  let source: Source | undefined
  cells.forEach((cell, i) => {
    if (cell === null) return
    const own = sourceOf(cell)
    source ??= own
    first ??= i
    if (own === undefined || own !== source) throw noCell({ name, cells, i, first })
  })
  if (source === 'boolean') return { name, source, values: cells as (boolean | null)[] }
  if (source !== 'number' && source !== 'datetime') return { name, source: 'text', values: cells as (string | null)[] }
  const marks = Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0))
  const missing = marks.includes(1) ? { missing: marks } : {}
  const days = source === 'datetime' ? localDays(cells as (Date | null)[]) : undefined
  if (days) return { name, source: 'datetime', values: days, ...missing, local: true }
  return { name, source, values: Float64Array.from(cells, Number), ...missing }
}

const RECORDS = '[{ x: 1.5, species: "Gentoo" }, …]'

function noRows(got: unknown): InputError {
  const isAnswer = typeof got === 'object' && got !== null && Array.isArray((got as { records?: unknown }).records)
  const path = typeof got === 'string' ? '`await readTable(path)` for a file, or ' : ''
  return new InputError({
    code: 'rows-none',
    got: `${whatIs(got)} for rows`,
    expected: 'an array of records, or a table of columns as readTable gives it',
    try: isAnswer ? 'its `records`' : isPromise(got) ? '`await` before it' : `${path}${RECORDS}`
  })
}

function noRecord(got: unknown, i: number): InputError {
  return new InputError({
    code: 'row-not-a-record',
    got: `${whatIs(got)} as row ${i + 1}`,
    expected: 'an object with one property a column',
    try: `${RECORDS}, or a table of columns`
  })
}

const NOUNS: Readonly<Record<Source, string>> = { number: 'a number', text: 'a text', boolean: 'a boolean', datetime: 'a Date' }

interface WrongCell {
  readonly name: string
  readonly cells: readonly unknown[]
  readonly i: number
  /** Where the column has its first cell, which says of what type it is. */
  readonly first: number
}

function noCell({ name, cells, i, first }: WrongCell): InputError {
  const cell = cells[i]
  return new InputError({
    code: 'cell-type',
    got: `${cellWords(cell)} in the column ${name}, row ${i + 1}`,
    expected:
      first < i ? `${NOUNS[sourceOf(cells[first])!]}, as in row ${first + 1}, or null` : 'a number, a text, a boolean, a Date or null',
    try: `${first < i && sourceOf(cell) ? oneType(new Set([sourceOf(cell), sourceOf(cells[first])])) : asCell(cell)}, or leaving ${name} out`
  })
}

function cellWords(cell: unknown): string {
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? 'an invalid Date' : `the Date ${cell.toISOString()}`
  return ArrayBuffer.isView(cell) ? 'bytes' : whatIs(cell)
}

/** How cells of two types become cells of one. */
function oneType(types: ReadonlySet<Source | undefined>): string {
  const absent = 'null in its place where it says that nothing is known'
  if (types.has('boolean')) return `${absent}, String(cell) in every row`
  if (types.has('datetime')) return `${absent}, new Date(cell) in every row`
  return `${absent}, Number(cell) in every row where all are numbers, String(cell) where they are names`
}

/** How what is no cell becomes one or several. */
function asCell(cell: unknown): string {
  if (typeof cell === 'bigint') return 'String(cell) in every row, as a number does not hold all of its digits'
  if (Array.isArray(cell)) return 'a property for each element, or a text as cell.join(" ") in every row'
  if (typeof cell !== 'object' || ArrayBuffer.isView(cell)) return 'a text in every row'
  const decimal = typeof (cell as { toNumber?: unknown }).toNumber === 'function'
  return decimal ? 'cell.toNumber() in every row, as of a Decimal' : 'a property for each of its parts'
}
