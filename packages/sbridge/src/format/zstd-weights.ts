/**
 * Refuses Zstandard frames with a block whose Huffman weights are drawn from a table of one symbol: such a symbol takes
 * no bits, and the library would read it for ever.
 *
 * Throws `Error`; other damage is left to the library. Cost O(blocks).
 * @source RFC 8878, sections 3.1.1 and 4
 */
export function refuseEndlessWeights(bytes: Uint8Array): void {
  for (let at = 0; at + 8 < bytes.length; ) {
    if (isSkippable(bytes, at)) {
      at += 8 + little(bytes, at + 4, 4)
      continue
    }
    const descriptor = bytes[at + 4]!
    const singleSegment = (descriptor & 0x20) !== 0
    at += 5 + (singleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!
    for (let last = false; !last && at + 3 < bytes.length; ) {
      const header = little(bytes, at, 3)
      last = header % 2 === 1
      const kind = (header >> 1) & 3
      if (kind === COMPRESSED && hasOneWeight(bytes, at + 3)) throw new Error('a ZSTD block whose weights have one value')
      at += 3 + (kind === REPEATED ? 1 : header >> 3)
    }
    at += descriptor & 4 ? 4 : 0
  }
}

const REPEATED = 1
const COMPRESSED = 2

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
