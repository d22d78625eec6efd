import { median } from '../../num/statistics.js'
import { areLightTails, hasLightTails } from '../../table/scaling.js'
import { firstsOf, groupOfRows } from '../panel/spans.js'

/** What no row stands after, in ticks: so long after the date that first rows are counted from, and the last time of all, each only where times end there. Plain data. */
export interface EndLaw {
  readonly after?: number | undefined
  readonly last?: number | undefined
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
export const endsOf = ({ after, last }: EndLaw, dates: Float64Array): Float64Array =>
  dates.map((date) => Math.min(after === undefined ? Number.POSITIVE_INFINITY : date + after, last ?? Number.POSITIVE_INFINITY))

interface Standing {
  readonly ticks: Float64Array
  /** Where each group's rows begin, and the end [G + 1]. */
  readonly first: Uint32Array
  /** Row of its parent; −1 for none, which stand last [G]. */
  readonly groupOf: Int32Array
}

/**
 * Rows that stand no later than an end, with the first of each group, which is there anyhow, and where groups begin among them; of those
 * without a parent no more than their share of the others. Cost O(n).
 */
export function rowsUntil(
  end: number,
  { ticks, first, groupOf }: Standing,
  orphanRate: number
): { readonly rows: Uint32Array; readonly first: Uint32Array } {
  const groups = groupOfRows(first)
  const within = Uint32Array.from(ticks.keys()).filter((i) => i === first[groups[i]!] || ticks[i]! <= end)
  const own = within.filter((row) => groupOf[groups[row]!]! >= 0).length
  const rows = within.subarray(0, own + Math.round(orphanRate * own))
  const sizes = new Float64Array(rows.length === 0 ? 0 : groups[rows.at(-1)!]! + 1)
  for (const row of rows) sizes[groups[row]!]! += 1
  return { rows, first: firstsOf(sizes) }
}
