import { Decompress } from 'fzstd'

/** Exponent of the largest window that decoders take as a rule: 128 MiB. */
const MOST_WINDOW_LOG = 27

/**
 * The content, at most `size` bytes, of Zstandard frames.
 *
 * Throws `Error` where a frame states or holds more content, a window beyond what decoders take, or weights that the library
 * would read for ever: it allocates what is stated, gigabytes where one byte is wrong.
 * @source RFC 8878, sections 3.1.1 and 4. Cost O(blocks) before anything is decoded.
 */
export function decompressZstdFrame(bytes: Uint8Array, size: number): Uint8Array {
  checkFrames(bytes, size)
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

/** Goes over frames and blocks by the lengths that they state; other damage is left to the library. */
function checkFrames(bytes: Uint8Array, size: number): void {
  for (let at = 0; at + 8 < bytes.length; ) {
    if (isSkippable(bytes, at)) {
      at += 8 + little(bytes, at + 4, 4)
      continue
    }
    const { windowLog, contentSize, length, checksum } = frameHeader(bytes, at)
    if (windowLog > MOST_WINDOW_LOG) throw new Error('a ZSTD window of over 128 MiB')
    if (contentSize > size) throw new Error('a ZSTD frame that states more than its place')
    at += length
    for (let last = false; !last && at + 3 < bytes.length; ) {
      const header = little(bytes, at, 3)
      last = header % 2 === 1
      const kind = (header >> 1) & 3
      if (kind === COMPRESSED && hasOneWeight(bytes, at + 3)) throw new Error('a ZSTD block whose weights have one value')
      at += 3 + (kind === REPEATED ? 1 : header >> 3)
    }
    at += checksum ? 4 : 0
  }
}

/** Types of blocks, RFC 8878, section 3.1.1.2.2. */
const REPEATED = 1
const COMPRESSED = 2

interface FrameHeader {
  /** 0 where the content is the window. */
  readonly windowLog: number
  /** 0 where none is stated. */
  readonly contentSize: number
  /** Bytes from the mark to the first block. */
  readonly length: number
  readonly checksum: boolean
}

function frameHeader(bytes: Uint8Array, start: number): FrameHeader {
  const descriptor = bytes[start + 4]!
  const single = (descriptor & 0x20) !== 0
  const width = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  const place = 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!
  return {
    windowLog: single ? 0 : 10 + (bytes[start + 5]! >> 3),
    contentSize: little(bytes, start + place, width) + (width === 2 ? 256 : 0),
    length: place + width,
    checksum: (descriptor & 4) !== 0
  }
}

/** Whether a compressed block brings a Huffman tree whose weights come from a table in which one symbol has every place. */
function hasOneWeight(bytes: Uint8Array, block: number): boolean {
  const literals = bytes[block]!
  if ((literals & 3) !== COMPRESSED) return false
  const tree = block + [3, 3, 4, 5][(literals >> 2) & 3]!
  // From 128 the weights stand there as they are.
  if (!(bytes[tree]! < 128)) return false
  const log = (bytes[tree + 1]! & 15) + 5
  let bit = 8 * (tree + 1) + 4
  const read = (width: number): number => (little(bytes, bit >> 3, 4) >>> (bit & 7)) & (2 ** width - 1)
  const size = 2 ** log
  // Nothing but zeros may come before the first share; as long as all is left, a share takes log or log + 1 bits.
  for (let symbol = 0; symbol < 256; symbol++) {
    const whole = read(log + 1)
    const short = whole % size
    const share = (short < size - 2 ? short : whole < size ? whole : whole - (size - 2)) - 1
    bit += short < size - 2 ? log : log + 1
    if (share !== 0) return share === size
    for (let again = 3; again === 3; bit += 2) {
      again = read(2)
      symbol += again
    }
  }
  return false
}

function isSkippable(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! & 0xf0) === 0x50 && bytes[at + 1] === 0x2a && bytes[at + 2] === 0x4d && bytes[at + 3] === 0x18
}

/** A whole number of some bytes, the lowest first; zeros behind the end. */
function little(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = 0; i < width; i++) value += (bytes[at + i] ?? 0) * 2 ** (8 * i)
  return value
}
