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

/** Where the codes of a pattern go on, and how: the k-th quantile of the distances between neighbours. */
export interface Progress {
  /** Places among the codes behind which each choice of words goes on. */
  readonly ends: Readonly<Record<string, string>>
  /** Quantiles of the steps, ascending whole numbers. */
  readonly steps: readonly string[]
}

/** Segments one after the other; with `progress`, codes that run. */
export interface Pattern {
  readonly share: number
  readonly segments: readonly Segment[]
  readonly progress?: Progress
}

/** How the values of a key are written. Plain data without any of them. */
export interface Form {
  readonly patterns: readonly Pattern[]
  /** The check that all values pass. */
  readonly check?: string
}

/** What is chosen by shares before a code is: which word of each list, which length of each run of symbols. */
export interface Cell {
  readonly name: string
  /** Of each segment; 0 where nothing is chosen. */
  readonly choices: readonly number[]
}

export function cellOf(choices: readonly number[]): Cell {
  return { name: choices.join(','), choices }
}

/** Shares among which a segment chooses; empty where it has no choice. */
export function sharesOf(segment: Segment): readonly number[] {
  return segment.kind === 'words' || segment.kind === 'symbols' ? segment.shares : []
}

/** How many codes a cell has. */
export function sizeOf({ segments }: Pattern, { choices }: Cell): bigint {
  return segments.reduce((size, segment, s) => size * radixOf(segment, choices[s]!), 1n)
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
    const radix = radixOf(segment, choices[s]!)
    const own = s === first ? rest : rest % radix
    if (segment.kind === 'literal') parts.push(segment.text)
    else if (segment.kind === 'words') parts.push(segment.words[choices[s]!]!)
    else if (segment.kind === 'number' && segment.days) parts.push(dateText(Number(own) + segment.least))
    else if (segment.kind === 'number') parts.push(String(own + BigInt(segment.least)))
    else if (own < radix) parts.push(symbolsAt(segment.places, segment.lengths[choices[s]!]!, own))
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

const isDigits = (places: readonly string[]): boolean => places.every((one) => one === '0123456789')

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
    for (let place = 0; place < segment.lengths[choices[s]!]!; place++) {
      const alphabet = segment.places[place]!
      code = code * BigInt(alphabet.length) + BigInt(alphabet.indexOf(parts[s]![place]!))
    }
  })
  return code
}
