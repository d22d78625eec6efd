import { DAY } from '../../code/rules/quantity.js'
import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import { median } from '../../num/statistics.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { monthOf, monthStart, sinceStart, untilEnd } from '../../table/months.js'
import { spelled, timeBounds } from '../../table/present.js'
import { takeTableRows } from '../../table/rows.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'

/** Steps of whole calendar months, from the start or (last days of months) from the end of one month to that of another. */
export interface Months {
  readonly count: number
  readonly from: 'start' | 'end'
}

/** The time column, its place among the columns, its last value and the spacing of rows that follow each other, or the mean one. */
export interface Clock {
  readonly column: NumericColumn['kind']
  readonly name: string
  readonly place: number
  readonly last: number
  readonly spacing: number
  /** Calendar months between rows that follow each other, where all are as many; times go on by them. */
  readonly months?: Months
  /** Whether there are rows from Monday to Friday only; times go on by such days. */
  readonly weekdays?: boolean
}

/** Months have 28 to 31 days: monthly, quarterly and yearly dates have no mean step that leads from one to the next. */
function monthsOf(values: Float64Array): { readonly months: Months; readonly places: Float64Array } | undefined {
  if (values.length < 3) return undefined
  const months = Array.from(values, monthOf)
  const count = median(months.slice(1).map((month, i) => month - months[i]!))
  const places = count >= 1 ? placesOf(months, count) : undefined
  if (!places) return undefined
  const same = (rest: (time: number) => number): boolean => values.every((time) => rest(time) === rest(values[0]!))
  if (same(sinceStart)) return { months: { count, from: 'start' }, places }
  return same(untilEnd) ? { months: { count, from: 'end' }, places } : undefined
}

/** Days of a week, and those from Monday to Friday. */
const [WEEK, WORKING] = [7, 5]
/** Days from the Monday before 1 January 1970, a Thursday. */
const FIRST_MONDAY = 3

/** Working days since that Monday; undefined of what is no day or lies on a Saturday or Sunday. */
function weekdayOf(time: number): number | undefined {
  const days = time / DAY + FIRST_MONDAY
  const week = Math.floor(days / WEEK)
  const day = days - WEEK * week
  return Number.isInteger(day) && day < WORKING ? WORKING * week + day : undefined
}

/** The day of a number of working days. */
const weekdayAt = (weekday: number): number => {
  const week = Math.floor(weekday / WORKING)
  return (WEEK * week + weekday - WORKING * week - FIRST_MONDAY) * DAY
}

/** Places of days from Monday to Friday; undefined where a row lies on another, or most are not one step apart. */
function weekdayPlaces(values: Float64Array): Float64Array | undefined {
  const days = Array.from(values, weekdayOf)
  return days.every((day) => day !== undefined) ? placesOf(days, 1) : undefined
}

/** The time `steps` rows after the last one. */
export function timeAt({ last, spacing, months, weekdays }: Clock, steps: number): number {
  if (weekdays) return weekdayAt(weekdayOf(last)! + steps)
  if (!months) return last + steps * spacing
  const month = monthOf(last) + steps * months.count
  return months.from === 'start' ? monthStart(month) + sinceStart(last) : monthStart(month + 1) - untilEnd(last)
}

/** Throws `InputError` (code `time-range`) where a forecast would go past the last date that the column can hold. */
export function checkReach(clock: Clock, format: ColumnFormat, steps: number): void {
  const [, last] = timeBounds(format)
  if (clock.column !== 'datetime' || timeAt(clock, steps) <= last) return
  let [most, beyond] = [0, steps]
  while (beyond - most > 1) {
    const middle = Math.floor((most + beyond) / 2)
    if (timeAt(clock, middle) <= last) most = middle
    else beyond = middle
  }
  throw new InputError({
    code: 'time-range',
    got: `${steps} steps of ${clock.name} from ${spelled(clock.last, format)} on`,
    expected: `dates up to ${spelled(last, format)}`,
    try: most > 0 ? `--steps ${most}` : 'a column of numbers as time'
  })
}

/** A clock, and where the rows of a series stand on it: the last at 0, those before it at −1, −2, …, less what is missing in between [T]. */
interface Clocked {
  readonly clock: Clock
  /** Whether times are as far apart as they say, so that those to come are known. */
  readonly isEven: boolean
  readonly places: Float64Array
  readonly notes: readonly string[]
}

/** The times of a series, taken out of its columns. Throws `InputError`: no such column, gaps, times that do not ascend. */
export function clockOf({ table, formats }: InferredTable, name: string): Clocked {
  const place = table.columns.findIndex((column) => column.name === name)
  const column = table.columns[place]
  if (!column || !isNumeric(column) || column.missing) {
    throw new InputError({
      code: 'time-column',
      got: column ? `the column ${name}, which is not of times without gaps` : `no column ${name}`,
      expected: 'a column of numbers or date-times without missing cells',
      try: `one of ${listed(table.columns.filter((c) => isNumeric(c) && !c.missing).map((c) => c.name))}`
    })
  }
  const { values } = column
  const back = values.findIndex((value, i) => i > 0 && !(value > values[i - 1]!))
  if (back > 0) {
    throw new InputError({
      code: 'time-order',
      got: `${name} = ${spelled(values[back]!, formats[place]!)} in row ${back + 1} after ${spelled(values[back - 1]!, formats[place]!)}`,
      expected: 'times that ascend from row to row',
      // Of times that come again no order helps, wherever they stand: they are mostly of several series in one table.
      try:
        new Set(values).size < values.length
          ? 'one row for each time: --group COLUMN for several series, or a column of each; rows that are written twice once'
          : 'sorting the series by time'
    })
  }
  const last = values[values.length - 1]!
  const own = { column: column.kind, name, place, last }
  const spacing = (last - values[0]!) / Math.max(1, values.length - 1)
  const uneven = values.some((value, i) => i > 0 && Math.abs(value - values[i - 1]! - spacing) > EVEN * spacing)
  const months = column.kind === 'datetime' && uneven ? monthsOf(values) : undefined
  if (months) return { clock: { ...own, spacing, months: months.months }, isEven: true, ...gapsOf(months.places, name) }
  const weekdays = column.kind === 'datetime' && uneven ? weekdayPlaces(values) : undefined
  if (weekdays) return { clock: { ...own, spacing: (DAY * WEEK) / WORKING, weekdays: true }, isEven: true, ...gapsOf(weekdays, name) }
  const grid = uneven ? gridOf(values) : undefined
  if (grid) return { clock: { ...own, spacing: grid.spacing }, isEven: true, ...gapsOf(grid.places, name) }
  const notes = uneven ? [`the steps of ${name} differ: they are treated as equal, and new times follow in steps of the mean`] : []
  return { clock: { ...own, spacing }, isEven: !uneven, places: evenPlaces(values.length), notes }
}

/** Of a step: what two may differ by and be the same. */
const EVEN = 1e-3

/** Places of rows each of which follows the one before it, the last at 0. */
export const evenPlaces = (rows: number): Float64Array => Float64Array.from({ length: rows }, (_, i) => i + 1 - rows)

function gapsOf(places: Float64Array, name: string): Pick<Clocked, 'places' | 'notes'> {
  const missing = 1 - places[0]! - places.length
  if (missing === 0) return { places, notes: [] }
  const rows = missing === 1 ? 'a row is' : `${missing} rows are`
  return { places, notes: [`by ${name} ${rows} missing in between: nothing is learned across a gap`] }
}

/** Places of rows that are as many steps apart, the last at 0; undefined where most are not one step apart, or some no whole number. */
function placesOf(values: ArrayLike<number>, step: number): Float64Array | undefined {
  const rows = values.length
  const out = evenPlaces(rows)
  let single = 0
  for (let i = rows - 2; i >= 0; i--) {
    const steps = (values[i + 1]! - values[i]!) / step
    const whole = Math.round(steps)
    if (whole < 1 || Math.abs(steps - whole) > EVEN) return undefined
    if (whole === 1) single++
    out[i] = out[i + 1]! - whole
  }
  return 2 * single >= rows ? out : undefined
}

/** The most common step of times of which some are left out. */
function gridOf(values: Float64Array): { readonly spacing: number; readonly places: Float64Array } | undefined {
  const spacing = median(values.subarray(1).map((value, i) => value - values[i]!))
  const places = placesOf(values, spacing)
  return places && { spacing: (values[values.length - 1]! - values[0]!) / -places[0]!, places }
}

/** The rows of a series of which the newest comes first, as prices are often listed, from the oldest on; all others as they are. */
export function oldestFirst(data: InferredTable, time: string | undefined): InferredTable {
  const column = data.table.columns.find(({ name }) => name === time)
  if (!column || !isNumeric(column) || column.missing || column.values.length < 2 || !falls(column.values)) return data
  const count = data.table.rowCount
  const table = takeTableRows(
    data.table,
    Array.from({ length: count }, (_, i) => count - 1 - i)
  )
  return { ...data, table, notes: [...data.notes, `rows are taken from the last one up: ${time} descends from row to row`] }
}

const falls = (values: Float64Array): boolean => values.every((value, i) => i === 0 || value < values[i - 1]!)

/**
 * Says of dates that ascend or descend, and of numbers that do in equal steps, that they could be the time, where none was named: as a
 * state they would wander, and rows of which the newest comes first be continued into the past.
 */
export function risingNotes({ columns }: Table): string[] {
  const isTime = ({ kind, values, missing }: NumericColumn, goes: (step: number) => boolean): boolean => {
    const spacing = (values[values.length - 1]! - values[0]!) / (values.length - 1)
    const even = (step: number): boolean => Math.abs(step - spacing) <= 1e-3 * Math.abs(spacing)
    return (
      !missing &&
      values.every((value, i) => i === 0 || (goes(value - values[i - 1]!) && (kind === 'datetime' || even(value - values[i - 1]!))))
    )
  }
  const of = (goes: (step: number) => boolean) => columns.filter(isNumeric).find((column) => isTime(column, goes))
  const [rising, falling] = [of((step) => step > 0), of((step) => step < 0)]
  if (rising) return [`${rising.name} ascends and is drawn like any other column: with --time ${rising.name} it goes on by itself`]
  if (!falling) return []
  return [
    `${falling.name} descends and is drawn like any other column, and the series is continued below its last row: with --time ${falling.name} rows are taken from the last one up, and continued after the newest`
  ]
}
