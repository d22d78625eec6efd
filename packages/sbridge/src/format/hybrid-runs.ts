/**
 * `count` whole numbers of `width` bits (at most 32) from Parquet's hybrid of repeated and bit-packed runs.
 *
 * Throws `Error` where the runs end before the last number or a run repeats beyond it: counts are compared with what is
 * there before anything loops over them. Cost O(count).
 * @source Parquet encodings, "Run Length Encoding / Bit-Packing Hybrid", github.com/apache/parquet-format
 */
export function hybridRuns(bytes: Uint8Array, width: number, count: number): Uint32Array {
  if (width > 32) throw new Error(`numbers of ${width} bits`)
  const numbers = new Uint32Array(count)
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('runs that end too early')
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw new Error('a run of impossible length')
  }
  for (let filled = 0; filled < count; ) {
    const header = varint()
    const length = Math.floor(header / 2)
    if (header % 2 === 1) {
      // A group is eight numbers; those behind the last are filling.
      const end = at + length * width
      const wanted = Math.min(8 * length, count - filled)
      if (length === 0 || at + Math.ceil((wanted * width) / 8) > bytes.length) throw new Error('a packed run beyond its page')
      for (let i = 0; i < wanted; i++) numbers[filled++] = packedNumber(bytes, 8 * at + i * width, width)
      at = end
    } else {
      if (length === 0 || length > count - filled) throw new Error(`a run of ${length} where ${count - filled} are left`)
      const taken = Math.ceil(width / 8)
      if (at + taken > bytes.length) throw new Error('runs that end too early')
      numbers.fill(packedNumber(bytes, 8 * at, 8 * taken), filled, filled + length)
      at += taken
      filled += length
    }
  }
  return numbers
}

/** The number of `width` bits that begins at a bit, lowest bits first. */
function packedNumber(bytes: Uint8Array, bit: number, width: number): number {
  const at = Math.floor(bit / 8)
  const shift = bit % 8
  const low = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> shift
  const whole = shift + width > 32 ? low + (bytes[at + 4]! % 2 ** shift) * 2 ** (32 - shift) : low
  return width === 32 ? whole : whole % 2 ** width
}
