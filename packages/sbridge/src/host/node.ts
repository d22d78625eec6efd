import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { InputError } from '@sbridge/core'
import {
  defined,
  type Exchange,
  type Precision,
  type StopSignal,
  type WasmHost,
  type WasmWorker,
  WORKER_SOURCE,
  type WorkerMessage
} from '@sbridge/core/internal'
import { createWasmEngine, type Engine, ReferenceEngine } from '@sbridge/core/kernels'
import { ThreadCrew } from './crew.js'

/** Engines that exist, in the order in which help lists them. */
const ENGINE_NAMES = ['wasm', 'wasm-relaxed', 'reference'] as const
export type EngineName = (typeof ENGINE_NAMES)[number]

export interface EngineOptions {
  /** Threads, the calling one included. Default: all that the process may use. */
  readonly threads?: number
  /** Default float64. */
  readonly precision?: Precision
  /** A long call ends with `StopError` soon after this is set. */
  readonly stop?: StopSignal
  /** Has other processes compute pieces of long calls. */
  readonly exchange?: Exchange
}

/** Threads, memory and clock of Node for the wasm engine. */
export function nodeHost(): WasmHost {
  return {
    shared: true,
    now: () => performance.now(),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    compiling: forSpeed,
    startWorker
  }
}

/**
 * Compiled for speed before it runs: V8 would run each function as it stands until it has been there for a while, a tenth of a report of
 * penguins, and compiling all of a build takes a twentieth of a second. Modules of others are larger, and mostly not run.
 */
async function forSpeed(compile: () => Promise<object>): Promise<object> {
  setFlagsFromString('--no-liftoff')
  try {
    return await compile()
  } finally {
    setFlagsFromString('--liftoff')
  }
}

function startWorker(message: WorkerMessage, died: (cause: string) => void): WasmWorker {
  const worker = new Worker(`${WORKER_SOURCE}serve(require('node:worker_threads').workerData)`, {
    eval: true,
    workerData: message,
    // Its own flags and environment would only cost time.
    execArgv: [],
    env: {}
  })
  worker.unref()
  let stopped = false
  const gone = (cause: string) => stopped || died(cause)
  // The error, if there is one, comes before the exit.
  worker.on('error', (error) => gone(error.message)).on('exit', (code) => gone(`it ended with code ${code}`))
  return {
    stop: () => {
      stopped = true
      void worker.terminate()
    }
  }
}

let relaxedAllowed = false

/** Node 20 keeps relaxed SIMD behind a flag; later ones have no such flag. Must come before the module is compiled. */
function allowRelaxed(): void {
  if (relaxedAllowed) return
  relaxedAllowed = true
  if (Number(process.versions.node.split('.')[0]) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd')
}

/**
 * An engine by name. `reference` and `wasm` give the same bytes everywhere; `wasm-relaxed` is faster and gives the same
 * bytes on one machine. Throws `InputError` for an unknown name and `EngineError` where the host lacks support.
 */
export async function createEngine(name: string, options: EngineOptions = {}): Promise<Engine> {
  const { precision = 'float64', threads = availableParallelism(), stop, exchange } = options
  if (precision !== 'float64' && precision !== 'float32') {
    throw new InputError({ code: 'precision-unknown', got: `precision '${precision}'`, expected: 'float64 or float32', try: 'float64' })
  }
  if (name === 'reference') return new ReferenceEngine()
  if (name !== 'wasm' && name !== 'wasm-relaxed') {
    throw new InputError({ code: 'engine-unknown', got: `engine '${name}'`, expected: ENGINE_NAMES.join(', '), try: 'wasm' })
  }
  const relaxed = name === 'wasm-relaxed'
  if (relaxed) allowRelaxed()
  // One task is done with an engine beside what this thread does; machines that share a fit do all of it by the engine that they share.
  const own = exchange ? undefined : { name, precision, threads: Math.floor(threads / 2) }
  const crew = threads > 1 ? new ThreadCrew(threads, stop, own) : undefined
  const host = {
    ...nodeHost(),
    ...(crew && { meanwhile: (milliseconds: number) => crew.meanwhile(milliseconds), free: () => crew.free })
  }
  const engine = await createWasmEngine({ precision, relaxed, threads, host, ...defined({ stop, exchange, crew }) })
  return crew ? closing(engine, crew) : engine
}

/** An engine with which threads for what is no reduction end. */
function closing(engine: Engine, crew: ThreadCrew): Engine {
  const close = engine.close.bind(engine)
  return Object.assign(engine, {
    close: async () => {
      crew.close()
      await close()
    }
  })
}
