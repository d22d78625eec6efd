import { evenly } from '../../num/evenly.js'
import { gapsOf } from '../../table/cells.js'
import { takeTableRows } from '../../table/rows.js'
import { clashOf, isOrder } from './choose.js'
import { findKnownLookups } from './known-lookups.js'
import { holdsWhereKnown, wholeParts } from './known-rows.js'
import type { WrittenTable } from './rows-of-rule.js'
import { inputsOf, openOf, type Rule } from './rule.js'

/** Rows by which rules are looked for that some rows know: what these show all others must obey. */
const MOST_ROWS = 5000

interface Search {
  /** The rules of rows without a gap. */
  readonly find: (rows: WrittenTable) => readonly Rule[]
  /** Rows that a value must have to be named, where fewer may not be. */
  readonly minCell?: number | undefined
  /** Columns that no rule derives. */
  readonly except?: ReadonlySet<string>
}

/**
 * What rows compute that know all of its columns, where others lack one: of what a column is computed of a gap says nothing. Found in parts without a
 * gap, or of two columns in all rows that have both, and obeyed by all that know its columns; none that `rules` of all rows compute. Cost: that of
 * `find` on 5,000 rows of eight parts, and O(rows) a rule.
 */
export function findKnown(data: WrittenTable, rules: () => readonly Rule[], { find, minCell, except = new Set() }: Search): Rule[] {
  const { table } = data
  const gapped = new Set(table.columns.filter((column) => gapsOf(column)?.includes(1)).map(({ name }) => name))
  if (gapped.size === 0) return []
  const found = wholeParts(data).flatMap((part) =>
    find({ ...part, table: takeTableRows(part.table, Uint32Array.from(evenly(part.table.rowCount, MOST_ROWS))) })
  )
  const lookups = minCell === undefined ? findKnownLookups(table).map((one): Rule => ({ kind: 'lookup', ...one })) : []
  const computed = rules().filter((rule) => !isOrder(rule) && rule.kind !== 'gap')
  const out: Rule[] = []
  for (const rule of [...found, ...lookups]) {
    if (isOrder(rule) || rule.kind === 'gap' || rule.exceptions || openOf(rule) !== undefined || except.has(rule.column)) continue
    const isOfGaps = [rule.column, ...inputsOf(rule)].some((name) => gapped.has(name))
    if (isOfGaps && !clashOf(rule, [...computed, ...out]) && holdsWhereKnown(rule, data)) out.push(rule)
  }
  return out
}
