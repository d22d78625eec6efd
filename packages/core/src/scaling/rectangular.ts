import { exp, log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { type Outcome, throwIfStopped, type Watch } from '../num/iterate.js'
import { type Potentials, type RectangularOptions, rangeOf, type Swept, scale } from './annealed.js'
import { heated, oneBlock, type RowKernel } from './row-kernel.js'
import { noPartner, RowSums } from './row-sums.js'

/** Find the coupling π of two weighted sets that is closest to a kernel in relative entropy. */
export interface RectangularProblem {
  readonly kernel: RowKernel
  /** Log-weights a [n], summing to one. */
  readonly fromLogWeights: Float64Array
  /** Log-weights b [m], summing to one. */
  readonly toLogWeights: Float64Array
  /**
   * Marginals that may differ from a side's weights, at this price per unit of relative entropy KL(marginal | weights); infinite
   * when left out: the marginal is the weights.
   */
  readonly relaxation?: { readonly from?: number; readonly to?: number }
}

/** From this size on, progress is told inside a turn too. */
const MANY_ROWS = 4096

/** A column with less than this has no sum worth dividing by: it is summed again with its largest term as shift. */
const TINY = 1e-280

/**
 * Rectangular log-domain Sinkhorn over a row kernel: one exponential a pair and turn, memory O(n + m).
 *
 * Each turn makes the rows exact, then the columns; the error is that of the columns before they are corrected.
 * Cost O(n·m·(cost of a kernel value)) a turn. Throws `InputError` when a row or a column has no partner at all.
 * @source Cuturi 2013 (arXiv 1306.0895), in the log domain; mathematics.md section 11, step 2.
 */
export async function scaleRectangular(problem: RectangularProblem, options: RectangularOptions = {}): Promise<Outcome<Potentials>> {
  checkWeights(problem)
  const { kernel } = problem
  return scale(
    {
      rows: kernel.rows,
      cols: kernel.cols,
      range: () => {
        const row = new Float64Array(kernel.cols)
        kernel.fillRow(0, row)
        return rangeOf(row)
      },
      sweep: (state, temperature, watch) => sweep(temperature === 1 ? problem : heatedProblem(problem, temperature), state, watch)
    },
    options
  )
}

/** The kernel to the power 1/t, and the same prices of what it costs. */
function heatedProblem({ kernel, relaxation, ...weights }: RectangularProblem, temperature: number): RectangularProblem {
  const { from = Number.POSITIVE_INFINITY, to = Number.POSITIVE_INFINITY } = relaxation ?? {}
  return { ...weights, kernel: heated(kernel, temperature), relaxation: { from: from / temperature, to: to / temperature } }
}

/** ρ/(1 + ρ): by how much of what is missing a side gives way at a price of ρ. */
const stiffness = (price = Number.POSITIVE_INFINITY): number => (price === Number.POSITIVE_INFINITY ? 1 : price / (1 + price))

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

/** Rows made exact one by one; columns are summed along the way and corrected at the end. */
export function sweep(problem: RectangularProblem, state: Potentials, watch: Watch): Swept {
  const { kernel, fromLogWeights, toLogWeights } = problem
  const stiff = stiffness(problem.relaxation?.from)
  const from = state.from
  const blocks = kernel.blocks ?? oneBlock(kernel)
  const row = new RowSums(
    blocks,
    Float64Array.from(blocks.order, (j) => state.to[j]! + toLogWeights[j]!)
  )
  for (let i = 0; i < kernel.rows; i++) {
    if ((i & 255) === 0) {
      throwIfStopped(watch, 'coupling')
      if (kernel.rows > MANY_ROWS) watch.progress?.({ stage: 'rows', done: i, total: kernel.rows })
    }
    let shift = Number.isFinite(from[i]!) ? from[i]! / stiff : -row.largest(i)
    let sum = row.exponentials(i, shift)
    if (!(sum > 1e-3 && sum < 1e12)) {
      // The old potential no longer fits: take this row again from its largest term.
      shift = -row.largest(i)
      sum = row.exponentials(i, shift)
    }
    from[i] = stiff * (shift - log(sum))
    row.addToColumns(stiff === 1 ? exp(fromLogWeights[i]!) / sum : exp(fromLogWeights[i]! + from[i]! - shift))
  }
  const columnSums = new Float64Array(kernel.cols)
  blocks.order.forEach((j, place) => {
    columnSums[j] = row.columnSums[place]!
  })
  return correctColumns(problem, { from, to: state.to, columnSums })
}

function correctColumns(problem: RectangularProblem, swept: Potentials & { columnSums: Float64Array }): Swept {
  const { from, to, columnSums } = swept
  const stiff = stiffness(problem.relaxation?.to)
  const lost: number[] = []
  let error = 0
  for (let j = 0; j < to.length; j++) {
    const weight = exp(problem.toLogWeights[j]!)
    if (weight === 0) continue
    if (!(columnSums[j]! > TINY)) {
      lost.push(j)
      continue
    }
    const before = to[j]!
    to[j] = stiff * (before + problem.toLogWeights[j]! - log(columnSums[j]!))
    error = Math.max(error, stiff === 1 ? Math.abs(columnSums[j]! / weight - 1) : Math.abs(exp(before - to[j]!) - 1))
  }
  if (lost.length > 0) error = Math.max(error, 1)
  for (const { column, logSum } of columnLogSums(problem, from, lost)) to[column] = -stiff * logSum
  return { from, to, error }
}

/** log Σ_i exp(log k_ij + f_i + a_i) for a few columns that underflowed, each with its own largest term as shift. */
function columnLogSums(problem: RectangularProblem, from: Float64Array, columns: number[]): { column: number; logSum: number }[] {
  if (columns.length === 0) return []
  const largest = new Float64Array(columns.length).fill(Number.NEGATIVE_INFINITY)
  const sums = new Float64Array(columns.length)
  const row = new Float64Array(problem.kernel.cols)
  for (let i = 0; i < problem.kernel.rows; i++) {
    problem.kernel.fillRow(i, row)
    columns.forEach((j, k) => {
      const x = row[j]! + from[i]! + problem.fromLogWeights[i]!
      if (!(x > Number.NEGATIVE_INFINITY)) return
      if (x > largest[k]!) {
        sums[k] = sums[k]! * exp(largest[k]! - x) + 1
        largest[k] = x
      } else sums[k] = sums[k]! + exp(x - largest[k]!)
    })
  }
  return columns.map((column, k) => {
    if (!Number.isFinite(largest[k]!)) throw noPartner(`point ${column} of the later snapshot, which no earlier point can reach`)
    return { column, logSum: largest[k]! + log(sums[k]!) }
  })
}

/**
 * g [m] from potentials f of some of the sources: −log Σ_i exp(log k_ij + f_i + a_i). A start for the whole problem from
 * the solution of a smaller one. Cost one pass over the kernel.
 */
export function extendPotential(problem: RectangularProblem, from: Float64Array): Float64Array {
  const columns = Array.from({ length: problem.kernel.cols }, (_, j) => j)
  const out = new Float64Array(columns.length)
  for (const { column, logSum } of columnLogSums(problem, from, columns)) out[column] = -logSum
  return out
}
