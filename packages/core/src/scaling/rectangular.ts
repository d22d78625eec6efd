import { InputError } from '../num/errors.js'
import type { Outcome } from '../num/iterate.js'
import { type Potentials, type RectangularOptions, type Rung, rangeOf, scale, TOLERANCE, type Turning } from './annealed.js'
import { levelsOf } from './levels.js'
import type { RectangularProblem } from './problem.js'
import { heated, type RowKernel } from './row-kernel.js'
import { cutFor, Turns } from './turns.js'

/**
 * Rectangular log-domain Sinkhorn over a row kernel: memory O(n + m), and some 100 MB at most for pairs.
 *
 * Each turn makes the rows exact, then the columns; the error is that of the columns before they are corrected.
 * Cost O(n·m·(cost of a kernel value)) where potentials move far, and a product a pair that counts
 * where they do not. Throws `InputError` when a row or a column has no partner at all.
 * @source Cuturi 2013 (arXiv 1306.0895), in the log domain; mathematics.md section 11, step 2.
 */
export async function scaleRectangular(problem: RectangularProblem, options: RectangularOptions = {}): Promise<Outcome<Potentials>> {
  checkWeights(problem)
  const { kernel } = problem
  const tolerance = options.tolerance ?? TOLERANCE
  const cut = cutFor(problem, tolerance)
  const levels = levelsOf(problem)
  const fewer = levels && ((rung: Rung) => levels(rung, (part) => turning(part, cut)))
  return scale({ ...turning(problem, cut), range: () => rangeOf(firstRow(kernel)), ...(fewer && { fewer }) }, { ...options, tolerance })
}

function firstRow(kernel: RowKernel): Float64Array {
  const row = new Float64Array(kernel.cols)
  kernel.fillRow(0, row)
  return row
}

/** Turns of a problem at any temperature. */
function turning(problem: RectangularProblem, cut: number): Turning {
  let at = { temperature: Number.NaN, turns: new Turns(problem, cut) }
  return {
    rows: problem.kernel.rows,
    cols: problem.kernel.cols,
    sweep(state, temperature, watch) {
      if (at.temperature !== temperature) at = { temperature, turns: new Turns(heatedProblem(problem, temperature), cut) }
      return at.turns.turn(state, watch)
    }
  }
}

/** The kernel to the power 1/t, and the same prices of what it costs. */
function heatedProblem(problem: RectangularProblem, temperature: number): RectangularProblem {
  if (temperature === 1) return problem
  const { kernel, relaxation, ...weights } = problem
  const { from = Number.POSITIVE_INFINITY, to = Number.POSITIVE_INFINITY } = relaxation ?? {}
  return { ...weights, kernel: heated(kernel, temperature), relaxation: { from: from / temperature, to: to / temperature } }
}

function checkWeights({ kernel, fromLogWeights, toLogWeights }: RectangularProblem): void {
  if (fromLogWeights.length !== kernel.rows || toLogWeights.length !== kernel.cols || kernel.rows === 0 || kernel.cols === 0) {
    throw new InputError({
      code: 'weights-length',
      got: `${fromLogWeights.length} and ${toLogWeights.length} weights for a ${kernel.rows} × ${kernel.cols} kernel`,
      expected: 'one weight a point, and at least one point on each side',
      try: 'passing as many weights as points'
    })
  }
}
