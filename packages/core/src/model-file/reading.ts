import { exp } from '../num/elementary.js'
import { FormatError } from '../num/errors.js'
import type { Ending } from '../num/iterate.js'
import type { ModelArray, ModelContents } from './contents.js'

/**
 * Reading what a model file says. A reader takes one value of its JSON, or one array, and gives it back as its type says,
 * or throws a `FormatError` (code `model-damaged`) that names the field: a checksum shows that a file arrived as it was
 * written, not that what was written makes a model. Records are described by one reader a field, so that the compiler asks
 * for a reader where a field is added; what no reader describes is not read.
 */
export interface Reader<T> {
  (value: unknown, field: string): T
  /** Never there: a reader of some words is thereby no reader of more, and the compiler asks for those that are added. */
  readonly all?: (value: T) => void
}

/** Which numbers are right. Those that are not finite are not, unless a bound is infinite. */
export interface Range {
  readonly least?: number
  readonly most?: number
  /** Least number, itself left out. */
  readonly above?: number
}

/**
 * Scaled coordinates: none of n numbers is farther than √n standard deviations from their mean (Samuelson's inequality), so
 * that 10⁹ holds whatever was fitted, and squares, exponents and float32 stay finite.
 */
export const SCALED: Range = { least: -1e9, most: 1e9 }
/** Scales of scaled numbers. */
export const SCALE: Range = { least: 1e-18, most: 1e18 }
/** Bandwidths: a user may give any; below this the squares of x/√ε would not be finite, and a fit refuses long before. */
export const BANDWIDTH: Range = { least: 1e-100 }

/** An error about a model's contents. */
export function damaged(got: string, expected: string): FormatError {
  return new FormatError({ code: 'model-damaged', got, expected, try: 'copying the file again, or fitting again' })
}

const wrong = (value: unknown, field: string, expected: string): FormatError => damaged(`a model with ${field} = ${shown(value)}`, expected)

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

const within = (x: number, { least = -Number.MAX_VALUE, most = Number.MAX_VALUE, above }: Range): boolean =>
  x >= least && x <= most && (above === undefined || x > above)

function rangeWords({ least, most, above }: Range): string {
  const bounds = [
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(least === undefined ? [] : [`from ${least}`]),
    ...(most === undefined ? [] : [`up to ${most}`])
  ]
  if (least !== undefined && least === most) return ` ${least}`
  return bounds.length === 0 ? '' : ` ${bounds.join(' ')}`
}

export function number(range: Range = {}): Reader<number> {
  return (value, field) => {
    if (typeof value === 'number' && within(value, range)) return value
    throw wrong(value, field, `a finite number${rangeWords(range)}`)
  }
}

/** A number that was measured and is only shown: JSON has no NaN and no infinity and holds null for them, which is read as NaN. */
export const measured: Reader<number> = (value, field) => {
  if (value === null) return Number.NaN
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw wrong(value, field, 'a number')
}

export function whole(range: Range = { least: 0 }): Reader<number> {
  return (value, field) => {
    if (Number.isSafeInteger(value) && within(value as number, range)) return value as number
    throw wrong(value, field, `a whole number${rangeWords(range)}`)
  }
}

/** A number that has been told before. */
export const exactly = (expected: number): Reader<number> => whole({ least: expected, most: expected })

export const text: Reader<string> = (value, field) => {
  if (typeof value === 'string') return value
  throw wrong(value, field, 'text')
}

export const flag: Reader<boolean> = (value, field) => {
  if (typeof value === 'boolean') return value
  throw wrong(value, field, 'true or false')
}

/** One of these words. */
export function word<const W extends string>(...words: readonly W[]): Reader<W> {
  return (value, field) => {
    if (words.includes(value as W)) return value as W
    throw wrong(value, field, words.join(' or '))
  }
}

/** Either a word or what the reader reads. */
export function wordOr<const W extends string, T>(special: W, read: Reader<T>): Reader<W | T> {
  return (value, field) => (value === special ? special : read(value, field))
}

/** A list; of exactly `length` items where that is known. The reader of items is told their place. */
export function list<T>(read: (value: unknown, field: string, place: number) => T, length?: number): Reader<readonly T[]> {
  return (value, field) => {
    if (!Array.isArray(value) || (length !== undefined && value.length !== length))
      throw wrong(value, field, length === undefined ? 'a list' : `a list of ${length}`)
    return value.map((item, i) => read(item, `${field}[${i}]`, i))
  }
}

/** A list of fixed length, an item a reader. */
export function tuple<T extends readonly unknown[]>(...readers: { readonly [K in keyof T]: Reader<T[K]> }): Reader<T> {
  return (value, field) => {
    const items = list((item) => item, readers.length)(value, field)
    return readers.map((read, i) => read(items[i], `${field}[${i}]`)) as unknown as T
  }
}

interface Optional<T> {
  readonly optional: Reader<T>
}

/** A field that may be left out. */
export const optional = <T>(read: Reader<T>): Optional<T> => ({ optional: read })

/** A reader for every field of T. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? Optional<Exclude<T[K], undefined>> : Reader<T[K]>
}

function entriesOf(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw wrong(value, field, 'an object')
}

/** An object with these fields. */
export function record<T extends object>(fields: Fields<T>): Reader<T> {
  return (value, field) => {
    const entries = entriesOf(value, field)
    const out: [string, unknown][] = []
    for (const [name, read] of Object.entries(fields) as [string, Reader<unknown> | Optional<unknown>][]) {
      const own = Object.hasOwn(entries, name) ? entries[name] : undefined
      if (typeof read === 'function') out.push([name, read(own, `${field}.${name}`)])
      else if (own !== undefined) out.push([name, read.optional(own, `${field}.${name}`)])
    }
    return Object.fromEntries(out) as T
  }
}

/** A value with its fields in the order in which they are read: what is read and written again has the same bytes. */
export const asRead = <T>(read: Reader<T>, value: T): T => read(JSON.parse(JSON.stringify(value)), 'meta')

/** An object with any names. */
export function dictionary<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, field) =>
    Object.fromEntries(Object.entries(entriesOf(value, field)).map(([name, part]) => [name, read(part, `${field}.${name}`)]))
}

/** One of several kinds of object, told apart by the word in the field `tag`. */
export function variant<T>(tag: string, kinds: Readonly<Record<string, (value: unknown, field: string) => T>>): Reader<T> {
  return (value, field) => kinds[word(...Object.keys(kinds))(entriesOf(value, field)[tag], `${field}.${tag}`)]!(value, field)
}

/** One entry of what contents say, where it stands there. */
export function entryIn<T>({ meta }: Pick<ModelContents, 'meta'>, name: string, read: Reader<T>): T | undefined {
  const entries = entriesOf(meta, 'meta')
  return Object.hasOwn(entries, name) ? read(entries[name], `meta.${name}`) : undefined
}

/** How an iteration ended. */
export const ending: Reader<Ending> = word('converged', 'turns-used', 'stalled', 'not-finite')

type Arrays = Readonly<Record<string, ModelArray>>

/** An array of a model file of exactly `length` numbers within a range. */
export const float64Array = (arrays: Arrays, name: string, length: number | undefined, range: Range = {}): Float64Array =>
  arrayOf(Float64Array, arrays, { name, length, range })

/** Logarithms of n weights that sum to 1; −∞ is weight zero. */
export function logWeightsIn(arrays: Arrays, n: number | undefined, name = 'logWeights'): Float64Array {
  const logWeights = float64Array(arrays, name, n, { least: Number.NEGATIVE_INFINITY, most: 1 })
  sumToOne(
    logWeights.map((a) => exp(a)),
    `a model whose ${name} are of weights that sum`
  )
  return logWeights
}

/** Throws unless weights sum to 1; `what`: `a model whose weights sum`. */
export function sumToOne(weights: Iterable<number>, what: string): void {
  let total = 0
  for (const weight of weights) total += weight
  if (!(Math.abs(total - 1) < 1e-9)) throw damaged(`${what} to ${total}`, 'weights that sum to 1')
}

/** The same of whole numbers, such as the levels of categories. */
export const int32Array = (arrays: Arrays, name: string, length: number): Int32Array =>
  arrayOf(Int32Array, arrays, { name, length, range: {} })

export const uint32Array = (arrays: Arrays, name: string, length: number, range: Range): Uint32Array =>
  arrayOf(Uint32Array, arrays, { name, length, range })

/** Bytes that another reader will judge. */
export const uint8Array = (arrays: Arrays, name: string): Uint8Array => arrayOf(Uint8Array, arrays, { name, length: undefined, range: {} })

function arrayOf<A extends ModelArray>(
  type: new (length: number) => A,
  arrays: Arrays,
  { name, length, range }: { readonly name: string; readonly length: number | undefined; readonly range: Range }
): A {
  const array = Object.hasOwn(arrays, name) ? arrays[name]! : undefined
  if (!(array instanceof type)) throw damaged(`a model without its array ${name}`, `an array ${name} of ${type.name}`)
  if (length !== undefined && array.length !== length)
    throw damaged(`a model with ${array.length} numbers in its array ${name}`, `${length} numbers`)
  for (let i = 0; i < array.length; i++)
    if (!within(array[i]!, range)) throw wrong(array[i], `${name}[${i}]`, `a finite number${rangeWords(range)}`)
  return array
}

/** The arrays whose names begin with a prefix, without it. */
export const arraysUnder = (prefix: string, arrays: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array])
  )

/** Throws `FormatError` (code `model-kind`) for contents of another kind. */
export function expectKind({ kind }: Pick<ModelContents, 'kind'>, expected: string): void {
  if (kind === expected) return
  throw new FormatError({
    code: 'model-kind',
    got: `a model of kind ${kind}`,
    expected: `a model of kind ${expected}`,
    try: 'the verb that wrote it'
  })
}
