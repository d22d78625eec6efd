import { reflectedInto } from '../../law/strata.js'
import { variance } from '../../num/statistics.js'
import { numbersOf } from '../../table/rows.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { type Ticks, tickOf } from '../panel/ticks.js'

/** A date of the parent's that no row is before: the first row is drawn by how long after it stands. Plain data. */
export interface StartLaw {
  readonly column: string
  /** In ticks, what stands for it where there is no parent. */
  readonly none: number
  /** Where rows stand on whole ticks, that it is the tick that has begun then. */
  readonly begun?: boolean | undefined
}

interface Starts {
  /** Tick of each group's first row, or of each row [G]. */
  readonly at: Float64Array
  /** Row of its parent; −1 for none. */
  readonly groupOf: Int32Array
}

/**
 * The date of the parent's after which all rows stand, of several the one that tells their times the best: how long after it varies
 * less than the times themselves. Undefined where there is none, or times are counted in months. Cost O(parents).
 */
export function startLaw({ at, groupOf }: Starts, { columns }: Table, ticks: Ticks): StartLaw | undefined {
  if (ticks.kind === 'months' || ticks.kind === 'months-from-end') return undefined
  const own = [...groupOf.keys()].filter((g) => groupOf[g]! >= 0)
  let least = variance(Float64Array.from(own, (g) => at[g]!))
  let found: StartLaw | undefined
  for (const column of columns) {
    if (!isNumeric(column) || column.kind !== 'datetime' || column.missing) continue
    if (own.length < 2) continue
    const ways = [ticksIn(column, ticks), ...(ticks.kind === 'real' ? [] : [begunIn(column, ticks)])]
    const isAfter = (dates: Float64Array) => own.every((g) => at[g]! >= dates[groupOf[g]!]!)
    const dates = ways.find(isAfter)
    const spread = dates && variance(Float64Array.from(own, (g) => at[g]! - dates[groupOf[g]!]!))
    if (spread === undefined || !(spread < least)) continue
    least = spread
    const none = dates!.reduce((sum, date) => sum + date, 0) / dates!.length
    found = { column: column.name, none, ...(dates === ways[1] ? { begun: true } : {}) }
  }
  return found
}

type TicksOfRows = Pick<Ticks, 'kind' | 'origin' | 'unit' | 'clock'>

const ticksIn = ({ values }: NumericColumn, ticks: TicksOfRows): Float64Array => values.map((value) => tickOf(ticks, value))

/** Of moments where rows stand on whole ticks the tick that has begun: of a ticket of this morning the work of today is not before it. */
const begunIn = (column: NumericColumn, ticks: TicksOfRows): Float64Array => ticksIn(column, ticks).map(Math.floor)

/** Tick of that date for each group [G]; noughts where none is counted from. */
export function datesOf(law: StartLaw | undefined, groupOf: Int32Array, parents: Table, ticks: Ticks): Float64Array {
  if (!law) return new Float64Array(groupOf.length)
  const dates = (law.begun ? begunIn : ticksIn)(numbersOf(parents, law.column), ticks)
  return Float64Array.from(groupOf, (parent) => (parent < 0 ? law.none : dates[parent]!))
}

interface Counted {
  /** Ticks that groups are counted from, and that they end at, where they do [G]. */
  readonly dates: Float64Array
  readonly ends: Float64Array | undefined
  readonly groupOf: Int32Array
}

/**
 * Ticks at which groups begin so long after a date: on whole ticks where there are any, and never before the date. What would be after
 * their end is reflected at it: put on it, many rows would stand on the last day of all.
 */
export function startsAfter(gaps: Float64Array, { dates, ends, groupOf }: Counted, { kind }: Ticks): Float64Array {
  const [first, near] = kind === 'real' ? [(x: number) => x, (x: number) => x] : [Math.ceil, Math.round]
  return gaps.map((gap, g) => {
    const [drawn, end] = [near(dates[g]! + gap), ends?.[g] ?? Number.POSITIVE_INFINITY]
    if (groupOf[g]! < 0) return Math.min(drawn, end)
    const least = first(dates[g]!)
    return drawn > end && end > least ? reflectedInto(least, end, drawn) : Math.max(least, Math.min(drawn, end))
  })
}
