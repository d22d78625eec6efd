import { variance } from '../../num/statistics.js'
import { COALESCE, type Expression } from '../../table/expression.js'
import { clashOf, needs } from './choose.js'
import { listedValues } from './listed-values.js'
import { presentOf } from './quantity.js'
import { quantityIn, type WrittenTable } from './rows-of-rule.js'
import { columnsIn, inputsOf, type Rule } from './rule.js'

/** Part of the variance of what a column is left of that it must have at least: as of columns that are measured by others. */
export const LEFT = 0.1

/** Whether the numbers of a column recur on few places. */
export function isListed(name: string, data: WrittenTable): boolean {
  const { values, unit } = quantityIn(data, name)
  return listedValues(presentOf(values), unit) !== undefined
}

/**
 * Takes sums of relations that none of the kept ones is of: what such a one computes is computed by another, of which another column
 * can be computed instead. Of `gross = taxable + pension` and `gross = base + bonus` the first becomes `taxable = gross - pension`: each
 * relation that is kept is one that new rows cannot break. What is little beside the columns that it would be left of is not computed so: it
 * would have their noise.
 */
export function turned(formulas: readonly Rule[], kept: Rule[], data: WrittenTable): void {
  for (const rule of formulas) if (rule.kind === 'formula' && isSum(rule.expression)) turnFor(rule, formulas, kept, data)
}

/** Whether formulas compute a column of another one, and be it by way of others. They close no circles. */
export const isComputedOf = (name: string, of: string, rules: readonly Rule[]): boolean =>
  rules.some(
    (one) => one.kind === 'formula' && one.column === name && inputsOf(one).some((own) => own === of || isComputedOf(own, of, rules))
  )

export function turnFor(rule: Rule, formulas: readonly Rule[], kept: Rule[], data: WrittenTable): void {
  const spread = (name: string) => variance(quantityIn(data, name).values.filter((x) => !Number.isNaN(x)))
  const isLarge = (one: Rule) => inputsOf(one).every((name) => spread(one.column) >= LEFT * spread(name))
  // What is paid for a loan goes by the loan: their difference has the noise of neither.
  const areLinked = (one: Rule, rules: readonly Rule[]) =>
    inputsOf(one).some((name) => inputsOf(one).some((by) => by !== name && needs([name], rules).has(by)))
  if (kept.some((one) => one.kind === 'formula' && columnsIn(one) === columnsIn(rule))) return
  const before = kept.find((one) => one.column === rule.column && formulas.includes(one))
  const others = [...kept.filter((one) => one !== before), rule]
  if (before?.kind !== 'formula' || clashOf(rule, others.slice(0, -1))) return
  const open = formulas.filter(
    (one) =>
      one.kind === 'formula' &&
      one.column !== before.column &&
      columnsIn(one) === columnsIn(before) &&
      isSum(one.expression) &&
      !clashOf(one, others) &&
      (isLarge(one) || areLinked(one, others))
  )
  // What is left would be none of few values: of a loan that is lent in thousands the interest is, and not the loan.
  const other = open.find((one) => !isListed(one.column, data)) ?? open[0]
  if (other) kept.splice(0, kept.length, ...others, other)
}

/** Whether columns are added and taken off as they are: then each is what the others leave, to the last digit. */
export const isSum = (one: Expression): boolean =>
  one.kind === 'column' ||
  (one.kind === 'binary' &&
    (one.operator === COALESCE ? isSum(one.left) : (one.operator === '+' || one.operator === '-') && isSum(one.left) && isSum(one.right)))
