import { DAY } from './quantity.js'

/** What goes round in dates: the time of day in days, and the weekday in weeks. */
export const CYCLES = ['day', 'week'] as const
export type Cycle = (typeof CYCLES)[number]

export const CYCLE_DAYS: Readonly<Record<Cycle, number>> = { day: 1, week: 7 }

/** Days from a Monday to 1 January 1970. */
const SINCE_MONDAY = 3

/** The beginning of the day, or of the Monday of the week, of a date, both in milliseconds since 1970. */
export function cycleStart(cycle: Cycle, time: number): number {
  const day = Math.floor(time / DAY)
  if (cycle === 'day') return day * DAY
  return (Math.floor((day + SINCE_MONDAY) / CYCLE_DAYS.week) * CYCLE_DAYS.week - SINCE_MONDAY) * DAY
}
