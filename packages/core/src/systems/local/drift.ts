import { normalQuantile } from '../../num/elementary.js'
import type { Matrix } from '../../num/matrix.js'

/** A coordinate whose mean has moved, and by how many of its standard deviations. */
export interface Drift {
  readonly coordinate: number
  readonly by: number
}

/** Chance that one of the columns of rows that are as they will be is said to move. */
const FALSE_ALARM = 0.01
/** Less than this, in standard deviations of the column, is no matter. */
const LEAST = 0.05

/**
 * The coordinate whose mean moved most between two states of the same chains [n, d], of those that moved by more than
 * their differences, row by row, do by chance. Cost O(n·d).
 */
export function driftOf(before: Matrix, after: Matrix): Drift | undefined {
  const { rows: n, cols: d } = after
  const threshold = -normalQuantile(FALSE_ALARM / (2 * d))
  let worst: Drift | undefined
  for (let c = 0; c < d && n > 1; c++) {
    let [shift, squares, mean, spread] = [0, 0, 0, 0]
    for (let i = 0; i < n; i++) {
      const x = after.data[i * d + c]!
      const difference = x - before.data[i * d + c]!
      shift += difference / n
      squares += (difference * difference) / n
      mean += x / n
      spread += (x * x) / n
    }
    const error = Math.sqrt(Math.max(0, squares - shift * shift) / (n - 1))
    const by = Math.abs(shift) / Math.sqrt(Math.max(spread - mean * mean, Number.MIN_VALUE))
    if (Math.abs(shift) > threshold * error && by > Math.max(LEAST, worst?.by ?? 0)) worst = { coordinate: c, by }
  }
  return worst
}
