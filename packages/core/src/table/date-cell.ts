import { parseDigits } from './date-digits.js'
import { type DateOrder, type DateStyle, isDigitPattern, offsetOf, orderOf, ordinal, WEEKDAYS } from './date-style.js'
import { inEnglish } from './month-names.js'
import { yearOf } from './months.js'
import { monthNamed, nameToken, type OrElse, periodCell } from './periods.js'
import { inShortYears, isShortYear } from './short-years.js'

/** A cell that spells a date, perhaps with a time. */
export interface DateCell {
  /** Milliseconds since 1970 with the day first, and with the month first: the same where the spelling leaves no choice; NaN for no day of the calendar. */
  readonly dayFirst: number
  readonly monthFirst: number
  /** Its pattern with # for numbers of one or two digits: `#/#/YYYY`, `# Mon YYYY`. */
  readonly form: string
  /** Whether a number stands there with a zero in front, or as one digit; neither where all have two digits by themselves. */
  readonly padded?: boolean
  /** What a month could be as well. */
  readonly orElse?: OrElse
  readonly time: Omit<DateStyle, 'date'>
}

const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?=$|[T ,])/
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?=$|[ ,])/
const DAY_NAMED = /^(\d{1,2})(st|nd|rd|th)?(?:([- /]| de )([A-Z][a-z]{2,8})\3|(\.? )([A-Z][a-z]{2,8})(,? ))(\d{4}|\d{2})(?=$|[ ,:])/
const NAMED_DAY = /^([A-Z][a-z]{2,8}) (\d{1,2})(st|nd|rd|th)?(,? )(\d{4})(?=$|[ ,])/
const WEEKDAY_FIRST = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)([a-z]{3,6})?(,? )(?=[A-Z\d])/
const TIME = /^(T|, | |:)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:( ?)([aApP]\.?[mM]\.?))?( ?)(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/

interface DateDigits {
  readonly length: number
  readonly year: string
  /** Digits of both numbers, in their order, or of the day alone. */
  readonly numbers: readonly string[]
  /** From 1, where it has a name. */
  readonly month?: number
  readonly form: string
}

/**
 * What a cell spells; undefined for other text. A date without a zone is taken as UTC. What could as well be a version, as 1.3.24, is
 * one only `amongDates`.
 */
export function dateCell(text: string, amongDates = false): DateCell | undefined {
  const cell = text.trim()
  const period = periodCell(cell)
  if (period) {
    const { start, ...spelling } = period
    return { dayFirst: start, monthFirst: start, ...spelling, time: NO_TIME.style }
  }
  const weekday = WEEKDAY_FIRST.exec(cell)
  const rest = weekday ? cell.slice(weekday[0].length) : cell
  const digits = digitsOf(rest, amongDates)
  const time = digits && timeOf(rest.slice(digits.length))
  if (!time || digits.month === 0) return undefined
  const { numbers, month } = digits
  const form = weekday ? `${weekday[2] ? 'dddd' : 'ddd'}${weekday[3]}${digits.form}` : digits.form
  const [first, second] = numbers.map(Number) as [number, number]
  const at = (m: number, d: number): number => midnight(digits.year, m, d) + time.milliseconds - offsetOf(time.style.zone)
  if (weekday && (month === undefined || !isWeekday(weekday[1]! + (weekday[2] ?? ''), midnight(digits.year, month, first))))
    return undefined
  const isOpen = month === undefined && !form.startsWith('Y')
  const dayFirst = month !== undefined ? at(month, first) : isOpen ? at(second, first) : at(first, second)
  const monthFirst = isOpen ? at(first, second) : dayFirst
  if (Number.isNaN(dayFirst) && Number.isNaN(monthFirst)) return undefined
  const padded = numbers.some((number) => number.length === 1) ? false : numbers.some((number) => number.startsWith('0')) ? true : undefined
  return { dayFirst, monthFirst, form, time: time.style, ...(padded === undefined ? {} : { padded }) }
}

function digitsOf(cell: string, amongDates: boolean): DateDigits | undefined {
  const iso = YEAR_FIRST.exec(cell)
  if (iso) {
    const [{ length }, year, mark, month, day] = iso as unknown as [string, string, string, string, string]
    return { length, year, numbers: [month, day], form: `YYYY${mark}#${mark}#` }
  }
  const last = YEAR_LAST.exec(cell)
  if (last) {
    const [{ length }, first, mark, second, year] = last as unknown as [string, string, string, string, string]
    // A version, a part number: two digits of a year are dates between slashes, or between dots with zeros in front.
    if (!amongDates && year.length === 2 && (mark === '-' || (mark === '.' && first.length + second.length < 4))) return undefined
    return { length, year, numbers: [first, second], form: `#${mark}#${mark}${'Y'.repeat(year.length)}` }
  }
  const named = DAY_NAMED.exec(cell)
  if (named) {
    const [whole, day, th, same, alike, before, other, behind, year] = named as unknown as [string, string, ...(string | undefined)[]]
    const { length } = whole
    const name = (alike ?? other)!
    if (th && ordinal(Number(day)) !== day + th) return undefined
    const form = `${th ? 'Do' : '#'}${same ?? before}${nameToken(name)}${same ?? behind}${'Y'.repeat(year!.length)}`
    return { length, year: year!, numbers: [day], month: monthNamed(name), form }
  }
  const american = NAMED_DAY.exec(cell)
  if (!american) return undefined
  const [{ length }, name, day, th, mark, year] = american as unknown as [string, string, string, string | undefined, string, string]
  if (th && ordinal(Number(day)) !== day + th) return undefined
  return { length, year, numbers: [day], month: monthNamed(name), form: `${nameToken(name)} ${th ? 'Do' : '#'}${mark}YYYY` }
}

const isWeekday = (name: string, time: number): boolean => {
  const own = WEEKDAYS[new Date(time).getUTCDay()]
  return own === name || own?.slice(0, 3) === name
}

function midnight(year: string, month: number, day: number): number {
  const date = new Date(0)
  date.setUTCFullYear(yearOf(year), month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : Number.NaN
}

const NO_TIME = { milliseconds: 0, style: { separator: '', seconds: 'none', zone: '' } } as const

interface TimeOfDay {
  readonly milliseconds: number
  readonly style: Omit<DateStyle, 'date'>
}

/** The time of a day behind `T`, a blank, a comma and a blank, or a colon as logs of web servers have it; undefined for other text. */
export function timeOf(text: string): TimeOfDay | undefined {
  if (text === '') return NO_TIME
  const match = TIME.exec(text)
  if (!match) return undefined
  const [, separator, hour, minute, second, fraction, gap, half, blank, zone = ''] = match
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (/^p/i.test(half) ? 12 : 0)
  if (hours > 24 || Number(minute) > 59 || Number(second ?? 0) > 59 || (half !== undefined && (Number(hour) < 1 || Number(hour) > 12)))
    return undefined
  const milliseconds = Number((fraction ?? '0').padEnd(3, '0').slice(0, 3))
  const clock = half === undefined ? (hour!.length === 1 ? 'H' : undefined) : `${'h'.repeat(hour!.length)}${gap === '' ? ':' : ' '}${half}`
  return {
    milliseconds: ((hours * 60 + Number(minute)) * 60 + Number(second ?? 0)) * 1000 + milliseconds,
    style: {
      separator: separator as 'T' | ' ' | ', ' | ':',
      ...(clock === undefined ? {} : { clock }),
      seconds: second === undefined ? 'none' : fraction === undefined ? 'whole' : 'milliseconds',
      ...(fraction === undefined || fraction.length === 3 ? {} : { fraction: fraction.length }),
      zone: zone === '' ? '' : blank + zone
    }
  }
}

/**
 * Milliseconds since 1970 of a date or date-time; undefined for other text, and for one whose order of day and month nothing
 * decides (3/4/2024): neither the text, nor the style of its column, nor points between its numbers, which stand behind days.
 */
export function parseDateTime(text: string, style?: DateStyle): number | undefined {
  const cell = style?.months ? inEnglish(text, style.months) : text
  const time = timeIn(cell, style)
  const isPlaced = time !== undefined && style?.firstYear !== undefined && isShortYear(dateCell(cell)!.form)
  return isPlaced ? inShortYears(time, style.firstYear) : time
}

function timeIn(text: string, style: DateStyle | undefined): number | undefined {
  if (isDigitPattern(style?.date)) {
    const time = parseDigits(text)
    if (time !== undefined) return time
  }
  const cell = dateCell(text)
  if (!cell) return undefined
  const { dayFirst, monthFirst, form } = cell
  if (dayFirst === monthFirst || Number.isNaN(monthFirst)) return dayFirst
  if (Number.isNaN(dayFirst)) return monthFirst
  const order: DateOrder | undefined = (style && orderOf(style)) ?? (form.startsWith('#.') ? 'day-first' : undefined)
  return order && (order === 'day-first' ? dayFirst : monthFirst)
}
