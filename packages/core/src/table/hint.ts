import { parseDateTime, parseNumber } from './parse.js'

/** Numbers with a sign of currency or per cent, or with separators of thousands; telephone numbers and times are not. */
const ADORNED = /^[$€£¥]?\s*[+-]?\d+(?:[,'  ]\d{3})*(?:[.,]\d+)?\s*[%$€£¥]?$/

/**
 * What could be meant by text cells that are read as names: numbers with signs, or dates in several spellings. Words to
 * be added to a note; empty when nothing is likely. Cost O(n).
 */
export function hintFor(present: readonly string[]): string {
  const cells = present.map((cell) => cell.trim())
  const others = cells.filter((cell) => parseNumber(cell) === undefined)
  if (others.length > 0 && others.every((cell) => ADORNED.test(cell)))
    return '; if these are numbers, write them plainly, without %, currency or separators of thousands'
  if (cells.every((cell) => parseDateTime(cell) !== undefined))
    return '; if these are dates, spell all of them in one way, best as 2024-12-31'
  return ''
}
