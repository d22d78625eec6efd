import { rateByChance } from '../../code/rules/chance.js'
import { LEAST_ROWS } from '../../code/rules/exclusive.js'
import type { KeptRules } from '../../code/rules/kept-rules.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { withRulesAfter } from '../../code/rules/stacked.js'
import { firstFrom } from '../../num/ascending.js'
import { indexFromUniform, type Key, keyFor, uniforms } from '../../num/random.js'
import { type Column, isNumeric, type NumericColumn, type Table } from '../../table/table.js'

/** A date or number that none of another column is above in any row: of the rows themselves, or of the rows that they refer to. Plain data. */
export interface Bound {
  readonly low: string
  readonly high: string
  /** Which of the two is of a row that rows refer to, and by which key; absent: neither. */
  readonly parent?: 'low' | 'high' | undefined
  readonly key?: string | undefined
}

/** Rows that rows refer to by a key: their table, and of each row which it refers to, −1 for none [n]. */
interface Led {
  readonly key: string
  readonly table: Table
  readonly rowOf: Int32Array
}

interface Bounded {
  readonly own: Table
  readonly led: readonly Led[]
  /** Columns that may be put right: nothing else says what they are. */
  readonly isFree: (column: string) => boolean
}

/** Of rows that have nothing to do with each other so many break what is a bound, at least: ranges that hardly meet say none. */
const LEAST_BROKEN = 0.005

/** A column as it is in each row. */
interface Side {
  readonly name: string
  readonly isDate: boolean
  /** The key to the rows that it is of; absent: the rows themselves. */
  readonly key: string | undefined
  readonly at: (row: number) => number
}

/** All bounds that the rows keep to, but those of which no side may be put right. Cost O(columns² · rows) at most: most pairs are out at the first rows. */
export function findBounds({ own, led, isFree }: Bounded): Bound[] {
  const sides = sidesIn(own, led)
  return sides.flatMap((low) =>
    sides.flatMap((high) => {
      if (low === high || low.isDate !== high.isDate || !canMove(low, high, isFree)) return []
      if (!holds(low, high, own.rowCount)) return []
      const side = low.key !== undefined ? 'low' : high.key !== undefined ? 'high' : undefined
      return [{ low: low.name, high: high.name, ...(side ? { parent: side, key: (low.key ?? high.key)! } : {}) }]
    })
  )
}

const canMove = (low: Side, high: Side, isFree: Bounded['isFree']): boolean =>
  (low.key === undefined || high.key === undefined) && [low, high].some(({ key, name }) => key === undefined && isFree(name))

function holds(low: Side, high: Side, rowCount: number): boolean {
  let both = 0
  for (let i = 0; i < rowCount; i++) {
    const [a, b] = [low.at(i), high.at(i)]
    if (a > b) return false
    both += Number(a <= b)
  }
  if (both < LEAST_ROWS) return false
  return rateByChance(rowCount, (k, j) => low.at(k) > high.at(j)) > LEAST_BROKEN
}

function sidesIn(own: Table, led: readonly Led[]): Side[] {
  const sides = ({ columns }: Table, key: string | undefined, rowOf: (row: number) => number): Side[] =>
    columns.filter(isNumeric).map(({ name, kind, values, missing }) => {
      const cell = (row: number) => (row < 0 || missing?.[row] ? Number.NaN : values[row]!)
      return { name, isDate: kind === 'datetime', key, at: (i) => cell(rowOf(i)) }
    })
  return [...sides(own, undefined, (i) => i), ...led.flatMap(({ key, table, rowOf }) => sides(table, key, (i) => rowOf[i]!))]
}

interface Keeping {
  /** By the key that gives their number first. */
  readonly led: readonly Led[]
  /** Row of the parent of each by that key: rows of one stand together [n]. */
  readonly parentOf: Int32Array
  /** Whether the order of rows of one parent says more than their times. */
  readonly isOrdered: boolean
  readonly rules: KeptRules | undefined
  /** The column of times. */
  readonly time: string | undefined
  readonly isFree: Bounded['isFree']
  readonly key: Key
}

/** Rows that others are put right by, of those nearest. */
const NEAREST = 8
/** A column that is put right may break what another one keeps to: so often at most all are gone through. */
const MOST_ROUNDS = 3

/**
 * Rows that keep to bounds: one that does not has the number of a row in whose place it would, of those whose other number is the nearest; what rules
 * compute of it follows. Cost O(bounds · rows · log rows).
 */
export function keptWithin(
  bounds: readonly Bound[],
  data: WrittenTable,
  { led, parentOf, isOrdered, rules, time, isFree, key }: Keeping
): WrittenTable {
  const changed = new Set<string>()
  let table = data.table
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let isBroken = false
    for (const bound of bounds) {
      const sides = sidesIn(table, led)
      const find = (name: string, isParents: boolean) =>
        sides.find((one) => one.name === name && one.key === (isParents ? bound.key : undefined))
      const [low, high] = [find(bound.low, bound.parent === 'low'), find(bound.high, bound.parent === 'high')]
      if (!low || !high) continue
      const broken = [...parentOf.keys()].filter((i) => low.at(i) > high.at(i))
      if (broken.length === 0) continue
      const movesHigh = high.key === undefined && isFree(high.name) && (high.name !== time || low.key !== undefined || !isFree(low.name))
      const moved = movesHigh ? high : low
      // Times of one parent that keep to rows of another table each could not be put in order.
      if (isOrdered && moved.name === time && bound.key !== led[0]!.key) continue
      isBroken = true
      changed.add(moved.name)
      const column = putRight(table.columns.find(({ name }) => name === moved.name) as NumericColumn, {
        broken,
        fixed: movesHigh ? low : high,
        sign: movesHigh ? 1 : -1,
        key: keyFor(key, `${bound.low} ${bound.high} ${round}`)
      })
      const put = isOrdered && column.name === time ? ascending(column, parentOf) : column
      table = { ...table, columns: table.columns.map((one): Column => (one.name === put.name ? put : one)) }
    }
    if (!isBroken) break
  }
  return changed.size === 0 ? data : withRulesAfter(rules, { ...data, table }, { changed, key })
}

interface Wrong {
  readonly broken: readonly number[]
  /** What the column keeps to, and whether it is above (1) or below (−1). */
  readonly fixed: Side
  readonly sign: 1 | -1
  readonly key: Key
}

function putRight(column: NumericColumn, { broken, fixed, sign, key }: Wrong): NumericColumn {
  const { values: own, missing } = column
  const wrong = new Set(broken)
  const right = [...own.keys()].filter((i) => !missing?.[i] && !wrong.has(i) && !Number.isNaN(fixed.at(i)))
  right.sort((a, b) => fixed.at(a) - fixed.at(b) || a - b)
  const ends = Float64Array.from(right, (i) => fixed.at(i))
  const values = own.slice()
  for (const i of broken) {
    const end = fixed.at(i)
    const like: number[] = []
    // Outwards from the rows whose end is the nearest.
    for (
      let [above, below] = [firstFrom(ends, end), firstFrom(ends, end) - 1];
      like.length < NEAREST && (below >= 0 || above < ends.length);
    ) {
      const takesAbove = below < 0 || (above < ends.length && ends[above]! - end <= end - ends[below]!)
      const row = right[takesAbove ? above++ : below--]!
      if (sign * (own[row]! - end) >= 0) like.push(row)
    }
    if (like.length > 0) {
      values[i] = own[like[indexFromUniform(uniforms(keyFor(key, i), 1)[0]!, like.length)]!]!
      continue
    }
    // Beyond all others it is as far from its end as the least far of the nearest: a time keeps its hour, which midnight has none of.
    const at = firstFrom(ends, end)
    const near = right.slice(Math.max(0, at - NEAREST), at + NEAREST)
    values[i] =
      near.length > 0
        ? end + sign * near.reduce((least, row) => Math.min(least, sign * (own[row]! - fixed.at(row))), Number.POSITIVE_INFINITY)
        : end
  }
  return { ...column, values }
}

/** Times in order within the rows of each parent, which stand together. */
function ascending(column: NumericColumn, parentOf: Int32Array): NumericColumn {
  const values = column.values.slice()
  for (let start = 0; start < values.length; ) {
    let end = start + 1
    while (end < values.length && parentOf[start]! >= 0 && parentOf[end] === parentOf[start]) end++
    values.subarray(start, end).sort()
    start = end
  }
  return { ...column, values }
}
