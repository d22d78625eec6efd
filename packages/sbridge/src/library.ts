import {
  type BridgeAnswer,
  type BridgeModel,
  type DensityGrid,
  type DensityModel,
  type DrawnRows,
  drawModel,
  type Evaluation,
  evaluateTables,
  type FilledRows,
  type FittedEmbedding,
  type ForecastModel,
  fitModel,
  type GlobalModel,
  type ImputationModel,
  InputError,
  loaded,
  type Model,
  packModel,
  type ScoredRows,
  SYSTEMS,
  type SystemContext,
  saved,
  type TableFit,
  type TableModel,
  type TableRequest,
  type Telling,
  unpackModel,
  type Watch
} from '@sbridge/core'
import {
  type BridgeFit,
  type BridgeRequest,
  type CellStyle,
  type Cells,
  type ClassedField,
  checkOptions,
  evaluateSchema as compareSchemas,
  coordinateTable,
  type DensityFit,
  type DrawnPaths,
  type DrawnSeries,
  type DrawnTrajectories,
  defined,
  drawSchema,
  type EmbeddingAnswer,
  type EmbeddingRequest,
  type EmbedJob,
  type FitJob,
  fitSchema as fitTables,
  heldOutEvaluation,
  type ImputationFit,
  type ImputationRequest,
  keptRows,
  type LatentJob,
  type LatentLocalModel,
  type LatentTableModel,
  type LocalModel,
  type OfRows,
  type PathsRequest,
  presentDrawn,
  refuseUnknown,
  SCHEMA_OPTIONS,
  type Schema,
  type SchemaEvaluation,
  type SchemaFit,
  type SchemaModel,
  type SchemaRequest,
  type ScoreRequest,
  type SeriesFit,
  type SeriesRequest,
  type SnapshotsOptions,
  type StopSignal,
  systemFor,
  systemOf,
  type TrajectoriesModel
} from '@sbridge/core/internal'
import { type Engine, keyFromSeed, ReferenceEngine } from '@sbridge/core/kernels'
import { type Cell, type DrawnRow, inferTable, type RawTable, type Rows, rowsOfTable, type Table, tableOfRows } from '@sbridge/core/tables'
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
    | ({ readonly system: 'imputation' } & ImputationFit)
    | ({ readonly system: 'bridge' } & BridgeFit)
    | ({ readonly system: 'density' } & DensityFit)
  )

type Whole = FitJob & { readonly latent?: undefined; readonly local?: undefined }
type Behind = LatentJob & { readonly local?: undefined }
type Local = Omit<TableFit, 'latent'> & Required<Pick<TableFit, 'local'>> & { readonly latent?: undefined }

/**
 * Fits a model to a table as `readTable` gives it, or to an array of records, whose type the model keeps. A table of rows: one bridge on all columns; with `local`, a small one for
 * each column on its neighbourhood; with `latent`, in the coordinates of a codec. `system` says what else a table is: a
 * `series`, `snapshots` of particles, points to embed, with `imputation` rows with gaps, or with `density` what is usual. Options are those of the verbs in camel case. Throws `InputError`
 * for bad data, for options that nothing reads (`option-unknown`) or that do not go together, `StopError` when stopped.
 */
export function fit<Row extends Cells<Row> = never>(
  rows: Rows<Row>,
  options: { readonly system: 'series' } & SeriesFit & RunOptions
): Promise<ForecastModel & OfRows<Row>>
export function fit(
  rows: Rows<object>,
  options: { readonly system: 'snapshots' } & SnapshotsOptions & RunOptions
): Promise<TrajectoriesModel>
export function fit(rows: Rows<object>, options: { readonly system: 'embedding' } & EmbedJob & RunOptions): Promise<FittedEmbedding>
export function fit(rows: Rows<object>, options: { readonly system: 'bridge' } & BridgeFit & RunOptions): Promise<BridgeModel>
export function fit(rows: Rows<object>, options: { readonly system: 'density' } & DensityFit & RunOptions): Promise<DensityModel>
export function fit<Row extends Cells<Row> = never>(
  rows: Rows<Row>,
  options: { readonly system: 'imputation' } & ImputationFit & RunOptions
): Promise<ImputationModel & OfRows<Row>>
export function fit<Row extends Cells<Row> = never>(
  rows: Rows<Row>,
  options: TableFit & Required<Pick<TableFit, 'latent' | 'local'>> & RunOptions
): Promise<LatentLocalModel & OfRows<Row>>
export function fit<Row extends Cells<Row> = never>(rows: Rows<Row>, options: Behind & RunOptions): Promise<LatentTableModel & OfRows<Row>>
export function fit<Row extends Cells<Row> = never>(
  rows: Rows<Row>,
  options: Local & RunOptions
): Promise<(LocalModel | ClassedField) & OfRows<Row>>
export function fit<Row extends Cells<Row> = never>(rows: Rows<Row>, options?: Whole & RunOptions): Promise<GlobalModel & OfRows<Row>>
export function fit<Row extends Cells<Row> = never>(
  rows: Rows<Row>,
  options: { readonly system?: 'tables' } & TableFit & RunOptions
): Promise<TableModel & OfRows<Row>>
export function fit<Row extends Cells<Row> = never>(rows: Rows<Row>, options: FitRequest): Promise<Model & OfRows<Row>>
export function fit(rows: Rows<object>, all: FitRequest = {}): Promise<Model> {
  const [run, { system: name = 'tables', ...options }] = parted(all)
  const system = Object.hasOwn(SYSTEMS, name) ? SYSTEMS[name] : undefined
  if (!system)
    throw new InputError({
      code: 'option-value',
      got: `system = ${String(name)}`,
      expected: Object.keys(SYSTEMS).join(', '),
      try: 'leaving it out for a table of rows'
    })
  return running(run, (context) => fitModel(system as never, { input: tableOfRows(rows), options }, context))
}

/** Cells as text in the input's spelling (for CSV), as plain text, typed, or typed but for dates (for JSON). Default text. */
interface AsColumns {
  readonly cells?: Exclude<CellStyle, 'source'> | undefined
}

/** One object a row, each cell of the type that it had in the input. */
interface AsRecords {
  readonly cells: 'records'
}

type What<Told> = Omit<Told, 'table' | 'formats' | 'rows' | 'raw' | 'given' | 'tables'>

/** An answer as a table ready for `writeTable` to any format, with what is to be said about it. */
export type Drawn<Told> = What<Told> & RawTable

/** An answer as records, with what is to be said about it. */
type DrawnRecords<Told, Row> = What<Told> & { readonly records: Row[] }

export type SampleOptions = Omit<TableRequest, 'asked'> & RunOptions & { readonly cells?: AsColumns['cells'] | 'records' }
export type SampledTable = Drawn<DrawnRows>

/** Options of a draw that say how it is handed over. */
type Handing<Request, As> = Omit<Request, 'cells'> & RunOptions & As

/** A continuation's row, with the member and the step that it stands at. */
type Continued<Row> = { member: number; step: number } & DrawnRow<Row>

/**
 * Draws from a model of any system: rows, under what is known of them where something is; continuations of a series;
 * trajectories; places in an embedding, or rows there; rows with their gaps filled, or scored. Where the data support it badly, `warnings` says so. Rows come as columns,
 * or with `cells: 'records'` as `records` of the type of those that the model was fitted to; `draw<Row>` names it for models from
 * files. Throws `InputError` for options that nothing reads or that the model cannot honour, for unknown columns and categories,
 * and for what is impossible; `StopError` when stopped.
 */
export function draw<Row = never>(
  model: TableModel & OfRows<Row>,
  request: Handing<SampleOptions, AsRecords>
): Promise<DrawnRecords<DrawnRows, DrawnRow<Row>>>
export function draw<Row = never>(
  model: ForecastModel & OfRows<Row>,
  request: Handing<SeriesRequest, AsRecords>
): Promise<DrawnRecords<DrawnSeries, Continued<Row>>>
export function draw(
  model: TrajectoriesModel,
  request: Handing<PathsRequest, AsRecords>
): Promise<DrawnRecords<DrawnPaths, Record<string, Cell>>>
export function draw(
  model: FittedEmbedding,
  request: Handing<EmbeddingRequest, AsRecords>
): Promise<DrawnRecords<EmbeddingAnswer, Record<string, Cell>>>
export function draw<Row = never>(
  model: ImputationModel & OfRows<Row>,
  request: Handing<ImputationRequest, AsRecords>
): Promise<DrawnRecords<FilledRows, DrawnRow<Row>>>
export function draw(model: ImputationModel, request: Handing<ImputationRequest, AsColumns>): Promise<Drawn<FilledRows>>
export function draw(
  model: BridgeModel,
  request: Handing<BridgeRequest, AsRecords>
): Promise<DrawnRecords<BridgeAnswer, Record<string, Cell>>>
export function draw(model: TableModel, request?: Handing<SampleOptions, AsColumns>): Promise<SampledTable>
export function draw(model: ForecastModel, request: Handing<SeriesRequest, AsColumns>): Promise<Drawn<DrawnSeries>>
export function draw(model: TrajectoriesModel, request?: Handing<PathsRequest, AsColumns>): Promise<Drawn<DrawnPaths>>
export function draw(model: FittedEmbedding, request?: Handing<EmbeddingRequest, AsColumns>): Promise<Drawn<EmbeddingAnswer>>
export function draw(model: BridgeModel, request?: Handing<BridgeRequest, AsColumns>): Promise<Drawn<BridgeAnswer>>
export function draw(
  model: DensityModel,
  request: Handing<ScoreRequest & Required<Pick<ScoreRequest, 'grid'>>, AsColumns>
): Promise<Drawn<DensityGrid>>
export function draw(
  model: DensityModel,
  request: Handing<ScoreRequest, AsRecords>
): Promise<DrawnRecords<ScoredRows, Record<string, Cell>>>
export function draw(model: DensityModel, request: Handing<ScoreRequest, AsColumns>): Promise<Drawn<ScoredRows>>
export async function draw(model: Model, all: object = {}): Promise<object> {
  const [run, { cells = 'text', ...request }] = parted(all as RunOptions & Pick<SampleOptions, 'cells'>)
  const system = systemOf(model)
  const answer = await running(run, (context) => drawModel(system, { model, request }, context))
  const {
    table: _table,
    formats: _formats,
    raw: _raw,
    given: _given,
    tables: _tables,
    ...told
  } = answer as Readonly<Record<string, unknown>>
  const table = system.present(model, answer, cells === 'records' ? 'source' : cells)
  return { ...told, ...(cells === 'records' ? { records: rowsOfTable(table) } : table) }
}

/** `draw` for models of tables. Throws besides `FormatError` (code `model-kind`) for a model of another system. */
export function sample<Row = never>(
  model: Model & OfRows<Row>,
  options: Handing<SampleOptions, AsRecords>
): Promise<DrawnRecords<DrawnRows, DrawnRow<Row>>>
export function sample(model: Model, options?: Handing<SampleOptions, AsColumns>): Promise<SampledTable>
export function sample(model: Model, options: object = {}): Promise<object> {
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
  table: Rows<object>,
  { rows: count, at, between, cells, ...options }: SnapshotsOptions & PathsRequest & AsColumns & RunOptions
): Promise<TrajectoriesResult> {
  const request = defined({ rows: count, at, between, seed: options.seed })
  const [run] = parted(options)
  checkOptions(SYSTEMS.snapshots.fields.draw, request, { also: SYSTEMS.snapshots.also.draw })
  const { columns, rowCount, ...drawn } = await draw(await fit(table, { system: 'snapshots', ...options }), { ...request, ...run, cells })
  return { ...drawn, rows: { columns, rowCount } }
}

/** A fit to a series and an ensemble of its continuations in one call. Options are those of `sbridge forecast`. Throws as `fit` and `draw`. */
export async function forecast(
  table: Rows<object>,
  { rows, steps, cells, ...options }: SeriesFit & SeriesRequest & AsColumns & RunOptions
): Promise<{ readonly model: ForecastModel; readonly rows: RawTable }> {
  const model = await fit(table, { system: 'series', ...options })
  const [run] = parted(options)
  const { columns, rowCount } = await draw(model, { steps, ...defined({ rows, seed: options.seed }), ...run, cells })
  return { model, rows: { columns, rowCount } }
}

/** Diffusion-map coordinates of the rows of a table, in their order. Options are those of `sbridge embed`. Throws as `fit`. */
export async function embed(
  table: Rows<object>,
  options: EmbedJob & RunOptions = {}
): Promise<{ readonly model: FittedEmbedding; readonly rows: RawTable }> {
  const model = await fit(table, { system: 'embedding', ...options })
  return { model, rows: coordinateTable(model.coordinates!, model, 'typed') }
}

/**
 * Fills what is missing in a table, and nothing else: given cells come back as they are. Options are those of `sbridge impute`.
 * Throws as `fit` and `draw`.
 */
export async function impute(
  table: Rows<object>,
  { as, draws, flag, cells, ...options }: ImputationFit & Omit<ImputationRequest, 'fill'> & AsColumns & RunOptions = {}
): Promise<{ readonly model: ImputationModel; readonly rows: RawTable; readonly warnings: FilledRows['warnings'] }> {
  const fill = tableOfRows(table)
  const model = await fit(fill, { system: 'imputation', ...options })
  const [run] = parted(options)
  const request = { fill, ...defined({ as, draws, flag, seed: options.seed, cells }), ...run }
  const { columns, rowCount, dialect, warnings } = await draw(model, request)
  return { model, rows: { columns, rowCount, ...defined({ dialect }) }, warnings }
}

/** Rows with their scores, and what says them. */
export interface Scores {
  /** Scores rows of other tables with `draw`, or in another call. */
  readonly model: DensityModel
  /** The rows in their order, with `log_density`, `outlier`, `outlier_p`, and what else was asked for. */
  readonly rows: RawTable
  readonly warnings: ScoredRows['warnings']
}

/**
 * How probable rows are under what is usual, a table, the rows that a model of one keeps, or a density that was fitted to one, and how far out each lies. Rows of the
 * table itself are left out one by one. Options are those of `sbridge score`. Throws as `fit` and `draw`.
 */
export async function score(
  usual: Rows<object> | DensityModel | TableModel,
  rows: Rows<object>,
  { gradient, denoise, cells, ...options }: DensityFit & Pick<ScoreRequest, 'gradient' | 'denoise'> & AsColumns & RunOptions = {}
): Promise<Scores> {
  const model = await densityFrom(usual, options)
  const [run, fitting] = parted(options)
  // Options of a fit beside a model are none of a draw, and are refused there.
  const beside = 'stack' in usual ? fitting : { seed: fitting.seed }
  const request = { ...defined(beside), score: tableOfRows(rows), ...defined({ gradient, denoise, cells }), ...run }
  const { columns, rowCount, dialect, warnings } = await draw(model, request)
  return { model, rows: { columns, rowCount, ...defined({ dialect }) }, warnings }
}

async function densityFrom(usual: Rows<object> | DensityModel | TableModel, options: DensityFit & RunOptions): Promise<DensityModel> {
  if ('stack' in usual) return usual
  if (!SYSTEMS.tables.holds(usual as Model)) return fit(usual as Rows<object>, { system: 'density', ...options })
  const kept = keptRows(usual as TableModel)
  return fit(kept.input, { system: 'density', ...kept.options, ...options })
}

/** How two tables differ. */
export interface Comparison {
  /** The bridge between both: draws rows between them, and carries rows from one to the other. */
  readonly model: BridgeModel
  /** What `sbridge compare --json` says: `pValue`, `overlap`, `divergence`, `drift` of each column, `shares` of levels, … */
  readonly summary: Telling['json']
}

/** The bridge between two tables, and what it says of how they differ. Options are those of `sbridge bridge`. Throws as `fit`. */
export async function compare(from: Rows<object>, to: Rows<object>, options: Omit<BridgeFit, 'to'> & RunOptions = {}): Promise<Comparison> {
  const model = await fit(from, { system: 'bridge', to, ...options })
  return { model, summary: SYSTEMS.bridge.tell(model).json }
}

/** Options of `fitSchema`: those of every table, `keys` between them and what becomes of `orphans`. */
export type SchemaOptions = SchemaFit & RunOptions

/**
 * Fits laws of several tables that refer to each other, as `readTables` gives them: parents by themselves, children given their
 * parent's row and how many they are. Throws `InputError` for keys that are none, dangle or lead in circles, else as `fit`.
 */
export function fitSchema(schema: Schema, all: SchemaOptions = {}): Promise<SchemaModel> {
  const [run, options] = parted(all)
  refuseUnknown(options, SCHEMA_OPTIONS)
  return running(run, (context) => fitTables(schema, options, context))
}

/** Draws new rows of all tables, by name: every key leads to a row that was drawn. Throws `InputError` as `draw`. */
export async function sampleSchema(
  model: SchemaModel,
  all: SchemaRequest & RunOptions & AsColumns = {}
): Promise<Readonly<Record<string, RawTable>>> {
  const [run, { cells = 'text', ...request }] = parted(all)
  refuseUnknown(request, ['scale', 'seed'])
  const drawn = await running(run, (context) => drawSchema(model, request, context))
  return Object.fromEntries([...drawn].map(([name, table]) => [name, presentDrawn(model.tables[name]!, table, cells)]))
}

/** Options of `evaluateSchema`. */
export interface SchemaEvaluationOptions extends RunOptions {
  /** Foreign keys, where the schema does not say them. */
  readonly keys?: SchemaFit['keys']
  /** Default 1. */
  readonly seed?: number
}

/** Tables that refer to each other beside real ones: where keys lead, how many rows refer to a row, how rows go with those that they refer to, and each table by itself. */
export function evaluateSchema(real: Schema, synthetic: Schema, all: SchemaEvaluationOptions = {}): Promise<SchemaEvaluation> {
  const [run, { keys, seed }] = parted(all)
  return running(run, (context) => compareSchemas({ real, synthetic, keys, seed }, context))
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
  readonly train?: Rows<object>
  /** Columns by which somebody could be recognised together. */
  readonly quasi?: readonly string[]
  /** Default 1. */
  readonly seed?: number
}

/**
 * Every measure of how well rows follow real ones, beside its floor. `real`: rows that the model has not seen, or a model,
 * for the data that it was fitted on.
 */
export function evaluate(real: Rows<object> | Model, synthetic: Rows<object>, all: EvaluateOptions = {}): Promise<Evaluation> {
  const [run, { train, quasi, seed = 1 }] = parted(all)
  const isRows = Array.isArray(real) || ('rowCount' in real && 'columns' in real)
  const truth = isRows ? inferTable(tableOfRows(real as Rows<object>)).table : info(real as Model).training
  const types = Object.fromEntries(truth.columns.map(({ name, kind }) => [name, kind === 'integer' ? ('number' as const) : kind]))
  const like = (rows: Rows<object>): Table => inferTable(tableOfRows(rows), { types }).table
  const tables = { real: truth, synthetic: like(synthetic), train: train && like(train) }
  return running(run, ({ engine }) => evaluateTables({ ...tables, quasi, engine, key: keyFromSeed(seed) }))
}

/**
 * Every measure of how well rows follow a table, on rows that no fit has seen: a random half of the rows is fitted with these
 * options, as many rows are drawn as the other half has, and compared with these. The second fit of `sample --report`. Cost: a fit
 * and a draw of half the rows. Throws `InputError` for fewer than 60 rows and for halves that cannot be fitted, else as `fit`.
 */
export async function evaluateFit(rows: Rows<object>, all: TableFit & RunOptions = {}): Promise<Evaluation> {
  const [run, given] = parted(all)
  const { fields, also, readOptions } = SYSTEMS.tables
  checkOptions(fields.fit, given, { also: also.fit })
  const options = await readOptions(given, fileHost)
  const request = { seed: options.seed ?? 1 }
  const found = await running(run, (context) => heldOutEvaluation({ input: tableOfRows(rows), options, request }, context))
  if (typeof found !== 'string') return found
  throw new InputError({ code: 'held-out', got: found, expected: 'halves of at least 30 rows that can be fitted', try: 'more rows' })
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
