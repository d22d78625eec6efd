import { type ColumnFormat, readGiven, readObservation, spellValue, unknownColumn } from '@sbridge/core/internal'
import { tried } from '../work/fault.js'
import type { ColumnFacts } from '../work/messages.js'
import type { Fault } from './page.js'

/** What is known of a column of numbers or times: one value, or an interval with either end open. */
export type GivenPart = Exclude<ReturnType<typeof readGiven>, undefined>

export function spellPart(column: ColumnFacts, part: GivenPart): string {
  if (typeof part === 'number') return spellValue(column, part)
  const end = (value: number) => (Number.isFinite(value) ? spellValue(column, value) : '')
  return `${end(part.low)}..${end(part.high)}`
}

/** How the values of a column are spelled; as text where its format says nothing. */
export const formatOf = ({ name, kind, format }: ColumnFacts): ColumnFormat => format ?? { name, kind, source: 'text' }

/** What a condition's text says of a column, as the draw reads it; undefined of a category. Throws `InputError` where it makes no sense. */
export const readPart = (column: ColumnFacts, text: string): GivenPart | undefined =>
  readGiven({ kinds: [column], formats: [formatOf(column)] }, 0, text)

/** What is wrong with an observation; null where nothing is. */
export function faultOfObservation(columns: readonly ColumnFacts[], text: string): Fault | null {
  const encoder = {
    columns: columns.map(({ name, range, levels }) => ({ name, carries: range ? 'coordinate' : levels ? 'factor' : 'empty' }) as const),
    kinds: columns,
    formats: columns.map(formatOf)
  }
  return faultIn(() => readObservation(encoder, text))
}

/** What is wrong with a condition. */
export function faultOfCondition(columns: readonly ColumnFacts[], name: string, text: string): Fault | null {
  const column = columns.find((one) => one.name === name)
  return column ? faultIn(() => readPart(column, text)) : unknownColumn(name, columns)
}

/** Why something cannot be read; null where it can. */
function faultIn(read: () => unknown): Fault | null {
  let found: Fault | null = null
  tried(read, (fault) => {
    found = fault
  })
  return found
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
  return { low: place(0.25), high: place(0.75) }
}
