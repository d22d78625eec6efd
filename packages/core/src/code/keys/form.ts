import { indexFromShares } from '../../num/random.js'
import type { Teller, Told } from './teller.js'

/** A part of a pattern. Plain data. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  /** One of these, copied, as often as its share says; each is in at least three rows. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly shares: readonly number[] }
  /** As many characters as one of the lengths, each of the alphabet of its place. */
  | {
      readonly kind: 'symbols'
      readonly places: readonly string[]
      readonly lengths: readonly number[]
      readonly shares: readonly number[]
    }
  /** A whole number that is not padded; `days`: a date as 20240131, counted in days since 1970. */
  | { readonly kind: 'number'; readonly least: number; readonly most: number; readonly days?: boolean | undefined }
  /** What another column of the row tells; where that tells nothing, as it would be otherwise. */
  | { readonly kind: 'told'; readonly by: Teller; readonly else: Segment }

/** Where the codes of a pattern go on, and how: the k-th quantile of the distances between neighbours. */
export interface Progress {
  /** Places among the codes behind which each choice of words goes on. */
  readonly ends: Readonly<Record<string, string>>
  /** Quantiles of the steps, ascending whole numbers. */
  readonly steps: readonly string[]
  /** Where codes begin behind texts that no row has, as those of a new year; absent where nothing tells texts. */
  readonly first?: string | undefined
}

/** Segments one after the other; with `progress`, codes that run. */
export interface Pattern {
  readonly share: number
  readonly segments: readonly Segment[]
  readonly progress?: Progress
  /** Places of told segments of which codes are different whatever they tell: one sequence for all that. */
  readonly apart?: readonly number[] | undefined
}

/** How the values of a key are written. Plain data without any of them. */
export interface Form {
  readonly patterns: readonly Pattern[]
  /** The check that all values pass. */
  readonly check?: string
  /** Which pattern, by its place, where another column of the row tells it. */
  readonly by?: Teller | undefined
  /** As often as which patterns come where that column leaves it open: of each of these cells, whose place is told. */
  readonly mixed?: { readonly by: Teller; readonly shares: readonly (readonly number[])[] } | undefined
  /** Where a text that the row tells came before, a number from 2 on stands behind it, and this between. */
  readonly numbered?: string | undefined
}

/** What is chosen before a code is: which word of each list, which length of each run of symbols, and what is told. */
export interface Cell {
  /** Cells of one name share a sequence of codes. */
  readonly name: string
  /** Of each segment; 0 where nothing is chosen, a text where it is told. */
  readonly choices: readonly (number | string)[]
}

export function cellOf(choices: Cell['choices'], { apart = [] }: Pick<Pattern, 'apart'> = {}): Cell {
  const named = choices.filter((_, s) => !apart.includes(s))
  return { name: named.map((choice) => JSON.stringify(choice)).join(','), choices }
}

/** What tells parts of a form. */
export const tellersOf = ({ patterns, by, mixed }: Form): Teller[] => [
  ...(by ? [by] : []),
  ...(mixed ? [mixed.by] : []),
  ...patterns.flatMap(({ segments }) => segments.flatMap((segment) => (segment.kind === 'told' ? [segment.by] : [])))
]

/** Whether other columns say all that varies in it, wherever they say something. */
export const isToldWhole = ({ patterns }: Form): boolean =>
  patterns.every(
    ({ segments }) => segments.some(({ kind }) => kind === 'told') && segments.every(({ kind }) => kind === 'literal' || kind === 'told')
  )

/** Whether columns of the row say all that varies, if anything does: it is what they are, or a label, and no key that has to be new. */
export const isComposed = ({ segments }: Pattern, told: Told | undefined): boolean =>
  segments.every((segment) => segment.kind === 'literal' || (segment.kind === 'told' && told?.(segment.by) !== undefined))

/** What is chosen for a row: as it is told, or by uniforms one after the other. */
export function choiceOf(segment: Segment, next: () => number, told: Told | undefined): number | string {
  if (segment.kind !== 'told') return indexFromShares(next(), sharesOf(segment))
  return told?.(segment.by) ?? anyText(segment.else, next)
}

/** Any text of a segment. */
function anyText(segment: Segment, next: () => number): string {
  const pattern = { share: 1, segments: [segment] }
  const cell = cellOf([choiceOf(segment, next, undefined)])
  // As fine as a uniform.
  const code = (sizeOf(pattern, cell) * BigInt(Math.floor(next() * 2 ** 32))) >> 32n
  return textAt(pattern, cell, code)!
}

/** Shares among which a segment chooses; empty where it has no choice. */
export function sharesOf(segment: Segment): readonly number[] {
  return segment.kind === 'words' || segment.kind === 'symbols' ? segment.shares : []
}

/** How many codes a cell has. */
export function sizeOf({ segments }: Pattern, { choices }: Cell): bigint {
  return segments.reduce((size, segment, s) => size * radixOf(segment, choices[s]! as number), 1n)
}

function radixOf(segment: Segment, choice: number): bigint {
  if (segment.kind === 'number') return BigInt(segment.most - segment.least + 1)
  if (segment.kind !== 'symbols') return 1n
  let radix = 1n
  for (let place = 0; place < segment.lengths[choice]!; place++) radix *= BigInt(segment.places[place]!.length)
  return radix
}

/**
 * The text of a code, which counts from 0 in the order of the texts. Codes behind the last one carry over where the first part
 * that varies is made of digits; undefined where it is not. Cost O(characters).
 */
export function textAt({ segments }: Pattern, { choices }: Cell, code: bigint): string | undefined {
  const parts: string[] = []
  let rest = code
  const first = segments.findIndex((segment) => segment.kind === 'symbols' || segment.kind === 'number')
  for (let s = segments.length - 1; s >= 0; s--) {
    const segment = segments[s]!
    const choice = choices[s] as number
    const radix = radixOf(segment, choice)
    const own = s === first ? rest : rest % radix
    if (segment.kind === 'literal') parts.push(segment.text)
    else if (segment.kind === 'told') parts.push(String(choice))
    else if (segment.kind === 'words') parts.push(segment.words[choice]!)
    else if (segment.kind === 'number' && segment.days) parts.push(dateText(Number(own) + segment.least))
    else if (segment.kind === 'number') parts.push(String(own + BigInt(segment.least)))
    else if (own < radix) parts.push(symbolsAt(segment.places, segment.lengths[choice]!, own))
    else if (isDigits(segment.places)) parts.push(String(own))
    else return undefined
    rest = s === first ? 0n : rest / radix
  }
  return rest > 0n ? undefined : parts.reverse().join('')
}

/** Milliseconds. */
const DAY = 86_400_000
/** The last day that has a year of four digits. */
const LAST_DAY = Date.UTC(9999, 11, 31) / DAY
const dateText = (day: number): string => new Date(Math.min(day, LAST_DAY) * DAY).toISOString().slice(0, 10).replaceAll('-', '')
const numberOf = (text: string, { days }: { readonly days?: boolean | undefined }): number => (days ? dayOf(text)! : Number(text))

/** Days from 1970 to a date as 20240131; undefined of what is none. */
export function dayOf(text: string): number | undefined {
  const [, year, month, day] = /^(19[7-9]\d|20\d\d)(\d\d)(\d\d)$/.exec(text) ?? []
  if (year === undefined) return undefined
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day))
  return new Date(time).getUTCDate() === Number(day) && new Date(time).getUTCMonth() === Number(month) - 1 ? time / DAY : undefined
}

export const isDigits = (places: readonly string[]): boolean => places.every((one) => one === '0123456789')

function symbolsAt(places: readonly string[], length: number, code: bigint): string {
  const out: string[] = []
  let rest = code
  for (let place = length - 1; place >= 0; place--) {
    const alphabet = places[place]!
    const radix = BigInt(alphabet.length)
    out.push(alphabet[Number(rest % radix)]!)
    rest /= radix
  }
  return out.reverse().join('')
}

/** The place of parts among the codes of a cell: the inverse of `textAt`. Parts are texts of the segments. */
export function codeOf({ segments }: Pattern, { choices }: Cell, parts: readonly string[]): bigint {
  let code = 0n
  segments.forEach((segment, s) => {
    if (segment.kind === 'number') code = code * radixOf(segment, 0) + BigInt(numberOf(parts[s]!, segment) - segment.least)
    if (segment.kind !== 'symbols') return
    for (let place = 0; place < segment.lengths[choices[s] as number]!; place++) {
      const alphabet = segment.places[place]!
      code = code * BigInt(alphabet.length) + BigInt(alphabet.indexOf(parts[s]![place]!))
    }
  })
  return code
}
