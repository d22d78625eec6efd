import { Gunzip, gzipSync } from 'fflate'
import { type ReadContext, unreadable } from './columns.js'
import { ContentLimit } from './content-limit.js'
import { crc32 } from './crc32.js'
import { joined } from './joined.js'

/** Bytes that are inflated between two looks at the limit, about. */
const PIECE = 65_536

/** Bytes of the header and the checksum of a member. @source RFC 1952, section 2.3 */
const LEAST = 18

/** What a gzip file holds, its members one after the other. Throws `FormatError` for damaged ones and beyond the content limit. */
export function inflateGzip(bytes: Uint8Array, context: ReadContext): Uint8Array {
  if (bytes.length < LEAST) throw unreadable('gzip', context, 'it ends in its header')
  const limit = new ContentLimit(bytes.length, context)
  const pieces: Uint8Array[] = []
  let isOne = true
  const stream = new Gunzip((piece) => {
    limit.take(piece.length)
    pieces.push(piece)
  })
  // Told of every member but the first.
  stream.onmember = () => {
    isOne = false
  }
  try {
    for (let at = 0; at < bytes.length; at += PIECE) stream.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length)
  } catch (error) {
    // Its errors are plain ones; that of the limit is not.
    if (!(error instanceof Error) || 'remedy' in error) throw error
    throw unreadable('gzip', context, error.message)
  }
  const content = joined(pieces)
  const end = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 8)
  if (isOne && (end.getUint32(4, true) !== content.length % 2 ** 32 || end.getUint32(0, true) !== crc32(content)))
    throw unreadable('gzip', context, 'its checksum is wrong')
  return content
}

/** The same bytes for the same content: no name and no time are written. */
export const deflateGzip = (content: Uint8Array): Uint8Array => gzipSync(content, { mtime: 0 })
