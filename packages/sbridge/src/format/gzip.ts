import { Gunzip, gzipSync } from 'fflate'
import { joined } from './bytes.js'
import { type ReadContext, unreadable } from './columns.js'
import { ContentLimit } from './content-limit.js'
import { crc32 } from './crc32.js'

/** Bytes that are inflated between two looks at the limit, about. */
const PIECE = 65_536

/** Bytes of checksum and size behind the last member. */
const TRAILER = 8

/** Bytes of the header and the checksum of a member. @source RFC 1952, section 2.3 */
const LEAST = 18

/**
 * What a gzip file holds, its members one after the other, as its bytes come. Throws `FormatError` for damaged files, cut ones and
 * those beyond the content limit.
 */
export class GzipReader {
  readonly #limit: ContentLimit
  readonly #context: ReadContext
  readonly #stream: Gunzip
  #isOne = true
  #size = 0
  #crc = 0
  /** Bytes so far, and the last of them. */
  #length = 0
  #end = new Uint8Array(0)

  /** `fileBytes` is the size of the file, `give` takes the pieces of its content. */
  constructor(fileBytes: number, context: ReadContext, give: (piece: Uint8Array) => void) {
    this.#limit = new ContentLimit(fileBytes, context)
    this.#context = context
    this.#stream = new Gunzip((piece) => {
      this.#limit.take(piece.length)
      this.#size += piece.length
      this.#crc = crc32(piece, this.#crc)
      give(piece)
    })
    // Told of every member but the first.
    this.#stream.onmember = () => {
      this.#isOne = false
    }
  }

  push(bytes: Uint8Array): void {
    this.#length += bytes.length
    this.#end = joined([this.#end, bytes.subarray(-TRAILER)]).slice(-TRAILER)
    for (let at = 0; at < bytes.length; at += PIECE) this.#inflate(bytes.subarray(at, at + PIECE), false)
  }

  /** Checks that nothing is missing, and the checksum. */
  finish(): void {
    if (this.#length < LEAST) throw unreadable('gzip', this.#context, 'it ends in its header')
    this.#inflate(new Uint8Array(0), true)
    const end = new DataView(this.#end.buffer)
    if (this.#isOne && (end.getUint32(4, true) !== this.#size % 2 ** 32 || end.getUint32(0, true) !== this.#crc))
      throw unreadable('gzip', this.#context, 'its checksum is wrong')
  }

  #inflate(bytes: Uint8Array, isLast: boolean): void {
    try {
      this.#stream.push(bytes, isLast)
    } catch (error) {
      // Its errors are plain ones; those of the limit are not.
      if (!(error instanceof Error) || 'remedy' in error) throw error
      throw unreadable('gzip', this.#context, error.message)
    }
  }
}

/** All that a gzip file holds, as `GzipReader` has it. */
export function inflateGzip(bytes: Uint8Array, context: ReadContext): Uint8Array {
  const pieces: Uint8Array[] = []
  const reader = new GzipReader(bytes.length, context, (piece) => pieces.push(piece))
  reader.push(bytes)
  reader.finish()
  return joined(pieces)
}

/** The same bytes for the same content: no name and no time are written. */
export const deflateGzip = (content: Uint8Array): Uint8Array => gzipSync(content, { mtime: 0 })
