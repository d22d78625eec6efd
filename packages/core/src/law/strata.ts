import { columnOf, type Matrix, matrix } from '../num/matrix.js'
import { mean } from '../num/statistics.js'
import { type AtomCells, atomCellOf, atomCells, gapsAround } from '../table/atoms.js'
import { type Combinations, combinationSizes, combinationsOf } from '../table/categories.js'
import type { Encoder } from '../table/encoder.js'
import type { TrainingRows } from './training-rows.js'

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
/**
 * Rows a class has on average for each number that is known, at least: a class says what those numbers are in it, by a mean of its own.
 * @source Peduzzi and others, Journal of Clinical Epidemiology 1996: ten a variable.
 */
const ROWS_PER_NUMBER = 10
/** A gap around a class's values is wider than this share of their range. */
const GAP_SHARE = 0.5

/**
 * Categories are drawn by whole combination while the combinations of so many rows recur; otherwise a group of factors at a time:
 * rows of combinations that hardly recur would be copied, at any bandwidth.
 */
const COMBINED_SHARE = 0.8

/** How the categories of a table are drawn. */
export type CategoryMode = 'none' | 'combinations' | 'sweep'

/** How categories of such codes [M, K] are drawn where something is known. Cost O(M·K), once for codes that nobody changes. */
export const categoryMode = (encoder: Pick<Encoder, 'factors'>, codes: Int32Array): CategoryMode => modesOf(encoder, codes).known

/**
 * The same of plain draws: by whole combination only where combinations are as large as classes of atoms have to be. Numbers come from
 * rows of the same combination alone then, and of few rows what numbers have to do with each other is either copied or, at the ε
 * that does not copy, a line; a sweep learns it from rows of all combinations.
 */
export const plainCategoryMode = (encoder: Pick<Encoder, 'factors'>, codes: Int32Array): CategoryMode => modesOf(encoder, codes).plain

interface Modes {
  readonly known: CategoryMode
  readonly plain: CategoryMode
}

const NO_CATEGORIES: Modes = { known: 'none', plain: 'none' }

const modes = new WeakMap<Int32Array, Modes>()

function modesOf({ factors }: Pick<Encoder, 'factors'>, codes: Int32Array): Modes {
  if (factors.length === 0) return NO_CATEGORIES
  const found = modes.get(codes) ?? foundModes(codes, codes.length / factors.length)
  modes.set(codes, found)
  return found
}

function foundModes(codes: Int32Array, rowCount: number): Modes {
  const sizes = combinationSizes(codes, rowCount)
  const recur = sizes.length <= MOST_COMBINATIONS && rowCount - aloneIn(sizes) >= COMBINED_SHARE * rowCount
  const mode = (combined: boolean) => (combined ? 'combinations' : 'sweep')
  return { known: mode(recur), plain: mode(recur && largeEnough(sizes, rowCount)) }
}

/** Rows in classes of such sizes that count as alone. */
const aloneIn = (sizes: Uint32Array): number => sizes.reduce((sum, size) => sum + (size < RECURRING_ROWS ? size : 0), 0)

/** Where the coordinates of each class lie [G, d]; infinite where it does not say. */
export interface CoordinateBounds {
  readonly low: Matrix
  readonly high: Matrix
}

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
 * Under conditions a column that makes no classes still keeps within the cells of its class's rows, and all columns on
 * their side of gaps around them (`gapBounds`).
 *
 * Cost O(M·columns).
 */
function rowClasses(
  { encoder, rows }: Pick<TrainingRows, 'encoder' | 'rows'>,
  categories: Combinations,
  conditions?: ClassConditions
): RowClasses {
  const rowCount = rows.coordinates.rows
  let combinations = categories
  const used: AtomColumn[] = []
  const columns = atomColumns({ encoder, rows }).filter(({ coordinate }) => !conditions?.without?.includes(coordinate))
  for (const column of columns) {
    const finer = combinationsOf(pairCodes(combinations.ofRow, column.cellOf), rowCount)
    if (
      !largeEnough(
        Uint32Array.from(finer.rows, ({ length }) => length),
        rowCount,
        conditions
      )
    )
      continue
    combinations = finer
    used.push(column)
  }
  const settled = used.flatMap(({ missingFactor }) => (missingFactor === undefined ? [] : [missingFactor]))
  const found = [
    ...cellBounds(combinations, conditions ? columns : used),
    ...(conditions ? gapBounds(combinations, { encoder, rows }) : [])
  ]
  if (found.length === 0) return { combinations, settled }
  return { combinations, bounds: boundsOf(found, combinations.rows.length, encoder.coordinateCount), settled }
}

/** What classes are made for where something is known. */
export interface ClassConditions {
  /** Coordinates whose atoms make no classes: numbers that are known, and compared as numbers. */
  readonly without?: readonly number[] | undefined
  /** Whether the rows are those of a table that match what is given. Default false. */
  readonly part?: boolean | undefined
  /** How many numbers are known, places of categories counted in. Default none. */
  readonly numbers?: number | undefined
}

function largeEnough(sizes: Uint32Array, rowCount: number, { part, numbers = 0 }: ClassConditions = {}): boolean {
  const rowsOfClass = Math.max(part ? PART_ROWS_PER_CLASS : ROWS_PER_CLASS, numbers * ROWS_PER_NUMBER)
  if (sizes.length > Math.max(1, Math.min(MOST_COMBINATIONS, rowCount / rowsOfClass))) return false
  return aloneIn(sizes) <= (part ? PART_LONE_SHARE : LONE_SHARE) * rowCount
}

/**
 * Columns with atoms, those with the fewest cells first, and of those with as many the ones that say most of the other numbers: noise
 * of one covariance would miss how these go with cells that make no classes.
 */
export function atomColumns({ encoder, rows }: Pick<TrainingRows, 'encoder' | 'rows'>): AtomColumn[] {
  const { coordinates } = rows
  const found = encoder.columns.flatMap((code): AtomColumn[] => {
    if (code.carries !== 'coordinate') return []
    const cells = atomCells(code.scaler)
    return cells ? [columnOfCells(code, cells, { encoder, rows })] : []
  })
  if (found.length < 2) return found
  const columns = Array.from({ length: coordinates.cols }, (_, c) => columnOf(coordinates, c))
  const explained = new Map(found.map((column) => [column, explainedBy(column, columns)]))
  return found.sort(
    (a, b) => a.cells.low.length - b.cells.low.length || explained.get(b)! - explained.get(a)! || a.coordinate - b.coordinate
  )
}

/** In which cell each row has its number. Cost O(M). */
export function columnOfCells(
  { coordinate, missingFactor }: Pick<AtomColumn, 'coordinate' | 'missingFactor'>,
  cells: AtomCells,
  { encoder, rows: { coordinates, codes } }: Pick<TrainingRows, 'encoder' | 'rows'>
): AtomColumn {
  const missing = (i: number) => missingFactor !== undefined && codes[i * encoder.factors.length + missingFactor] === 1
  const cellOf = new Int32Array(coordinates.rows)
  for (let i = 0, at = coordinate; i < cellOf.length; i++, at += coordinates.cols)
    cellOf[i] = missing(i) ? cells.low.length : atomCellOf(cells, coordinates.data[at]!)
  return { coordinate, missingFactor, cells, cellOf }
}

/** Of the variances of the other coordinates, what lies between the cells of a column, all told. Cost O(M·d). */
function explainedBy({ coordinate, cells, cellOf }: AtomColumn, columns: readonly Float64Array[]): number {
  const others = columns.filter((_, c) => c !== coordinate)
  return others.reduce((sum, values) => {
    const [counts, sums] = [new Float64Array(cells.low.length + 1), new Float64Array(cells.low.length + 1)]
    const centre = mean(values)
    let square = 0
    values.forEach((value, i) => {
      counts[cellOf[i]!]!++
      sums[cellOf[i]!] = sums[cellOf[i]!]! + value - centre
      square += (value - centre) ** 2
    })
    return square > 0 ? sum + sums.reduce((between, one, cell) => between + one ** 2 / Math.max(1, counts[cell]!), 0) / square : sum
  }, 0)
}

function pairCodes(first: Uint32Array, second: Int32Array): Int32Array {
  const codes = new Int32Array(2 * first.length)
  for (let i = 0; i < first.length; i++) {
    codes[2 * i] = first[i]!
    codes[2 * i + 1] = second[i]!
  }
  return codes
}

/** Where the rows of a class lie in one coordinate. */
interface ClassBound {
  readonly group: number
  readonly coordinate: number
  readonly low: number
  readonly high: number
}

function boundsOf(found: readonly ClassBound[], groups: number, d: number): CoordinateBounds {
  const low = matrix(groups, d, new Float64Array(groups * d).fill(Number.NEGATIVE_INFINITY))
  const high = matrix(groups, d, new Float64Array(groups * d).fill(Number.POSITIVE_INFINITY))
  for (const bound of found) {
    const place = bound.group * d + bound.coordinate
    low.data[place] = Math.max(low.data[place]!, bound.low)
    high.data[place] = Math.min(high.data[place]!, bound.high)
  }
  return { low, high }
}

/** A number reflected once at the bound that it lies beyond, and no farther than the other: rows are as frequent near a bound as at it. */
export function reflectedInto(low: number, high: number, x: number): number {
  if (x < low) return Math.min(high, 2 * low - x)
  if (x > high) return Math.max(low, 2 * high - x)
  return x
}

/** From the lowest to the highest cell of each class's rows: of a column that makes classes, the cell that they share. */
function cellBounds({ rows }: Combinations, used: readonly AtomColumn[]): ClassBound[] {
  return rows.flatMap((members, group) =>
    used.flatMap(({ coordinate, cells, cellOf }) => {
      const present = [...members].map((row) => cellOf[row]!).filter((cell) => cell < cells.spans.length)
      if (present.length === 0) return []
      const low = cells.low[present.reduce((a, b) => Math.min(a, b))]!
      return [{ group, coordinate, low, high: cells.high[present.reduce((a, b) => Math.max(a, b))]! }]
    })
  )
}

/**
 * Where gaps in a column's values end around each class's: heights of one station above the sea, prices of one product.
 * Scaled by `quantile` a gap has no width, and noise would carry rows across it. Classes of few rows have no bounds.
 * Cost O(M·d + classes·n·d).
 */
function gapBounds({ rows: classes }: Combinations, { encoder, rows }: Pick<TrainingRows, 'encoder' | 'rows'>): ClassBound[] {
  const { coordinates, codes } = rows
  return encoder.columns.flatMap((code) => {
    if (code.carries !== 'coordinate' || code.scaler.method !== 'quantile') return []
    const { coordinate, missingFactor } = code
    const around = gapsAround(code.scaler, GAP_SHARE)
    return classes.flatMap((members, group) => {
      const places = [...members]
        .filter((row) => missingFactor === undefined || codes[row * encoder.factors.length + missingFactor] !== 1)
        .map((row) => coordinates.data[row * coordinates.cols + coordinate]!)
      if (places.length < PART_ROWS_PER_CLASS) return []
      const interval = around(
        places.reduce((a, b) => Math.min(a, b)),
        places.reduce((a, b) => Math.max(a, b))
      )
      return Number.isFinite(interval.low) || Number.isFinite(interval.high) ? [{ group, coordinate, ...interval }] : []
    })
  })
}

/** Classes of a table's rows that a plain draw goes through, or, where something is known, a draw under conditions. */
export function classesOf(training: Pick<TrainingRows, 'encoder' | 'rows'>, mode: CategoryMode, conditions?: ClassConditions): RowClasses {
  const { coordinates, codes } = training.rows
  const isOne = mode !== 'combinations'
  const categories = isOne ? oneClass(coordinates.rows) : combinationsOf(codes, coordinates.rows)
  return mode === 'sweep' && !conditions ? { combinations: categories, settled: [] } : rowClasses(training, categories, conditions)
}

/** All rows as one class. */
export const oneClass = (rowCount: number): Combinations => ({
  ofRow: new Uint32Array(rowCount),
  rows: [new Uint32Array(rowCount).map((_, i) => i)]
})
