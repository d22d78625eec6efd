import { exp, log } from '../num/elementary.js'
import type { Matrix } from '../num/matrix.js'
import { blockHalves, blockOrder } from '../space/blocks.js'
import type { Fewer, Turning } from './annealed.js'
import type { RectangularProblem } from './problem.js'
import { type Among, heated } from './row-kernel.js'
import { extendPotential } from './turns.js'

/** Points below which a coupling is started from all: hot turns of so few take milliseconds. */
const LEAST_POINTS = 1000

/** Side of a cell, in standard deviations of the heated kernel: what differs by less has nearly the same potential. */
const CELL = 1

/** The part of a problem that starts it at a temperature, given what turns a problem; undefined for the whole. */
type Levels = (temperature: number, turning: (problem: RectangularProblem) => Turning) => Fewer | undefined

/**
 * Coarser problems that a coupling is started from, where its kernel is one between points: at temperature t one point stands for
 * all in a cell as wide as the heated kernel, so that dense regions are thinned and sparse ones are not. Undefined where all
 * points are few. Cost of going to a finer one: a pass over their pairs.
 */
export function levelsOf(problem: RectangularProblem): Levels | undefined {
  const { among, rows, cols } = problem.kernel
  if (!among || Math.max(rows, cols) <= LEAST_POINTS) return undefined
  const { from, to } = among.scaled()
  return (temperature, turning) => {
    if (temperature === 1) return undefined
    const width = CELL * Math.sqrt(temperature)
    const earlier = cellsOf(from, problem.fromLogWeights, width)
    const later = cellsOf(to, problem.toLogWeights, width)
    return levelOf({ problem, among }, { earlier, later }, turning)
  }
}

interface Cells {
  /** The middle one of each cell's points, and the weight of all. */
  readonly rows: Uint32Array
  readonly logWeights: Float64Array
  /** The cell of each point; of one without weight any. */
  readonly cellOf: Uint32Array
}

function levelOf(
  { problem, among }: { readonly problem: RectangularProblem; readonly among: Among },
  { earlier, later }: { readonly earlier: Cells; readonly later: Cells },
  turning: (problem: RectangularProblem) => Turning
): Fewer {
  const weights = { fromLogWeights: earlier.logWeights, toLogWeights: later.logWeights }
  return {
    ...turning({ ...problem, ...weights, kernel: among.part(earlier.rows, later.rows) }),
    columns: later.rows,
    extended: (potential, hot, finer, watch) =>
      extendPotential(
        { kernel: heated(among.part(earlier.rows, finer?.columns), hot), fromLogWeights: earlier.logWeights },
        potential,
        watch
      )
  }
}

/** Runs of the k-d order that are no wider than this in any coordinate, of points with weight. */
export function cellsOf(points: Matrix, logWeights: Float64Array, width: number): Cells {
  const order = blockOrder(points)
  const rows: number[] = []
  const weights: number[] = []
  const cellOf = new Uint32Array(points.rows)
  const pending: [number, number][] = [[0, order.length]]
  while (pending.length > 0) {
    const [start, end] = pending.pop()!
    if (end - start === 1 || isNarrow(points, order.subarray(start, end), width)) {
      let weight = 0
      for (let k = start; k < end; k++) weight += exp(logWeights[order[k]!]!)
      if (weight === 0) continue
      for (let k = start; k < end; k++) cellOf[order[k]!] = rows.length
      rows.push(order[(start + end) >> 1]!)
      weights.push(log(weight))
    } else {
      const middle = start + blockHalves(end - start)
      pending.push([middle, end], [start, middle])
    }
  }
  return { rows: Uint32Array.from(rows), logWeights: Float64Array.from(weights), cellOf }
}

function isNarrow({ data, cols }: Matrix, run: Uint32Array, width: number): boolean {
  for (let a = 0; a < cols; a++) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const row of run) {
      low = Math.min(low, data[row * cols + a]!)
      high = Math.max(high, data[row * cols + a]!)
    }
    if (high - low > width) return false
  }
  return true
}
