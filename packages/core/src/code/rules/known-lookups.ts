import { isMissing } from '../../table/cells.js'
import { codesIn, determines, sharedRate } from '../../table/codes.js'
import { isCategorical, isNumeric, type Table } from '../../table/table.js'
import { isBeyondChance } from './chance.js'
import { isShared, type LookupFound } from './find-lookups.js'

/** Rows that refute most pairs before all are looked at. */
const FIRST_ROWS = 2000

/**
 * Columns that a category or a whole number determines in all rows that know both, where a missing cell is one that is not known, and no value:
 * of a table with gaps few rows may know all columns. Beyond chance, as `findLookups`. Cost O(p²·rows) at most.
 */
export function findKnownLookups({ columns, rowCount }: Table): LookupFound[] {
  const cells = columns.filter((column) => isCategorical(column) || isNumeric(column))
  const keys = cells.filter((column) => isCategorical(column) || column.kind === 'integer')
  const candidates = keys.length * cells.length
  return keys.flatMap((from) => {
    const known = Uint32Array.from({ length: rowCount }, (_, i) => i).filter((i) => !isMissing(from, i))
    return cells.flatMap((to): LookupFound[] => {
      if (to === from) return []
      const knows = (i: number) => !isMissing(to, i)
      const first = known.subarray(0, FIRST_ROWS).filter(knows)
      if (!determines(codesIn(from, first), codesIn(to, first))) return []
      const rows = known.filter(knows)
      const [key, told] = [codesIn(from, rows), codesIn(to, rows)]
      if (told.count < 2 || !isShared(key, isCategorical(from)) || !determines(key, told)) return []
      // Rows that share what determines a column share that: it has no more values, and rows share them at least as often.
      const rate = sharedRate(told)
      if (key.count < told.count || sharedRate(key) > rate) return []
      const isBelieved = isBeyondChance({ rate, times: rows.length - key.count, candidates })
      return isBelieved ? [{ column: to.name, from: [from.name] }] : []
    })
  })
}
