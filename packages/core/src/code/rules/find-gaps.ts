import { log, pow } from '../../num/elementary.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric } from '../../table/table.js'
import { isBelievedAtLog, logChoose } from './chance.js'

/** A column that is missing exactly where another is missing, or has certain levels; of some levels it may be that only some rows say. */
interface GapsFound {
  readonly column: string
  readonly when: string
  /** Absent: where `when` is missing, or `present`. */
  readonly levels?: readonly string[]
  /** Levels of which some rows have a gap and others none; in rows of all levels beside these two lists there is none. */
  readonly maybe?: readonly string[]
  readonly present?: true
}

/** Levels beyond which a category is a name. */
export const MOST_LEVELS = 100

/** Of levels that count as ones with gaps in all rows or in none, one in a hundred would have some in more rows: those of too few rows to say so are left open. */
const BY_CHANCE = 0.01

/**
 * Columns that are missing in exactly the rows where a category has certain levels, or where an earlier column is missing, or is not. By
 * chance m of n rows are the same as m others with probability 1 over (n choose m), and there are as many sets of levels as
 * subsets. Levels with rows of both sorts are left open where the others say enough: m of n rows are then those with probability (open rows choose open gaps) over
 * (n choose m). Cost O(p²·rows) at most; most pairs part in the first rows.
 */
export function findGaps(columns: readonly Column[], rowCount: number): GapsFound[] {
  const marked = columns.flatMap((column) => {
    const isMissing = missingIn(column)
    let gaps = 0
    for (let i = 0; isMissing && i < rowCount; i++) if (isMissing(i)) gaps++
    return isMissing && gaps > 0 && gaps < rowCount ? [{ name: column.name, isMissing, gaps }] : []
  })
  const candidates = marked.length * columns.length
  return marked.flatMap(({ name, isMissing, gaps }, place): GapsFound[] => {
    const logChance = -logChoose(rowCount, gaps)
    const twin = marked.slice(0, place).find((other) => other.gaps === gaps && agree(other.isMissing, isMissing, rowCount))
    const other = marked.slice(0, place).find((one) => one.gaps === rowCount - gaps && !meet(one.isMissing, isMissing, rowCount))
    const byTwin: GapsFound[] = !isBelievedAtLog(logChance, candidates)
      ? []
      : [
          ...(twin ? [{ column: name, when: twin.name }] : []),
          ...(other ? [{ column: name, when: other.name, present: true as const }] : [])
        ]
    const byLevels = columns.flatMap((column): (GapsFound & { readonly chance: number })[] => {
      if (!isCategorical(column) || column.name === name || column.levels.length > MOST_LEVELS || column.codes.includes(-1)) return []
      const { missing, open, chance: among } = levelsWithGaps(column, column.codes.keys(), isMissing)
      const chance = logChance + among
      if (!isBelievedAtLog(chance, candidates)) return []
      const [levels, maybe] = [missing, open].map((codes) => codes.map((code) => column.levels[code]!))
      return [{ column: name, when: column.name, levels: levels!, ...(open.length === 0 ? {} : { maybe: maybe! }), chance }]
    })
    // What few levels say many do too: each item of a category.
    const exact = byLevels.filter(({ maybe }) => !maybe).sort((a, b) => a.chance - b.chance)
    const partly = byLevels.filter(({ maybe }) => maybe).sort((a, b) => a.chance - b.chance)
    return [...exact.map(withoutChance), ...byTwin, ...partly.map(withoutChance)]
  })
}

export function missingIn(column: Column): ((row: number) => boolean) | undefined {
  if (isNumeric(column)) return column.missing && ((i) => column.missing![i] === 1)
  return isCategorical(column) ? (i) => column.codes[i]! < 0 : undefined
}

function agree(one: (row: number) => boolean, other: (row: number) => boolean, rowCount: number): boolean {
  for (let i = 0; i < rowCount; i++) if (one(i) !== other(i)) return false
  return true
}

const withoutChance = ({ chance: _, ...found }: GapsFound & { readonly chance: number }): GapsFound => found

/** Whether two columns have a gap, or none, in one row. */
function meet(one: (row: number) => boolean, other: (row: number) => boolean, rowCount: number): boolean {
  for (let i = 0; i < rowCount; i++) if (one(i) === other(i)) return true
  return false
}

/** Levels in which all rows have a gap, and those that are open, as some have one, or as they have too few rows to tell. */
interface Sorts {
  readonly missing: readonly number[]
  readonly open: readonly number[]
  /** How many ways there are to sort levels so, with gaps in the rows of open ones, in logarithms. */
  readonly chance: number
}

/** Levels of a category by whether some rows that have one lack another column. */
export function levelsWithGaps({ codes, levels }: CategoricalColumn, among: Iterable<number>, isMissing: (row: number) => boolean): Sorts {
  const [rows, gaps] = [new Float64Array(levels.length), new Float64Array(levels.length)]
  for (const i of among) {
    const code = codes[i]!
    rows[code]!++
    if (isMissing(i)) gaps[code]!++
  }
  const all = Array.from(rows.keys()).filter((code) => rows[code]! > 0)
  const sum = (counts: Float64Array, of: readonly number[]) => of.reduce((total, code) => total + counts[code]!, 0)
  const isMixed = (code: number) => gaps[code]! > 0 && gaps[code]! < rows[code]!
  const mixed = all.filter(isMixed)
  const share = mixed.length === 0 ? 0 : sum(gaps, mixed) / sum(rows, mixed)
  const chance = (code: number) => (mixed.length === 0 ? 0 : pow(gaps[code]! > 0 ? share : 1 - share, rows[code]!))
  const told: number[] = []
  let chances = 0
  for (const code of all.filter((one) => !isMixed(one)).sort((a, b) => chance(a) - chance(b))) {
    chances += chance(code)
    if (chances > BY_CHANCE * (told.length + 1)) break
    told.push(code)
  }
  const open = all.filter((code) => !told.includes(code))
  const choices = levels.length * log(open.length === 0 ? 2 : 3)
  return {
    missing: all.filter((code) => gaps[code]! > 0 && told.includes(code)),
    open,
    chance: logChoose(sum(rows, open), sum(gaps, open)) + choices
  }
}
