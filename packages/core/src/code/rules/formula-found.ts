import { mean } from '../../num/statistics.js'
import type { Expression } from '../../table/expression.js'
import type { Quantity } from './quantity.js'

/**
 * Whether a sum of columns as they are is their total: at least as many come to it as come off, and it is no less than any of these, on average. What is
 * left of a price is one, and what a price has beside the total of it is none.
 */
export function isTotal(one: Quantity, weights: readonly number[], input: (place: number) => Quantity): boolean {
  const off = weights.flatMap((weight, k) => (weight === -1 ? [k] : []))
  if (weights.some((weight) => Math.abs(weight) !== 1) || 2 * off.length > weights.length) return false
  const size = ({ values }: Quantity) => mean(values.filter((x) => !Number.isNaN(x)))
  return off.every((k) => size(one) >= size(input(k)))
}

/** A formula that all rows obey. */
export interface FormulaFound {
  readonly column: string
  readonly expression: Expression
  readonly rank: number
  readonly inputs: number
}

/** Columns of numbers beyond which only shorter formulas are tried: those of two cost the cube of the columns, those of three the fourth power. */
export const MOST_COLUMNS_OF = { 1: 400, 2: 120, 3: 40 } as const

/** Columns beyond which sums with weights are not: they cost the square, of a column with gaps once more. */
export const MOST_COLUMNS_OF_SUMS = 200

/** Of relations that can be read in several ways, those that round as a result does come first: what rounds less was an input. */
export const [EXACT, ROUNDED, INVERSE] = [1e-5, 0.3, 10]
