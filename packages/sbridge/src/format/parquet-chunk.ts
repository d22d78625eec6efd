import type { ColumnMetaData, DecodedArray, PageHeader, ParquetParsers, ParquetType, SchemaElement } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import { byteStreamSplit } from 'hyparquet/src/encoding.js'
import { readPlain } from 'hyparquet/src/plain.js'
import { readVarInt } from 'hyparquet/src/thrift.js'
import { viewOf } from './bytes.js'
import type { ContentLimit } from './content-limit.js'
import { crc32 } from './crc32.js'
import { hybridRuns } from './hybrid-runs.js'
import { inflatePage } from './page-codecs.js'

/** A flat column of a row group. */
export interface Chunk {
  readonly element: SchemaElement
  readonly metadata: ColumnMetaData
  readonly rows: number
  readonly parsers: Partial<ParquetParsers>
}

/**
 * The cells of a column chunk, null where missing.
 *
 * The library decodes values; pages, levels and dictionaries are gone through here, where every length is compared with
 * what is there before anything is allocated or looped over. Throws `Error`, also as `RangeError`.
 * @source Parquet format 2.11, README.md and Encodings.md, github.com/apache/parquet-format
 */
export function readChunk(bytes: Uint8Array, chunk: Chunk, limit: ContentLimit): unknown[] {
  const { metadata, rows } = chunk
  const start = Number(metadata.dictionary_page_offset || metadata.data_page_offset)
  const stored = part(bytes, start, Number(metadata.total_compressed_size))
  const reader = { view: viewOf(stored), offset: 0 }
  const cells: unknown[] = []
  let dictionary: DecodedArray | undefined
  while (cells.length < rows) {
    const header = parquetHeader(reader)
    const raw = part(stored, reader.offset, header.compressed_page_size)
    reader.offset += raw.length
    if (header.crc !== undefined && header.crc >>> 0 !== crc32(raw)) throw new Error('a page whose checksum is wrong')
    limit.take(size(header.uncompressed_page_size))
    if (header.dictionary_page_header) {
      const content = inflatePage(metadata.codec, raw, header.uncompressed_page_size)
      dictionary = converted(decode('PLAIN', content, size(header.dictionary_page_header.num_values), chunk, limit), chunk)
    } else {
      const page = dataPage(header, raw, chunk)
      if (page.count > rows - cells.length) throw new Error('more values than the row group has rows')
      appendCells(cells, page, { chunk, dictionary, limit })
    }
  }
  return cells
}

interface DataPage {
  readonly count: number
  readonly encoding: string
  /** Runs of 1 for a value and 0 for none; absent where every cell has one. */
  readonly levels?: Uint8Array
  readonly values: Uint8Array
}

function dataPage(header: PageHeader, raw: Uint8Array, { element, metadata }: Chunk): DataPage {
  const nullable = element.repetition_type === 'OPTIONAL'
  const older = header.data_page_header
  if (older) {
    const content = inflatePage(metadata.codec, raw, header.uncompressed_page_size)
    const levels = nullable ? part(content, 4, viewOf(content).getUint32(0, true)) : undefined
    const values = levels ? content.subarray(4 + levels.length) : content
    return { count: size(older.num_values), encoding: older.encoding, values, ...(levels && { levels }) }
  }
  const newer = header.data_page_header_v2
  if (!newer) throw new Error(`a page of type ${header.type}`)
  const levels = part(raw, size(newer.repetition_levels_byte_length), newer.definition_levels_byte_length)
  const before = newer.repetition_levels_byte_length + levels.length
  const compressed = raw.subarray(before)
  const codec = newer.is_compressed === false ? 'UNCOMPRESSED' : metadata.codec
  const values = inflatePage(codec, compressed, size(header.uncompressed_page_size - before))
  return { count: size(newer.num_values), encoding: newer.encoding, values, ...(nullable && { levels }) }
}

interface PageSource {
  readonly chunk: Chunk
  readonly dictionary: DecodedArray | undefined
  readonly limit: ContentLimit
}

function appendCells(cells: unknown[], page: DataPage, { chunk, dictionary, limit }: PageSource): void {
  const present = page.levels && hybridRuns(page.levels, 1, page.count)
  const count = present ? present.reduce((sum, one) => sum + one, 0) : page.count
  const values = page.encoding.endsWith('_DICTIONARY')
    ? listed(page.values, count, dictionary)
    : converted(decode(page.encoding, page.values, count, chunk, limit), chunk)
  for (let i = 0, v = 0; i < page.count; i++) cells.push(!present || present[i] ? values[v++] : null)
}

function listed(bytes: Uint8Array, count: number, dictionary: DecodedArray | undefined): unknown[] {
  if (count === 0) return []
  if (!dictionary || bytes.length === 0) throw new Error('a page without its dictionary')
  const places = hybridRuns(bytes.subarray(1), bytes[0]!, count)
  return Array.from(places, (place) => {
    if (place >= dictionary.length) throw new Error('a value that its dictionary lacks')
    return dictionary[place]
  })
}

function converted(values: DecodedArray, { element, parsers }: Chunk): DecodedArray {
  // Adding up the digits of a longer number would take for ever; the format knows at most 76 digits.
  const isDecimal = element.converted_type === 'DECIMAL'
  if (isDecimal && Array.isArray(values) && values.some((value) => value.length > 32))
    throw new Error('a decimal number of more than 32 bytes')
  if (isDecimal) return Array.from(values as ArrayLike<number | bigint | Uint8Array>, (value) => divided(value, element.scale ?? 0))
  return convert(values, { element, parsers: { ...DEFAULT_PARSERS, ...parsers } } as Parameters<typeof convert>[1])
}

/** Powers of ten that doubles hold. */
const MOST_POWER = 22

/** The number nearest to so many units of the last decimal: the library multiplies, which leaves 0.30000000000000004. */
function divided(value: number | bigint | Uint8Array, scale: number): number {
  const whole = value instanceof Uint8Array ? signedWhole(value) : value
  // Of whole numbers and powers that doubles hold the quotient is the nearest one.
  return Number.isSafeInteger(Number(whole)) && scale <= MOST_POWER ? Number(whole) / 10 ** scale : Number(`${whole}e-${scale}`)
}

/** Bytes as a whole number in two's complement, the highest first. */
function signedWhole(bytes: Uint8Array): bigint {
  const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  return BigInt.asIntN(8 * bytes.length, value)
}

/** `count` values as the format stores them. */
function decode(encoding: string, bytes: Uint8Array, count: number, { element }: Chunk, limit: ContentLimit): DecodedArray {
  const { type, type_length } = element as { type: ParquetType; type_length?: number }
  if (count === 0) return []
  const reader = { view: viewOf(bytes), offset: 0 }
  switch (encoding) {
    case 'PLAIN':
      refuseMore(count, 8 * bytes.length)
      return readPlain(reader, type, count, type_length)
    case 'RLE':
      if (type !== 'BOOLEAN') break
      return Array.from(hybridRuns(part(bytes, 4, reader.view.getUint32(0, true)), 1, count), Boolean)
    case 'BYTE_STREAM_SPLIT':
      refuseMore(count * (type_length ?? (type === 'FLOAT' || type === 'INT32' ? 4 : 8)), bytes.length)
      return byteStreamSplit(reader, count, type, type_length)
    case 'DELTA_BINARY_PACKED':
      return type === 'INT32' ? deltas(reader, new Int32Array(count)) : deltas(reader, new BigInt64Array(count))
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      const lengths = deltas(reader, new Int32Array(count))
      return Array.from(lengths, (length) => taken(reader, bytes, length))
    }
    case 'DELTA_BYTE_ARRAY':
      return prefixed(reader, bytes, count, limit)
  }
  throw new Error(`values encoded as ${encoding}`)
}

interface Reader {
  readonly view: DataView
  offset: number
}

/** Whole numbers as differences, in blocks whose layout the library takes as it stands. */
function deltas<T extends Int32Array | BigInt64Array>(reader: Reader, output: T): T {
  const head = { ...reader }
  const [block, parts, count] = [readVarInt(head), readVarInt(head), readVarInt(head)]
  if (!(parts > 0 && parts <= reader.view.byteLength && block > 0 && block % (8 * parts) === 0)) throw new Error('a block of no layout')
  refuseMore(output.length, count)
  deltaBinaryUnpack(reader, output.length, output)
  return output
}

/** Texts as what they share with the one before and what follows it. */
function prefixed(reader: Reader, bytes: Uint8Array, count: number, limit: ContentLimit): Uint8Array[] {
  const shared = deltas(reader, new Int32Array(count))
  const lengths = deltas(reader, new Int32Array(count))
  let before = new Uint8Array(0)
  return Array.from(lengths, (length, i) => {
    const rest = taken(reader, bytes, length)
    const head = part(before, 0, shared[i]!)
    limit.take(head.length)
    const value = new Uint8Array(head.length + rest.length)
    value.set(head)
    value.set(rest, head.length)
    before = value
    return value
  })
}

function taken(reader: Reader, bytes: Uint8Array, length: number): Uint8Array {
  const piece = part(bytes, reader.offset, length)
  reader.offset += length
  return piece
}

function part(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (!(start >= 0 && length >= 0 && start + length <= bytes.length)) throw new Error('a part beyond the end of the page or file')
  return bytes.subarray(start, start + length)
}

function size(value: number | undefined): number {
  if (value === undefined || !(value >= 0)) throw new Error(value === undefined ? 'a length that is missing' : `a length of ${value}`)
  return value
}

function refuseMore(count: number, most: number): void {
  if (count > most) throw new Error('more values than the page can hold')
}
