import { summaryOf } from '../../num/summary.js'
import { dateUnit } from '../../table/date-style.js'
import { COALESCE, type Expression } from '../../table/expression.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { NumericColumn } from '../../table/table.js'
import { binary, column, number } from './shapes.js'

/** Milliseconds of a day: in rules dates count in days. */
export const DAY = 86_400_000

/** A column of numbers as rules see it. */
export interface Quantity {
  readonly name: string
  readonly isDate: boolean
  /** Of times of day: what they count since midnight. */
  readonly clock?: ClockUnit | undefined
  /** [n], dates in days; NaN where missing. */
  readonly values: Float64Array
  /** What its numbers are rounded to, as they are written; 0 where all digits are kept. */
  readonly unit: number
  /** What it is written as, where it is no column as it stands. */
  readonly of?: Expression
}

/** Columns of numbers with gaps that count as 0, as a discount that is not given: parts of sums, and none by themselves. */
export const filledIn = (quantities: readonly Quantity[]): Quantity[] =>
  quantities.flatMap((one) =>
    !one.isDate && !one.clock && summaryOf(one.values).hasGaps
      ? [{ ...one, values: one.values.map((x) => (Number.isNaN(x) ? 0 : x)), of: binary(COALESCE, column(one.name), number(0)) }]
      : []
  )

export type ClockUnit = 'minutes' | 'seconds'

/** What times of day in a column count since midnight; undefined for other columns. */
export const clockUnitOf = ({ number }: ColumnFormat): ClockUnit | undefined =>
  number?.clock && (number.clock.seconds === 'none' ? 'minutes' : 'seconds')

/** A column of numbers or dates with the unit that it is written in. */
export function quantityOf(column: NumericColumn, format: ColumnFormat, unit = unitIn(column, format)): Quantity {
  return { name: column.name, isDate: column.kind === 'datetime', values: amountsOf(column), unit, clock: clockUnitOf(format) }
}

/** What the numbers of a column are rounded to, in days of dates; 0 where all digits are kept. */
export function unitIn(column: NumericColumn, format: ColumnFormat): number {
  const written = unitOf(column.kind, format)
  if (column.kind !== 'number') return written
  return Math.max(written, format.number?.single ? SINGLE_UNIT * largestOf(amountsOf(column)) : heldUnit(column, written))
}

/**
 * What numbers of single precision, of 24 binary digits, are rounded to, as a part of the largest: that of their own rounding and of
 * those of what they were computed from.
 */
const SINGLE_UNIT = 2 ** -21

/** How far two numbers of a column may stand apart, and be the same in it: by the last digits that its precision holds. */
export const sameness = (value: number, { number }: ColumnFormat): number =>
  number?.single ? SINGLE_UNIT * Math.abs(value) : tolerance(0, value)

/**
 * A number as an expression takes it: what is computed of single precision is computed of what its program had, 3.0999999046325684 for 3.1;
 * a column by itself stays as it is written.
 */
export const takenBy = (expression: Expression, value: number, { number }: ColumnFormat): number =>
  number?.single && expression.kind !== 'column' ? Math.fround(value) : value

/** Digits that programs write of each number, at least; fewer are as people round. */
const LEAST_DIGITS = 7

/** Digits that a program writes of a number, at most, where these are not all that it has. */
const WRITTEN_DIGITS = 15

/** Digits of numbers that may have been computed in single precision, at most. */
const SINGLE_DIGITS = 9

/** Numbers of which each would have more digits, nine times in ten, if they were written to decimals. */
const LEAST_SHORT = 8

/** Columns do not change, and each is asked for with every rule. */
const heldUnits = new WeakMap<Float64Array, number>()

function heldUnit(column: NumericColumn, unit: number): number {
  const found = heldUnits.get(column.values) ?? unitOfDigits(amountsOf(column), unit)
  heldUnits.set(column.values, found)
  return found
}

/**
 * What numbers are rounded to, as the largest of them is, where all have as many digits and not as many decimals: seven of each, as R writes them. 0 of other
 * columns. Cost O(n) where some have so many digits.
 */
function unitOfDigits(values: Float64Array, unit: number): number {
  const largest = largestOf(values)
  if (!(largest > unit * 10 ** LEAST_DIGITS)) return 0
  let most = 0
  const powers: number[] = []
  for (const x of values) {
    if (Number.isNaN(x)) continue
    const [mantissa, power] = x.toExponential().split('e') as [string, string]
    const digits = mantissa.replace(/\D/g, '').length
    most = Math.max(most, digits)
    powers.push(Number(power))
    if (most > WRITTEN_DIGITS) return 0
  }
  if (most < LEAST_DIGITS) return 0
  // Written to decimals these would have more digits.
  const short = powers.filter((power) => unit === 0 || 10 ** (power - most) >= 0.99 * unit).length
  const top = powers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const low = powers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  if (short < LEAST_SHORT || top === low) return 0
  return Number(`1e${top - most + 1}`) + (most <= SINGLE_DIGITS ? SINGLE_UNIT * largest : 0)
}

function largestOf(values: Float64Array): number {
  const { low, high } = summaryOf(values)
  return Number.isFinite(low) ? Math.max(-low, high) : 0
}

/** As they are, where there is nothing to change: a column of a million rows is looked at many times. */
function amountsOf({ kind, values, missing }: NumericColumn): Float64Array {
  if (kind !== 'datetime' && !missing) return values
  const amounts = kind === 'datetime' ? values.map((x) => x / DAY) : values.slice()
  if (missing) for (let i = 0; i < amounts.length; i++) if (missing[i]) amounts[i] = Number.NaN
  return amounts
}

/** The unit that a column is written in; dates in days. */
export function unitOf(kind: NumericColumn['kind'], { number, date }: ColumnFormat): number {
  if (kind === 'datetime') return (date ? dateUnit(date) : 1) / DAY
  if (kind === 'integer') return 1
  const [size, ...others] = number?.magnitudes?.sizes ?? []
  if (size && others.length === 0) return Number(`1e${size.exponent - size.decimals}`)
  return number?.decimals === undefined ? 0 : Number(`1e-${number.decimals}`)
}

/** A column of fewer values is a category: what determines it is a lookup, or a threshold. */
const LEAST_VALUES = 3

/** Whether a column has so many different values; default as many as formulas ask for. */
export function hasValues({ values }: Pick<Quantity, 'values'>, least = LEAST_VALUES): boolean {
  const seen = new Set<number>()
  for (const x of values) if (!Number.isNaN(x) && seen.add(x).size >= least) return true
  return false
}

/** Sums and products of what is written differ from what was meant by so many of their digits. */
const DIGITS = 1e-11

/** How near to half a unit counts as half, as a part of it. */
const NEAR = 1e-6

/** How far a value may stand from what a formula gives, and still be that in the column's unit. */
export function tolerance(unit: number, value: number): number {
  return 0.5 * unit * (1 + NEAR) + DIGITS * Math.abs(value)
}

/** What is no further off than this is surely less than half a unit off. */
export const leastFromHalf = (unit: number): number => 0.5 * unit * (1 - NEAR)

/** What one in the last place of a number is that is not 0: 100 of 1500. */
export function lastPlace(x: number): number {
  const [digits, exponent] = x.toExponential().split('e') as [string, string]
  return 10 ** (Number(exponent) + 1 - digits.replace(/\D/g, '').length)
}

export const presentOf = (values: Float64Array): Float64Array => values.filter((x) => !Number.isNaN(x))
