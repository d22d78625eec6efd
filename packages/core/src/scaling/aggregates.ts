import { exp, log } from '../num/elementary.js'
import type { Matrix } from '../num/matrix.js'
import { Acceleration } from './annealed.js'
import { cellsOf } from './cells.js'
import type { Rows } from './kept-pairs.js'
import type { RectangularProblem } from './problem.js'
import type { RowSums } from './row-sums.js'

/** Cells of a side at most: 32 MB between both. */
const MOST_CELLS = 2048

/**
 * Cells of sources and of targets, no wider than the kernel where there are not too many, between which what is slow in turns of so
 * many pairs is found. Undefined where points know no neighbours or a side is relaxed.
 */
export function groupsOf(problem: RectangularProblem) {
  const { kernel, fromLogWeights, toLogWeights, relaxation } = problem
  const { among, blocks } = kernel
  if (!among || !blocks || relaxation) return undefined
  const { from, to } = among.scaled()
  const [sources, targets] = [fewCells(from, fromLogWeights), fewCells(to, toLogWeights)]
  const count = targets.rows.length
  const masses = new Float64Array(sources.rows.length * count)
  const ofPlace = Uint32Array.from(blocks.order, (j) => targets.cellOf[j]!)
  return {
    /** Rows that count what the one that was summed last, i, has in each cell. */
    adding: (rows: RowSums, i: number): Rows => ({
      exponentials: (row, shift) => rows.exponentials(row, shift),
      addToColumns(scale) {
        rows.addToColumns(scale)
        const cell = sources.cellOf[i]!
        rows.addToGroups(scale, ofPlace, masses.subarray(cell * count, (cell + 1) * count))
      }
    }),
    /** Potentials moved on by what cells tell of the turns to come. */
    further(potential: Float64Array): Float64Array {
      const beyond = beyondOneTurn(masses, targets.logWeights.map(exp))
      return beyond ? potential.map((g, j) => g + beyond[targets.cellOf[j]!]!) : potential
    }
  }
}

function fewCells(points: Matrix, logWeights: Float64Array) {
  for (let width = 1; ; width *= Math.SQRT2) {
    const cells = cellsOf(points, logWeights, width)
    if (cells.rows.length <= MOST_CELLS) return cells
  }
}

/** Turns between cells at most, and the share of the error before them that is enough: the next turn of all points leaves more. */
const TURNS = 300
const ENOUGH = 1e-2

/**
 * By how much more than one turn the potentials of cells of targets are to move, so that the masses between cells [sources, targets], whose
 * rows are exact, have `to` in their columns: what is slow between points is fast between cells. Undefined where a cell has nothing.
 * Cost a product a pair of cells with mass and turn.
 * @source Takahashi, *A lumping method for numerical calculations of stationary distributions of Markov chains*, 1975.
 */
function beyondOneTurn(masses: Float64Array, to: Float64Array): Float64Array | undefined {
  const rows = withMass(masses, to.length)
  const acceleration = new Acceleration()
  let start: Float64Array = new Float64Array(to.length)
  let first = { image: start, error: 0 }
  for (let turn = 0; ; turn++) {
    const sums = columnSums(rows, start.map(exp), to.length)
    if (!sums.every((sum) => sum > 0)) return undefined
    const image = sums.map((sum, d) => log(to[d]! / sum))
    const error = image.reduce((most, x, d) => Math.max(most, Math.abs(exp(start[d]! - x) - 1)), 0)
    if (turn === 0) first = { image, error }
    if (error <= ENOUGH * first.error || turn === TURNS) return image.map((x, d) => x - first.image[d]!)
    start = acceleration.next(start, image, error)
  }
}

interface Row {
  readonly total: number
  readonly columns: Uint32Array
  readonly masses: Float64Array
}

function withMass(masses: Float64Array, cols: number): Row[] {
  return Array.from({ length: masses.length / cols }, (_, c) => {
    const row = masses.subarray(c * cols, (c + 1) * cols)
    const columns = Uint32Array.from(row.keys()).filter((d) => row[d]! > 0)
    return { total: row.reduce((sum, m) => sum + m, 0), columns, masses: Float64Array.from(columns, (d) => row[d]!) }
  })
}

/** Of masses times a factor a column, rows exact. */
function columnSums(rows: readonly Row[], factors: Float64Array, cols: number): Float64Array {
  const sums = new Float64Array(cols)
  for (const { total, columns, masses } of rows) {
    let sum = 0
    for (let k = 0; k < columns.length; k++) sum += masses[k]! * factors[columns[k]!]!
    for (let k = 0; k < columns.length; k++) sums[columns[k]!] = sums[columns[k]!]! + (total / sum) * masses[k]!
  }
  return sums
}
