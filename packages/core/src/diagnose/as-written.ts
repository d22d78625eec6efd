import { toDecimals } from '../num/decimals.js'
import { decimalsOf } from '../table/parse.js'
import type { NumericColumn } from '../table/table.js'

/** Numbers with the decimals that others are written with. Cost O(rows). */
export function asWritten(column: NumericColumn, reference: NumericColumn): NumericColumn {
  const decimals = decimalsOf(reference.values, reference.missing)
  return decimals === undefined ? column : { ...column, values: column.values.map((value) => toDecimals(value, decimals)) }
}
