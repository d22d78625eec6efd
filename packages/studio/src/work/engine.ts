import { browserHost } from '@sbridge/core'
import { createWasmEngine, type Engine } from '@sbridge/core/kernels'
import { surroundings } from './surroundings.js'

/** The engine of a worker: the same bytes as the command line's, on all threads that the page may use. */
export function openEngine(): Promise<Engine> {
  // The script of the engine's threads stands beside the page, the workers in a folder below it.
  const workerUrl = new URL('../engine-thread.js', self.location.href).href
  return createWasmEngine({ precision: 'float64', relaxed: false, threads: surroundings().threads, host: browserHost({ workerUrl }) })
}
