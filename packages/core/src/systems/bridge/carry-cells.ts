import { pairTo, type SchrodingerBridge, towards, within } from '../../bridge/schrodinger.js'
import type { Engine } from '../../kernel/engine.js'
import { copyMatrix, type Matrix, matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { decodeTable, type Encoded, presentValues } from '../../table/encoder.js'
import { takeTableRows } from '../../table/rows.js'
import { scaleValues } from '../../table/scaling.js'
import { isNumeric } from '../../table/table.js'
import type { Carrier } from './sides.js'
import { standingOut } from './spike-warnings.js'

/** A number with values that stand out in either table: each is a cell, and so is what lies below, between and above them. */
export interface CellColumn {
  readonly coordinate: number
  readonly missingFactor: number | undefined
  /** Coordinates of the values that stand out, ascending: cell 2k + 1 is the k-th, 2k what lies below it, down to the one before. */
  readonly spikes: Float64Array
}

/** Columns of a bridge that have cells. Cost O(n log n) a column. */
export function cellColumns({ encoder, rows, summary }: Carrier): CellColumn[] {
  const whole = decodeTable(encoder, rows)
  const all = Uint32Array.from({ length: whole.rowCount }, (_, i) => i)
  const sides = [takeTableRows(whole, all.subarray(0, summary.fromRows)), takeTableRows(whole, all.subarray(summary.fromRows))]
  return encoder.columns.flatMap((code, c): CellColumn[] => {
    if (code.carries !== 'coordinate') return []
    const numbers = sides
      .map(({ columns }) => columns[c]!)
      .filter(isNumeric)
      .map(presentValues)
    const spikes = scaleValues(code.scaler, Float64Array.from(standingOut(numbers))).sort()
    return spikes.length === 0 ? [] : [{ coordinate: code.coordinate, missingFactor: code.missingFactor, spikes }]
  })
}

/** Cells of each column, that of rows without a number last. */
export const cellCount = ({ spikes }: CellColumn): number => 2 * spikes.length + 2

function cellOf({ spikes }: CellColumn, x: number): number {
  let k = 0
  while (k < spikes.length && x > spikes[k]!) k++
  return x === spikes[k] ? 2 * k + 1 : 2 * k
}

/** The cell of every row in every column [n, columns]. */
export function cellsIn(columns: readonly CellColumn[], { coordinates, codes }: Encoded): Int32Array {
  const n = coordinates.rows
  const out = new Int32Array(n * columns.length)
  columns.forEach((column, c) => {
    const { coordinate, missingFactor } = column
    for (let i = 0; i < n; i++) {
      const missing = missingFactor !== undefined && codes[(i * codes.length) / n + missingFactor] === 1
      out[i * columns.length + c] = missing ? cellCount(column) - 1 : cellOf(column, coordinates.data[i * coordinates.cols + coordinate]!)
    }
  })
  return out
}

interface CellsCarried {
  readonly columns: readonly CellColumn[]
  /** Rows that start, and where the map takes them, whatever their cells. */
  readonly start: Encoded
  readonly carried: Matrix
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
 */
export async function numbersInCells(model: Carrier, cells: CellsCarried, { bridge, points, key, engine }: Carrying): Promise<Matrix> {
  const { columns, start, carried, after } = cells
  const [width, n, { cols }] = [columns.length, points.rows, carried]
  const out = copyMatrix(carried)
  const [sides, before] = [cellsIn(columns, model.rows), cellsIn(columns, start)]
  const { fromRows } = model.summary
  for (const [c, column] of columns.entries()) {
    const at = (i: number): number => i * cols + column.coordinate
    for (let cell = 0; cell < cellCount(column) - 1; cell++) {
      const inside = Array.from({ length: n }, (_, i) => i).filter((i) => after[i * width + c] === cell)
      if (inside.length === 0) continue
      if (cell % 2 === 1) {
        for (const i of inside) out.data[at(i)] = column.spikes[(cell - 1) / 2]!
        continue
      }
      const hasCell = (j: number): boolean => sides[j * width + c] === cell
      const values = matrix(model.rows.coordinates.rows, 2)
      for (let j = 0; j < values.rows; j++) if (hasCell(j)) values.data.set([1, model.rows.coordinates.data[at(j)]!], 2 * j)
      const { theirs, around } = await meansAbout({ bridge, points, engine }, values)
      const leaves = inside.filter((i) => {
        const [partners, own] = [theirs.data[2 * i]!, around.data[2 * i]!]
        if (before[i * width + c] !== cell) return true
        if (!(partners > 0 && own > 0)) return false
        const x = start.coordinates.data[at(i)]! + theirs.data[2 * i + 1]! / partners - around.data[2 * i + 1]! / own
        out.data[at(i)] = x
        return cellOf(column, x) !== cell
      })
      if (leaves.length === 0) continue
      const terms = towards(bridge).map((term, j) => (hasCell(fromRows + j) ? term : Number.NEGATIVE_INFINITY))
      const picked = await engine.pick(pairTo(points, bridge.to, bridge.epsilon), terms, { key: keyFor(key, `cell ${cell} of ${c}`) })
      for (const i of leaves)
        if (picked[i]! < bridge.to.points.rows) out.data[at(i)] = model.rows.coordinates.data[at(fromRows + picked[i]!)]!
    }
  }
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
