import { DAY } from '../../code/rules/quantity.js'
import { partOf } from '../../table/calendar-part.js'
import type { NumericColumn, Table } from '../../table/table.js'

/** Where totals begin anew: with a number that changes as the time goes on, in milliseconds since 1970. */
const PERIODS = {
  year: (time: number) => partOf('year', time),
  month: (time: number) => partOf('month_end', time),
  // Weeks begin on Mondays, and 1 January 1970 was a Thursday.
  week: (time: number) => Math.floor((time / DAY + 3) / 7),
  day: (time: number) => Math.floor(time / DAY)
} as const
export type Period = keyof typeof PERIODS
export const PERIOD_NAMES = Object.keys(PERIODS) as readonly Period[]

/** Whether a row is the first of a period. */
export function beginsIn(restart: Period | undefined, times: Float64Array | undefined): (row: number) => boolean {
  if (!restart || !times) return () => false
  const period = PERIODS[restart]
  return (i) => i > 0 && period(times[i]!) !== period(times[i - 1]!)
}

/** A column of dates. */
export const datesIn = ({ columns }: Pick<Table, 'columns'>, name: string): Float64Array | undefined =>
  columns.find((column): column is NumericColumn => column.name === name && column.kind === 'datetime')?.values
