import type { SystemContext, Watch } from '@sbridge/core'
import { defined, type StopSignal } from '@sbridge/core/internal'
import type { Engine } from '@sbridge/core/kernels'
import { fileHost } from './host/files.js'
import { createEngine, type EngineOptions } from './host/node.js'

/** Where a call runs: an engine of your own, or threads for one that is made and closed by the call. */
export interface RunOptions extends Pick<Watch, 'progress'> {
  readonly engine?: Engine
  readonly threads?: EngineOptions['threads']
  readonly stop?: StopSignal
}

/** Runs with the caller's engine, or with one that is made and closed. */
export async function running<T>({ engine, threads, stop, progress }: RunOptions, use: (context: SystemContext) => Promise<T>): Promise<T> {
  const own = engine ?? (await createEngine('wasm', defined({ threads, stop })))
  try {
    return await use({ engine: own, stop, progress, host: fileHost })
  } finally {
    if (!engine) await own.close()
  }
}

/** What of the options says where to run, and the rest. */
export function parted<O extends RunOptions>({ engine, threads, stop, progress, ...rest }: O): [RunOptions, Omit<O, keyof RunOptions>] {
  return [defined({ engine, threads, stop, progress }), rest]
}
