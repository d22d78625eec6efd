import {
  bothSpellings,
  NO_SPELLING,
  parseNumber,
  type SpelledNumbers,
  type Spelling,
  spellingOf,
  withSpelledNumbers
} from '@sbridge/core/internal'
import type { RawColumn } from '@sbridge/core/tables'
import { ByteDictionary } from './byte-dictionary.js'

/** Rows whose cells are kept together while a table grows of which nobody knows how long it will be. */
export const PAGE = 65_536

/** Of every cell: digits behind the point of a number, or one of these: the shortest text of its number; a text of the dictionary. */
const SHORTEST = 253
const TEXT = 254

/**
 * Numbers below this stand in a double so closely that as many digits as were written show them again: half a step of doubles is
 * less than half of the last digit.
 */
export const MOST_EXACT = 2 ** 52
/** Digits of such numbers, and of any text that may be a number. */
export const MOST_DIGITS = 16
const LONGEST = 32

const TENS = Float64Array.from({ length: MOST_DIGITS + 1 }, (_, power) => Number(`1e${power}`))

/** As `String` and `toFixed` write numbers: without zeros in front. */
const BARE = /^-?(?:0|[1-9]\d*)(?:\.(\d+))?$/
const NUMERIC = /^[+-.\d][+-.\deE]*$/

/** Texts besides numbers up to which a column may still be numbers: nobody names more words for missing cells. */
const MOST_OTHERS = 100

interface Page {
  readonly tags: Uint8Array
  readonly values: Float64Array | undefined
  readonly codes: Int32Array | undefined
}

/**
 * The cells of a column of text, a page of rows at a time: numbers that are spelled as programs do as doubles and the digits behind
 * their points (9 bytes a cell), all other text once, by its code.
 */
export class CellColumn {
  readonly #pages: Page[] = []
  readonly #dictionary = new ByteDictionary()
  #tags: Uint8Array
  #values: Float64Array
  #codes: Int32Array
  #hasNumbers = false
  #hasTexts = false
  /** A bit for every count of digits behind points that was seen. */
  #decimals = 0
  #padded = false
  #trailing = false
  /** Whether a number shows that points part no thousands. */
  #decided = false
  #shortest: Spelling = NO_SPELLING

  /** Rows of a page: of as many as there will be no copy is made. */
  constructor(private readonly page = PAGE) {
    this.#tags = new Uint8Array(page)
    this.#values = new Float64Array(page)
    this.#codes = new Int32Array(page)
  }

  /** The number digits/10^decimals, below `MOST_EXACT` in its digits, as the cell `k` of the page. */
  number(k: number, digits: number, decimals: number): void {
    this.#tags[k] = decimals
    this.#values[k] = digits / TENS[decimals]!
    this.#hasNumbers = true
    this.#decimals |= 1 << decimals
    if (decimals === 0) return
    if (!this.#trailing && (!this.#padded || decimals > 1) && digits === 10 * Math.trunc(digits / 10)) {
      this.#padded = true
      this.#trailing = decimals > 1
    }
    // Thousands have one to three digits that are no single zero in front of three.
    if (!this.#decided) this.#decided = decimals !== 3 || Math.abs(digits) < 1000 || Math.abs(digits) >= 1e6
  }

  /** Any other cell, of the text in `bytes[from, to)`. */
  text(k: number, bytes: Uint8Array, from: number, to: number): void {
    if (to - from <= LONGEST && to > from && this.#takesNumber(k, bytes, from, to)) return
    this.#tags[k] = TEXT
    this.#codes[k] = this.#dictionary.codeOf(bytes, from, to)
    this.#hasTexts = true
  }

  #takesNumber(k: number, bytes: Uint8Array, from: number, to: number): boolean {
    // A digit, or a sign or point before one.
    if (bytes[from]! > 57 || bytes[from]! < 43) return false
    const text = String.fromCharCode.apply(null, bytes.subarray(from, to) as unknown as number[])
    if (!NUMERIC.test(text)) return false
    const value = parseNumber(text)
    if (value === undefined) return false
    const bare = BARE.exec(text)
    const decimals = bare?.[1]?.length ?? 0
    if (bare && text.length < MOST_DIGITS && !Object.is(value, -0)) {
      this.number(k, Number(text.replace('.', '')), decimals)
      return true
    }
    if (String(value) !== text) return false
    this.#tags[k] = SHORTEST
    this.#values[k] = value
    this.#hasNumbers = true
    this.#seeShortest(text)
    return true
  }

  /** So many digits show that a point parts decimals. */
  #seeShortest(text: string): void {
    const point = text.indexOf('.')
    const decimals = point < 0 ? 0 : text.length - point - 1
    const seen = this.#shortest
    const exponents = text.includes('e')
    if (decimals <= seen.decimals && decimals >= seen.least && (seen.exponents || !exponents) && !(seen.whole && point >= 0)) return
    this.#shortest = bothSpellings(seen, spellingOf(text))
  }

  /** Begins another page, behind the `rows` of this one, unless it is the last. Arrays of which nothing was used are used again. */
  turn(rows: number, isLast = false): void {
    const values = this.#hasNumbers ? this.#values : undefined
    const codes = this.#hasTexts ? this.#codes : undefined
    this.#pages.push({ tags: this.#tags.subarray(0, rows), values, codes })
    const next = isLast ? 0 : this.page
    this.#tags = new Uint8Array(next)
    if (values) this.#values = new Float64Array(next)
    if (codes) this.#codes = new Int32Array(next)
    this.#hasNumbers = this.#hasTexts = false
  }

  /** The last cell of a column of which `turn` has closed the last page. */
  last(): string {
    const { tags, values, codes } = this.#pages.at(-1)!
    const row = tags.length - 1
    return tags[row] === TEXT ? this.#dictionary.text(codes![row]!) : numberText(tags[row]!, values![row]!)
  }

  /** Whether some cell may be this text: numbers are not looked through. */
  mayHold(text: string): boolean {
    return NUMERIC.test(text) || this.#dictionary.has(text)
  }

  /** The column of its cells, once `turn` has closed the last page. Throws `TypeError` for text that is no UTF-8. Cost O(rows). */
  finished(name: string): RawColumn {
    const texts = this.#dictionary.texts()
    const pages = this.#pages.splice(0)
    const tags = flat(
      pages,
      (length) => new Uint8Array(length),
      (page) => page.tags
    )
    const codes =
      texts.length > 0
        ? flat(
            pages,
            (length) => new Int32Array(length),
            (page) => page.codes
          )
        : undefined
    const values = this.#isNumeric(texts)
      ? flat(
          pages,
          (length) => new Float64Array(length),
          (page) => page.values
        )
      : undefined
    const numbers = values && this.#spelled({ tags, codes, values }, texts)
    return withSpelledNumbers(name, () => cellsOf({ tags, codes, values }, texts), numbers)
  }

  #isNumeric(texts: readonly string[]): boolean {
    return this.#decimals !== 0 || this.#shortest !== NO_SPELLING || texts.some((text) => parseNumber(text) !== undefined)
  }

  #spelled({ tags, codes, values }: Page & { readonly values: Float64Array }, texts: readonly string[]): SpelledNumbers | undefined {
    const spelled = texts.map(parseNumber)
    const counts = new Float64Array(texts.length)
    const missing = codes && texts.some((_, code) => spelled[code] === undefined) ? new Uint8Array(tags.length) : undefined
    for (let i = 0; codes && i < tags.length; i++) {
      if (tags[i] !== TEXT) continue
      const code = codes[i]!
      const number = spelled[code]
      counts[code]!++
      if (number === undefined) {
        missing![i] = 1
        values[i] = 0
      } else values[i] = number
    }
    const others = texts.flatMap((text, code) => (spelled[code] === undefined ? [[text, counts[code]!] as const] : []))
    if (others.length > MOST_OTHERS) return undefined
    const unlike = texts.filter((_, code) => spelled[code] !== undefined)
    const odd = unlike.map(spellingOf)
    const spelling = [this.#bareSpelling(), this.#shortest, ...odd].reduce(bothSpellings)
    const bare = odd.length === 0 && !spelling.exponents
    const plus = unlike.some((text) => text.trimStart().startsWith('+'))
    return { values, ...(missing ? { missing } : {}), others: new Map(others), spelling, bare, plus }
  }

  #bareSpelling(): Spelling {
    if (this.#decimals === 0) return NO_SPELLING
    return {
      decimals: 31 - Math.clz32(this.#decimals),
      least: 31 - Math.clz32(this.#decimals & -this.#decimals),
      padded: this.#padded,
      trailing: this.#trailing,
      exponents: false,
      whole: this.#decimals === 1,
      pointed: this.#decimals > 1,
      decided: this.#decided
    }
  }
}

/** The parts of pages in one array, which is that of an only page; where a page lacks its part, zeros. */
function flat<T extends Uint8Array | Int32Array | Float64Array>(
  pages: readonly Page[],
  make: (length: number) => T,
  partOf: (page: Page) => T | undefined
): T {
  const length = pages.reduce((sum, { tags }) => sum + tags.length, 0)
  const only = pages.length === 1 ? partOf(pages[0]!) : undefined
  if (only) return only.subarray(0, length) as T
  const all = make(length)
  let at = 0
  for (const page of pages) {
    const part = partOf(page)
    if (part) all.set(part.subarray(0, page.tags.length), at)
    at += page.tags.length
  }
  return all
}

/** The texts of cells, as they stood in the file. */
function cellsOf({ tags, codes, values }: Page, texts: readonly string[]): (string | null)[] {
  const cells = texts.map((text) => (text === '' ? null : text))
  return Array.from(tags, (tag, i) => {
    return tag === TEXT ? cells[codes![i]!]! : numberText(tag, values![i]!)
  })
}

/** As it stood in the file. */
const numberText = (tag: number, value: number): string => (tag === SHORTEST || tag === 0 ? String(value) : value.toFixed(tag))
