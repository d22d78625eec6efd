import { type TrainingRows, takeTraining } from '../../law/training-rows.js'
import { log } from '../../num/elementary.js'
import { type Key, permutation } from '../../num/random.js'
import type { Combinations } from '../../table/categories.js'

/**
 * Rows that new rows are compared with, at most: regressions on so many are exact to a fiftieth of a standard deviation, and
 * bandwidths are chosen on fewer. The cost of a panel is then that of its rows, not of their square.
 */
export const MOST_COMPARED = 3000

/**
 * Rows that stand for all [m], ascending: of every class as many as of any other, as far as it has them, since a row is drawn
 * from one class; undefined where these are all rows. Cost O(n).
 */
export function comparedRows({ rows, ofRow }: Combinations, key: Key, most = MOST_COMPARED): Uint32Array | undefined {
  if (ofRow.length <= most) return undefined
  const sizes = rows.map(({ length }) => length).sort((a, b) => a - b)
  let [left, each] = [most, 0]
  for (const [k, size] of sizes.entries()) {
    each = Math.max(1, Math.floor(left / (sizes.length - k)))
    if (size > each) break
    left -= size
  }
  const taken = new Uint32Array(rows.length)
  return permutation(key, ofRow.length)
    .filter((row) => taken[ofRow[row]!]!++ < each)
    .sort()
}

/** Training rows that stand for all, each class with the weight that it has among all. Cost O(n + m·d). */
export function takeCompared(training: TrainingRows, { rows, ofRow }: Combinations, compared: Uint32Array): TrainingRows {
  const taken = new Float64Array(rows.length)
  for (const row of compared) taken[ofRow[row]!]! += 1
  const own = takeTraining(training, compared)
  return { ...own, logWeights: Float64Array.from(compared, (row) => log(rows[ofRow[row]!]!.length / taken[ofRow[row]!]! / ofRow.length)) }
}
