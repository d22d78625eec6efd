import { median, variance } from '../../num/statistics.js'
import { cellAt } from '../../table/cells.js'
import { byClass, columnsOf, evaluate, type Indicator } from '../../table/expression.js'
import { decimalsOf } from '../../table/parse.js'
import { roundToFormat } from '../../table/present.js'
import { numbersOf } from '../../table/rows.js'
import { type Column, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import type { OrderFound } from './find-orders.js'
import type { KeptRules, RuledColumn } from './kept-rules.js'
import type { WrittenTable } from './rows-of-rule.js'
import { groupIn, type RunningTotal, rowsAlong } from './running-totals.js'
import type { Standing } from './standings.js'

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
  /** Ranks and shares of rows among all others. */
  readonly standings: readonly Standing[]
  /** Columns that move with a total, as the highest price of a day does with the last one: how far they are from it is drawn. */
  readonly followers: readonly Follower[]
  /** Orders of these that rows would break, and are drawn again for. */
  readonly orders?: readonly OrderFound[] | undefined
}

export interface Follower {
  readonly column: string
  readonly total: string
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

/** Part of the variance of a column that is left in its distance from a total that it moves with, at most. */
const FOLLOWS = 0.1

/** Columns that move with totals of a table: of which a tenth of the variance is left in the distance from one. Cost O(p · rows) a total. */
export function followersOf(totals: readonly RunningTotal[], { table }: WrittenTable): Follower[] {
  const bound = new Set(totals.flatMap(({ column, change }) => [column, ...columnsOf(change)]))
  return table.columns.flatMap((one): Follower[] => {
    if (!isNumeric(one) || one.kind === 'datetime' || bound.has(one.name)) return []
    const rows = Array.from(one.values.keys()).filter((i) => !one.missing?.[i])
    const spread = rows.length < 2 ? 0 : variance(rows.map((i) => one.values[i]!))
    const total = totals.find(({ column }) => {
      const { values } = numbersOf(table, column)
      return spread > 0 && variance(rows.map((i) => one.values[i]! - values[i]!)) < FOLLOWS * spread
    })
    return total ? [{ column: one.name, total: total.column }] : []
  })
}

/** How far a column is from the total that it follows, to the digits that either is written in. Cost O(rows). */
export function distances({ column, total }: Follower, { columns }: Pick<Table, 'columns'>): NumericColumn {
  const [own, { values }] = [numbersOf({ columns }, column), numbersOf({ columns }, total)]
  const decimals = Math.max(...[own.values, values].map((all) => decimalsOf(all, undefined) ?? MOST_DECIMALS))
  const kind = decimals === 0 ? 'integer' : 'number'
  return { ...own, kind, values: own.values.map((x, i) => (own.missing?.[i] ? 0 : Number((x - values[i]!).toFixed(decimals)) + 0)) }
}

/** Where all digits are kept. */
const MOST_DECIMALS = 12

/** Followers that stand as their distances where they belong again. Cost O(rows) each. */
export function followersBack(
  followers: readonly Follower[],
  { table, formats }: WrittenTable,
  columns: readonly RuledColumn[]
): WrittenTable {
  const own = new Map(followers.map((one) => [one.column, one]))
  const formatOf = (name: string) => columns.find((one) => one.name === name)!
  return {
    table: {
      ...table,
      columns: table.columns.map((column): Column => {
        const follower = own.get(column.name)
        if (!follower || !isNumeric(column)) return column
        const { kind, format } = formatOf(column.name)
        const { values } = numbersOf(table, follower.total)
        return {
          ...column,
          kind: kind as NumericColumn['kind'],
          values: column.values.map((x, i) => roundToFormat(values[i]! + x, format))
        }
      })
    },
    formats: formats.map((format) => (own.has(format.name) ? formatOf(format.name).format : format))
  }
}
