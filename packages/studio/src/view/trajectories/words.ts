import { type Calendar, instantOf, plainText } from '@sbridge/core/internal'

/** A time as a person reads it: days since the first snapshot as a date, with the time of day where the table has one. */
export function timeText(time: number, dates: Calendar | undefined): string {
  if (!dates) return plainText(time)
  const iso = new Date(instantOf(dates, time)).toISOString()
  return dates.style.separator === '' ? iso.slice(0, 10) : iso.slice(0, 16).replace('T', ' ')
}
