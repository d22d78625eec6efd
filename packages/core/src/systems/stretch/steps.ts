import type { ColumnFormat } from '../../table/infer.js'
import { numbersOf, takeTableRows } from '../../table/rows.js'
import { withSerial } from '../../table/serial.js'
import { type Column, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { formatsByName } from './fit.js'
import type { StretchModel } from './model.js'

/** Columns that are compared by their changes: those that go with the row before. */
export function inSteps({ series, rows, time, windows, cycles, counters }: StretchModel): string[] {
  const { serial = [] } = withSerial(rows, { column: time })
  const derived = new Set([...cycles, ...windows].map(({ column }) => column))
  const isWalk = (name: string) =>
    serial.includes(name) || counters.some(({ column }) => column === name) || series.summary.changes?.[name] !== undefined
  return rows.columns.flatMap((column) =>
    column.name !== time && !derived.has(column.name) && isNumeric(column) && isWalk(column.name) ? [column.name] : []
  )
}

/**
 * The rows of a stretch to be compared row by row: in the place of numbers that go with the row before stand their changes, since a
 * stretch that comes through other values is as good a one, and no two rows that hang together count as two. Without the time, and what is computed of the last rows.
 */
export function stretchSteps(model: StretchModel, table: Table): Table {
  const { formats, time, windows, cycles } = model
  const { values } = numbersOf(table, time)
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b)
  const sorted = takeTableRows(table, order)
  const formatOf = formatsByName(formats)
  const walks = inSteps(model)
  const derived = new Set([...cycles, ...windows].map(({ column }) => column))
  const columns = sorted.columns.flatMap((column): Column[] => {
    if (column.name === time || derived.has(column.name)) return []
    return walks.includes(column.name) && isNumeric(column) ? [changesOf(column, formatOf(column.name))] : [column]
  })
  // The first row has no change.
  const later = Array.from({ length: Math.max(0, table.rowCount - 1) }, (_, i) => i + 1)
  return takeTableRows({ columns, rowCount: table.rowCount }, later)
}

/** To the digits of the column: what is left beyond them is noise of doubles, and would make no two changes alike. */
function changesOf({ values, missing, name }: NumericColumn, { number }: ColumnFormat): NumericColumn {
  const unit = number?.decimals === undefined ? undefined : 10 ** Math.min(15, number.decimals)
  const empty = new Uint8Array(values.length)
  const changes = values.map((value, i) => {
    if (missing?.[i] || missing?.[i - 1]) empty[i] = 1
    const change = value - (values[i - 1] ?? value)
    return empty[i] ? 0 : unit === undefined ? change : Math.round(change * unit) / unit + 0
  })
  return { name, kind: 'number', values: changes, ...(empty.includes(1) ? { missing: empty } : {}) }
}
