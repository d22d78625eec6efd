import { findRelations, type Search } from './find.js'
import { mixedRows } from './mixed-rows.js'
import { breachOf, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'

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
  return left.filter((rule) => breachOf(rule, mixed))
}
