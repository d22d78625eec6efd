import type { Matrix } from '../num/matrix.js'
import { sorted } from '../num/statistics.js'

/** Most bins a feature is cut into; codes fit a byte. */
export const MOST_BINS = 256

/** The columns of a matrix, each cut into at most 256 bins of neighbouring values. */
export interface Bins {
  /** Column-major: code of row i in feature f at f·rows + i. */
  readonly codes: Uint8Array
  /** Smallest value of bin b of feature f at f·256 + b, and the largest. */
  readonly low: Float64Array
  readonly high: Float64Array
  readonly rows: number
  readonly cols: number
}

/**
 * Cuts every column of `points` [n, d] into bins: one a distinct value where there are at most 256 of them, otherwise
 * bins of about n/256 rows. Equal values share a bin, and a value that fills a bin by itself has it alone.
 * Cost O(n log n · d).
 */
export function binColumns(points: Matrix): Bins {
  const { rows, cols } = points
  const bins = {
    codes: new Uint8Array(rows * cols),
    low: new Float64Array(MOST_BINS * cols),
    high: new Float64Array(MOST_BINS * cols),
    rows,
    cols
  }
  const values = new Float64Array(rows)
  for (let f = 0; f < cols; f++) {
    for (let i = 0; i < rows; i++) values[i] = points.data[i * cols + f]!
    const count = cutColumn(sorted(values), bins, f * MOST_BINS)
    const high = bins.high.subarray(f * MOST_BINS, f * MOST_BINS + count)
    for (let i = 0; i < rows; i++) bins.codes[f * rows + i] = codeOf(high, values[i]!)
  }
  return bins
}

/** Writes the bounds of the bins of an ascending column from `at` on; returns how many there are. */
function cutColumn(ascending: Float64Array, { low, high }: { low: Float64Array; high: Float64Array }, at: number): number {
  const n = ascending.length
  let distinct = n === 0 ? 0 : 1
  for (let i = 1; i < n; i++) if (ascending[i] !== ascending[i - 1]) distinct++
  let bin = 0
  let start = 0
  while (start < n) {
    // Rows left over bins left: earlier heavy ties do not starve the later bins.
    const wanted = distinct <= MOST_BINS ? 1 : Math.max(1, Math.ceil((n - start) / (MOST_BINS - bin)))
    let end = endOfTie(ascending, start)
    while (end < n && endOfTie(ascending, end) - start <= wanted) end = endOfTie(ascending, end)
    if (bin === MOST_BINS - 1) end = n
    low[at + bin] = ascending[start]!
    high[at + bin] = ascending[end - 1]!
    start = end
    bin++
  }
  return bin
}

function endOfTie(ascending: Float64Array, start: number): number {
  let end = start + 1
  while (end < ascending.length && ascending[end] === ascending[start]) end++
  return end
}

/** The first bin whose upper bound is not below the value. */
function codeOf(high: Float64Array, value: number): number {
  let first = 0
  let last = high.length - 1
  while (first < last) {
    const middle = (first + last) >>> 1
    if (high[middle]! < value) first = middle + 1
    else last = middle
  }
  return first
}

/** A number that parts bin `left` of a feature from the later bin `right`: halfway between their nearest values. */
export function thresholdBetween(bins: Bins, feature: number, left: number, right: number): number {
  const below = bins.high[feature * MOST_BINS + left]!
  const above = bins.low[feature * MOST_BINS + right]!
  const middle = below + (above - below) / 2
  return middle < above ? middle : below
}
