import type { ColumnFormat, Inferred } from './column-format.js'
import { formatDateTime } from './date-style.js'
import { type CategoricalColumn, isCategorical, type Table } from './table.js'

/**
 * Offsets from UTC that go to and fro from row to row, as of people in several places, are a category of their own while rows are
 * modelled, behind the column of times and named after it: `sent offset`. Written, they are part of the times again.
 */
export const offsetName = (name: string): string => `${name} offset`

/** A column of times with that of its offsets. Cost O(n). */
export function withOffsets({ column, format }: Inferred, zones: readonly (string | undefined)[]): Inferred {
  const name = offsetName(column.name)
  const levels = [...new Set(zones.filter((zone) => zone !== undefined && zone !== ''))].sort() as string[]
  const codes = Int32Array.from(zones, (zone) => (zone === undefined ? -1 : levels.indexOf(zone)))
  return {
    column,
    format: { ...format, date: { ...format.date!, offsets: name } },
    beside: [{ column: { name, kind: 'category', levels, codes }, format: { name, source: 'text', kind: 'category' } }]
  }
}

/** How times are spelled, each in its offset where a column of the table has that; in the style's own where it does not. */
export function spellingIn({ columns }: Table, date: NonNullable<ColumnFormat['date']>): (row: number, time: number) => string {
  const column = columns.find(({ name }) => name === date.offsets)
  const offsets = column && isCategorical(column) ? column : undefined
  return (row, time) => formatDateTime(time, offsets ? { ...date, zone: zoneOf(offsets, row) ?? date.zone } : date)
}

const zoneOf = ({ codes, levels }: CategoricalColumn, row: number): string | undefined => levels[codes[row]!]
