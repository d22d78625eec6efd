import { columnsOf, type Expression, evaluate } from '../../table/expression.js'
import { expressionText } from '../../table/expression-text.js'
import { formatClock } from '../../table/time-of-day.js'
import { type ClockUnit, DAY, tolerance } from './quantity.js'

/** Where a value of a column begins: at a number, or at what other columns of the row say. Plain data. */
export type Cut = number | CutBy

interface CutBy {
  readonly at: Expression
  /** Only above it, not where both are the same. */
  readonly above?: true | undefined
}

/** How thresholds that are numbers are written. */
export interface CutStyle {
  /** They are dates, in days. */
  readonly dates?: true | undefined
  /** Of times of day: what they count since midnight. */
  readonly clock?: ClockUnit | undefined
}

export interface Thresholds extends CutStyle {
  readonly cuts: readonly Cut[]
}

export const isNumber = (cut: Cut): cut is number => typeof cut === 'number'

/** Columns that thresholds are computed from, each once. */
export const columnsOfCuts = (cuts: readonly Cut[]): string[] => [
  ...new Set(cuts.flatMap((cut) => (isNumber(cut) ? [] : columnsOf(cut.at))))
]

/** Whether thresholds that are numbers rise, as far as they stand beside each other. */
export const areRising = (cuts: readonly Cut[]): boolean =>
  cuts.every((cut, k) => {
    const before = cuts[k - 1]
    return before === undefined || !isNumber(cut) || !isNumber(before) || cut > before
  })

/** How many thresholds a number reaches; undefined where it or one of them is missing. */
export function binOf(x: number, cuts: readonly Cut[], value: (name: string) => number): number | undefined {
  let bin = Number.isNaN(x) ? undefined : 0
  for (const cut of cuts) {
    if (bin === undefined) return undefined
    if (isNumber(cut)) {
      if (x >= cut) bin++
      continue
    }
    const start = evaluate(cut.at, value)
    // Sums of what is written miss what was meant by their last digits.
    const slack = tolerance(0, Math.max(Math.abs(start), Math.abs(x)))
    if (!Number.isFinite(start)) bin = undefined
    else if (cut.above ? x > start + slack : x >= start - slack) bin++
  }
  return bin
}

/** `age >= 18`, `delivered > promised`, `bins(value, low, > high)`. */
export function thresholdsText(of: string, { cuts, ...style }: Thresholds): string {
  const [first] = cuts
  if (cuts.length > 1) return `bins(${[of, ...cuts.map((cut) => `${isAbove(cut) ? '> ' : ''}${cutWord(cut, style)}`)].join(', ')})`
  return `${of} ${isAbove(first!) ? '>' : '>='} ${cutWord(first!, style)}`
}

const isAbove = (cut: Cut): boolean => !isNumber(cut) && cut.above === true

/** A threshold; of dates as ISO 8601 has it, without what is 0, and of times of day as a clock shows them. */
export function cutWord(cut: Cut, { dates, clock }: CutStyle): string {
  if (!isNumber(cut)) return expressionText(cut.at)
  if (clock) return formatClock(Math.ceil(cut), { seconds: clock === 'minutes' ? 'none' : 'whole' })
  return dates ? new Date(Math.round(cut * DAY)).toISOString().replace(/(T00:00)?(:00)?\.000Z$/, '') : String(cut)
}
