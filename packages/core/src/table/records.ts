import { InputError, isPromise, whatIs } from '../num/errors.js'
import type { RawColumn, RawTable } from './raw.js'

/** What a cell of a record holds; null where it is missing. */
export type Cell = number | string | boolean | Date | null

/** Records of which every property is a cell. */
export type Cells<Row> = { readonly [K in keyof Row]-?: Cell }

/** A table as columns, or as records, one a row. */
export type Rows<Row> = RawTable | readonly Row[]

declare const row: unique symbol

/** What was made from rows of this type: for the compiler only. */
export interface OfRows<Row> {
  readonly [row]?: Row
}

/** A drawn row: of the type of those that a model learned from, where that is known, but that a number may be any. */
export type DrawnRow<Row> = [Row] extends [never] ? Record<string, Cell> : { [K in keyof Row]: AnyNumber<Row[K]> }

type AnyNumber<C> = C extends number ? number : C

const isTable = (rows: unknown): rows is RawTable =>
  typeof rows === 'object' && rows !== null && Array.isArray((rows as RawTable).columns) && Number.isInteger((rows as RawTable).rowCount)

/**
 * Rows as a table of columns, in the order in which names first appear; null, and a property that a record lacks, are missing
 * cells. A `Date` is a moment; where all of a column are midnights of this place, as `new Date(y, m, d)` makes them, they are days of
 * the calendar, and a note says so. A table stays as it is. Cost O(cells). Throws `InputError` for what is neither, for records that
 * are none, for a column whose cells are of several types, and for a table with a column of another length.
 */
export function tableOfRows<Row extends Cells<Row>>(rows: Rows<Row>): RawTable {
  if (isTable(rows)) return ofOneLength(rows)
  if (!Array.isArray(rows)) throw noRows(rows)
  const columns = new Map<string, Cell[]>()
  for (const [i, record] of rows.entries()) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) throw noRecord(record, i)
    for (const [name, cell] of Object.entries<Cell | undefined>(record)) {
      const cells = columns.get(name) ?? new Array<Cell>(rows.length).fill(null)
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

function sourceOf(cell: unknown): Source | undefined {
  if (typeof cell === 'number' || typeof cell === 'boolean') return typeof cell as 'number' | 'boolean'
  if (typeof cell === 'string') return 'text'
  return cell instanceof Date ? 'datetime' : undefined
}

function columnOf(name: string, cells: readonly Cell[]): RawColumn {
  let source: Source | undefined
  cells.forEach((cell, i) => {
    if (cell === null) return
    const own = sourceOf(cell)
    source ??= own
    if (own === undefined || own !== source) throw noCell({ name, i, got: own ?? typeof cell, expected: source })
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

interface WrongCell {
  readonly name: string
  readonly i: number
  readonly got: string
  readonly expected: Source | undefined
}

function noCell({ name, i, got, expected }: WrongCell): InputError {
  return new InputError({
    code: 'cell-type',
    got: `a cell of type ${got} in the column ${name}, row ${i + 1}`,
    expected: expected ? `${expected}, as in the rows before it, or null` : 'a number, a text, a boolean, a Date or null',
    try: `String(cell) in every row, or leaving ${name} out`
  })
}
