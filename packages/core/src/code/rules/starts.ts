import { sorted, variance } from '../../num/statistics.js'
import { isNumeric } from '../../table/table.js'
import { needs } from './choose.js'
import { MOST_COLUMNS_OF } from './find-formulas.js'
import { type Quantity, quantityOf } from './quantity.js'
import { formatIn, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'
import { columnsOfCuts } from './thresholds.js'

/** Part of a date's variance that may be left in its distance from another one. */
const FOLLOWS = 0.1
/** Part of what is left from the dates that it comes after: a start that it cannot fall below says more than one that is as near. */
const NEARER = 0.5

/**
 * From which other date each date is measured that goes along with one: whether a delivery is late is drawn as how late it is. Drawn
 * each by itself, two dates of a year would have the distance that noise of a year gives them. Of dates in an order it is the
 * start, unless another one is nearer, or a flag compares them. Numbers that are another one in many rows are measured from that
 * (`equalsIn`). Cost O(rows) for each pair of dates.
 */
export function startsOf(
  rules: readonly Rule[],
  { table, formats }: WrittenTable,
  except: ReadonlySet<string>
): ReadonlyMap<string, string> {
  const dates = table.columns.flatMap((column) =>
    isNumeric(column) && column.kind === 'datetime' ? [quantityOf(column, formatIn({ table, formats }, column.name))] : []
  )
  const starts = new Map<string, string>()
  const inputs = () => [...rules, ...[...starts].map(([column, from]) => orderOf(column, from))]
  for (const [place, date] of dates.entries()) {
    const own = rules.filter((rule) => rule.column === date.name && rule.kind !== 'gap')
    if (except.has(date.name) || own.some((rule) => rule.kind !== 'order' || rule.exceptions)) continue
    const lows = own.flatMap((rule) => (rule.kind === 'order' && rule.low.kind === 'column' ? [rule.low.name] : []))
    if (lows.length < own.length) continue
    const spread = (from: Quantity): number => spreadFrom(date, from)
    const least = Math.min(...dates.filter(({ name }) => lows.includes(name)).map(spread))
    const compared = rules.flatMap((rule) => (rule.kind === 'step' && rule.of === date.name ? columnsOfCuts(rule.cuts) : []))
    const most = (from: Quantity): number => Math.min(FOLLOWS * spreadOf(date), least * (compared.includes(from.name) ? 1 : NEARER))
    const open = dates.filter((from, k) => k < place && !needs([from.name], inputs()).has(date.name) && spread(from) < most(from))
    if (open.length > 0) starts.set(date.name, open.reduce((best, one) => (spread(one) < spread(best) ? one : best)).name)
  }
  for (const [name, from] of equalsIn(rules, { table, formats }, except)) if (!needs([from], inputs()).has(name)) starts.set(name, from)
  return starts
}

/**
 * Numbers that are another one in many rows, as what is paid is what was asked, each by that: drawn each by itself, none would be it. So
 * where more of its different values stand beside the same one than columns that have nothing to do with each other would have, and than
 * numbers that come near each other would: of a log-concave law of how many values of both they are apart, no more are
 * none apart than the square of those that are one apart over those that are two. Of so many columns as formulas of two are looked for.
 * Cost O(p²) on the first rows, and O(rows·log rows) for each pair that agrees in some of them.
 */
function equalsIn(rules: readonly Rule[], { table, formats }: WrittenTable, except: ReadonlySet<string>): [string, string][] {
  const derived = new Set(rules.flatMap((rule) => (rule.kind === 'gap' ? [] : [rule.column])))
  const numbers = table.columns.flatMap((column) =>
    isNumeric(column) && column.kind !== 'datetime' && !derived.has(column.name)
      ? [quantityOf(column, formatIn({ table, formats }, column.name))]
      : []
  )
  if (numbers.length > MOST_COLUMNS_OF[2]) return []
  return numbers.flatMap((number, place): [string, string][] => {
    if (except.has(number.name)) return []
    const equal = numbers
      .slice(0, place)
      .map((from) => (agree(number.values, from.values) ? equalBeyondChance(number.values, from.values) : 0))
    const most = Math.max(0, ...equal)
    return most === 0 ? [] : [[number.name, numbers[equal.indexOf(most)]!.name]]
  })
}

/** Rows that are looked at first, of which some must agree. */
const FIRST_ROWS = 400
/** Standard deviations that chance does not explain: one count in 30,000. */
const ERRORS = 4

/** Whether two columns have two different values side by side in the first rows, and the second a number wherever the first has. */
function agree(values: Float64Array, from: Float64Array): boolean {
  let some: number | undefined
  let others = false
  for (let i = 0; i < values.length; i++) {
    if (values[i] === from[i]) {
      some ??= values[i]!
      others ||= some !== values[i]
    }
    if (i >= FIRST_ROWS && !others) return false
    if (Number.isNaN(from[i]!) && !Number.isNaN(values[i]!)) return false
  }
  return others
}

/** Different values of a column that stand beside the same one in another; 0 where chance or nearness has as many. */
function equalBeyondChance(values: Float64Array, from: Float64Array): number {
  const [ownCounts, counts] = [values, from].map(countsByValue) as [Map<number, number>, Map<number, number>]
  const places = new Map(Array.from(sorted([...new Set([...ownCounts.keys(), ...counts.keys()])]), (x, k) => [x, k]))
  const apart = [0, 0, 0]
  let chance = 0
  const seen = new Set<number>()
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!
    if (Number.isNaN(x) || seen.has(x)) continue
    seen.add(x)
    chance += Math.min(1, (ownCounts.get(x)! * (counts.get(x) ?? 0)) / values.length)
    const steps = Math.abs(places.get(x)! - places.get(from[i]!)!)
    if (steps < apart.length) apart[steps]!++
  }
  const [none, one, two] = apart as [number, number, number]
  // Of either side half; one more of each, as of none there may be few.
  const near = (one / 2 + 1) ** 2 / (two / 2 + 1)
  const most = Math.max(chance, near)
  return none > most + ERRORS * Math.sqrt(most) ? none : 0
}

function countsByValue(values: Float64Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (const x of values) if (!Number.isNaN(x)) counts.set(x, (counts.get(x) ?? 0) + 1)
  return counts
}

const orderOf = (column: string, from: string): Rule => ({ kind: 'order', column, low: { kind: 'column', name: from } })

const spreadOf = ({ values }: Quantity): number => variance(values.filter((x) => !Number.isNaN(x)))

/** Variance of the distance from another date; infinite where that is missing and the date is not. */
function spreadFrom(date: Quantity, from: Quantity): number {
  const rows = Array.from(date.values.keys()).filter((i) => !Number.isNaN(date.values[i]!))
  const gaps = rows.map((i) => date.values[i]! - from.values[i]!)
  return gaps.some(Number.isNaN) ? Number.POSITIVE_INFINITY : variance(gaps)
}
