import { exp, log } from '../../num/elementary.js'
import { evenly } from '../../num/evenly.js'
import { placesByName } from '../../num/group.js'
import { sorted } from '../../num/statistics.js'
import { logChoose } from './chance.js'
import { crossedIn, differ, LOG_CHANCE, type OrderFound, overlapping, type Pair, rowsOfBoth, shortest } from './find-orders.js'
import { MOST_COLUMNS_OF } from './formula-found.js'
import type { Quantity } from './quantity.js'

/** Rows that most pairs of columns need of which the lower one is sometimes above. */
const FIRST_ROWS = 64

/** An order that rows of the data have, and drawn ones have not. */
export interface OrderCrossed extends OrderFound {
  /** Drawn rows that are in the other order, of those that have both numbers. */
  readonly count: number
  readonly rows: number
}

/**
 * Orders that all rows of the data have, whether or not they end as at a wall, and that more drawn rows have not than chance allows: were both drawn from
 * one law, k rows of those n + m that break it would all be among the n drawn ones with probability (n/(n + m))^k, and of the orders that are
 * told one in a hundred is none. So with rows that break any of several orders of one column, or of several, over all ways to take as many: of few rows
 * none of the orders between the prices of a day is told by itself, and all are together. Without orders that follow from two others; of so many columns
 * as formulas of two are looked for. Cost O(p²·rows drawn), and O(rows) for each that is crossed.
 */
export function crossedOrders(real: readonly Quantity[], drawn: readonly Quantity[]): OrderCrossed[] {
  if (real.length > MOST_COLUMNS_OF[2]) return []
  const pairs = overlapping(real)
  const numbers = new Map(drawn.map(({ name, values }) => [name, values]))
  const crossed = pairs.flatMap(({ low, high }): CrossedPair[] => {
    const [lows, highs] = [numbers.get(low.name), numbers.get(high.name)]
    if (!lows || !highs || crossedIn(low.values.subarray(0, FIRST_ROWS), high.values).count > 0) return []
    const { count, rows } = crossedIn(lows, highs)
    if (count === 0) return []
    const own = crossedIn(low.values, high.values)
    if (own.count > 0) return []
    return [{ low, high, count, rows, own: own.rows, evidence: evidenceOf({ count, rows }, own.rows) }]
  })
  const sure = crossed.filter((one) => differ(one, rowsOfBoth(one.low, one.high)))
  const least = leastTold(sure, pairs, numbers)
  const alone = sure.filter(({ evidence }) => evidence >= least)
  const others = [...crossed].sort((a, b) => b.count - a.count).slice(0, MOST_TOGETHER)
  const families = familiesTold(
    sure.filter((one) => !alone.includes(one)),
    pairs,
    numbers
  )
  const all = [
    ...alone,
    ...families,
    ...together(
      others.filter((one) => sure.includes(one)),
      numbers,
      pairs.length
    )
  ]
  const told = [...new Set(all)]
  return shortest(told.map(({ low, high, count, rows }) => ({ low: low.name, high: high.name, count, rows })))
}

/** Whether any order that all rows of the data have is broken in other rows. Cost O(p²) on a few rows, O(rows) for each that passes. */
export function anyCrossed(real: readonly Quantity[], others: readonly Quantity[]): boolean {
  if (real.length > MOST_COLUMNS_OF[2]) return false
  const numbers = new Map(others.map(({ name, values }) => [name, values]))
  return overlapping(real).some(({ low, high }) => {
    const [lows, highs] = [numbers.get(low.name), numbers.get(high.name)]
    if (!lows || !highs || crossedIn(low.values.subarray(0, FIRST_ROWS), high.values).count > 0) return false
    return crossedIn(lows, highs).count > 0 && crossedIn(low.values, high.values).count === 0
  })
}

interface CrossedPair extends Pair, Pick<OrderCrossed, 'count' | 'rows'> {
  /** Rows of the data that have both. */
  readonly own: number
  /** What speaks against one law of both, as the logarithm of a chance. */
  readonly evidence: number
}

/**
 * Orders of one column with several others, as of what happened to people with when they were last seen, that rows which break any of them
 * tell together: there are as many ways to take so many of the column's pairs, and a column has two sides. Cost O(orders · rows).
 */
function familiesTold(crossed: readonly CrossedPair[], pairs: readonly Pair[], numbers: ReadonlyMap<string, Float64Array>): CrossedPair[] {
  const columns = new Set(pairs.flatMap(({ low, high }) => [low, high]))
  return (['low', 'high'] as const).flatMap((side) =>
    [...placesByName(crossed, (one) => one[side].name)].flatMap(([name, places]) => {
      const family = places.map((k) => crossed[k]!)
      if (family.length < 2) return []
      const drawn = anyCrossedIn(family.map(({ low, high }) => [numbers.get(low.name)!, numbers.get(high.name)!]))
      const own = anyCrossedIn(family.map(({ low, high }) => [low.values, high.values])).rows
      const ways = logChoose(pairs.filter((one) => one[side].name === name).length, family.length) + log(2 * columns.size)
      return evidenceOf(drawn, own) > LOG_CHANCE + ways ? family : []
    })
  )
}

/** Rows that have both numbers of any pair, and those in which any lower one is above the other. */
function anyCrossedIn(pairs: readonly (readonly [Float64Array, Float64Array])[]): Pick<OrderCrossed, 'count' | 'rows'> {
  let [count, rows] = [0, 0]
  for (let i = 0; i < pairs[0]![0].length; i++) {
    if (pairs.some(([low, high]) => low[i]! > high[i]!)) count++
    if (pairs.some(([low, high]) => !Number.isNaN(low[i]!) && !Number.isNaN(high[i]!))) rows++
  }
  return { count, rows }
}

/** Evidence beyond which a million pairs would hardly have one that no row breaks. */
const SURE = log(1e8)

/** Drawn rows that say how often any order is broken. */
const ROWS_OF_ALL = 1024

/**
 * The evidence from which on one in a hundred of the orders that show it is none. Were both drawn from one law, rows of the data would break none of
 * the pairs with an evidence of e with the chance c = exp(−e): so for each of those that some break, of which that is sure, there are c/(1 − c) that none
 * does, and as one cannot see those that are rare, one more at the least evidence. Pairs that many rows break count for nothing. Infinite where none is told. Cost O(p² · 1024).
 *
 * @source Storey, *A direct approach to false discovery rates*, J. R. Statist. Soc. B 2002, with the chance of each test as it is.
 */
function leastTold(crossed: readonly CrossedPair[], pairs: readonly Pair[], numbers: ReadonlyMap<string, Float64Array>): number {
  const told = sorted(crossed.map(({ evidence }) => evidence))
  if (told.length === 0) return Number.POSITIVE_INFINITY
  const others = sorted(
    pairs.flatMap((pair) => {
      const evidence = evidenceIn(pair, numbers)
      return evidence >= told[0]! && evidence < SURE && crossedIn(pair.low.values, pair.high.values).count > 0 ? [evidence] : []
    })
  )
  let [least, byChance, at] = [Number.POSITIVE_INFINITY, 0, others.length]
  for (let k = told.length - 1; k >= 0; k--) {
    while (at > 0 && others[at - 1]! >= told[k]!) {
      const chance = exp(-others[--at]!)
      byChance += chance / (1 - chance)
    }
    if (byChance + exp(-told[k]!) <= (told.length - k) * exp(-LOG_CHANCE)) least = told[k]!
  }
  return least
}

/** What would speak for an order if no row of the data broke it. */
function evidenceIn({ low, high }: Pair, numbers: ReadonlyMap<string, Float64Array>): number {
  const [lows, highs] = [numbers.get(low.name), numbers.get(high.name)]
  if (!lows || !highs) return 0
  const some = evenly(lows.length, ROWS_OF_ALL)
  const at = (values: Float64Array) => Float64Array.from(some, (i) => values[i]!)
  const own = rowsOfBoth(low, high).length
  return evidenceOf(crossedIn(at(lows), at(highs)), own)
}

/** As the logarithm of a chance: rows that break an order are all among the drawn ones, and none of as many of the data. */
const evidenceOf = ({ count, rows }: Pick<OrderCrossed, 'count' | 'rows'>, own: number): number =>
  count === 0 ? 0 : count * log((rows + own) / rows)

/** Orders that are looked at together, at most: those that most rows break. */
const MOST_TOGETHER = 12

/** Of orders by how many rows break them as many as say most together; none where chance explains all. */
function together(orders: readonly CrossedPair[], numbers: ReadonlyMap<string, Float64Array>, candidates: number): readonly CrossedPair[] {
  const broken = new Set<number>()
  let [least, best] = [-LOG_CHANCE, 0]
  let [rows, own] = [0, Number.POSITIVE_INFINITY]
  for (const [k, one] of orders.entries()) {
    const [lows, highs] = [numbers.get(one.low.name)!, numbers.get(one.high.name)!]
    for (let i = 0; i < lows.length; i++) if (lows[i]! > highs[i]!) broken.add(i)
    ;[rows, own] = [Math.max(rows, one.rows), Math.min(own, one.own)]
    // Any number of orders was tried, and any so many of all; of two that are each other's reverse there is one.
    const tried = log(orders.length) + logChoose(candidates / 2, k + 1) + (k + 1) * log(2)
    const chance = broken.size * log(rows / (rows + own)) + tried
    if (chance <= least) [least, best] = [chance, k + 1]
  }
  return orders.slice(0, best)
}
