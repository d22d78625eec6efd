import { RARE_BELOW } from '../../table/rare-below.js'
import { wordPlaces } from './alphabets.js'
import type { Form, Pattern, Segment } from './form.js'
import { copied, countsOf, lengthsOf } from './segment.js'

/** What becomes of text that is a key: new values, words of the data that are not rare in another order, or nothing. */
export const FREE_TEXTS = ['new', 'shuffle', 'empty'] as const
export type FreeText = (typeof FREE_TEXTS)[number]

/** Numbers of words that a text may have, at most: quantiles of those in the data. */
const WORD_COUNTS = 16
/** Words of a text that are made, at most. */
const MOST_WORDS = 60

/** Whether most values are of several words, whatever their form: names, addresses, remarks. */
export const isProse = (values: readonly string[]): boolean =>
  2 * values.filter((value) => /\p{L}\S*\s+\p{L}/u.test(value)).length > values.length

/** Texts of as many words, as long as those of the data, of which none is copied. Cost O(characters). */
export function proseForm(values: readonly string[]): Form {
  const words = values.flatMap((value) => value.match(/[\p{L}\p{N}]+/gu) ?? ['a'])
  const { lengths, shares } = lengthsOf(words)
  const longest = Math.max(...lengths)
  const word = (style: 'capital' | 'lower'): Segment => ({ kind: 'symbols', places: wordPlaces(longest, style, words), lengths, shares })
  return textsOf(values, (place) => word(place === 0 ? 'capital' : 'lower'))
}

/** Texts of as many words as those of the data, of the words that are not rare among their rows; as `proseForm` where all are. Cost O(characters). */
export function shuffledForm(values: readonly string[]): Form {
  const rowsOf = countsOf(values.flatMap((value) => [...new Set(value.trim().split(/\s+/))]))
  const kept = [...rowsOf].filter(([word, rows]) => word !== '' && rows >= RARE_BELOW)
  if (kept.length === 0) return proseForm(values)
  const segment = copied(kept)
  return textsOf(values, () => segment)
}

/** Texts of as many words as there are in the data, each of the form of its place. */
function textsOf(values: readonly string[], wordAt: (place: number) => Segment): Form {
  const counts = values.map((value) => Math.min(MOST_WORDS, Math.max(1, value.trim().split(/\s+/).length))).sort((a, b) => a - b)
  const wanted = new Map<number, number>()
  for (let k = 0; k < WORD_COUNTS; k++) {
    const count = counts[Math.floor(((k + 0.5) * counts.length) / WORD_COUNTS)]!
    wanted.set(count, (wanted.get(count) ?? 0) + 1 / WORD_COUNTS)
  }
  const patterns = [...wanted].map(([count, share]): Pattern => {
    const segments = Array.from({ length: count }, (_, w) => (w === 0 ? [wordAt(w)] : [{ kind: 'literal' as const, text: ' ' }, wordAt(w)]))
    return { share, segments: segments.flat() }
  })
  return { patterns }
}
