import { monthsAfter, monthsBetween } from '../../table/expression.js'
import { RARE_BELOW } from '../../table/rare-below.js'
import { isBeyondChance, rateByChance } from './chance.js'
import type { Quantity } from './quantity.js'

/** How far a date lies behind another one, where it does so by few distances: 6 or 12 months, 3 or 7 days to the second. Plain data. */
export interface FewDistances {
  readonly from: string
  /** Whether these are months of the calendar; else days. */
  readonly months: boolean
  /** Ascending. */
  readonly distances: readonly number[]
}

/** Months of the calendar from one day to another, as `monthsAfter` counts them: half of one more where the end lies between two. */
export function monthsTo(start: number, end: number): number {
  const months = monthsBetween(start, end)
  if (monthsAfter(start, months) === end) return months
  // The last of a month that is shorter.
  return monthsAfter(start, months + 1) === end ? months + 1 : months + 0.5
}

/** Rows of each distance, on average at least: what fewer have says little. */
const ROWS_OF_DISTANCE = 8

/**
 * The few distances by which a date lies behind another one, or none before it, wherever it is there: whole months of the calendar, or numbers of
 * days of which none is another one's neighbour in the unit of the dates, each in three rows at least, and beyond what such distances have by
 * chance. Undefined where it has more, or one alone: that is a rule. Cost O(rows).
 */
function fewDistances(from: Quantity, date: Quantity, candidates: number): FewDistances | undefined {
  const rows = Array.from(date.values.keys()).filter((i) => !Number.isNaN(date.values[i]!))
  const unit = Math.min(from.unit, date.unit)
  const inMonths = (i: number, j: number): number => {
    const months = monthsTo(from.values[i]!, date.values[j]!)
    return Number.isInteger(months) ? months : Number.NaN
  }
  // Days to the unit that dates are written in, which are fractions of one.
  const inUnits = (i: number, j: number): number => (unit > 0 ? Math.round((date.values[j]! - from.values[i]!) / unit) : Number.NaN)
  for (const distance of [inMonths, inUnits]) {
    const counts = new Map<number, number>()
    for (const i of rows) {
      const own = distance(i, i)
      if (!(own >= 0)) break
      counts.set(own, (counts.get(own) ?? 0) + 1)
      if (counts.size * ROWS_OF_DISTANCE > rows.length) break
    }
    const told = [...counts.values()].reduce((sum, count) => sum + count, 0)
    if (told < rows.length || counts.size < 2 || counts.size * ROWS_OF_DISTANCE > rows.length) continue
    if ([...counts].some(([own, count]) => count < RARE_BELOW || (distance === inUnits && counts.has(own + 1)))) continue
    const rate = rateByChance(rows.length, (i, j) => counts.has(distance(rows[i]!, rows[j]!)))
    if (!isBeyondChance({ rate, times: rows.length - counts.size, candidates })) continue
    const months = distance === inMonths
    const distances = [...counts.keys()].sort((a, b) => a - b).map((own) => (months ? own : Number((own * unit).toPrecision(12))))
    return { from: from.name, months, distances }
  }
  return undefined
}

/** The same of all pairs of dates that vary, whatever other columns there are: of each date from the one that has fewest distances. Cost O(p² · rows), and of most pairs a few rows. */
export function findFewDistances(quantities: readonly Quantity[]): ReadonlyMap<string, FewDistances> {
  const dates = quantities.filter(({ isDate, values }) => isDate && values.some((x) => !Number.isNaN(x) && x !== values[0]))
  const found = dates.flatMap((date) => {
    const own = dates.flatMap((from) => (from === date ? [] : (fewDistances(from, date, dates.length ** 2) ?? [])))
    const [first] = own.sort((a, b) => a.distances.length - b.distances.length)
    return first ? [[date.name, first] as const] : []
  })
  return new Map(found)
}
