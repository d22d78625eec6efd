import { pairTo, type SchrodingerBridge, towards, within } from '../../bridge/schrodinger.js'
import type { Engine } from '../../kernel/engine.js'
import { columnOf, copyMatrix, type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { decodeTable, type Encoded, presentValues, writtenPlaces } from '../../table/encoder.js'
import { takeTableRows } from '../../table/rows.js'
import { type NumericScaler, scaleValues } from '../../table/scaling.js'
import { standingOut } from '../../table/standing-out.js'
import { isNumeric } from '../../table/table.js'
import { MOST_COLUMNS } from '../rules/kept-limits.js'
import type { Carrier } from './sides.js'

/** A number with values that stand out in either table, or with few: each is a cell, and so is what lies below, between and above them. */
export interface CellColumn {
  readonly coordinate: number
  readonly missingFactor: number | undefined
  /** Coordinates of the values that stand out, ascending: cell 2k + 1 is the k-th, 2k what lies below it, down to the one before. */
  readonly spikes: Float64Array
  /** Coordinates as they are written: what lies beside a value may be rounded to it. */
  readonly written: (coordinates: Float64Array) => Float64Array
}

/** Columns of a bridge that have cells; none where they are too many to be amounts, as pixels are. Cost O(n log n) a column. */
export function cellColumns({ encoder, rows, summary }: Carrier): CellColumn[] {
  const whole = decodeTable(encoder, rows)
  const all = Uint32Array.from({ length: whole.rowCount }, (_, i) => i)
  const sides = [takeTableRows(whole, all.subarray(0, summary.fromRows)), takeTableRows(whole, all.subarray(summary.fromRows))]
  const found = encoder.columns.flatMap((code, c): CellColumn[] => {
    if (code.carries !== 'coordinate') return []
    const { coordinate, missingFactor } = code
    const numbers = sides
      .map(({ columns }) => columns[c]!)
      .filter(isNumeric)
      .map(presentValues)
    const spikes = scaleValues(code.scaler, Float64Array.from(standingOut(numbers))).sort()
    // A map that goes below zero where nothing is below stops there.
    const least = leastOf(code.scaler)
    const written = (coordinates: Float64Array): Float64Array =>
      writtenPlaces(
        code,
        encoder.formats[c]!,
        coordinates.map((x) => Math.max(least, x))
      )
    return spikes.length === 0 ? [] : [{ coordinate, missingFactor, spikes, written }]
  })
  return found.length > MOST_COLUMNS ? [] : found
}

/** The coordinate of zero where no number of a column is below it. */
export const leastOf = (scaler: NumericScaler): number =>
  scaler.method === 'standard' && scaler.nonNegative ? -scaler.centre / scaler.scale : Number.NEGATIVE_INFINITY

/** Cells of a column, that of rows without a number last. */
const cellCount = ({ spikes }: CellColumn): number => 2 * spikes.length + 2

/** The cells of coordinates [n]. */
function cellsOf({ spikes, written }: CellColumn, coordinates: Float64Array): Int32Array {
  return Int32Array.from(written(coordinates), (x) => {
    let k = 0
    while (k < spikes.length && x > spikes[k]!) k++
    return x === spikes[k] ? 2 * k + 1 : 2 * k
  })
}

/** The cell of every row in every column [n, columns]. */
export function cellsIn(columns: readonly CellColumn[], { coordinates, codes }: Encoded): Int32Array {
  const n = coordinates.rows
  const out = new Int32Array(n * columns.length)
  columns.forEach((column, c) => {
    const { coordinate, missingFactor } = column
    const cells = cellsOf(column, columnOf(coordinates, coordinate))
    for (let i = 0; i < n; i++) {
      const missing = missingFactor !== undefined && codes[(i * codes.length) / n + missingFactor] === 1
      out[i * columns.length + c] = missing ? cellCount(column) - 1 : cells[i]!
    }
  })
  return out
}

/** Cells that rows of either table, or those that start, are in: of each column ascending, that of rows without a number last. */
export function usedCells(columns: readonly CellColumn[], ...parts: readonly Int32Array[]): readonly (readonly number[])[] {
  return columns.map((column, c) => {
    const last = cellCount(column) - 1
    const used = new Set<number>()
    for (const cells of parts) for (let at = c; at < cells.length; at += columns.length) used.add(cells[at]!)
    used.delete(last)
    return [...[...used].sort((a, b) => a - b), last]
  })
}

interface CellsCarried {
  readonly columns: readonly CellColumn[]
  /** Rows that start, and where the map takes them, whatever their cells. */
  readonly start: Encoded
  readonly moved: Matrix
  /** The cell of every row in every column, after it [n, columns]. */
  readonly after: Int32Array
}

interface Carrying {
  readonly bridge: SchrodingerBridge
  readonly points: Matrix
  readonly key: Key
  readonly engine: Engine
}

/**
 * Numbers of carried rows in the cells that they were given: at a value that stands out; moved by what the rows of that cell
 * have in either table where they were in it before; otherwise, and where that would leave the cell, a number of one of their partners in it.
 * Cost O(n · rows of both tables · cells).
 */
export async function numbersInCells(model: Carrier, cells: CellsCarried, { bridge, points, key, engine }: Carrying): Promise<Matrix> {
  const { columns, start, moved: averaged, after } = cells
  const [width, n, { fromRows }] = [columns.length, points.rows, model.summary]
  const out = copyMatrix(averaged)
  if (width === 0) return out
  const [sides, before] = [cellsIn(columns, model.rows), cellsIn(columns, start)]
  // Even cells are those that hold several numbers.
  const filled = columns.flatMap((column, c) =>
    Array.from({ length: column.spikes.length + 1 }, (_, k) => 2 * k)
      .map((cell) => ({ c, cell, coordinate: column.coordinate, rows: rowsIn(after, { c, cell, width }) }))
      .filter(({ rows }) => rows.length > 0)
  )
  const values = matrix(model.rows.coordinates.rows, 2 * filled.length)
  for (const [g, { c, cell, coordinate }] of filled.entries())
    for (const j of rowsIn(sides, { c, cell, width }))
      values.data.set([1, model.rows.coordinates.data[j * averaged.cols + coordinate]!], j * values.cols + 2 * g)
  const { theirs, around } = await meansAbout({ bridge, points, engine }, values)
  columns.forEach(({ coordinate, spikes }, c) => {
    for (let i = 0; i < n; i++) {
      const cell = after[i * width + c]!
      if (cell % 2 === 1 && cell < 2 * spikes.length) out.data[i * averaged.cols + coordinate] = spikes[(cell - 1) / 2]!
    }
  })
  for (const [g, { c, cell, coordinate, rows }] of filled.entries()) {
    const at = (i: number): number => i * averaged.cols + coordinate
    const meanOf = ({ data, cols }: Matrix, i: number): number => data[i * cols + 2 * g + 1]! / data[i * cols + 2 * g]!
    const moved = Float64Array.from(rows, (i) => start.coordinates.data[at(i)]! + meanOf(theirs, i) - meanOf(around, i))
    const reached = cellsOf(columns[c]!, moved)
    const leaving = rows.filter((i, k) => {
      const stays = before[i * width + c] === cell && Number.isFinite(moved[k]!) && reached[k] === cell
      if (stays) out.data[at(i)] = moved[k]!
      return !stays
    })
    if (leaving.length === 0) continue
    const inCell = new Set(rowsIn(sides, { c, cell, width }))
    const terms = towards(bridge).map((term, j) => (inCell.has(fromRows + j) ? term : Number.NEGATIVE_INFINITY))
    const pair = pairTo(takeRows(points, leaving), bridge.to, bridge.epsilon)
    const noise = { key: keyFor(key, `cell ${cell} of ${coordinate}`), chains: Uint32Array.from(leaving) }
    const picked = await engine.pick(pair, terms, noise)
    leaving.forEach((i, k) => {
      if (picked[k]! < bridge.to.points.rows) out.data[at(i)] = model.rows.coordinates.data[at(fromRows + picked[k]!)]!
    })
  }
  return out
}

/** Rows that are in a cell of a column. */
const rowsIn = (cells: Int32Array, { c, cell, width }: { readonly c: number; readonly cell: number; readonly width: number }): number[] =>
  Array.from({ length: cells.length / width }, (_, i) => i).filter((i) => cells[i * width + c] === cell)

interface Ways {
  readonly starts: Encoded
  readonly ends: Encoded
  /** Where rows stand between both, whatever their cells [n, d]. */
  readonly paths: Matrix
}

/** Rows between both ends in the cell of one, as with categories: a value that stands out, the way between two numbers of one cell, or that end's number. */
export function onTheWay({ starts, ends, paths }: Ways, columns: readonly CellColumn[], isTurned: (row: number) => boolean): Matrix {
  const out = copyMatrix(paths)
  const [before, after] = [cellsIn(columns, starts), cellsIn(columns, ends)]
  columns.forEach((column, c) => {
    const reached = cellsOf(column, columnOf(paths, column.coordinate))
    for (let i = 0; i < paths.rows; i++) {
      const at = i * paths.cols + column.coordinate
      const [first, second] = [before[i * columns.length + c]!, after[i * columns.length + c]!]
      if (first === second && first % 2 === 0 && reached[i] === first) continue
      out.data[at] = (isTurned(i) ? ends : starts).coordinates.data[at]!
    }
  })
  return out
}

/** Means of values of both tables' rows [rows, k] over the partners of points, and over the first table's own rows about them. */
export async function meansAbout(
  { bridge, points, engine }: Pick<Carrying, 'bridge' | 'points' | 'engine'>,
  values: Matrix
): Promise<{ readonly theirs: Matrix; readonly around: Matrix }> {
  const { from, to, epsilon } = bridge
  const split = from.points.rows * values.cols
  const [first, second] = [
    matrix(from.points.rows, values.cols, values.data.subarray(0, split)),
    matrix(to.points.rows, values.cols, values.data.subarray(split))
  ]
  return {
    theirs: await engine.mean(pairTo(points, to, epsilon), towards(bridge), second),
    around: await engine.mean(pairTo(points, from, epsilon), within(bridge), first)
  }
}
