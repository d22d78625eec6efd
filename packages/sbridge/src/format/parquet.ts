import { InputError, type RawColumn, type RawTable } from '@sbridge/core'
import {
  type AsyncBuffer,
  type ParquetParsers,
  parquetMetadata,
  parquetScan,
  parquetSchema,
  type SchemaElement,
  type SchemaTree
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import {
  booleanColumn,
  cellText,
  DAY,
  datetimeColumn,
  hasMissing,
  isMissing,
  isWhole,
  numberColumn,
  type ReadContext,
  reading,
  refuseEmptyFile,
  refuseNotFinite,
  tableOf,
  textColumn,
  unreadable,
  wholeNumberColumn
} from './columns.js'

/** Times as milliseconds rather than `Date`, so that none beyond the calendar is lost; JSON as its text. */
const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (value) => Number(value),
  timestampFromMicroseconds: (value) => Number(value) / 1e3,
  timestampFromNanoseconds: (value) => Number(value / 1000n) / 1e3,
  dateFromDays: (days) => days * DAY,
  jsonFromBytes: (bytes) => bytes && cellText(bytes),
  stringFromBytes: (bytes) => bytes && cellText(bytes)
}

/**
 * A table from Parquet, any of its usual compressions; dates and timestamps as date-time columns, decimals as numbers,
 * whole numbers beyond 2⁵³ as text, NaN as missing.
 *
 * Fails with `InputError` on nested and binary columns, with `FormatError` on damaged bytes.
 */
export function readParquet(bytes: Uint8Array, context: ReadContext): Promise<RawTable> {
  refuseEmptyFile(bytes, context)
  return reading('Parquet', context, async () => {
    const metadata = parquetMetadata(bytes)
    const fields = parquetSchema(metadata).children
    for (const field of fields) refuseNested(field, context)
    const scan = await parquetScan({ file: bufferOf(bytes), metadata, compressors, parsers })
    const columns: RawColumn[] = []
    for (const { element } of fields) {
      const cells: unknown[] = []
      for (const range of scan.ranges) {
        for (const cell of await scan.readColumn({ column: element.name, ...range })) cells.push(cell)
      }
      if (cells.length !== Number(metadata.num_rows)) {
        throw unreadable('Parquet', context, `column "${element.name}" holds ${cells.length} of ${metadata.num_rows} rows`)
      }
      columns.push(columnOf(element, cells, context))
    }
    return tableOf(columns, context)
  })
}

/** Parquet bytes, Snappy-compressed: DOUBLE, INT64 for whole numbers, BOOLEAN, UTF-8 and millisecond timestamps. */
export function writeParquet(table: RawTable): Uint8Array {
  refuseNotFinite(table)
  const columnData = table.columns.map(columnSource)
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'sbridge' }))
}

function bufferOf(bytes: Uint8Array): AsyncBuffer {
  return {
    byteLength: bytes.length,
    // A Node `Buffer` would slice without copying, and its `buffer` holds other things before it.
    slice: (start, end) => Uint8Array.prototype.slice.call(bytes, start, end).buffer
  }
}

function refuseNested(field: SchemaTree, context: ReadContext): void {
  const { name, type, repetition_type, converted_type, logical_type } = field.element
  const logical = logical_type?.type
  const nested = field.children.length > 0 || repetition_type === 'REPEATED'
  const binary =
    (type === 'FIXED_LEN_BYTE_ARRAY' && logical !== 'UUID' && logical !== 'FLOAT16' && converted_type !== 'DECIMAL') ||
    converted_type === 'BSON' ||
    converted_type === 'INTERVAL' ||
    logical === 'GEOMETRY' ||
    logical === 'GEOGRAPHY'
  if (!nested && !binary) return
  throw new InputError({
    code: 'column-nested',
    got: `the ${nested ? 'nested' : 'binary'} column "${name}" in ${context.source}`,
    expected: 'one number, text, true, false or time a cell',
    try: 'leaving the column out when writing the file, or giving every nested value a column of its own'
  })
}

function columnOf(element: SchemaElement, cells: readonly unknown[], context: ReadContext): RawColumn {
  const { name, type, converted_type, logical_type } = element
  const logical = logical_type?.type
  if (converted_type === 'DECIMAL') return decimalColumn(element, cells as (number | null)[])
  if (converted_type === 'DATE' || converted_type?.startsWith('TIMESTAMP') || logical === 'TIMESTAMP' || type === 'INT96') {
    return datetimeColumn(name, cells as (number | null)[])
  }
  if (type === 'BOOLEAN') return booleanColumn(name, cells)
  if (type === 'FLOAT' || type === 'DOUBLE' || logical === 'FLOAT16') return numberColumn(name, cells as (number | null)[], false)
  if (type === 'INT32' || type === 'INT64') return wholeNumberColumn(name, cells as (number | bigint | null)[])
  if (type === 'BYTE_ARRAY' || logical === 'UUID') return textColumn(name, cells)
  throw unreadable('Parquet', context, `column "${name}" has the unknown type ${type}`)
}

/** The reader multiplies by a power of ten, which leaves 0.30000000000000004; the scale says which digits are meant. */
function decimalColumn({ name, scale = 0 }: SchemaElement, cells: readonly (number | null)[]): RawColumn {
  const digits = Math.min(scale, 100)
  return numberColumn(
    name,
    cells.map((cell) => (cell == null ? null : Number(cell.toFixed(digits)))),
    scale === 0
  )
}

function columnSource(column: RawColumn): ColumnSource {
  const { name } = column
  const nullable = hasMissing(column)
  if (column.source === 'text') return { name, data: [...column.values], type: 'STRING', nullable }
  if (column.source === 'boolean') return { name, data: [...column.values], type: 'BOOLEAN', nullable }
  const cells = (convert: (value: number) => number | bigint) =>
    Array.from(column.values, (value, i) => (isMissing(column, i) ? null : convert(value)))
  if (column.source === 'datetime') return { name, data: cells((value) => BigInt(Math.round(value))), type: 'TIMESTAMP', nullable }
  if (isWhole(column)) return { name, data: cells(BigInt), type: 'INT64', nullable }
  return { name, data: nullable ? cells((value) => value) : column.values, type: 'DOUBLE', nullable }
}
