import type { InputError } from '@sbridge/core'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import {
  type ColumnMetaData,
  type ParquetParsers,
  parquetMetadata,
  parquetSchema,
  type RowGroup,
  type SchemaElement,
  type SchemaTree
} from 'hyparquet'
import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import {
  booleanColumn,
  cellText,
  columnNested,
  DAY,
  datetimeColumn,
  hasMissing,
  inPieces,
  isMissing,
  isWhole,
  numberColumn,
  type Pieces,
  type ReadContext,
  reading,
  refuseEmptyFile,
  refuseNotFinite,
  sliceRaw,
  storedTextColumn,
  tableOf,
  unreadable,
  unusableColumn,
  wholeNumberColumn
} from './columns.js'
import { ContentLimit } from './content-limit.js'
import { joined } from './joined.js'
import { readChunk } from './parquet-chunk.js'

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
 * Nested and binary columns may only be left out. Fails with `FormatError` on damaged bytes, and where more cells or
 * larger pages are stated than `ContentLimit` allows.
 */
export function readParquet(bytes: Uint8Array, context: ReadContext): Promise<RawTable> {
  refuseEmptyFile(bytes, context)
  return reading('Parquet', context, () => {
    const metadata = parquetMetadata(bytes)
    const fields = parquetSchema(metadata).children
    const rowCount = Number(metadata.num_rows)
    const groups = metadata.row_groups.map(flatColumns)
    new ContentLimit(bytes.length, context).take(8 * rowCount * fields.length)
    const pages = new ContentLimit(bytes.length, context)
    const columns = fields.map((field) => {
      const refusal = nestedError(field, context)
      if (refusal) return unusableColumn(field.element.name, refusal)
      const { element } = field
      const cells = groups.flatMap(({ rows, columns }) => {
        const metadata = columns.get(element.name)
        if (!metadata) throw new Error(`a row group without the column "${element.name}"`)
        return readChunk(bytes, { element, metadata, rows, parsers }, pages)
      })
      if (cells.length !== rowCount) throw new Error(`column "${element.name}" holds ${cells.length} of ${rowCount} rows`)
      return columnOf(element, cells, context)
    })
    return tableOf(columns, context)
  })
}

/** Parquet bytes, Snappy-compressed: DOUBLE, INT64 for whole numbers, BOOLEAN, UTF-8 and millisecond timestamps. */
export const writeParquet = (table: RawTable): Uint8Array =>
  joined([...parquetPieces({ rowCount: table.rowCount, rows: (from, to) => sliceRaw(table, from, to) })])

/** Rows of a row group: few of the first, whose bytes readers look at for what is in the file. */
const GROUP_ROWS = [1000, 100_000]

/** The bytes of `writeParquet`, a row group at a time; the rows are asked for twice. */
export function* parquetPieces(table: Pieces): Iterable<Uint8Array> {
  const facts = new Map<string, ColumnFacts>()
  for (const piece of inPieces(table, GROUP_ROWS)) {
    refuseNotFinite(piece)
    for (const column of piece.columns) facts.set(column.name, bothFacts(factsOf(column), facts.get(column.name)))
  }
  const writer = new ByteWriter()
  let parquet: ParquetWriter | undefined
  for (const piece of inPieces(table, GROUP_ROWS)) {
    const columnData = piece.columns.map((column) => columnSource(column, facts.get(column.name)!))
    parquet ??= new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData }), createdBy: 'sbridge' })
    parquet.write({
      columnData: columnData.map(({ type: _, nullable: _n, ...column }) => column),
      rowGroupSize: Math.max(1, piece.rowCount)
    })
    yield writer.getBytes().slice()
    writer.index = 0
  }
  parquet!.finish()
  yield writer.getBytes().slice()
}

/** What of a column decides how all of it is stored. */
interface ColumnFacts {
  readonly nullable: boolean
  readonly whole: boolean
}

const factsOf = (column: RawColumn): ColumnFacts => ({ nullable: hasMissing(column), whole: column.source === 'number' && isWhole(column) })

const bothFacts = (one: ColumnFacts, other = one): ColumnFacts => ({
  nullable: one.nullable || other.nullable,
  whole: one.whole && other.whole
})

interface FlatColumns {
  readonly rows: number
  readonly columns: ReadonlyMap<string, ColumnMetaData>
}

function flatColumns({ num_rows, columns }: RowGroup): FlatColumns {
  const flat = columns.flatMap(({ meta_data }) => (meta_data?.path_in_schema.length === 1 ? [meta_data] : []))
  return { rows: Number(num_rows), columns: new Map(flat.map((column) => [column.path_in_schema[0]!, column])) }
}

function nestedError(field: SchemaTree, context: ReadContext): InputError | undefined {
  const { name, type, repetition_type, converted_type, logical_type } = field.element
  const logical = logical_type?.type
  const nested = field.children.length > 0 || repetition_type === 'REPEATED'
  const binary =
    (type === 'FIXED_LEN_BYTE_ARRAY' && logical !== 'UUID' && logical !== 'FLOAT16' && converted_type !== 'DECIMAL') ||
    converted_type === 'BSON' ||
    converted_type === 'INTERVAL' ||
    logical === 'GEOMETRY' ||
    logical === 'GEOGRAPHY'
  return nested || binary ? columnNested(`the ${nested ? 'nested' : 'binary'} column "${name}" in ${context.source}`, name) : undefined
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
  if (type === 'BYTE_ARRAY' || logical === 'UUID') return storedTextColumn(name, cells)
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

function columnSource(column: RawColumn, { nullable, whole }: ColumnFacts): ColumnSource {
  const { name } = column
  if (column.source === 'text') return { name, data: [...column.values], type: 'STRING', nullable }
  if (column.source === 'boolean') return { name, data: [...column.values], type: 'BOOLEAN', nullable }
  const cells = (convert: (value: number) => number | bigint) =>
    Array.from(column.values, (value, i) => (isMissing(column, i) ? null : convert(value)))
  if (column.source === 'datetime') return { name, data: cells((value) => BigInt(Math.round(value))), type: 'TIMESTAMP', nullable }
  if (whole) return { name, data: cells(BigInt), type: 'INT64', nullable }
  return { name, data: nullable ? cells((value) => value) : column.values, type: 'DOUBLE', nullable }
}
