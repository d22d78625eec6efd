import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import { parseDateTime } from '../../table/date-cell.js'
import { readDates } from '../../table/date-column.js'
import { parseDigits } from '../../table/date-digits.js'
import { datesFor } from '../../table/date-orders.js'
import { type DateOrder, type DateStyle, dateUnit, formatDateTime, isDigitPattern, plainDates } from '../../table/date-style.js'
import { digitTimes } from '../../table/infer-digits.js'
import { isStart, type Period, periodOf } from '../../table/periods.js'
import type { RawColumn } from '../../table/raw.js'

/** Milliseconds. */
const DAY = 86_400_000

/** Where times are dates: times count in days since the first snapshot. */
export interface Calendar {
  /** The first snapshot, in milliseconds since 1970 (UTC). */
  readonly origin: number
  /** How the input spells its dates. */
  readonly style: DateStyle
  /** Where it stores them other than as text: as times, or as numbers of digits such as 20240131. */
  readonly source?: 'datetime' | 'number' | undefined
}

const TYPED: DateStyle = { separator: 'T', seconds: 'milliseconds', zone: 'Z' }

/** A column of dates as days since the earliest one, or undefined where a cell is none. Where nothing tells the day from the month, the month is first. */
export function daysOf(column: RawColumn): DayColumn | undefined {
  if (column.values.length === 0) return undefined
  if (column.source === 'text') return inDays(readDates(column.values))
  return column.source === 'datetime' ? inDays(typedDates(column), 'datetime') : undefined
}

/** The same for a column that is used. Throws `InputError` (codes `date-order-mixed`, `date-order-open`) where it is not told which of two numbers is the day. */
export function daysAsked(column: RawColumn, order: DateOrder | undefined): DayColumn | undefined {
  const digits = digitTimes(column)
  if (digits) return inDays(digits, column.source === 'number' ? 'number' : undefined)
  if (column.source !== 'text') return daysOf(column)
  const dates = datesFor(column.name, column.values, { orders: () => order && { order, by: 'user' }, notes: [] })
  if (!dates?.open) return inDays(dates)
  throw new InputError({
    code: 'date-order-open',
    got: `dates in ${column.name} that could all have the day or the month first`,
    expected: 'word of which it is',
    try: '--date-order day-first, or --date-order month-first'
  })
}

interface DayColumn {
  readonly values: Float64Array
  readonly calendar: Calendar
}

function inDays(dates: object | undefined, source?: Calendar['source']): DayColumn | undefined {
  if (!dates || !('times' in dates)) return undefined
  const { times, style } = dates as { readonly times: Float64Array; readonly style: DateStyle }
  if (times.length === 0 || times.some(Number.isNaN)) return undefined
  const origin = times.reduce((least, time) => Math.min(least, time))
  return { values: times.map((time) => (time - origin) / DAY), calendar: { origin, style, ...(source ? { source } : {}) } }
}

function typedDates({
  values,
  missing
}: Extract<RawColumn, { source: 'datetime' }>): { times: Float64Array; style: DateStyle } | undefined {
  if (missing?.includes(1) || !values.every(Number.isFinite)) return undefined
  // Dates without a time of day are written as such.
  return { times: values, style: values.every((time) => time % DAY === 0) ? { separator: '', seconds: 'none', zone: '' } : TYPED }
}

/** Milliseconds since 1970 of a number of days. */
export function instantOf({ origin }: Calendar, days: number): number {
  return Math.round(origin + days * DAY)
}

/**
 * Dates as the input spells them. Where a time is finer than that spelling can show, all are written in ISO 8601 with the
 * time of day, as fine as is needed, so that a column stays in one spelling.
 */
export function spellDates(calendar: Calendar, days: ArrayLike<number>): string[] {
  const instants = Array.from(days, (time) => instantOf(calendar, time))
  const { style } = calendar
  const isWhole = (time: number, period: Period | undefined): boolean => period === undefined || isStart(time, period)
  const shows = (one: DateStyle): boolean => instants.every((time) => time % dateUnit(one) === 0 && isWhole(time, periodOf(one.date)))
  const finer = (['none', 'whole', 'milliseconds'] as const).map(
    (seconds): DateStyle => ({ separator: style.separator === '' ? 'T' : style.separator, seconds, zone: style.zone })
  )
  const chosen = [style, plainDates(style), ...finer].find(shows) ?? TYPED
  return instants.map((time) => formatDateTime(time, chosen))
}

/**
 * Times as numbers: a date becomes days since the first snapshot, a number stays. Throws `InputError` for text that is no
 * date, dates where times are numbers, and (said in dates) times before the first snapshot.
 */
export function resolveTimes(option: string, wanted: readonly (number | string)[], calendar: Calendar | undefined): number[] {
  return wanted.map((value) => {
    // Where dates are whole numbers, so are those that are asked for; others are days since the first.
    const digits = isDigitPattern(calendar?.style.date) ? parseDigits(String(value)) : undefined
    if (typeof value === 'number' && digits === undefined) return value
    const parsed = digits ?? parseDateTime(String(value), calendar?.style)
    if (parsed === undefined || !calendar) {
      throw new InputError({
        code: 'option-value',
        got: `${option} ${value}${parsed !== undefined ? ', a date, for times that are numbers' : ''}`,
        expected: calendar ? 'dates, or numbers of days since the first snapshot' : 'numbers, as in the column of times',
        try: calendar ? `${option} ${spellDates(calendar, [1])[0]}` : `${option} 0.5,1.5`
      })
    }
    const days = (parsed - calendar.origin) / DAY
    if (days >= 0) return days
    throw new InputError({
      code: 'time-before-data',
      got: `${option} ${value}`,
      expected: `a date from the first snapshot at ${spellDates(calendar, [0])[0]} on`,
      try: 'dates inside the data, or a little after the last snapshot'
    })
  })
}

/** Refuses held-out times that are no snapshots, in dates where times are dates. */
export function checkHeldOut(holdOut: readonly number[], times: readonly number[], calendar: Calendar | undefined): void {
  if (!calendar) return
  const unknown = holdOut.find((time) => !times.includes(time))
  if (unknown === undefined) return
  throw new InputError({
    code: 'hold-out-unknown',
    got: `hold-out time ${spellDates(calendar, [unknown])[0]}`,
    expected: `one of the snapshot times ${listed(
      spellDates(
        calendar,
        [...times].sort((a, b) => a - b)
      )
    )}`,
    try: 'naming times that are in the data'
  })
}

/** Dates as numbers of their digits, where all of them are written so; undefined of others. */
export function digitsOfDates(calendar: Calendar, days: ArrayLike<number>): Float64Array | undefined {
  if (!isDigitPattern(calendar.style.date)) return undefined
  const spelled = spellDates(calendar, days)
  return spelled.every((text) => /^\d+$/.test(text)) ? Float64Array.from(spelled, Number) : undefined
}

/** A time as the column of times would spell it. */
export function timeText(time: number, calendar: Calendar | undefined): string {
  return calendar ? spellDates(calendar, [time])[0]! : String(time)
}
