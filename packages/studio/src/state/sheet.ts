import {
  type ColumnKind,
  choice,
  defined,
  type Field,
  type FieldValue,
  type InferOptions,
  KINDS,
  MADE_KINDS,
  type MadeKind,
  parseField,
  refuseUnknown,
  unknownColumn,
  whole
} from '@sbridge/core/internal'
import { tried } from '../work/fault.js'
import type { Fault } from './page.js'

/** What is read of an address; undefined where it is refused, which is told. */
type Attempt = <T>(read: () => T) => T | undefined

/** One thing that a person may set: its usual value, and how it stands in the address of the page. */
export interface Setting<T> {
  readonly usual: T
  /** What describes it, where an option does. */
  readonly field?: Field
  /** Its word in an address, where that is not its name. */
  readonly word?: string
  readonly write: (value: T) => readonly string[]
  /** What the texts of an address say, at least one; undefined where that is the usual. Throws `InputError` where they make no sense; of several each is an attempt. */
  readonly read: (texts: readonly string[], attempt: Attempt) => T | undefined
  /** The columns of the table that it names. */
  columns?(value: T): readonly string[]
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

/** Words of an address that are no settings: where it leads. */
const PLACE = ['activity', 'example', 'file', 'read', 'found', 'panel']

/** What an address says; parts that make no sense are told, and count as absent. */
export function fromAddress<S extends object>(sheet: Sheet<S>, parts: URLSearchParams, tell: (fault: Fault) => void): S {
  const attempt: Attempt = (read) => tried(read, tell)
  const words = entriesOf(sheet).map(([name, { word = name }]) => word)
  for (const word of new Set(parts.keys())) attempt(() => refuseUnknown({ [word]: '' }, [...words, ...PLACE]))
  const read = ([name, { usual, word = name, read }]: [string, Setting<unknown>]) => {
    const texts = parts.getAll(word)
    return [name, (texts.length > 0 ? attempt(() => read(texts, attempt)) : undefined) ?? usual]
  }
  return Object.fromEntries(entriesOf(sheet).map(read)) as S
}

/** Tells of columns that settings name and a table lacks. */
export function checkColumns<S extends object>(
  sheet: Sheet<S>,
  settings: S,
  there: readonly { readonly name: string }[],
  tell: (fault: Fault) => void
): void {
  for (const [name, { word = name, columns }] of entriesOf(sheet)) {
    const missing = columns?.(settings[name]).filter((one) => !there.some((column) => column.name === one)) ?? []
    for (const one of missing) tell(unknownColumn(one, there, { got: `${word} = ${one}` }))
  }
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

const numberIn = (field: Field) => (texts: readonly string[]) => {
  const value = parseField(field, texts.join())
  return typeof value === 'number' ? value : undefined
}
const writeNumber = (value: number | null): string[] => [String(value)]

export function numeric(field: Field, usual: number): Setting<number> {
  return { usual, field, write: writeNumber, read: numberIn({ ...field, default: String(usual) }) }
}

/** A number that the program finds by itself where it is null. */
export function found(field: Field): Setting<number | null> {
  return { usual: null, field, write: writeNumber, read: numberIn(field) }
}

/** A choice whose usual value is its field's. */
export function chosen<T extends string>(field: Field): Setting<T> {
  const one: Field = { ...field, byColumn: false }
  return { usual: field.default as T, field, write: (value) => [value], read: (texts) => parseField(one, texts.join()) as T }
}

/** A name, or none. */
export const name: Setting<string | null> = { usual: null, write: (value) => [value!], read: (texts) => texts.join() }

/** The name of a column of the table, or none. */
export const columnName: Setting<string | null> = { ...name, columns: (value) => (value === null ? [] : [value]) }

export const texts: Setting<readonly string[]> = { usual: [], write: (values) => values, read: (values) => values }

/** Options by name, as plain values, that have no control of their own. */
export type Given = Readonly<Record<string, FieldValue>>

/** Kinds of columns that a person has chosen. */
export type Types = Readonly<Record<string, ColumnKind | MadeKind>>

/** The first of `KIND:COLUMN` in an address. */
const KIND: Field = { name: 'kind', ...choice(...KINDS, ...MADE_KINDS), default: 'as the column is read', sentence: '' }

export const TYPES: Setting<Types> = {
  usual: {},
  word: 'kind',
  write: (types) => Object.entries(types).map(([column, kind]) => `${kind}:${column}`),
  read: (texts, attempt) =>
    Object.assign(
      {},
      ...texts.map((text) => {
        const [kind, ...column] = text.split(':')
        return attempt(() => ({ [column.join(':')]: parseField(KIND, kind!) }))
      })
    )
}

/** `NAME:VALUE` in an address, with a text as it stands where it is no JSON; whoever uses the options refuses what makes no sense. */
export const GIVEN: Setting<Given> = {
  usual: {},
  write: (given) =>
    Object.entries(given).map(([name, value]) => `${name}:${value === plain(String(value)) ? value : JSON.stringify(value)}`),
  read: (texts) =>
    Object.fromEntries(
      texts.map((text) => {
        const [name, ...value] = text.split(':')
        return [name, plain(value.join(':'))]
      })
    )
}

function plain(text: string): FieldValue {
  try {
    return JSON.parse(text) ?? text
  } catch {
    return text
  }
}

/** Options besides those of single controls: of the fit, and of the draw. */
export interface Besides {
  readonly fit: Given
  readonly draw: Given
}

export const BESIDES: Sheet<Besides> = { fit: GIVEN, draw: GIVEN }

/** What of the settings says how the table is read. */
export function readingOf({ types, fit }: { readonly types?: Types; readonly fit: Given }): InferOptions {
  const { missing, decimal, dateOrder } = fit as InferOptions
  return defined({ types, missing, decimal, dateOrder })
}

/** Columns that are left out. */
export const WITHOUT: Setting<readonly string[]> = { ...texts, word: 'without', columns: (values) => values }

/** The field of a name. */
export function fieldIn(fields: readonly Field[], wanted: string): Field {
  return fields.find((field) => field.name === wanted)!
}

/** A number that only the studio bounds. */
export function bounded(name: string, maximum: number, usual: string, sentence: string, label = name): Field {
  return { name, label, ...whole(1, maximum), default: usual, sentence }
}

/** Different times, ascending. */
export function timesIn(field: Field, texts: readonly string[]): number[] {
  return [...new Set(parseField(field, texts.join()) as number[])].sort((a, b) => a - b)
}
