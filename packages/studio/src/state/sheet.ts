import { type Field, parseField } from '@sbridge/core/internal'
import { tried } from '../work/fault.js'

/** One thing that a person may set: its usual value, and how it stands in the address of the page. */
export interface Setting<T> {
  readonly usual: T
  /** Its word in an address, where that is not its name. */
  readonly word?: string
  readonly write: (value: T) => readonly string[]
  /** What the texts of an address say, at least one; undefined where they make no sense. */
  readonly read: (texts: readonly string[]) => T | undefined
}

/** Everything that may be set for an activity: plain data, in the address of the page, undone as one. */
export type Sheet<S extends object> = { readonly [K in keyof S]-?: Setting<S[K]> }

const entriesOf = <S extends object>(sheet: Sheet<S>): [keyof S & string, Setting<unknown>][] =>
  Object.entries(sheet) as [keyof S & string, Setting<unknown>][]

export function usualOf<S extends object>(sheet: Sheet<S>): S {
  return Object.fromEntries(entriesOf(sheet).map(([name, { usual }]) => [name, usual])) as S
}

/** Settings as parts of an address; what is as usual is left out. */
export function toAddress<S extends object>(sheet: Sheet<S>, settings: S): [string, string][] {
  return entriesOf(sheet).flatMap(([name, { usual, word = name, write }]) =>
    same(settings[name], usual) ? [] : write(settings[name]).map((text): [string, string] => [word, text])
  )
}

/** What an address says; parts that make no sense count as absent. */
export function fromAddress<S extends object>(sheet: Sheet<S>, parts: URLSearchParams): S {
  const read = ([name, { usual, word = name, read }]: [string, Setting<unknown>]) => {
    const texts = parts.getAll(word)
    return [name, (texts.length > 0 ? read(texts) : undefined) ?? usual]
  }
  return Object.fromEntries(entriesOf(sheet).map(read)) as S
}

/** Settings that are not as usual, as options of the same names. */
export function optionsOf<S extends object, K extends keyof S & string>(
  sheet: Sheet<S>,
  settings: S,
  ...names: readonly K[]
): { readonly [N in K]?: NonNullable<S[N]> } {
  const unusual = names.filter((name) => !same(settings[name], sheet[name].usual))
  return Object.fromEntries(unusual.map((name) => [name, settings[name]])) as { [N in K]?: NonNullable<S[N]> }
}

/** Whether two plain values say the same. */
export function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}

/** What a field reads of a text, if it is a number or a word as is asked for. */
function fieldValue<T extends string | number>(field: Field, text: string, type: 'number' | 'string'): T | undefined {
  const value = tried(() => parseField(field, text))
  return typeof value === type ? (value as T) : undefined
}

export function numeric(field: Field, usual: number): Setting<number> {
  return { usual, write: (value) => [String(value)], read: ([text]) => fieldValue<number>(field, text!, 'number') }
}

/** A number that the program finds by itself where it is null. */
export function found(field: Field): Setting<number | null> {
  return { ...numeric(field, 0), usual: null, write: (value) => [String(value)] }
}

/** A choice whose usual value is its field's. */
export function chosen<T extends string>(field: Field): Setting<T> {
  return { usual: field.default as T, write: (value) => [value], read: ([text]) => fieldValue<T>(field, text!, 'string') }
}

/** A name, or none. */
export const name: Setting<string | null> = { usual: null, write: (value) => [value!], read: ([text]) => text }

export function names(word: string): Setting<readonly string[]> {
  return { usual: [], word, write: (values) => values, read: (texts) => texts }
}

/** The field of a name. */
export function fieldIn(fields: readonly Field[], wanted: string): Field {
  return fields.find((field) => field.name === wanted)!
}

/** A whole number that only the studio bounds. */
export function whole(name: string, minimum: number, maximum: number, sentence: string): Field {
  const range = `a whole number from ${minimum} to ${maximum}`
  return { name, kind: 'integer', unit: '', range, default: '', minimum, maximum, sentence, source: '' }
}
