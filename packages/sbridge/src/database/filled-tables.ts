import { FormatError } from '@sbridge/core'
import { isRefused } from '../format/columns.js'
import type { DatabaseTable } from './cells.js'
import type { TableSet } from './contract.js'

type Named = readonly [name: string, table: DatabaseTable]

/**
 * Of the tables of a database those with rows, and what it says of them; columns of lists, objects or bytes are left out, as no law is
 * learned of them. Throws `FormatError` (code `table-without-rows`) for none.
 */
export function filledTables(read: readonly Named[], { got, expected, remedy }: Nothing): Pick<TableSet, 'tables' | 'says'> {
  const filled = read.filter(([, { rowCount }]) => rowCount > 0)
  if (filled.length === 0) throw new FormatError({ code: 'table-without-rows', got, expected, try: remedy })
  return {
    tables: Object.fromEntries(filled.map(([name, table]) => [name, withoutNested(table)])),
    says: Object.fromEntries(filled.map(([name, { schema }]) => [name, schema]))
  }
}

/** What is said where there are no rows. */
interface Nothing {
  readonly got: string
  readonly expected: string
  readonly remedy: string
}

function withoutNested(table: DatabaseTable): DatabaseTable {
  const names = table.columns.filter(isRefused).map(({ name }) => name)
  if (names.length === 0) return table
  const notes = names.map((name) => `${name}: lists, objects or bytes, of which no law is learned: stays empty in new rows`)
  return { ...table, columns: table.columns.filter((column) => !isRefused(column)), notes: [...(table.notes ?? []), ...notes] }
}
