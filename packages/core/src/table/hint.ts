import { dateCell } from './date-cell.js'
import { endsInUnit, spellsNumber } from './notation.js'
import { parseNumber } from './parse.js'

/**
 * What could be meant by text cells that are read as names: numbers with signs, or dates in several spellings. Words to
 * be added to a note; empty when nothing is likely. Cost O(n), little of names.
 */
export function hintFor(present: readonly string[]): string {
  const cells = present.map((cell) => cell.trim())
  const isOther = (cell: string): boolean => parseNumber(cell) === undefined
  const areOthers = (are: (cell: string) => boolean): boolean => cells.every((cell) => are(cell) || !isOther(cell))
  const haveUnits = areOthers((cell) => spellsNumber(cell) || endsInUnit(cell)) && cells.some((cell) => /\d[.,]\d/.test(cell))
  if ((haveUnits || areOthers(spellsNumber)) && cells.some(isOther))
    return '; if these are numbers, give all of them the same sign or unit (%, $, kg, …) and the same marks, or write them plainly'
  const areDates = cells.map((cell) => dateCell(cell)).every((date) => date && date.orElse === undefined)
  if (areDates) return '; if these are dates, spell all of them in one way, best as 2024-12-31'
  return ''
}
