import type { InferredTable } from './infer.js'
import { type CategoricalColumn, type Column, isCategorical } from './table.js'

/** What merged levels are called; one of this name takes them in. */
const OTHER = 'other'

/**
 * A table in which every level of a category is in at least k rows: rarer ones become one level `other`, or are left empty where
 * these are fewer than k together, and where the column is stored as numbers or booleans; notes say how many.  Cost O(cells).
 */
export function mergeRareLevels(data: InferredTable, k: number): InferredTable {
  const notes = [...data.notes]
  const columns = data.table.columns.map((column, c): Column => {
    if (!isCategorical(column)) return column
    const rare = rareLevels(column, k)
    if (rare.levels.size === 0) return column
    const canMerge = column.kind === 'category' && data.formats[c]!.source === 'text' && rare.rows + rare.others >= k
    const what = rare.levels.size === 1 ? 'a level' : `${rare.levels.size} levels`
    const done = canMerge ? `merged into “${OTHER}”` : 'left empty'
    notes.push(
      `${column.name}: ${what} of fewer than ${k} rows (${rare.rows} rows together) ${rare.levels.size === 1 ? 'is' : 'are'} ${done}`
    )
    return without(column, rare.levels, canMerge)
  })
  return { ...data, table: { ...data.table, columns }, notes }
}

interface RareLevels {
  readonly levels: ReadonlySet<number>
  /** That have one of them. */
  readonly rows: number
  /** That have a level of the name of merged ones. */
  readonly others: number
}

function rareLevels({ codes, levels }: CategoricalColumn, k: number): RareLevels {
  const counts = new Array<number>(levels.length).fill(0)
  for (const code of codes) if (code >= 0) counts[code]!++
  const rare = counts.flatMap((count, level) => (count > 0 && count < k ? [level] : []))
  const other = levels.indexOf(OTHER)
  return {
    levels: new Set(rare),
    rows: rare.reduce((sum, level) => sum + counts[level]!, 0),
    others: rare.includes(other) ? 0 : (counts[other] ?? 0)
  }
}

function without(column: CategoricalColumn, rare: ReadonlySet<number>, merge: boolean): CategoricalColumn {
  const kept = column.levels.filter((level, code) => !rare.has(code) || column.kind === 'boolean' || (merge && level === OTHER))
  const levels = merge && !kept.includes(OTHER) ? [...kept, OTHER] : kept
  const place = column.levels.map((level, code) => (rare.has(code) ? (merge ? levels.indexOf(OTHER) : -1) : levels.indexOf(level)))
  return { ...column, levels, codes: column.codes.map((code) => (code < 0 ? -1 : place[code]!)) }
}
