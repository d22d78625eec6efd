import { log } from '../../num/elementary.js'
import { endEvidence, endSpacing } from '../../num/sharp-end.js'
import { sorted, variance } from '../../num/statistics.js'
import { CALENDAR, type Expression, monthsAfter, monthsBetween } from '../../table/expression.js'
import { isBeyondChance, rateByChance } from './chance.js'
import { LEAST_SPREAD, leastBelieved, type OrderFound, spreadOf } from './find-orders.js'
import { lastPlace, type Quantity } from './quantity.js'
import { binary, column, number } from './shapes.js'
import { endOfWay } from './share-of-way.js'

/** A column that is never below another and something: `hired >= born + years(18)`. */
interface OffsetFound {
  readonly column: string
  readonly low: Expression
}

/** The end of what is evenly spread lies within so many distances of its last values, but for one time in a thousand. */
const SPACINGS = log(1000)
/** Where less than this part of its variance is left, a date is drawn by its distance from another. */
const FOLLOWS = 0.1

/** A pair that may have a wall, and how its distances end. */
interface Walled {
  readonly low: Quantity
  readonly high: Quantity
  readonly least: number
  readonly offset: Expression
  readonly evidence: number
}

/**
 * Dates that are never nearer to another one than some time: more often than their ranges explain, and with distances that end at a wall: as
 * many lie close to the least one as evenly spread ones would, where those of dates that merely hang together taper off. Of dates that are
 * known to come later only those count that are drawn by themselves, as their distance is as wide as they are; of others those that go along
 * with another one are drawn by the distance, which keeps its end. The wall is a whole number of years, or the number of days of fewest digits, that may be where the
 * distances end. Cost O(p² · rows · log rows).
 */
export function findOffsets(quantities: readonly Quantity[], orders: readonly OrderFound[]): OffsetFound[] {
  const dates = quantities.filter(({ isDate }) => isDate)
  const pairs = dates.flatMap((low) => dates.filter((high) => high !== low).map((high) => ({ low, high })))
  const walled = pairs.flatMap(({ low, high }) => {
    const isOrdered = orders.some((one) => one.low === low.name && one.high === high.name)
    return wallOf(low, high, isOrdered, pairs.length) ?? []
  })
  const least = leastBelieved(
    walled.map(({ evidence }) => evidence),
    pairs.length
  )
  return walled
    .filter(({ evidence }) => evidence >= least)
    .sort((a, b) => b.least - a.least)
    .map(({ high, offset }) => ({ column: high.name, low: offset }))
}

function wallOf(low: Quantity, high: Quantity, isOrdered: boolean, candidates: number): Walled | undefined {
  const rows: number[] = []
  for (const [i, x] of high.values.entries()) {
    if (Number.isNaN(x)) continue
    if (Number.isNaN(low.values[i]!)) return undefined
    rows.push(i)
  }
  const gaps = sorted(rows.map((i) => high.values[i]! - low.values[i]!))
  const own = spreadOf(high, rows) ** 2
  const isWide = isOrdered ? endOfWay(high.values, (i) => low.values[i]!) !== undefined : variance(gaps) >= FOLLOWS * own
  if (gaps.length === 0 || !isWide || spreadOf(low, rows) ** 2 < LEAST_SPREAD ** 2 * own) return undefined
  const least = gaps[0]!
  const rate = rateByChance(rows.length, (i, j) => high.values[rows[j]!]! - low.values[rows[i]!]! >= least)
  if (!isBeyondChance({ rate, times: rows.length, candidates })) return undefined
  const nearest = gaps.map((gap) => -gap).reverse()
  const unit = Math.max(low.unit, high.unit)
  const offset = offsetOf({ low, high, rows, least, unit, reach: SPACINGS * endSpacing(nearest) })
  return offset && { low, high, least, offset: offset.expression, evidence: endEvidence(nearest, unit) + offset.evidence }
}

interface Distances {
  readonly low: Quantity
  readonly high: Quantity
  readonly rows: readonly number[]
  /** The least distance, what it is written in, and how far below it the wall may lie. */
  readonly least: number
  readonly unit: number
  readonly reach: number
}

/** Where a wall lies, and how that speaks for one: by chance the least distance would be anywhere between two numbers as round. */
interface Offset {
  readonly expression: Expression
  readonly evidence: number
}

/** The number of years that a wall may lie at, else of days; undefined where that is none. */
function offsetOf({ low, high, rows, least, unit, reach }: Distances): Offset | undefined {
  const start = column(low.name)
  const roundness = (step: number, beyond: number) => Math.max(0, log(step / (beyond + unit)))
  const months = rows.reduce((a, i) => Math.min(a, monthsBetween(low.values[i]!, high.values[i]!)), Number.POSITIVE_INFINITY)
  const years = Math.floor(months / CALENDAR.years)
  if (years > 0) {
    const beyond = rows.reduce(
      (a, i) => Math.min(a, high.values[i]! - monthsAfter(low.values[i]!, CALENDAR.years * years)),
      Number.POSITIVE_INFINITY
    )
    const expression = binary('+', start, { kind: 'call', name: 'years', of: number(years) })
    if (beyond <= reach) return { expression, evidence: roundness(YEAR, beyond) }
  }
  const days = least >= 0 && least <= reach ? 0 : roundestBelow(least, reach)
  if (days === 0) return undefined
  return {
    expression: binary(days < 0 ? '-' : '+', start, number(Math.abs(days))),
    evidence: roundness(lastPlace(days), least - days)
  }
}

/** Days of a year, on average. */
const YEAR = 365.2425

/** Of the numbers of fewest digits within a reach below a number, the nearest one. */
function roundestBelow(x: number, reach: number): number {
  for (let step = 10 ** Math.ceil(log(Math.abs(x)) / log(10)); step > 1e-6; step /= 10) {
    const below = Number((Math.floor(x / step + 1e-9) * step).toPrecision(12))
    if (below >= x - reach && below <= x) return below
  }
  return x
}
