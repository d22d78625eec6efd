import { monthEnd } from './expression.js'

/**
 * What a calendar says of a date: `weekday` from 1, a Monday, to 7, `week` that of the year by ISO 8601, whose first has the first
 * Thursday, `month_end` the last day of the month, in days since 1970, as it tells months of several years, and `day_of_year` from 1 on.
 */
export const CALENDAR_PARTS = ['month', 'weekday', 'hour', 'year', 'day', 'week', 'month_end', 'day_of_year'] as const
export type CalendarPart = (typeof CALENDAR_PARTS)[number]

/** Milliseconds. */
const [HOUR, DAY] = [3_600_000, 86_400_000]
/** Days of a week. */
const WEEK = 7
/** 1 January 1970 was one, as Mondays are 1. */
const THURSDAY = 4

/** A part of a date in milliseconds since 1970. */
export function partOf(part: CalendarPart, time: number): number {
  const day = Math.floor(time / DAY)
  if (part === 'hour') return Math.floor((time - day * DAY) / HOUR)
  if (part === 'month_end') return monthEnd(day)
  if (part === 'weekday') return weekdayOf(day)
  if (part === 'week') {
    const thursday = day - weekdayOf(day) + THURSDAY
    const first = new Date(0).setUTCFullYear(new Date(thursday * DAY).getUTCFullYear(), 0, 1) / DAY
    return 1 + Math.floor((thursday - first) / WEEK)
  }
  const date = new Date(day * DAY)
  if (part === 'day_of_year') return 1 + day - new Date(0).setUTCFullYear(date.getUTCFullYear(), 0, 1) / DAY
  return part === 'year' ? date.getUTCFullYear() : part === 'month' ? date.getUTCMonth() + 1 : date.getUTCDate()
}

/** 1 to 7, Mondays 1, of a day since 1970. */
const weekdayOf = (day: number): number => ((((day + THURSDAY - 1) % WEEK) + WEEK) % WEEK) + 1
