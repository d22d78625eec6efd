import { matrix } from '../../num/matrix.js'
import type { CoordinateBounds } from '../../sampling/mixed.js'
import { type AtomCells, atomCellOf, atomCells } from '../../table/atoms.js'
import { type Combinations, combinationsOf } from '../../table/categories.js'
import type { TrainingRows } from './generator.js'

/** Classes that a step goes through, at most: each is a pass of its own. */
export const MOST_COMBINATIONS = 150
/** Rows a class has on average, at least. */
const ROWS_PER_CLASS = 20
/** A row in a class of fewer rows than this counts as alone. */
const RECURRING_ROWS = 5
const LONE_SHARE = 0.05
/** The same among a part of a table's rows: what is known of a row has chosen them, and noise must not leave their cells. */
const PART_ROWS_PER_CLASS = 10
const PART_LONE_SHARE = 0.1

/** Classes of rows that a step draws from, and where the coordinates of each class lie. */
export interface RowClasses {
  readonly combinations: Combinations
  readonly bounds?: CoordinateBounds
  /** Factors that say whether a number is missing, where the classes say it too. */
  readonly settled: readonly number[]
}

/** A numeric column with atoms, and the cell that each training row falls into. */
export interface AtomColumn {
  readonly coordinate: number
  readonly missingFactor?: number | undefined
  readonly cells: AtomCells
  /** Cell of every row; one more than the last where the number is missing. [M] */
  readonly cellOf: Int32Array
}

/**
 * Classes of rows: equal in their categories, and in the atoms of as many numeric columns as leave classes large. Atoms
 * of several columns exclude each other as categories do (indicators of which one holds, an amount that is zero unless
 * another is not), and noise that is drawn for each column on its own would mix them. Columns with few atoms come first;
 * one is left out where classes would become small or too many, and where its coordinate is in `without`.
 * Under conditions a column that makes no classes still keeps within the cells of its class's rows.
 *
 * Cost O(M·columns).
 */
export function rowClasses(
  { encoder, rows }: Pick<TrainingRows, 'encoder' | 'rows'>,
  categories: Combinations,
  conditions?: ClassConditions
): RowClasses {
  const rowCount = rows.coordinates.rows
  let combinations = categories
  const used: AtomColumn[] = []
  const columns = atomColumns({ encoder, rows }).filter(({ coordinate }) => !conditions?.without.includes(coordinate))
  for (const column of columns) {
    const finer = combinationsOf(pairCodes(combinations.ofRow, column.cellOf), rowCount)
    if (!largeEnough(finer, rowCount, conditions?.part)) continue
    combinations = finer
    used.push(column)
  }
  const bounded = conditions ? columns : used
  if (bounded.length === 0) return { combinations, settled: [] }
  const settled = used.flatMap(({ missingFactor }) => (missingFactor === undefined ? [] : [missingFactor]))
  return { combinations, bounds: boundsOf(combinations, bounded, encoder.coordinateCount), settled }
}

/** What classes are made for where something is known. */
export interface ClassConditions {
  /** Coordinates whose atoms make no classes. */
  readonly without: readonly number[]
  /** Whether the rows are a part of a table's. */
  readonly part: boolean
}

function largeEnough({ rows }: Combinations, rowCount: number, part = false): boolean {
  if (rows.length > Math.max(1, Math.min(MOST_COMBINATIONS, rowCount / (part ? PART_ROWS_PER_CLASS : ROWS_PER_CLASS)))) return false
  let alone = 0
  for (const members of rows) if (members.length < RECURRING_ROWS) alone += members.length
  return alone <= (part ? PART_LONE_SHARE : LONE_SHARE) * rowCount
}

/** Columns with atoms, those with the fewest cells first. */
export function atomColumns({ encoder, rows }: Pick<TrainingRows, 'encoder' | 'rows'>): AtomColumn[] {
  const { coordinates, codes } = rows
  const found = encoder.columns.flatMap((code): AtomColumn[] => {
    if (code.carries !== 'coordinate') return []
    const cells = atomCells(code.scaler)
    if (!cells) return []
    const missing = (i: number) => code.missingFactor !== undefined && codes[i * encoder.factors.length + code.missingFactor] === 1
    const cellOf = Int32Array.from({ length: coordinates.rows }, (_, i) =>
      missing(i) ? cells.low.length : atomCellOf(cells, coordinates.data[i * coordinates.cols + code.coordinate]!)
    )
    return [{ coordinate: code.coordinate, missingFactor: code.missingFactor, cells, cellOf }]
  })
  return found.sort((a, b) => a.cells.low.length - b.cells.low.length || a.coordinate - b.coordinate)
}

function pairCodes(first: Uint32Array, second: Int32Array): Int32Array {
  const codes = new Int32Array(2 * first.length)
  for (let i = 0; i < first.length; i++) {
    codes[2 * i] = first[i]!
    codes[2 * i + 1] = second[i]!
  }
  return codes
}

/** From the lowest to the highest cell of each class's rows: of a column that makes classes, the cell that they share. */
function boundsOf({ rows }: Combinations, used: readonly AtomColumn[], d: number): CoordinateBounds {
  const low = matrix(rows.length, d, new Float64Array(rows.length * d).fill(Number.NEGATIVE_INFINITY))
  const high = matrix(rows.length, d, new Float64Array(rows.length * d).fill(Number.POSITIVE_INFINITY))
  rows.forEach((members, g) => {
    for (const { coordinate, cells, cellOf } of used) {
      const present = [...members].map((row) => cellOf[row]!).filter((cell) => cell < cells.spans.length)
      if (present.length === 0) continue
      low.data[g * d + coordinate] = cells.low[present.reduce((a, b) => Math.min(a, b))]!
      high.data[g * d + coordinate] = cells.high[present.reduce((a, b) => Math.max(a, b))]!
    }
  })
  return { low, high }
}
