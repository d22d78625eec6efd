import { evenly } from '../../num/evenly.js'
import { type RowOrder, rowOrderOf, rowsInOrder } from '../../table/row-order.js'
import { takeTableRows } from '../../table/rows.js'
import type { Table } from '../../table/table.js'

/** A key in whose order dates run, and its cells in that order. */
interface KeyAlong {
  readonly along: RowOrder
  readonly cells: readonly string[]
}

/** Rows, spread over the table, that may refute an order before all rows are sorted. */
const FIRST_ROWS = 1000

/**
 * The column of dates that runs as a key does, whatever order the rows are in: later orders have larger numbers, among those of each
 * group where `groupOf` says one. Undefined where there is none, or where rows lack the key. Cost O(characters) of some rows, and
 * where these have an order O(rows · log rows).
 */
export function keyAlong(cells: readonly (string | null)[], table: Table, groupOf?: (row: number) => string): KeyAlong | undefined {
  const dates = { ...table, columns: table.columns.filter(({ kind }) => kind === 'datetime') }
  if (cells.length !== table.rowCount || dates.columns.length === 0) return undefined
  const some = evenly(cells.length, FIRST_ROWS)
  const first = orderedBy(cells, some, { dates, groupOf })
  const found =
    first && isKey(cells) ? (some.length === cells.length ? first : orderedBy(cells, allRows(cells), { dates, groupOf })) : undefined
  return found && { along: found.along, cells: Array.from(found.rows, (row) => cells[row]!) }
}

const allRows = (cells: readonly unknown[]): Uint32Array => Uint32Array.from(cells, (_, i) => i)

interface Dated {
  readonly dates: Table
  readonly groupOf: ((row: number) => string) | undefined
}

/** Rows sorted by their groups and keys, and the dates that run along; undefined where none do. */
function orderedBy(cells: readonly (string | null)[], rows: Uint32Array, { dates, groupOf = () => '' }: Dated) {
  const groups = Array.from(rows, groupOf)
  const names = Array.from(rows, (row, k) => groups[k] + byNumbers(cells[row] ?? ''))
  const places = Uint32Array.from(rows, (_, k) => k).sort((a, b) => (names[a]! < names[b]! ? -1 : names[a]! > names[b]! ? 1 : a - b))
  const sorted = places.map((k) => rows[k]!)
  const along = rowOrderOf(takeTableRows(dates, sorted), (k) => groups[places[k]!] !== groups[places[k - 1]!])
  return along && { along, rows: sorted }
}

const isKey = (cells: readonly (string | null)[]): cells is readonly string[] =>
  !cells.includes(null) && new Set(cells).size === cells.length

/** A text that sorts as its runs of digits do as numbers: each begins with how many digits it has. */
const byNumbers = (text: string): string =>
  text.replace(/\d+/g, (digits) => {
    const own = digits.replace(/^0+(?=\d)/, '')
    return String.fromCharCode(FIRST_LENGTH + own.length) + own
  })
/** Code of a character for a length of 0, behind all digits. */
const FIRST_LENGTH = 0x3a

/** Keys in the order in which they run, given to drawn rows by their dates, in every part of so many rows by themselves. Cost O(n log n). */
export function inOrderOfDates<T>(cells: readonly T[], table: Table, along: RowOrder, part: number): readonly T[] {
  const rows = rowsInOrder(table, along, part)
  if (!rows) return cells
  const out = [...cells]
  for (const [k, row] of rows.entries()) out[row] = cells[k]!
  return out
}
