import type { Engine, Pair } from '../kernel/engine.js'
import { exp, log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { iterate, type Method, type Outcome, throwIfStopped, type Watch } from '../num/iterate.js'
import { Pauses } from '../num/pause.js'

import { Anderson } from './anderson.js'
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

/** f [n] and g [m]: π_ij = exp(f_i + a_i + log k_ij + g_j + b_j) has marginals exp(a) and exp(b); of a relaxed side exp(a − f/ρ). */
export interface Potentials {
  readonly from: Float64Array
  readonly to: Float64Array
}

interface RectangularOptions extends Watch {
  /** Most turns. Default 1,000. */
  readonly turns?: number
  /** Converged when max_j |Σ_i π_ij / exp(b_j) − 1| is at most this. Default 1e-6. */
  readonly tolerance?: number
  /** Potentials to start from, e.g. those of a neighbouring problem. */
  readonly start?: Potentials
  /** Told what each temperature of a cold start ended with: g at temperature one, a start for wider kernels too. */
  readonly onTemperature?: (temperature: number, to: Float64Array) => void
  /** Name of the stage in progress events. Default `coupling`. */
  readonly stage?: string
}

interface Swept extends Potentials {
  readonly error: number
}

interface SweepState extends Swept {
  /** Where the next turn starts: accelerated, while `to` is what this turn made exact. */
  readonly next: Float64Array
}

/** Most turns where a caller sets no other number. */
const TURNS = 1000

/** Sharp kernels have long plateaus. */
const PATIENCE = 200

/** Turns of plain iteration before acceleration sets in: the first ones are far from linear. */
const PLAIN_TURNS = 4

/** Chooses where the next turn starts; an accelerated start that made the error grow is taken back. */
class Acceleration {
  private readonly anderson = new Anderson()
  private best = Number.POSITIVE_INFINITY
  private turn = 0

  next(start: Float64Array, to: Float64Array, error: number): Float64Array {
    this.turn++
    if (this.turn <= PLAIN_TURNS || !Number.isFinite(error) || error >= 1) {
      this.anderson.restart()
      return to.slice()
    }
    if (error > 3 * this.best) {
      this.anderson.restart()
      this.best = error
      return to.slice()
    }
    this.best = Math.min(this.best, error)
    return this.anderson.next(start, to)
  }
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

/** What the iteration is told of a kernel: its size, and one turn at a temperature. `state` may be overwritten. */
interface Sweeps {
  readonly rows: number
  readonly cols: number
  /** By how much the logarithm of the kernel varies over the first row, roughly. */
  range(): number
  sweep(state: Potentials, temperature: number, watch: Watch): Swept | Promise<Swept>
}

async function scale(sweeps: Sweeps, options: RectangularOptions): Promise<Outcome<Potentials>> {
  const acceleration = new Acceleration()
  const method: Method<Sweeps, SweepState> = {
    init: async () => {
      const { from, to } = options.start ?? (await annealedStart(sweeps, options))
      return { from: from.slice(), to: to.slice(), error: Number.POSITIVE_INFINITY, next: to.slice() }
    },
    step: async (_, state, turn) => {
      const swept = await sweeps.sweep({ from: state.from, to: state.next.slice() }, 1, withinTurn(options, turn))
      return { ...swept, next: acceleration.next(state.next, swept.to, swept.error) }
    },
    error: (_, state) => state.error
  }
  return withoutError(
    await iterate(method, sweeps, {
      ...options,
      stage: options.stage ?? 'coupling',
      turns: options.turns ?? TURNS,
      tolerance: options.tolerance ?? 1e-6,
      patience: PATIENCE
    })
  )
}

/** Progress inside a turn, as a share of it. */
function withinTurn({ stop, progress, stage, turns }: RectangularOptions, turn: number): Watch {
  return {
    stop,
    progress:
      progress && (({ done, total }) => progress({ stage: stage ?? 'coupling', done: turn - 1 + done / total, total: turns ?? TURNS }))
  }
}

/** The cold start begins at least this hot: a kernel to the power 1/t is easier by far when the noise is small. */
const LEAST_HEAT = 64
/** And so hot that the kernel's logarithm varies by no more than this from the first point: on a line, 64 is far from enough. */
const MOST_RANGE = 16

/** Powers of four, falling to four. */
function temperaturesFor(range: number): number[] {
  let hottest = LEAST_HEAT
  while (hottest * MOST_RANGE < range && hottest < 2 ** 60) hottest *= 4
  const out: number[] = []
  for (let t = hottest; t > 1; t /= 4) out.push(t)
  return out
}

/** Turns at each temperature at most, and the error that is enough: what is wrong there takes many times the turns below. */
const WARM_TURNS = 100
const WARM_ERROR = 0.1

async function annealedStart(sweeps: Sweeps, { onTemperature, ...watch }: RectangularOptions): Promise<Potentials> {
  const unset = (): Float64Array => new Float64Array(sweeps.rows).fill(Number.NaN)
  let to = new Float64Array(sweeps.cols)
  const pauses = watch.stop && new Pauses()
  for (const temperature of temperaturesFor(sweeps.range())) {
    to = to.map((g) => g / temperature)
    let state: Potentials = { from: unset(), to }
    watch.progress?.({ stage: watch.stage ?? 'coupling', done: 0, total: watch.turns ?? TURNS })
    for (let turn = 0; turn < WARM_TURNS; turn++) {
      await pauses?.due()
      throwIfStopped(watch, 'coupling')
      const swept = await sweeps.sweep(state, temperature, watch)
      state = swept
      if (swept.error < WARM_ERROR) break
    }
    to = state.to.map((g) => g * temperature)
    onTemperature?.(temperature, to)
  }
  return { from: unset(), to }
}

function withoutError(outcome: Outcome<SweepState>): Outcome<Potentials> {
  return { ...outcome, state: { from: outcome.state.from, to: outcome.state.to } }
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

/** Rows made exact one by one; columns are summed along the way and corrected at the end. */
function sweep(problem: RectangularProblem, state: Potentials, watch: Watch): Swept {
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

/**
 * The same scaling for a kernel that an engine knows: f = −logSum(g + b), g = −logSum(f + a), the clouds' own weights as
 * marginals, annealed likewise. Cost two reductions a turn. Potentials as for the kernel *without* normalising constants.
 */
export async function scaleOnEngine(pair: Pair, engine: Engine, options: RectangularOptions = {}): Promise<Outcome<Potentials>> {
  const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, i) => x + b[i]!)
  return scale(
    {
      rows: pair.from.points.rows,
      cols: pair.to.points.rows,
      range: () => rangeOf(squaredDistancesFromFirst(pair)) / (4 * pair.kernel.epsilon),
      sweep: async ({ to: before }, temperature) => {
        const there: Pair = { ...pair, kernel: { ...pair.kernel, epsilon: pair.kernel.epsilon * temperature } }
        const back = reversed(there)
        const from = negate(await engine.logSum(there, plus(before, pair.to.logWeights)), 'earlier')
        const to = negate(await engine.logSum(back, plus(from, pair.from.logWeights)), 'later')
        let error = 0
        for (let j = 0; j < to.length; j++) error = Math.max(error, Math.abs(exp(Math.min(700, before[j]! - to[j]!)) - 1))
        return { from, to, error }
      }
    },
    options
  )
}

function squaredDistancesFromFirst({ from, to }: Pair): Float64Array {
  const d = from.points.cols
  return Float64Array.from({ length: to.points.rows }, (_, j) => {
    let squares = 0
    for (let a = 0; a < d; a++) squares += (from.points.data[a]! - to.points.data[j * d + a]!) ** 2
    return squares
  })
}

/** Largest less smallest of what is finite. */
function rangeOf(values: Float64Array): number {
  const finite = values.filter(Number.isFinite)
  return (
    finite.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY) -
    finite.reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY)
  )
}

/** The same pair seen from its other side. */
export function reversed({ from, to, kernel }: Pair): Pair {
  return {
    from: to,
    to: from,
    kernel: kernel.kind === 'variable' ? { ...kernel, fromWidth: kernel.toWidth, toWidth: kernel.fromWidth } : kernel
  }
}

function negate(logSums: Float64Array, side: string): Float64Array {
  return logSums.map((x, i) => {
    if (!Number.isFinite(x)) throw noPartner(`point ${i} of the ${side} snapshot`)
    return -x
  })
}
