import { listed, typesFlag } from '../num/listed.js'
import type { ColumnFormat, Inferred } from './column-format.js'
import { dateCell } from './date-cell.js'
import { type DateStyle, dateUnit, formatDateTime } from './date-style.js'
import { nearestStart } from './periods.js'
import { type CategoricalColumn, isCategorical, type Table } from './table.js'

/**
 * How much each date says, where some say the year or the month alone, or a time of day: a category of its own while rows are modelled,
 * behind the column of dates and named after it: `began precision`. Written, a date says so much again.
 */
export const precisionName = (name: string): string => `${name} precision`

const PRECISIONS = ['year', 'month', 'day', 'time'] as const
type Precision = (typeof PRECISIONS)[number]

/** Dates that do not all say as much. */
export interface PartialDates {
  /** The same cells, each as the first day of what it says. */
  readonly full: readonly (string | null)[]
  /** Of each cell; undefined where it is missing. */
  readonly precisions: readonly (Precision | undefined)[]
}

const PARTIAL = /^(\d{4})(?:([-/.])(0?[1-9]|1[0-2]))?$/

/** What a year is to dates that it stands among: further off it is a number. */
const MOST_YEARS_APART = 100

/**
 * Dates of which some say the year or the month alone, or the time of day, and others do not; undefined for other text, and where all
 * say as much unless that is what a column is stated to have. The year stands first, and is within a century of one that a whole date
 * has. Cost O(cells), less where they look alike.
 */
export function partialDates(cells: readonly (string | null)[], isStated: boolean): PartialDates | undefined {
  if (!isStated && lookAlike(cells)) return undefined
  const read = new Map<string | null, DatePart | undefined>()
  for (const cell of cells) {
    if (read.has(cell)) continue
    const part = cell === null ? undefined : partOf(cell.trim())
    if (cell !== null && !part) return undefined
    read.set(cell, part)
  }
  const parts = [...read.values()].filter((part) => part !== undefined)
  const whole = parts.filter(({ form }) => form !== undefined)
  const [form = isStated ? 'YYYY-#-#' : undefined, ...others] = new Set(whole.map((part) => part.form))
  const zones = new Set(whole.flatMap(({ zone }) => (zone === '' ? [] : [zone])))
  const areAlike = !isStated && new Set(parts.map(({ precision }) => precision)).size === 1
  if (form === undefined || others.length > 0 || zones.size > 1 || areAlike) return undefined
  const mark = form[4]!
  const years = whole.map(({ year }) => year)
  const isAmong = ({ year, mark: own = mark }: DatePart): boolean =>
    own === mark && (isStated || (year >= Math.min(...years) - MOST_YEARS_APART && year <= Math.max(...years) + MOST_YEARS_APART))
  const partial = parts.filter((part) => part.form === undefined)
  if (partial.length > 0 && !(form.startsWith('Y') && partial.every(isAmong))) return undefined
  const fill = (cell: string | null): string | null =>
    cell === null ? null : cell.trim() + (read.get(cell)!.rest ?? []).map((one) => mark + one).join('')
  return { full: cells.map(fill), precisions: cells.map((cell) => read.get(cell)?.precision) }
}

/** What one cell says. */
interface DatePart {
  readonly precision: Precision
  readonly year: number
  /** Of a whole date: its pattern, and its offset from UTC. */
  readonly form?: string
  readonly zone?: string
  /** Of a part of one: what stands between year and month, and what it does not say, of the first day that it could be. */
  readonly mark?: string
  readonly rest?: readonly string[]
}

function partOf(text: string): DatePart | undefined {
  const part = PARTIAL.exec(text)
  if (part) {
    const [, year, mark] = part
    return mark === undefined
      ? { precision: 'year', year: Number(year), rest: ['01', '01'] }
      : { precision: 'month', year: Number(year), mark, rest: ['01'] }
  }
  const whole = dateCell(text)
  if (!whole) return undefined
  const { form, dayFirst, monthFirst, time } = whole
  const year = new Date(Number.isNaN(dayFirst) ? monthFirst : dayFirst).getUTCFullYear()
  return { precision: time.separator === '' ? 'day' : 'time', year, form, zone: time.zone }
}

/** Whether cells are all as long as dates of one sort, or the first one is none. */
function lookAlike(cells: readonly (string | null)[]): boolean {
  const first = cells.find((cell) => cell !== null)
  if (first === undefined || !partOf(first!.trim())) return true
  const lookOf = (cell: string) => (cell.includes(':') ? 'time' : PARTIAL.test(cell.trim()) ? cell.trim().length > 4 : 'day')
  return cells.every((cell) => cell === null || lookOf(cell) === lookOf(first!))
}

/** A column of dates with that of how much they say. Cost O(n). */
export function withPrecisions({ column, format }: Inferred, precisions: PartialDates['precisions']): Inferred {
  const name = precisionName(column.name)
  const counts = countsOf(precisions)
  const levels = PRECISIONS.filter((one) => counts.has(one)).sort()
  // A row without a date says nothing: a gap here would hide from rules what the others say of gaps elsewhere.
  const most = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0]
  const codes = Int32Array.from(precisions, (one) => levels.indexOf(one ?? most))
  return {
    column,
    format: { ...format, date: { ...format.date!, precisions: name } },
    beside: [{ column: { name, kind: 'category', levels, codes }, format: { name, source: 'text', kind: 'category' } }]
  }
}

function countsOf(precisions: PartialDates['precisions']): ReadonlyMap<Precision, number> {
  const counts = new Map<Precision, number>()
  for (const one of precisions) if (one) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}

/** What a person should know of them. */
export function precisionsNote(name: string, precisions: PartialDates['precisions']): string {
  const counts = countsOf(precisions)
  const shares = PRECISIONS.flatMap((one) => (counts.has(one) ? [`${counts.get(one)} say the ${one}`] : []))
  return `${name}: of its dates ${listed(shares)}: while rows are modelled that is a column of its own, ${precisionName(name)}; ${typesFlag(name, 'category')} repeats all cells as text`
}

/** How dates are spelled, each to what a column of the table says; undefined where none does. */
export function precisionsIn(
  { columns }: Table,
  date: NonNullable<ColumnFormat['date']>
): ((row: number, time: number) => string) | undefined {
  const column = columns.find(({ name }) => name === date.precisions)
  if (!column || !isCategorical(column)) return undefined
  return (row, time) => spelledTo(precisionAt(column, row), time, date)
}

const precisionAt = ({ levels, codes }: CategoricalColumn, row: number): string | undefined => levels[codes[row]!]

/** A date that says so much, the nearest one. */
function spelledTo(precision: string | undefined, time: number, date: DateStyle): string {
  const day: DateStyle = { ...(date.date === undefined ? {} : { date: date.date }), separator: '', seconds: 'none', zone: '' }
  if (precision === 'year') return formatDateTime(nearestYear(time), { ...day, date: 'YYYY-MM-DD' }).slice(0, 4)
  if (precision === 'month') return withoutDay(formatDateTime(nearestStart(time, { period: 'month', last: LAST }), day))
  if (precision !== 'day' || date.separator === '') return formatDateTime(time, date)
  const unit = dateUnit(day)
  return formatDateTime(Math.round(time / unit) * unit, day)
}

/** `2024/3/1` → `2024/3`. */
const withoutDay = (date: string): string => date.replace(/[-/.]\d{1,2}$/, '')

/** Of years of four digits. */
const LAST = Date.UTC(9999, 11, 31)

function nearestYear(time: number): number {
  const year = new Date(time).getUTCFullYear()
  const [start, next] = [new Date(0).setUTCFullYear(year, 0, 1), new Date(0).setUTCFullYear(year + 1, 0, 1)]
  return next <= LAST && next - time < time - start ? next : start
}
