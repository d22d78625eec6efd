import {
  type Engine,
  type FitJob,
  fitLatentTable,
  fitTable,
  type GlobalModel,
  type LatentDraw,
  type LatentJob,
  type LatentTableModel,
  loadGlobal,
  loadLatentTable,
  packModel,
  presentTable,
  type RawTable,
  ReferenceEngine,
  type SampleJob,
  type StopSignal,
  sampleLatentTable,
  sampleTable,
  saveGlobal,
  saveLatentTable,
  unpackModel,
  type Watch
} from '@sbridge/core'
import { writeAtomically } from './format/atomic-file.js'
import { readBytes } from './format/table-file.js'
import { createEngine, type EngineOptions } from './host/node.js'
import { fileNetworks } from './latent-onnx.js'

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
 * Fits the Schrödinger-bridge sampler to a table as `readTable` gives it; with `latent`, in the coordinates of a codec.
 * Options are those of `sbridge fit`, and where to run. Throws `InputError` for bad data or options, `StopError` when stopped.
 */
export function fit(table: RawTable, options: LatentJob & RunOptions): Promise<LatentTableModel>
export function fit(table: RawTable, options?: FitJob & { readonly latent?: undefined } & RunOptions): Promise<GlobalModel>
export function fit(table: RawTable, options: (FitJob | LatentJob) & RunOptions = {}): Promise<GlobalModel | LatentTableModel> {
  const { stop, progress } = options
  return withEngine<GlobalModel | LatentTableModel>(options, (engine) =>
    'latent' in options && options.latent !== undefined
      ? fitLatentTable(table, options, { engine, stop, progress, networks: fileNetworks })
      : fitTable(table, options, { engine, stop, progress })
  )
}

/** Cells as text in the input's spelling (for CSV) or typed. Default text. */
interface Cells {
  readonly cells?: 'text' | 'typed'
}

/** Draws rows from a model, ready for `writeTable` to any format. A latent model also takes `dynamics` and `start`. */
export function sample(model: LatentTableModel, options?: LatentDraw & RunOptions & Cells): Promise<RawTable>
export function sample(model: GlobalModel, options?: SampleJob & RunOptions & Cells): Promise<RawTable>
export function sample(model: GlobalModel | LatentTableModel, options?: SampleJob & RunOptions & Cells): Promise<RawTable>
export async function sample(model: GlobalModel | LatentTableModel, options: LatentDraw & RunOptions & Cells = {}): Promise<RawTable> {
  const { stop, progress, cells = 'text' } = options
  const rows = await withEngine(options, (engine) =>
    'codec' in model
      ? sampleLatentTable(model, options, { engine, stop, progress })
      : sampleTable(model, options, { engine, stop, progress })
  )
  const { formats } = 'codec' in model ? model.encoder : model.training.encoder
  return presentTable(rows, formats, cells)
}

/** Writes a model file, whole or not at all. */
export function saveModel(path: string, model: GlobalModel | LatentTableModel): Promise<void> {
  return writeAtomically(path, packModel('codec' in model ? saveLatentTable(model) : saveGlobal(model)))
}

/** Reads a model file. Throws `FormatError` when it is none, damaged or from a newer version. */
export async function loadModel(path: string): Promise<GlobalModel> {
  return loadGlobal(unpackModel(await readBytes(path)))
}

/**
 * Reads a file that holds a latent model; a diffusion map needs the engine that will decode it. Throws `FormatError` as
 * `loadModel` does.
 */
export async function loadLatentModel(
  path: string,
  { engine = new ReferenceEngine() }: { readonly engine?: Engine } = {}
): Promise<LatentTableModel> {
  return loadLatentTable(unpackModel(await readBytes(path)), { engine, networks: fileNetworks })
}
