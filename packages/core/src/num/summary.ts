import { variance } from './statistics.js'

/** What one look at all values of a column says of it. */
export interface Summary {
  /** Whether some are missing: NaN. */
  readonly hasGaps: boolean
  /** Least and largest value, infinite where all are missing. */
  readonly low: number
  readonly high: number
  /** Rows that have the least, the largest, and 0. */
  readonly atLow: number
  readonly atHigh: number
  readonly atZero: number
}

/** Columns do not change, and one of a million rows is asked many times. */
const known = new WeakMap<Float64Array, Summary>()
const variances = new WeakMap<Float64Array, number>()

/** Variance of a column, with divisor n; NaN where some are missing. Cost O(rows) for the first who asks. */
export function varianceOf(values: Float64Array): number {
  const found = variances.get(values) ?? variance(values)
  variances.set(values, found)
  return found
}

/** Cost O(rows) for the first who asks. */
export function summaryOf(values: Float64Array): Summary {
  const before = known.get(values)
  if (before) return before
  const summary = summarised(values)
  known.set(values, summary)
  return summary
}

function summarised(values: Float64Array): Summary {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let [missing, atLow, atHigh, atZero] = [0, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!
    // Nearly all of a long column.
    if (x > low && x < high && x !== 0) continue
    if (Number.isNaN(x)) {
      missing++
      continue
    }
    if (x === 0) atZero++
    if (x < low) {
      low = x
      atLow = 0
    }
    if (x > high) {
      high = x
      atHigh = 0
    }
    if (x === low) atLow++
    if (x === high) atHigh++
  }
  return { hasGaps: missing > 0, low, high, atLow, atHigh, atZero }
}
