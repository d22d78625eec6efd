import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import { commonDateStyle, type DateStyle, dateUnit, formatDateTime, parseDateTime } from '../../table/parse.js'
import type { RawColumn } from '../../table/raw.js'

/** Milliseconds. */
const DAY = 86_400_000

/** Where times are dates: times count in days since the first snapshot. */
export interface Calendar {
  /** The first snapshot, in milliseconds since 1970 (UTC). */
  readonly origin: number
  /** How the input spells its dates. */
  readonly style: DateStyle
}

const TYPED: DateStyle = { separator: 'T', seconds: 'milliseconds', zone: 'Z' }

/** A column of dates as days since the earliest one, or undefined where a cell is none. */
export function daysOf(column: RawColumn): { readonly values: Float64Array; readonly calendar: Calendar } | undefined {
  if (column.values.length === 0) return undefined
  const dates = column.source === 'datetime' ? typedDates(column) : textDates(column)
  if (!dates) return undefined
  const origin = dates.times.reduce((least, time) => Math.min(least, time))
  return { values: dates.times.map((time) => (time - origin) / DAY), calendar: { origin, style: dates.style } }
}

function typedDates({
  values,
  missing
}: Extract<RawColumn, { source: 'datetime' }>): { times: Float64Array; style: DateStyle } | undefined {
  if (missing?.includes(1) || !values.every(Number.isFinite)) return undefined
  // Dates without a time of day are written as such.
  return { times: values, style: values.every((time) => time % DAY === 0) ? { separator: '', seconds: 'none', zone: '' } : TYPED }
}

function textDates(column: Exclude<RawColumn, { source: 'datetime' }>): { times: Float64Array; style: DateStyle } | undefined {
  if (column.source === 'number') return undefined
  const cells = Array.from(column.values as readonly unknown[], (cell) => (typeof cell === 'string' ? parseDateTime(cell) : undefined))
  if (!cells.every((cell) => cell !== undefined && cell.style.date === cells[0]!.style.date)) return undefined
  return { times: Float64Array.from(cells, (cell) => cell!.time), style: commonDateStyle(cells.map((cell) => cell!.style)) }
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
  const shows = (one: DateStyle): boolean => instants.every((time) => time % dateUnit(one) === 0)
  const finer = (['none', 'whole', 'milliseconds'] as const).map(
    (seconds): DateStyle => ({ separator: style.separator === '' ? 'T' : style.separator, seconds, zone: style.zone })
  )
  const chosen = [style, ...finer].find(shows) ?? TYPED
  return instants.map((time) => formatDateTime(time, chosen))
}

/**
 * Times as numbers: a date becomes days since the first snapshot, a number stays. Throws `InputError` for text that is no
 * date, dates where times are numbers, and (said in dates) times before the first snapshot.
 */
export function resolveTimes(option: string, wanted: readonly (number | string)[], calendar: Calendar | undefined): number[] {
  return wanted.map((value) => {
    if (typeof value === 'number') return value
    const parsed = parseDateTime(value)
    if (!parsed || !calendar) {
      throw new InputError({
        code: 'option-value',
        got: `${option} ${value}${parsed ? ', a date, for times that are numbers' : ''}`,
        expected: calendar ? 'dates, or numbers of days since the first snapshot' : 'numbers, as in the column of times',
        try: calendar ? `${option} ${spellDates(calendar, [1])[0]}` : `${option} 0.5,1.5`
      })
    }
    const days = (parsed.time - calendar.origin) / DAY
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
