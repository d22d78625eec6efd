import { type ForeignKey, pairsOf, type SchemaKeys, takeRawRows } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { isMissing } from '../format/columns.js'

/** Keys of a table into itself. */
export const keysWithin = (table: string, { foreign }: SchemaKeys): ForeignKey[] =>
  foreign.filter((key) => key.table === table && key.to.table === table)

/**
 * Rows of a table in parts, each behind those that it refers to by keys within the table; one part where there are no such keys, and
 * undefined where they go in a circle. Cost O(rows · layers).
 */
export function layersOf(raw: RawTable, keys: readonly ForeignKey[]): RawTable[] | undefined {
  if (keys.length === 0) return [raw]
  const targets = keys.map((key) => targetsOf(raw, key))
  const layer = new Int32Array(raw.rowCount).fill(-1)
  const layers: RawTable[] = []
  for (let left = raw.rowCount; left > 0; ) {
    const rows = [...layer.keys()].filter(
      (row) => layer[row]! < 0 && targets.every((of) => of[row]! < 0 || of[row] === row || layer[of[row]!]! >= 0)
    )
    if (rows.length === 0) return undefined
    for (const row of rows) layer[row] = layers.length
    layers.push(takeRawRows(raw, rows))
    left -= rows.length
  }
  return layers
}

/** The row that each row refers to; −1 for none. */
function targetsOf(raw: RawTable, key: ForeignKey): Int32Array {
  const cells = (names: readonly string[]) => {
    const columns = names.map((name) => raw.columns.find((column) => column.name === name)!)
    return Array.from({ length: raw.rowCount }, (_, row) =>
      columns.some((column) => isMissing(column, row)) ? undefined : JSON.stringify(columns.map((column) => column.values[row]))
    )
  }
  const rowOf = new Map(cells(pairsOf(key).map(({ to }) => to)).map((cell, row) => [cell, row]))
  return Int32Array.from(cells(pairsOf(key).map(({ column }) => column)), (cell) => (cell === undefined ? -1 : (rowOf.get(cell) ?? -1)))
}
