/** Names of the months in English. */
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December'
] as const

/** Years of two digits are those from 1970 to 2069, as POSIX has them. */
export const FIRST_SHORT_YEAR = 1970

/** The year of two digits or four. */
export const yearOf = (digits: string): number =>
  Number(digits) + (digits.length > 2 ? 0 : Number(digits) < FIRST_SHORT_YEAR % 100 ? 2000 : 1900)

/** Months of the calendar, counted from year 0, of times in milliseconds since 1970, in UTC. */
export const monthOf = (time: number): number => 12 * new Date(time).getUTCFullYear() + new Date(time).getUTCMonth()

/** Where a month begins. */
export const monthStart = (month: number): number => Date.UTC(Math.floor(month / 12), month - 12 * Math.floor(month / 12))

export const sinceStart = (time: number): number => time - monthStart(monthOf(time))
export const untilEnd = (time: number): number => monthStart(monthOf(time) + 1) - time

/** A time in months, with what has passed of its own as a fraction. */
export function monthsAt(time: number): number {
  const month = monthOf(time)
  return month + sinceStart(time) / (monthStart(month + 1) - monthStart(month))
}
