import { listed } from '../../num/listed.js'
import { RARE_BELOW } from '../../table/rare-below.js'
import type { Column, Table } from '../../table/table.js'
import { type Teller, type TellingRows, type Told, toldBy, writingsIn } from './teller.js'

/** What a text is made of in all rows: what stands in it as it is, and what columns tell. */
export type Template = readonly (string | Teller)[]

/** Whether two neighbours belong to one word or one number. */
const goOn = (one: string | undefined, next: string | undefined): boolean =>
  one !== undefined && next !== undefined && [/\p{L}/u, /\p{N}/u].some((kind) => kind.test(one) && kind.test(next))

/** Where a text stands in another one and cuts no word and no number; −1 where it does not. */
function placeIn(text: string, part: string): number {
  if (part === '') return -1
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1))
    if (!goOn(text[at - 1], part[0]) && !goOn(part.at(-1), text[at + part.length])) return at
  return -1
}

/**
 * How other columns say different texts, each in its row: the same in all of them, or undefined. What is longest is looked for first, as the path of a
 * request before a code that it may hold. Cost O(characters · columns) at most; most columns are refuted by the first rows.
 */
export function templateOf(values: readonly string[], { table, rows }: Pick<TellingRows, 'table' | 'rows'>): Template | undefined {
  if (values.length < 2) return undefined
  const at = toldBy(table)
  const pieces = piecesOf(values, { table, rows }, writingsIn)
  // Of a name that is first and last, or a code that a time begins with, each text shows another one: what most show is asked of all.
  const counts = new Map<string, number>()
  for (const own of pieces) counts.set(JSON.stringify(own), (counts.get(JSON.stringify(own)) ?? 0) + 1)
  const [[name]] = [...counts].sort((one, other) => other[1] - one[1]) as [[string, number]]
  const common = pieces.find((own) => JSON.stringify(own) === name)!
  const template = withInitials(common, pieces, { table, rows })
  const isSaid = template.some((piece) => typeof piece !== 'string')
  return isSaid && values.every((value, i) => textOf(template, at(rows[i]!)) === value) ? template : undefined
}

/** Texts in pieces: what stands in each as it is, and what columns tell in all of them, what is longest taken out first. */
export function piecesOf(
  values: readonly string[],
  { table, rows }: Pick<TellingRows, 'table' | 'rows'>,
  writings: (column: Column) => readonly Teller[]
): readonly Template[] {
  const at = toldBy(table)
  const sizeOf = (texts: readonly string[]) => texts.reduce((sum, { length }) => sum + length, 0)
  const found = table.columns.flatMap((column) => {
    const own = writings(column).flatMap((teller) => {
      const texts: string[] = []
      for (const [i, value] of values.entries()) {
        const text = at(rows[i]!)(teller)
        if (text === undefined || placeIn(value, text) < 0) return []
        texts.push(text)
      }
      // What is the same everywhere need not be told.
      return texts.some((text) => text !== texts[0]) ? [{ teller, texts }] : []
    })
    return own.length === 0 ? [] : [own.reduce((most, one) => (sizeOf(one.texts) > sizeOf(most.texts) ? one : most))]
  })
  found.sort((a, b) => sizeOf(b.texts) - sizeOf(a.texts))
  let pieces: (string | Teller)[][] = values.map((value) => [value])
  for (const { teller, texts } of found) {
    const next = pieces.map((own, i) => without(own, texts[i]!, teller))
    if (next.every((own) => own !== undefined)) pieces = next as (string | Teller)[][]
  }
  return pieces
}

/** A template in which pieces that differ between texts of its form are told by names and initials, where they are. */
function withInitials(common: Template, pieces: readonly Template[], { table, rows }: Pick<TellingRows, 'table' | 'rows'>): Template {
  const kindOf = (one: string | Teller | undefined) => (typeof one === 'string' ? '' : JSON.stringify(one))
  const isAlike = (own: Template) => own.length === common.length && common.every((one, k) => kindOf(one) === kindOf(own[k]))
  if (!common.some((one) => typeof one === 'string' && /\p{L}/u.test(one)) || !pieces.every(isAlike)) return common
  return common.flatMap((one, k) => {
    if (typeof one !== 'string') return [one]
    return (
      namesIn(
        pieces.map((own) => own[k] as string),
        { table, rows }
      ) ?? [one]
    )
  })
}

/** Names that a text is put together of, at most. */
const MOST_NAMES = 3

/**
 * Of which names, initials of such, and letters that are always there, texts are put together, without anything between them: `jsmith` of a first and
 * a last name, `JS`; undefined where they are not. Cost O(columns · rows) at most; most are refuted by the first rows.
 */
export function namesIn(
  texts: readonly string[],
  { table, rows }: Pick<TellingRows, 'table' | 'rows'>,
  most = MOST_NAMES
): Template | undefined {
  if (texts.every((text) => text === texts[0])) return texts[0] === '' ? [] : [texts[0]!]
  if (most === 0) return undefined
  const at = toldBy(table)
  const named = table.columns.filter(({ kind }) => kind === 'category' || kind === 'identifier')
  const writings = named.flatMap(writingsIn)
  const isWhole = ({ before, behind }: Teller) => before === undefined && behind === undefined
  // A name of a full one as well: `lfoster` of Liam Foster.
  const whole = [...writings.filter(isWhole), ...writings.filter((one) => !isWhole(one))]
  for (const teller of [...whole, ...whole.map((one) => ({ ...one, length: 1 }))]) {
    const begin = (text: string, i: number): number => {
      const own = at(rows[i]!)(teller)
      return own !== undefined && own !== '' && text.startsWith(own) ? own.length : 0
    }
    const lengths: number[] = []
    for (const [i, text] of texts.entries()) {
      const length = begin(text, i)
      if (length === 0) break
      lengths.push(length)
    }
    if (lengths.length < texts.length || texts.every((text, i) => text.slice(0, lengths[i]) === texts[0]!.slice(0, lengths[0]))) continue
    const rest = namesIn(
      texts.map((text, i) => text.slice(lengths[i])),
      { table, rows },
      most - 1
    )
    if (rest) return [teller, ...rest]
  }
  return undefined
}

/** What a template gives a row. */
export const textOf = (template: Template, told: Told): string =>
  template.map((piece) => (typeof piece === 'string' ? piece : told(piece))).join('')

/** Pieces of which one text is told; undefined where none holds it. */
function without(pieces: readonly (string | Teller)[], text: string, teller: Teller): (string | Teller)[] | undefined {
  for (const [k, piece] of pieces.entries()) {
    const place = typeof piece === 'string' ? placeIn(piece, text) : -1
    if (place < 0) continue
    const whole = piece as string
    const between = [whole.slice(0, place), teller, whole.slice(place + text.length)].filter((one) => one !== '')
    return [...pieces.slice(0, k), ...between, ...pieces.slice(k + 1)]
  }
  return undefined
}

/** A column of text that others say in all rows: a full name of a first and a last one. */
interface Composed {
  readonly name: string
  readonly of: readonly string[]
}

/**
 * Categories of text of which some are rare, and which other columns say in all rows, two at least: of their rows new ones can have any, and none
 * is copied. Without those that an option says to model. Cost as of `templateOf` for each that may be one.
 */
export function composedColumns(table: Table, isNamed: (name: string) => boolean): Composed[] {
  const found: Composed[] = []
  for (const { name, kind, ...column } of table.columns) {
    if (kind !== 'category' || !('levels' in column) || isNamed(name) || column.codes.includes(-1)) continue
    const { levels, codes } = column
    if (!hasRare(codes, levels.length)) continue
    const isLeft = (other: string) => other !== name && !found.some((one) => one.name === other)
    const others = { columns: table.columns.filter((one) => isLeft(one.name)), rowCount: table.rowCount }
    const template = templateOf(levels, { table: others, rows: firstRows(codes, levels.length) })
    const of = template?.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.column])) ?? []
    if (of.length > 1 && saysAll(template!, others, (row) => levels[codes[row]!]!)) found.push({ name, of })
  }
  return found
}

/** What is said of such a column. */
export const composedNote = ({ name, of }: Composed): string =>
  `${name}: follows from ${listed(of)} in all rows, so it is left out of the model and written from them; --types ${name}=category models it`

/** Whether a category is in fewer rows than may be told of. */
export function hasRare(codes: Int32Array, count: number): boolean {
  const counts = new Int32Array(count)
  for (const code of codes) counts[code]!++
  return counts.some((rows) => rows > 0 && rows < RARE_BELOW)
}

export function firstRows(codes: Int32Array, count: number): number[] {
  const rows = new Array<number>(count).fill(-1)
  for (const [row, code] of codes.entries()) if (rows[code]! < 0) rows[code] = row
  return rows
}

/** Whether a template gives each row what it has. */
function saysAll(template: Template, table: Table, cellAt: (row: number) => string): boolean {
  const at = toldBy(table)
  for (let row = 0; row < table.rowCount; row++) if (textOf(template, at(row)) !== cellAt(row)) return false
  return true
}
