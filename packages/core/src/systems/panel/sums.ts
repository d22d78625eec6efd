import type { KeptRules } from '../../code/rules/kept-rules.js'
import { putRulesBack } from '../../code/rules/stacked.js'
import { type Matrix, matrix, matrixFromColumns } from '../../num/matrix.js'
import type { ColumnFormat } from '../../table/infer.js'
import { roundToFormat } from '../../table/present.js'
import { numbersOf } from '../../table/rows.js'
import type { Column, NumericColumn, Table } from '../../table/table.js'
import { type RunningSum, rises } from './running.js'

/** What sums run on by. */
interface SummedLaw {
  readonly panel: { readonly running?: readonly RunningSum[] | undefined; readonly formats?: readonly ColumnFormat[] }
  readonly rules?: KeptRules | undefined
}

/** A column that no law draws is an identifier, in its place among the others. */
export const inFormats = ({ columns, rowCount }: Table, formats: readonly ColumnFormat[]): Table => ({
  columns: formats.map(({ name }): Column => columns.find((column) => column.name === name) ?? { name, kind: 'identifier' }),
  rowCount
})

/** What the sums of groups are after one row more of each: rows have what the sums were before it [n, R] in the place of the sums. Cost O(n·R). */
export function sumsAfter({ panel: { running = [], formats = [] }, rules }: SummedLaw, rows: Table, before: Matrix): Matrix {
  const out = matrix(rows.rowCount, running.length)
  if (running.length === 0) return out
  const drawn = { table: inFormats(rows, formats), formats }
  const whole = rules ? putRulesBack(rules, drawn) : drawn
  for (const [r, sum] of running.entries()) {
    const format = whole.formats.find(({ name }) => name === sum.column)!
    const added = rises(sum, whole.table)
    for (let i = 0; i < out.rows; i++) out.data[i * out.cols + r] = roundToFormat(before.data[i * before.cols + r]! + added[i]!, format)
  }
  return out
}

/** Rows with numbers [n, R] in the place of the sums. */
export function withSums(running: readonly RunningSum[], rows: Table, sums: Matrix): Table {
  const place = new Map(running.map(({ column }, r) => [column, r]))
  const columns = rows.columns.map((column): Column => {
    const r = place.get(column.name)
    if (r === undefined) return column
    return { ...(column as NumericColumn), values: Float64Array.from({ length: sums.rows }, (_, i) => sums.data[i * sums.cols + r]!) }
  })
  return { columns, rowCount: rows.rowCount }
}

/** What the sums are in rows that have them in their columns [n, R]. */
export const sumsIn = (running: readonly RunningSum[], rows: Table): Matrix =>
  matrixFromColumns(
    running.map(({ column }) => numbersOf(rows, column).values),
    rows.rowCount
  )
