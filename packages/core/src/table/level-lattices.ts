import { log } from '../num/elementary.js'
import { type CategoricalColumn, isCategorical, type NumericColumn, type Table } from './table.js'
import { isSure, latticeOfPart, type SurerLattice, type ValueLattice } from './value-lattice.js'

/**
 * Lattices of a number in the rows of single levels of a category, where they are coarser than that of all rows: rents on the first
 * of a month beside payments on any day, glucose in whole numbers beside creatinine in hundredths. Plain data.
 */
export interface LevelLattices {
  /** The factor of the category, and its levels that have one. */
  readonly factor: number
  readonly levels: readonly { readonly level: number; readonly lattice: ValueLattice }[]
}

interface Among {
  readonly table: Table
  /** In which the column is written, or the step of the lattice that all of it lies on. */
  readonly unit: number
  /** Of a column of the table; undefined where it is none. */
  readonly factorOf: (name: string) => number | undefined
}

/**
 * The lattices by the category that tells most: where chance does not explain them together over all categories, nor each by itself.
 * Cost O(categories · n).
 */
export function levelLattices(column: NumericColumn, { table, unit, factorOf }: Among): LevelLattices | undefined {
  const categories = table.columns.filter(isCategorical)
  const candidates = categories.reduce((sum, { levels }) => sum + levels.length, 0)
  let best: { readonly found: LevelLattices; readonly evidence: number } | undefined
  for (const category of categories) {
    const factor = factorOf(category.name)
    if (factor === undefined) continue
    const levels = rowsByLevel(category).flatMap((rows, level) => {
      const one = latticeOfRows(column, rows, unit)
      return one ? [{ level, ...one }] : []
    })
    // Which levels have one is chosen among all.
    const evidence = levels.reduce((sum, one) => sum + Math.max(0, one.evidence - log(candidates)), 0)
    if (evidence > (best?.evidence ?? 0))
      best = { found: { factor, levels: levels.map(({ level, lattice }) => ({ level, lattice })) }, evidence }
  }
  return best && isSure(best.evidence) ? best.found : undefined
}

/** Rows that mostly show that there is no lattice. */
const FIRST_ROWS = 16

function latticeOfRows({ values, missing, kind }: NumericColumn, rows: Int32Array, unit: number): SurerLattice | undefined {
  const of = (some: Int32Array) =>
    Float64Array.from(
      some.filter((i) => !missing?.[i]),
      (i) => values[i]!
    )
  // Whatever lies on a lattice, its first rows do; that they do may be chance.
  const first = of(rows.subarray(0, FIRST_ROWS))
  if (rows.length > FIRST_ROWS && new Set(first).size > FIRST_ROWS / 2 && !latticeOfPart(first, unit, kind === 'datetime')) return undefined
  return latticeOfPart(of(rows), unit, kind === 'datetime')
}

const byLevel = new WeakMap<CategoricalColumn, readonly Int32Array[]>()

/** The rows of each level. Cost O(n), once for a column. */
function rowsByLevel(column: CategoricalColumn): readonly Int32Array[] {
  const known = byLevel.get(column)
  if (known) return known
  const rows = column.levels.map((): number[] => [])
  for (const [i, code] of column.codes.entries()) if (code >= 0) rows[code]!.push(i)
  const found = rows.map((own) => Int32Array.from(own))
  byLevel.set(column, found)
  return found
}
