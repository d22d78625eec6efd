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

/** Alphabets of the places of a word that can be said and that nobody has copied: consonants and vowels in turn. */
export function wordPlaces(length: number, style: 'lower' | 'upper' | 'capital'): string[] {
  return Array.from({ length }, (_, place) => {
    const letters = place % 2 === 0 ? CONSONANTS : VOWELS
    return style === 'upper' || (style === 'capital' && place === 0) ? letters.toUpperCase() : letters
  })
}
