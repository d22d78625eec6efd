import { variance } from '../../num/statistics.js'
import { isNumeric } from '../../table/table.js'
import { needs } from './choose.js'
import { findFewDistances } from './few-distances.js'
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
 * start, unless another one is nearer, or a flag compares them; where one is a few terms before the date, it is that one. Cost O(rows) for each pair of dates.
 */
export function startsOf(
  rules: readonly Rule[],
  { table, formats }: WrittenTable,
  except: ReadonlySet<string>
): ReadonlyMap<string, string> {
  const dates = table.columns.flatMap((column) =>
    isNumeric(column) && column.kind === 'datetime' ? [quantityOf(column, formatIn({ table, formats }, column.name))] : []
  )
  const few = findFewDistances(dates)
  const starts = new Map<string, string>()
  const inputs = () => [...rules, ...[...starts].map(([column, from]) => orderOf(column, from))]
  for (const [place, date] of dates.entries()) {
    const own = rules.filter((rule) => rule.column === date.name && rule.kind !== 'gap')
    if (except.has(date.name) || own.some((rule) => rule.kind !== 'order' || rule.exceptions)) continue
    const lows = own.flatMap((rule) => (rule.kind === 'order' && rule.low.kind === 'column' ? [rule.low.name] : []))
    if (lows.length < own.length) continue
    const term = few.get(date.name)?.from
    if (term !== undefined && !needs([term], inputs()).has(date.name)) {
      starts.set(date.name, term)
      continue
    }
    const spread = (from: Quantity): number => spreadFrom(date, from)
    const least = Math.min(...dates.filter(({ name }) => lows.includes(name)).map(spread))
    const compared = rules.flatMap((rule) => (rule.kind === 'step' && rule.of === date.name ? columnsOfCuts(rule.cuts) : []))
    const most = (from: Quantity): number => Math.min(FOLLOWS * spreadOf(date), least * (compared.includes(from.name) ? 1 : NEARER))
    const open = dates.filter((from, k) => k < place && !needs([from.name], inputs()).has(date.name) && spread(from) < most(from))
    if (open.length > 0) starts.set(date.name, open.reduce((best, one) => (spread(one) < spread(best) ? one : best)).name)
  }
  return starts
}

const orderOf = (column: string, from: string): Rule => ({ kind: 'order', column, low: { kind: 'column', name: from } })

const spreadOf = ({ values }: Quantity): number => variance(values.filter((x) => !Number.isNaN(x)))

/** Variance of the distance from another date; infinite where that is missing and the date is not. */
function spreadFrom(date: Quantity, from: Quantity): number {
  const rows = Array.from(date.values.keys()).filter((i) => !Number.isNaN(date.values[i]!))
  const gaps = rows.map((i) => date.values[i]! - from.values[i]!)
  return gaps.some(Number.isNaN) ? Number.POSITIVE_INFINITY : variance(gaps)
}
