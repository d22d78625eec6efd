import { firstFrom } from '../../num/ascending.js'
import { type Key, philox } from '../../num/random.js'

/** Half the bits below what a number holds exactly: two of a million values share a hash once in ten thousand tables. */
const LOW_BITS = 20

const counter = new Uint32Array(4)
const words = new Uint32Array(4)

/** A keyed hash of a text, without its case and the blanks around it: a whole number below 2⁵². Cost O(characters). */
export function hashOf({ seedLow, seedHigh, stream }: Key, text: string): number {
  const folded = text.trim().toLowerCase()
  counter.set([stream, folded.length, 0, 0])
  for (let at = 0; at < folded.length || at === 0; at += 2) {
    counter[3] = ((folded.charCodeAt(at) || 0) << 16) | (folded.charCodeAt(at + 1) || 0)
    philox(counter, seedLow, seedHigh, words)
    counter.set([words[0]!, words[1]!, words[2]!])
  }
  return words[0]! * 2 ** LOW_BITS + (words[1]! >>> (32 - LOW_BITS))
}

/** Sorted hashes of values: whether a value is among them can be told, and none of them can be read. */
export function hashesOf(key: Key, values: readonly string[]): Float64Array {
  const all = new Float64Array(values.length)
  for (const [i, value] of values.entries()) all[i] = hashOf(key, value)
  return all.sort().filter((hash, i, sorted) => i === 0 || hash !== sorted[i - 1])
}

/** Whether a hash is one of those that are sorted. Cost O(log n), and no memory. */
export const isAmong = (sorted: Float64Array, hash: number): boolean => sorted[firstFrom(sorted, hash)] === hash
