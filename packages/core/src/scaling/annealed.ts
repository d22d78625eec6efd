import { iterate, type Method, type Outcome, throwIfStopped, type Watch } from '../num/iterate.js'
import { Pauses } from '../num/pause.js'
import { Anderson } from './anderson.js'

/** f [n] and g [m]: π_ij = exp(f_i + a_i + log k_ij + g_j + b_j) has marginals exp(a) and exp(b); of a relaxed side exp(a − f/ρ). */
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
  /** Told of each temperature of a cold start. */
  readonly onTemperature?: (temperature: number) => void
  /** Name of the stage in progress events. Default `coupling`. */
  readonly stage?: string
}

export interface Swept extends Potentials {
  readonly error: number
  /** Where turns would bring `to`, as far as this one tells; `to` itself when left out. */
  readonly further?: Float64Array | undefined
}

interface SweepState extends Swept {
  /** Where the next turn starts: accelerated, while `to` is what this turn made exact. */
  readonly next: Float64Array
}

/** Most turns, and the error that is enough, where a caller sets no other. */
const TURNS = 1000
export const TOLERANCE = 1e-6

/** Sharp kernels have long plateaus. */
const PATIENCE = 200

/** Turns of plain iteration before acceleration sets in: the first ones are far from linear. */
const PLAIN_TURNS = 4

/** Error from which on turns are accelerated: larger ones are far from linear. */
const ACCELERATED = 1

/** Chooses where the next turn starts; an accelerated start that made the error grow is taken back. */
export class Acceleration {
  private readonly anderson = new Anderson()
  private best = Number.POSITIVE_INFINITY
  private turn = 0

  next(start: Float64Array, to: Float64Array, error: number): Float64Array {
    this.turn++
    if (this.turn <= PLAIN_TURNS || !Number.isFinite(error) || error >= ACCELERATED) {
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

/** What the iteration is told of a kernel: its size, and one turn at a temperature. `state` may be overwritten. */
export interface Turning {
  readonly rows: number
  readonly cols: number
  sweep(state: Potentials, temperature: number, watch: Watch): Swept | Promise<Swept>
}

/** A rung of the ladder that a cold start goes down. */
export interface Rung {
  readonly temperature: number
  /** Side of the cells that points stand for there, in standard deviations of the kernel itself. */
  readonly width: number
}

/** Some of the points, from whose coupling that of more is started. */
export interface Fewer extends Turning {
  /** Which of all columns these are. */
  readonly columns: Uint32Array
  /** g of `finer` at a temperature, or of all points, from these points' f. */
  extended(from: Float64Array, temperature: number, finer: Fewer | undefined, watch: Watch): Float64Array
}

interface Sweeps extends Turning {
  /** By how much the logarithm of the kernel varies over the first row, roughly. */
  range(): number
  /** As many of the points as do at a rung, the same ones for the same number; all when undefined. */
  fewer?(rung: Rung): Fewer | undefined
}

export async function scale(sweeps: Sweeps, options: RectangularOptions): Promise<Outcome<Potentials>> {
  const acceleration = new Acceleration()
  const method: Method<Sweeps, SweepState> = {
    init: async () => {
      const { from, to } = options.start ?? (await annealedStart(sweeps, options))
      return { from: from.slice(), to: to.slice(), error: Number.POSITIVE_INFINITY, next: to.slice() }
    },
    step: async (_, state, turn) => {
      const swept = await sweeps.sweep({ from: state.from, to: state.next.slice() }, 1, withinTurn(options, turn))
      return { ...swept, next: acceleration.next(state.next, swept.further ?? swept.to, swept.error) }
    },
    error: (_, state) => state.error
  }
  return withoutError(
    await iterate(method, sweeps, {
      ...options,
      stage: options.stage ?? 'coupling',
      turns: options.turns ?? TURNS,
      tolerance: options.tolerance ?? TOLERANCE,
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

/** Powers of four, falling to four, with cells as wide as the heated kernel: what differs by less has nearly the same potential. */
function hotRungs(range: number): Rung[] {
  let hottest = LEAST_HEAT
  while (hottest * MOST_RANGE < range && hottest < 2 ** 60) hottest *= 4
  const out: Rung[] = []
  for (let t = hottest; t > 1; t /= 4) out.push({ temperature: t, width: Math.sqrt(t) })
  return out
}

/** Of the kernel itself, where all points are many more: a turn of all costs as much as many of these. */
const SHARP_RUNGS: readonly Rung[] = [
  { temperature: 1, width: 1 },
  { temperature: 1, width: 0.5 }
]

/** Turns at each rung at most, and the error that is enough: what is wrong there takes many times the turns below. */
const WARM = { turns: 100, error: 0.1 }
/** Of the kernel itself: cells are no better than that, and the next rung begins where this one ends. */
const SHARP = { turns: 300, error: 0.01 }

async function annealedStart(sweeps: Sweeps, { onTemperature, ...watch }: RectangularOptions): Promise<Potentials> {
  const unset = (count: number): Float64Array => new Float64Array(count).fill(Number.NaN)
  const ladder = [...hotRungs(sweeps.range()), ...SHARP_RUNGS]
    .map((rung) => ({ ...rung, fewer: sweeps.fewer?.(rung) }))
    .filter(({ temperature, fewer }) => temperature > 1 || fewer)
  /** g at temperature one. */
  let to = new Float64Array((ladder[0]?.fewer ?? sweeps).cols)
  const tell = watch.progress && (() => watch.progress?.({ stage: watch.stage ?? 'coupling', done: 0, total: watch.turns ?? TURNS }))
  const within = { stop: watch.stop, progress: tell }
  for (const [k, { temperature, fewer }] of ladder.entries()) {
    onTemperature?.(temperature)
    const at = fewer ?? sweeps
    const state = await turned(at, { from: unset(at.rows), to: to.map((g) => g / temperature) }, temperature, within)
    const next = ladder[k + 1]?.fewer
    to = (fewer && fewer !== next ? fewer.extended(state.from, temperature, next, within) : state.to).map((g) => g * temperature)
  }
  return { from: unset(sweeps.rows), to }
}

/** Turns at one rung, as many as are enough there. */
async function turned(at: Turning, start: Potentials, temperature: number, watch: Watch): Promise<Potentials> {
  const pauses = watch.stop && new Pauses()
  const enough = temperature > 1 ? WARM : SHARP
  const acceleration = temperature > 1 ? undefined : new Acceleration()
  let state = start
  for (let turn = 0; turn < enough.turns; turn++) {
    await pauses?.due()
    throwIfStopped(watch, 'coupling')
    watch.progress?.({ stage: 'rows', done: turn, total: enough.turns })
    const before = state.to.slice()
    const swept = await at.sweep(state, temperature, watch)
    if (swept.error < enough.error) return swept
    state = acceleration ? { from: swept.from, to: acceleration.next(before, swept.further ?? swept.to, swept.error) } : swept
  }
  return state
}

function withoutError(outcome: Outcome<SweepState>): Outcome<Potentials> {
  return { ...outcome, state: { from: outcome.state.from, to: outcome.state.to } }
}

/** Largest less smallest of what is finite. */
export function rangeOf(values: Float64Array): number {
  const finite = values.filter(Number.isFinite)
  return (
    finite.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY) -
    finite.reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY)
  )
}
