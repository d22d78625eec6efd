import { type Column, isCategorical, isNumeric, type Table } from './table.js'

/** The rows `indices` of a table, in that order, as a copy. Cost O(cells taken). */
export function takeTableRows(table: Table, indices: ArrayLike<number>): Table {
  const rows = Uint32Array.from(indices)
  const columns = table.columns.map((column): Column => {
    if (isNumeric(column)) {
      const values = Float64Array.from(rows, (i) => column.values[i]!)
      return column.missing ? { ...column, values, missing: Uint8Array.from(rows, (i) => column.missing![i]!) } : { ...column, values }
    }
    return isCategorical(column) ? { ...column, codes: Int32Array.from(rows, (i) => column.codes[i]!) } : column
  })
  return { columns, rowCount: rows.length }
}
