import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { monthOf, monthStart, sinceStart, untilEnd } from '../../table/months.js'
import { spelled, timeBounds } from '../../table/present.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'

/** Steps of whole calendar months, from the start or (last days of months) from the end of one month to that of another. */
export interface Months {
  readonly count: number
  readonly from: 'start' | 'end'
}

/** The time column, its place among the columns, its last value and mean spacing. */
export interface Clock {
  readonly column: NumericColumn['kind']
  readonly name: string
  readonly place: number
  readonly last: number
  readonly spacing: number
  /** Calendar months between rows, where every step is as many; times go on by them. */
  readonly months?: Months
}

/** Months have 28 to 31 days: monthly, quarterly and yearly dates have no mean step that leads from one to the next. */
function monthsOf(values: Float64Array): Months | undefined {
  if (values.length < 3) return undefined
  const count = monthOf(values[1]!) - monthOf(values[0]!)
  if (count < 1 || values.some((time, i) => i > 0 && monthOf(time) - monthOf(values[i - 1]!) !== count)) return undefined
  const same = (rest: (time: number) => number): boolean => values.every((time) => rest(time) === rest(values[0]!))
  if (same(sinceStart)) return { count, from: 'start' }
  return same(untilEnd) ? { count, from: 'end' } : undefined
}

/** The time `steps` rows after the last one. */
export function timeAt({ last, spacing, months }: Clock, steps: number): number {
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

/** The times of a series, taken out of its columns. Throws `InputError`: no such column, gaps, times that do not ascend. */
export function clockOf({ table, formats }: InferredTable, name: string): Clock & { notes: readonly string[] } {
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
      try: 'sorting the series by time'
    })
  }
  const spacing = (values[values.length - 1]! - values[0]!) / Math.max(1, values.length - 1)
  const uneven = values.some((value, i) => i > 0 && Math.abs(value - values[i - 1]! - spacing) > 1e-3 * spacing)
  const months = column.kind === 'datetime' && uneven ? monthsOf(values) : undefined
  const notes = uneven && !months ? [`the steps of ${name} differ: the transition treats them as equal, and times go on in mean steps`] : []
  return { column: column.kind, name, place, last: values[values.length - 1]!, spacing, ...(months ? { months } : {}), notes }
}

/** Says of dates that ascend, and of numbers that do in equal steps, that they could be the time, where none was named: as a state they would wander. */
export function risingNotes({ columns }: Table): string[] {
  const rises = ({ kind, values, missing }: NumericColumn): boolean => {
    const spacing = (values[values.length - 1]! - values[0]!) / (values.length - 1)
    const even = (i: number): boolean => Math.abs(values[i]! - values[i - 1]! - spacing) <= 1e-3 * spacing
    return !missing && values.every((value, i) => i === 0 || (value > values[i - 1]! && (kind === 'datetime' || even(i))))
  }
  const found = columns.filter(isNumeric).find(rises)
  return found ? [`${found.name} ascends and is drawn like any other column: with --time ${found.name} it goes on by itself`] : []
}
