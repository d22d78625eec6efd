import type { StoredType, TimeUnit } from '@sbridge/core/internal'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import {
  Bool,
  CompressionType,
  compressionRegistry,
  type Data,
  DataType,
  DateDay,
  Decimal,
  Dictionary,
  Duration,
  Field,
  Float16,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Time,
  Timestamp,
  TimestampMillisecond,
  tableFromIPC,
  tableToIPC,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
  util,
  Vector
} from 'apache-arrow'
import { refuseImpossibleLengths } from './arrow-extents.js'
import {
  booleanColumn,
  cellText,
  columnNested,
  datetimeColumn,
  isMissing,
  isWhole,
  numberColumn,
  type ReadContext,
  reading,
  refuseEmptyFile,
  refuseNotFinite,
  storedTextColumn,
  tableOf,
  unreadable,
  unusableColumn
} from './columns.js'
import { ContentLimit } from './content-limit.js'
import { decompressLz4Frame } from './lz4-frame.js'
import { decimalColumn, isOf, storedTypeOf, storedWhole, timeColumn, typedDialect, wholeColumn } from './stored-type.js'
import { decompressZstdFrame } from './zstd-frame.js'

/**
 * A table from Arrow IPC, as a file (Feather version 2) or a stream, plain or compressed with LZ4 or ZSTD;
 * dictionary-encoded text as text, dates and timestamps as date-time columns, whole numbers beyond 2⁵³ and times of day in whole
 * seconds as text; with the types of its columns.
 *
 * Nested and binary columns may only be left out. Fails with `FormatError` on damaged bytes, on Feather version 1, and
 * where more content is stated than `ContentLimit` allows.
 */
export function readArrow(bytes: Uint8Array, context: ReadContext): Promise<RawTable> {
  refuseEmptyFile(bytes, context)
  return reading('Arrow', context, () => {
    refuseImpossibleLengths(bytes, kindOf(bytes, context), new ContentLimit(bytes.length, context))
    registerCodecs()
    // Numbers are viewed in place, which wants them aligned.
    const table = tableFromIPC(bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes))
    const columns = table.schema.fields.map((field, i) => {
      const vector = table.getChildAt(i)!
      if (!vector.data.every(holdsItsRows)) throw new Error(`the column "${field.name}" is shorter than stated`)
      return columnOf(field, vector, context)
    })
    const types = table.schema.fields.map(({ name, type }) => ({ name, type: storedIn(type) }))
    return { ...tableOf(columns, context), dialect: typedDialect(types) }
  })
}

/**
 * Arrow IPC as a file or a stream, uncompressed: columns of the types that they had where the table was read, where every cell is of
 * them; otherwise float64, int64 for whole numbers, bool, UTF-8 and millisecond timestamps.
 */
export function writeArrow(table: RawTable, as: 'file' | 'stream' = 'file'): Uint8Array {
  refuseNotFinite(table)
  const children = table.columns.map((column, i) => dataOf(column, storedTypeOf(table, column.name), i))
  const schema = new Schema(table.columns.map((column, i) => new Field(column.name, children[i]!.type, true)))
  const data = makeData({ type: new Struct(schema.fields), length: table.rowCount, children })
  return tableToIPC(new Table(schema, new RecordBatch(schema, data)), as)
}

/** The library skips what it does not know, so that a cut file would read as a shorter table: such bytes are refused. */
function kindOf(bytes: Uint8Array, context: ReadContext): 'file' | 'stream' {
  const head = asciiOf(bytes.subarray(0, 6))
  if (head.startsWith('FEA1')) throw unreadable('Arrow', context, 'it is Feather version 1; write it as version 2')
  if (head === 'ARROW1') {
    if (asciiOf(bytes.subarray(-6)) !== 'ARROW1') throw unreadable('Arrow', context, 'the closing mark ARROW1 is missing')
    return 'file'
  }
  if (bytes.length < 8 || !bytes.subarray(0, 4).every((byte) => byte === 0xff)) {
    throw unreadable('Arrow', context, 'neither the mark of a file nor of a stream at the start')
  }
  return 'stream'
}

function asciiOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function registerCodecs(): void {
  for (const [codec, decode] of [
    [CompressionType.LZ4_FRAME, decompressLz4Frame],
    [CompressionType.ZSTD, decompressZstdFrame]
  ] as const) {
    if (!compressionRegistry.get(codec)) compressionRegistry.set(codec, { decode: (bytes) => inflated(bytes, decode) })
  }
}

/** What a buffer may hold whose length is not stated. */
const mostUnstated = (bytes: Uint8Array): number => Math.max(2 ** 20, 255 * bytes.length)

/** The library hands over what stands behind the 8 bytes that state the length of the content. */
function inflated(bytes: Uint8Array, decode: (bytes: Uint8Array, size: number) => Uint8Array): Uint8Array {
  const stated = Number(new DataView(bytes.buffer, bytes.byteOffset - 8, 8).getBigInt64(0, true))
  // Arrow for JavaScript (as of version 21) states the compressed length instead.
  if (stated === bytes.length) return decode(bytes, mostUnstated(bytes))
  const content = decode(bytes, stated)
  if (content.length !== stated) throw new Error(`a buffer of ${content.length} bytes where ${stated} are stated`)
  return content
}

const UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns']

/** The type of a column; undefined of text, truth values, and what is no cell of a table. */
function storedIn(type: DataType): StoredType | undefined {
  if (DataType.isDictionary(type))
    return DataType.isUtf8(type.dictionary)
      ? { kind: 'dictionary', bits: Math.min(32, type.indices.bitWidth) as 8 }
      : storedIn(type.dictionary)
  if (DataType.isInt(type)) return { kind: 'whole', bits: type.bitWidth as 8, signed: type.isSigned }
  if (DataType.isFloat(type)) return { kind: 'float', bits: (16 * 2 ** type.precision) as 16 }
  if (DataType.isDecimal(type)) return { kind: 'decimal', precision: type.precision, scale: type.scale }
  if (DataType.isDate(type)) return { kind: 'date' }
  if (DataType.isTime(type)) return { kind: 'time', unit: UNITS[type.unit]! }
  if (DataType.isDuration(type)) return { kind: 'duration', unit: UNITS[type.unit]! }
  if (!DataType.isTimestamp(type)) return undefined
  return { kind: 'timestamp', unit: UNITS[type.unit]!, ...(type.timezone ? { zone: type.timezone } : {}) }
}

function columnOf(field: Field, vector: Vector, context: ReadContext): RawColumn {
  const { name } = field
  const type = DataType.isDictionary(field.type) ? field.type.dictionary : field.type
  const stored = storedIn(type)
  if (stored?.kind === 'whole' || stored?.kind === 'duration') return wholeColumn(name, cellsOf(vector), stored)
  if (stored?.kind === 'float') {
    // The library hands over floats of 16 bits one by one alone; together they are their bits.
    const together = vector.nullCount === 0 && stored.bits > 16
    return numberColumn(name, together ? vector.toArray() : cellsOf(vector), false)
  }
  if (stored?.kind === 'decimal') return decimalColumn(name, decimals(cellsOf(vector), stored.scale), stored)
  if (stored?.kind === 'date' || stored?.kind === 'timestamp') return datetimeColumn(name, cellsOf(vector))
  if (stored?.kind === 'time') return timeColumn(name, cellsOf(vector), stored)
  if (DataType.isBool(type)) return booleanColumn(name, cellsOf(vector))
  if (DataType.isUtf8(field.type)) return storedTextColumn(name, textsOf(vector))
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type) || DataType.isNull(type)) {
    return storedTextColumn(name, cellsOf(vector))
  }
  return unusableColumn(name, columnNested(`column "${name}" of type ${field.type} in ${context.source}`, name))
}

/** Whether the buffers reach as far as the rows: beyond them the library reads missing cells, false and zeros. */
function holdsItsRows({ type, length, stride, values, valueOffsets, nullBitmap, dictionary }: Data): boolean {
  if (nullBitmap && nullBitmap.length > 0 && 8 * nullBitmap.length < length) return false
  if (valueOffsets) return valueOffsets.length > length
  if (dictionary && !dictionary.data.every(holdsItsRows)) return false
  return !ArrayBuffer.isView(values) || (DataType.isBool(type) ? 8 : 1) * (values as Uint8Array).length >= stride * length
}

// biome-ignore lint/suspicious/noExplicitAny: what a cell is follows from the column's type, checked above
function cellsOf(vector: Vector): any[] {
  const cells = new Array(vector.length)
  for (let i = 0; i < cells.length; i++) cells[i] = vector.get(i)
  return cells
}

/** Texts with the byte-order marks in them, which the library takes away. */
function textsOf(vector: Vector<Utf8>): (string | null)[] {
  return vector.data.flatMap((data) =>
    Array.from({ length: data.length }, (_, i) =>
      data.getValid(i) ? cellText(data.values.subarray(data.valueOffsets[i], data.valueOffsets[i + 1])) : null
    )
  )
}

/** Decimals come as little-endian words in two's complement. */
function decimals(cells: readonly (Uint32Array | null)[], scale: number): (number | null)[] {
  return cells.map((words) => {
    if (words === null) return null
    let whole = 0n
    for (let i = words.length - 1; i >= 0; i--) whole = (whole << 32n) | BigInt(words[i]!)
    const signed = BigInt.asIntN(32 * words.length, whole)
    return Number(`${signed}e${-scale}`)
  })
}

function dataOf(column: RawColumn, stored: StoredType | undefined, place: number): Data {
  const length = column.values.length
  const validity = validityOf(column)
  const own = stored && isOf(stored, column) ? typedData(column, stored, validity, place) : undefined
  if (own) return own
  if (column.source === 'text') return utf8Data(column.values, validity)
  if (column.source === 'boolean') {
    const data = bitmapOf(length, (i) => column.values[i] === true)
    return makeData({ type: new Bool(), length, ...validity, data })
  }
  const whole = column.source === 'datetime' || isWhole(column)
  if (!whole) return makeData({ type: new Float64(), length, ...validity, data: column.values })
  const data = BigInt64Array.from(column.values, (value, i) => (isMissing(column, i) ? 0n : BigInt(Math.round(value))))
  if (column.source === 'datetime') return makeData({ type: new TimestampMillisecond(), length, ...validity, data })
  return makeData({ type: new Int64(), length, ...validity, data })
}

const SIGNED = { 8: Int8, 16: Int16, 32: Int32, 64: Int64 } as const
const UNSIGNED = { 8: Uint8, 16: Uint16, 32: Uint32, 64: Uint64 } as const
const FLOATS = { 16: Float16, 32: Float32, 64: Float64 } as const

/** A column in a type that its cells are of; undefined where the format has none such. */
function typedData(column: RawColumn, stored: StoredType, validity: Validity, place: number): Data | undefined {
  if (column.source === 'text' && stored.kind === 'dictionary') return dictionaryData(column.values, { ...validity, stored, place })
  const type = typeOf(stored)
  if (!type) return undefined
  const length = column.values.length
  const whole = storedWhole(stored, column)
  const cell = (i: number) => (isMissing(column, i) ? 0 : whole ? whole(i)! : (column.values[i] as number))
  if (DataType.isDecimal(type)) {
    const width = type.bitWidth / 32
    const data = new Uint32Array(width * length)
    for (let i = 0; i < length; i++) {
      const bits = BigInt.asUintN(type.bitWidth, BigInt(cell(i)))
      for (let k = 0; k < width; k++) data[width * i + k] = Number((bits >> BigInt(32 * k)) & 0xffffffffn)
    }
    return makeData({ type, length, ...validity, data })
  }
  const data = new type.ArrayType(length) as Float64Array | BigInt64Array
  const isLong = data instanceof BigInt64Array || data instanceof BigUint64Array
  const convert = isLong ? BigInt : stored.kind === 'float' && stored.bits === 16 ? util.float64ToUint16 : Number
  for (let i = 0; i < length; i++) data[i] = (convert as (cell: number | bigint) => number)(cell(i))
  return makeData({ type, length, ...validity, data } as Parameters<typeof makeData>[0])
}

/** How a type is stored; undefined where the format has none such. */
function typeOf(stored: StoredType): DataType | undefined {
  switch (stored.kind) {
    case 'whole':
      return new (stored.signed ? SIGNED : UNSIGNED)[stored.bits]()
    case 'float':
      return new FLOATS[stored.bits]()
    case 'decimal':
      return new Decimal(stored.scale, stored.precision, stored.precision > MOST_DIGITS ? 256 : 128)
    case 'date':
      return new DateDay()
    case 'time':
      return new Time(UNITS.indexOf(stored.unit), stored.unit === 's' || stored.unit === 'ms' ? 32 : 64)
    case 'timestamp':
      return new Timestamp(UNITS.indexOf(stored.unit), stored.zone)
    case 'duration':
      return new Duration(UNITS.indexOf(stored.unit))
    default:
      return undefined
  }
}

/** Digits of a decimal number of 128 bits. @source Arrow columnar format, Schema.fbs, Decimal */
const MOST_DIGITS = 38

/** Texts once, in the order in which they come, and their places; the same bytes whatever was written before. */
function dictionaryData(
  values: readonly (string | null)[],
  { stored, place, ...validity }: Validity & { readonly stored: StoredType & { kind: 'dictionary' }; readonly place: number }
): Data | undefined {
  const places = new Map<string, number>()
  for (const value of values) if (value !== null && !places.has(value)) places.set(value, places.size)
  const bits = ([8, 16, 32] as const).find((one) => one >= stored.bits && places.size <= 2 ** (one - 1))
  if (bits === undefined) return undefined
  const indices = new SIGNED[bits]()
  const data = new indices.ArrayType(values.length)
  for (const [i, value] of values.entries()) if (value !== null) data[i] = places.get(value)!
  const texts = utf8Data([...places.keys()], { nullBitmap: undefined, nullCount: 0 })
  const type = new Dictionary(new Utf8(), indices, place)
  return makeData({ type, length: values.length, ...validity, data, dictionary: new Vector([texts]) })
}

interface Validity {
  readonly nullBitmap: Uint8Array | undefined
  readonly nullCount: number
}

function validityOf(column: RawColumn): Validity {
  let nullCount = 0
  for (let i = 0; i < column.values.length; i++) if (isMissing(column, i)) nullCount++
  return { nullCount, nullBitmap: nullCount > 0 ? bitmapOf(column.values.length, (i) => !isMissing(column, i)) : undefined }
}

function bitmapOf(length: number, isSet: (i: number) => boolean): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(length / 64) * 8)
  for (let i = 0; i < length; i++) if (isSet(i)) bitmap[i >> 3]! |= 1 << (i & 7)
  return bitmap
}

function utf8Data(values: readonly (string | null)[], { nullBitmap, nullCount }: Validity): Data<Utf8> {
  const pieces = values.map((value) => new TextEncoder().encode(value ?? ''))
  const valueOffsets = new Int32Array(values.length + 1)
  for (const [i, piece] of pieces.entries()) valueOffsets[i + 1] = valueOffsets[i]! + piece.length
  const data = new Uint8Array(valueOffsets[values.length]!)
  for (const [i, piece] of pieces.entries()) data.set(piece, valueOffsets[i])
  return makeData({ type: new Utf8(), length: values.length, nullCount, nullBitmap, valueOffsets, data })
}
