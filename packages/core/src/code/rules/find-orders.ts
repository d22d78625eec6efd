import { firstFrom } from '../../num/ascending.js'
import { exp, log, normalCdf, normalQuantile } from '../../num/elementary.js'
import { evenly } from '../../num/evenly.js'
import { placesByName } from '../../num/group.js'
import { mean, median, midranks, quantileOfSorted, sorted, variance } from '../../num/statistics.js'
import { summaryOf } from '../../num/summary.js'
import { isBelievedAtLog, isBeyondChance, logChoose, rateByChance } from './chance.js'
import { sayOrder } from './order-names.js'
import type { Quantity } from './quantity.js'

/** A column that is never above another. */
export interface OrderFound {
  readonly low: string
  readonly high: string
}

/** Rows that have both numbers, at least: a fifth of them says how the gaps end. */
const LEAST_ROWS = 30

/** Part of the rows that stand nearest to the diagonal: their gaps say how the gaps would go on below 0. */
const TAIL = 0.2

/** A column that hardly varies beside the other one is a constant bound of it. */
export const LEAST_SPREAD = 0.05

/** Of orders that are believed one in a hundred is none: of those, hardly a row in a hundred would break it. */
export const LOG_CHANCE = log(100)

/**
 * Pairs of dates, or of numbers, of which one is never above the other: more often than their ranges explain (independence).
 * Where `drawn` columns are drawn together, also so that a law without the order would be seen to break it: what no row does, and more drawn
 * ones would than chance allows, is kept, whether or not it could never be. At worst it could be in so few rows that none of these shows it,
 * which is not so of parts of the rows.
 * Numbers that merely hang together may do so; of them the gaps must end at 0 as at a wall. Were there none, the gaps of the nearest fifth of the rows would go on below 0:
 * of k gaps under t, whose mean distance from t is e, about k·exp(−t/e) would be negative (an exponential tail, which is longer
 * than that of a normal law). None is; by chance so with probability exp(−k·exp(−t/e)). Gaps are differences, or of positive numbers
 * ratios: of classes of 8 and of 500 pupils those who answered come equally near to all. Cost O(p²) on a few rows, O(rows·log rows) for
 * each that passes.
 */
export function findOrders(quantities: readonly Quantity[], drawn?: number): OrderFound[] {
  const meant = overlapping(quantities)
  // Of two columns one may be the lower.
  return beyondChance(
    meant.filter(({ low, high }) => isOrdered(low, high)),
    { candidates: meant.length / 2, drawn, together: outerDates(meant) }
  )
}

/**
 * Pairs of a column with gaps and one that it is never above, which is there wherever it is, as the arrival that a cancellation
 * comes before: by the evidence of `findOrders`, in the rows that have both. Cost: as of that.
 */
export function findLimits(quantities: readonly Quantity[], drawn?: number): OrderFound[] {
  const meant = overlapping(quantities)
  return beyondChance(
    meant.filter(({ low, high }) => isLimited(low, high)),
    { candidates: meant.length, drawn, together: outerDates(meant) }
  )
}

/**
 * Pairs of columns each of which is missing in some rows that have the other, as the first and the last day of what has not ended or whose
 * beginning nobody knows: by the evidence of `findOrders`, in the rows that have both. Cost: as of that.
 */
export function findCrossing(quantities: readonly Quantity[], drawn?: number): OrderFound[] {
  const meant = overlapping(quantities)
  return beyondChance(
    meant.filter(({ low, high }) => isCrossing(low, high)),
    { candidates: meant.length / 2, drawn, together: outerDates(meant) }
  )
}

/** Rows that have both numbers, and of these the ones in which the lower column is above the other. */
export function crossedIn(low: Float64Array, high: Float64Array): { readonly count: number; readonly rows: number } {
  let [count, rows] = [0, 0]
  for (let i = 0; i < low.length; i++) {
    if (Number.isNaN(low[i]!) || Number.isNaN(high[i]!)) continue
    rows++
    if (low[i]! > high[i]!) count++
  }
  return { count, rows }
}

/** Orders without those that follow from two others. Cost O(orders·columns). */
export function shortest<Order extends OrderFound>(orders: readonly Order[], others: readonly OrderFound[] = orders): Order[] {
  const below = new Map(
    [...placesByName(others, ({ high }) => high)].map(([high, places]) => [high, new Set(places.map((k) => others[k]!.low))])
  )
  const above = new Map([...placesByName(orders, ({ low }) => low)].map(([low, places]) => [low, places.map((k) => orders[k]!.high)]))
  return orders.filter(({ low, high }) => !above.get(low)!.some((between) => between !== high && below.get(high)?.has(between)))
}

export interface Pair {
  readonly low: Quantity
  readonly high: Quantity
}

/** Pairs of dates, or of numbers; what lies apart as a whole could have no order that means something. */
export function overlapping(quantities: readonly Quantity[]): Pair[] {
  const ranged = quantities.map((one) => ({ ...one, range: summaryOf(one.values) }))
  const pairs = ranged.flatMap((low) => ranged.filter((high) => high !== low && high.isDate === low.isDate).map((high) => ({ low, high })))
  return pairs.filter(({ low, high }) => low.range.low <= high.range.high && high.range.low <= low.range.high)
}

/** Orders that were looked at, and columns that a law draws together; undefined where none is to say what it would break. */
interface Looked {
  readonly candidates: number
  readonly drawn: number | undefined
  /** Pairs that are in order beyond chance with others of the same date. */
  readonly together: ReadonlySet<Pair>
}

/** Of pairs that are in order those that are so by more than chance. */
function beyondChance(pairs: readonly Pair[], looked: Looked): OrderFound[] {
  const walls = pairs.map((pair) => wallOf(pair, looked))
  // Dates, and what names say, have been told already.
  const least = leastBelieved(walls.map(({ wall }) => wall).filter((one) => one < Number.POSITIVE_INFINITY))
  return pairs.flatMap(({ low, high }, k) => {
    const { wall, broken } = walls[k]!
    return wall >= least || broken > LOG_CHANCE ? [{ low: low.name, high: high.name }] : []
  })
}

/** Whether each column is missing in some rows that have the other, and the lower one is in no row above it. */
function isCrossing({ values: low }: Quantity, { values: high }: Quantity): boolean {
  let [isLowAlone, isHighAlone] = [false, false]
  for (let i = 0; i < low.length; i++) {
    if (low[i]! > high[i]!) return false
    isLowAlone ||= Number.isNaN(high[i]!) && !Number.isNaN(low[i]!)
    isHighAlone ||= Number.isNaN(low[i]!) && !Number.isNaN(high[i]!)
  }
  return isLowAlone && isHighAlone
}

/**
 * Pairs of dates of which one is never before, or never after, several others, as the last visit of a patient comes after whatever happened to him: too
 * few rows have each for it to show that by itself. Of n rows the one whose latest event is later than all but k dates of the others has its own
 * not before that with the chance (k + 1)/(n + 2), were they independent, and there are as many ways to take so many columns. Cost O(dates² · rows).
 */
function outerDates(pairs: readonly Pair[]): ReadonlySet<Pair> {
  // What shows an order by itself says nothing of the others.
  const inOrder = pairs.filter((pair) => {
    const { low, high } = pair
    if (!low.isDate || crossedIn(low.values, high.values).count > 0) return false
    const rows = rowsOfBoth(low, high)
    return rows.length > 0 && !isInOrder(pair, rows, pairs.length / 2)
  })
  const told = new Set<Pair>()
  for (const side of ['high', 'low'] as const) {
    const [inner, sign] = side === 'high' ? (['low', 1] as const) : (['high', -1] as const)
    const columns = new Set(pairs.flatMap((pair) => (pair.low.isDate ? [pair[side]] : [])))
    for (const outer of columns) {
      const own = inOrder.filter((pair) => pair[side] === outer)
      if (own.length < 2) continue
      const ends = sorted(outer.values.map((x) => sign * x).filter((x) => !Number.isNaN(x)))
      let chance = 0
      for (let i = 0; i < outer.values.length; i++) {
        if (Number.isNaN(outer.values[i]!)) continue
        const events = own.map((pair) => sign * pair[inner].values[i]!).filter((x) => !Number.isNaN(x))
        if (events.length === 0) continue
        const latest = events.reduce((most, x) => Math.max(most, x))
        chance += log((ends.length - firstFrom(ends, latest) + 1) / (ends.length + 2))
      }
      const ways = logChoose(pairs.filter((pair) => pair[side] === outer).length, own.length)
      if (isBelievedAtLog(chance + ways, 2 * columns.size)) for (const pair of own) told.add(pair)
    }
  }
  return told
}

/** Whether the lower column is missing in some rows of the higher one, and in no row above it. */
function isLimited({ values: low }: Quantity, { values: high }: Quantity): boolean {
  let some = false
  for (let i = 0; i < low.length; i++) {
    if (!Number.isNaN(low[i]!) && !(low[i]! <= high[i]!)) return false
    some ||= Number.isNaN(low[i]!) && !Number.isNaN(high[i]!)
  }
  return some
}

/**
 * The evidence beyond which what all rows obey is believed, so that one in a hundred of those that are is none: the more of them show
 * some, the less each has to show by itself, as a day's lowest price is below all others. What some row breaks is not among them: it
 * would not have been obeyed by chance. Where each candidate obeys something of its own, as a least distance, `candidates` says how
 * many there are. Infinite where none is believed.
 *
 * @source Benjamini and Hochberg, *Controlling the false discovery rate*, J. R. Statist. Soc. B 1995.
 */
export function leastBelieved(evidence: readonly number[], candidates = evidence.length): number {
  const strongest = sorted(evidence).reverse()
  const needed = (k: number) => LOG_CHANCE + log(candidates / (k + 1))
  const last = strongest.findLastIndex((one, k) => one > needed(k))
  return last < 0 ? Number.POSITIVE_INFINITY : needed(last)
}

function isOrdered({ values: low }: Quantity, { values: high }: Quantity): boolean {
  // What has a gap cannot be measured from a start that is not there.
  for (let i = 0; i < low.length; i++) if (low[i]! > high[i]! || (Number.isNaN(low[i]!) && !Number.isNaN(high[i]!))) return false
  return true
}

/** What speaks for an order, in rows that would be beyond it: 0 where chance explains it. */
interface Wall {
  /** Of the data, were there no wall; infinite of dates, as time has an order of its own, and where names say it. */
  readonly wall: number
  /** Of as many that a law draws which knows of none. */
  readonly broken: number
}

const NO_WALL: Wall = { wall: 0, broken: 0 }

function wallOf(pair: Pair, { candidates, drawn, together }: Looked): Wall {
  const { low, high } = pair
  const rows = rowsOfBoth(low, high)
  if (!differ(pair, rows) || !(together.has(pair) || isInOrder(pair, rows, candidates))) return NO_WALL
  if (low.isDate || sayOrder(low.name, high.name)) return { ...NO_WALL, wall: Number.POSITIVE_INFINITY }
  if (rows.length < LEAST_ROWS) return NO_WALL
  const gaps = sorted(rows.map((i) => high.values[i]! - low.values[i]!))
  const unit = Math.max(low.unit, high.unit)
  const beyond = expectedBelow(gaps, unit)
  const over = smoothedBelow(gaps, unit)
  // By which of two scales a law draws is chosen later.
  const broken = drawn === undefined ? 0 : drawnBelow(gaps, unit, drawn)
  if (rows.some((i) => !(low.values[i]! > 0)))
    return {
      wall: Math.max(beyond, over) - log(2),
      broken: broken > LOG_CHANCE ? Math.min(broken, drawnCrossed({ low, high }, rows, drawn!)) : broken
    }
  const ratios = sorted(rows.map((i) => log(high.values[i]! / low.values[i]!)))
  const step = unit / median(Float64Array.from(rows, (i) => high.values[i]!))
  return {
    // Gaps of rows of all sizes crowd at 0 in the one of the two that is not theirs, wherever they end in the other.
    wall: Math.max(beyond, expectedBelow(ratios, step), Math.min(over, smoothedBelow(ratios, step))) - log(3),
    broken: drawn === undefined ? 0 : Math.min(broken, drawnBelow(ratios, step, drawn))
  }
}

/**
 * How many of as many drawn gaps a law of so many columns puts below 0: its kernel is as wide as density estimates of all of them have it,
 * and rows are drawn towards their mean by as much as it spreads them. Cost O(gaps).
 *
 * @source Silverman, *Density estimation*, 1986, equation 4.14 and section 6.4.1.
 */
function drawnBelow(gaps: Float64Array, unit: number, columns: number): number {
  const width = widthOf(gaps.length, columns)
  const [centre, spread] = [mean(gaps), Math.sqrt(variance(gaps))]
  const kept = keptOf(width)
  let below = 0
  for (const gap of gaps) {
    const place = (centre + (gap - centre) * kept + unit / 2) / (width * spread)
    // They ascend, as the gaps do.
    if (place > REACH) break
    below += normalCdf(-place)
  }
  return below
}

/** Rows, evenly spread, and how many others each is moved by: some hundred moves tell a share of a twentieth. */
const [MOVED_ROWS, MOVES] = [2000, 4]

/** Rows between one and those that it is moved by: a prime, as no period of a table is. */
const APART = 7919

/**
 * The same of columns that have no ratios, drawn by their ranks: an amount and its logarithm, which is smaller, never cross by these. Rows are
 * moved by what others lie from the middle. Cost O(rows·log rows).
 */
function drawnCrossed({ low, high }: Pair, rows: readonly number[], columns: number): number {
  const width = widthOf(rows.length, columns)
  const kept = keptOf(width)
  const [lows, highs] = [low, high].map(({ values }) => scoresOf(Float64Array.from(rows, (i) => values[i]!))) as [Scores, Scores]
  let [crossed, moved] = [0, 0]
  for (const i of evenly(rows.length, MOVED_ROWS))
    for (let k = 1; k <= MOVES; k++) {
      const j = (i + k * APART) % rows.length
      const at = ({ scores, ascending }: Scores) => quantileOfSorted(ascending, normalCdf(kept * scores[i]! + width * scores[j]!))
      moved++
      if (at(lows) > at(highs)) crossed++
    }
  return (rows.length * crossed) / moved
}

/** Numbers in order, and the normal scores of their ranks. */
interface Scores {
  readonly scores: Float64Array
  readonly ascending: Float64Array
}

function scoresOf(values: Float64Array): Scores {
  const ranks = midranks(values)
  return { ascending: sorted(values), scores: ranks.map((rank) => normalQuantile((rank + 0.5) / values.length)) }
}

/** Of an estimate of the density of so many columns from rows, in their standard deviations. */
const widthOf = (rows: number, columns: number): number => exp(log(4 / ((columns + 2) * rows)) / (columns + 4))

/** What is left of a row's way from the mean where a kernel of that width spreads it. */
const keptOf = (width: number): number => Math.sqrt(1 - Math.min(1, width) ** 2)

/** Standard deviations that the quartiles of a normal law lie apart. */
const QUARTILES_APART = 1.349

/** Standard deviations beyond which a kernel has nothing. */
const REACH = 8

/**
 * How many of the sorted gaps a kernel estimate of their density puts below 0, where each is rounded to a unit. Of gaps without a wall
 * it has about as many there as the law that they are drawn from; where they begin at a wall it goes on beyond it, whether they crowd at
 * it or not. Cost O(gaps within the kernel's reach of 0).
 *
 * @source Silverman, *Density estimation*, 1986, equation 3.31.
 */
function smoothedBelow(gaps: Float64Array, unit: number): number {
  const between = (quantileOfSorted(gaps, 0.75) - quantileOfSorted(gaps, 0.25)) / QUARTILES_APART
  const spread = Math.sqrt(variance(gaps))
  const width = 0.9 * (between > 0 ? Math.min(spread, between) : spread) * exp(-0.2 * log(gaps.length))
  let below = 0
  for (let k = 0; k < gaps.length && gaps[k]! < REACH * width; k++) below += normalCdf(-(gaps[k]! + unit / 2) / width)
  return below
}

export const rowsOfBoth = (low: Quantity, high: Quantity): number[] =>
  Array.from(high.values, (_, i) => i).filter((i) => !Number.isNaN(high.values[i]!) && !Number.isNaN(low.values[i]!))

/** Whether columns are not the same in these rows, and vary alike. */
export const differ = ({ low, high }: Pair, rows: readonly number[]): boolean =>
  rows.some((i) => low.values[i] !== high.values[i]) && spreadOf(low, rows) >= LEAST_SPREAD * spreadOf(high, rows)

function isInOrder({ low, high }: Pair, rows: readonly number[], candidates: number): boolean {
  const rate = rateByChance(rows.length, (i, j) => low.values[rows[i]!]! <= high.values[rows[j]!]!)
  return isBeyondChance({ rate, times: rows.length, candidates })
}

export function spreadOf({ values }: Quantity, rows: readonly number[]): number {
  return Math.sqrt(variance(rows.map((i) => values[i]!)))
}

/**
 * How many of the sorted gaps a tail without a wall would have put below 0; the next value below it is a unit away. The tail ends
 * before the first gap that none of its rows has: whole numbers come in steps. Where all are 0 they end as if the next were a unit off.
 */
export function expectedBelow(gaps: Float64Array, unit: number): number {
  const last = gaps[Math.max(0, Math.floor(TAIL * gaps.length) - 1)]!
  const end = gaps.find((gap) => gap > last) ?? last + unit
  const above = gaps.indexOf(end)
  const count = above < 0 ? gaps.length : above
  let distance = 0
  for (let k = 0; k < count; k++) distance += end - gaps[k]!
  return count * exp(-((end + unit) * count) / distance)
}
