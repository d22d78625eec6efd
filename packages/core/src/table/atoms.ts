import { normalCdf, normalQuantile } from '../num/elementary.js'
import { atomsOf, HAIR, recurringValues, runsOf, startsOf } from './recurring.js'
import { type NumericScaler, onClock } from './scaling.js'

/**
 * How a `quantile` coordinate falls into cells: one for every atom of the column, one for every gap between atoms that
 * holds other values. Cell k spans `low[k]` … `high[k]`; together they cover the line.
 */
export interface AtomCells {
  /** Where the next cell begins, ascending; one fewer than there are cells. */
  readonly cuts: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
  readonly spans: readonly AtomSpan[]
}

/** Values of a cell: an atom's own, or the open interval between two atoms. */
interface AtomSpan {
  readonly atom: boolean
  readonly from: number
  readonly to: number
}

/**
 * The cells of a column's coordinate, or undefined where it has no atom. The bounds keep a quarter of a rank from the
 * cuts, so that a coordinate at a bound decodes to a value of its own cell. Cost O(log n).
 */
export const atomCells = (scaler: NumericScaler): AtomCells | undefined =>
  scaler.method === 'quantile' ? cellsOf(scaler.knots, atomsOf(scaler.knots)) : undefined

/** The same with a cell for every value of a number of few. Cost O(n). */
export const valueCells = (scaler: NumericScaler): AtomCells | undefined =>
  scaler.method === 'quantile'
    ? cellsOf(
        scaler.knots,
        Array.from(runsOf(scaler.knots), ([start, end]) => ({ start, end }))
      )
    : undefined

function cellsOf(knots: Float64Array, atoms: ReturnType<typeof atomsOf>): AtomCells | undefined {
  const n = knots.length
  const edges: number[] = []
  const spans: AtomSpan[] = []
  let before = { value: Number.NEGATIVE_INFINITY, end: 0 }
  const addGap = (at: number, to: number) => {
    if (before.end < at) spans.push({ atom: false, from: before.value, to })
  }
  for (const { start, end } of atoms) {
    const value = knots[start]!
    addGap(start, value)
    spans.push({ atom: true, from: value, to: value })
    before = { value, end }
    if (start > 0 && edges[edges.length - 1] !== start) edges.push(start)
    if (end < n) edges.push(end)
  }
  if (edges.length === 0) return undefined
  addGap(n, Number.POSITIVE_INFINITY)
  const place = (rank: number) => normalQuantile(rank / n)
  return {
    cuts: Float64Array.from(edges, place),
    low: Float64Array.from([Number.NEGATIVE_INFINITY, ...edges.map((edge) => place(edge + 0.25))]),
    high: Float64Array.from([...edges.map((edge) => place(edge - 0.25)), Number.POSITIVE_INFINITY]),
    spans
  }
}

/** Cells that hold values of an interval: of a number, the cell of its atom or the gap that it stands in. May be none. */
export function cellsWithin({ spans }: AtomCells, low: number, high: number): number[] {
  return spans.flatMap(({ atom, from, to }, cell) => ((atom ? from >= low && to <= high : from < high && to > low) ? [cell] : []))
}

/** The cell that a coordinate falls into. */
export function atomCellOf({ cuts }: AtomCells, coordinate: number): number {
  let cell = 0
  while (cell < cuts.length && coordinate >= cuts[cell]!) cell++
  return cell
}

/** Coordinates between which values lie. */
interface CoordinateInterval {
  readonly low: number
  readonly high: number
}

/**
 * Where the values between two coordinates of training rows end: at the first gaps beyond them that are wider than `share`
 * of their own range; infinite where there is none. Scaled by `quantile` such a gap has no width. Cost O(n) to prepare a
 * column, O(values beyond) to ask.
 */
export function gapsAround(
  scaler: Extract<NumericScaler, { method: 'quantile' }>,
  share: number
): (from: number, to: number) => CoordinateInterval {
  const { knots } = onClock(scaler)?.scaler ?? scaler
  const n = knots.length
  const starts = startsOf(knots)
  const last = starts.length - 2
  const values = Float64Array.from(starts.subarray(0, -1), (start) => knots[start]!)
  const runOf = new Uint32Array(n)
  for (let k = 0; k <= last; k++) runOf.fill(k, starts[k], starts[k + 1])
  const law = recurringValues(knots, scaler.few)
  const runAt = (coordinate: number): number => {
    const rank = Math.min(n - 1e-9, normalCdf(coordinate) * n)
    return law ? law.runAt(rank) : runOf[Math.floor(rank)]!
  }
  return (from, to) => {
    let [bottom, top] = [runAt(from), runAt(to)]
    const wide = share * (values[top]! - values[bottom]!)
    while (bottom > 0 && values[bottom]! - values[bottom - 1]! <= wide) bottom--
    while (top < last && values[top + 1]! - values[top]! <= wide) top++
    // Where values do not recur, a coordinate within half a rank of the edge decodes to values in the gap.
    const low = law ? law.below(values[bottom]!) + HAIR : starts[bottom]! + 0.5
    const high = law ? law.upTo(values[top]!) - HAIR : starts[top + 1]! - 0.5
    return {
      low: bottom === 0 ? Number.NEGATIVE_INFINITY : normalQuantile(low / n),
      high: top === last ? Number.POSITIVE_INFINITY : normalQuantile(high / n)
    }
  }
}
