import { log } from '../../num/elementary.js'
import { numbersOf, takeTableRows } from '../../table/rows.js'
import { type Column, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { withSerial } from '../../table/serial.js'
import type { StretchModel } from './model.js'

/**
 * The rows of a stretch to be compared row by row: in the place of numbers that go with the row before stand their changes, or those of
 * the logarithm where these are drawn, since a stretch that comes through other values is as good a one, and no two rows that hang
 * together count as two. Without the time, and what is computed of the last rows.
 */
export function stretchSteps({ series, rows, time, windows }: StretchModel, table: Table): Table {
  const { values } = numbersOf(table, time)
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b)
  const sorted = takeTableRows(table, order)
  const { serial = [] } = withSerial(rows, { column: time })
  const derived = new Set(windows.map(({ column }) => column))
  const columns = sorted.columns.flatMap((column): Column[] => {
    if (column.name === time || derived.has(column.name)) return []
    const way = series.summary.changes?.[column.name] ?? (serial.includes(column.name) ? 'change' : undefined)
    return way && isNumeric(column) ? [changesOf(column, way)] : [column]
  })
  // The first row has no change.
  const later = Array.from({ length: Math.max(0, table.rowCount - 1) }, (_, i) => i + 1)
  return takeTableRows({ columns, rowCount: table.rowCount }, later)
}

function changesOf({ values, missing, name }: NumericColumn, way: 'change' | 'growth'): NumericColumn {
  const empty = new Uint8Array(values.length)
  const changes = values.map((value, i) => {
    const before = values[i - 1] ?? value
    const isThere = !missing?.[i] && !missing?.[i - 1] && (way === 'change' || (before > 0 && value > 0))
    if (!isThere) empty[i] = 1
    if (!isThere) return 0
    return way === 'change' ? value - before : log(value / before)
  })
  return { name, kind: 'number', values: changes, ...(empty.includes(1) ? { missing: empty } : {}) }
}
