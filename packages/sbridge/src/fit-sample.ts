import {
  type Engine,
  type FitJob,
  fitTable,
  type GlobalModel,
  loadGlobal,
  packModel,
  presentRows,
  type RawTable,
  type SampleJob,
  type StopSignal,
  sampleTable,
  saveGlobal,
  unpackModel,
  type Watch
} from '@sbridge/core'
import { writeAtomically } from './format/atomic-file.js'
import { readBytes } from './format/table-file.js'
import { createEngine, type EngineOptions } from './host/node.js'

/** Where a call runs: an engine of your own, or threads for one that is made and closed by the call. */
export interface RunOptions extends Pick<Watch, 'progress'> {
  readonly engine?: Engine
  readonly threads?: EngineOptions['threads']
  readonly stop?: StopSignal
}

/** Runs with the caller's engine, or with one that is made and closed. */
export async function withEngine<T>(options: RunOptions, use: (engine: Engine) => Promise<T>): Promise<T> {
  if (options.engine) return use(options.engine)
  const { threads, stop } = options
  const engine = await createEngine('wasm', { ...(threads === undefined ? {} : { threads }), ...(stop ? { stop } : {}) })
  try {
    return await use(engine)
  } finally {
    await engine.close()
  }
}

/**
 * Fits the Schrödinger-bridge sampler to a table as `readTable` gives it.
 * Options are those of `sbridge fit`, and where to run. Throws `InputError` for bad data or options, `StopError` when stopped.
 */
export function fit(table: RawTable, options: FitJob & RunOptions = {}): Promise<GlobalModel> {
  return withEngine(options, (engine) => fitTable(table, options, { engine, stop: options.stop, progress: options.progress }))
}

/** Draws rows from a model, with typed cells, ready for `writeTable` to any format. */
export async function sample(
  model: GlobalModel,
  options: SampleJob &
    RunOptions & { /** Cells as text in the input's spelling (for CSV) or typed. Default text. */ readonly cells?: 'text' | 'typed' } = {}
): Promise<RawTable> {
  const rows = await withEngine(options, (engine) =>
    sampleTable(model, options, { engine, stop: options.stop, progress: options.progress })
  )
  return presentRows(model, rows, options.cells ?? 'text')
}

/** Writes a model file, whole or not at all. */
export function saveModel(path: string, model: GlobalModel): Promise<void> {
  return writeAtomically(path, packModel(saveGlobal(model)))
}

/** Reads a model file. Throws `FormatError` when it is none, damaged or from a newer version. */
export async function loadModel(path: string): Promise<GlobalModel> {
  return loadGlobal(unpackModel(await readBytes(path)))
}
