import { isOpen } from './notation.js'
import type { RawColumn } from './raw.js'

/** How plain numbers are spelled, taken together: what `numberStyle` and the kinds of text ask of the cells, without them. */
export interface Spelling {
  /** Most and fewest digits behind the point. */
  readonly decimals: number
  readonly least: number
  /** Whether a fraction ends in a zero, and a number has an exponent. */
  readonly padded: boolean
  readonly exponents: boolean
  /** Whether all are digits alone, perhaps behind a sign. */
  readonly whole: boolean
  /** Of those with a point: whether there are some, and whether one shows that it parts no thousands. */
  readonly pointed: boolean
  readonly decided: boolean
}

/** A column of text of which cells spell plain numbers. */
export interface SpelledNumbers {
  /** 0 where a cell spells none. */
  readonly values: Float64Array
  /** 1 where a cell spells none; absent where all do. */
  readonly missing?: Uint8Array
  /** The cells that spell none, empty ones too: how often each stands, in the order in which they first do. */
  readonly others: ReadonlyMap<string, number>
  readonly spelling: Spelling
  /** Whether every number is spelled without a plus, an exponent, or blanks around it. */
  readonly bare: boolean
}

export const NO_SPELLING: Spelling = {
  decimals: 0,
  least: Number.POSITIVE_INFINITY,
  padded: false,
  exponents: false,
  whole: true,
  pointed: false,
  decided: false
}

/** The spelling of one plain number. */
export function spellingOf(cell: string): Spelling {
  const text = cell.trim()
  const point = text.indexOf('.')
  const digits = point < 0 ? 0 : text.length - point - 1
  return {
    decimals: digits,
    least: digits,
    padded: digits > 0 && text.endsWith('0'),
    exponents: /[eE]/.test(text),
    whole: /^[+-]?\d+$/.test(text),
    pointed: point >= 0,
    decided: point >= 0 && !isOpen(cell)
  }
}

export const bothSpellings = (a: Spelling, b: Spelling): Spelling => ({
  decimals: Math.max(a.decimals, b.decimals),
  least: Math.min(a.least, b.least),
  padded: a.padded || b.padded,
  exponents: a.exponents || b.exponents,
  whole: a.whole && b.whole,
  pointed: a.pointed || b.pointed,
  decided: a.decided || b.decided
})

/**
 * A column of text whose cells are made when somebody asks for them, and the numbers that they spell. What is copied from it by
 * `{ ...column }` has the cells alone: other cells would not go with these numbers.
 */
export function withSpelledNumbers(name: string, cells: () => (string | null)[], numbers: SpelledNumbers | undefined): RawColumn {
  let made: (string | null)[] | undefined
  const column = {
    name,
    source: 'text' as const,
    get values() {
      made ??= cells()
      return made
    }
  }
  return Object.defineProperty(column, 'numbers', { value: numbers, enumerable: false })
}
