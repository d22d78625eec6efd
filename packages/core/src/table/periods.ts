import { MONTHS, yearOf } from './months.js'

/** What a time without a day names. */
export type Period = 'month' | 'quarter' | 'week'

/** Milliseconds. */
const DAY = 86_400_000
const WEEK = 7 * DAY

/** The period that a pattern of dates names, as `YYYY Q`, `Mon YYYY`, `YYYY-W` or `YYYYMM`; undefined where it names days. */
export function periodOf(pattern: string | undefined): Period | undefined {
  if (pattern === undefined || pattern === '/' || pattern.includes('D')) return undefined
  return /q/i.test(pattern) ? 'quarter' : pattern.includes('W') ? 'week' : 'month'
}

/** Where the period of a time begins, and the next one. */
function around(time: number, period: Period): readonly [start: number, next: number] {
  if (period === 'week') {
    const start = time - (daysFromMonday(time) * DAY + positive(time, DAY))
    return [start, start + WEEK]
  }
  const length = period === 'quarter' ? 3 : 1
  const date = new Date(time)
  const first = date.getUTCMonth() - (date.getUTCMonth() % length)
  const begin = (month: number): number => new Date(0).setUTCFullYear(date.getUTCFullYear(), month, 1)
  return [begin(first), begin(first + length)]
}

const positive = (x: number, unit: number): number => ((x % unit) + unit) % unit
const daysFromMonday = (time: number): number => (new Date(time).getUTCDay() + 6) % 7

/** The first day of the period that begins nearest to a time, of those that begin before `last`. */
export function nearestStart(time: number, { period, last }: { readonly period: Period; readonly last: number }): number {
  const [start, next] = around(time, period)
  return next <= last && next - time < time - start ? next : start
}

/** Whether a period begins at a time. */
export const isStart = (time: number, period: Period): boolean => around(time, period)[0] === time

/** The week of a time and its year, which begin on Mondays: the first one has the fourth of January. @source ISO 8601. */
export function weekOf(time: number): { readonly year: number; readonly week: number } {
  const thursday = around(time, 'week')[0] + 3 * DAY
  const year = new Date(thursday).getUTCFullYear()
  return { year, week: 1 + Math.floor((thursday - Date.UTC(year, 0, 1)) / WEEK) }
}

function weekStart(year: number, week: number): number | undefined {
  const start = around(Date.UTC(year, 0, 4), 'week')[0] + (week - 1) * WEEK
  return week >= 1 && weekOf(start).year === year ? start : undefined
}

/** A cell that names a period. */
interface PeriodCell {
  /** Its first day, in milliseconds since 1970. */
  readonly start: number
  /** Its pattern, with # for a month of two digits. */
  readonly form: string
  /** What it could be as well: two years, as of a season (2009-10); a day of the month (Oct-18); a part of a whole (1/64). */
  readonly orElse?: OrElse
  /** Whether a month of a number stands there with a zero in front, or as one digit; neither where it has two digits by itself. */
  readonly padded?: boolean
}

export type OrElse = 'season' | 'day' | 'part'

const QUARTER = /^([12]\d{3})([-/. ]?)([Qq])([1-4])$/
const QUARTER_FIRST = /^([Qq])([1-4])([-/. ]?)([12]\d{3})$/
const WEEK_OF_YEAR = /^([12]\d{3})([-/. ]?)W(\d{2})$/
const NAMED_LAST = /^([12]\d{3})([-/. ])([A-Z][a-z]{2,8})$/
const NAMED_FIRST = /^([A-Z][a-z]{2,8})([-/. ])([12]\d{3})$/
const NAMED_SHORT = /^([A-Z][a-z]{2,8})(-)(\d{2})$/
const NUMBERED_FIRST = /^(\d{1,2})([-/])([12]\d{3})$/
const NUMBERED_SHORT = /^(\d{1,2})(\/)(\d{2})$/
const NUMBERED = /^([12]\d{3})([-/])(\d{2})$/

/** The month, quarter or week that a cell names by itself; undefined for other text. */
export function periodCell(cell: string): PeriodCell | undefined {
  // No name of a month and a year is longer.
  if (cell.length < 4 || cell.length > 14) return undefined
  const month = (year: string, number: number, form: string): PeriodCell | undefined =>
    number >= 1 && number <= 12 ? { start: Date.UTC(Number(year), number - 1, 1), form } : undefined
  const quarter = (year: string, number: string, form: string) => month(year, 3 * Number(number) - 2, form)
  const numbered = NUMBERED.exec(cell)
  if (numbered) {
    const [, year, mark, number] = numbered as unknown as [string, string, string, string]
    const read = month(year, Number(number), `YYYY${mark}#`)
    return read && (Number(number) === (Number(year) + 1) % 100 ? { ...read, orElse: 'season' } : read)
  }
  const own = QUARTER.exec(cell)
  if (own) return quarter(own[1]!, own[4]!, `YYYY${own[2]}${own[3]}`)
  const first = QUARTER_FIRST.exec(cell)
  if (first) return quarter(first[4]!, first[2]!, `${first[1]}${first[3]}YYYY`)
  const week = WEEK_OF_YEAR.exec(cell)
  if (week) {
    const start = weekStart(Number(week[1]), Number(week[3]))
    return start === undefined ? undefined : { start, form: `YYYY${week[2]}W` }
  }
  const last = NAMED_LAST.exec(cell)
  if (last) return month(last[1]!, monthNamed(last[3]!), `YYYY${last[2]}${nameToken(last[3]!)}`)
  const named = NAMED_FIRST.exec(cell) ?? NAMED_SHORT.exec(cell)
  if (named) {
    const [, name, mark, digits] = named as unknown as [string, string, string, string]
    const read = month(String(yearOf(digits)), monthNamed(name), `${nameToken(name)}${mark}${'Y'.repeat(digits.length)}`)
    return read && (digits.length === 2 && Number(digits) <= MOST_DAYS ? { ...read, orElse: 'day' } : read)
  }
  const before = NUMBERED_FIRST.exec(cell) ?? NUMBERED_SHORT.exec(cell)
  if (!before) return undefined
  const [, number, mark, digits] = before as unknown as [string, string, string, string]
  const read = month(String(yearOf(digits)), Number(number), `#${mark}${'Y'.repeat(digits.length)}`)
  const padded = number.length === 1 ? false : number.startsWith('0') ? true : undefined
  return read && { ...read, ...(digits.length === 2 ? { orElse: 'part' } : {}), ...(padded === undefined ? {} : { padded }) }
}

/** Numbers up to it may be days of a month. */
const MOST_DAYS = 31

/** From 1; 0 for a name that is no month's. */
export const monthNamed = (name: string): number => MONTHS.findIndex((month) => month === name || month.slice(0, 3) === name) + 1

/** How a pattern has the name of a month. */
export const nameToken = (name: string): string => (name.length === 3 ? 'Mon' : 'Month')
