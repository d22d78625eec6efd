import { DAY, type Quantity } from '../code/rules/quantity.js'
import { chanceOfMore } from '../diagnose/strays.js'
import type { NamedWarning } from '../know/support.js'
import { numberText, shareText, timeText } from '../tell/numbers.js'
import type { ComparedNumbers } from './compared-numbers.js'

/** Name of the warning that drawn rows have numbers beyond all of the data's. */
export const RANGE_WARNING = 'range-left'

/** How often anything is told of the columns of a model, at most: all share this chance, and each has two ends. */
const BY_CHANCE = 0.01

/**
 * What is said of columns that leave the range of the data in more drawn rows than in fresh ones, of which those beyond all of the data
 * have a hypergeometric law whatever the column's is: those that nothing keeps to where the data lie, and why. Cost O(rows) a column.
 */
export function rangeWarnings(
  computed: readonly string[],
  { real, drawn, counts }: Omit<ComparedNumbers, 'equal'>,
  why = (_column: string): string =>
    'a rule computes it of columns that are drawn (--rules off draws it by itself, or --rule states which column is computed instead)'
): NamedWarning[] {
  return computed.flatMap((name) => {
    const own = real.find((one) => one.name === name)
    const other = drawn.find((one) => one.name === name)
    if (!own || !other) return []
    const shared = BY_CHANCE / (2 * computed.length)
    return ([-1, 1] as const).flatMap((side) => beyond({ own, other, counts, side, shared, why }))
  })
}

interface Compared {
  readonly own: Quantity
  readonly other: Quantity
  readonly counts: Float64Array | undefined
  readonly side: -1 | 1
  /** What chance gives at most. */
  readonly shared: number
  readonly why: (column: string) => string
}

function beyond({ own, other, counts, side, shared, why }: Compared): NamedWarning[] {
  const known = own.values.reduce((sum, x, i) => (Number.isNaN(x) ? sum : sum + (counts?.[i] ?? 1)), 0)
  const end = own.values.reduce((most, x) => (Number.isNaN(x) ? most : Math.max(most, side * x)), Number.NEGATIVE_INFINITY)
  const there = other.values.filter((x) => !Number.isNaN(x))
  const out = there.filter((x) => side * x > end)
  if (!(chanceOfMore({ count: out.length, of: there.length }, { count: 0, of: known }) < shared)) return []
  const far = out.reduce((most, x) => Math.max(most, side * x), end)
  const show = (x: number) => (own.isDate ? timeText(x * DAY) : numberText(x))
  const [where, to] = side < 0 ? ['below', 'down'] : ['above', 'up']
  const message = `${own.name} is ${where} ${show(side * end)} in ${shareText(out.length / there.length)} of the drawn rows, ${to} to ${show(side * far)}, and in no row of the data: ${why(own.name)}`
  return [{ name: RANGE_WARNING, message }]
}
