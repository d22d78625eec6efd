import { RARE_BELOW } from '../table/rare-below.js'
import { type Column, isCategorical, isNumeric, type Table } from '../table/table.js'

/** How many combinations of categories, and of which cells are missing, are rare. No cell of the table is in here. */
export interface RareCombinations {
  readonly count: number
  /** Rows that have one of them. */
  readonly rows: number
  /** Columns that make the combinations. */
  readonly columns: readonly string[]
}

/** Rare combinations, counted. Cost O(cells). */
export function rareCombinations(table: Table): RareCombinations {
  const found = rareGroups(table)
  return {
    count: found.length,
    rows: found.reduce((sum, { count }) => sum + count, 0),
    columns: found.length === 0 ? [] : combined(table).map(({ name }) => name)
  }
}

/** Rare combinations in words, cells and all. Cost O(cells). */
export function rareCombinationWords(table: Table): string[] {
  return rareGroups(table).map(({ first }) =>
    combined(table)
      .map((column) => {
        if (!isCategorical(column)) return isMissing(column, first) ? `${column.name} missing` : ''
        return `${column.name} = ${column.levels[column.codes[first]!] ?? 'missing'}`
      })
      .filter((words) => words !== '')
      .join(', ')
  )
}

/** How many levels of every category are rare, by column; columns that have none are left out. Cost O(cells). */
export function rareLevels(table: Table): Record<string, number> {
  const counts = table.columns.filter(isCategorical).map((column) => {
    const rows = levelRows(column)
    return [column.name, rows.filter((count) => count > 0 && count < RARE_BELOW).length] as const
  })
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

/** How many rows have each level of a category. */
export function levelRows({ levels, codes }: Extract<Column, { codes: Int32Array }>): number[] {
  const rows = new Array<number>(levels.length).fill(0)
  for (const code of codes) if (code >= 0) rows[code]!++
  return rows
}

/** Columns that part rows into combinations: categories, and numbers of which some are missing. */
function combined({ columns }: Table): Column[] {
  return columns.filter((column) => isCategorical(column) || (isNumeric(column) && column.missing?.includes(1)))
}

function isMissing(column: Column, row: number): boolean {
  return isNumeric(column) && column.missing?.[row] === 1
}

function rareGroups(table: Table): { readonly first: number; readonly count: number }[] {
  const columns = combined(table)
  if (columns.length === 0) return []
  const groups = new Map<string, { first: number; count: number }>()
  for (let i = 0; i < table.rowCount; i++) {
    const key = columns.map((column) => (isCategorical(column) ? column.codes[i] : isMissing(column, i) ? 1 : 0)).join(',')
    const known = groups.get(key)
    if (known) known.count++
    else groups.set(key, { first: i, count: 1 })
  }
  return [...groups.values()].filter(({ count }) => count < RARE_BELOW)
}
