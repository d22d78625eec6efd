/** Arrays that nobody changes any more. */
const settled = new WeakSet<Float64Array>()

/** Says that nobody changes an array any more: it is known by itself from now on. */
export function settle(data: Float64Array): void {
  settled.add(data)
}

/** By which it is seen whether an array was changed since: its checksum, and of one that is settled always the same. */
export const stampOf = (data: Float64Array): number => (settled.has(data) ? 0 : checksumOf(data))

/** A mixed checksum of the bits, eight independent lanes. */
function checksumOf(data: Float64Array): number {
  const words = new Int32Array(data.buffer, data.byteOffset, data.length * 2)
  let a = 1
  let b = 2
  let c = 3
  let d = 4
  let e = 5
  let f = 6
  let g = 7
  let h = 8
  let i = 0
  for (; i + 8 <= words.length; i += 8) {
    a = Math.imul(a ^ words[i]!, 0x01000193)
    b = Math.imul(b ^ words[i + 1]!, 0x01000193)
    c = Math.imul(c ^ words[i + 2]!, 0x01000193)
    d = Math.imul(d ^ words[i + 3]!, 0x01000193)
    e = Math.imul(e ^ words[i + 4]!, 0x01000193)
    f = Math.imul(f ^ words[i + 5]!, 0x01000193)
    g = Math.imul(g ^ words[i + 6]!, 0x01000193)
    h = Math.imul(h ^ words[i + 7]!, 0x01000193)
  }
  for (; i < words.length; i++) a = Math.imul(a ^ words[i]!, 0x01000193)
  const first = Math.imul(Math.imul(Math.imul(a ^ (b >>> 7), 0x85ebca6b) ^ c, 0xc2b2ae35) ^ d, 0x27d4eb2f)
  return Math.imul(Math.imul(Math.imul(Math.imul(first ^ (e >>> 7), 0x85ebca6b) ^ f, 0xc2b2ae35) ^ g, 0x27d4eb2f) ^ h, 0x85ebca6b)
}
