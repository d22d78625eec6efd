import { CALENDAR_PARTS, type CalendarPart, partOf } from '../../table/calendar-part.js'
import { type Column, isNumeric } from '../../table/table.js'

/** What counts of a cell that others are looked up by: what a calendar says of a date, or how many of some rising thresholds a number reaches. */
export type KeyPart = CalendarPart | readonly number[]

export const isCalendarPart = (word: string): word is CalendarPart => (CALENDAR_PARTS as readonly string[]).includes(word)

/** Of a date in milliseconds, or of a number. */
export const keyPartOf = (part: KeyPart, value: number): number =>
  typeof part === 'string' ? partOf(part, value) : part.reduce((count, cut) => (value >= cut ? count + 1 : count), 0)

/** A column as whole numbers, one part of each cell; without a part as it is. Cost O(rows). */
export function keyColumn(column: Column, part: KeyPart | null | undefined): Column {
  if (!part || !isNumeric(column)) return column
  const { name, values, missing } = column
  const own = values.map((value, i) => (missing?.[i] ? 0 : keyPartOf(part, value)))
  return { name, kind: 'integer', values: own, ...(missing ? { missing } : {}) }
}

/** `weekday(start)`, `bins(length, 5)`. */
export const keyPartText = (word: string, part: KeyPart | null | undefined): string =>
  !part ? word : typeof part === 'string' ? `${part}(${word})` : `bins(${[word, ...part].join(', ')})`
