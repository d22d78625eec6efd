import { Decompress } from 'fzstd'
import { refuseEndlessWeights } from './zstd-weights.js'

/** Exponent of the largest window that decoders take as a rule: 128 MiB. */
const MOST_WINDOW_LOG = 27

/**
 * The content, at most `size` bytes, of Zstandard frames.
 *
 * Throws `Error` where the frame states or holds more content, or a window beyond what decoders take: the library
 * allocates what is stated, gigabytes where one byte is wrong.
 * @source RFC 8878, section 3.1.1
 */
export function decompressZstdFrame(bytes: Uint8Array, size: number): Uint8Array {
  const singleSegment = ((bytes[4] ?? 0) & 0x20) !== 0
  if (!singleSegment && 10 + ((bytes[5] ?? 0) >> 3) > MOST_WINDOW_LOG) throw new Error('a ZSTD window of over 128 MiB')
  if (contentSizeOf(bytes) > size) throw new Error('a ZSTD frame that states more than its place')
  refuseEndlessWeights(bytes)
  const content = new Uint8Array(size)
  let length = 0
  const frames = new Decompress((block) => {
    if (length + block.length > size) throw new Error('ZSTD content longer than stated')
    content.set(block, length)
    length += block.length
  })
  frames.push(bytes, true)
  return length < size ? content.slice(0, length) : content
}

function contentSizeOf(bytes: Uint8Array): number {
  const descriptor = bytes[4] ?? 0
  const singleSegment = (descriptor & 0x20) !== 0
  const width = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  const at = 5 + (singleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!
  let size = width === 2 ? 256 : 0
  for (let i = 0; i < width; i++) size += (bytes[at + i] ?? 0) * 2 ** (8 * i)
  return size
}
