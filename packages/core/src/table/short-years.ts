import { FIRST_SHORT_YEAR } from './months.js'

/** Years that two digits can tell apart. */
const CENTURY = 100

/**
 * Years of two digits that lie alone in a century are those of the past from here on, as databases have them: what is so far ahead
 * has hardly been written down.
 */
const FIRST_PAST = 50

/** Whether a form or pattern of dates has a year of two digits. */
export const isShortYear = (pattern: string): boolean => /(?:^|[^Y])YY(?:[^Y]|$)/.test(pattern)

const yearAt = (time: number): number => new Date(time).getUTCFullYear()

/**
 * The first of the hundred years that a column's years of two digits mean; undefined where these are 1970 to 2069 as of single
 * dates. The years of a column lie together: the widest stretch of the hundred without any stands before the first of them, so that 62
 * beside 95 and 05 is 1962. Where they do not go over the turn of a century, most of the rows say which one it is. New rows have half
 * of the stretch on either side. `times` [n] as read alone, in milliseconds since 1970, NaN where missing. Cost O(n).
 */
export function firstShortYear(times: Float64Array): number | undefined {
  const rows = new Uint32Array(CENTURY)
  for (const time of times) if (!Number.isNaN(time)) rows[yearAt(time) % CENTURY]!++
  const years = Array.from(rows.keys()).filter((year) => rows[year]! > 0)
  if (years.length === 0) return undefined
  const { from, free } = widestStretch(years)
  const count = (some: readonly number[]): number => some.reduce((sum, year) => sum + rows[year]!, 0)
  const isPast = from > years[0]! || 2 * count(years.filter((year) => year >= FIRST_PAST)) > count(years)
  const start = from + (isPast ? 1900 : 2000)
  const end = start + CENTURY - free
  if (start >= FIRST_SHORT_YEAR && end <= FIRST_SHORT_YEAR + CENTURY) return undefined
  const first = start - Math.floor(free / 2)
  return times.every((time) => Number.isNaN(time) || !Number.isNaN(inShortYears(time, first))) ? first : undefined
}

/** The year before which the widest stretch without any lies, around the turn of the century; the one in which single dates begin, where several are as wide. */
function widestStretch(years: readonly number[]): { readonly from: number; readonly free: number } {
  const stretches = years.map((from, k) => ({ from, free: (from - years.at(k - 1)! + CENTURY - 1) % CENTURY }))
  const isUsual = ({ from, free }: { readonly from: number; readonly free: number }): boolean =>
    (from - (FIRST_SHORT_YEAR % CENTURY) + CENTURY) % CENTURY <= free
  return stretches.reduce((best, one) => (one.free > best.free || (one.free === best.free && isUsual(one) && !isUsual(best)) ? one : best))
}

/** The same day of the hundred years from `first` on; NaN for a 29 February that has none there. */
export function inShortYears(time: number, first: number): number {
  const date = new Date(time)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  date.setUTCFullYear(first + ((((year - first) % CENTURY) + CENTURY) % CENTURY))
  return date.getUTCMonth() === month ? date.getTime() : Number.NaN
}

/** What is told of a column whose years of two digits are not read as those of single dates. */
export const shortYearsNote = (name: string, times: Float64Array): string => {
  const present = times.filter((time) => !Number.isNaN(time))
  const [low, high] = [yearAt(present.reduce((a, b) => Math.min(a, b))), yearAt(present.reduce((a, b) => Math.max(a, b)))]
  return `${name}: years of two digits are read as ${low === high ? low : `${low} to ${high}`}, which lie together so; years of four digits leave no doubt`
}
