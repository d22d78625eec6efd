import { InputError, type SystemContext, type Watch } from '@sbridge/core'
import { defined, type StopSignal, whatIs } from '@sbridge/core/internal'
import type { Engine } from '@sbridge/core/kernels'
import { fileHost } from './host/files.js'
import { createEngine, type EngineOptions } from './host/node.js'

/** Where a call runs, who is told how far it is, and who may end it. */
export interface RunOptions {
  /** One of your own for many calls, which you close; without it each call makes one and closes it. */
  readonly engine?: Engine
  /** Threads of the engine that the call makes, the calling one included. Default: all that the process may use. Any number gives the same bytes. */
  readonly threads?: EngineOptions['threads']
  /** An `AbortSignal`: soon after it is aborted the call fails with `StopError`, and nothing was written. */
  readonly stop?: StopSignal
  /** Told how far a stage is, as `{ stage, done, total }`; the stages of a job follow each other. */
  readonly progress?: Watch['progress']
}

/** Runs with the caller's engine, or with one that is made and closed. Throws `InputError` for what is no engine, signal or listener. */
export async function running<T>(run: RunOptions, use: (context: SystemContext) => Promise<T>): Promise<T> {
  check(run)
  const { engine, threads, stop, progress } = run
  const own = engine ?? (await createEngine('wasm', defined({ threads, stop })))
  try {
    return await use({ engine: own, stop, progress, host: fileHost })
  } finally {
    if (!engine) await own.close()
  }
}

/** What each may be: whatever else would be called in the middle of the work, or never. */
function check({ engine, stop, progress }: RunOptions): void {
  if (engine !== undefined && typeof engine?.logSum !== 'function')
    throw wrong('engine', engine, 'an engine, as createEngine makes it', "await createEngine('wasm')")
  if (stop !== undefined && typeof stop?.aborted !== 'boolean') throw wrong('stop', stop, 'an AbortSignal', 'controller.signal')
  if (progress !== undefined && typeof progress !== 'function') throw wrong('progress', progress, 'a function', '({ done, total }) => …')
}

const wrong = (name: string, got: unknown, expected: string, example: string) =>
  new InputError({ code: 'option-value', got: `${name} = ${whatIs(got)}`, expected, try: `${name}: ${example}` })

/** What of the options says where to run, and the rest. Throws `InputError` for options that are no object, or that are called otherwise. */
export function parted<O extends RunOptions>(all: O): [RunOptions, Omit<O, keyof RunOptions>] {
  if (typeof all !== 'object' || all === null)
    throw new InputError({ code: 'option-value', got: `${whatIs(all)} for options`, expected: 'an object', try: '{ seed: 1 }' })
  if ('signal' in all)
    throw new InputError({ code: 'option-unknown', got: 'the option signal', expected: 'stop: an AbortSignal', try: 'stop: signal' })
  const { engine, threads, stop, progress, ...rest } = all
  return [defined({ engine, threads, stop, progress }), rest]
}
