import { log } from '../../num/elementary.js'

const DIGITS = '0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()

/** Alphabets of codes, the smallest first: each in the order in which its codes ascend. */
const CLASSES: readonly string[] = [
  DIGITS,
  `${DIGITS}abcdef`,
  `${DIGITS}ABCDEF`,
  LOWER,
  UPPER,
  // Crockford's base 32, of ULIDs: no I, L, O, U.
  `${DIGITS}ABCDEFGHJKMNPQRSTVWXYZ`,
  // RFC 4648.
  `234567${UPPER}`.split('').sort().join(''),
  `${DIGITS}${LOWER}`,
  `${DIGITS}${UPPER}`,
  `${UPPER}${LOWER}`,
  `${DIGITS}${UPPER}${LOWER}`
]

/** The smallest alphabet of codes that has all of these characters; themselves, sorted, where none has. */
export function alphabetOf(characters: Iterable<string>): string {
  const own = new Set(characters)
  return CLASSES.find((one) => [...own].every((character) => one.includes(character))) ?? [...own].sort().join('')
}

/** A place that shows fewer characters than its alphabet by chance less often than this is believed to have no others; a wrong belief costs one character there. */
const MOST_CHANCE = log(1e-4)

/** What stands at a place: the alphabet, or only those of its characters that were seen, where so few would not be chance. */
export function charactersAt(seen: ReadonlySet<string>, alphabet: string, values: number): string {
  const [few, all] = [seen.size, alphabet.length]
  if (few === all) return alphabet
  // How many sets of so few characters there are, times the chance of one.
  let chance = (values - (few === 1 ? 1 : 0)) * log(few / all)
  if (few > 1) for (let k = 0; k < few; k++) chance += log((all - k) / (k + 1))
  return chance < MOST_CHANCE
    ? alphabet
        .split('')
        .filter((one) => seen.has(one))
        .join('')
    : alphabet
}

const VOWELS = 'aeiou'
/** Consonants that are read in any place, in most languages. */
const CONSONANTS = 'bdfghklmnprstvwz'

/**
 * Alphabets of the places of a word that can be said and that nobody has copied: consonants and vowels in turn, or the letters of the
 * words that it stands among where most of these are of another script.
 */
export function wordPlaces(length: number, style: 'lower' | 'upper' | 'capital', among: readonly string[]): string[] {
  const own = otherScript(among)
  return Array.from({ length }, (_, place) => {
    const letters = own ?? (place % 2 === 0 ? CONSONANTS : VOWELS)
    return style === 'upper' || (style === 'capital' && place === 0) ? letters.toUpperCase() : letters
  })
}

/** Small letters of words of which most have none of ours; undefined where most do. */
function otherScript(words: readonly string[]): string | undefined {
  const others = words.filter((word) => /\p{L}/u.test(word) && !/\p{Script=Latin}/u.test(word))
  if (2 * others.length <= words.length) return undefined
  // Letters of two code units, and such as change their number with their case, are no places of a text.
  const isOne = (letter: string): boolean => letter.length === 1 && letter.toUpperCase().length === 1
  const letters = new Set(others.flatMap((word) => (word.toLowerCase().match(/\p{L}/gu) ?? []).filter(isOne)))
  return letters.size === 0 ? undefined : [...letters].sort().join('')
}
