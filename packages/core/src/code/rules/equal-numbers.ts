import { later } from '../../num/later.js'
import { sorted } from '../../num/statistics.js'
import { MOST_COLUMNS_OF } from './formula-found.js'

/** A column that may be another one in many rows. */
export interface Compared {
  readonly name: string
  readonly isDate?: boolean
  /** What numbers are rounded to; dates in days. */
  readonly unit?: number
  /** Numbers stand for levels: none is near another one. */
  readonly isLevel?: boolean
  /** [n], NaN where missing. */
  readonly values: Float64Array
}

/** Two columns that have the same number in many rows. */
export interface EqualNumbers {
  readonly column: string
  readonly of: string
}

/** The same with how many rows of the data have it so, of those with both numbers, and how many drawn ones. */
interface EqualLost extends EqualNumbers {
  readonly real: Shared
  readonly drawn: Shared
}

interface Shared {
  readonly count: number
  readonly rows: number
}

/** Rows that are looked at first, and at most: as many show all that there is. */
const [FIRST_ROWS, MOST_ROWS] = [400, 5000]
/** Standard deviations that chance does not explain: one count in 30,000. */
const ERRORS = 4

/**
 * Pairs of columns that have the same number in many rows, as what is charged is mostly what was quoted: more of the different values of
 * one stand beside the same one than columns that have nothing to do with each other would have, and than numbers that come near each
 * other would. Of levels each counts once, too: of few no columns are the same, as rows say what hangs together. Of a log-concave law of how many values of both they are apart, no more are none apart than the square of those that are
 * one apart over those that are two. Of so many columns as formulas of two are looked for. Cost O(p²) on the first rows, and O(rows) for
 * each pair that they show.
 */
export function equalColumns(columns: readonly Compared[]): EqualNumbers[] {
  if (columns.length > MOST_COLUMNS_OF[2]) return []
  const counted = columns.map(countedColumn)
  return counted.flatMap((one, place) =>
    counted
      .slice(0, place)
      .filter((other) => one.isDate === other.isDate && one.isLevel === other.isLevel && areEqual(one, other))
      .map((other) => ({ column: one.name, of: other.name }))
  )
}

/** A column with the first row of each value and how many rows have it, of its first ones, counted once for all its pairs. */
interface Counted extends Compared {
  readonly firsts: () => Uint32Array
  readonly first: () => ReadonlyMap<number, number>
  readonly most: () => ReadonlyMap<number, number>
}

const countedColumn = (one: Compared): Counted => ({
  ...one,
  firsts: later(() => firstRows(one.values.subarray(0, FIRST_ROWS))),
  first: later(() => countsByValue(one.values.subarray(0, FIRST_ROWS))),
  most: later(() => countsByValue(one.values.subarray(0, MOST_ROWS)))
})

/** Those of such pairs that drawn rows have the same number of in fewer rows than the data, which may count for more or less than one, beyond chance. Cost O(rows) for each. */
export function equalsLost(
  pairs: readonly EqualNumbers[],
  data: readonly Compared[],
  drawn: readonly Compared[],
  counts?: Float64Array
): EqualLost[] {
  const valuesIn = (columns: readonly Compared[], name: string) => columns.find((one) => one.name === name)?.values
  return pairs.flatMap((pair): EqualLost[] => {
    const [real, own] = [data, drawn].map((all) => {
      const [one, other] = [valuesIn(all, pair.column), valuesIn(all, pair.of)]
      return one && other ? sharedBy(one, other, all === data ? counts : undefined) : { count: 0, rows: 0 }
    }) as [Shared, Shared]
    if (own.rows === 0) return []
    const share = real.count / real.rows
    const error = Math.sqrt(share * (1 - share) * (1 / real.rows + 1 / own.rows))
    return share - own.count / own.rows > ERRORS * error ? [{ ...pair, real, drawn: own }] : []
  })
}

/** In how many rows, of those with both, two columns have the same number; rows may count for more or less than one. */
export function sharedBy(one: Float64Array, other: Float64Array, counts?: Float64Array): Shared {
  let [count, rows] = [0, 0]
  for (let i = 0; i < one.length; i++) {
    if (Number.isNaN(one[i]!) || Number.isNaN(other[i]!)) continue
    const own = counts ? counts[i]! : 1
    rows += own
    if (one[i] === other[i]) count += own
  }
  return { count, rows }
}

function areEqual(one: Counted, other: Counted): boolean {
  const rows = one.values.length
  return (
    (rows <= FIRST_ROWS || (isSeen(one, other) && isBeyond(0, FIRST_ROWS, [one, other]))) &&
    isBeyond(ERRORS, Math.min(rows, MOST_ROWS), [one, other])
  )
}

/** Whether more than one of the first rows of a value has it in the other column too: most pairs have none. */
function isSeen({ values, firsts }: Counted, other: Counted): boolean {
  let same = 0
  for (const i of firsts()) if (values[i] === other.values[i]) same++
  return same > 1
}

/** Whether there are more than so many, by so many standard deviations of their count. */
export const isMore = (count: number, most: number, errors = ERRORS): boolean => count > most + errors * Math.sqrt(most + 1)

/** By the first row of each value of a column: whether more of them have it in the other too than chance or nearness explains, by so many errors. */
function isBeyond(errors: number, rows: number, [one, other]: readonly [Counted, Counted]): boolean {
  const [values, others, isLevel] = [one.values, other.values, one.isLevel === true]
  const [ownCounts, counts] = rows === FIRST_ROWS ? [one.first(), other.first()] : [one.most(), other.most()]
  const firsts: number[] = []
  let [chance, same] = [0, 0]
  const seen = new Set<number>()
  for (let i = 0; i < rows; i++) {
    const x = values[i]!
    if (Number.isNaN(x) || Number.isNaN(others[i]!) || seen.has(x)) continue
    seen.add(x)
    firsts.push(i)
    if (x === others[i]) same++
    // Of a number all rows that have it may be the one that chance makes the same.
    chance += Math.min(1, ((isLevel ? 1 : ownCounts.get(x)!) * (counts.get(x) ?? 0)) / rows)
  }
  if (!isMore(same, chance, errors)) return false
  if (isLevel) return true
  const places = new Map(Array.from(sorted([...new Set([...ownCounts.keys(), ...counts.keys()])]), (x, k) => [x, k]))
  const apart = (steps: number) => firsts.filter((i) => Math.abs(places.get(values[i]!)! - places.get(others[i]!)!) === steps).length
  // Of either side half; one more of each, as of none there may be few.
  return isMore(same, (apart(1) / 2 + 1) ** 2 / (apart(2) / 2 + 1), errors)
}

/** The first row of each value. */
function firstRows(values: Float64Array): Uint32Array {
  const seen = new Set<number>()
  return Uint32Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]!) && seen.size < seen.add(values[i]!).size)
}

function countsByValue(values: Float64Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (const x of values) if (!Number.isNaN(x)) counts.set(x, (counts.get(x) ?? 0) + 1)
  return counts
}
