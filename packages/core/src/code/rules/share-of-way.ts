import { log } from '../../num/elementary.js'
import { correlation, quantileOfSorted, sorted } from '../../num/statistics.js'
import { spikesOf } from '../../table/recurring.js'

/** Part of a distance's variance that a start must tell, beyond what it tells of the share, for a column to be drawn by that. */
const TOLD = 0.1

/** Of the way from a start to an end, what part a number has gone; 0 where there is no way. */
export const shareOf = (x: number, low: number, most: number): number => (most > low ? Math.max(0, x - low) / (most - low) : 0)

/**
 * The largest number of a column, where it is drawn by what part of the way from its start to that it has gone, and not by its distance from
 * the start: where the later the start the smaller the distance, as for all who were hired by today; the distance of one row from the start of
 * another would lie beyond. Undefined where it is drawn by the distance. Rows without a number (NaN) do not count. Cost O(rows).
 */
export function endOfWay(high: Float64Array, low: (row: number) => number): number | undefined {
  const rows = Array.from(high.keys()).filter((i) => !Number.isNaN(high[i]!) && low(i) <= high[i]!)
  if (rows.length === 0) return undefined
  const most = rows.reduce((end, i) => Math.max(end, high[i]!), Number.NEGATIVE_INFINITY)
  const starts = rows.map(low)
  const gaps = rows.map((i, k) => high[i]! - starts[k]!)
  const shares = rows.map((i, k) => shareOf(high[i]!, starts[k]!, most))
  const ends = sorted(Float64Array.from(rows, (i) => high[i]!))
  if (spikesOf(ends).includes(most) && tiesOf(shares) > tiesOf(gaps)) return most
  const [ofGap, ofShare] = [correlation(starts, gaps), correlation(starts, shares)]
  return ofGap < 0 && ofGap ** 2 - ofShare ** 2 > TOLD ? most : undefined
}

/** Ordered pairs of equal values, each with itself. */
function tiesOf(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum + count * count, 0)
}

/** Part of the rows at either end that a width leaves out. */
const TAIL = 0.05

/**
 * Whether a column that stands between two is told better by what part of the way it has gone than by how far: a refund is a part of
 * what was paid, but a first answer comes minutes after the question, however long the case stays open. The narrower law is
 * taken, each in the column's own units. Rows without a number (NaN) do not count. Cost O(rows·log rows).
 */
export function isToldByShare(x: Float64Array, low: (row: number) => number, end: (row: number) => number | undefined): boolean {
  const rows = Array.from(x.keys()).filter((i) => end(i)! > low(i) && low(i) <= x[i]!)
  if (rows.length === 0) return false
  const shares = rows.map((i) => shareOf(x[i]!, low(i), end(i)!))
  const gaps = rows.map((i) => x[i]! - low(i))
  // What is at its end in many rows is there in new ones.
  if (spikesOf(sorted(shares)).includes(1) && tiesOf(shares) > tiesOf(gaps)) return true
  const width = (values: readonly number[]): number => {
    const own = sorted(values)
    return log(quantileOfSorted(own, 1 - TAIL) - quantileOfSorted(own, TAIL))
  }
  const ways = rows.reduce((sum, i) => sum + log(end(i)! - low(i)), 0) / rows.length
  return width(shares) + ways < width(gaps)
}
