import { CALENDAR, dateText, type Expression, fixedDate, MIDNIGHTS, monthsAfter, monthsBetween } from '../../table/expression.js'
import type { Quantity } from './quantity.js'
import { binary, column } from './shapes.js'

/** Days between two dates, as a part of sums: hours that are paid of a shift, less its break. */
export interface Difference extends Quantity {
  readonly of: Expression
}

/** Days on which a table may have been made: those of two centuries. */
export const DAYS_OF_TABLES = 73_000

/** What is counted of a date, and how that is written. */
interface OnADay {
  readonly between: (date: number) => number
  readonly expression: Expression
}

/**
 * Whole years. The birthdays of all rows lie on the right side of few days; of these the first of a year or of a month is taken, if one is among
 * them.
 */
export function ageOnADay(dates: Float64Array, values: Float64Array, name: string): OnADay[] {
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let i = 0; i < dates.length && low < high; i++) {
    const [start, years] = [Math.floor(dates[i]!), values[i]!]
    if (Number.isNaN(start) || Number.isNaN(years)) continue
    low = Math.max(low, birthday(start, years))
    high = Math.min(high, birthday(start, years + 1))
  }
  if (!(low < high) || !Number.isFinite(high - low)) return []
  const day = simplestDay(low, high)
  const expression: Expression = { kind: 'call', name: 'years', of: binary('-', fixedDate(day), column(name)) }
  return [{ between: (date) => Math.floor(monthsBetween(date, day) / CALENDAR.years), expression }]
}

/** Days since a date or until it; also where there are none before it, or behind it. */
export function daysToADay(dates: Float64Array, values: Float64Array, name: string): OnADay[] {
  return ([1, -1] as const).flatMap((sign) =>
    [false, true].flatMap((isPositive): OnADay[] => {
      const day = dayOf(dates, values, { sign, isPositive })
      if (day === undefined) return []
      const sides = sign === 1 ? ([fixedDate(day), column(name)] as const) : ([column(name), fixedDate(day)] as const)
      const days: Expression = { kind: 'call', name: MIDNIGHTS, of: binary('-', ...sides) }
      const between = (date: number) => sign * (day - Math.floor(date))
      if (!isPositive) return [{ between, expression: days }]
      return [{ between: (date) => Math.max(0, between(date)), expression: { kind: 'call', name: 'positive', of: days } }]
    })
  )
}

/** The day on which all rows have so many days since their date, or until it; where none are below 0, rows of 0 lie beyond it. */
function dayOf(
  dates: Float64Array,
  values: Float64Array,
  { sign, isPositive }: { readonly sign: 1 | -1; readonly isPositive: boolean }
): number | undefined {
  let day: number | undefined
  let noughts = 0
  for (let i = 0; i < dates.length; i++) {
    const [date, days] = [Math.floor(dates[i]!), values[i]!]
    if (Number.isNaN(date) || Number.isNaN(days)) continue
    if (isPositive && days === 0) noughts++
    else if (day === undefined) day = date + sign * days
    else if (day !== date + sign * days) return undefined
  }
  const isBeyond = (i: number) => Number.isNaN(dates[i]!) || values[i] !== 0 || sign * (day! - Math.floor(dates[i]!)) <= 0
  // Whether they would be below 0 is another question where none is 0.
  return day === undefined || (isPositive && (noughts === 0 || !Array.from(dates.keys()).every(isBeyond))) ? undefined : day
}

/** The first day on which so many years have gone by since another one: of February 29 it is March 1 in other years, as `years` counts. */
function birthday(start: number, years: number): number {
  const day = monthsAfter(start, CALENDAR.years * years)
  return monthsBetween(start, day) < CALENDAR.years * years ? day + 1 : day
}

/** The day of fewest digits from one on and before another one: the first of a year, of a month, or the one half-way. */
function simplestDay(low: number, high: number): number {
  const days = Array.from({ length: Math.min(high - low, CALENDAR.years * DAYS_OF_MONTH) }, (_, k) => low + k)
  const part = (day: number) => dateText(day).slice(5)
  return days.find((day) => part(day) === '01-01') ?? days.find((day) => part(day).endsWith('-01')) ?? Math.floor((low + high) / 2)
}

/** At most. */
const DAYS_OF_MONTH = 31

/** Dates beyond which differences of them are no parts of sums: they are as many as pairs. */
export const MOST_DATES = 6

/** The later one of two less the earlier one, on average. */
export function differencesOf(quantities: readonly Quantity[]): Difference[] {
  const dates = quantities.filter(({ isDate }) => isDate)
  if (dates.length > MOST_DATES) return []
  return dates.flatMap((one, k) =>
    dates.slice(k + 1).map((other): Difference => {
      const [start, end] = total(other.values, one.values) < 0 ? [other, one] : [one, other]
      const values = end.values.map((x, i) => x - start.values[i]!)
      return {
        name: '',
        isDate: false,
        values,
        unit: Math.max(start.unit, end.unit),
        of: binary('-', column(end.name), column(start.name))
      }
    })
  )
}

/** What one column is more than another, in the rows that have both. */
const total = (more: Float64Array, less: Float64Array): number =>
  more.reduce((sum, x, i) => (Number.isNaN(x - less[i]!) ? sum : sum + x - less[i]!), 0)
