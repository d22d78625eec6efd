import { wordPlaces } from './alphabets.js'
import type { Form, Pattern, Segment } from './form.js'
import { lengthsOf } from './segment.js'

/** Numbers of words that a text may have, at most: quantiles of those in the data. */
const WORD_COUNTS = 16
/** Words of a text that are made, at most. */
const MOST_WORDS = 60

/** Texts of as many words, as long as those of the data, of which none is copied. Cost O(characters). */
export function proseForm(values: readonly string[]): Form {
  const words = values.flatMap((value) => value.match(/[\p{L}\p{N}]+/gu) ?? ['a'])
  const { lengths, shares } = lengthsOf(words)
  const longest = Math.max(...lengths)
  const counts = values.map((value) => Math.min(MOST_WORDS, Math.max(1, value.trim().split(/\s+/).length))).sort((a, b) => a - b)
  const wanted = new Map<number, number>()
  for (let k = 0; k < WORD_COUNTS; k++) {
    const count = counts[Math.floor(((k + 0.5) * counts.length) / WORD_COUNTS)]!
    wanted.set(count, (wanted.get(count) ?? 0) + 1 / WORD_COUNTS)
  }
  const word = (style: 'capital' | 'lower'): Segment => ({ kind: 'symbols', places: wordPlaces(longest, style), lengths, shares })
  const patterns = [...wanted].map(([count, share]): Pattern => {
    const segments = Array.from({ length: count }, (_, w) =>
      w === 0 ? [word('capital')] : [{ kind: 'literal' as const, text: ' ' }, word('lower')]
    )
    return { share, segments: segments.flat() }
  })
  return { patterns }
}
