import {
  type DrawnRows,
  drawModel,
  type Evaluation,
  evaluateTables,
  type FitJob,
  type FittedEmbedding,
  type ForecastModel,
  fitModel,
  type GlobalModel,
  InputError,
  type LatentTableModel,
  type LocalModel,
  loaded,
  type Model,
  packModel,
  type StopSignal,
  SYSTEMS,
  type SystemContext,
  saved,
  systemFor,
  systemOf,
  type TableFit,
  type TableModel,
  type TableRequest,
  unpackModel,
  type Watch
} from '@sbridge/core'
import {
  checkOptions,
  coordinateTable,
  type DrawnPaths,
  type DrawnSeries,
  type DrawnTrajectories,
  defined,
  type EmbeddingAnswer,
  type EmbeddingRequest,
  type EmbedJob,
  type LatentJob,
  type LatentLocalModel,
  type PathsRequest,
  type SeriesFit,
  type SeriesRequest,
  type SnapshotsOptions,
  type TrajectoriesModel
} from '@sbridge/core/internal'
import { type Engine, keyFromSeed, ReferenceEngine } from '@sbridge/core/kernels'
import { inferTable, type RawTable, type Table } from '@sbridge/core/tables'
import { writeAtomically } from './format/atomic-file.js'
import { readBytes } from './format/table-file.js'
import { fileHost } from './host/files.js'
import { createEngine, type EngineOptions } from './host/node.js'

/** Where a call runs: an engine of your own, or threads for one that is made and closed by the call. */
export interface RunOptions extends Pick<Watch, 'progress'> {
  readonly engine?: Engine
  readonly threads?: EngineOptions['threads']
  readonly stop?: StopSignal
}

/** Runs with the caller's engine, or with one that is made and closed. */
async function running<T>({ engine, threads, stop, progress }: RunOptions, use: (context: SystemContext) => Promise<T>): Promise<T> {
  const own = engine ?? (await createEngine('wasm', defined({ threads, stop })))
  try {
    return await use({ engine: own, stop, progress, host: fileHost })
  } finally {
    if (!engine) await own.close()
  }
}

/** What of the options says where to run, and the rest. */
function parted<O extends RunOptions>({ engine, threads, stop, progress, ...rest }: O): [RunOptions, Omit<O, keyof RunOptions>] {
  return [defined({ engine, threads, stop, progress }), rest]
}

/** Options of a fit of any system; `tables` when left out. */
export type FitRequest = RunOptions &
  (
    | ({ readonly system?: 'tables' | undefined } & TableFit)
    | ({ readonly system: 'series' } & SeriesFit)
    | ({ readonly system: 'snapshots' } & SnapshotsOptions)
    | ({ readonly system: 'embedding' } & EmbedJob)
  )

type Whole = FitJob & { readonly latent?: undefined; readonly local?: undefined }
type Behind = LatentJob & { readonly local?: undefined }
type Local = Omit<TableFit, 'latent'> & Required<Pick<TableFit, 'local'>> & { readonly latent?: undefined }

/**
 * Fits a model to a table as `readTable` gives it. A table of rows: one bridge on all columns; with `local`, a small one for
 * each column on its neighbourhood; with `latent`, in the coordinates of a codec. `system` says what else a table is: a
 * `series`, `snapshots` of particles, or points to embed. Options are those of the verbs in camel case. Throws `InputError`
 * for bad data, for options that nothing reads (`option-unknown`) or that do not go together, `StopError` when stopped.
 */
export function fit(table: RawTable, options: { readonly system: 'series' } & SeriesFit & RunOptions): Promise<ForecastModel>
export function fit(table: RawTable, options: { readonly system: 'snapshots' } & SnapshotsOptions & RunOptions): Promise<TrajectoriesModel>
export function fit(table: RawTable, options: { readonly system: 'embedding' } & EmbedJob & RunOptions): Promise<FittedEmbedding>
export function fit(
  table: RawTable,
  options: TableFit & Required<Pick<TableFit, 'latent' | 'local'>> & RunOptions
): Promise<LatentLocalModel>
export function fit(table: RawTable, options: Behind & RunOptions): Promise<LatentTableModel>
export function fit(table: RawTable, options: Local & RunOptions): Promise<LocalModel>
export function fit(table: RawTable, options?: Whole & RunOptions): Promise<GlobalModel>
export function fit(table: RawTable, options: { readonly system?: 'tables' } & TableFit & RunOptions): Promise<TableModel>
export function fit(table: RawTable, options: FitRequest): Promise<Model>
export function fit(input: RawTable, all: FitRequest = {}): Promise<Model> {
  const [run, { system: name = 'tables', ...options }] = parted(all)
  const system = Object.hasOwn(SYSTEMS, name) ? SYSTEMS[name] : undefined
  if (!system)
    throw new InputError({
      code: 'option-value',
      got: `system = ${String(name)}`,
      expected: Object.keys(SYSTEMS).join(', '),
      try: 'leaving it out for a table of rows'
    })
  return running(run, (context) => fitModel(system as never, { input, options }, context))
}

/** Cells as text in the input's spelling (for CSV) or typed. Default text. */
interface Cells {
  readonly cells?: 'text' | 'typed' | undefined
}

/** An answer as a table ready for `writeTable` to any format, with what is to be said about it. */
export type Drawn<Told> = Omit<Told, 'table' | 'formats' | 'rows'> & RawTable

export type SampleOptions = Omit<TableRequest, 'asked'> & Cells & RunOptions
export type SampledTable = Drawn<DrawnRows>

/**
 * Draws from a model of any system: rows, under what is known of them where something is; continuations of a series;
 * trajectories; places in an embedding, or rows there. Where the data support it badly, `warnings` says so. Throws
 * `InputError` for options that nothing reads or that the model cannot honour, for unknown columns and categories, and for
 * what is impossible; `StopError` when stopped.
 */
export function draw(model: TableModel, request?: SampleOptions): Promise<SampledTable>
export function draw(model: ForecastModel, request: SeriesRequest & Cells & RunOptions): Promise<Drawn<DrawnSeries>>
export function draw(model: TrajectoriesModel, request?: PathsRequest & Cells & RunOptions): Promise<Drawn<DrawnPaths>>
export function draw(model: FittedEmbedding, request?: EmbeddingRequest & Cells & RunOptions): Promise<Drawn<EmbeddingAnswer>>
export async function draw(model: Model, all: object = {}): Promise<Drawn<object>> {
  const [run, { cells = 'text', ...request }] = parted(all as Cells & RunOptions)
  const system = systemOf(model)
  const answer = await running(run, (context) => drawModel(system, { model, request }, context))
  const { table: _table, formats: _formats, ...told } = answer as { table?: unknown; formats?: unknown }
  return { ...told, ...system.present(model, answer, cells) }
}

/** `draw` for models of tables. Throws besides `FormatError` (code `model-kind`) for a model of another system. */
export function sample(model: Model, options: SampleOptions = {}): Promise<SampledTable> {
  const system = systemOf(model)
  systemFor({ kind: system.kindOf(model) }, [SYSTEMS.tables])
  return draw(model as TableModel, options)
}

/** Trajectories with their table, ready for `writeTable` to any format. */
export interface TrajectoriesResult extends DrawnTrajectories {
  /** `particle`, then the columns of the input; sorted by particle, then time. */
  readonly rows: RawTable
}

/** A fit to snapshots and trajectories from it in one call. Options are those of `sbridge trajectories`. Throws as `fit` and `draw`. */
export async function trajectories(
  table: RawTable,
  { rows: count, at, between, cells, ...options }: SnapshotsOptions & PathsRequest & Cells & RunOptions
): Promise<TrajectoriesResult> {
  const request = defined({ rows: count, at, between, seed: options.seed })
  const [run] = parted(options)
  checkOptions(SYSTEMS.snapshots.fields.draw, request, { also: SYSTEMS.snapshots.also.draw })
  const { columns, rowCount, ...drawn } = await draw(await fit(table, { system: 'snapshots', ...options }), { ...request, ...run, cells })
  return { ...drawn, rows: { columns, rowCount } }
}

/** A fit to a series and an ensemble of its continuations in one call. Options are those of `sbridge forecast`. Throws as `fit` and `draw`. */
export async function forecast(
  table: RawTable,
  { rows, steps, cells, ...options }: SeriesFit & SeriesRequest & Cells & RunOptions
): Promise<{ readonly model: ForecastModel; readonly rows: RawTable }> {
  const model = await fit(table, { system: 'series', ...options })
  const [run] = parted(options)
  const { columns, rowCount } = await draw(model, { steps, ...defined({ rows, seed: options.seed }), ...run, cells })
  return { model, rows: { columns, rowCount } }
}

/** Diffusion-map coordinates of the rows of a table, in their order. Options are those of `sbridge embed`. Throws as `fit`. */
export async function embed(
  table: RawTable,
  options: EmbedJob & RunOptions = {}
): Promise<{ readonly model: FittedEmbedding; readonly rows: RawTable }> {
  const model = await fit(table, { system: 'embedding', ...options })
  return { model, rows: coordinateTable(model.coordinates!) }
}

/** What a model is and holds. */
export interface ModelInfo {
  readonly kind: string
  /** What it learned from. */
  readonly training: Table
  /** What was decided; plain JSON. */
  readonly summary: object & { readonly notes: readonly string[] }
}

/** What is in a model of any kind. */
export function info(model: Model): ModelInfo {
  const system = systemOf(model)
  return { kind: system.kindOf(model), training: system.training(model), summary: system.summary(model) }
}

/** Options of `evaluate`. */
export interface EvaluateOptions extends RunOptions {
  /** The rows that the model was fitted on, when `real` was held out. */
  readonly train?: RawTable
  /** Default 1. */
  readonly seed?: number
}

/**
 * Every measure of how well rows follow real ones, beside its floor. `real`: rows that the model has not seen, or a model,
 * for the data that it was fitted on.
 */
export function evaluate(real: RawTable | Model, synthetic: RawTable, all: EvaluateOptions = {}): Promise<Evaluation> {
  const [run, { train, seed = 1 }] = parted(all)
  const truth = 'rowCount' in real && 'columns' in real ? inferTable(real as RawTable).table : info(real as Model).training
  const types = Object.fromEntries(truth.columns.map(({ name, kind }) => [name, kind === 'integer' ? ('number' as const) : kind]))
  const like = (raw: RawTable): Table => inferTable(raw, { types }).table
  const tables = { real: truth, synthetic: like(synthetic), train: train && like(train) }
  return running(run, ({ engine }) => evaluateTables({ ...tables, engine, key: keyFromSeed(seed) }))
}

/** Writes a model file, whole or not at all. Throws `InputError` for a model that no file can hold. */
export function saveModel(path: string, model: Model): Promise<void> {
  return writeAtomically(path, packModel(saved(model)))
}

/**
 * Reads a model of any kind; a diffusion map needs the engine that will decode it. Throws `FormatError` when it is none,
 * damaged or from a newer version.
 */
export async function loadModel(path: string, { engine = new ReferenceEngine() }: { readonly engine?: Engine } = {}): Promise<Model> {
  return loaded(unpackModel(await readBytes(path)), { engine, host: fileHost })
}
