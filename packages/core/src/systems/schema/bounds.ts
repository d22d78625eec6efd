import { isBeyondChance, rateByChance } from '../../code/rules/chance.js'
import { LEAST_ROWS } from '../../code/rules/exclusive.js'
import type { KeptRules } from '../../code/rules/kept-rules.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { withRulesAfter } from '../../code/rules/stacked.js'
import { firstFrom } from '../../num/ascending.js'
import { rowOf as placeOf } from '../../num/matrix.js'
import { indexFromUniform, type Key, keyFor, uniforms } from '../../num/random.js'
import { type Column, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { type ForeignKey, keyText } from './keys.js'
import type { LikeRows } from './pick-law.js'

/** A date or number that none of another column is above in any row: of the rows themselves, or of rows that they refer to. Plain data. */
export interface Bound {
  readonly low: string
  readonly high: string
  /** Which of the two is of a row that rows refer to, and by which key; absent: neither. */
  readonly parent?: 'low' | 'high' | undefined
  readonly key?: string | undefined
  /** Of two such rows the key of `high`, that of `low` being `key`: a lesson is in a room of no fewer places than its class has pupils. */
  readonly other?: string | undefined
  /** How far apart the two are at least, where they are never the same: a night, of days of arrival and departure. */
  readonly apart?: number | undefined
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
  /** Keys by which rows choose what they refer to. */
  readonly isChosen?: (key: string | undefined) => boolean
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
export function findBounds({ own, led, isFree, isChosen = () => false }: Bounded): Bound[] {
  const sides = sidesIn(own, led)
  const canMove = (low: Side, high: Side) =>
    low.key === undefined || high.key === undefined
      ? [low, high].some(({ key, name }) => key === undefined && isFree(name))
      : low.key !== high.key && (isChosen(low.key) || isChosen(high.key))
  return sides.flatMap((low) =>
    sides.flatMap((high) => {
      if (low === high || low.isDate !== high.isDate || !canMove(low, high)) return []
      const rate = rateHeld(low, high, own.rowCount)
      if (rate === undefined) return []
      const least = leastApart(low, high, own.rowCount)
      const apart = least > 0 ? { apart: least } : {}
      if (low.key === undefined || high.key === undefined) {
        const side = low.key !== undefined ? 'low' : high.key !== undefined ? 'high' : undefined
        return [{ low: low.name, high: high.name, ...(side ? { parent: side, key: (low.key ?? high.key)! } : {}), ...apart }]
      }
      // Rows that lead to the same two say it once.
      const rowsBy = (key: string) => led.find((one) => one.key === key)!.rowOf
      const [lows, highs] = [rowsBy(low.key), rowsBy(high.key)]
      const times = new Set(lows.map((row, i) => row * (1 + highs.length) + highs[i]!)).size
      const isBelieved = isBeyondChance({ rate, times, candidates: sides.length ** 2 })
      return isBelieved ? [{ low: low.name, high: high.name, parent: 'low' as const, key: low.key, other: high.key, ...apart }] : []
    })
  )
}

/** How often rows that have nothing to do with each other keep to what all of these do; undefined where not all do, or hardly any would not. */
function rateHeld(low: Side, high: Side, rowCount: number): number | undefined {
  let both = 0
  for (let i = 0; i < rowCount; i++) {
    const [a, b] = [low.at(i), high.at(i)]
    if (a > b) return undefined
    both += Number(a <= b)
  }
  if (both < LEAST_ROWS) return undefined
  const broken = rateByChance(rowCount, (k, j) => low.at(k) > high.at(j))
  return broken > LEAST_BROKEN ? 1 - broken : undefined
}

function leastApart(low: Side, high: Side, rowCount: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < rowCount; i++) if (low.at(i) <= high.at(i)) least = Math.min(least, high.at(i) - low.at(i))
  return least
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
      if (bound.other) continue
      const sides = sidesIn(table, led)
      const [low, high] = sidesOf(bound, sides)
      if (!low || !high) continue
      const apart = bound.apart ?? 0
      const broken = [...parentOf.keys()].filter((i) => low.at(i) + apart > high.at(i))
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
        apart,
        room: roomOf(moved.name, bounds, sides),
        key: keyFor(key, `${bound.low} ${bound.high} ${round}`)
      })
      const put = isOrdered && column.name === time ? ascending(column, parentOf) : column
      table = { ...table, columns: table.columns.map((one): Column => (one.name === put.name ? put : one)) }
    }
    if (!isBroken) break
  }
  return changed.size === 0 ? data : withRulesAfter(rules, { ...data, table }, { changed, key })
}

/** The two columns of a bound that is of the rows themselves, or of one that rows refer to. */
function sidesOf(bound: Bound, sides: readonly Side[]): readonly [low: Side | undefined, high: Side | undefined] {
  const find = (name: string, isParents: boolean) =>
    sides.find((one) => one.name === name && one.key === (isParents ? bound.key : undefined))
  return [find(bound.low, bound.parent === 'low'), find(bound.high, bound.parent === 'high')]
}

/** Between which numbers all bounds have a column of a row: what is put right by one of them breaks no other. */
function roomOf(name: string, bounds: readonly Bound[], sides: readonly Side[]): (row: number) => readonly [least: number, most: number] {
  const own = bounds.filter(({ other }) => !other).map((bound) => ({ ends: sidesOf(bound, sides), apart: bound.apart ?? 0 }))
  const isOwn = (side: Side | undefined) => side?.key === undefined && side?.name === name
  const below = own.flatMap(({ ends: [low, high], apart }) => (low && isOwn(high) ? [{ side: low, apart }] : []))
  const above = own.flatMap(({ ends: [low, high], apart }) => (high && isOwn(low) ? [{ side: high, apart }] : []))
  // What is missing keeps to anything.
  const ends = (row: number, of: typeof below, sign: 1 | -1) =>
    of.map(({ side, apart }) => side.at(row) + sign * apart).filter((end) => !Number.isNaN(end))
  return (row) => [
    ends(row, below, 1).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    ends(row, above, -1).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  ]
}

interface Wrong {
  readonly broken: readonly number[]
  /** What the column keeps to, and whether it is above (1) or below (−1). */
  readonly fixed: Side
  readonly sign: 1 | -1
  readonly apart: number
  readonly room: ReturnType<typeof roomOf>
  readonly key: Key
}

function putRight(column: NumericColumn, { broken, fixed, sign, apart, room, key }: Wrong): NumericColumn {
  const { values: own, missing } = column
  const wrong = new Set(broken)
  const right = [...own.keys()].filter((i) => !missing?.[i] && !wrong.has(i) && !Number.isNaN(fixed.at(i)))
  right.sort((a, b) => fixed.at(a) - fixed.at(b) || a - b)
  const ends = Float64Array.from(right, (i) => fixed.at(i))
  const values = own.slice()
  for (const i of broken) {
    const end = fixed.at(i)
    const [least, most] = room(i)
    const fits = (value: number) => (least <= most ? value >= least && value <= most : sign * (value - end) >= 0)
    // Who is merely too near goes no farther than it must: a stay of no nights is one of one.
    if (sign * (own[i]! - end) >= 0 && fits(end + sign * apart)) {
      values[i] = end + sign * apart
      continue
    }
    const like: number[] = []
    // Outwards from the rows whose end is the nearest.
    for (
      let [above, below] = [firstFrom(ends, end), firstFrom(ends, end) - 1];
      like.length < NEAREST && (below >= 0 || above < ends.length);
    ) {
      const takesAbove = below < 0 || (above < ends.length && ends[above]! - end <= end - ends[below]!)
      const row = right[takesAbove ? above++ : below--]!
      if (fits(own[row]!)) like.push(row)
    }
    if (like.length > 0) {
      values[i] = own[like[indexFromUniform(uniforms(keyFor(key, i), 1)[0]!, like.length)]!]!
      continue
    }
    // Beyond all others it is as far from its end as the least far of the nearest: a time keeps its hour, which midnight has none of.
    const at = firstFrom(ends, end)
    const near = right.slice(Math.max(0, at - NEAREST), at + NEAREST)
    const beyond =
      near.length > 0
        ? end + sign * near.reduce((nearest, row) => Math.min(nearest, sign * (own[row]! - fixed.at(row))), Number.POSITIVE_INFINITY)
        : end
    values[i] = fits(beyond) || least > most ? beyond : sign > 0 ? least : most
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

/** Of a key by which rows choose: the rows that they chose, those that there are, and which of them each may choose. */
interface Choice {
  readonly rowOf: Int32Array
  readonly targets: LikeRows
  readonly among: (row: number) => ReadonlySet<number> | undefined
  /** Of each row what no two rows that refer to the same row have in common: its parent, or the day and hour of a lesson in a room. */
  readonly apart: readonly ((row: number) => string | undefined)[]
}

/** Rows that are looked at for one with which a row may change what it refers to, at most. */
const MOST_COMPARED = 512

/** Which rows of a key's table a row may refer to for bounds between these and its own numbers, or those of other rows that it refers to; undefined where there are none. */
export function fitting(
  bounds: readonly Bound[],
  { own, led }: Pick<Bounded, 'own' | 'led'>,
  key: string
): ((row: number, target: number) => boolean) | undefined {
  const { table } = led.find((one) => one.key === key)!
  const targets = sidesIn({ columns: [], rowCount: 0 }, [{ key, table, rowOf: Int32Array.from({ length: table.rowCount }, (_, t) => t) }])
  const sides = sidesIn(own, led)
  const tests = bounds.flatMap(({ low, high, parent, key: first, other, apart = 0 }) => {
    const lowKey = parent === 'low' ? first : undefined
    const highKey = other ?? (parent === 'high' ? first : undefined)
    if ((lowKey === key) === (highKey === key)) return []
    const isLow = lowKey === key
    const target = targets.find(({ name }) => name === (isLow ? low : high))
    const side = sides.find((one) => one.name === (isLow ? high : low) && one.key === (isLow ? highKey : lowKey))
    // What is missing keeps to anything.
    return target && side
      ? [(row: number, t: number) => !(isLow ? target.at(t) + apart > side.at(row) : side.at(row) + apart > target.at(t))]
      : []
  })
  return tests.length > 0 ? (row, target) => tests.every((test) => test(row, target)) : undefined
}

/**
 * Rows that refer to one to which they may not have changed with a row that may have theirs, of those looked at the one that refers to what is most like it; where there is none
 * they refer to the most like of all that is free, or to one whose row can have another; else they stay. Cost O(512 · rows that may not), and O(rows · targets) for each without a place.
 */
export function fittingChosen(
  fits: (row: number, target: number) => boolean,
  { rowOf, targets: { places, classes }, among, apart }: Choice
): Int32Array {
  const out = rowOf.slice()
  const referring = [...out.keys()].filter((i) => out[i]! >= 0)
  const taken = apart.map(() => new Map<string, number>())
  const pair = (of: (row: number) => string | undefined, i: number, target: number) => {
    const own = of(i)
    return own === undefined ? undefined : `${target} ${own}`
  }
  const timesOf = (i: number, target: number) => apart.map((of, s) => taken[s]!.get(pair(of, i, target) ?? '') ?? 0)
  const count = (i: number, target: number, by: number) => {
    for (const [s, of] of apart.entries()) {
      const one = pair(of, i, target)
      if (one !== undefined) taken[s]!.set(one, (taken[s]!.get(one) ?? 0) + by)
    }
  }
  for (const i of referring) count(i, out[i]!, 1)
  const isFine = (i: number) => fits(i, out[i]!) && timesOf(i, out[i]!).every((times) => times <= 1)
  const broken = referring.filter((i) => !isFine(i))
  const isOpen = (i: number, target: number) =>
    fits(i, target) && (among(i)?.has(target) ?? true) && timesOf(i, target).every((times) => times === 0)
  const give = (i: number, target: number) => {
    count(i, out[i]!, -1)
    out[i] = target
    count(i, target, 1)
  }
  // Each leaves its place to the other: in one hour two lessons may change rooms that both take.
  const mayChange = (i: number, j: number) => {
    const [mine, theirs] = [out[i]!, out[j]!]
    if (mine === theirs || !fits(i, theirs) || !fits(j, mine)) return false
    count(i, mine, -1)
    count(j, theirs, -1)
    const may = isOpen(i, theirs) && isOpen(j, mine)
    count(i, mine, 1)
    count(j, theirs, 1)
    return may
  }
  const away = (one: number, other: number): number => {
    const [here, there] = [placeOf(places, one), placeOf(places, other)]
    return Number(classes[one] !== classes[other]) * FAR + here.reduce((sum, x, c) => sum + (x - there[c]!) ** 2, 0)
  }
  const nearest = (i: number, all: readonly number[], targetOf: (one: number) => number) =>
    all.reduce<number | undefined>(
      (best, one) => (best === undefined || away(out[i]!, targetOf(one)) < away(out[i]!, targetOf(best)) ? one : best),
      undefined
    )
  for (const [b, i] of broken.entries()) {
    if (isFine(i)) continue
    const others: number[] = []
    for (let k = 0; k < Math.min(MOST_COMPARED, referring.length); k++) {
      const j = referring[(b * MOST_COMPARED + k * STRIDE) % referring.length]!
      if (mayChange(i, j)) others.push(j)
    }
    const other = nearest(i, others, (j) => out[j]!)
    if (other !== undefined) {
      const [mine, theirs] = [out[i]!, out[other]!]
      give(i, theirs)
      give(other, mine)
      continue
    }
    const free = [...(among(i) ?? classes.keys())].filter((target) => isOpen(i, target))
    const like = nearest(i, free, (target) => target)
    if (like !== undefined) give(i, like)
    else if (apart.length > 0) moveOn(i)
  }
  return out

  /** Gives a row what another one has that can have something else. */
  function moveOn(i: number): void {
    for (const j of referring) {
      const theirs = out[j]!
      if (j === i || !fits(i, theirs)) continue
      count(j, theirs, -1)
      const open = isOpen(i, theirs) ? [...(among(j) ?? classes.keys())].filter((target) => target !== theirs && isOpen(j, target)) : []
      count(j, theirs, 1)
      const like = nearest(j, open, (target) => target)
      if (like === undefined) continue
      give(j, like)
      give(i, theirs)
      return
    }
  }
}

/** Rows of other categories are farther than any numbers. */
const FAR = 1e9
/** Rows that are compared lie far apart: a prime. */
const STRIDE = 7919

/** A bound between rows that rows refer to by two of their keys, as people write it. */
export function betweenText({ low, high, key, other }: Bound, keys: readonly ForeignKey[]): string {
  const columnOf = (text: string | undefined) => keys.find((one) => keyText(one) === text)!.column
  return `${columnOf(other)}.${high} >= ${columnOf(key)}.${low}`
}
