/** Reading single cells of text: numbers, date-times, booleans. */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const LEADING_ZERO = /^[+-]?0\d/

/** The number that a cell spells, or undefined. Codes with leading zeros (`007`) are text, not numbers. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim()
  return NUMBER.test(trimmed) && !LEADING_ZERO.test(trimmed) ? Number(trimmed) : undefined
}

/** Whether a cell spells NaN or an infinity. */
export function spellsNonFinite(text: string): boolean {
  return /^[+-]?(nan|inf|infinity)$/i.test(text.trim())
}

/** Digits after the point that reproduce every number of a typed column, or undefined when more than 12 are needed. */
export function decimalsOf(values: Float64Array, missing: Uint8Array | undefined): number | undefined {
  let decimals = 0
  for (let i = 0; i < values.length; i++) {
    if (missing?.[i]) continue
    while (decimals <= 12 && Number(values[i]!.toFixed(decimals)) !== values[i]) decimals++
    if (decimals > 12) return undefined
  }
  return decimals
}

const DATETIME = /^(\d{4})([-/])(\d{2})\2(\d{2})(?:([T ])(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** How the date-times of a column are written. */
export interface DateStyle {
  /** Between year, month and day; a hyphen unless it says otherwise, or the order of named or dotted ones. */
  readonly date?: '/' | 'Mon DD YYYY' | 'DD.MM.YYYY'
  readonly separator: '' | 'T' | ' '
  readonly seconds: 'none' | 'whole' | 'milliseconds'
  readonly zone: '' | 'Z'
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const NAMED_MONTH = /^([A-Z][a-z]{2}) (\d{1,2}) (\d{4})$/
const DOTTED = /^(\d{2})\.(\d{2})\.(\d{4})$/

/**
 * Milliseconds since 1970 (no zone is taken as UTC) and the style of one date or date-time, or undefined: ISO 8601, the
 * same with slashes (`2024/03/01`), with dots and the day first (`01.03.2024`), or a month's name (`Mar 01 2024`). Orders that mean two days, as 3/4/2024, are text.
 */
export function parseDateTime(text: string): { time: number; style: DateStyle } | undefined {
  const named = NAMED_MONTH.exec(text.trim())
  if (named) return dateOf({ year: named[3]!, month: MONTHS.indexOf(named[1]!), day: named[2]!, date: 'Mon DD YYYY' })
  const dotted = DOTTED.exec(text.trim())
  if (dotted) return dateOf({ year: dotted[3]!, month: Number(dotted[2]) - 1, day: dotted[1]!, date: 'DD.MM.YYYY' })
  const match = DATETIME.exec(text.trim())
  if (!match) return undefined
  const [, year, between, month, day, separator, hour, minute, second, fraction, zone] = match
  const time = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
    Number((fraction ?? '0').padEnd(3, '0').slice(0, 3))
  )
  const back = new Date(time)
  if (back.getUTCMonth() !== Number(month) - 1 || back.getUTCDate() !== Number(day)) return undefined
  const style: DateStyle = {
    ...(between === '/' ? { date: between } : {}),
    separator: (separator as 'T' | ' ' | undefined) ?? '',
    seconds: second === undefined ? 'none' : fraction === undefined ? 'whole' : 'milliseconds',
    zone: zone === undefined ? '' : 'Z'
  }
  return { time: time - offsetOf(zone), style }
}

/** The style of a column whose cells have these: as fine as its finest. */
export function commonDateStyle(styles: readonly DateStyle[]): DateStyle {
  const date = styles[0]?.date
  const seconds = (['milliseconds', 'whole'] as const).find((one) => styles.some((s) => s.seconds === one))
  return {
    ...(date === undefined ? {} : { date }),
    separator: styles.find((s) => s.separator !== '')?.separator ?? '',
    seconds: seconds ?? 'none',
    zone: styles.some((s) => s.zone !== '') ? 'Z' : ''
  }
}

interface DateParts extends Required<Pick<DateStyle, 'date'>> {
  readonly year: string
  /** From 0; −1 for a name that is no month's. */
  readonly month: number
  readonly day: string
}

function dateOf({ year, month, day, date }: DateParts): { time: number; style: DateStyle } | undefined {
  const time = Date.UTC(Number(year), month, Number(day))
  if (month < 0 || new Date(time).getUTCMonth() !== month) return undefined
  return { time, style: { date, separator: '', seconds: 'none', zone: '' } }
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

/** A time in a style; offsets are written as UTC. */
export function formatDateTime(time: number, style: DateStyle): string {
  const iso = new Date(time).toISOString()
  const [year, month, dayOfMonth] = iso.slice(0, 10).split('-')
  if (style.date === 'Mon DD YYYY') return `${MONTHS[Number(month) - 1]} ${dayOfMonth} ${year}`
  if (style.date === 'DD.MM.YYYY') return `${dayOfMonth}.${month}.${year}`
  const date = style.date === '/' ? iso.slice(0, 10).replaceAll('-', '/') : iso.slice(0, 10)
  if (style.separator === '') return date
  const end = style.seconds === 'none' ? 16 : style.seconds === 'whole' ? 19 : 23
  return date + style.separator + iso.slice(11, end) + style.zone
}

/** The same in ISO 8601. */
export const plainDates = ({ date: _, ...style }: DateStyle): DateStyle => style

/** The unit, in milliseconds, to which times in a style are rounded. */
export function dateUnit(style: DateStyle): number {
  if (style.separator === '') return 86_400_000
  return style.seconds === 'none' ? 60_000 : style.seconds === 'whole' ? 1000 : 1
}

/** true or false in any case, or undefined. */
export function parseBoolean(text: string): boolean | undefined {
  const lower = text.trim().toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}
