/** Entries for which there is room at first, and the part of the slots that may be taken. */
const FIRST_SLOTS = 64
const FULL = 0.5

/** Bytes that texts take at first. */
const FIRST_BYTES = 1024

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Numbers texts by their bytes, in the order in which they first come: a text that comes again makes no string. */
export class ByteDictionary {
  /** Bytes of all texts, one after the other, and where each ends. */
  #bytes = new Uint8Array(FIRST_BYTES)
  readonly #ends: number[] = []
  readonly #hashes: number[] = []
  /** Codes by hash, with steps to the next free slot; −1 where none is. */
  #slots = new Int32Array(FIRST_SLOTS).fill(-1)

  get count(): number {
    return this.#ends.length
  }

  /** The code of the text in `bytes[from, to)`. Cost O(its bytes). */
  codeOf(bytes: Uint8Array, from: number, to: number): number {
    const hash = hashOf(bytes, from, to)
    const slot = this.#slotOf(hash, bytes, from, to)
    const code = this.#slots[slot]!
    if (code >= 0) return code
    this.#slots[slot] = this.count
    return this.#add(hash, bytes, from, to)
  }

  /** Whether a text has come. */
  has(text: string): boolean {
    const bytes = encoder.encode(text)
    return this.#slots[this.#slotOf(hashOf(bytes, 0, bytes.length), bytes, 0, bytes.length)]! >= 0
  }

  /** Where the code of a text stands, or the free slot for it. */
  #slotOf(hash: number, bytes: Uint8Array, from: number, to: number): number {
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let code = this.#slots[slot]!; code >= 0; code = this.#slots[slot]!) {
      if (this.#hashes[code] === hash && this.#isSame(code, bytes, from, to)) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  /** The text of a code. Throws `TypeError` where its bytes are no UTF-8. */
  text(code: number): string {
    return decoder.decode(this.#bytes.subarray(this.#startOf(code), this.#ends[code]))
  }

  /** The texts of all codes, as `text` has them. */
  texts(): string[] {
    return this.#ends.map((_, code) => this.text(code))
  }

  #startOf(code: number): number {
    return code === 0 ? 0 : this.#ends[code - 1]!
  }

  #isSame(code: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#startOf(code)
    if (this.#ends[code]! - start !== to - from) return false
    for (let i = from; i < to; i++) if (this.#bytes[start + i - from] !== bytes[i]) return false
    return true
  }

  #add(hash: number, bytes: Uint8Array, from: number, to: number): number {
    const code = this.count
    const start = this.#startOf(code)
    const end = start + to - from
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, end))
      larger.set(this.#bytes.subarray(0, start))
      this.#bytes = larger
    }
    for (let i = from; i < to; i++) this.#bytes[start + i - from] = bytes[i]!
    this.#ends.push(end)
    this.#hashes.push(hash)
    if (this.count > FULL * this.#slots.length) this.#spread()
    return code
  }

  #spread(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(-1)
    const mask = this.#slots.length - 1
    for (const [code, hash] of this.#hashes.entries()) {
      let slot = hash & mask
      while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask
      this.#slots[slot] = code
    }
  }
}

/** @source FNV-1a, 32 bits (Fowler, Noll, Vo), its bits mixed once more: low ones choose the slot. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return (hash ^ (hash >>> 15)) | 0
}
