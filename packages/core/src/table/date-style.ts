import type { MonthNames } from './month-names.js'
import { MONTHS } from './months.js'
import { weekOf } from './periods.js'

/** How the date-times of a column are written. */
export interface DateStyle {
  /** YYYY or YY, MM or M, DD, D or Do (3rd), Mon or Month, ddd or dddd for the weekday in front, and what stands between them, or YYYYMMDD; of months, quarters and weeks YYYY and one of M, MM, Mon, Month, Q, q and W, or a month before YY; YYYY-MM-DD when left out, `/` in old models for YYYY/MM/DD. */
  readonly date?: string
  /** What the months are called, where it is not `June` or `Jun`. */
  readonly months?: MonthNames
  /** The first of the hundred years that years of two digits mean; 1970 when left out. */
  readonly firstYear?: number | undefined
  /** Between date and time; none where there is no time. */
  readonly separator: '' | 'T' | ' ' | ', ' | ':'
  /** H or HH, or h or hh with how noon is called behind the time, as in `hh PM` and `h:pm`; HH when left out. */
  readonly clock?: string
  readonly seconds: 'none' | 'whole' | 'milliseconds'
  /** Digits of fractions of seconds, where they are not three. */
  readonly fraction?: number
  /** Behind the time: nothing, Z, or an offset as it is written, in which all times are. */
  readonly zone: string
  /** Where the offset changes with the time, as with daylight saving: each from a time on, ascending; before the first, `zone`. */
  readonly zones?: readonly ZoneFrom[]
  /** The column that says the offset of each row, where these go to and fro. */
  readonly offsets?: string
  /** The column that says how much each date says, where some say the year or month alone, or a time. */
  readonly precisions?: string
}

/** An offset, and from when on times have it, in milliseconds since 1970. */
export interface ZoneFrom {
  readonly from: number
  readonly zone: string
}

/** The offset in which a time is written. */
const zoneAt = (time: number, { zone, zones = [] }: DateStyle): string => zones.findLast(({ from }) => from <= time)?.zone ?? zone

/** How times are spelled that no text spelled: to the day, the minute or the second, as fine as they are; undefined for finer ones. Cost O(n). */
export function styleOfTimes(times: Float64Array, missing: Uint8Array): DateStyle | undefined {
  const areWhole = (unit: number): boolean => times.every((time, i) => missing[i] === 1 || time % unit === 0)
  if (areWhole(86_400_000)) return { separator: '', seconds: 'none', zone: '' }
  if (areWhole(60_000)) return { separator: 'T', seconds: 'none', zone: 'Z' }
  return areWhole(1000) ? { separator: 'T', seconds: 'whole', zone: 'Z' } : undefined
}

/** Which of two numbers before or after a year is the day. */
export type DateOrder = 'day-first' | 'month-first'

/** Dates and months without marks between their parts: 20240131, 202401. */
export const DIGIT_PATTERNS = ['YYYYMMDD', 'YYYYMM'] as const
export type DigitPattern = (typeof DIGIT_PATTERNS)[number]

export const isDigitPattern = (pattern: string | undefined): pattern is DigitPattern => DIGIT_PATTERNS.some((one) => one === pattern)

/** What tokens a pattern of dates is made of: a month's name before its letter. */
const TOKEN = /YYYY|YY|Month|Mon|MM|M|Do|DD|D|dddd|ddd|[QqW]/g

/** From Sunday on, as JavaScript counts them. */
export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

/** 1st, 2nd, 3rd, 11th. */
export function ordinal(day: number): string {
  const behind = Math.floor(day / 10) === 1 ? undefined : ['st', 'nd', 'rd'][(day % 10) - 1]
  return day + (behind ?? 'th')
}

/** A pattern of dates that `formatDateTime` writes and `parseDateTime` reads: each part once. */
export function isDatePattern(pattern: string): boolean {
  if (pattern === '/' || isDigitPattern(pattern)) return true
  const tokens: readonly string[] = pattern.match(TOKEN) ?? []
  const parts = tokens.map((token) => token[0] as string).sort()
  const between = pattern.replace(TOKEN, '')
  const isMonthFirst = parts.join('') === 'MY' && tokens[0]!.startsWith('M')
  if (['MY', 'QY', 'Yq', 'WY'].includes(parts.join(''))) return (isMonthFirst || tokens.includes('YYYY')) && /^[-/. ]?$/.test(between)
  const isNamed = tokens.some((token) => token.startsWith('Mon'))
  if (isNamed && ['DMY', 'DMYd'].includes(parts.join(''))) return /^(?:[-/., ]| de ){2,6}$/.test(between)
  return parts.join('') === 'DMY' && /^[-/., ]{2,3}$/.test(between)
}

/** The order of day and month in a pattern whose numbers could be either. */
export function orderOf({ date }: DateStyle): DateOrder | undefined {
  if (date === undefined || date === '/' || date.startsWith('Y') || date.includes('Mon')) return undefined
  return date.startsWith('D') ? 'day-first' : 'month-first'
}

/** Milliseconds that an offset such as +02:00, -0500 or +01 is ahead of UTC; 0 for Z and nothing. */
export function offsetOf(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone)
  if (!match) return 0
  const minutes = 60 * Number(match[2]) + Number(match[3] ?? 0)
  return (match[1] === '-' ? -minutes : minutes) * 60_000
}

/** A time in a style. */
export function formatDateTime(time: number, style: DateStyle): string {
  const isDay = style.separator === ''
  const zone = zoneAt(time, style)
  const iso = new Date(isDay ? time : time + offsetOf(zone)).toISOString()
  const date = style.date === undefined ? iso.slice(0, 10) : patterned(iso, style.date, style.months)
  return isDay ? date : date + style.separator + timeOfDay(iso, style) + zone
}

function patterned(iso: string, pattern: string, months: MonthNames | undefined): string {
  const [year, month, day] = [
    pattern.includes('W') ? String(weekOf(Date.parse(iso)).year) : iso.slice(0, 4),
    iso.slice(5, 7),
    iso.slice(8, 10)
  ]
  const quarter = Math.ceil(Number(month) / 3)
  const name = MONTHS[Number(month) - 1]!
  const own = months?.[Number(month) - 1]
  const weekday = WEEKDAYS[new Date(iso).getUTCDay()]!
  const parts: Readonly<Record<string, string>> = {
    YYYY: year,
    YY: year.slice(2),
    MM: month,
    M: String(Number(month)),
    DD: day,
    D: String(Number(day)),
    Do: ordinal(Number(day)),
    ddd: weekday.slice(0, 3),
    dddd: weekday,
    Mon: own ?? name.slice(0, 3),
    Month: own ?? name,
    Q: `Q${quarter}`,
    q: `q${quarter}`,
    W: `W${String(weekOf(Date.parse(iso)).week).padStart(2, '0')}`
  }
  return (pattern === '/' ? 'YYYY/MM/DD' : pattern).replace(TOKEN, (token) => parts[token]!)
}

/** The time of day of a time in ISO 8601. */
export function timeOfDay(iso: string, { clock = 'HH', seconds, fraction = 3 }: Pick<DateStyle, 'clock' | 'seconds' | 'fraction'>): string {
  const hours = Number(iso.slice(11, 13))
  const [digits, noon] = clock.split(/:| /)
  const shown = noon === undefined ? hours : hours % 12 || 12
  const hour = String(shown).padStart(digits!.length, '0')
  const rest = seconds === 'none' ? iso.slice(13, 16) : iso.slice(13, 19)
  const part = seconds === 'milliseconds' ? `.${iso.slice(20, 23).padEnd(fraction, '0').slice(0, fraction)}` : ''
  return hour + rest + part + (noon === undefined ? '' : (clock.includes(' ') ? ' ' : '') + halfOfDay(noon, hours < 12))
}

/** AM or PM in the letters of a sample of either. */
function halfOfDay(sample: string, morning: boolean): string {
  return sample.replace(/[aApP]/, (letter) => (letter === letter.toUpperCase() ? (morning ? 'A' : 'P') : morning ? 'a' : 'p'))
}

/** The same in ISO 8601. */
export const plainDates = ({ date: _d, clock: _c, ...style }: DateStyle): DateStyle => ({
  ...style,
  separator: style.separator === ', ' || style.separator === ':' ? ' ' : style.separator
})

/** The unit, in milliseconds, to which times in a style are rounded. */
export function dateUnit({ separator, seconds, fraction = 3 }: DateStyle): number {
  if (separator === '') return 86_400_000
  if (seconds !== 'milliseconds') return seconds === 'none' ? 60_000 : 1000
  return fraction >= 3 ? 1 : Number(`1e${3 - fraction}`)
}
