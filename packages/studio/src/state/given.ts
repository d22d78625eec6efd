import { readValue, spellValue } from '@sbridge/core/internal'
import type { ColumnFacts } from '../work/messages.js'

/** What is known of a column of numbers or times: one value, or an interval with either end open. */
export type GivenPart =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'range'; readonly low: number; readonly high: number }

export function spellPart(column: ColumnFacts, part: GivenPart): string {
  if (part.kind === 'value') return spellValue(column, part.value)
  const end = (value: number) => (Number.isFinite(value) ? spellValue(column, value) : '')
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
