import { takeTableRows } from '../../table/rows.js'
import { keepRules } from './keep.js'
import type { WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

/** Rows between those that two columns next to each other are taken from: a prime, as no period of a table is. */
const MIXING = 17

/** Rows that obey the rules, and of which each column that is drawn comes from another row of the table. Cost O(cells). */
export function mixedRows(rules: readonly Rule[], data: WrittenTable): WrittenTable {
  const kept = keepRules(rules, data)
  const drawn = takeRulesOut(kept, data)
  const { columns, rowCount } = drawn.table
  const from = (c: number) => Uint32Array.from({ length: rowCount }, (_, i) => (i + c * MIXING) % rowCount)
  const moved = columns.map((column, c) => takeTableRows({ columns: [column], rowCount }, from(c)).columns[0]!)
  return putRulesBack(kept, { ...drawn, table: { columns: moved, rowCount } })
}
