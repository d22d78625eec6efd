import { drawKeys } from '../../code/keys/keep.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { putRulesBack } from '../../code/rules/stacked.js'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { keyFor } from '../../num/random.js'
import { decodeTable } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { keyOrderOf, rowOrderOf, rowsInOrder } from '../../table/row-order.js'
import { numbersOf, takeTableRows } from '../../table/rows.js'
import type { Column, NumericColumn, Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { putCarriedBack } from './carried.js'
import { copyCells, type GroupedRows, openTo } from './draw.js'
import { groupSumColumn } from './group-sums.js'
import type { PanelModel } from './model.js'
import { putRunningBack } from './running.js'
import { firstsOf, groupOfRows, laterRows } from './spans.js'
import { inFormats } from './sums.js'
import { timeAt } from './ticks.js'

/** Rows of groups as a table with all its columns; the key, which no law draws, as an identifier. */
interface PanelRows {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  /** Where each group's rows begin, and the end [G + 1]. */
  readonly first: Uint32Array
}

/** Rows with what rules derive, their times, and new keys of their groups where they are drawn under a key. Throws `StopError`. Cost O(cells). */
export async function drawnPanelRows(
  model: PanelModel,
  rows: GroupedRows,
  { key, watch }: Pick<Context, 'key' | 'watch'>
): Promise<PanelRows> {
  const drawn = inOrder(model, panelRows(model, rows))
  const keys = await newKeys(model, drawn, { key, watch })
  const columns = drawn.table.columns.map((column) => (column.name === keys.name ? keys : column))
  return { ...drawn, table: { ...drawn.table, columns } }
}

/** Groups in the order of dates or names in which those of the data begin, as orders in that of their days, batch by batch of groups. Cost O(cells). */
function inOrder(model: PanelModel, drawn: PanelRows): PanelRows {
  const headsIn = ({ table, first }: PanelRows) => takeTableRows(table, first.subarray(0, first.length - 1))
  const heads = headsIn(panelRows(model, trainingRows(model)))
  const order = rowOrderOf(heads) ?? keyOrderOf(heads)
  const groups = order && rowsInOrder(headsIn(drawn), order, BATCH_ROWS)
  if (!groups) return drawn
  const first = firstsOf(Float64Array.from(groups, (g) => drawn.first[g + 1]! - drawn.first[g]!))
  const rows = groupOfRows(first).map((g, i) => drawn.first[groups[g]!]! + i - first[g]!)
  return { ...drawn, table: takeTableRows(drawn.table, rows), first }
}

/** Rows with what rules derive and their times, without the keys of their groups. Cost O(cells). */
export function panelRows(model: PanelModel, { table, first, ticks }: GroupedRows): PanelRows {
  const { panel, rules, late } = model
  const { rowCount } = table
  const drawn = { table: inFormats(table, panel.formats), formats: panel.formats }
  const summed = putRunningBack(panel.running ?? [], rules ? putRulesBack(rules, drawn) : drawn, first)
  const along = panel.carried ? putCarriedBack(panel.carried, summed, { first, time: clockOf(panel, ticks) }) : summed
  const whole = late ? putRulesBack(late, timed(panel, along, ticks)) : along
  const named = new Map(whole.table.columns.map((column, c) => [column.name, { column, format: whole.formats[c]! }]))
  for (const sum of panel.groupSums ?? []) {
    const { format } = panel.layout.find((one) => one.format.name === sum.column)!
    named.set(sum.column, { column: groupSumColumn(sum, whole, first, format), format })
  }
  const columns = panel.layout.map(({ format, role }): { column: Column; format: ColumnFormat } => {
    const { name } = format
    if (role === 'key') return { column: { name, kind: 'identifier' }, format: { ...format, kind: 'identifier' } }
    if (role === 'time') return { column: timeColumn(panel, ticks!, format), format }
    return named.get(name)!
  })
  return { table: { columns: columns.map(({ column }) => column), rowCount }, formats: columns.map(({ format }) => format), first }
}

/** The column of times, where there is one. */
function clockOf({ layout, ticks }: PanelModel['panel'], at: Float64Array | undefined): NumericColumn | undefined {
  const clock = layout.find(({ role }) => role === 'time')
  return clock && at && timeColumn({ ticks }, at, clock.format)
}

/** Rows with their times behind the other columns. */
function timed({ layout, ticks }: PanelModel['panel'], rows: WrittenTable, at: Float64Array | undefined): WrittenTable {
  const { format } = layout.find(({ role }) => role === 'time')!
  const columns = [...rows.table.columns, timeColumn({ ticks }, at!, format)]
  return { table: { ...rows.table, columns }, formats: [...rows.formats, format] }
}

function timeColumn({ ticks }: Pick<PanelModel['panel'], 'ticks'>, at: Float64Array, format: ColumnFormat): NumericColumn {
  return { name: format.name, kind: format.kind as NumericColumn['kind'], values: at.map((tick) => timeAt(ticks!, tick, format)) }
}

/** New keys, one a group by its first row, in the cells of their rows. Throws `InputError` (code `key-space`) where their form has no more. */
async function newKeys(
  { groupKey }: PanelModel,
  { table, first }: PanelRows,
  { key, watch }: Pick<Context, 'key' | 'watch'>
): Promise<Column & { readonly kind: 'identifier' }> {
  const [name, count] = [groupKey.keys[0]!.column, first.length - 1]
  const of = { table: takeTableRows(table, first.subarray(0, count)), part: BATCH_ROWS }
  const keys = (await drawKeys(groupKey, { count, key: keyFor(key, 'groups'), of }, watch)).get(name)!
  return { name, kind: 'identifier', cells: keys.flatMap((text, g) => new Array<string | null>(first[g + 1]! - first[g]!).fill(text)) }
}

/** The rows that a panel was learned from, group by group, as its laws would call them. Cost O(cells · log n). */
export function trainingRows({ heads, steps, panel }: PanelModel): GroupedRows {
  const own = decodeTable(heads.training.encoder, heads.training.rows)
  const { encoder, rows } = steps.training
  const later = decodeTable(encoder, rows)
  const first = firstsOf(numbersOf(own, panel.names.size).values)
  const groupOf = groupOfRows(first)
  const others = laterRows(first)
  const names = new Set(panel.formats.map(({ name }) => name))
  const table = takeTableRows(own, groupOf)
  const columns = table.columns.filter(({ name }) => names.has(name)).map((column) => openTo(column, steps))
  for (const column of columns) {
    const drawn = later.columns.find(({ name }) => name === column.name)
    if (drawn) copyCells(drawn, column, others)
  }
  const all = { table: { columns, rowCount: table.rowCount }, first }
  if (!panel.ticks) return all
  const starts = numbersOf(own, panel.names.start).values
  const ticks = Float64Array.from(groupOf, (g) => starts[g]!)
  const { schedule } = panel.ticks
  const gaps = schedule ? undefined : numbersOf(later, panel.names.gap).values
  for (const [k, at] of others.entries()) {
    const start = first[groupOf[at]!]!
    ticks[at] = gaps ? ticks[at - 1]! + gaps[k]! : ticks[start]! + schedule![at - start]!
  }
  return { ...all, ticks }
}
