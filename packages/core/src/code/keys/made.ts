import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { inTurns } from '../../num/pause.js'
import { type Key, keyAtStep, keyFor, philox, uniforms } from '../../num/random.js'
import type { MadeKind } from '../../table/made-kinds.js'
import { type Column, isCategorical, type Table } from '../../table/table.js'
import { usedUp } from './draw.js'
import { hashesOf, hashOf, isAmong } from './guard.js'
import type { KeyColumn } from './reference.js'

/** What is known of a person whose row is drawn. */
interface Traits {
  readonly sex?: 'female' | 'male'
  /** As the table writes it: a name, a code, a locale. */
  readonly country?: string
}

/** Makes up a person: the same for the same seed (whole numbers below 2³²) and traits, each value apart from which others are wanted. */
export type People = (seed: readonly number[], traits: Traits, wanted: readonly MadeKind[]) => readonly string[]

/** A column of made-up values. Plain data. */
export interface MadeColumn {
  readonly column: string
  readonly what: MadeKind
  readonly missing: number
  /** Sorted keyed hashes of the values in the data. */
  readonly hashes: Float64Array
}

/** Columns that are made up, and which columns say something about who is in a row. Plain data. */
export interface Made {
  readonly columns: readonly MadeColumn[]
  readonly sex?: string
  readonly country?: string
}

/** Values by which one person is told from another: never one of the data. */
const OWN: ReadonlySet<MadeKind> = new Set<MadeKind>(['name', 'username', 'email', 'phone', 'street'])
/** And these are never the same twice. */
const UNIQUE: ReadonlySet<MadeKind> = new Set<MadeKind>(['username', 'email', 'phone'])
/** People who are tried for a row before there are no more. */
const MOST_TRIES = 200

const SEXES: Readonly<Record<string, Traits['sex'] | 'other'>> = {
  ...Object.fromEntries(
    ['f', 'female', 'w', 'woman', 'girl', 'weiblich', 'frau', 'femme', 'mujer'].map((word) => [word, 'female' as const])
  ),
  ...Object.fromEntries(['m', 'male', 'man', 'boy', 'männlich', 'mann', 'homme', 'hombre'].map((word) => [word, 'male' as const])),
  ...Object.fromEntries(['d', 'divers', 'x', 'other', 'unknown', 'nonbinary', 'non-binary'].map((word) => [word, 'other' as const]))
}
const sexOf = (level: string) => SEXES[level.trim().toLowerCase()]

const COUNTRY = /^(country|country[ _-]?code|land|nation|locale|pays|país)$/i

/** What is learned of columns that will be made up. `table`: with the columns that say who is in a row. Cost O(characters). */
export function learnMade(columns: readonly (KeyColumn & { readonly what: MadeKind })[], table: Table, key: Key): Made {
  const categories = table.columns.filter(isCategorical)
  const sex = categories.find(({ levels }) => {
    const sexes = levels.map(sexOf)
    return !sexes.includes(undefined) && sexes.includes('female') && sexes.includes('male')
  })
  const country = categories.find(({ name }) => COUNTRY.test(name))
  return {
    columns: columns.map(({ name, what, cells }) => {
      const values = cells.filter((cell) => cell !== null)
      return { column: name, what, missing: 1 - values.length / Math.max(1, cells.length), hashes: hashesOf(key, values) }
    }),
    ...(sex ? { sex: sex.name } : {}),
    ...(country ? { country: country.name } : {})
  }
}

const levelIn = (column: Column | undefined, row: number): string | undefined =>
  column && isCategorical(column) && column.codes[row]! >= 0 ? column.levels[column.codes[row]!] : undefined

/** The stage in which people are made up. */
export const MAKING_PEOPLE = 'making people up'

interface MadeRequest {
  readonly people: People
  /** Drawn rows, which say who is in them. */
  readonly table: Table
  readonly key: Key
  /** Of the hashes. */
  readonly guard: Key
}

/**
 * Cells of made-up columns by name: one person a row, so that they fit together; e-mail addresses, user names and phones are all
 * different; no name, address or number is one of the data. Throws `InputError` (code `key-space`) where 200 people in a row had
 * one that is, `StopError`. Cost about 0.1 ms a value.
 */
export async function drawMade(
  { columns, sex, country }: Made,
  request: MadeRequest,
  watch?: Watch
): Promise<ReadonlyMap<string, readonly (string | null)[]>> {
  const { table, key } = request
  const known = (name: string | undefined) => table.columns.find((column) => column.name === name)
  const [sexes, countries] = [known(sex), known(country)]
  const drawOne = personOf(columns, request)
  const one = (row: number) => {
    const [level, place] = [levelIn(sexes, row), levelIn(countries, row)]
    const its = level === undefined ? undefined : sexOf(level)
    return drawOne(row, { ...(its === 'female' || its === 'male' ? { sex: its } : {}), ...(place === undefined ? {} : { country: place }) })
  }
  let row = 0
  const some = (count: number) => Array.from({ length: count }, () => one(row++))
  const rows = await inTurns(table.rowCount, some, (done) => {
    throwIfStopped(watch, MAKING_PEOPLE)
    watch?.progress?.({ stage: MAKING_PEOPLE, done, total: table.rowCount })
  })
  return new Map(
    columns.map(({ column, missing }, c) => {
      const left = keyFor(keyFor(key, column), 'missing')
      return [column, rows.map((values, row) => (missing > 0 && uniforms(left, 1, row)[0]! < missing ? null : values[c]!))]
    })
  )
}

/** Draws the people of rows, one after the other. */
function personOf(
  columns: readonly MadeColumn[],
  { people, key, guard, table: { rowCount } }: MadeRequest
): (row: number, traits: Traits) => readonly string[] {
  const wanted = columns.map(({ what }) => what)
  const before = columns.map(() => new Set<string>())
  const isTaken = (value: string, c: number): boolean =>
    (OWN.has(wanted[c]!) && isAmong(columns[c]!.hashes, hashOf(guard, value))) || (UNIQUE.has(wanted[c]!) && before[c]!.has(value))
  return (row, traits) => {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const values = people(seedOf(keyAtStep(key, attempt), row), traits, wanted)
      if (values.some(isTaken)) continue
      values.forEach((value, c) => {
        before[c]!.add(value)
      })
      return values
    }
    throw usedUp(columns.map(({ column }) => column).join(', '), row, rowCount)
  }
}

/** A seed of a row: words of the key's stream. */
function seedOf({ seedLow, seedHigh, stream, step }: Key, row: number): number[] {
  const words = new Uint32Array(4)
  philox([row, step, 0, stream], seedLow, seedHigh, words)
  return [words[0]!, words[1]!]
}
