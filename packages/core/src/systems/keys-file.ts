import { CHECK_FAMILIES } from '../code/keys/check-digits.js'
import type { Form, Pattern, Progress, Segment } from '../code/keys/form.js'
import type { KeptKey, KeptKeys } from '../code/keys/keep.js'
import type { KeyGap } from '../code/keys/key-gaps.js'
import type { Made, MadeColumn } from '../code/keys/made.js'
import { FREE_TEXTS } from '../code/keys/prose.js'
import { QUANTILES, type Reference } from '../code/keys/reference.js'
import { isDateForm, LETTERS, type Teller } from '../code/keys/teller.js'
import { type ModelArray, type ModelContents, withEntry } from '../model-file/contents.js'
import {
  damaged,
  dictionary,
  entryIn,
  exactly,
  flag,
  float64Array,
  list,
  number,
  optional,
  type Reader,
  record,
  text,
  variant,
  whole,
  word
} from '../model-file/reading.js'
import { MADE_KINDS } from '../table/made-kinds.js'
import type { RowOrder } from '../table/row-order.js'
import { isTrue } from './rules/rules-file.js'

const hashesName = (k: number): string => `keys.${k}`
const madeName = (k: number): string => `made.${k}`

/** Contents of a model file with its keys: how they are written, and hashes of those that are there. */
export function withKeys(contents: ModelContents, kept: KeptKeys | undefined): ModelContents {
  if (!kept) return contents
  const plain = <T extends { readonly hashes: Float64Array }>(all: readonly T[]) => all.map(({ hashes: _hashes, ...one }) => one)
  const arrays: Record<string, ModelArray> = { ...contents.arrays }
  for (const [k, { hashes }] of kept.keys.entries()) arrays[hashesName(k)] = hashes
  for (const [k, { hashes }] of (kept.made?.columns ?? []).entries()) arrays[madeName(k)] = hashes
  const made = kept.made ? { made: { ...kept.made, columns: plain(kept.made.columns) } } : {}
  const keys = { ...kept, keys: plain(kept.keys), ...made }
  return withEntry({ ...contents, arrays }, 'keys', keys)
}

const SHARE = { least: 0, most: 1 }
const shares = list(number(SHARE))
const symbols: Reader<string> = (value, field) => {
  const characters = text(value, field)
  if (characters !== '' && new Set(characters).size === characters.length) return characters
  throw damaged(`a model with ${field} = ${JSON.stringify(characters)}`, 'different characters')
}

type Kind<K extends Segment['kind']> = Extract<Segment, { kind: K }>

/** Characters of a part of a key, at most: a damaged file must not ask for more memory than there is. */
const LONGEST = 10_000

/** Decimals that a number is written with, at most. */
const MOST_DECIMALS = 100

const teller: Reader<Teller> = (value, field) => {
  const read = record<Teller>({
    column: text,
    date: optional(text),
    length: optional(whole({ least: 1, most: LONGEST })),
    letters: optional(word(...LETTERS)),
    before: optional(text),
    behind: optional(text),
    decimals: optional(whole({ most: MOST_DECIMALS })),
    presence: optional(flag),
    levels: optional(list(text)),
    texts: optional(list(text))
  })(value, field)
  if (read.levels?.length !== read.texts?.length) throw damaged(`a model with ${field} of other texts than levels`, 'a text for each')
  if (read.date !== undefined && !isDateForm(read.date)) throw damaged(`a model with ${field} of ${read.date}`, 'parts of a date')
  return read
}

const segment: Reader<Segment> = (value, field) => {
  const read = variant<Segment>('kind', {
    told: (told, at) => record<Kind<'told'>>({ kind: word('told'), by: teller, else: segment })(told, at),
    literal: record<Kind<'literal'>>({ kind: word('literal'), text }),
    words: record<Kind<'words'>>({ kind: word('words'), words: list(text), shares }),
    symbols: record<Kind<'symbols'>>({ kind: word('symbols'), places: list(symbols), lengths: list(whole()), shares }),
    number: record<Kind<'number'>>({ kind: word('number'), least: whole(), most: whole(), days: optional(flag) })
  })(value, field)
  if (read.kind === 'words' && read.words.length !== read.shares.length)
    throw damaged(`a model with ${field} of other shares than words`, 'a share for each')
  if (read.kind === 'symbols' && (read.lengths.length !== read.shares.length || read.lengths.some((length) => length > read.places.length)))
    throw damaged(`a model with ${field} of lengths beyond its places`, 'a share and places for each length')
  if (read.kind === 'number' && read.most < read.least) throw damaged(`a model with ${field} from ${read.least} to ${read.most}`, 'a range')
  return read
}

const numeral: Reader<string> = (value, field) => {
  if (typeof value === 'string' && /^\d{1,400}$/.test(value)) return value
  throw damaged(`a model with ${field} that is no whole number`, 'digits')
}

const steps: Reader<readonly string[]> = (value, field) => {
  const read = list(numeral)(value, field)
  if (read.length > 1 && read.every((step, k) => k === 0 || BigInt(step) >= BigInt(read[k - 1]!))) return read
  throw damaged(`a model whose ${field} do not ascend`, 'ascending steps')
}

const progress = record<Progress>({ ends: dictionary(numeral), steps, first: optional(numeral) })
const pattern = record<Pattern>({
  share: number(SHARE),
  segments: list(segment),
  progress: optional(progress),
  apart: optional(list(whole()))
})
const mixed = record<NonNullable<Form['mixed']>>({ by: teller, shares: list(shares) })
const form: Reader<Form> = (value, field) => {
  const read = record<Form>({
    patterns: list(pattern),
    check: optional(word(...CHECK_FAMILIES)),
    by: optional(teller),
    mixed: optional(mixed),
    numbered: optional(text)
  })(value, field)
  const places = read.patterns.map((_, p) => String(p))
  if (read.by) list(word(...places))(read.by.texts, `${field}.by.texts`)
  if (read.mixed) list(word(...read.mixed.shares.map((_, k) => String(k))))(read.mixed.by.texts, `${field}.mixed.by.texts`)
  if (read.mixed?.shares.some(({ length }) => length !== places.length))
    throw damaged(`a model with ${field}.mixed of other shares than patterns`, 'a share for each pattern')
  return read
}

const reference: Reader<Reference> = (value, field) => {
  const read = record<Reference>({
    column: text,
    to: text,
    missing: number(SHARE),
    self: number(SHARE),
    before: flag,
    depths: shares,
    counts: list(list(whole(), QUANTILES))
  })(value, field)
  exactly(Math.max(1, read.depths.length))(read.counts.length, `${field}.counts.length`)
  return read
}

/** The keys of a model, where it has some. Throws `FormatError` (code `model-damaged`). */
export function keysIn(contents: ModelContents): KeptKeys | undefined {
  const { arrays } = contents
  const key = record<Omit<KeptKey, 'hashes'>>({
    column: text,
    form,
    text: optional(word(...FREE_TEXTS)),
    along: optional(record<RowOrder>({ column: text, descending: optional(flag) })),
    missing: number(SHARE),
    gap: optional(record<KeyGap>({ when: text, levels: optional(list(text)), present: optional(isTrue) })),
    repeated: whole()
  })
  const hashed = (value: unknown, field: string, k: number): KeptKey => {
    const read = key(value, field)
    if (read.form.patterns.length === 0) throw damaged(`a model with ${field} of no pattern`, 'a pattern')
    return { ...read, hashes: float64Array(arrays, hashesName(k), undefined, { least: 0 }) }
  }
  const person = record<Omit<MadeColumn, 'hashes'>>({ column: text, what: word(...MADE_KINDS), missing: number(SHARE) })
  const column = (value: unknown, field: string, k: number): MadeColumn => ({
    ...person(value, field),
    hashes: float64Array(arrays, madeName(k), undefined, { least: 0 })
  })
  const made = record<Made>({ columns: list(column), sex: optional(text), country: optional(text) })
  const kept = record<KeptKeys>({
    seed: whole(),
    keys: list(hashed),
    references: list(reference),
    made: optional(made),
    empty: optional(dictionary(number(SHARE)))
  })
  const read = entryIn(contents, 'keys', kept)
  for (const { column, to } of read?.references ?? [])
    word(...read!.keys.map((key) => key.column))(to, `meta.keys: what ${column} refers to`)
  return read
}
