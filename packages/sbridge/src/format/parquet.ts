import type { InputError } from '@sbridge/core'
import type { StoredType, TimeUnit } from '@sbridge/core/internal'
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
import { joined } from './bytes.js'
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
  unusableColumn
} from './columns.js'
import { ContentLimit } from './content-limit.js'
import { readChunk } from './parquet-chunk.js'
import { decimalColumn, isOf, storedTypeOf, storedWhole, timeColumn, typedDialect, wholeColumn } from './stored-type.js'

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
 * whole numbers beyond 2⁵³ and times of day in whole seconds as text, NaN as missing; with the types of its columns.
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
    const types = fields.map(({ element }) => ({ name: element.name, type: typeOf(element) }))
    return { ...tableOf(columns, context), dialect: typedDialect(types) }
  })
}

/**
 * Parquet bytes, Snappy-compressed: columns of the types that they had where the table was read, where every cell is of them;
 * otherwise DOUBLE, INT64 for whole numbers, BOOLEAN, UTF-8 and millisecond timestamps.
 */
export const writeParquet = (table: RawTable): Uint8Array =>
  joined([...parquetPieces({ rowCount: table.rowCount, rows: (from, to) => sliceRaw(table, from, to) })])

/** Rows of a row group: few of the first, whose bytes readers look at for what is in the file. */
const GROUP_ROWS = [1000, 100_000]

/** The bytes of `writeParquet`, a row group at a time; the rows are asked for twice. */
export function* parquetPieces(table: Pieces): Iterable<Uint8Array> {
  const facts = new Map<string, ColumnFacts>()
  for (const piece of inPieces(table, GROUP_ROWS)) {
    refuseNotFinite(piece)
    for (const column of piece.columns)
      facts.set(column.name, bothFacts(factsOf(column, storedTypeOf(piece, column.name)), facts.get(column.name)))
  }
  const writer = new ByteWriter()
  let parquet: ParquetWriter | undefined
  for (const piece of inPieces(table, GROUP_ROWS)) {
    const columnData = piece.columns.map((column) => columnSource(column, facts.get(column.name)!))
    parquet ??= new ParquetWriter({ writer, schema: schemaOf(columnData, facts), createdBy: 'sbridge' })
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
  /** The type that it had where it was read, where all cells are of it. */
  readonly type: StoredType | undefined
}

const factsOf = (column: RawColumn, type: StoredType | undefined): ColumnFacts => ({
  nullable: hasMissing(column),
  whole: column.source === 'number' && isWhole(column),
  type: type && elementOf(type) && isOf(type, column) ? type : undefined
})

const bothFacts = (one: ColumnFacts, other = one): ColumnFacts => ({
  nullable: one.nullable || other.nullable,
  whole: one.whole && other.whole,
  type: one.type && other.type
})

function schemaOf(columnData: ColumnSource[], facts: ReadonlyMap<string, ColumnFacts>): SchemaElement[] {
  return schemaFromColumnData({ columnData }).map((element): SchemaElement => {
    const { type, nullable } = facts.get(element.name) ?? {}
    // The root has no type of its own, whatever a column is called.
    if (!type || element.num_children !== undefined) return element
    return { name: element.name, ...elementOf(type), repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED' }
  })
}

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

const UNITS: Readonly<Record<Exclude<TimeUnit, 's'>, 'MILLIS' | 'MICROS' | 'NANOS'>> = { ms: 'MILLIS', us: 'MICROS', ns: 'NANOS' }

const unitOf = (name: string | undefined): TimeUnit => (name === 'NANOS' ? 'ns' : name === 'MICROS' ? 'us' : 'ms')

/** The type of a column; undefined of text, truth values, and what is stored so no longer. */
function typeOf({ type, converted_type, logical_type, precision, scale = 0 }: SchemaElement): StoredType | undefined {
  // The older kind of types says nothing of zones: its times are in UTC.
  const zone = (of: { readonly isAdjustedToUTC: boolean } | undefined) => (of && !of.isAdjustedToUTC ? {} : { zone: 'UTC' })
  const older = converted_type?.split('_') ?? []
  if (converted_type === 'DECIMAL') return { kind: 'decimal', precision: precision ?? MOST_DIGITS, scale }
  if (logical_type?.type === 'TIMESTAMP' || older[0] === 'TIMESTAMP') {
    const logical = logical_type?.type === 'TIMESTAMP' ? logical_type : undefined
    return { kind: 'timestamp', unit: unitOf(logical?.unit ?? older[1]), ...zone(logical) }
  }
  if (logical_type?.type === 'TIME' || older[0] === 'TIME') {
    const logical = logical_type?.type === 'TIME' ? logical_type : undefined
    return { kind: 'time', unit: unitOf(logical?.unit ?? older[1]), ...zone(logical) }
  }
  if (converted_type === 'DATE' || logical_type?.type === 'DATE') return { kind: 'date' }
  if (logical_type?.type === 'FLOAT16') return { kind: 'float', bits: 16 }
  if (logical_type?.type === 'UUID') return { kind: 'uuid' }
  if (converted_type === 'JSON' || logical_type?.type === 'JSON') return { kind: 'json' }
  if (converted_type === 'ENUM' || logical_type?.type === 'ENUM') return { kind: 'enum' }
  if (type === 'FLOAT' || type === 'DOUBLE') return { kind: 'float', bits: type === 'FLOAT' ? 32 : 64 }
  if (type !== 'INT32' && type !== 'INT64') return undefined
  if (logical_type?.type === 'INTEGER') return { kind: 'whole', bits: logical_type.bitWidth as 8, signed: logical_type.isSigned }
  const bits = older[1] === undefined ? (type === 'INT32' ? 32 : 64) : Number(older[1])
  return { kind: 'whole', bits: bits as 8, signed: older[0] !== 'UINT' }
}

/** Digits of a decimal number where a file does not say them, which the format asks for. */
const MOST_DIGITS = 38

/** How a type is stored; undefined where the format has none such. */
function elementOf(type: StoredType): Omit<SchemaElement, 'name'> | undefined {
  switch (type.kind) {
    case 'whole': {
      const physical = type.bits === 64 ? 'INT64' : 'INT32'
      if (type.signed && type.bits >= 32) return { type: physical }
      return { type: physical, converted_type: `${type.signed ? 'INT' : 'UINT'}_${type.bits}` }
    }
    case 'float':
      if (type.bits > 16) return { type: type.bits === 32 ? 'FLOAT' : 'DOUBLE' }
      return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 2, logical_type: { type: 'FLOAT16' } }
    case 'decimal':
      return { ...decimalElement(type.precision), converted_type: 'DECIMAL', precision: type.precision, scale: type.scale }
    case 'date':
      return { type: 'INT32', converted_type: 'DATE' }
    case 'time':
    case 'timestamp': {
      if (type.unit === 's') return undefined
      const unit = UNITS[type.unit]
      const isAdjustedToUTC = type.zone !== undefined
      const kind = type.kind === 'time' ? 'TIME' : 'TIMESTAMP'
      return {
        type: kind === 'TIME' && unit === 'MILLIS' ? 'INT32' : 'INT64',
        ...(isAdjustedToUTC && unit !== 'NANOS' ? { converted_type: `${kind}_${unit}` as const } : {}),
        logical_type: { type: kind, isAdjustedToUTC, unit }
      }
    }
    case 'uuid':
      return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } }
    case 'enum':
      return { type: 'BYTE_ARRAY', converted_type: 'ENUM' }
    case 'json':
      return { type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } }
    default:
      return undefined
  }
}

/** Whole numbers of 32 and 64 bits as far as they reach, then as many bytes as the digits take. @source Parquet format 2.11, LogicalTypes.md */
function decimalElement(precision: number): Pick<SchemaElement, 'type' | 'type_length'> {
  if (precision <= 9) return { type: 'INT32' }
  if (precision <= 18) return { type: 'INT64' }
  // A bit more, for the sign.
  const bits = (10n ** BigInt(precision)).toString(2).length + 1
  return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: Math.ceil(bits / 8) }
}

function columnOf(element: SchemaElement, cells: readonly unknown[], context: ReadContext): RawColumn {
  const { name, type, converted_type, logical_type } = element
  const stored = typeOf(element)
  if (stored?.kind === 'decimal') return decimalColumn(name, cells as (number | null)[], stored)
  if (stored?.kind === 'date' || stored?.kind === 'timestamp' || type === 'INT96') return datetimeColumn(name, cells as (number | null)[])
  if (type === 'BOOLEAN') return booleanColumn(name, cells)
  if (stored?.kind === 'float') return numberColumn(name, cells as (number | null)[], false)
  if (stored?.kind === 'time') return timeColumn(name, cells as (number | bigint | null)[], stored)
  if (stored?.kind === 'whole') return wholeColumn(name, cells as (number | bigint | null)[], stored)
  if (type === 'BYTE_ARRAY' || stored?.kind === 'uuid') return storedTextColumn(name, cells)
  throw unreadable('Parquet', context, `column "${name}" has the unknown type ${converted_type ?? logical_type?.type ?? type}`)
}

function columnSource(column: RawColumn, { nullable, whole, type }: ColumnFacts): ColumnSource {
  const { name } = column
  const cells = (of: (row: number) => unknown) =>
    Array.from({ length: column.values.length }, (_, i) => (isMissing(column, i) ? null : of(i)))
  // Its element is put in the schema by its own type.
  if (type) return { name, data: cells(storedCell(column, type)) as ColumnSource['data'], type: 'STRING' }
  if (column.source === 'text') return { name, data: [...column.values], type: 'STRING', nullable }
  if (column.source === 'boolean') return { name, data: [...column.values], type: 'BOOLEAN', nullable }
  const { values } = column
  if (column.source === 'datetime') return { name, data: cells((i) => BigInt(Math.round(values[i]!))), type: 'TIMESTAMP', nullable }
  if (whole) return { name, data: cells((i) => BigInt(values[i]!)), type: 'INT64', nullable }
  return { name, data: nullable ? cells((i) => values[i]!) : values, type: 'DOUBLE', nullable }
}

const encoder = new TextEncoder()

/** A cell of a type, as the library takes it: numbers in 32 bits, `bigint` in more and of decimals, bytes of text. */
function storedCell(column: RawColumn, type: StoredType): (row: number) => unknown {
  if (type.kind === 'json' || type.kind === 'enum') return (i) => encoder.encode(String(column.values[i]))
  const whole = storedWhole(type, column)
  if (!whole) return (i) => column.values[i]
  const convert = type.kind !== 'decimal' && elementOf(type)!.type === 'INT32' ? Number : BigInt
  return (i) => convert(whole(i)!)
}
