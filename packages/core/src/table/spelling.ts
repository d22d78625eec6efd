import { decade } from '../tell/numbers.js'
import type { ColumnFacts } from './column-facts.js'
import { type DateStyle, formatDateTime } from './date-style.js'
import type { ColumnFormat } from './infer.js'
import { formatNumber } from './number-style.js'
import { formatClock } from './time-of-day.js'

/** A column of numbers or times, and how its values are spelled. */
interface Spelled extends Pick<ColumnFacts, 'kind' | 'range'> {
  readonly format?: ColumnFormat
}

/** Milliseconds. */
const DAY = 86_400_000
/** How dates and times are spelled where the input is no text. */
const DATE: DateStyle = { separator: '', seconds: 'none', zone: '' }
const TIME: DateStyle = { separator: 'T', seconds: 'whole', zone: 'Z' }

/** Distance between two neighbouring values that are worth telling apart: about 200 of them, in steps that the column's spelling knows. */
export function stepOf(column: Spelled): number {
  const { kind, format } = column
  const { low, high } = column.range!
  const rough = (high - low || Math.abs(high) || 1) / 200
  if (kind === 'datetime') return styleOf(column).separator === '' || rough > DAY ? Math.max(1, Math.round(rough / DAY)) * DAY : 60_000
  const power = powerOfTen(decade(rough))
  if (kind === 'integer') return Math.max(1, power)
  const decimals = format?.number?.decimals
  return decimals === undefined ? power : Math.max(power, powerOfTen(-decimals))
}

function styleOf({ format }: Spelled): DateStyle {
  return format?.date ?? (format?.source === 'datetime' ? TIME : DATE)
}

/** A value as the column would spell it. */
export function spellValue(column: Spelled, value: number): string {
  if (column.kind === 'datetime') return formatDateTime(value, styleOf(column))
  const clock = column.format?.number?.clock
  if (clock) return formatClock(value, clock)
  const decimals = column.kind === 'integer' ? 0 : Math.max(column.format?.number?.decimals ?? 0, -decade(stepOf(column)))
  return formatNumber(value, { decimals, padded: false })
}

const powerOfTen = (exponent: number): number => Number(`1e${exponent}`)
