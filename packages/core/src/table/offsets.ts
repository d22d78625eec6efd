import type { ColumnFormat, Inferred } from './column-format.js'
import { formatDateTime } from './date-style.js'
import type { RawTable } from './raw.js'
import { type CategoricalColumn, emptyColumn, isCategorical, type Table } from './table.js'

/**
 * Offsets from UTC that go to and fro from row to row, as of people in several places, are a category of their own while rows are
 * modelled, behind the column of times and named after it: `sent offset`. Written, they are part of the times again.
 */
export const offsetName = (name: string): string => `${name} offset`

/** Whether a table as it was read has a column, or the times that it is the offsets of. */
export function hasColumn({ columns }: Pick<RawTable, 'columns'>, name: string): boolean {
  return columns.some((column) => column.name === name || offsetName(column.name) === name)
}

/** A column of times with that of its offsets. Cost O(n). */
export function withOffsets({ column, format }: Inferred, zones: readonly (string | undefined)[]): Inferred {
  const name = offsetName(column.name)
  const levels = [...new Set(zones.filter((zone) => zone !== undefined && zone !== ''))].sort() as string[]
  const codes = Int32Array.from(zones, (zone) => (zone === undefined ? -1 : levels.indexOf(zone)))
  return {
    column,
    format: { ...format, date: { ...format.date!, offsets: name } },
    beside: { column: { name, kind: 'category', levels, codes }, format: { name, source: 'text', kind: 'category' } }
  }
}

/** The same of cells that are all missing. */
export function withoutOffsets(one: Inferred, rowCount: number): Inferred {
  const name = offsetName(one.column.name)
  return { ...one, beside: { column: emptyColumn(name, 'category', rowCount), format: { name, source: 'text', kind: 'category' } } }
}

/** Names of columns that are written as part of others. */
export const joinedNames = (formats: readonly ColumnFormat[]): ReadonlySet<string> =>
  new Set(formats.flatMap(({ date }) => (date?.offsets === undefined ? [] : [date.offsets])))

/** How times are spelled, each in its offset where a column of the table has that; in the style's own where it does not. */
export function spellingIn({ columns }: Table, date: NonNullable<ColumnFormat['date']>): (row: number, time: number) => string {
  const column = columns.find(({ name }) => name === date.offsets)
  const offsets = column && isCategorical(column) ? column : undefined
  return (row, time) => formatDateTime(time, offsets ? { ...date, zone: zoneOf(offsets, row) ?? date.zone } : date)
}

const zoneOf = ({ codes, levels }: CategoricalColumn, row: number): string | undefined => levels[codes[row]!]
