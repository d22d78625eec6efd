import { beside, type Task } from '../num/crew.js'
import { EQUAL_WORK, equalInColumns } from '../num/equal-rows.js'
import type { Watch } from '../num/iterate.js'
import { valueIn } from './codes.js'
import type { ColumnFormat } from './column-format.js'
import { stackNumbers } from './stack-numbers.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric, type NumericColumn, type Table } from './table.js'

/** The rows `indices` of a table, in that order, as a copy. Cost O(cells taken). */
export function takeTableRows(table: Table, indices: ArrayLike<number>): Table {
  const rows = Uint32Array.from(indices)
  const columns = table.columns.map((column): Column => {
    if (isNumeric(column)) {
      const values = picked(column.values, rows, new Float64Array(rows.length))
      const { missing } = column
      return missing ? { ...column, values, missing: picked(missing, rows, new Uint8Array(rows.length)) } : { ...column, values }
    }
    return isCategorical(column) ? { ...column, codes: picked(column.codes, rows, new Int32Array(rows.length)) } : column
  })
  return { columns, rowCount: rows.length }
}

function picked<T extends Float64Array | Int32Array | Uint8Array>(all: T, rows: Uint32Array, into: T): T {
  for (let k = 0; k < rows.length; k++) into[k] = all[rows[k]!]!
  return into
}

/** Rows [from, to) of a table, cells without a copy, with their place. Cost O(columns), and O(rows) where there are keys. */
export function sliceTable({ columns, first = 0 }: Table, from: number, to: number): Table {
  return {
    rowCount: to - from,
    first: first + from,
    columns: columns.map((column): Column => {
      if (isCategorical(column)) return { ...column, codes: column.codes.subarray(from, to) }
      if (!isNumeric(column)) return column.cells ? { ...column, cells: column.cells.slice(from, to) } : column
      const { values, missing } = column
      return { ...column, values: values.subarray(from, to), ...(missing ? { missing: missing.subarray(from, to) } : {}) }
    })
  }
}

/** The rows of tables with the same columns in the same order, one below the other; at least one table. Cost O(cells). */
export function stackTables(tables: readonly Table[]): Table {
  const columns = tables[0]!.columns.map((column, c): Column => {
    const parts = tables.map((table) => table.columns[c]!)
    if (isNumeric(column)) return { ...column, ...stackNumbers(parts as NumericColumn[]) }
    if (isCategorical(column)) return stackLevels(parts as CategoricalColumn[])
    return column.cells ? { ...column, cells: (parts as (typeof column)[]).flatMap(({ cells }) => cells!) } : column
  })
  const { first } = tables[0]!
  return { columns, rowCount: tables.reduce((sum, { rowCount }) => sum + rowCount, 0), ...(first ? { first } : {}) }
}

function stackLevels(parts: readonly CategoricalColumn[]): CategoricalColumn {
  const levels = [...new Set(parts.flatMap((part) => part.levels))]
  const place = new Map(levels.map((level, k) => [level, k]))
  const codes = new Int32Array(parts.reduce((sum, part) => sum + part.codes.length, 0))
  let at = 0
  for (const part of parts) {
    const own = part.levels.map((level) => place.get(level)!)
    for (const code of part.codes) codes[at++] = code < 0 ? -1 : own[code]!
  }
  return { ...parts[0]!, levels, codes }
}

/** Some columns of a table, by their names and in that order, all of which it has. */
export function takeTableColumns({ columns, rowCount }: Table, names: readonly string[]): Table {
  return { columns: names.map((name) => columns.find((column) => column.name === name)!), rowCount }
}

/** Columns with how they are written: those that are kept. */
export function keepColumns<T extends { readonly table: Table; readonly formats: readonly ColumnFormat[] }>(
  data: T,
  keep: (column: Column) => boolean
): T {
  const { columns, rowCount } = data.table
  const formats = data.formats.filter((_, c) => keep(columns[c]!))
  return { ...data, table: { columns: columns.filter(keep), rowCount }, formats }
}

/** Columns with those of another table of as many rows behind them. */
export function joinColumns<T extends { readonly table: Table; readonly formats: readonly ColumnFormat[] }>(
  data: T,
  others: { readonly table: Table; readonly formats: readonly ColumnFormat[] }
): T {
  const columns = [...data.table.columns, ...others.table.columns]
  return { ...data, table: { ...data.table, columns }, formats: [...data.formats, ...others.formats] }
}

/** A column of numbers that a table has. */
export const numbersOf = ({ columns }: Pick<Table, 'columns'>, name: string): NumericColumn =>
  columns.find((column) => column.name === name) as NumericColumn

/** A name like this that no column has yet. */
export const unusedName = (wanted: string, taken: ReadonlySet<string>): string =>
  taken.has(wanted) ? unusedName(`${wanted}′`, taken) : wanted

/** Number of rows whose cells, identifiers aside, all equal those of an earlier row. Cost O(cells). */
function duplicateRowCount({ columns, rowCount }: Table): number {
  const compared = columns.flatMap((column) => (isCategorical(column) || isNumeric(column) ? [valuesOf(column)] : []))
  return rowCount - equalInColumns(rowCount, compared).count
}

function valuesOf(column: CategoricalColumn | NumericColumn): Float64Array {
  if (isNumeric(column) && !column.missing) return column.values
  const valueAt = valueIn(column)
  return new Float64Array(isNumeric(column) ? column.values.length : column.codes.length).map((_, i) => valueAt(i))
}

/** The same while this thread goes on. */
export const duplicatesBeside = (
  { columns, rowCount }: Table,
  watch: Pick<Watch, 'crew' | 'stop'> | undefined
): (() => Promise<number>) => {
  const compared = columns.filter((column) => isCategorical(column) || isNumeric(column))
  return beside(
    duplicatesTask,
    { columns: compared, rowCount },
    { crew: watch?.crew, stop: watch?.stop, work: EQUAL_WORK * rowCount * compared.length }
  )
}

/** The same in any thread. */
export const duplicatesTask: Task<Table, number> = { name: 'duplicates', run: duplicateRowCount }
