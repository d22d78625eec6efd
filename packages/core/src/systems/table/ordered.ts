import { isOrder, needs } from '../../code/rules/choose.js'
import type { Rule } from '../../code/rules/rule.js'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { type ModelContents, withEntry } from '../../model-file/contents.js'
import { damaged, entryIn, flag, list, number, optional, record, text, whole } from '../../model-file/reading.js'
import { flagWord, listed } from '../../num/listed.js'
import { takeRows } from '../../num/matrix.js'
import { keyFor, keyFromSeed } from '../../num/random.js'
import { DISPLACEMENTS, nearOrderOf, rowsNearlyInOrder } from '../../table/near-order.js'
import type { RawTable } from '../../table/raw.js'
import { keyOrderOf, type RowOrder, rowOrderOf, rowsInOrder, withTogether } from '../../table/row-order.js'
import { takeTableRows } from '../../table/rows.js'
import { type SerialOrder, withSeries } from '../../table/serial.js'
import type { Table } from '../../table/table.js'
import type { Telling } from '../../tell/telling.js'
import { LEAST_GROUPS } from '../panel/read.js'
import { prepareRows, type TableOptions } from '../prepare.js'
import type { DrawnRows, TableFit } from './options.js'

/** Operations of `keptOrder` a cell: 36 ns. */
export const ORDER_WORK = 12

/** The order of the rows of a table that is kept under some options: with rules, and not of groups, which come one by one. */
export function keptOrder(raw: RawTable, options: TableOptions & Pick<TableFit, 'rules' | 'group' | 'time'>): SerialOrder | undefined {
  if (options.rules === 'off' || options.group !== undefined || options.time !== undefined) return undefined
  const { table } = prepareRows(raw, options).data
  const dates = rowOrderOf(table)
  const order = dates ? withTogether(table, dates) : nearOrderOf(table)
  return order ? withSeries(table, order) : keyOrderOf(table)
}

/** Drawn rows in the order in which those of the table stand, batch by batch. Rows under conditions come in that of these. */
export function inOrder(
  drawn: DrawnRows,
  order: SerialOrder | undefined,
  { seed = 1, first }: { readonly seed?: number | undefined; readonly first?: number | undefined }
): DrawnRows {
  const { displaced } = order ?? {}
  const nearly = { part: BATCH_ROWS, key: keyFor(keyFromSeed(seed), 'order'), first }
  const rows = displaced
    ? rowsNearlyInOrder(drawn.table, { ...order!, displaced }, nearly)
    : order && rowsInOrder(drawn.table, order, BATCH_ROWS)
  if (!rows) return drawn
  const { table, latents } = drawn
  return { ...drawn, table: takeTableRows(table, rows), ...(latents ? { latents: takeRows(latents, rows) } : {}) }
}

/** That rows have an order, as people are told. */
export function orderNote({ column, descending, ties, displaced }: SerialOrder): string {
  const [newest, own] = [descending, ties?.descending].map((one) => (one ? ', newest first' : ''))
  const beside = ties ? `, those with the same by ${ties.column}${own}` : ''
  return `rows are ${displaced ? 'nearly ' : ''}sorted by ${column}${newest}${beside}, and new ones will be; --rules off draws them in any order`
}

/** What drawing rows one by one loses of a series; undefined where rows are none. What `rules` tell of the order alone, as a day of the year, is kept, and so are running totals. */
export function seriesLost(
  { column, ties, serial: all = [], apart }: SerialOrder,
  rules: readonly Rule[],
  totals: readonly { readonly column: string }[] = []
): string | undefined {
  const isTold = (name: string) => rules.some((rule) => rule.column === name && !isOrder(rule))
  const isOfOrder = (name: string) => [...needs([name], rules)].every((input) => input === column || isTold(input))
  const isTotal = (name: string) => totals.some((one) => one.column === name)
  const isLost = (name: string) => name !== ties?.column && !isOfOrder(name) && !isTotal(name)
  const serial = all.filter(isLost)
  const each = apart?.serial.filter(isLost) ?? []
  if (serial.length === 0) {
    if (each.length === 0) return undefined
    const { by, count } = apart!
    const [go, time] = [each.length === 1 ? 'goes' : 'go', `--time ${flagWord(column)}`]
    // How series differ is learned of several.
    const anew =
      count >= LEAST_GROUPS
        ? `--group ${flagWord(by)} ${time} draws new series`
        : `${time} draws a new stretch of each where its rows stand in a file of their own`
    return `${listed(each)} ${go} with the row before of the same ${by}, as in a series for each, but new rows are drawn one by one. ${anew}`
  }
  const [names, go] = [listed(serial), serial.length === 1 ? 'goes' : 'go']
  // Rows of several things at one time are no single series.
  const anew = ties ? '' : `--time ${column} draws a new stretch of such a series, and `
  return `${names} ${go} with the row before, as in a series, but new rows are drawn one by one. ${anew}sbridge forecast continues ${ties ? 'such a series' : 'it'}`
}

export function tellOrder(order: SerialOrder, rules: readonly Rule[]): Telling {
  const lost = seriesLost(order, rules)
  return {
    json: { rowOrder: order },
    topics: [],
    warnings: lost === undefined ? [] : [{ name: 'series-lost', message: lost }],
    notes: [orderNote(order)]
  }
}

/** Contents of a model file with the order of its rows. */
export const withOrder = (contents: ModelContents, order: SerialOrder | undefined): ModelContents => withEntry(contents, 'rowOrder', order)

/** The order of a model's rows, where they have one. Throws `FormatError` (code `model-damaged`). */
export function orderIn(contents: ModelContents, training: () => Table): SerialOrder | undefined {
  const rowOrder = entryIn(
    contents,
    'rowOrder',
    record<SerialOrder>({
      column: text,
      descending: optional(flag),
      ties: optional(record<RowOrder>({ column: text, descending: optional(flag) })),
      serial: optional(list(text)),
      apart: optional(record<NonNullable<SerialOrder['apart']>>({ by: text, count: whole(), serial: list(text) })),
      displaced: optional(list(number({ least: -1, most: 1 }), DISPLACEMENTS))
    })
  )
  if (rowOrder && !training().columns.some(({ name, kind }) => name === rowOrder.column && kind !== 'identifier'))
    throw damaged(`a model with rowOrder.column = ${rowOrder.column}`, 'a column that is drawn')
  return rowOrder
}
