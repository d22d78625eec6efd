import { type Key, uniforms } from '../num/random.js'
import { midranks } from '../num/statistics.js'
import type { RowOrder } from './row-order.js'
import { isNumeric, type Table } from './table.js'

/** The dates along which rows nearly stand, as those of people in the order of their numbers do. */
export interface NearOrder extends RowOrder {
  /** Quantiles of how far rows stand behind their place in that order, as shares of all rows. */
  readonly displaced: readonly number[]
}

/** Correlation of places and ranks from which on rows nearly stand in an order. */
const NEAR = 0.9
/** Rows of which so many do by chance less often than once in a million. */
const LEAST_ROWS = 20
/** Quantiles that are kept. */
export const DISPLACEMENTS = 100

/** The column of dates along which rows nearly stand, if there is one: of several that in which they do so most. Cost O(n log n) a column. */
export function nearOrderOf({ columns, rowCount }: Table): NearOrder | undefined {
  if (rowCount < LEAST_ROWS) return undefined
  let most = NEAR
  let found: NearOrder | undefined
  for (const column of columns) {
    if (!isNumeric(column) || column.kind !== 'datetime' || column.missing) continue
    const ranks = midranks(column.values)
    const correlation = correlationWithPlace(ranks)
    if (Math.abs(correlation) <= most) continue
    most = Math.abs(correlation)
    const descending = correlation < 0
    found = { column: column.name, ...(descending ? { descending } : {}), displaced: displacements(ranks, descending) }
  }
  return found
}

/** Spearman's, between −1 and 1; 0 where all are equal. */
function correlationWithPlace(ranks: Float64Array): number {
  const middle = (ranks.length - 1) / 2
  let [cross, own, places] = [0, 0, 0]
  for (const [i, rank] of ranks.entries()) {
    cross += (i - middle) * (rank - middle)
    own += (rank - middle) ** 2
    places += (i - middle) ** 2
  }
  return own > 0 ? cross / Math.sqrt(own * places) : 0
}

function displacements(ranks: Float64Array, descending: boolean): number[] {
  const n = ranks.length
  const behind = ranks.map((rank, i) => (i - (descending ? n - 1 - rank : rank)) / n).sort()
  return Array.from({ length: DISPLACEMENTS }, (_, k) => behind[Math.floor(((k + 0.5) * n) / DISPLACEMENTS)]!)
}

/**
 * The rows of a drawn table nearly in that order, each as far from its place as one of the data: in every part of so many rows by
 * themselves. Undefined where the column is no numbers. Cost O(n log n).
 */
export function rowsNearlyInOrder(
  table: Table,
  { column: name, descending = false, displaced }: NearOrder,
  { part, key, first = 0 }: { readonly part: number; readonly key: Key; readonly first?: number | undefined }
): Uint32Array | undefined {
  const column = table.columns.find((one) => one.name === name)
  if (!column || !isNumeric(column)) return undefined
  const { values } = column
  const rows = Uint32Array.from(values, (_, i) => i)
  const dice = uniforms(key, rows.length, 0, first)
  const places = new Float64Array(rows.length)
  for (let start = 0; start < rows.length; start += part) {
    const own = rows.subarray(start, start + part).sort((a, b) => (descending ? values[b]! - values[a]! : values[a]! - values[b]!) || a - b)
    for (const [rank, row] of own.entries()) places[row] = rank / own.length + displaced[Math.floor(dice[row]! * displaced.length)]!
    own.sort((a, b) => places[a]! - places[b]! || a - b)
  }
  return rows
}
