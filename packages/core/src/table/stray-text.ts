import { parseNumber } from './parse.js'

/** Share of the cells that are numbers from which a column of text is likely numbers with some other mark between them. */
const MOSTLY_NUMBERS = 0.9

/** The first cell that is no number in a column of text where almost all are, with how many are; undefined elsewhere. Cost O(n). */
export function strayText(
  cells: readonly (string | null)[],
  presentCount: number
): { text: string; row: number; numbers: number } | undefined {
  const strays = cells.flatMap((cell, i) => (cell !== null && parseNumber(cell) === undefined ? [i] : []))
  const numbers = presentCount - strays.length
  if (strays.length === 0 || numbers < MOSTLY_NUMBERS * presentCount) return undefined
  return { text: cells[strays[0]!]!.trim(), row: strays[0]! + 1, numbers }
}
