import { FormatError } from '../num/errors.js'
import type { ModelArray, ModelContents } from './contents.js'
import { exactly, list, optional, record, text, whole, word } from './reading.js'

/** Version of the container, not of what is in it: readers refuse a later one. */
const FORMAT_VERSION = 1
/**
 * Which rows a seed draws: raised when the same model, seed and options would draw others. A file of another number is read as any.
 * 2: a row depends on its batch of 16,384 rows and on no other. 3: draws among some thousand rows are made in float32. 4: noise beyond
 * the edge of a spike is reflected on it. 5: of more than 10,000 rows in classes all but the last steps are taken on landmarks. 6: noise
 * beyond a sharp end of a column is reflected on it. 7: categories that are drawn in turn go by the odds of a regression besides. 8: so are
 * those whose combinations are of few rows. 9: numbers beside them go by two categories together and along curves, where these show.
 */
export const DRAW_BYTES = 9
const MAGIC = [0x53, 0x42, 0x52, 0x49, 0x44, 0x47, 0x45, 0]
const PREAMBLE = 24

interface ArrayEntry {
  readonly name: string
  readonly type: keyof typeof CONSTRUCTORS
  readonly offset: number
  readonly length: number
}

const CONSTRUCTORS = { float64: Float64Array, float32: Float32Array, int32: Int32Array, uint32: Uint32Array, uint8: Uint8Array }

function typeOf(array: ModelArray): keyof typeof CONSTRUCTORS {
  if (array instanceof Float64Array) return 'float64'
  if (array instanceof Float32Array) return 'float32'
  if (array instanceof Int32Array) return 'int32'
  return array instanceof Uint32Array ? 'uint32' : 'uint8'
}

const aligned = (n: number): number => Math.ceil(n / 8) * 8

/**
 * Contents → a model file: one self-describing, aligned, versioned piece of bytes. Cost O(size).
 *
 * Layout (little-endian): 8 bytes magic `SBRIDGE\0`; u32 format version; u32 header length; u32 CRC-32 of everything
 * after these 20 bytes; 4 bytes zero; the header (UTF-8 JSON: kind, bytes, meta, arrays with name, type, offset, length);
 * then the arrays, each at a multiple of 8 bytes. Typed views can be laid on it without copying.
 */
export function packModel(contents: ModelContents): Uint8Array {
  let offset = 0
  const entries: ArrayEntry[] = Object.entries(contents.arrays).map(([name, array]) => {
    const entry = { name, type: typeOf(array), offset, length: array.length }
    offset = aligned(offset + array.byteLength)
    return entry
  })
  const header = utf8(JSON.stringify({ kind: contents.kind, bytes: DRAW_BYTES, meta: contents.meta, arrays: entries }))
  const start = aligned(PREAMBLE + header.length)
  const bytes = new Uint8Array(start + offset)
  bytes.set(MAGIC)
  bytes.set(header, PREAMBLE)
  for (const entry of entries) {
    const array = contents.arrays[entry.name]!
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + entry.offset)
  }
  const view = new DataView(bytes.buffer)
  view.setUint32(8, FORMAT_VERSION, true)
  view.setUint32(12, header.length, true)
  view.setUint32(16, crc32(bytes.subarray(PREAMBLE)), true)
  return bytes
}

/** Whether bytes begin as a model file does. */
export function isModel(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte)
}

/** Bytes → contents. Throws `FormatError` (codes `model-magic`, `model-version`, `model-truncated`, `model-damaged`). */
export function unpackModel(bytes: Uint8Array): ModelContents {
  if (!isModel(bytes)) throw damaged('model-magic', 'bytes that do not begin as a model file', 'passing a file written by `sbridge fit`')
  if (bytes.length < PREAMBLE) throw damaged('model-truncated', `${bytes.length} bytes`, 'copying the file again')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(8, true)
  if (version > FORMAT_VERSION) {
    throw new FormatError({
      code: 'model-version',
      got: `a model of format version ${version}`,
      expected: `version ${FORMAT_VERSION} or older`,
      try: 'a newer sbridge, or fitting again'
    })
  }
  const headerLength = view.getUint32(12, true)
  if (PREAMBLE + headerLength > bytes.length)
    throw damaged('model-truncated', `${bytes.length} bytes, fewer than its header says`, 'copying the file again')
  if (crc32(bytes.subarray(PREAMBLE)) !== view.getUint32(16, true))
    throw damaged(
      'model-damaged',
      'a checksum that does not match: the file is cut short or changed',
      'copying the file again, or fitting again'
    )
  const { kind, bytes: drawBytes = 1, meta, arrays: entries } = headerIn(bytes.subarray(PREAMBLE, PREAMBLE + headerLength))
  const body = bytes.subarray(aligned(PREAMBLE + headerLength))
  let end = 0
  const arrays = entries.map((entry): [string, ModelArray] => {
    exactly(aligned(end))(entry.offset, `the offset of the array ${entry.name}`)
    end = entry.offset + entry.length * CONSTRUCTORS[entry.type].BYTES_PER_ELEMENT
    whole({ most: body.length })(end, `the end of the array ${entry.name}`)
    return [entry.name, arrayIn(body.subarray(entry.offset, end), entry.type)]
  })
  return { kind, bytes: drawBytes, meta, arrays: Object.fromEntries(arrays) }
}

const arrayEntry = record<ArrayEntry>({
  name: text,
  type: word('float64', 'float32', 'int32', 'uint32', 'uint8'),
  offset: whole(),
  length: whole()
})

type Header = Omit<ModelContents, 'arrays'> & { readonly arrays: readonly ArrayEntry[] }

function headerIn(bytes: Uint8Array): Header {
  let header: unknown
  try {
    header = JSON.parse(fromUtf8(bytes))
  } catch {
    throw damaged('model-damaged', 'a header that is no JSON', 'copying the file again, or fitting again')
  }
  return record<Header>({ kind: text, bytes: optional(whole({ least: 1 })), meta: (value) => value, arrays: list(arrayEntry) })(
    header,
    'header'
  )
}

/** Copied through a plain Uint8Array: a host's own kind of bytes may share its buffer with others. */
const arrayIn = (bytes: Uint8Array, type: ArrayEntry['type']): ModelArray => new CONSTRUCTORS[type](new Uint8Array(bytes).buffer)

function damaged(code: string, got: string, remedy: string): FormatError {
  return new FormatError({ code, got, expected: 'a whole sbridge model file', try: remedy })
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** The host's TextEncoder is not part of ES2023, so UTF-8 is written here. */
function utf8(text: string): Uint8Array {
  const out: number[] = []
  for (const character of text) {
    const c = character.codePointAt(0)!
    if (c < 0x80) out.push(c)
    else if (c < 0x800) out.push(0xc0 | (c >> 6), 0x80 | (c & 63))
    else if (c < 0x10000) out.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63))
    else out.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63))
  }
  return Uint8Array.from(out)
}

function fromUtf8(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let i = 0; i < bytes.length; ) {
    const b = bytes[i++]!
    let code = b
    if (b >= 0xf0) code = ((b & 7) << 18) | ((bytes[i++]! & 63) << 12) | ((bytes[i++]! & 63) << 6) | (bytes[i++]! & 63)
    else if (b >= 0xe0) code = ((b & 15) << 12) | ((bytes[i++]! & 63) << 6) | (bytes[i++]! & 63)
    else if (b >= 0xc0) code = ((b & 31) << 6) | (bytes[i++]! & 63)
    parts.push(String.fromCodePoint(code))
  }
  return parts.join('')
}
