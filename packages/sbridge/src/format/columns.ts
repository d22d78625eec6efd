import { FormatError, InputError, SbridgeError } from '@sbridge/core'
import { listed } from '@sbridge/core/internal'
import type { RawColumn, RawTable } from '@sbridge/core/tables'

/** What every reader is told besides the bytes. */
export interface ReadContext {
  /** How messages name the input: a path, or `standard input`. */
  readonly source: string
  /** Of text; found from its bytes when left out. */
  readonly encoding?: string | undefined
  /** Lines of text above the names and behind the last row that are not the table's; found when left out. */
  readonly skip?: { readonly top: number; readonly bottom: number } | undefined
  /** Of a workbook: the name of a sheet, or its place from 1; the first when left out. */
  readonly sheet?: string | undefined
}

/** Milliseconds of a day. */
export const DAY = 86_400_000

const refused = new WeakSet<RawColumn>()

/** Whether reading a column's cells is refused. */
export const isRefused = (column: RawColumn): boolean => refused.has(column)

/** A column whose cells are nothing that a table holds: it may be left out, and who reads its values gets the error. */
export function unusableColumn(name: string, error: InputError): RawColumn {
  const column: RawColumn = {
    name,
    source: 'text',
    get values(): never {
      throw error
    }
  }
  refused.add(column)
  return column
}

/** What is said of a column that holds lists, objects or bytes. */
export function columnNested(got: string, name: string): InputError {
  return new InputError({
    code: 'column-nested',
    got,
    expected: 'one number, text, true, false or time a cell',
    try: `--exclude ${name}, or giving every nested value a column of its own`
  })
}

/** A table of the columns, once their names are distinct and their lengths agree. */
export function tableOf(columns: readonly RawColumn[], context: ReadContext): RawTable {
  if (columns.length === 0) {
    throw new InputError({
      code: 'table-without-columns',
      got: `no column in ${context.source}`,
      expected: 'at least one named column',
      try: 'writing the table again with its columns'
    })
  }
  const usable = columns.filter((column) => !refused.has(column))
  const first = usable[0] ?? columns[0]!
  const rowCount = first.values.length
  const longest = usable.find((column) => column.values.length !== rowCount)
  if (longest) {
    throw new InputError({
      code: 'columns-of-different-length',
      got: `${rowCount} values in column "${first.name}" but ${longest.values.length} in "${longest.name}" of ${context.source}`,
      expected: 'the same number of values in every column',
      try: 'writing the columns that belong together into one file'
    })
  }
  refuseRepeatedNames(
    columns.map((column) => column.name),
    context
  )
  if (rowCount === 0) {
    throw new InputError({
      code: 'table-without-rows',
      got: `${columns.length} column name${columns.length === 1 ? '' : 's'} and no row in ${context.source}`,
      expected: 'at least one row below the names',
      try: 'checking the program that wrote the file'
    })
  }
  return { columns, rowCount }
}

/**
 * Names for the columns of a header: an empty one, as of an index column, becomes `unnamed_` and its place from 1, and one that
 * stands there before gets the next number from 2 that makes a name of its own of it: `value`, `value_2`.
 */
export function namesOf(header: readonly string[]): string[] {
  const taken = new Set(header)
  const seen = new Set<string>()
  return header.map((cell, i) => {
    const name = cell === '' ? `unnamed_${i + 1}` : cell
    if (!seen.has(name)) {
      seen.add(name)
      return name
    }
    let number = 2
    while (taken.has(`${name}_${number}`)) number++
    taken.add(`${name}_${number}`)
    return `${name}_${number}`
  })
}

/** The names that a header has more than once, by those that `namesOf` makes of them; undefined where all differ. */
export function repeatedIn(header: readonly string[], names: readonly string[]): Readonly<Record<string, string>> | undefined {
  const renamed = names.flatMap((name, i) => (header[i] === '' || header[i] === name ? [] : [[name, header[i]!]]))
  return renamed.length === 0 ? undefined : Object.fromEntries(renamed)
}

/** What a person should know of columns whose names were told apart. */
export function repeatedNote(repeated: Readonly<Record<string, string>>): string {
  const said = [...new Set(Object.values(repeated))].map((before) => {
    const later = Object.keys(repeated).filter((name) => repeated[name] === before)
    return `“${before}”: the later ${later.length === 1 ? 'one is' : 'ones are'} called ${listed(later)} here`
  })
  return `several columns have the name ${said.join('; ')}; new files have the names as they were`
}

export function refuseRepeatedNames(names: readonly string[], context: ReadContext): void {
  const places = new Map<string, number>()
  for (const [i, name] of names.entries()) {
    const before = places.get(name)
    if (before !== undefined) {
      throw new InputError({
        code: 'column-name-repeated',
        got: `the name "${name}" for columns ${before + 1} and ${i + 1} of ${context.source}`,
        expected: 'a different name for every column',
        try: `renaming or removing one of the columns "${name}"`
      })
    }
    places.set(name, i)
  }
}

export function refuseEmptyFile(bytes: Uint8Array, context: ReadContext): void {
  if (bytes.length > 0) return
  throw new InputError({
    code: 'file-empty',
    got: `an empty file, ${context.source}`,
    expected: 'column names and at least one row',
    try: 'checking the program that wrote the file'
  })
}

/** Runs a reader of foreign bytes; whatever it throws that is not already an error of sbridge becomes a `FormatError`. */
export async function reading<T>(format: string, context: ReadContext, read: () => Promise<T> | T): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof SbridgeError) throw error
    throw unreadable(format, context, error instanceof Error ? error.message : String(error))
  }
}

export function unreadable(format: string, context: ReadContext, reason: string): FormatError {
  return new FormatError({
    code: `${format.toLowerCase()}-unreadable`,
    got: `${context.source}, which cannot be read as ${format} (${reason})`,
    expected: `a complete ${format} file`,
    try: 'copying or writing the file again, or correcting its extension'
  })
}

/** A column of numbers from cells that may be absent (null, undefined or NaN). */
export function numberColumn(name: string, cells: ArrayLike<number | null | undefined>, integer: boolean): RawColumn {
  const { values, missing } = numericCells(cells)
  return { name, source: 'number', values, ...(missing ? { missing } : {}), ...(integer ? { integer } : {}) }
}

/** A column of milliseconds since 1970, whole ones, from cells that may be absent. */
export function datetimeColumn(name: string, cells: ArrayLike<number | null | undefined>): RawColumn {
  const { values, missing } = numericCells(cells)
  for (let i = 0; i < values.length; i++) values[i] = Math.floor(values[i]!)
  return { name, source: 'datetime', values, ...(missing ? { missing } : {}) }
}

export function booleanColumn(name: string, cells: ArrayLike<unknown>): RawColumn {
  return { name, source: 'boolean', values: Array.from(cells, (cell) => (cell == null ? null : Boolean(cell))) }
}

export function textColumn(name: string, cells: ArrayLike<unknown>): RawColumn {
  return { name, source: 'text', values: Array.from(cells, (cell) => (cell == null ? null : String(cell))) }
}

/** Text of a format that marks missing cells by itself: an empty one is none. */
export const storedTextColumn = (name: string, cells: ArrayLike<unknown>): RawColumn =>
  ({ ...textColumn(name, cells), marked: true }) as RawColumn

/** Whole numbers of up to 64 bits: a number column, or text when one is beyond 2⁵³ and a number would change it. */
export function wholeNumberColumn(name: string, cells: ArrayLike<number | bigint | null | undefined>): RawColumn {
  const numbers: (number | null)[] = new Array(cells.length)
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]
    const value = cell == null ? null : Number(cell)
    if (value !== null && !Number.isSafeInteger(value)) return textColumn(name, cells)
    numbers[i] = value
  }
  return numberColumn(name, numbers, true)
}

function numericCells(cells: ArrayLike<number | null | undefined>): { values: Float64Array; missing?: Uint8Array } {
  const values = new Float64Array(cells.length)
  let missing: Uint8Array | undefined
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]
    if (cell == null || Number.isNaN(cell)) {
      missing ??= new Uint8Array(cells.length)
      missing[i] = 1
    } else values[i] = cell
  }
  return missing ? { values, missing } : { values }
}

/** A table that is handed over some rows at a time. */
export interface Pieces {
  readonly rowCount: number
  /** Rows [from, to). */
  readonly rows: (from: number, to: number) => RawTable
}

/** Rows [from, to) of a table. */
export function sliceRaw(table: RawTable, from: number, to: number): RawTable {
  if (from === 0 && to === table.rowCount) return table
  const columns = table.columns.map((column) => {
    const missing = 'missing' in column ? column.missing?.subarray(from, to) : undefined
    const words = 'absent' in column && typeof column.absent === 'object' ? { absent: column.absent.slice(from, to) } : {}
    return { ...column, values: column.values.slice(from, to), ...(missing ? { missing } : {}), ...words } as RawColumn
  })
  return { ...table, columns, rowCount: to - from }
}

/** Rows that are written together: so many texts of every column stand in memory. */
const PIECE_ROWS = 16_384

/** Pieces of a table, one after the other, at least one; of the rows of `sizes`, whose last is that of all others. */
export function* inPieces({ rowCount, rows }: Pieces, sizes: readonly number[] = [PIECE_ROWS]): Iterable<RawTable> {
  for (let from = 0, k = 0; from === 0 || from < rowCount; k++) {
    const to = Math.min(rowCount, from + sizes[Math.min(k, sizes.length - 1)]!)
    yield rows(from, to)
    from = Math.max(1, to)
  }
}

/** Whether the cell is empty. */
export function isMissing(column: RawColumn, row: number): boolean {
  if (column.source === 'text' || column.source === 'boolean') return column.values[row] === null
  return column.missing?.[row] === 1
}

export function hasMissing(column: RawColumn): boolean {
  for (let i = 0; i < column.values.length; i++) if (isMissing(column, i)) return true
  return false
}

/** Whether a number column may be stored as 64-bit whole numbers: declared whole, and exact. */
export function isWhole(column: RawColumn & { source: 'number' }): boolean {
  return column.integer === true && column.values.every((value, i) => Number.isSafeInteger(value) || isMissing(column, i))
}

/** Refuses numbers that no format should be handed: NaN and infinities outside missing cells, times beyond the calendar. */
export function refuseNotFinite(table: RawTable): void {
  for (const column of table.columns) {
    if (column.source !== 'number' && column.source !== 'datetime') continue
    const limit = column.source === 'datetime' ? 8.64e15 : Number.MAX_VALUE
    for (let i = 0; i < column.values.length; i++) {
      if (Math.abs(column.values[i]!) <= limit || isMissing(column, i)) continue
      throw new InputError({
        code: 'value-not-writable',
        got: `${column.values[i]} in column "${column.name}", row ${i + 1}`,
        expected: column.source === 'datetime' ? 'a time within 8.64e15 ms of 1970' : 'a finite number or a missing cell',
        try: 'marking the cell as missing'
      })
    }
  }
}

/** ISO 8601 texts of a date-time column, dates alone when every time of day is midnight (UTC); null where missing. */
export function isoTexts(column: RawColumn & { source: 'datetime' }): (string | null)[] {
  let midnight = true
  for (let i = 0; i < column.values.length && midnight; i++) midnight = isMissing(column, i) || column.values[i]! % DAY === 0
  return Array.from(column.values, (value, i) => {
    if (isMissing(column, i)) return null
    const text = new Date(value).toISOString()
    return midnight ? text.slice(0, text.indexOf('T')) : text
  })
}

const cellDecoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The text of a cell, byte-order marks in it included. */
export function cellText(bytes: Uint8Array): string {
  return cellDecoder.decode(bytes)
}
