import { packModel, unpackModel } from '@sbridge/core'
import type { ModelContents } from '@sbridge/core/internal'

/** Arrays that a file holds as they are. */
type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array

const isNumbers = (value: object): value is Numbers =>
  value instanceof Float64Array ||
  value instanceof Float32Array ||
  value instanceof Int32Array ||
  value instanceof Uint32Array ||
  value instanceof Uint8Array

/** Numbers that JSON has no word for. */
const WORDS: readonly (readonly [string, number])[] = [
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0]
]

/**
 * Plain data with typed arrays → bytes, the same for the same data on every host. JSON in which `{"$array": k}` stands for a
 * typed array and `{"$number": word}` for a number without a word in JSON. Throws `TypeError` for functions and classes. Cost O(size).
 */
export const packPlain = (data: unknown, kind = 'batches'): Uint8Array => packModel(plainContents(data, kind))

function plainContents(data: unknown, kind: string): ModelContents {
  const arrays: Record<string, Numbers> = {}
  const plain = (value: unknown): unknown => {
    if (typeof value === 'number') {
      const word = WORDS.find(([, number]) => Object.is(number, value))
      return word ? { $number: word[0] } : value
    }
    if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'string') return value
    if (Array.isArray(value)) return value.map((one) => (one === undefined ? { $nothing: true } : plain(one)))
    if (typeof value === 'object' && isNumbers(value)) {
      const name = String(Object.keys(arrays).length)
      arrays[name] = value
      return { $array: name }
    }
    if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
      throw new TypeError(`a ${typeof value} in plain data, which no file holds`)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
  }
  const meta = plain(data)
  return { kind, meta, arrays }
}

/** The data in bytes that `packPlain` gave. Throws `FormatError` for damaged ones. Cost O(size). */
export const unpackPlain = (bytes: Uint8Array): unknown => plainIn(unpackModel(bytes))

/** The data in contents that were unpacked. */
export function plainIn({ meta, arrays }: ModelContents): unknown {
  const whole = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(whole)
    const { $array, $number, $nothing } = value as { readonly $array?: string; readonly $number?: string; readonly $nothing?: true }
    if ($array !== undefined) return arrays[$array]
    if ($number !== undefined) return WORDS.find(([word]) => word === $number)?.[1]
    if ($nothing) return undefined
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, whole(one)]))
  }
  return whole(meta)
}
