import { isBelievedAtLog } from '../../code/rules/chance.js'
import { LEAST_ROWS } from '../../code/rules/exclusive.js'
import { log } from '../../num/elementary.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'
import type { ForeignKey } from './keys.js'

/** A column of rows that a category of the row tells which they refer to, as how long a member of some kind may keep a book. Plain data. */
export interface ParentLookup {
  readonly key: ForeignKey
  readonly column: string
  readonly from: string
  /** The column as it was, without cells, and what stands in rows of each level, in that of others the most frequent. */
  readonly kind: Column['kind']
  readonly levels?: readonly string[] | undefined
  readonly told: Readonly<Record<string, number>>
  readonly others: number
}

interface Referring {
  readonly key: ForeignKey
  /** The rows that refer, and the table that they refer to. */
  readonly own: Table
  readonly parent: Table
  /** Row of the other table that each refers to; −1 for none [n]. */
  readonly parentOf: Int32Array
}

/**
 * Columns without gaps that have one value in all rows of a level of a category of the row that they refer to, several over all, where values of those
 * rows in another order would hardly have it so. Cost O(columns² · rows) at most: most pairs are out at the first rows.
 */
export function findParentLookups({ key, own, parent, parentOf }: Referring): ParentLookup[] {
  if (parentOf.length < LEAST_ROWS || parentOf.includes(-1)) return []
  const categories = parent.columns.filter(isCategorical)
  const candidates = own.columns.length * categories.length
  return own.columns.flatMap((column) => {
    const cells = cellsOf(column)
    const found = cells && categories.map((from) => lookupBy(from, cells, { parentOf, candidates })).find((one) => one)
    if (!found) return []
    const levels = isCategorical(column) ? { levels: column.levels } : {}
    return [{ key, column: column.name, kind: column.kind, ...levels, ...found }]
  })
}

/** Codes or numbers; undefined where some are missing, and of times and keys. */
function cellsOf(column: Column): ArrayLike<number> | undefined {
  if (isCategorical(column)) return column.codes.includes(-1) ? undefined : column.codes
  return isNumeric(column) && column.kind !== 'datetime' && !column.missing ? column.values : undefined
}

function lookupBy(
  { name, levels, codes }: CategoricalColumn,
  cells: ArrayLike<number>,
  { parentOf, candidates }: { readonly parentOf: Int32Array; readonly candidates: number }
): Pick<ParentLookup, 'from' | 'told' | 'others'> | undefined {
  const told = new Map<number, number>()
  const referred = new Map<number, number>()
  for (const [i, row] of parentOf.entries()) {
    const [level, cell] = [codes[row]!, cells[i]!]
    const before = told.get(level)
    if (level < 0 || (before !== undefined && before !== cell)) return undefined
    told.set(level, cell)
    referred.set(row, cell)
  }
  const counts = new Map<number, number>()
  for (const cell of referred.values()) counts.set(cell, (counts.get(cell) ?? 0) + 1)
  if (
    counts.size < 2 ||
    !isBelievedAtLog(
      logChanceOfLevels(
        [...referred.keys()].map((row) => codes[row]!),
        { told, counts }
      ),
      candidates
    )
  )
    return undefined
  const [[others]] = [...counts].sort(([, a], [, b]) => b - a) as [[number, number]]
  return { from: name, told: Object.fromEntries([...told].map(([level, cell]) => [levels[level]!, cell])), others }
}

/** Logarithm of how likely values of rows in another order would be one in each level: of a level that one row has they always are. */
function logChanceOfLevels(
  levels: readonly number[],
  { told, counts }: { readonly told: ReadonlyMap<number, number>; readonly counts: ReadonlyMap<number, number> }
): number {
  const seen = new Map<number, number>()
  return levels.reduce((sum, level) => {
    const j = seen.get(level) ?? 0
    seen.set(level, j + 1)
    return j === 0 ? sum : sum + log((counts.get(told.get(level)!)! - j) / (levels.length - j))
  }, 0)
}

/** Rows with the columns that categories of the rows tell which they refer to; what stands for those that refer to none is the most frequent. */
export function withLookups(lookups: readonly ParentLookup[], { columns, rowCount }: Table, parent: Table, parentOf: Int32Array): Table {
  const told = lookups.map(({ column: name, from, kind, levels, told, others }): Column => {
    const category = parent.columns.find((one) => one.name === from) as CategoricalColumn
    const cells = Array.from(parentOf, (row) => {
      const level = row < 0 ? undefined : category.levels[category.codes[row]!]
      return level !== undefined && Object.hasOwn(told, level) ? told[level]! : others
    })
    return levels
      ? ({ name, kind, levels, codes: Int32Array.from(cells) } as CategoricalColumn)
      : ({ name, kind, values: Float64Array.from(cells) } as Column)
  })
  return { columns: [...columns, ...told], rowCount }
}

/** A lookup as people write it. */
export const lookupText = ({ key, column, from }: ParentLookup): string => `${key.to.table}.${from} -> ${key.table}.${column}`
