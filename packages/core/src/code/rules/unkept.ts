import { takeTableRows } from '../../table/rows.js'
import { findRelations, type Search } from './find.js'
import { keepRules } from './keep.js'
import { breachOf, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

/** Rows between those that two columns next to each other are taken from: a prime, as no period of a table is. */
const MIXING = 17

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

/** Rows that obey the rules, and of which each column that is drawn comes from another row of the table. Cost O(cells). */
export function mixedRows(rules: readonly Rule[], data: WrittenTable): WrittenTable {
  const kept = keepRules(rules, data)
  const drawn = takeRulesOut(kept, data)
  const { columns, rowCount } = drawn.table
  const from = (c: number) => Uint32Array.from({ length: rowCount }, (_, i) => (i + c * MIXING) % rowCount)
  const moved = columns.map((column, c) => takeTableRows({ columns: [column], rowCount }, from(c)).columns[0]!)
  return putRulesBack(kept, { ...drawn, table: { columns: moved, rowCount } })
}
