import { DAY, type Quantity } from '../../code/rules/quantity.js'
import { chanceOfMore } from '../../diagnose/strays.js'
import type { NamedWarning } from '../../know/support.js'
import { numberText, shareText, timeText } from '../../tell/numbers.js'
import type { ComparedNumbers } from './compared-numbers.js'

/** Name of the warning that drawn rows have numbers beyond all of the data's. */
export const RANGE_WARNING = 'range-left'

/** How often anything is told of the columns of a model, at most: all share this chance, and each has two ends. */
const BY_CHANCE = 0.01

/** An end of a column in the data that drawn rows are beyond. */
export interface RangeEnd {
  readonly column: string
  /** Whether they are below it, or above. */
  readonly side: -1 | 1
  /** Dates in days. */
  readonly end: number
}

interface RangeLeft extends RangeEnd {
  /** As far as drawn rows go. */
  readonly far: number
  /** Of the drawn rows that have one. */
  readonly share: number
  readonly isDate: boolean
}

/**
 * Ends of the data that more drawn rows are beyond than fresh ones would be, of which those beyond all of the data have a hypergeometric law whatever
 * the column's is. Cost O(rows) a column.
 */
export function rangesLeft(columns: readonly string[], { real, drawn, counts }: Omit<ComparedNumbers, 'equal'>): RangeLeft[] {
  return columns.flatMap((name) => {
    const own = real.find((one) => one.name === name)
    const other = drawn.find((one) => one.name === name)
    if (!own || !other) return []
    const shared = BY_CHANCE / (2 * columns.length)
    return ([-1, 1] as const).flatMap((side) => beyond({ own, other, counts, side, shared }))
  })
}

/** Such an end as people are told. */
export const endText = ({ end, isDate }: Pick<RangeLeft, 'end' | 'isDate'>): string => (isDate ? timeText(end * DAY) : numberText(end))

/** What is said of columns that leave the range of the data, which nothing keeps to where the data lie, and why. Cost: as of `rangesLeft`. */
export function rangeWarnings(
  computed: readonly string[],
  compared: Omit<ComparedNumbers, 'equal'>,
  why = (_column: string): string =>
    'a rule computes it of columns that are drawn (--rules off draws it by itself, or --rule states which column is computed instead)'
): NamedWarning[] {
  return rangesLeft(computed, compared).map((one) => {
    const [where, to] = one.side < 0 ? ['below', 'down'] : ['above', 'up']
    const far = endText({ ...one, end: one.far })
    const message = `${one.column} is ${where} ${endText(one)} in ${shareText(one.share)} of the drawn rows, ${to} to ${far}, and in no row of the data: ${why(one.column)}`
    return { name: RANGE_WARNING, message }
  })
}

interface Compared {
  readonly own: Quantity
  readonly other: Quantity
  readonly counts: Float64Array | undefined
  readonly side: -1 | 1
  /** What chance gives at most. */
  readonly shared: number
}

function beyond({ own, other, counts, side, shared }: Compared): RangeLeft[] {
  const known = own.values.reduce((sum, x, i) => (Number.isNaN(x) ? sum : sum + (counts?.[i] ?? 1)), 0)
  const end = own.values.reduce((most, x) => (Number.isNaN(x) ? most : Math.max(most, side * x)), Number.NEGATIVE_INFINITY)
  const there = other.values.filter((x) => !Number.isNaN(x))
  const out = there.filter((x) => side * x > end)
  if (!(chanceOfMore({ count: out.length, of: there.length }, { count: 0, of: known }) < shared)) return []
  const far = out.reduce((most, x) => Math.max(most, side * x), end)
  const { name: column, isDate } = own
  return [{ column, side, end: side * end, far: side * far, share: out.length / there.length, isDate }]
}
