import { exp, log } from '../../num/elementary.js'
import { RARE_BELOW } from '../../table/rare-below.js'
import { alphabetOf, charactersAt, wordPlaces } from './alphabets.js'
import { dayOf, type Segment } from './form.js'

/** Words are copied where those that are not rare make up this share of the values: the others are few, and dropped. */
export const MOSTLY = 0.9
/** Beyond this, whether a few thousand values would meet by chance is no question. */
const MANY_CODES = 1e15

/** What the texts at one part of a pattern have in common; `seenFirst`: their first place has only what was seen; `isCode`: no words are copied. Cost O(characters). */
export function segmentOf(texts: readonly string[], { seenFirst = false, isCode = false } = {}): Segment {
  const counts = tallied(texts)
  if (counts.size === 1) return { kind: 'literal', text: texts[0]! }
  const segment = (isCode ? undefined : wordsOf(counts, texts)) ?? freshOf(texts)
  if (!seenFirst || segment.kind !== 'symbols') return segment
  const seen = [...new Set(texts.map((text) => text[0]!))].sort().join('')
  return { ...segment, places: [seen, ...segment.places.slice(1)] }
}

/** How often every value is there, the most frequent first; ties in the order of texts. */
export const countsOf = (texts: readonly string[]): ReadonlyMap<string, number> => new Map(ranked([...tallied(texts)]))

function tallied(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

const ranked = (counts: [string, number][]): [string, number][] => counts.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))

/** A list of words to copy, where far fewer differ than codes of that size would, and rare ones are few. */
function wordsOf(counts: ReadonlyMap<string, number>, texts: readonly string[]): Segment | undefined {
  // Of a key nearly all are rare: they are not listed to be sorted.
  const kept: [string, number][] = []
  for (const one of counts) if (one[1] >= RARE_BELOW) kept.push(one)
  const covered = kept.reduce((sum, [, count]) => sum + count, 0)
  if (covered < MOSTLY * texts.length || 2 * counts.size > differentOf(codesLike(texts), texts.length)) return undefined
  return copied(ranked(kept))
}

/** A list of words with their shares. */
export function copied(kept: readonly (readonly [string, number])[]): Segment {
  const total = kept.reduce((sum, [, count]) => sum + count, 0)
  if (kept.length === 1) return { kind: 'literal', text: kept[0]![0] }
  return { kind: 'words', words: kept.map(([word]) => word), shares: kept.map(([, count]) => count / total) }
}

/** How many texts there are of these lengths and this alphabet. */
function codesLike(texts: readonly string[]): number {
  const letters = alphabetOf(texts.join('')).length
  const codes = [...new Set(texts.map(({ length }) => length))].reduce((sum, length) => sum + exp(length * log(letters)), 0)
  return Math.min(MANY_CODES, codes)
}

/** How many of `codes` n draws are expected to show. */
function differentOf(codes: number, n: number): number {
  return codes * (1 - exp(n * log(1 - 1 / (codes + 1))))
}

function freshOf(texts: readonly string[]): Segment {
  if (texts.every((text) => dayOf(text) !== undefined)) return { kind: 'number', ...rangeOf(texts.map((text) => dayOf(text)!)), days: true }
  const lengths = [...new Set(texts.map(({ length }) => length))].sort((a, b) => a - b)
  if (lengths.length === 1) return { kind: 'symbols', places: placesOf(texts, lengths[0]!), lengths, shares: [1] }
  const isNumber = texts.every((text) => /^(?:0|[1-9][0-9]{0,14})$/.test(text))
  if (isNumber) return { kind: 'number', ...rangeOf(texts.map(Number)) }
  return { kind: 'symbols', places: placesUpTo(lengths.at(-1)!, texts), ...lengthsOf(texts) }
}

function rangeOf(numbers: readonly number[]): { readonly least: number; readonly most: number } {
  return { least: numbers.reduce((a, b) => Math.min(a, b)), most: numbers.reduce((a, b) => Math.max(a, b)) }
}

/** What stands at each place of texts of one length. */
function placesOf(texts: readonly string[], length: number): string[] {
  const whole = alphabetOf(texts.join(''))
  return Array.from({ length }, (_, place) => {
    const seen = new Set(texts.map((text) => text[place]!))
    const own = alphabetOf(seen)
    // Letters at a place where others have digits too: by chance, or by the form.
    const alphabet = charactersAt(new Set(own), whole, texts.length).length === own.length ? own : whole
    return charactersAt(seen, alphabet, texts.length)
  })
}

/** Places of texts of several lengths: letters make words, all else codes. */
function placesUpTo(length: number, texts: readonly string[]): string[] {
  if (!texts.every((text) => /^\p{L}+$/u.test(text))) return new Array<string>(length).fill(alphabetOf(texts.join('')))
  const every = (test: (text: string) => boolean) => texts.filter(test).length >= MOSTLY * texts.length
  if (every((text) => text === text.toUpperCase())) return wordPlaces(length, 'upper', texts)
  return wordPlaces(length, every((text) => text[0] !== text[0]!.toLowerCase()) ? 'capital' : 'lower', texts)
}

/** Lengths that are not rare with their shares; all where all are. */
export function lengthsOf(texts: readonly string[]): { readonly lengths: number[]; readonly shares: number[] } {
  const counts = [...countsOf(texts.map(({ length }) => String(length)))]
  const common = counts.filter(([, count]) => count >= RARE_BELOW)
  const kept = common.length > 0 ? common : counts
  const total = kept.reduce((sum, [, count]) => sum + count, 0)
  return { lengths: kept.map(([length]) => Number(length)), shares: kept.map(([, count]) => count / total) }
}
