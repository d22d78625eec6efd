import { exp, log } from '../../num/elementary.js'
import { summaryOf } from '../../num/summary.js'
import { RARE_BELOW } from '../../table/rare-below.js'
import { isBeyondChance, rateByChance } from './chance.js'
import type { Compared } from './equal-numbers.js'
import { lastPlace, tolerance } from './quantity.js'
import { simplestIn } from './shapes.js'

/** How many times another number a number is, where these are few: 6, 12 or 24 pieces a box, a tip of nothing, 10 or 15 percent. Plain data. */
export interface FewRatios {
  readonly of: string
  /** Ascending; 0 where the number is nothing. */
  readonly factors: readonly number[]
}

/** Rows of each ratio, on average at least: what fewer have says little. */
const ROWS_OF_RATIO = 8
/** Ratios, at most: each is a level of what is drawn in their place. */
const MOST_RATIOS = 12
/** As many times the values and the distances has a number that goes by so many ratios: of fewer it could as well be a list of these. */
const MORE_VALUES = 2
/** Of the numbers next to those of rows so many have such a ratio too, at most: where half of them have, as of months and days of the year, ratios say where about a number lies. */
const MOST_BESIDE = 0.25
/** Rows of which more ratios than these few most pairs show at once. */
const FIRST_ROWS = 40

/**
 * The few ratios, in the digits that it is written in, in which a number that is never negative stands to another one above 0, wherever it is there; each in
 * three rows at least. Undefined where it has more, or as many as values. Cost O(rows·log rows), and of most pairs a few rows.
 */
export function fewRatios(one: Compared, other: Compared): readonly number[] | undefined {
  if (one.isDate || one.isLevel || other.isDate || other.isLevel || one === other) return undefined
  if (summaryOf(one.values).low < 0 || !(summaryOf(other.values).low > 0)) return undefined
  const { unit = 0 } = one
  const rows = Array.from(one.values.keys()).filter((i) => !Number.isNaN(one.values[i]!))
  const some =
    rows.length <= FIRST_ROWS ? rows : Array.from({ length: FIRST_ROWS }, (_, k) => rows[Math.floor((k * rows.length) / FIRST_ROWS)]!)
  if (!ratiosIn(one, other, some) || rows.length < MOST_RATIOS) return undefined
  const found = ratiosIn(one, other, rows)
  if (!found || found.length < 2 || found.length * ROWS_OF_RATIO > rows.length) return undefined
  if (found.some(({ count }) => count < RARE_BELOW) || !areRound(found)) return undefined
  const values = new Set(rows.map((i) => one.values[i]!))
  const distances = new Set(rows.map((i) => Number((one.values[i]! - other.values[i]!).toPrecision(12))))
  if (Math.min(values.size, distances.size) < MORE_VALUES * found.length) return undefined
  const factors = found.map(({ factor }) => factor)
  const isNear = nearness(one, other, factors)
  const beside = rows.reduce((count, i) => count + Number(isNear(i, one.values[i]! - unit)) + Number(isNear(i, one.values[i]! + unit)), 0)
  return unit > 0 && beside > MOST_BESIDE * 2 * rows.length ? undefined : factors
}

/** Whether a number stands in one of some ratios to another one's in a row. */
function nearness({ unit = 0 }: Compared, { values }: Compared, factors: readonly number[]): (row: number, x: number) => boolean {
  return (i, x) => factors.some((factor) => Math.abs(factor * values[i]! - x) <= tolerance(unit, x))
}

/** A ratio of the fewest digits that rows leave it, how much they leave, and how many they are. */
interface Found {
  readonly factor: number
  readonly width: number
  readonly count: number
}

/** How often ratios as round as these may stand where they need not be round. */
const BY_CHANCE = 0.05

/**
 * Whether ratios have fewer digits than the widths that rows leave them mostly hold: of each the number of others of as few digits that lie there
 * is a probability, and all of them together are one.
 * @source Fisher, Statistical Methods for Research Workers, 1932: minus twice the sum of their logarithms is χ² of two degrees of freedom each.
 */
function areRound(found: readonly Found[]): boolean {
  const some = found.filter(({ factor }) => factor !== 0)
  const sum = some.reduce((total, { factor, width }) => total - Math.min(0, log(width / lastPlace(factor))), 0)
  let [term, below] = [1, 0]
  for (let k = 0; k < some.length; k++) {
    below += term
    term *= sum / (k + 1)
  }
  return exp(-sum) * below < BY_CHANCE
}

/** The fewest ratios of some rows, ascending; undefined where they are more than a category has levels. */
function ratiosIn({ values, unit = 0 }: Compared, other: Compared, rows: readonly number[]): readonly Found[] | undefined {
  const intervals = rows.map((i) => {
    const [x, whole] = [values[i]!, other.values[i]!]
    // What is written as nothing is that, and no ratio near it.
    const slack = x === 0 ? 0 : tolerance(unit, x)
    return { low: (x - slack) / whole, high: (x + slack) / whole }
  })
  if (intervals.some(({ low }) => Number.isNaN(low))) return undefined
  const found: Found[] = []
  let [low, high, count] = [Number.NaN, Number.NEGATIVE_INFINITY, 0]
  const close = () => count > 0 && found.push({ factor: low <= 0 && high >= 0 ? 0 : simplestIn(low, high), width: high - low, count })
  // In the order of their ends the first of each ratio ends first: what begins behind that has another one.
  for (const one of intervals.sort((a, b) => a.high - b.high)) {
    if (one.low <= high) {
      low = Math.max(low, one.low)
      count++
      continue
    }
    close()
    if (found.length === MOST_RATIOS) return undefined
    ;({ low, high } = one)
    count = 1
  }
  close()
  return found
}

/**
 * The same of all pairs of numbers, beyond what such ratios have by chance: of each number by the other one to which it has the fewest, of as few those of
 * fewest digits; none goes round to itself. Cost O(p² · 40), and O(rows·log rows) for each pair that these leave open.
 */
export function findFewRatios(columns: readonly Compared[]): ReadonlyMap<string, FewRatios> {
  const numbers = columns.filter(
    ({ isDate, isLevel, values }) => !isDate && !isLevel && values.some((x) => !Number.isNaN(x) && x !== values[0])
  )
  const found = numbers.flatMap((one, place) =>
    numbers.flatMap((other, before) => {
      const factors = fewRatios(one, other)
      if (!factors || !isTold(one, other, factors, numbers.length ** 2)) return []
      const digits = factors.reduce((sum, factor) => sum + String(factor).replace(/\D/g, '').length, 0)
      return [{ column: one.name, of: other.name, factors, digits, isLater: place > before }]
    })
  )
  const kept = new Map<string, FewRatios>()
  const goesBack = (name: string, to: string): boolean => name === to || (kept.has(name) && goesBack(kept.get(name)!.of, to))
  const best = found.sort((a, b) => a.factors.length - b.factors.length || a.digits - b.digits || Number(b.isLater) - Number(a.isLater))
  for (const { column, of, factors } of best) if (!kept.has(column) && !goesBack(of, column)) kept.set(column, { of, factors })
  return kept
}

/** Whether more rows have such a ratio than of numbers that have nothing to do with each other. */
function isTold(one: Compared, other: Compared, factors: readonly number[], candidates: number): boolean {
  const { values } = one
  const rows = Array.from(values.keys()).filter((i) => values[i]! > 0)
  if (rows.length < 2) return false
  const isNear = nearness(one, other, factors)
  const rate = rateByChance(rows.length, (i, j) => isNear(rows[i]!, values[rows[j]!]!))
  return isBeyondChance({ rate, times: rows.length - factors.length, candidates })
}
