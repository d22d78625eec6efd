/** A family of check digits: which places of a value's letters and digits they stand at, and what they are given the others. */
interface Family {
  readonly name: string
  /** How many letters and digits a value may have. */
  readonly lengths: readonly [least: number, most: number]
  /** Places of the check digits among n letters and digits. */
  places(n: number): readonly number[]
  /** The check digits of letters and digits in which their own places are ignored; undefined where there are none. */
  digits(symbols: readonly string[]): string | undefined
}

const last = (n: number): readonly number[] => [n - 1]

const digitsOf = (symbols: readonly string[]): number[] | undefined => {
  const values = symbols.map(Number)
  return values.every((x) => x >= 0 && x <= 9) ? values : undefined
}

/** The digit that makes a weighted sum of digits a multiple of ten. `weigh` is given a digit and its distance from the check digit. */
function modTen(weigh: (digit: number, distance: number) => number): Family['digits'] {
  return (symbols) => {
    const digits = digitsOf(symbols.slice(0, -1))
    const sum = digits?.reduce((total, digit, i) => total + weigh(digit, digits.length - i), 0)
    return sum === undefined ? undefined : String((10 - (sum % 10)) % 10)
  }
}

/** Letters count from 10 on; 98 less the remainder of the number by 97. */
function modNinetySeven(symbols: readonly string[]): string | undefined {
  let remainder = 0
  for (const symbol of symbols) {
    const value = Number.parseInt(symbol, 36)
    if (Number.isNaN(value) || symbol !== symbol.toUpperCase()) return undefined
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return String(98 - remainder).padStart(2, '0')
}

function isbnTen(symbols: readonly string[]): string | undefined {
  const sum = digitsOf(symbols.slice(0, -1))?.reduce((total, digit, i) => total + digit * (10 - i), 0)
  if (sum === undefined) return undefined
  const check = (11 - (sum % 11)) % 11
  return check === 10 ? 'X' : String(check)
}

/** What letters of a vehicle's number count, and the places of all; I, O and Q are none. */
const VEHICLE = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ'
const VEHICLE_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]

function vehicleDigit(symbols: readonly string[]): string | undefined {
  const values = symbols.map((symbol, i) => (VEHICLE_WEIGHTS[i] === 0 ? 0 : VEHICLE.indexOf(symbol)))
  if (values.some((value) => value < 0)) return undefined
  const remainder = values.reduce((sum, value, i) => sum + (value % 10) * VEHICLE_WEIGHTS[i]!, 0) % 11
  return remainder === 10 ? 'X' : String(remainder)
}

/** @source ISO/IEC 7812-1 (Luhn), GS1 General Specifications (EAN, GTIN, ISBN-13), ISO 2108 (ISBN-10), ISO 13616 (IBAN), ISO/IEC 7064 MOD 97-10 (LEI), 49 CFR 565 (VIN). */
const FAMILIES: readonly Family[] = [
  {
    name: 'IBAN',
    lengths: [15, 34],
    places: () => [2, 3],
    digits: (symbols) =>
      /^[A-Z]{2}$/.test(symbols.slice(0, 2).join('')) ? modNinetySeven([...symbols.slice(4), ...symbols.slice(0, 2), '0', '0']) : undefined
  },
  {
    name: 'Luhn',
    lengths: [8, 20],
    places: last,
    digits: modTen((digit, distance) => (distance % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit))
  },
  { name: 'EAN', lengths: [8, 18], places: last, digits: modTen((digit, distance) => (distance % 2 === 1 ? 3 * digit : digit)) },
  { name: 'VIN', lengths: [17, 17], places: () => [8], digits: vehicleDigit },
  { name: 'ISBN-10', lengths: [10, 10], places: last, digits: isbnTen },
  {
    name: 'mod 97',
    lengths: [10, 34],
    places: (n) => [n - 2, n - 1],
    digits: (symbols) => modNinetySeven([...symbols.slice(0, -2), '0', '0'])
  }
]

export const CHECK_FAMILIES: readonly string[] = FAMILIES.map(({ name }) => name)

/** As many values that all pass do so by chance less often than once in a million, also with ten checks tried and one digit each. */
const LEAST_VALUES = 8

/** Stands for a check digit in a pattern; no reader of tables lets it through in a cell. */
export const CHECK_MARK = '\u0000'

const SYMBOL = /[\p{L}\p{N}]/u

/** The name of the check that all values pass, or undefined. Cost O(characters). */
export function checkOf(values: readonly string[]): string | undefined {
  if (new Set(values).size < LEAST_VALUES) return undefined
  return FAMILIES.find(({ name }) => values.every((value) => withCheck(name, value) === value))?.name
}

/** A value with marks in the place of its check digits. */
export function withoutCheck(name: string, value: string): string {
  return replaced(name, value, (places) => places.map(() => CHECK_MARK))
}

/** A value with its check digits computed from all others. */
export function withCheck(name: string, value: string): string {
  return replaced(name, value, (_, symbols, family) => family.digits(symbols)?.split(''))
}

type Digits = (places: readonly number[], symbols: readonly string[], family: Family) => readonly string[] | undefined

/** The value with other symbols at the places of the check digits; empty where it cannot have any. */
function replaced(name: string, value: string, digitsAt: Digits): string {
  const family = FAMILIES.find((one) => one.name === name)!
  const characters = Array.from(value)
  const at = characters.flatMap((one, i) => (SYMBOL.test(one) || one === CHECK_MARK ? [i] : []))
  const [least, most] = family.lengths
  if (at.length < least || at.length > most) return ''
  const places = family.places(at.length)
  const digits = digitsAt(
    places,
    at.map((i) => characters[i]!),
    family
  )
  if (!digits) return ''
  places.forEach((place, k) => {
    characters[at[place]!] = digits[k]!
  })
  return characters.join('')
}
