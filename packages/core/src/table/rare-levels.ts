import { counted, typesFlag } from '../num/listed.js'
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
 * Empty cells are a class of rows as any level is: where they would be fewer than k, cells of the commonest level are emptied with them.
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
    // Where most rows would say so, what they have are names.
    const names =
      canMerge && !groups && 2 * rare.own > data.table.rowCount ? `; ${typesFlag(column.name, 'identifier')} writes others like them` : ''
    const merged = without(column, rare.levels, canMerge)
    const more = canMerge ? undefined : emptiedWith(merged, k, groups)
    const hidden = more ? `, with ${counted(more.units, unit.slice(0, -1))} more, so that empty cells do not point to them` : ''
    notes.push(
      `${column.name}: ${what} of fewer than ${k} ${unit} (${counted(rare.own, unit.slice(0, -1))} together) ${rare.levels.size === 1 ? 'is' : 'are'} ${done}${hidden}${names}`
    )
    return more?.column ?? merged
  })
  return { ...data, table: { ...data.table, columns }, notes }
}

/**
 * A column with so many cells of its commonest level emptied, spread over the table, that k rows or groups have an empty one; all
 * where it would be rare itself by that. Undefined where as many are empty already.
 */
function emptiedWith(column: CategoricalColumn, k: number, groups: RowUnits | undefined) {
  const of = (row: number) => (groups ? groups.of[row]! : row)
  const unitsOf = (code: number) => new Set([...column.codes.keys()].filter((i) => column.codes[i] === code).map(of))
  const empty = unitsOf(-1)
  const lacking = k - empty.size
  if (lacking <= 0) return undefined
  const units = column.levels.map((_, level) => unitsOf(level))
  const commonest = units.reduce((best, { size }, level) => (size > units[best]!.size ? level : best), 0)
  const others = [...(units[commonest] ?? [])].filter((unit) => !empty.has(unit))
  const wanted = (units[commonest]?.size ?? 0) < k + lacking ? others.length : Math.min(lacking, others.length)
  if (wanted === 0) return undefined
  const chosen = new Set(Array.from({ length: wanted }, (_, j) => others[Math.floor(((j + 0.5) * others.length) / wanted)]!))
  const codes = column.codes.map((code, i) => (code === commonest && chosen.has(of(i)) ? -1 : code))
  const emptied = { ...column, codes }
  return { units: wanted, column: codes.includes(commonest) ? emptied : without(emptied, new Set([commonest]), false) }
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
