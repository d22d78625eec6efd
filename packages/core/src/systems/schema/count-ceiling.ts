import { findOrders } from '../../code/rules/find-orders.js'
import { type Key, permutation } from '../../num/random.js'
import { numbersOf } from '../../table/rows.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'

/**
 * The column of rows that says how many may refer to each, as the places of a course: no row has more, and rows come up to it as to a wall; of several
 * the one that leaves the least. By the evidence of orders between numbers of one table. Cost O(columns · rows · log rows).
 */
export function countCeiling(counts: Float64Array, of: Table): string | undefined {
  let least = Number.POSITIVE_INFINITY
  let found: string | undefined
  for (const column of of.columns) {
    if (!isNumeric(column) || column.kind === 'datetime') continue
    const most = ceilingsOf(column)
    // What none refers to comes up to no wall: a plan that costs nothing has no invoices.
    const rows = [...counts.keys()].filter((i) => counts[i]! > 0 && most[i]! < Number.POSITIVE_INFINITY)
    const room = rows.reduce((sum, i) => sum + most[i]! - counts[i]!, 0)
    if (!(room < least) || counts.some((count, i) => count > most[i]!) || !hasWall(counts, most, rows)) continue
    least = room
    found = column.name
  }
  return found
}

function hasWall(counts: Float64Array, most: Float64Array, rows: readonly number[]): boolean {
  const quantity = (name: string, values: Float64Array) => ({
    name,
    isDate: false,
    unit: 1,
    values: Float64Array.from(rows, (i) => values[i]!)
  })
  return findOrders([quantity('rows', counts), quantity('most', most)]).some(({ low }) => low === 'rows')
}

const ceilingsOf = ({ values, missing }: NumericColumn): Float64Array =>
  values.map((value, i) => (missing?.[i] ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor(value))))

/** How many rows may refer to each [m]. */
export const mostOf = (name: string, of: Table): Float64Array => ceilingsOf(numbersOf(of, name))

/** Counts of which none is beyond its ceiling: what is, goes to others that some rows refer to and that have room, one each by turns. Cost O(m) a turn. */
export function underCeiling(counts: Float64Array, most: Float64Array, key: Key): Float64Array {
  const out = counts.map((count, i) => Math.min(count, most[i]!))
  let excess = counts.reduce((sum, count, i) => sum + count - out[i]!, 0)
  const order = permutation(key, counts.length)
  for (let open = true; excess > 0 && open; ) {
    open = false
    for (const i of order) {
      if (excess <= 0 || out[i] === 0 || out[i]! >= most[i]!) continue
      out[i]! += 1
      excess--
      open = true
    }
  }
  return out
}
