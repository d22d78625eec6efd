import { type CellValue, cellAt } from '../../table/cells.js'
import { type Expression, indicatorsOf } from '../../table/expression.js'
import type { Table } from '../../table/table.js'
import { type Derivation, derives, type KeptRule, type KeptRules, thereOf } from './kept-rules.js'
import { keyAt } from './lookup-table.js'
import { isOpenCell } from './rule.js'

/** Rows that a rule says nothing of, as no row of the data has their combination: each has the nearest one's value. */
interface UnknownKeys {
  readonly rule: Derivation
  /** Columns that it goes by. */
  readonly from: readonly string[]
  readonly count: number
  /** The first of them, from 0. */
  readonly row: number
}

/** What a rule goes by in each row, and whether the data have that. */
interface Key {
  readonly from: readonly string[]
  readonly isKnown: (row: number) => boolean
}

/**
 * The lookups, and formulas by the levels of numbers, of which some rows of a whole table have combinations that no row of the data has; rows that are
 * given the column itself do not count. Cost O(rows · rules).
 */
export function unknownKeys(
  { rules, columns }: KeptRules,
  table: Table,
  isGiven: (column: string, row: number) => boolean = () => false
): UnknownKeys[] {
  const keyOf = (rule: KeptRule): Key | undefined => {
    if (rule.kind === 'formula') return numbersAskedFor(rule.expression)
    // What stands for flags has no other level.
    if (rule.kind !== 'lookup' || rule.flags) return undefined
    const known = new Set(rule.table.keys.map((key) => JSON.stringify(key)))
    const key = keyAt(table, rule)
    return { from: rule.from, isKnown: (row) => known.has(JSON.stringify(key(row))) }
  }
  const numbersAskedFor = (expression: Expression): Key | undefined => {
    const asked = new Set(indicatorsOf(expression).map(({ name }) => name))
    const own = columns.flatMap(({ name, numbers }) => {
      const column = asked.has(name) && numbers && table.columns.find((one) => one.name === name)
      return column ? [{ name, cell: cellAt(column), known: new Set<CellValue>(numbers) }] : []
    })
    const isKnown = (row: number) => own.every(({ cell, known }) => cell(row) === null || known.has(cell(row)))
    return own.length === 0 ? undefined : { from: own.map(({ name }) => name), isKnown }
  }
  return rules.flatMap((rule): UnknownKeys[] => {
    const own = table.columns.find(({ name }) => name === rule.column)
    const key = own && derives(rule) && keyOf(rule)
    if (!key) return []
    const cell = cellAt(own)
    const isOpen = (row: number) => isOpenCell(thereOf(rule)?.or, cell(row))
    const isUnknown = (row: number) => !key.isKnown(row) && !isOpen(row) && !isGiven(rule.column, row)
    const rows = Array.from({ length: table.rowCount }, (_, row) => row).filter(isUnknown)
    return rows.length > 0 ? [{ rule, from: key.from, count: rows.length, row: rows[0]! }] : []
  })
}
