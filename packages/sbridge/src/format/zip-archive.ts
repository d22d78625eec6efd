import { inflateSync } from 'fflate'
import { viewOf } from './bytes.js'
import { crc32 } from './crc32.js'

/** An entry as the central directory states it. */
interface ZipEntry {
  readonly name: string
  /** Bytes of the content. */
  readonly size: number
  readonly compressedSize: number
  readonly method: number
  readonly crc: number
  /** Where its local header begins. */
  readonly start: number
}

/** Signatures, methods and flags of APPNOTE.TXT, sections 4.3 and 4.4. */
const LOCAL_HEADER = 0x04034b50
const DIRECTORY_HEADER = 0x02014b50
const DIRECTORY_END = 0x06054b50
const DIRECTORY_END_LENGTH = 22
const STORED = 0
const DEFLATED = 8

/**
 * The entries of a ZIP archive in the order of its directory; nothing is inflated.
 *
 * Throws `Error` (`RangeError` where a place lies outside) for damaged, encrypted and split archives.
 * @source PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3
 */
export function zipEntries(bytes: Uint8Array): ZipEntry[] {
  const view = viewOf(bytes)
  const end = directoryEnd(view)
  const length = view.getUint32(end + 12, true)
  const start = view.getUint32(end + 16, true)
  if (start + length > end) throw new Error('its directory lies outside')
  const entries: ZipEntry[] = []
  for (let at = start; at < start + length; ) {
    if (view.getUint32(at, true) !== DIRECTORY_HEADER) throw new Error('an entry of its directory is none')
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number
    ]
    const flags = view.getUint16(at + 8, true)
    if (flags & 1) throw new Error('it is encrypted')
    const extra = viewOf(bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength))
    const [size, compressedSize, begin] = wideFields(extra, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true)
    ]) as [number, number, number]
    const name = nameOf(bytes.subarray(at + 46, at + 46 + nameLength), flags)
    entries.push({ name, size, compressedSize, start: begin, method: view.getUint16(at + 10, true), crc: view.getUint32(at + 16, true) })
    at += 46 + nameLength + extraLength + commentLength
  }
  // The count has 16 bits, and writers let it run over.
  if ((entries.length & 0xffff) !== view.getUint16(end + 10, true)) throw new Error('its directory is incomplete')
  return entries
}

/** The content of an entry, its length and checksum compared with the directory. Throws `Error`. */
export function zipContent(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const view = viewOf(bytes)
  const { name, size, compressedSize, method, start } = entry
  if (view.getUint32(start, true) !== LOCAL_HEADER) throw new Error(`entry ${name} is not where the directory says`)
  const begin = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true)
  if (begin + compressedSize > bytes.length) throw new Error(`entry ${name} ends beyond the file`)
  if (method !== STORED && method !== DEFLATED) throw new Error(`entry ${name} is compressed by method ${method}`)
  const stored = bytes.subarray(begin, begin + compressedSize)
  // What does not fit the array is not kept, so that no more is inflated than was stated.
  const content = method === STORED ? stored : inflateSync(stored, { out: new Uint8Array(size) })
  if (content.length !== size) throw new Error(`entry ${name} holds ${content.length} of ${size} bytes`)
  if (crc32(content) !== entry.crc) throw new Error(`the checksum of entry ${name} is wrong`)
  return content
}

/** Where the record at the end of the directory begins; a comment of up to 65,535 bytes may follow it. */
function directoryEnd(view: DataView): number {
  const last = view.byteLength - DIRECTORY_END_LENGTH
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) === DIRECTORY_END && at + DIRECTORY_END_LENGTH + view.getUint16(at + 20, true) === view.byteLength)
      return at
  }
  throw new Error('it ends before its directory')
}

/** Fields of 32 bits that are all ones stand, in this order, in the extra field of ZIP64. */
function wideFields(extra: DataView, fields: readonly number[]): number[] {
  let at = 0
  while (at + 4 <= extra.byteLength && extra.getUint16(at, true) !== 1) at += 4 + extra.getUint16(at + 2, true)
  at += 4
  return fields.map((field) => {
    if (field !== 0xffffffff) return field
    at += 8
    return Number(extra.getBigUint64(at - 8, true))
  })
}

/** Names are UTF-8. */
const UTF_8_FLAG = 0x800

function nameOf(bytes: Uint8Array, flags: number): string {
  return new TextDecoder(flags & UTF_8_FLAG ? 'utf-8' : 'latin1', { ignoreBOM: true }).decode(bytes)
}
