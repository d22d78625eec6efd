import { formatDateTime, formatNumber, parseDateTime, parseNumber } from '@sbridge/core/internal'
import type { ColumnFacts } from '../work/messages.js'

/** What is known of a column of numbers or times: one value, or an interval with either end open. */
export type GivenPart =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'range'; readonly low: number; readonly high: number }

const DAY = 86_400_000
const DATE = { separator: '', seconds: 'none', zone: '' } as const
const TIME = { separator: 'T', seconds: 'whole', zone: 'Z' } as const

/** Distance between two places of a slider over a column: about 200 of them, in steps that the column's spelling knows. */
export function stepOf(column: ColumnFacts): number {
  const { kind, format } = column
  const { low, high } = column.range!
  const rough = (high - low || Math.abs(high) || 1) / 200
  if (kind === 'datetime') return styleOf(column).separator === '' || rough > DAY ? Math.max(1, Math.round(rough / DAY)) * DAY : 60_000
  const power = 10 ** Math.floor(Math.log10(rough))
  if (kind === 'integer') return Math.max(1, power)
  const decimals = format?.number?.decimals
  return decimals === undefined ? power : Math.max(power, 10 ** -decimals)
}

function styleOf({ format }: Pick<ColumnFacts, 'format'>) {
  return format?.date ?? (format?.source === 'datetime' ? TIME : DATE)
}

/** A value as the column would spell it. */
export function spell(column: ColumnFacts, value: number): string {
  if (column.kind === 'datetime') return formatDateTime(value, styleOf(column))
  const decimals = column.kind === 'integer' ? 0 : Math.max(column.format?.number?.decimals ?? 0, decimalsIn(stepOf(column)))
  return formatNumber(value, { decimals, padded: false })
}

function decimalsIn(step: number): number {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
}

/** The value that a text spells, or undefined. */
export function readValue({ kind }: ColumnFacts, text: string): number | undefined {
  return kind === 'datetime' ? parseDateTime(text)?.time : parseNumber(text.trim())
}

export function spellPart(column: ColumnFacts, part: GivenPart): string {
  if (part.kind === 'value') return spell(column, part.value)
  const end = (value: number) => (Number.isFinite(value) ? spell(column, value) : '')
  return `${end(part.low)}..${end(part.high)}`
}

/** What a condition's text says of a column; its whole range where it makes no sense. */
export function readPart(column: ColumnFacts, text: string): GivenPart {
  const { low, high } = column.range!
  if (!text.includes('..')) return { kind: 'value', value: readValue(column, text) ?? (low + high) / 2 }
  const [from, to] = text.split('..')
  return {
    kind: 'range',
    low: readValue(column, from!) ?? Number.NEGATIVE_INFINITY,
    high: readValue(column, to!) ?? Number.POSITIVE_INFINITY
  }
}

/** About the middle half of a column: what a new condition begins with. */
export function middleOf(column: ColumnFacts): GivenPart {
  const { low, high } = column.range!
  const total = column.bars.reduce((a, b) => a + b, 0)
  const place = (share: number) => {
    let sum = 0
    let bin = 0
    for (; bin < column.bars.length - 1; bin++) {
      sum += column.bars[bin]!
      if (sum >= share * total) break
    }
    return low + ((bin + 0.5) / column.bars.length) * (high - low)
  }
  return { kind: 'range', low: place(0.25), high: place(0.75) }
}
