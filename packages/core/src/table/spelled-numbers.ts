import { isOpen } from './notation.js'
import type { RawColumn, SpelledNumbers, Spelling } from './raw.js'

export const NO_SPELLING: Spelling = {
  decimals: 0,
  least: Number.POSITIVE_INFINITY,
  padded: false,
  trailing: false,
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
    trailing: digits > 1 && text.endsWith('0'),
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
  trailing: a.trailing || b.trailing,
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
  // They can be made again: a million texts are not held for the one who asked last.
  let made: WeakRef<(string | null)[]> | undefined
  const column = {
    name,
    source: 'text' as const,
    get values() {
      const known = made?.deref()
      if (known) return known
      const values = cells()
      made = new WeakRef(values)
      return values
    }
  }
  return Object.defineProperty(column, 'numbers', { value: numbers, enumerable: false })
}
