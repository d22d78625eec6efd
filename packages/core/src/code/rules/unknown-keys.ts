import { cellAt } from '../../table/cells.js'
import type { Table } from '../../table/table.js'
import type { KeptRule, KeptRules } from './kept-rules.js'
import { keyAt } from './lookup-table.js'
import { isOpenCell } from './rule.js'

/** Rows that a lookup says nothing of, as no row of the data has their combination: each has the nearest one's value. */
interface UnknownKeys {
  readonly rule: Extract<KeptRule, { kind: 'lookup' }>
  readonly count: number
  /** The first of them, from 0. */
  readonly row: number
}

/**
 * The lookups of which some rows of a whole table have combinations that no row of the data has; rows that are given the column
 * itself do not count. Cost O(rows · lookups).
 */
export function unknownKeys(
  { rules }: KeptRules,
  table: Table,
  isGiven: (column: string, row: number) => boolean = () => false
): UnknownKeys[] {
  return rules.flatMap((rule): UnknownKeys[] => {
    // What stands for flags has no other level.
    const own = rule.kind === 'lookup' && !rule.flags && table.columns.find(({ name }) => name === rule.column)
    if (!own) return []
    const { keys } = rule.table
    const known = new Set(keys.map((key) => JSON.stringify(key)))
    const [key, cell] = [keyAt(table, rule), cellAt(own)]
    const isOpen = (row: number) => isOpenCell(rule.there?.or, cell(row))
    const isUnknown = (row: number) => !known.has(JSON.stringify(key(row))) && !isOpen(row) && !isGiven(rule.column, row)
    const rows = Array.from({ length: table.rowCount }, (_, row) => row).filter(isUnknown)
    return rows.length > 0 ? [{ rule, count: rows.length, row: rows[0]! }] : []
  })
}
