import type { Engine, Pair } from '../kernel/engine.js'
import { exp, log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { iterate, type Method, type Outcome, throwIfStopped, type Watch } from '../num/iterate.js'

import { Anderson } from './anderson.js'

/** An implied n×m matrix of log-kernel values, made one row at a time and never stored. */
export interface RowKernel {
  readonly rows: number
  readonly cols: number
  /** Writes log k(i, ·) to `out` [cols]; −∞ forbids a pair. */
  fillRow(i: number, out: Float64Array): void
  /** The same values block by block, where the kernel knows what a block can be worth at most. */
  readonly blocks?: KernelBlocks
}

/** Columns in an order in which neighbours stand together, so that a block that is worth nothing to a row is left out whole. */
export interface KernelBlocks {
  /** The column at each place [cols]. */
  readonly order: Uint32Array
  /** Places a block; the last one may be shorter. */
  readonly size: number
  /** Writes log k(i, order[p]) to out[p] for places start ≤ p < end. */
  fill(i: number, start: number, end: number, out: Float64Array): void
  /** At least as large as every log k(i, ·) of a block. */
  bound(i: number, block: number): number
}

/** Find the coupling π of two weighted sets that is closest to a kernel in relative entropy. */
export interface RectangularProblem {
  readonly kernel: RowKernel
  /** Log-weights a [n], summing to one. */
  readonly fromLogWeights: Float64Array
  /** Log-weights b [m], summing to one. */
  readonly toLogWeights: Float64Array
}

/** f [n] and g [m]: π_ij = exp(f_i + a_i + log k_ij + g_j + b_j) has marginals exp(a) and exp(b). */
export interface Potentials {
  readonly from: Float64Array
  readonly to: Float64Array
}

export interface RectangularOptions extends Watch {
  /** Most turns. Default 1,000. */
  readonly turns?: number
  /** Converged when max_j |Σ_i π_ij / exp(b_j) − 1| is at most this. Default 1e-6. */
  readonly tolerance?: number
  /** Potentials to start from, e.g. those of a neighbouring problem. */
  readonly start?: Potentials
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
  const start = options.start ?? (await annealedStart(problem, options))
  const acceleration = new Acceleration()
  const method: Method<RectangularProblem, SweepState> = {
    init: async () => ({
      from: start.from.slice(),
      to: start.to.slice(),
      error: Number.POSITIVE_INFINITY,
      next: start.to.slice()
    }),
    step: async (_, state, turn) => {
      const swept = sweep(problem, { from: state.from, to: state.next.slice() }, withinTurn(options, turn))
      return { ...swept, next: acceleration.next(state.next, swept.to, swept.error) }
    },
    error: (_, state) => state.error
  }
  return withoutError(
    await iterate(method, problem, {
      ...options,
      stage: options.stage ?? 'coupling',
      turns: options.turns ?? 1000,
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
      progress && (({ done, total }) => progress({ stage: stage ?? 'coupling', done: turn - 1 + done / total, total: turns ?? 1000 }))
  }
}

/** Temperatures of the cold start: a kernel to the power 1/t is easier by far when the noise is small. */
const TEMPERATURES = [64, 16, 4]
/** Turns at each temperature, fewer once the error is below a half. */
const WARM_TURNS = 12

async function annealedStart(problem: RectangularProblem, watch: Watch): Promise<Potentials> {
  const { kernel } = problem
  let state: Potentials = { from: new Float64Array(kernel.rows).fill(Number.NaN), to: new Float64Array(kernel.cols) }
  let temperature = Number.POSITIVE_INFINITY
  for (const next of TEMPERATURES) {
    const ratio = temperature === Number.POSITIVE_INFINITY ? 1 : temperature / next
    state = { from: state.from.fill(Number.NaN), to: state.to.map((g) => g * ratio) }
    temperature = next
    for (let turn = 0; turn < WARM_TURNS; turn++) {
      const swept = sweep({ ...problem, kernel: heated(kernel, temperature) }, state, watch)
      state = swept
      if (swept.error < 0.5) break
    }
  }
  return { from: state.from.fill(Number.NaN), to: state.to.map((g) => g * temperature) }
}

function heated(kernel: RowKernel, temperature: number): RowKernel {
  const cool = (out: Float64Array, start: number, end: number): void => {
    for (let j = start; j < end; j++) out[j] = out[j]! / temperature
  }
  const { blocks } = kernel
  return {
    rows: kernel.rows,
    cols: kernel.cols,
    fillRow(i, out) {
      kernel.fillRow(i, out)
      cool(out, 0, out.length)
    },
    ...(blocks && {
      blocks: {
        order: blocks.order,
        size: blocks.size,
        fill(i, start, end, out) {
          blocks.fill(i, start, end, out)
          cool(out, start, end)
        },
        bound: (i, block) => blocks.bound(i, block) / temperature
      }
    })
  }
}

/** A kernel that knows no blocks is one block. */
function oneBlock(kernel: RowKernel): KernelBlocks {
  return {
    order: Uint32Array.from({ length: kernel.cols }, (_, j) => j),
    size: kernel.cols,
    fill: (i, _start, _end, out) => kernel.fillRow(i, out),
    bound: () => Number.POSITIVE_INFINITY
  }
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
    let shift = Number.isFinite(from[i]!) ? from[i]! : -row.largest(i)
    let sum = row.exponentials(i, shift)
    if (!(sum > 1e-3 && sum < 1e12)) {
      // The old potential no longer fits: take this row again from its largest term.
      shift = -row.largest(i)
      sum = row.exponentials(i, shift)
    }
    from[i] = shift - log(sum)
    row.addToColumns(exp(fromLogWeights[i]!) / sum)
  }
  const columnSums = new Float64Array(kernel.cols)
  blocks.order.forEach((j, place) => {
    columnSums[j] = row.columnSums[place]!
  })
  return correctColumns(problem, { from, to: state.to, columnSums })
}

/** Below this, a term is under 2e-16 of its row. */
const NEGLIGIBLE = -36

/** One row at a time of exp(log k + term + shift), in the kernel's order of places, without the blocks that are negligible. */
class RowSums {
  /** [cols] */
  readonly columnSums: Float64Array
  private readonly row: Float64Array
  private readonly largestTerms: Float64Array
  private readonly active: Uint32Array
  private activeCount = 0

  constructor(
    private readonly blocks: KernelBlocks,
    private readonly term: Float64Array
  ) {
    this.columnSums = new Float64Array(term.length)
    this.row = new Float64Array(term.length)
    this.largestTerms = new Float64Array(Math.ceil(term.length / blocks.size)).fill(Number.NEGATIVE_INFINITY)
    this.active = new Uint32Array(this.largestTerms.length)
    term.forEach((x, place) => {
      const block = Math.floor(place / blocks.size)
      if (x > this.largestTerms[block]!) this.largestTerms[block] = x
    })
  }

  /** Keeps exp(log k + term + shift) of row i, terms negligible beside the row's sum as 0; returns the sum. */
  exponentials(i: number, shift: number): number {
    const { blocks, term, row } = this
    this.activeCount = 0
    let sum = 0
    for (let block = 0; block < this.active.length; block++) {
      if (blocks.bound(i, block) + this.largestTerms[block]! + shift < NEGLIGIBLE) continue
      this.active[this.activeCount++] = block
      const start = block * blocks.size
      const end = Math.min(start + blocks.size, term.length)
      blocks.fill(i, start, end, row)
      for (let j = start; j < end; j++) {
        const x = row[j]! + term[j]! + shift
        if (x < NEGLIGIBLE) row[j] = 0
        else {
          const e = exp(x)
          row[j] = e
          sum += e
        }
      }
    }
    return sum
  }

  /** The largest log k + term of row i. Throws `InputError` when there is none. */
  largest(i: number): number {
    const { blocks, term, row } = this
    let largest = Number.NEGATIVE_INFINITY
    for (let block = 0; block < this.active.length; block++) {
      if (blocks.bound(i, block) + this.largestTerms[block]! < largest) continue
      const start = block * blocks.size
      const end = Math.min(start + blocks.size, term.length)
      blocks.fill(i, start, end, row)
      for (let j = start; j < end; j++) if (row[j]! + term[j]! > largest) largest = row[j]! + term[j]!
    }
    if (Number.isFinite(largest)) return largest
    throw noPartner(`point ${i} of the earlier snapshot, whose largest log-density is ${largest}`)
  }

  /** Adds `scale` times the row that was kept last. */
  addToColumns(scale: number): void {
    if (!(scale > 0)) return
    const { blocks, row, columnSums } = this
    for (let k = 0; k < this.activeCount; k++) {
      const start = this.active[k]! * blocks.size
      const end = Math.min(start + blocks.size, row.length)
      for (let j = start; j < end; j++) columnSums[j] = columnSums[j]! + row[j]! * scale
    }
  }
}

function noPartner(got: string): InputError {
  return new InputError({
    code: 'no-partner',
    got,
    expected: 'every point to have a partner of positive weight in the next snapshot',
    try: 'a larger sigma, or removing far outliers'
  })
}

function correctColumns(problem: RectangularProblem, swept: Potentials & { columnSums: Float64Array }): Swept {
  const { from, to, columnSums } = swept
  const lost: number[] = []
  let error = 0
  for (let j = 0; j < to.length; j++) {
    const weight = exp(problem.toLogWeights[j]!)
    if (weight === 0) continue
    if (!(columnSums[j]! > TINY)) {
      lost.push(j)
      continue
    }
    error = Math.max(error, Math.abs(columnSums[j]! / weight - 1))
    to[j] = to[j]! + problem.toLogWeights[j]! - log(columnSums[j]!)
  }
  if (lost.length > 0) error = Math.max(error, 1)
  for (const { column, logSum } of columnLogSums(problem, from, lost)) to[column] = -logSum
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
 * marginals. Cost two reductions a turn. Potentials as for the kernel *without* normalising constants.
 */
export async function scaleOnEngine(pair: Pair, engine: Engine, options: RectangularOptions = {}): Promise<Outcome<Potentials>> {
  const reversed: Pair = { from: pair.to, to: pair.from, kernel: reverseWidths(pair) }
  const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, i) => x + b[i]!)
  const acceleration = new Acceleration()
  const method: Method<Pair, SweepState> = {
    init: async () => ({
      from: options.start?.from ?? new Float64Array(pair.from.points.rows),
      to: options.start?.to ?? new Float64Array(pair.to.points.rows),
      error: Number.POSITIVE_INFINITY,
      next: options.start?.to ?? new Float64Array(pair.to.points.rows)
    }),
    step: async (_, { next }) => {
      const from = negate(await engine.logSum(pair, plus(next, pair.to.logWeights)), 'earlier')
      const to = negate(await engine.logSum(reversed, plus(from, pair.from.logWeights)), 'later')
      let error = 0
      for (let j = 0; j < to.length; j++) error = Math.max(error, Math.abs(exp(Math.min(700, next[j]! - to[j]!)) - 1))
      return { from, to, error, next: acceleration.next(next, to, error) }
    },
    error: (_, state) => state.error
  }
  return withoutError(
    await iterate(method, pair, {
      ...options,
      stage: options.stage ?? 'coupling',
      turns: options.turns ?? 1000,
      tolerance: options.tolerance ?? 1e-6,
      patience: PATIENCE
    })
  )
}

function reverseWidths({ kernel }: Pair): Pair['kernel'] {
  return kernel.kind === 'variable' ? { ...kernel, fromWidth: kernel.toWidth, toWidth: kernel.fromWidth } : kernel
}

function negate(logSums: Float64Array, side: string): Float64Array {
  return logSums.map((x, i) => {
    if (!Number.isFinite(x)) throw noPartner(`point ${i} of the ${side} snapshot`)
    return -x
  })
}
