import { type Column, isCategorical, type Table } from '../../table/table.js'
import type { DrawnTable } from './drawn-table.js'
import type { ForeignKey } from './keys.js'

/** The row of a table that stays as it is that each row has as its category by a key; −1 for none [n]. */
export function rowsOfLevels(key: ForeignKey, { columns, rowCount }: Table, to: DrawnTable): Int32Array {
  const own = columns.find(({ name }) => name === key.column)
  if (!own || !isCategorical(own)) return new Int32Array(rowCount).fill(-1)
  const rowOf = rowsOfKey(key, to)
  const ofLevel = own.levels.map((level) => rowOf.get(level) ?? -1)
  return own.codes.map((code) => (code < 0 ? -1 : ofLevel[code]!))
}

const rowsOfKey = (key: ForeignKey, { table }: DrawnTable): ReadonlyMap<string | null, number> => {
  const column = table.columns.find(({ name }) => name === key.to.column)!
  return new Map(('cells' in column ? (column.cells ?? []) : []).map((cell, row) => [cell, row]))
}

/** Rows of it that are levels of the category. */
export function levelsOf(key: ForeignKey, { columns }: Table, to: DrawnTable): number[] {
  const own = columns.find(({ name }) => name === key.column)
  const rowOf = rowsOfKey(key, to)
  return own && isCategorical(own) ? own.levels.flatMap((level) => rowOf.get(level) ?? []) : []
}

/** Rows that each have another row of such a table as their category. */
export function withLevels(key: ForeignKey, table: Table, to: DrawnTable, targetOf: Int32Array): Table {
  const columns = table.columns.map((column): Column => {
    if (column.name !== key.column || !isCategorical(column)) return column
    const rowOf = rowsOfKey(key, to)
    const codeOf = new Map(column.levels.map((level, code) => [rowOf.get(level), code]))
    return { ...column, codes: column.codes.map((code, i) => codeOf.get(targetOf[i]!) ?? code) }
  })
  return { ...table, columns }
}
