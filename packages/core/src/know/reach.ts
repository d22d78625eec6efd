import type { Matrix } from '../num/matrix.js'
import type { Bounds } from './places.js'

/**
 * Standard deviations beyond the data that what is known is followed outside them. Farther out the nearest rows are the same
 * ones, no regression on them holds, and in the end sums of squares lose the rows from sight: what is known is taken as if
 * it stood here. Values themselves are repeated as they were given.
 */
export const FARTHEST = 4

/** Where a combination of coordinates can be followed to. */
interface Reach {
  readonly low: number
  readonly high: number
}

/** Reach of Σ factor · coordinate over rows [n, d]; its spread is taken for `leastSpread` at least. Cost O(n·terms). */
export function reachOf(
  { rows, cols, data }: Matrix,
  terms: readonly { readonly coordinate: number; readonly factor: number }[],
  leastSpread = 0
): Reach {
  let [low, high, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (let i = 0; i < rows; i++) {
    let value = 0
    for (const { coordinate, factor } of terms) value += factor * data[i * cols + coordinate]!
    low = Math.min(low, value)
    high = Math.max(high, value)
    sum += value
    squares += value * value
  }
  const spread = Math.sqrt(Math.max(0, squares / rows - (sum / rows) ** 2))
  const far = FARTHEST * Math.max(spread, leastSpread)
  return { low: low - far, high: high + far }
}

/** The value, or the end of the reach that it lies beyond. */
export const setBack = ({ low, high }: Reach, value: number): number => Math.min(high, Math.max(low, value))

/** Bounds by coordinate that begin or end within reach. */
export function boundsWithin(reaches: readonly Reach[], { low, high }: Bounds): Bounds {
  return {
    low: low.map((x, at) => Math.min(reaches[at]!.high, x)),
    high: high.map((x, at) => Math.max(reaches[at]!.low, x))
  }
}
