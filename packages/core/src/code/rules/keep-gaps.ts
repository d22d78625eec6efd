import { type CellValue, cellAt } from '../../table/cells.js'
import type { Column } from '../../table/table.js'
import { columnOfCells } from './lookup-table.js'
import { saysGap, saysMaybe } from './rows-of-rule.js'
import { columnsOfGap, type GapsWhere } from './rule.js'

/** Where a drawn column is missing; the column itself is drawn. Plain data. */
export interface KeptGaps extends GapsWhere {
  readonly kind: 'gap'
  readonly column: string
  /** The drawn column whose cells are marked: the column, or the gap that an order has in its place. */
  readonly marks: string
  /** Values of the column, evenly over its rows, that stand in turn where one is missing that should not be. */
  readonly values: readonly CellValue[]
}

/** Values kept of a column: hundredths of its law. */
const MOST_VALUES = 100

/** Values of a column, evenly over those that it has. */
export function someValues(column: Column, rowCount: number): CellValue[] {
  const at = cellAt(column)
  const cells = Array.from({ length: rowCount }, (_, i) => at(i)).filter((cell) => cell !== null)
  const sorted = cells.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const count = Math.min(MOST_VALUES, sorted.length)
  return Array.from({ length: count }, (_, k) => sorted[Math.floor(((k + 0.5) * sorted.length) / count)]!)
}

/** The column with a gap exactly where the rule says so. */
export function markGaps(gap: KeptGaps, column: Column, columnNamed: (name: string) => Column): Column {
  if (column.kind === 'identifier') return column
  const { when, maybe, values } = gap
  const own = cellAt(column)
  const others = new Map(columnsOfGap(gap).map((name) => [name, cellAt(columnNamed(name))]))
  const count = 'codes' in column ? column.codes.length : column.values.length
  const cells = Array.from({ length: count }, (_, i) => {
    const other = (name: string) => others.get(name)!(i)
    return saysMaybe(maybe, other(when)) ? own(i) : saysGap(gap, other) ? null : (own(i) ?? values[(i * STRIDE) % values.length]!)
  })
  return columnOfCells(column, cells)
}

/** Prime to every number of values up to a hundred: rows in turn take values far from each other. */
const STRIDE = 7919
