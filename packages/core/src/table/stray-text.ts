import { spellsNumber } from './notation.js'
import { RARE_BELOW } from './rare-below.js'

/** Share of the cells that are numbers from which a column of text is likely numbers with some other mark between them. */
const MOSTLY_NUMBERS = 0.9

/**
 * The first cell that is no number in a column of text where almost all are, with how many are; undefined elsewhere. Its
 * text only where it recurs as a mark does: another cell may be anybody's. Cost O(n).
 */
export function strayText(
  cells: readonly (string | null)[],
  presentCount: number
): { text: string | undefined; row: number; numbers: number } | undefined {
  const most = (1 - MOSTLY_NUMBERS) * presentCount
  const strays: number[] = []
  for (let i = 0; i < cells.length && strays.length <= most; i++) if (cells[i] !== null && !spellsNumber(cells[i]!)) strays.push(i)
  const numbers = presentCount - strays.length
  if (strays.length === 0 || strays.length > most) return undefined
  const text = cells[strays[0]!]!.trim()
  const recurs = strays.filter((i) => cells[i]!.trim() === text).length >= RARE_BELOW
  return { text: recurs ? text : undefined, row: strays[0]! + 1, numbers }
}
