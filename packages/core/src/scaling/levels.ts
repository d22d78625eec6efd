import type { Fewer, Rung, Turning } from './annealed.js'
import { type Cells, cellsOf } from './cells.js'
import type { RectangularProblem } from './problem.js'
import { type Among, heated } from './row-kernel.js'
import { extendPotential } from './turns.js'

/** Points below which a coupling is started from all: hot turns of so few take milliseconds. */
const LEAST_POINTS = 1000

/** Share of all pairs that pairs of cells may be where the kernel is not heated: more are no easier than all. */
const FEW_PAIRS = 1 / 4

/** The part of a problem that starts it at a rung, given what turns a problem; undefined for the whole. */
type Levels = (rung: Rung, turning: (problem: RectangularProblem) => Turning) => Fewer | undefined

/**
 * Coarser problems that a coupling is started from, where its kernel is one between points: one point stands for all in a cell,
 * so that dense regions are thinned and sparse ones are not. Undefined where all points are few. Cost of going to a finer one: a
 * pass over their pairs.
 */
export function levelsOf(problem: RectangularProblem): Levels | undefined {
  const { among, rows, cols } = problem.kernel
  if (!among || Math.max(rows, cols) <= LEAST_POINTS) return undefined
  const { from, to } = among.scaled()
  return ({ temperature, width }, turning) => {
    const earlier = cellsOf(from, problem.fromLogWeights, width)
    const later = cellsOf(to, problem.toLogWeights, width)
    if (temperature === 1 && earlier.rows.length * later.rows.length > FEW_PAIRS * rows * cols) return undefined
    return levelOf({ problem, among }, { earlier, later }, turning)
  }
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
