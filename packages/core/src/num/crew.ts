import { EngineError, type ErrorParts, FormatError, InputError, SbridgeError } from './errors.js'
import { quiet, throwIfStopped, type Watch } from './iterate.js'
import { later } from './later.js'
import { Pauses } from './pause.js'

/** A computation that depends on its input alone: any thread may do it, to the same bytes. */
export interface Task<I, O> {
  /** By which another thread knows it. */
  readonly name: string
  run(input: I, watch?: Watch): Promise<O> | O
  /** An input as plain data, where it has code in it; undefined where that code is nobody's but the caller's. */
  readonly pack?: (input: I) => unknown
  readonly unpack?: (packed: never) => I
}

interface EachOptions {
  readonly watch?: Watch | undefined
  /** Operations of all inputs together, roughly. */
  readonly work: number
  readonly stage: string
  /** Told after every input how many are done. */
  readonly done?: (count: number) => void
}

/** A task done with each of the inputs, in a crew's threads where there is one and it pays; results in the order of the inputs. */
export async function each<I, O>(task: Task<I, O>, inputs: readonly I[], options: EachOptions): Promise<O[]> {
  const { watch, work, stage, done } = options
  const crew = watch?.crew
  let count = 0
  const packed =
    crew && inputs.length > 1 && work > crew.least(inputs.length) ? inputs.map((input) => (task.pack ? task.pack(input) : input)) : []
  if (crew && packed.length > 0 && !packed.includes(undefined))
    return Promise.all(
      packed.map(async (input) => {
        const output = (await crew.run(task.name, input, watch)) as O
        done?.(++count)
        return output
      })
    )
  const out: O[] = []
  const pauses = watch?.stop && new Pauses()
  for (const input of inputs) {
    await pauses?.due()
    throwIfStopped(watch, stage)
    out.push(await task.run(input, alone(watch)))
    done?.(++count)
  }
  return out
}

/**
 * A task done in another thread while this one goes on, where there is one and it pays; else in this one while others work on a reduction,
 * and at the latest when its result is asked for, which is a function.
 */
export function beside<I, O>(task: Task<I, O>, input: I, { crew, stop, work }: Beside): () => Promise<O> {
  const start = (run: () => Promise<O> | O): Promise<O> => {
    const output = (async () => run())()
    // Nobody may ask, where something else has failed.
    output.catch(() => {})
    return output
  }
  if (crew && work > crew.least(1)) {
    const there = start(() => crew.run(task.name, task.pack ? task.pack(input) : input, { stop }) as Promise<O>)
    return () => there
  }
  return meanwhile(() => start(() => task.run(input, { stop })), { crew, work })
}

/** Something done in this thread while others work on a reduction, where there are some, and at the latest when it is asked for. */
export function meanwhile<T>(make: () => T, { crew, work }: Pick<Beside, 'crew' | 'work'>): () => T {
  const made = later(make)
  const errand = () => {
    try {
      made()
    } catch {
      // Who asks is told.
    }
  }
  const withdraw = crew?.later(errand, work)
  return () => {
    withdraw?.()
    return made()
  }
}

interface Beside extends Pick<Watch, 'crew' | 'stop'> {
  /** Operations, roughly. */
  readonly work: number
}

/** What a task is handed, in whichever thread: parts of it are not given away. */
const alone = (watch: Watch | undefined): Watch => ({ ...quiet(watch), progress: watch?.progress })

/** An error as plain data, so that another thread can throw it. */
export interface PlainError {
  readonly name: string
  readonly message: string
  readonly parts?: ErrorParts
}

export function plainError(error: unknown): PlainError {
  if (!(error instanceof SbridgeError)) return { name: 'Error', message: String((error as Error)?.stack ?? error) }
  const { name, message, code, got, expected, remedy } = error
  return { name, message, parts: { code, got, expected, try: remedy } }
}

export function errorFrom({ name, message, parts }: PlainError): Error {
  const own = { InputError, FormatError, EngineError, SbridgeError }[name]
  return own && parts ? new own(parts) : new Error(message)
}
