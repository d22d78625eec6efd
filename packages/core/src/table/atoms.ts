import { normalQuantile } from '../num/elementary.js'
import { ATOM_SHARE, type NumericScaler, runsOf } from './scaling.js'

/**
 * How a `quantile` coordinate falls into cells: one for every atom of the column, one for every gap between atoms that
 * holds other values. Cell k spans `low[k]` … `high[k]`; together they cover the line.
 */
export interface AtomCells {
  /** Where the next cell begins, ascending; one fewer than there are cells. */
  readonly cuts: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
}

/**
 * The cells of a column's coordinate, or undefined where it has no atom. The bounds keep a quarter of a rank from the
 * cuts, so that a coordinate at a bound decodes to a value of its own cell. Cost O(n).
 */
export function atomCells(scaler: NumericScaler): AtomCells | undefined {
  if (scaler.method !== 'quantile') return undefined
  const { knots } = scaler
  const n = knots.length
  const edges: number[] = []
  for (const [start, end] of runsOf(knots)) {
    if (end - start < 2 || end - start < ATOM_SHARE * n) continue
    if (start > 0 && edges[edges.length - 1] !== start) edges.push(start)
    if (end < n) edges.push(end)
  }
  if (edges.length === 0) return undefined
  const place = (rank: number) => normalQuantile(rank / n)
  return {
    cuts: Float64Array.from(edges, place),
    low: Float64Array.from([Number.NEGATIVE_INFINITY, ...edges.map((edge) => place(edge + 0.25))]),
    high: Float64Array.from([...edges.map((edge) => place(edge - 0.25)), Number.POSITIVE_INFINITY])
  }
}

/** The cell that a coordinate falls into. */
export function atomCellOf({ cuts }: AtomCells, coordinate: number): number {
  let cell = 0
  while (cell < cuts.length && coordinate >= cuts[cell]!) cell++
  return cell
}
