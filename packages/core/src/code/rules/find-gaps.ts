import { log } from '../../num/elementary.js'
import { type Column, isCategorical, isNumeric } from '../../table/table.js'
import { isBelievedAtLog } from './chance.js'

/** A column that is missing exactly where another is missing, or has certain levels. */
interface GapsFound {
  readonly column: string
  readonly when: string
  /** Absent: where `when` is missing. */
  readonly levels?: readonly string[]
}

/** Rows with a gap, and without. */
const LEAST_ROWS = 10
/** Levels beyond which a category is a name. */
const MOST_LEVELS = 100

/**
 * Columns that are missing in exactly the rows where a category has certain levels, or where an earlier column is missing. By
 * chance m of n rows are the same as m others with probability 1 over (n choose m), and there are as many sets of levels as
 * subsets. Cost O(p²·rows) at most; most pairs part in the first rows.
 */
export function findGaps(columns: readonly Column[], rowCount: number): GapsFound[] {
  const marked = columns.flatMap((column) => {
    const isMissing = missingIn(column)
    let gaps = 0
    for (let i = 0; isMissing && i < rowCount; i++) if (isMissing(i)) gaps++
    return isMissing && gaps >= LEAST_ROWS && rowCount - gaps >= LEAST_ROWS ? [{ name: column.name, isMissing, gaps }] : []
  })
  const candidates = marked.length * columns.length
  return marked.flatMap(({ name, isMissing, gaps }, place): GapsFound[] => {
    const logChance = -logChoose(rowCount, gaps)
    const twin = marked.slice(0, place).find((other) => other.gaps === gaps && agree(other.isMissing, isMissing, rowCount))
    const byTwin: GapsFound[] = twin && isBelievedAtLog(logChance, candidates) ? [{ column: name, when: twin.name }] : []
    const byLevels = columns.flatMap((column): GapsFound[] => {
      if (!isCategorical(column) || column.name === name || column.levels.length > MOST_LEVELS || column.codes.includes(-1)) return []
      const levels = levelsOf(column.codes, isMissing)
      if (!levels || !isBelievedAtLog(logChance + column.levels.length * log(2), candidates)) return []
      return [{ column: name, when: column.name, levels: [...levels].sort((a, b) => a - b).map((code) => column.levels[code]!) }]
    })
    return [...byLevels, ...byTwin]
  })
}

function missingIn(column: Column): ((row: number) => boolean) | undefined {
  if (isNumeric(column)) return column.missing && ((i) => column.missing![i] === 1)
  return isCategorical(column) ? (i) => column.codes[i]! < 0 : undefined
}

function agree(one: (row: number) => boolean, other: (row: number) => boolean, rowCount: number): boolean {
  for (let i = 0; i < rowCount; i++) if (one(i) !== other(i)) return false
  return true
}

/** Levels in which all rows have a gap, where rows of all other levels have none. */
function levelsOf(codes: Int32Array, isMissing: (row: number) => boolean): Set<number> | undefined {
  const [gap, full] = [new Set<number>(), new Set<number>()]
  for (let i = 0; i < codes.length; i++) {
    const [own, other] = isMissing(i) ? [gap, full] : [full, gap]
    if (other.has(codes[i]!)) return undefined
    own.add(codes[i]!)
  }
  return gap
}

function logChoose(n: number, m: number): number {
  let sum = 0
  for (let k = 1; k <= m; k++) sum += log((n - m + k) / k)
  return sum
}
