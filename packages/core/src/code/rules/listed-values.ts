import { firstFrom } from '../../num/ascending.js'
import { recurringValues, runsOf, spikesOf } from '../../table/recurring.js'

/** Different values of a column of numbers, ascending, and how many rows have each. Plain data. */
export interface ListedValues {
  readonly values: readonly number[]
  readonly counts: readonly number[]
  /** Values of fewer rows than so many come no more often than fresh ones beside them; no model file has this. */
  readonly few?: number | undefined
}

/**
 * The values of a column where they recur on few of the places that it is written in (degrees that were read in another unit):
 * what is computed would stand beside them, on places that no row has; and where no row has a value of its own, as of markers that are -1, 0 and 1:
 * hardly another one has (Good and Turing), and none is beyond the largest. Else undefined where most places beside a row's are another's,
 * and where another row has a value of its own half as often as a place beside is none, or oftener. Atoms, as a refund of
 * nothing, do not count: they recur among any values. Cost O(n log n).
 */
export function listedValues(cells: Float64Array, unit: number): ListedValues | undefined {
  const ascending = cells.slice().sort()
  const runs = [...runsOf(ascending)]
  if (runs.length < 2) return undefined
  const counts = runs.map(([start, end]) => end - start)
  const values = runs.map(([start]) => ascending[start]!)
  const spikes = spikesOf(ascending)
  let [rows, beside, fresh] = [0, 0, 0]
  counts.forEach((count, k) => {
    if (spikes.includes(values[k]!)) return
    rows += count
    // The next place above, which the last has too.
    if (!(values[k + 1]! - values[k]! < 1.5 * unit)) beside += count
    if (count === 1) fresh++
  })
  return fresh === 0 || (2 * beside > rows && 2 * fresh < beside) ? { values, counts } : undefined
}

/**
 * A number where the column's law has it that has as much below: one of its values, or a fresh one where the law has such, as often
 * as it has. Not below `low`. Numbers beyond all values stay where the law has values of one row; else they are the last one.
 */
export function toListed({ values, counts, few }: ListedValues): (x: number, low: number) => number {
  const law = recurringValues(Float64Array.from(values.flatMap((value, k) => new Array<number>(counts[k]!).fill(value))), few)
  const middle = (k: number) => (law ? (law.below(values[k]!) + law.upTo(values[k]!)) / 2 : k)
  const isWhole = !counts.includes(1)
  return (x, low) => {
    const above = firstFrom(values, x)
    if (isWhole && above === 0) return values.find((value) => value >= low) ?? x
    if (isWhole && above === values.length) return values[above - 1]! >= low ? values[above - 1]! : x
    if (above === 0 || above === values.length || values[above] === x) return x
    const share = (x - values[above - 1]!) / (values[above]! - values[above - 1]!)
    const rank = middle(above - 1) + share * (middle(above) - middle(above - 1))
    const found = law ? law.valueAt(rank) : values[Math.round(rank)]!
    return found >= low ? found : values[above]!
  }
}
