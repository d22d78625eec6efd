import { counted } from '../num/listed.js'
import type { InferredTable } from './infer.js'
import { type CategoricalColumn, type Column, isCategorical } from './table.js'

/** What merged levels are called; one of this name takes them in. */
const OTHER = 'other'

/** Rows that belong to one: of a level that a single one has in many rows, there are not many. */
interface RowUnits {
  /** Of every row [n]. */
  readonly of: Int32Array
  /** The column that says so, which stays as it is. */
  readonly column: string
}

/**
 * A table in which every level of a category is in at least k rows, or groups of rows: rarer ones become one level `other`, or
 * are left empty where these are fewer than k together, and where the column is stored as numbers or booleans; notes say how many.
 * Cost O(cells).
 */
export function mergeRareLevels(data: InferredTable, k: number, groups?: RowUnits): InferredTable {
  const notes = [...data.notes]
  const unit = groups ? 'groups' : 'rows'
  const columns = data.table.columns.map((column, c): Column => {
    if (!isCategorical(column) || column.name === groups?.column) return column
    const rare = rareLevels(column, k, groups)
    if (rare.levels.size === 0) return column
    const canMerge = column.kind === 'category' && data.formats[c]!.source === 'text' && rare.together >= k
    const what = rare.levels.size === 1 ? 'a level' : `${rare.levels.size} levels`
    const done = canMerge ? `merged into “${OTHER}”` : 'left empty'
    notes.push(
      `${column.name}: ${what} of fewer than ${k} ${unit} (${counted(rare.own, unit.slice(0, -1))} together) ${rare.levels.size === 1 ? 'is' : 'are'} ${done}`
    )
    return without(column, rare.levels, canMerge)
  })
  return { ...data, table: { ...data.table, columns }, notes }
}

interface RareLevels {
  readonly levels: ReadonlySet<number>
  /** Rows or groups that have one of them. */
  readonly own: number
  /** The same, with those that have a level of the name of merged ones. */
  readonly together: number
}

function rareLevels({ codes, levels }: CategoricalColumn, k: number, groups: RowUnits | undefined): RareLevels {
  const unitsOf = levels.map(() => new Set<number>())
  for (const [i, code] of codes.entries()) if (code >= 0) unitsOf[code]!.add(groups ? groups.of[i]! : i)
  const rare = unitsOf.flatMap(({ size }, level) => (size > 0 && size < k ? [level] : []))
  const countOf = (some: readonly number[]) => new Set(some.flatMap((level) => [...unitsOf[level]!])).size
  const other = levels.indexOf(OTHER)
  return { levels: new Set(rare), own: countOf(rare), together: countOf(other < 0 ? rare : [...rare, other]) }
}

function without(column: CategoricalColumn, rare: ReadonlySet<number>, merge: boolean): CategoricalColumn {
  const kept = column.levels.filter((level, code) => !rare.has(code) || column.kind === 'boolean' || (merge && level === OTHER))
  const levels = merge && !kept.includes(OTHER) ? [...kept, OTHER] : kept
  const place = column.levels.map((level, code) => (rare.has(code) ? (merge ? levels.indexOf(OTHER) : -1) : levels.indexOf(level)))
  return { ...column, levels, codes: column.codes.map((code) => (code < 0 ? -1 : place[code]!)) }
}
