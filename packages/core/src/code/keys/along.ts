import { type RowOrder, rowOrderOf, rowsInOrder } from '../../table/row-order.js'
import { takeTableRows } from '../../table/rows.js'
import type { Table } from '../../table/table.js'

/** A key in whose order dates run, and its cells in that order. */
interface KeyAlong {
  readonly along: RowOrder
  readonly cells: readonly string[]
}

/**
 * The column of dates that runs as a key does, whatever order the rows are in: later orders have larger numbers. Undefined where
 * there is none, or where rows lack the key. Cost O(rows · log rows · characters).
 */
export function keyAlong(cells: readonly (string | null)[], table: Table): KeyAlong | undefined {
  if (cells.length !== table.rowCount || !isKey(cells)) return undefined
  const rows = Uint32Array.from(cells, (_, i) => i).sort((a, b) => byNumbers(cells[a]!, cells[b]!))
  const along = rowOrderOf(takeTableRows({ ...table, columns: table.columns.filter(({ kind }) => kind === 'datetime') }, rows))
  return along && { along, cells: Array.from(rows, (row) => cells[row]!) }
}

const isKey = (cells: readonly (string | null)[]): cells is readonly string[] =>
  !cells.includes(null) && new Set(cells).size === cells.length

/** The order of texts in which runs of digits count as numbers. */
function byNumbers(a: string, b: string): number {
  const [own, other] = [partsOf(a), partsOf(b)]
  for (const [k, part] of own.entries()) {
    const beside = other[k]
    if (beside === undefined) return 1
    if (part === beside) continue
    const numbers = /^\d/.test(part) && /^\d/.test(beside)
    return (numbers ? part.length - beside.length : 0) || (part < beside ? -1 : 1)
  }
  return own.length - other.length
}

/** Runs of digits, without noughts before them, and what is between. */
const partsOf = (text: string): string[] => text.match(/[1-9]\d*|0+(?!\d)|\D+/g) ?? []

/** Keys in the order in which they run, given to drawn rows by their dates, in every part of so many rows by themselves. Cost O(n log n). */
export function inOrderOfDates<T>(cells: readonly T[], table: Table, along: RowOrder, part: number): readonly T[] {
  const rows = rowsInOrder(table, along, part)
  if (!rows) return cells
  const out = [...cells]
  for (const [k, row] of rows.entries()) out[row] = cells[k]!
  return out
}
