import type { RawColumn, RawTable } from '@sbridge/core/tables'
import {
  Bool,
  CompressionType,
  compressionRegistry,
  type Data,
  DataType,
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMillisecond,
  tableFromIPC,
  tableToIPC,
  Utf8,
  type Vector
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
  unusableColumn,
  wholeNumberColumn
} from './columns.js'
import { ContentLimit } from './content-limit.js'
import { decompressLz4Frame } from './lz4-frame.js'
import { decompressZstdFrame } from './zstd-frame.js'

/**
 * A table from Arrow IPC, as a file (Feather version 2) or a stream, plain or compressed with LZ4 or ZSTD;
 * dictionary-encoded text as text, dates and timestamps as date-time columns, whole numbers beyond 2⁵³ as text.
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
    return tableOf(columns, context)
  })
}

/** Arrow IPC as a file or a stream, uncompressed: float64, int64 for whole numbers, bool, UTF-8 and millisecond timestamps. */
export function writeArrow(table: RawTable, as: 'file' | 'stream' = 'file'): Uint8Array {
  refuseNotFinite(table)
  const children = table.columns.map(dataOf)
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

function columnOf(field: Field, vector: Vector, context: ReadContext): RawColumn {
  const { name } = field
  const type = DataType.isDictionary(field.type) ? field.type.dictionary : field.type
  if (DataType.isInt(type)) return wholeNumberColumn(name, cellsOf(vector))
  if (DataType.isFloat(type)) return numberColumn(name, vector.nullCount === 0 ? vector.toArray() : cellsOf(vector), false)
  if (DataType.isDecimal(type)) return numberColumn(name, decimals(cellsOf(vector), type.scale), type.scale === 0)
  if (DataType.isDate(type) || DataType.isTimestamp(type)) return datetimeColumn(name, cellsOf(vector))
  if (DataType.isTime(type) || DataType.isDuration(type)) return wholeNumberColumn(name, cellsOf(vector))
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

function dataOf(column: RawColumn): Data {
  const length = column.values.length
  const { nullBitmap, nullCount } = validityOf(column)
  if (column.source === 'text') return utf8Data(column.values, { nullBitmap, nullCount })
  if (column.source === 'boolean') {
    const data = bitmapOf(length, (i) => column.values[i] === true)
    return makeData({ type: new Bool(), length, nullCount, nullBitmap, data })
  }
  const whole = column.source === 'datetime' || isWhole(column)
  if (!whole) return makeData({ type: new Float64(), length, nullCount, nullBitmap, data: column.values })
  const data = BigInt64Array.from(column.values, (value, i) => (isMissing(column, i) ? 0n : BigInt(Math.round(value))))
  if (column.source === 'datetime') return makeData({ type: new TimestampMillisecond(), length, nullCount, nullBitmap, data })
  return makeData({ type: new Int64(), length, nullCount, nullBitmap, data })
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
