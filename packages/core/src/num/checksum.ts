/** A mixed checksum of the bits, four independent lanes. */
export function checksumOf(data: Float64Array): number {
  const words = new Int32Array(data.buffer, data.byteOffset, data.length * 2)
  let a = 1
  let b = 2
  let c = 3
  let d = 4
  let i = 0
  for (; i + 4 <= words.length; i += 4) {
    a = Math.imul(a ^ words[i]!, 0x01000193)
    b = Math.imul(b ^ words[i + 1]!, 0x01000193)
    c = Math.imul(c ^ words[i + 2]!, 0x01000193)
    d = Math.imul(d ^ words[i + 3]!, 0x01000193)
  }
  for (; i < words.length; i++) a = Math.imul(a ^ words[i]!, 0x01000193)
  return Math.imul(Math.imul(Math.imul(a ^ (b >>> 7), 0x85ebca6b) ^ c, 0xc2b2ae35) ^ d, 0x27d4eb2f)
}
