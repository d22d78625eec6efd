import { findOrders } from '../../code/rules/find-orders.js'
import { DAY } from '../../code/rules/quantity.js'
import { median } from '../../num/statistics.js'
import { numbersOf } from '../../table/rows.js'
import { areLightTails, hasLightTails } from '../../table/scaling.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { firstsOf, groupOfRows } from '../panel/spans.js'
import { type Ticks, tickOf } from '../panel/ticks.js'

/**
 * What no row stands after, in ticks: so long after the date that first rows are counted from, and the last time of all, each only where times end there;
 * and a date of the parent's, where that is there. Plain data.
 */
export interface EndLaw {
  readonly after?: number | undefined
  readonly last?: number | undefined
  readonly date?: EndDate | undefined
}

/** A date of the parent's that no row is after; of rows that have a time of day, until the end of its day. Plain data. */
export interface EndDate {
  readonly column: string
  readonly wholeDay: boolean
}

interface Times {
  /** Tick of every row [n]. */
  readonly at: Float64Array
  /** Where each group's rows begin, and the end [G + 1]. */
  readonly first: Uint32Array
  /** Row of its parent; −1 for none [G]. */
  readonly groupOf: Int32Array
}

/**
 * Where times end: they do where they end sooner than a normal law would, as those of a year in which rows lie anywhere, or their later
 * half by itself, as of records up to today, of which there are ever more. `dates`: ticks that groups are counted from, where they are counted from any. Cost O(n).
 */
export function endLaw({ at, first, groupOf }: Times, dates: Float64Array | undefined): EndLaw | undefined {
  const groups = groupOfRows(first)
  const own = [...at.keys()].filter((i) => groupOf[groups[i]!]! >= 0)
  if (own.length === 0) return undefined
  const ofRows = (tick: (row: number) => number) => endOf(Float64Array.from(own, tick))
  const last = ofRows((i) => at[i]!)
  const after = dates && ofRows((i) => at[i]! - dates[groups[i]!]!)
  return last === undefined && after === undefined ? undefined : { after, last }
}

const endOf = (ticks: Float64Array): number | undefined =>
  hasLightTails(ticks) || endsAbove(ticks) ? ticks.reduce((most, tick) => Math.max(most, tick), Number.NEGATIVE_INFINITY) : undefined

/** Whether the upper half, mirrored at the median, ends sooner than a normal law would. As its mirror image says nothing anew, its numbers count as often as they are there. */
function endsAbove(ticks: Float64Array): boolean {
  const middle = median(ticks)
  const above = ticks.filter((tick) => tick > middle).map((tick) => tick - middle)
  let [second, fourth] = [0, 0]
  for (const x of above) {
    second += x ** 2 / above.length
    fourth += x ** 4 / above.length
  }
  return above.length > 0 && areLightTails(fourth / second ** 2, above.length)
}

/** Ticks that groups end at, which are counted from dates [G]. */
export const endsOf = ({ after, last }: EndLaw, dates: Float64Array, until?: Float64Array): Float64Array =>
  dates.map((date, g) =>
    Math.min(
      after === undefined ? Number.POSITIVE_INFINITY : date + after,
      last ?? Number.POSITIVE_INFINITY,
      until?.[g] ?? Number.POSITIVE_INFINITY
    )
  )

interface Ended {
  readonly parent: Table
  /** Row of the parent of each group, or of each row; −1 for none. */
  readonly groupOf: Int32Array
  readonly ticks: Omit<Ticks, 'least'>
}

/**
 * The date of the parent's that no row stands after, as a subscription's end or a patient's death, of several the one that most rows have: by the
 * evidence of orders between dates of one table. Rows whose parent has none, as what goes on, have no such end. Cost O(dates · n).
 */
export function endDate(at: Float64Array, { parent, groupOf, ticks }: Ended, isTimed: boolean): EndDate | undefined {
  let most = 0
  let found: EndDate | undefined
  for (const column of datesIn(parent, ticks)) {
    const date = { column: column.name, wholeDay: isTimed && column.values.every((value, i) => column.missing?.[i] || value % DAY === 0) }
    const until = untilOf(date, { parent, groupOf, ticks })
    const rows = [...at.keys()].filter((i) => until[i]! < Number.POSITIVE_INFINITY)
    if (rows.length <= most || rows.some((i) => at[i]! > until[i]!)) continue
    const quantity = (name: string, of: Float64Array) => ({ name, isDate: true, unit: 1, values: Float64Array.from(rows, (i) => of[i]!) })
    const orders = findOrders([quantity('row', at), quantity('end', until)])
    if (!orders.some(({ low }) => low === 'row')) continue
    most = rows.length
    found = date
  }
  return found
}

/** Ticks that such a date ends groups at, where it does. */
export const untilIn = ({ date }: Pick<EndLaw, 'date'>, groups: Ended): Float64Array | undefined => date && untilOf(date, groups)

const datesIn = ({ columns }: Table, { kind }: Pick<Ticks, 'kind'>): NumericColumn[] =>
  kind === 'months' || kind === 'months-from-end'
    ? []
    : columns.filter((column): column is NumericColumn => isNumeric(column) && column.kind === 'datetime')

/** Ticks of that date for each group; infinite where it is not there. */
function untilOf({ column: name, wholeDay }: EndDate, { parent, groupOf, ticks }: Ended): Float64Array {
  const { values, missing } = numbersOf(parent, name)
  return Float64Array.from(groupOf, (row) => {
    if (row < 0 || missing?.[row]) return Number.POSITIVE_INFINITY
    const tick = tickOf(ticks, wholeDay ? values[row]! + DAY - 1 : values[row]!)
    return ticks.kind === 'real' ? tick : Math.floor(tick)
  })
}

interface Standing {
  readonly ticks: Float64Array
  /** Where each group's rows begin, and the end [G + 1]. */
  readonly first: Uint32Array
  /** Row of its parent; −1 for none, which stand last [G]. */
  readonly groupOf: Int32Array
}

/**
 * Rows that stand no later than the end of their group, with the first of each group, which is there anyhow, and where groups begin among them; of those
 * without a parent no more than their share of the others. Cost O(n).
 */
export function rowsUntil(
  ends: Float64Array,
  { ticks, first, groupOf }: Standing,
  orphanRate: number
): { readonly rows: Uint32Array; readonly first: Uint32Array } {
  const groups = groupOfRows(first)
  const within = Uint32Array.from(ticks.keys()).filter((i) => i === first[groups[i]!] || ticks[i]! <= ends[groups[i]!]!)
  const own = within.filter((row) => groupOf[groups[row]!]! >= 0).length
  const rows = within.subarray(0, own + Math.round(orphanRate * own))
  const sizes = new Float64Array(rows.length === 0 ? 0 : groups[rows.at(-1)!]! + 1)
  for (const row of rows) sizes[groups[row]!]! += 1
  return { rows, first: firstsOf(sizes) }
}
