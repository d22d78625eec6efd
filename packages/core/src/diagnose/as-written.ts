import type { WrittenTable } from '../code/rules/rows-of-rule.js'
import { toDecimals } from '../num/decimals.js'
import type { ColumnFormat } from '../table/infer.js'
import { decimalsOf } from '../table/parse.js'
import { type Column, isNumeric, type NumericColumn, type Table } from '../table/table.js'

/** Numbers with the decimals that others are written with. Cost O(rows). */
export function asWritten(column: NumericColumn, reference: NumericColumn): NumericColumn {
  const decimals = decimalsOf(reference.values, reference.missing)
  return decimals === undefined ? column : { ...column, values: column.values.map((value) => toDecimals(value, decimals)) }
}

/** Of tables that were read: what is found in one is found once. */
const written = new WeakMap<Table, WrittenTable>()

/** A table with the decimals that its own numbers have. */
export function writtenAs(table: Table): WrittenTable {
  const known = written.get(table) ?? { table, formats: table.columns.map(formatOf) }
  written.set(table, known)
  return known
}

/** Whole numbers have none, also where those of the other table are no whole ones: what is computed of them is rounded all the same. */
function formatOf(column: Column): ColumnFormat {
  const { name, kind } = column
  const decimals = isNumeric(column) && kind !== 'datetime' ? decimalsOf(column.values, column.missing) : undefined
  return { name, kind, source: 'text', number: { padded: false, ...(decimals === undefined ? {} : { decimals }) } }
}
