import { StopError } from './errors.js'
import { Pauses } from './pause.js'

/** What a caller may set to stop a job; an `AbortSignal` is one. */
export interface StopSignal {
  readonly aborted: boolean
}

/** How far a job is: `done` of `total` units of the stage named. */
export interface ProgressEvent {
  readonly stage: string
  readonly done: number
  readonly total: number
}

/** Batch number `batch` of the `batches` of a draw. */
export interface BatchPlace {
  readonly batch: number
  readonly batches: number
}

/** Where a draw is shared between machines: gives a batch as `draw` would, plain data with typed arrays, wherever it was drawn. */
export type Share = (place: BatchPlace, draw: () => Promise<unknown>) => Promise<unknown>

/** Other threads that do tasks. */
export interface Crew {
  /** Whether each has an engine that gives the bits of this thread's. */
  readonly engines: boolean
  /** Operations (some nanoseconds each) below which it costs more than it saves to have so many at work. */
  least(threads: number): number
  /** What a task gives, its own errors included. `StopError` soon after a stop was asked for. */
  run(name: string, input: unknown, watch: Watch, engine?: 'with engine'): Promise<unknown>
  /** Has this thread do something of so many operations while others work on a reduction that takes longer; what it gives withdraws that. */
  later(errand: () => void, work: number): () => void
  /** Has this thread do one of these now: it waits for what takes other threads long. */
  rest(): void
}

/** What a long job is handed besides its problem. */
export interface Watch {
  readonly stop?: StopSignal | undefined
  readonly progress?: ((event: ProgressEvent) => void) | undefined
  /** Told of pairs of rows that other threads' engines have gone through. */
  readonly work?: ((pairs: number) => void) | undefined
  readonly share?: Share | undefined
  readonly crew?: Crew | undefined
}

/** The same for a part of a job that is not shared. */
export function unshared(watch: Watch | undefined): Watch | undefined {
  if (!watch?.share) return watch
  const { share: _whole, ...rest } = watch
  return rest
}

/** The same for a part of a job that tells nothing of itself. */
export const quiet = (watch: Watch | undefined): Watch | undefined => watch?.stop && { stop: watch.stop }

/** An iterative method on problems P with states S; `error` is zero at a solution. */
export interface Method<P, S> {
  init(problem: P): Promise<S>
  step(problem: P, state: S, turn: number): Promise<S>
  error(problem: P, state: S): Promise<number> | number
}

/** How an iteration ended. Not converging is a result with a name, not an exception. */
export type Ending = 'converged' | 'turns-used' | 'stalled' | 'not-finite'

/** As people read it, of what was repeated: “the scaling …”. */
export const ENDING_WORDS: Readonly<Record<Ending, string>> = {
  converged: 'settled',
  'turns-used': 'had not settled when its turns were used up',
  stalled: 'came no nearer to settling',
  'not-finite': 'ran out of what numbers can hold'
}

export interface Outcome<S> {
  readonly state: S
  readonly ending: Ending
  readonly turns: number
  /** (turn, error) for every turn at which the error was measured. */
  readonly errors: readonly (readonly [number, number])[]
}

interface IterateOptions extends Watch {
  readonly stage: string
  /** Most turns to take. */
  readonly turns: number
  /** Converged when error ≤ tolerance. */
  readonly tolerance: number
  /** Stalled after this many turns without the best error falling by a thousandth; 0 never. Default 50. */
  readonly patience?: number
}

/** Throws `StopError` when the caller asked to stop. */
export function throwIfStopped(watch: Watch | undefined, stage: string): void {
  if (watch?.stop?.aborted) throw new StopError(stage)
}

/** The one loop that runs every method: init, then step and error until an ending; where it can be stopped, the event loop gets its turns. */
export async function iterate<P, S>(method: Method<P, S>, problem: P, options: IterateOptions): Promise<Outcome<S>> {
  const patience = options.patience ?? 50
  let state = await method.init(problem)
  const errors: [number, number][] = []
  let best = Number.POSITIVE_INFINITY
  let bestTurn = 0
  const pauses = options.stop && new Pauses()
  for (let turn = 1; turn <= options.turns; turn++) {
    await pauses?.due()
    throwIfStopped(options, options.stage)
    state = await method.step(problem, state, turn)
    const error = await method.error(problem, state)
    errors.push([turn, error])
    options.progress?.({ stage: options.stage, done: turn, total: options.turns })
    if (!Number.isFinite(error)) return { state, ending: 'not-finite', turns: turn, errors }
    if (error <= options.tolerance) return { state, ending: 'converged', turns: turn, errors }
    if (error < best * 0.999) {
      best = error
      bestTurn = turn
    }
    if (patience > 0 && turn - bestTurn >= patience) return { state, ending: 'stalled', turns: turn, errors }
  }
  return { state, ending: 'turns-used', turns: options.turns, errors }
}
