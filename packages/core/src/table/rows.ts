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

/** Number of rows whose cells, identifiers aside, all equal those of an earlier row. Cost O(cells). */
export function duplicateRowCount(table: Table): number {
  const seen = new Set<string>()
  for (let i = 0; i < table.rowCount; i++) seen.add(table.columns.map((column) => cellWord(column, i)).join('\u001f'))
  return table.rowCount - seen.size
}

function cellWord(column: Column, i: number): string {
  if (isNumeric(column)) return column.missing?.[i] ? '' : String(column.values[i])
  return isCategorical(column) ? String(column.codes[i]) : ''
}
