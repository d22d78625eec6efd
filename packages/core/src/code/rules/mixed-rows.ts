import { takeTableRows } from '../../table/rows.js'
import { keepRules } from './keep.js'
import type { KeptRules } from './kept-rules.js'
import type { WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

/** Rows between those that two columns next to each other are taken from: a prime, as no period of a table is. */
const MIXING = 17

/** Rows that obey the rules, and of which each column that is drawn comes from another row of the table. Cost O(cells). */
export const mixedRows = (rules: readonly Rule[], data: WrittenTable): WrittenTable => mixedBy(keepRules(rules, data), data)

/** The same of rules that are kept already, if any. */
export function mixedBy(kept: KeptRules | undefined, data: WrittenTable): WrittenTable {
  const drawn = kept ? takeRulesOut(kept, data) : data
  const { columns, rowCount } = drawn.table
  const from = (c: number) => Uint32Array.from({ length: rowCount }, (_, i) => (i + c * MIXING) % rowCount)
  const moved = columns.map((column, c) => takeTableRows({ columns: [column], rowCount }, from(c)).columns[0]!)
  const mixed = { ...drawn, table: { columns: moved, rowCount } }
  return kept ? putRulesBack(kept, mixed) : mixed
}
