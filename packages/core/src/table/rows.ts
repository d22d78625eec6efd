import { type CategoricalColumn, type Column, isCategorical, isNumeric, type NumericColumn, type Table } from './table.js'

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

/** The rows of a table and below them those of another with the same columns in the same order. Cost O(cells). */
export function stackTables(first: Table, second: Table): Table {
  const columns = first.columns.map((column, c): Column => {
    const below = second.columns[c]!
    if (isNumeric(column) && isNumeric(below)) return stackNumbers(column, below)
    return isCategorical(column) && isCategorical(below) ? stackLevels(column, below) : column
  })
  return { columns, rowCount: first.rowCount + second.rowCount }
}

function stackNumbers(first: NumericColumn, second: NumericColumn): NumericColumn {
  const missing = [first, second].flatMap((one) => [...(one.missing ?? new Uint8Array(one.values.length))])
  return { ...first, values: Float64Array.from([...first.values, ...second.values]), missing: Uint8Array.from(missing) }
}

function stackLevels(first: CategoricalColumn, second: CategoricalColumn): CategoricalColumn {
  const levels = [...new Set([...first.levels, ...second.levels])]
  const place = new Map(levels.map((level, k) => [level, k]))
  const below = Array.from(second.codes, (code) => (code < 0 ? -1 : place.get(second.levels[code]!)!))
  return { ...first, levels, codes: Int32Array.from([...first.codes, ...below]) }
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
