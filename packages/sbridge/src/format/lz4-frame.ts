/**
 * The content, at most `size` bytes, of an LZ4 frame (blocks independent or linked, checksums skipped): what Arrow calls LZ4_FRAME.
 *
 * Throws `Error` when the bytes are not a whole frame.
 * @source LZ4 frame format 1.6.3 and LZ4 block format, github.com/lz4/lz4/tree/dev/doc
 */
export function decompressLz4Frame(bytes: Uint8Array, size: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 7 || view.getUint32(0, true) !== 0x184d2204) throw new Error('not an LZ4 frame')
  const flags = bytes[4]!
  if (flags >> 6 !== 1) throw new Error('unknown version of LZ4 frame')
  let at = 6 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0) + 1
  const output = new Content(Math.min(size, MOST_EXPANSION * bytes.length))
  for (;;) {
    const word = view.getUint32(at, true)
    at += 4
    if (word === 0) return output.content()
    const size = word & 0x7fffffff
    if (at + size > bytes.length) throw new Error('LZ4 frame ends inside a block')
    const block = bytes.subarray(at, at + size)
    if (word >>> 31) output.append(block)
    else decompressBlock(block, output)
    at += size + (flags & 0x10 ? 4 : 0)
  }
}

/** The content of a bare LZ4 block, at most `size` bytes. Throws `Error`. */
export function decompressLz4Block(bytes: Uint8Array, size: number): Uint8Array {
  const output = new Content(size)
  decompressBlock(bytes, output)
  return output.content()
}

/** A byte of a length stands for 255 bytes of content. */
const MOST_EXPANSION = 255

/** Bytes that fill from the start; linked blocks copy from what earlier ones left. */
class Content {
  private readonly bytes: Uint8Array
  length = 0

  constructor(most: number) {
    this.bytes = new Uint8Array(most)
  }

  append(piece: Uint8Array): void {
    this.reserve(piece.length)
    this.bytes.set(piece, this.length)
    this.length += piece.length
  }

  /** Repeats `count` bytes from `offset` back; the ranges may overlap, which repeats a pattern. */
  repeat(offset: number, count: number): void {
    if (offset === 0 || offset > this.length) throw new Error('LZ4 match before the start')
    this.reserve(count)
    const { bytes } = this
    for (let end = this.length + count, from = this.length - offset; this.length < end; ) bytes[this.length++] = bytes[from++]!
  }

  content(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  private reserve(count: number): void {
    if (this.length + count > this.bytes.length) throw new Error('LZ4 content longer than stated')
  }
}

function decompressBlock(block: Uint8Array, output: Content): void {
  let at = 0
  const longLength = (nibble: number): number => {
    let length = nibble
    if (nibble < 15) return length
    for (let byte = 255; byte === 255; length += byte) {
      if (at >= block.length) throw new Error('LZ4 block ends inside a length')
      byte = block[at++]!
    }
    return length
  }
  while (at < block.length) {
    const token = block[at++]!
    const literals = longLength(token >> 4)
    if (at + literals > block.length) throw new Error('LZ4 block ends inside literals')
    output.append(block.subarray(at, at + literals))
    at += literals
    if (at === block.length) return
    if (at + 2 > block.length) throw new Error('LZ4 block ends inside a match')
    const offset = block[at]! | (block[at + 1]! << 8)
    at += 2
    output.repeat(offset, longLength(token & 15) + 4)
  }
}
