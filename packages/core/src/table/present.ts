import { asSingle, toDecimals, toDigits } from '../num/decimals.js'
import { indexFromShares, keyFor, keyFromSeed, uniforms } from '../num/random.js'
import { joinedNames } from './besides.js'
import { withinLimits } from './censoring.js'
import type { ColumnFormat } from './column-format.js'
import { type DateStyle, dateUnit, formatDateTime, isDigitPattern, plainDates } from './date-style.js'
import { listTexts } from './lists.js'
import { toMagnitude } from './magnitudes.js'
import { FIRST_SHORT_YEAR } from './months.js'
import { formatNumber, plainNumbers } from './number-style.js'
import { spellingIn } from './offsets.js'
import { pairSpelling } from './pairs.js'
import { nearestStart, periodOf } from './periods.js'
import { precisionsIn } from './precisions.js'
import type { RawColumn, RawTable } from './raw.js'
import { toScientific } from './scientific.js'
import { isShortYear } from './short-years.js'
import { type Column, isNumeric, type NumericColumn, type Table } from './table.js'
import { lastOfDay } from './time-of-day.js'
import { wordOf } from './words.js'

/**
 * How cells are handed over. `text`: text in the input's spelling, for CSV and TSV. `plain`: text as programs write it, with
 * points, ISO dates and empty cells. `typed`: numbers, booleans and times, for all other formats. `json`: typed, but dates in the
 * input's spelling, or as `source` where that was JSON. `sheet`: typed, or as `source` where the input was a sheet. `source`: of the
 * type that the column had in the input.
 */
export type CellStyle = 'text' | 'plain' | 'typed' | 'json' | 'sheet' | 'source'

/**
 * A table as raw columns for a writer, in the styles of the input. With the seed of its draw, missing cells of text have the words of
 * the input as often as each came; without, the one that came most.
 */
export function presentTable(table: Table, formats: readonly ColumnFormat[], as: CellStyle, seed?: number): RawTable {
  const joined = joinedNames(formats)
  const columns = table.columns.flatMap((column, i) => {
    if (joined.has(column.name)) return []
    const format = as === 'plain' ? plainFormat(formats[i]!) : formats[i]!
    const of = { table, formats, rowCount: table.rowCount, as: styleOf(format, as), digits: areDigits(format, as) }
    return [inWords(presentColumn(column, format, of), format, { seed, first: table.first })]
  })
  return { rowCount: table.rowCount, columns }
}

function styleOf({ source, kind, date }: ColumnFormat, as: CellStyle): 'text' | 'typed' {
  if (as === 'source') return source === 'text' ? 'text' : 'typed'
  if (as === 'json') return kind === 'datetime' && date && !isDigitPattern(date.date) ? 'text' : 'typed'
  return as === 'typed' || as === 'sheet' ? 'typed' : 'text'
}

/** Whether dates are written as the whole numbers that they were: where the input stored these, and in JSON, which has no dates. */
const areDigits = ({ source, date }: ColumnFormat, as: CellStyle): boolean =>
  isDigitPattern(date?.date) && (source === 'number' || as === 'json')

/** The same without what is particular to the input's spelling. */
function plainFormat({ absent: _, absents: _s, number, date, ...format }: ColumnFormat): ColumnFormat {
  return { ...format, ...(number ? { number: plainNumbers(number) } : {}), ...(date ? { date: plainDates(date) } : {}) }
}

interface Presented {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  readonly rowCount: number
  readonly as: 'text' | 'typed'
  readonly digits: boolean
}

function presentColumn(column: Column, format: ColumnFormat, { table, formats, rowCount, as, digits }: Presented): RawColumn {
  const name = column.name
  if (column.kind === 'identifier' && column.cells) return presentKeys(name, column.cells, format, as)
  if (column.kind === 'identifier') {
    const { next, step } = format.numbering ?? { next: 1, step: 1 }
    const { first = 0 } = table
    const numbers = Float64Array.from({ length: rowCount }, (_, i) => next + step * (first + i))
    // Names that are written as numbers stay text; numbers stay numbers, however their format stored them.
    if (as === 'text' || (format.source === 'text' && !format.numbering))
      return { name, source: 'text', values: Array.from(numbers, String) }
    return { name, source: 'number', integer: true, values: numbers }
  }
  // A limit is text among numbers, a time of day text that counts, a pair text of two, and words and a month without a day are text.
  if (isNumeric(column))
    return as === 'text' || format.number?.censoring || format.number?.clock || format.pair || format.words || format.date?.precisions
      ? presentText(column, format, { table, formats })
      : digits
        ? presentDigits(column, format)
        : presentNumbers(column, format)
  if (column.kind === 'boolean') {
    if (as === 'typed') return { name, source: 'boolean', values: Array.from(column.codes, (code) => (code < 0 ? null : code === 1)) }
    return {
      name,
      source: 'text',
      values: Array.from(column.codes, (code) => (code < 0 ? null : (format.spelling ?? column.levels)[code]!)),
      ...absentOf(format)
    }
  }
  if (format.list) return { name, source: 'text', values: listTexts(table, column, format.list), ...absentOf(format) }
  return presentCategory(name, column.codes, column.levels, format, as)
}

/** The word of the input for a missing cell. */
const absentOf = ({ absent }: ColumnFormat): Pick<ColumnFormat, 'absent'> => (absent === undefined ? {} : { absent })

/** Missing cells in the words of the input: which one a row has depends on the seed and its place alone. */
function inWords(
  column: RawColumn,
  { name, absents }: ColumnFormat,
  { seed, first = 0 }: { readonly seed: number | undefined; readonly first: number | undefined }
): RawColumn {
  if (column.source !== 'text' || !absents || seed === undefined) return column
  const key = keyFor(keyFor(keyFromSeed(seed), 'missing words'), name)
  const shares = absents.map(({ share }) => share)
  const word = (row: number) => absents[indexFromShares(uniforms(key, 1, row)[0]!, shares)]!.word
  return { ...column, absent: column.values.map((cell, i) => (cell === null ? word(first + i) : '')) }
}

/** Names that are written as numbers stay text; numbers stay numbers. */
function presentKeys(name: string, cells: readonly (string | null)[], format: ColumnFormat, as: 'text' | 'typed'): RawColumn {
  if (as === 'text' || !(format.source === 'number' || format.numbering || format.integer))
    return { name, source: 'text', values: cells, ...absentOf(format) }
  const missing = Uint8Array.from(cells, (cell) => (cell === null || cell === '' ? 1 : 0))
  const values = Float64Array.from(cells, (cell) => Number(cell ?? 0))
  return { name, source: 'number', values, integer: true, ...(missing.includes(1) ? { missing } : {}) }
}

/** Numbers that were declared categories go back to numbers, other levels stay text. */
function presentCategory(
  name: string,
  codes: Int32Array,
  levels: readonly string[],
  format: ColumnFormat,
  as: 'text' | 'typed'
): RawColumn {
  if (as === 'typed' && format.source === 'number') {
    const missing = Uint8Array.from(codes, (code) => (code < 0 ? 1 : 0))
    return { name, source: 'number', values: Float64Array.from(codes, (code) => (code < 0 ? 0 : Number(levels[code]))), missing }
  }
  if (as === 'typed' && format.source === 'boolean')
    return { name, source: 'boolean', values: Array.from(codes, (code) => (code < 0 ? null : levels[code] === 'true')) }
  return { name, source: 'text', values: Array.from(codes, (code) => (code < 0 ? null : levels[code]!)), ...absentOf(format) }
}

/** How times are written that no text spelled. */
const ISO: DateStyle = { separator: 'T', seconds: 'milliseconds', zone: 'Z' }

function presentText(column: NumericColumn, format: ColumnFormat, of: Pick<Presented, 'table' | 'formats'>): RawColumn {
  const spell = spellingOf({ ...format, kind: column.kind }, of)
  const word = wordOf(of.table, format.words)
  const values = Array.from(column.values, (value, i) => word(i) ?? (column.missing?.[i] ? null : spell(i, value)))
  return { name: column.name, source: 'text', values, ...absentOf(format) }
}

/** The text of a row's cell by its value, with what other columns say of it. */
function spellingOf(
  format: ColumnFormat,
  { table, formats }: Pick<Presented, 'table' | 'formats'>
): (row: number, value: number) => string | null {
  const { date, pair } = format
  const own = (value: number) => spelled(value, format)
  const partial = date && precisionsIn(table, date)
  if (partial) return partial
  if (date?.offsets !== undefined) return spellingIn(table, date)
  return pair ? pairSpelling(table, pair, { formats, first: own }) : (_, value) => own(value)
}

function presentDigits({ name, values, missing }: NumericColumn, format: ColumnFormat): RawColumn {
  const digits = values.map((value, i) => (missing?.[i] ? 0 : Number(spelled(value, format))))
  return { name, source: 'number', values: digits, ...(missing ? { missing } : {}), integer: true }
}

function presentNumbers(column: NumericColumn, format: ColumnFormat): RawColumn {
  const missing = column.missing ? { missing: column.missing } : {}
  if (column.kind === 'datetime')
    return { name: column.name, source: 'datetime', values: column.values, ...missing, ...(format.local ? { local: true } : {}) }
  return {
    name: column.name,
    source: 'number',
    values: format.number?.single ? column.values.map((value) => asSingle(value, format.number?.digits)) : column.values,
    ...missing,
    ...(format.integer || column.kind === 'integer' ? { integer: true } : {})
  }
}

/** The last millisecond that a date can stand for, about the year 275,760; the first one is its negative. */
export const LAST_TIME = 8.64e15

/** The first and the last time that a column can hold: in text, years have four digits, or two. */
export function timeBounds({ date }: ColumnFormat): readonly [first: number, last: number] {
  if (!date) return [-LAST_TIME, LAST_TIME]
  const { firstYear = FIRST_SHORT_YEAR } = date
  const isShort = date.date !== undefined && isShortYear(date.date)
  const [first, last] = isShort ? [String(firstYear), String(firstYear + 99)] : ['0000', '9999']
  return [Date.parse(`${first}-01-01T00:00:00.000Z`), Date.parse(`${last}-12-31T23:59:59.999Z`)]
}

/** A number as the column's cells show it: dates as they are spelled. */
export function spelled(value: number, { kind, number, date }: ColumnFormat): string {
  return kind === 'datetime' ? formatDateTime(value, date ?? ISO) : formatNumber(value, number ?? { padded: false })
}

/** The finest unit in which a column is written; undefined for numbers with all their digits. */
export function writtenUnit(format: ColumnFormat): number | undefined {
  if (format.kind === 'datetime') return format.date ? dateUnit(format.date) : 1
  if (format.kind === 'integer') return 1
  return format.number?.decimals === undefined ? undefined : 10 ** -format.number.decimals
}

/** A value rounded to what the column's format can show: whole numbers, the input's decimals, the unit of its dates. */
export function roundToFormat(value: number, format: ColumnFormat): number {
  if (format.kind === 'datetime') {
    const unit = format.date ? dateUnit(format.date) : 1
    const [first, last] = timeBounds(format)
    const within = Math.min(Math.floor(last / unit), Math.max(Math.ceil(first / unit), Math.round(value / unit))) * unit
    const period = periodOf(format.date?.date)
    return period ? nearestStart(within, { period, last }) : within
  }
  if (format.number?.clock) return Math.min(lastOfDay(format.number.clock), Math.max(0, Math.round(value)))
  if (format.number?.parts) return Math.max(0, Math.round(value))
  if (format.number?.magnitudes) return toMagnitude(value, format.number.magnitudes)
  if (format.number?.scientific) return toScientific(value, format.number.scientific)
  if (format.kind === 'integer') return Math.round(value) + 0
  const { decimals, digits, long, censoring } = format.number ?? {}
  const written = digits === undefined || long ? value : toDigits(value, digits)
  const rounded = decimals === undefined ? written : roundedTo(written, Math.min(100, decimals)) + 0
  return censoring ? withinLimits(value, rounded, censoring) : rounded
}

/** So near to a half, in units of the last decimal, a number may be one that binary fractions miss. */
const NEAR_HALF = 1e-6
/** Digits that products of written numbers keep: the last ones of a double are noise. */
const SURE_DIGITS = 14

/** Rounded as people round, halves away from zero: 38.50 · 0.95 = 36.575 is 36.58, though the nearest double lies below. */
function roundedTo(value: number, decimals: number): number {
  const nearest = toDecimals(value, decimals)
  const units = Math.abs(value) * Number(`1e${decimals}`)
  if (!(Math.abs(units - Math.floor(units) - 0.5) < NEAR_HALF)) return nearest
  const text = String(Number(Math.abs(value).toPrecision(SURE_DIGITS)))
  const written = text.includes('e') ? Number.NaN : Number(`${text}e${decimals}`)
  return written % 1 === 0.5 ? Math.sign(value) * Number(`${Math.ceil(written)}e-${decimals}`) : nearest
}
