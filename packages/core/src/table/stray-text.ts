import { spellsNumber } from './notation.js'
import { RARE_BELOW } from './rare-below.js'

/** Share of the cells that are numbers from which a column of text is likely numbers with some other mark between them. */
export const MOSTLY_NUMBERS = 0.9

/**
 * The first cell that is no number in a column of text where almost all are, or all but one word that recurs; with how many are.
 * Undefined elsewhere. Its text only where it recurs as a mark does: another cell may be anybody's. Cost O(n).
 */
export function strayText(
  cells: readonly (string | null)[],
  presentCount: number
): { text: string | undefined; row: number; numbers: number; isFew: boolean } | undefined {
  const most = (1 - MOSTLY_NUMBERS) * presentCount
  let first: { readonly text: string; readonly row: number } | undefined
  let strays = 0
  let alike = 0
  for (const [i, cell] of cells.entries()) {
    if (cell === null || spellsNumber(cell)) continue
    // Digits behind a zero are codes, as of counties, and so are those that need none.
    if (/^0\d+$/.test(cell.trim())) return undefined
    first ??= { text: cell.trim(), row: i + 1 }
    strays++
    if (cell.trim() === first.text) alike++
    if (strays > most && alike < strays) return undefined
  }
  if (!first) return undefined
  return { text: alike >= RARE_BELOW ? first.text : undefined, row: first.row, numbers: presentCount - strays, isFew: strays <= most }
}
