import type { ColumnFormat } from './infer.js'
import { dateUnit, formatDateTime, formatNumber } from './parse.js'
import type { RawColumn, RawTable } from './raw.js'
import { type Column, isNumeric, type NumericColumn, type Table } from './table.js'

/**
 * A table as raw columns for a writer, in the styles of the input.
 * `text`: cells of text in the input's spelling, for CSV and TSV. `typed`: numbers, booleans and times, for all others.
 */
export function presentTable(table: Table, formats: readonly ColumnFormat[], as: 'text' | 'typed'): RawTable {
  return { rowCount: table.rowCount, columns: table.columns.map((column, i) => presentColumn(column, formats[i]!, table.rowCount, as)) }
}

function presentColumn(column: Column, format: ColumnFormat, rowCount: number, as: 'text' | 'typed'): RawColumn {
  const name = column.name
  if (column.kind === 'identifier') {
    const { next, step } = format.numbering ?? { next: 1, step: 1 }
    const numbers = Float64Array.from({ length: rowCount }, (_, i) => next + step * i)
    // Names that are written as numbers stay text; numbers stay numbers, however their format stored them.
    if (as === 'text' || (format.source === 'text' && !format.numbering))
      return { name, source: 'text', values: Array.from(numbers, String) }
    return { name, source: 'number', integer: true, values: numbers }
  }
  if (isNumeric(column)) return as === 'text' ? presentText(column, format) : presentNumbers(column, format)
  if (column.kind === 'boolean') {
    if (as === 'typed') return { name, source: 'boolean', values: Array.from(column.codes, (code) => (code < 0 ? null : code === 1)) }
    return {
      name,
      source: 'text',
      values: Array.from(column.codes, (code) => (code < 0 ? null : (format.spelling ?? column.levels)[code]!))
    }
  }
  return presentCategory(name, column.codes, column.levels, format, as)
}

/** Numbers that were declared categories go back to numbers, other levels stay text. */
function presentCategory(
  name: string,
  codes: Int32Array,
  levels: readonly string[],
  format: ColumnFormat,
  as: 'text' | 'typed'
): RawColumn {
  if (as === 'typed' && format.source === 'number') {
    const missing = Uint8Array.from(codes, (code) => (code < 0 ? 1 : 0))
    return { name, source: 'number', values: Float64Array.from(codes, (code) => (code < 0 ? 0 : Number(levels[code]))), missing }
  }
  if (as === 'typed' && format.source === 'boolean')
    return { name, source: 'boolean', values: Array.from(codes, (code) => (code < 0 ? null : levels[code] === 'true')) }
  return { name, source: 'text', values: Array.from(codes, (code) => (code < 0 ? null : levels[code]!)) }
}

function presentText(column: NumericColumn, format: ColumnFormat): RawColumn {
  const style = format.number ?? { padded: false }
  const date = format.date ?? { separator: 'T', seconds: 'milliseconds', zone: 'Z' }
  const values = Array.from(column.values, (value, i) => {
    if (column.missing?.[i]) return null
    return column.kind === 'datetime' ? formatDateTime(value, date) : formatNumber(value, style)
  })
  return { name: column.name, source: 'text', values }
}

function presentNumbers(column: NumericColumn, format: ColumnFormat): RawColumn {
  const missing = column.missing ? { missing: column.missing } : {}
  if (column.kind === 'datetime') return { name: column.name, source: 'datetime', values: column.values, ...missing }
  return {
    name: column.name,
    source: 'number',
    values: column.values,
    ...missing,
    ...(format.integer || column.kind === 'integer' ? { integer: true } : {})
  }
}

/** A value rounded to what the column's format can show: whole numbers, the input's decimals, the unit of its dates. */
export function roundToFormat(value: number, format: ColumnFormat): number {
  if (format.kind === 'datetime') {
    const unit = format.date ? dateUnit(format.date) : 1
    return Math.round(value / unit) * unit
  }
  if (format.kind === 'integer') return Math.round(value) + 0
  const decimals = format.number?.decimals
  return decimals === undefined ? value : Number(value.toFixed(Math.min(100, decimals))) + 0
}
