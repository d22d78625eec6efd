import { InputError } from '@sbridge/core'
import type { SheetDialect } from '@sbridge/core/internal'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import { withPackage } from '../host/optional-package.js'
import { clockSeconds, clockTexts } from './clock-text.js'
import {
  booleanColumn,
  DAY,
  datetimeColumn,
  isMissing,
  isoTexts,
  namesOf,
  numberColumn,
  type ReadContext,
  reading,
  refuseEmptyFile,
  refuseNotFinite,
  repeatedIn,
  repeatedNote,
  tableOf,
  textColumn
} from './columns.js'
import { ContentLimit } from './content-limit.js'
import { importExcel } from './import-excel.js'
import { areNamesAgain, isEveryLine, takeTotals, titlesIn, unitsBelow } from './lines-around.js'
import { GUESSED_RECORDS } from './records.js'
import { columnFormats, partsOf, type SheetEntry, sheetsOf, storedArchive } from './workbook.js'
import { zipContent, zipEntries } from './zip-archive.js'

/** A cell of a sheet as its reader hands it over. */
type SheetCell = string | number | boolean | Date | null

/** What is used of read-excel-file. */
type ReadSheet = (input: ArrayBuffer, sheet: string, options: { readonly trim: boolean }) => Promise<SheetCell[][]>

/**
 * A table from a sheet of an Excel workbook: names in the first row that is not a title, cells as they are typed, and the formats
 * in which the columns show numbers and dates. The first sheet, or the one that `sheet` says by name or place.
 *
 * Fails with `EngineError` (code `package-missing`) without read-excel-file, with `InputError` for an unknown sheet and one without
 * rows, with `FormatError` for damaged files and those that state more content than `ContentLimit` allows.
 */
export function readXlsx(bytes: Uint8Array, context: ReadContext): Promise<RawTable> {
  refuseEmptyFile(bytes, context)
  return reading('XLSX', context, async () => {
    const limit = new ContentLimit(bytes.length, context)
    const parts = partsOf(bytes, limit)
    const sheets = sheetsOf(parts)
    const { name, part } = chosenSheet(sheets, context)
    // Before the sheet is read: what it says of its size is held against the limit.
    const formatsBelow = (row: number) => columnFormats(parts, part, row, limit)
    formatsBelow(0)
    const { readSheet } = await excelPackage<{ readonly readSheet: ReadSheet }>('read-excel-file')
    const { above, heading, units, rows, notes } = rowsOf(await readSheet(storedArchive(parts), name, { trim: false }), context)
    const header = heading.map((cell) => (cell === null ? '' : textOf(cell).trim()))
    const names = namesOf(header)
    const repeated = repeatedIn(header, names)
    const cells = names.map((_, c) => rows.map((row) => row[c] ?? null))
    const formats = columnFormats(parts, part, above + 1, new ContentLimit(bytes.length, context))
    const mixed = names.filter((_, c) => isMixed(cells[c]!))
    const dialect: SheetDialect = {
      kind: 'sheet',
      sheet: name,
      formats: Object.fromEntries(names.flatMap((one, c) => (formats.has(c) ? [[one, formats.get(c)!] as const] : []))),
      mixed,
      ...(units ? { units } : {}),
      ...(repeated ? { repeated } : {})
    }
    const said = [...(sheets.length > 1 ? [sheetNote(name, sheets)] : []), ...notes, ...(repeated ? [repeatedNote(repeated)] : [])]
    const table = tableOf(
      names.map((one, c) => columnOf(one, cells[c]!)),
      context
    )
    return { ...table, dialect, ...(said.length > 0 ? { notes: said } : {}) }
  })
}

const sheetNote = (name: string, sheets: readonly SheetEntry[]): string =>
  `the sheet ${name} is read, of ${sheets.length}; --sheet names another: ${sheets
    .filter((one) => one.name !== name)
    .map((one) => one.name)
    .join(', ')}`

/** The sheet of a name, of a place from 1, or the first one. Throws `InputError` (code `sheet-unknown`). */
function chosenSheet(sheets: readonly SheetEntry[], { sheet, source }: ReadContext): SheetEntry & { readonly part: string } {
  const found =
    sheet === undefined
      ? sheets[0]
      : (sheets.find(({ name }) => name === sheet) ?? (/^\d+$/.test(sheet) ? sheets[Number(sheet) - 1] : undefined))
  if (found?.part !== undefined) return found as SheetEntry & { readonly part: string }
  if (sheet === undefined) throw new Error('it holds no sheet')
  const names = sheets.map(({ name }) => name)
  throw new InputError({
    code: 'sheet-unknown',
    got: `--sheet ${sheet}, which ${source} does not hold`,
    expected: `one of ${names.join(', ')}, or a number from 1 to ${names.length}`,
    try: `--sheet '${names[0]}'`
  })
}

/** A package that reads or writes workbooks. Throws `EngineError` (code `package-missing`). */
const excelPackage = <T>(name: 'read-excel-file' | 'write-excel-file'): Promise<T> =>
  withPackage(name, () => importExcel(name) as Promise<T>)

/** Asks for what writes workbooks, before anything is computed. Throws `EngineError` (code `package-missing`). */
export const readyToWrite = (): Promise<unknown> => excelPackage('write-excel-file')

interface SheetRows {
  /** Rows above the names. */
  readonly above: number
  readonly heading: readonly SheetCell[]
  readonly units: readonly string[] | undefined
  readonly rows: readonly (readonly SheetCell[])[]
  readonly notes: readonly string[]
}

/** Names, units and rows of a sheet, without titles above and sums below. */
function rowsOf(cells: readonly SheetCell[][], context: ReadContext): SheetRows {
  const texts = cells.slice(0, GUESSED_RECORDS).map((row) => row.map((cell) => (cell === null ? '' : textOf(cell))))
  const first = Math.max(
    0,
    cells.findIndex((row) => row.some((cell) => cell !== null))
  )
  const above = context.skip ? context.skip.top : Math.max(first, titlesIn(texts))
  const end = cells.length - (context.skip?.bottom ?? 0)
  const heading = cells[above]
  if (!heading) throw withoutNames(above, context)
  const isLeft = isEveryLine(context.skip)
  const units = isLeft ? undefined : unitsBelow(texts.slice(above, end).filter((row) => row.some((cell) => cell !== '')))
  const filled = cells
    .slice(above + 1, end)
    .filter((row) => row.some((cell) => cell !== null))
    .slice(units ? 1 : 0)
  const rows = isLeft ? filled : filled.filter((row) => !areNamesAgain(row, heading))
  const again = filled.length - rows.length
  const columns = heading.map((_, c) => ({ values: rows.map((row) => (row[c] == null ? null : textOf(row[c]))) }))
  const below = context.skip ? 0 : takeTotals(columns)
  const plural = (count: number): string => `${count} row${count === 1 ? '' : 's'}`
  const said = [
    ...(above > 0 && !context.skip ? [`${plural(above)} above the names`] : []),
    ...(units ? ['a row of units below them, which is written again'] : []),
    ...(again > 0 ? [`${plural(again)} with the names again`] : []),
    ...(below > 0 ? [`${plural(below)} of sums or remarks at the end`] : [])
  ]
  const notes = said.length > 0 ? [`left out of the table: ${said.join(', ')}; --skip 0 reads every row`] : []
  return { above, heading, units, rows: rows.slice(0, rows.length - below), notes }
}

function withoutNames(above: number, { source }: ReadContext): InputError {
  return new InputError({
    code: 'table-without-names',
    got: `${source} without names ${above > 0 ? `behind the ${above} rows that are skipped` : 'in the sheet'}`,
    expected: 'a row of names and rows below it',
    try: above > 0 ? '--skip with fewer rows' : '--sheet with the name of another sheet'
  })
}

const typeOf = (cell: SheetCell): string => (cell instanceof Date ? 'date' : typeof cell)

/** Numbers beside text, as of “<0.5” among measurements. */
function isMixed(cells: readonly SheetCell[]): boolean {
  const types = new Set(cells.filter((cell) => cell !== null).map(typeOf))
  return types.size === 2 && types.has('number') && types.has('string')
}

function columnOf(name: string, cells: readonly SheetCell[]): RawColumn {
  const types = new Set(cells.filter((cell) => cell !== null).map(typeOf))
  const [only] = types.size === 1 ? types : ['text']
  if (only === 'number') return numberColumn(name, cells as (number | null)[], false)
  if (only === 'boolean') return booleanColumn(name, cells)
  if (only === 'date' && cells.every(isTimeOfDay))
    return textColumn(name, clockTexts((cells as (Date | null)[]).map((cell) => cell && secondsOf(cell))))
  if (only === 'date')
    return datetimeColumn(
      name,
      cells.map((cell) => (cell === null ? null : Math.round((cell as Date).getTime())))
    )
  // Numbers beside text have the decimal mark of the text.
  const commas =
    cells.some((cell) => typeof cell === 'string' && /\d,\d/.test(cell)) &&
    !cells.some((cell) => typeof cell === 'string' && /\d\.\d/.test(cell))
  const spelled = (cell: SheetCell): string | null =>
    cell === null ? null : typeof cell === 'number' && commas ? String(cell).replace('.', ',') : textOf(cell)
  return textColumn(name, cells.map(spelled))
}

/** Workbooks count days from here; a time of day alone is a part of the first. */
const DAY_ZERO = Date.UTC(1899, 11, 30)

/** Seconds since midnight, of a date of the first day: fractions of a day have noise. */
const secondsOf = (cell: Date): number => Math.round((cell.getTime() - DAY_ZERO) / 1000)

const isTimeOfDay = (cell: SheetCell): boolean =>
  cell === null || (cell instanceof Date && secondsOf(cell) >= 0 && secondsOf(cell) < DAY / 1000)

/** Whether a format shows the time of a day alone. */
const showsTime = (format: string | undefined): boolean => format !== undefined && /[hs]/i.test(format) && !/[yd]/i.test(format)

/** The part of a day that a text of hours, minutes and perhaps seconds says. */
function partOfDay(text: string): number | undefined {
  const seconds = clockSeconds(text)
  return seconds === undefined ? undefined : seconds / (DAY / 1000)
}

function textOf(cell: Exclude<SheetCell, null>): string {
  if (!(cell instanceof Date)) return String(cell)
  const text = cell.toISOString()
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19)
}

/** A cell as its writer takes it. */
type WrittenCell = string | number | boolean | null | { readonly value: number | Date; readonly type: unknown; readonly format: string }

type WriteSheet = (
  rows: readonly (readonly WrittenCell[])[],
  options: { readonly sheet: string; readonly dateFormat: string }
) => { toBlob(): Promise<Blob> }

/** The first day from which workbooks and calendars agree, in milliseconds: those of 1900 have a 29 February. */
const FIRST_DAY = Date.UTC(1900, 2, 1)
/** Characters that the name of a sheet may not have, and how long it may be. */
const NOT_IN_NAMES = /[\\/?*[\]:]/g
const LONGEST_NAME = 31

/**
 * A workbook of one sheet: numbers, dates, true and false as such, in the formats of the sheet that the table was read from, and
 * of its name; the same bytes at any time of writing. Fails with `EngineError` (code `package-missing`) without write-excel-file.
 */
export async function writeXlsx(table: RawTable): Promise<Uint8Array> {
  refuseNotFinite(table)
  const dialect = table.dialect?.kind === 'sheet' ? table.dialect : undefined
  const { default: writeSheet } = await excelPackage<{ readonly default: WriteSheet }>('write-excel-file')
  const columns = table.columns.map((column) => writtenCells(column, dialect))
  const rows = [
    table.columns.map(({ name }) => dialect?.repeated?.[name] ?? name),
    ...(dialect?.units?.length === table.columns.length ? [dialect.units.map((unit) => unit || null)] : []),
    ...Array.from({ length: table.rowCount }, (_, i) => columns.map((cells) => cells[i]!))
  ]
  const sheet = (dialect?.sheet ?? 'Sheet1').replace(NOT_IN_NAMES, ' ').slice(0, LONGEST_NAME)
  const blob = await writeSheet(rows, { sheet, dateFormat: 'yyyy-mm-dd' }).toBlob()
  return timeless(new Uint8Array(await blob.arrayBuffer()))
}

function writtenCells(column: RawColumn, dialect: SheetDialect | undefined): WrittenCell[] {
  const format = dialect?.formats[column.name]
  const texts = column.source === 'datetime' ? isoTexts(column) : undefined
  const fallback = texts?.some((text) => text?.includes('T')) ? 'yyyy-mm-dd hh:mm:ss' : 'yyyy-mm-dd'
  const isMixed = dialect?.mixed.includes(column.name) === true
  return Array.from(column.values as ArrayLike<unknown>, (value, i): WrittenCell => {
    if (isMissing(column, i)) return null
    if (texts)
      return (value as number) < FIRST_DAY ? texts[i]! : { value: new Date(value as number), type: Date, format: format ?? fallback }
    const spelled = typeof value !== 'string' ? undefined : isMixed ? numberIn(value) : showsTime(format) ? partOfDay(value) : undefined
    const number = typeof value === 'number' ? value : spelled
    if (number === undefined) return value as string | boolean
    return format === undefined || format === '@' ? number : { value: number, type: Number, format }
  })
}

const numberIn = (text: string): number | undefined => (/^[+-]?\d+(?:[.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : undefined)

/** The same archive without the time of writing. */
async function timeless(bytes: Uint8Array): Promise<Uint8Array> {
  const { zipSync } = await import('fflate')
  const entries = zipEntries(bytes).map((entry) => [entry.name, zipContent(bytes, entry)] as const)
  return zipSync(Object.fromEntries(entries), { level: 6, mtime: new Date(1980, 0, 1) })
}
