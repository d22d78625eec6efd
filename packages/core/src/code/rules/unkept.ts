import { evaluate, indicatorsOf, namesIn } from '../../table/expression.js'
import { findRelations, type Search } from './find.js'
import { mixedRows } from './mixed-rows.js'
import { tolerance } from './quantity.js'
import { breachOf, quantityIn, type WrittenTable } from './rows-of-rule.js'
import { openOf, type Rule } from './rule.js'

/** Orders that are stated and that the rules see to by themselves. Cost: as of `findRules`. */
export const impliedOrders = (data: WrittenTable, search: Search = {}): readonly Rule[] => findRelations(data, search).implied ?? []

/**
 * Formulas that all rows of a table obey beyond chance, and that its rules do not see to: left out as each of their columns is computed
 * otherwise, or would be from itself. Each relation once, whichever of its columns it was read to compute. What the rules imply is none of
 * them: it holds in rows whose drawn columns come from different rows too. Cost: as of `findRules`, and O(cells) where some are left out.
 */
export function unkeptRelations(data: WrittenTable, search: Search = {}): readonly Rule[] {
  const { rules, left } = findRelations(data, search)
  if (left.length === 0) return []
  const mixed = mixedRows(rules, data)
  return left.filter((rule) => breaks(rule, mixed))
}

/**
 * Whether rows break a rule by more than the last digits of its columns, each half a unit off: of two percentages that are rounded one is the other
 * times a ratio of their counts, as nearly as their digits say.
 */
function breaks(rule: Rule, data: WrittenTable): boolean {
  const found = breachOf(rule, data)
  if (!found || rule.kind !== 'formula' || openOf(rule) !== undefined || indicatorsOf(rule.expression).length > 0)
    return found !== undefined
  const { column: name, expression } = rule
  const { values, unit } = quantityIn(data, name)
  const inputs = namesIn(expression).map((input) => ({ input, ...quantityIn(data, input) }))
  const byName = new Map(inputs.map((one) => [one.input, one.values]))
  const at = (row: number, moved?: string, by = 0) => evaluate(expression, (input) => byName.get(input)![row]! + (input === moved ? by : 0))
  return found.rows.some((row) => {
    const computed = at(row)
    const digits = inputs.reduce((sum, one) => sum + Math.abs(at(row, one.input, one.unit / 2) - computed), 0)
    return !(Math.abs(values[row]! - computed) <= tolerance(unit, values[row]!) + digits)
  })
}
