import { log } from '../../num/elementary.js'
import { summaryOf } from '../../num/summary.js'
import type { Expression } from '../../table/expression.js'
import { isBelievedAtLog, logChoose, rateByChance } from './chance.js'
import { tolerance } from './quantity.js'
import { expressionAt, quantityIn, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'
import { writtenDigits } from './shapes.js'

/**
 * Whether a formula that comes to its column by rounding alone is a curve through it, and no law: where it takes no less to write than the column
 * as its rows stand. Years, the plots of a field, or all that is the same over many rows, are told by where a few rows change; whatever else goes
 * up or down along them is near to these with a number or two of enough digits. Of two numbers of two digits it takes a ten thousandth to be so by
 * chance. Cost O(rows).
 */
export function isFit(rule: Rule, data: WrittenTable): boolean {
  if (rule.kind !== 'formula') return false
  const { values, isDate } = quantityIn(data, rule.column)
  const length = isDate ? Number.POSITIVE_INFINITY : lengthAlongRows(values)
  const choices = choicesIn(rule.expression, data.table.columns.length)
  const { low, high } = summaryOf(values)
  const largest = Math.max(-low, high)
  if (isBelievedAtLog(-length, 1) && isBelievedAtLog(choices - length, 1)) return false
  const at = expressionAt(rule.expression, data)
  // What is as far off in all rows, as by half of one, is a constant.
  const off = values.map((x, i) => at(i) - x).filter((left) => !Number.isNaN(left))
  return off.some((left) => Math.abs(left - off[0]!) > tolerance(0, largest))
}

/**
 * Logarithm of how likely it is by chance that as many rows obey a formula: of columns that have nothing to do with each other, over all choices of
 * its exceptions. Of two readings of one relation the less likely one says more.
 */
export function logChanceOf(rule: Extract<Rule, { kind: 'formula' }>, data: WrittenTable): number {
  const { values, unit } = quantityIn(data, rule.column)
  const at = expressionAt(rule.expression, data)
  const computed = values.map((_, i) => at(i))
  const rows = Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]!) && !Number.isNaN(computed[i]!))
  const rate = rateByChance(rows.length, (i, j) => Math.abs(computed[rows[i]!]! - values[rows[j]!]!) <= tolerance(unit, values[rows[j]!]!))
  const broken = Math.min(rule.exceptions ?? 0, rows.length)
  return (rows.length - broken) * log(rate) + logChoose(rows.length, broken)
}

/** Logarithm of how many columns change as seldom as this one, from row to row, from their commonest step to one of as many others. */
function lengthAlongRows(values: Float64Array): number {
  const present = values.filter((x) => !Number.isNaN(x))
  const counts = new Map<number, number>()
  for (let i = 1; i < present.length; i++) {
    const step = present[i]! - present[i - 1]!
    counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  const steps = Math.max(0, present.length - 1)
  const changes = steps - [...counts.values()].reduce((most, count) => Math.max(most, count), 0)
  return logChoose(steps, changes) + changes * log(Math.max(1, counts.size - 1))
}

/** Logarithm of how many formulas have as many digits, columns and levels. */
function choicesIn(expression: Expression, columns: number): number {
  switch (expression.kind) {
    case 'number':
      return writtenDigits(Math.abs(expression.value)) * log(10)
    case 'negate':
    case 'call':
      return choicesIn(expression.of, columns)
    case 'binary':
      return choicesIn(expression.left, columns) + choicesIn(expression.right, columns)
    default:
      return log(columns)
  }
}
