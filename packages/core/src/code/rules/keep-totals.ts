import { median } from '../../num/statistics.js'
import { cellAt } from '../../table/cells.js'
import { byClass, evaluate, type Indicator } from '../../table/expression.js'
import { roundToFormat } from '../../table/present.js'
import { numbersOf } from '../../table/rows.js'
import type { Column, NumericColumn, Table } from '../../table/table.js'
import type { KeptRules, RuledColumn } from './kept-rules.js'
import type { WrittenTable } from './rows-of-rule.js'
import { groupIn, type RunningTotal, rowsAlong } from './running-totals.js'

/** A running total with what it begins with. Plain data. */
export interface KeptTotal extends RunningTotal {
  /** What it is before the first row: of every group, where rows are added up by groups. */
  readonly starts: readonly { readonly group: string; readonly value: number }[]
}

/** Columns of a table that are added up from row to row, and what is derived from them in turn: the model of its rows knows neither. */
export interface Totals {
  readonly totals: readonly KeptTotal[]
  /** What is derived from totals, and all columns of the table. */
  readonly rules: KeptRules
}

/** What totals of a table begin with. Cost O(rows). */
export function keepTotals(totals: readonly RunningTotal[], data: WrittenTable): KeptTotal[] {
  return totals.map((total) => {
    const { values } = numbersOf(data.table, total.column)
    const format = data.formats.find(({ name }) => name === total.column)!
    const added = changesOf(total, data.table)
    const groupOf = groupIn(data.table, total.by)
    const starts = new Map<string, number>()
    for (const i of rowsAlong(data.table.rowCount, total.upwards)) {
      const group = groupOf(i)
      if (!starts.has(group)) starts.set(group, total.before ? values[i]! : roundToFormat(values[i]! - added(i), format))
    }
    return { ...total, starts: [...starts].map(([group, value]) => ({ group, value })) }
  })
}

/** What a row adds. Nothing where a cell is empty. */
function changesOf({ change }: RunningTotal, table: Table): (row: number) => number {
  const at = new Map(table.columns.map((column) => [column.name, cellAt(column)]))
  const inClass = byClass(change, (own) => own)
  return (i) => {
    const holds = ({ name, level = 'true' }: Indicator) => at.get(name)!(i) === level
    return evaluate(inClass(holds), (name) => Number(at.get(name)!(i) ?? 0))
  }
}

/**
 * Adds totals up anew, for rows that come some at a time, in their order: each goes on from the rows before. Rows come without the
 * columns of the totals, and have them behind all others. Cost O(rows).
 */
export function totalsInTurn(totals: readonly KeptTotal[], columns: readonly RuledColumn[]): (rows: WrittenTable) => WrittenTable {
  const each = totals.map((total) => ({
    total,
    own: columns.find(({ name }) => name === total.column)!,
    so: new Map(total.starts.map(({ group, value }) => [group, value])),
    usual: median(total.starts.map(({ value }) => value))
  }))
  return ({ table, formats }) => {
    const added = each.map(({ total, own: { name, kind, format }, so, usual }): Column => {
      const rise = changesOf(total, table)
      const groupOf = groupIn(table, total.by)
      const values = new Float64Array(table.rowCount)
      for (const i of rowsAlong(table.rowCount, total.upwards)) {
        const group = groupOf(i)
        const before = so.get(group) ?? usual
        const after = roundToFormat(before + rise(i), format)
        so.set(group, after)
        values[i] = total.before ? before : after
      }
      return { name, kind: kind as NumericColumn['kind'], values }
    })
    return {
      table: { ...table, columns: [...table.columns, ...added] },
      formats: [...formats, ...each.map(({ own }) => own.format)]
    }
  }
}

/** How many rows do not keep a total, to its unit: what they show is not that of the row before and what is added. Cost O(rows). */
export function brokenTotals(total: RunningTotal, table: Table, unit: number): number {
  const column = numbersOf(table, total.column)
  const rise = changesOf(total, table)
  const groupOf = groupIn(table, total.by)
  const last = new Map<string, number>()
  let broken = 0
  for (const i of rowsAlong(table.rowCount, total.upwards)) {
    const group = groupOf(i)
    const before = last.get(group)
    last.set(group, i)
    if (before === undefined) continue
    const off = column.values[i]! - column.values[before]! - rise(total.before ? before : i)
    if (!(Math.abs(off) <= 0.5 * unit + 1e-9 * Math.abs(column.values[i]!))) broken++
  }
  return broken
}
