import {
  type BridgeAnswer,
  type BridgeModel,
  type DensityGrid,
  type DensityModel,
  type DrawnRows,
  drawModel,
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
  type SeveralForecasts,
  SYSTEMS,
  saved,
  type TableFit,
  type TableModel,
  type TableRequest,
  unpackModel
} from '@sbridge/core'
import {
  type BridgeFit,
  type BridgeRequest,
  type CellStyle,
  type Cells,
  type ClassedField,
  type DensityFit,
  type DrawnGroupPaths,
  type DrawnPaths,
  type DrawnSeries,
  type DrawnSeveral,
  type EmbeddingAnswer,
  type EmbeddingRequest,
  type EmbedJob,
  type FitJob,
  type GroupedModel,
  type ImputationFit,
  type ImputationRequest,
  type LatentJob,
  type LatentLocalModel,
  type LatentTableModel,
  type LocalModel,
  type OfRows,
  type PathsRequest,
  type ScoreRequest,
  type SeriesFit,
  type SeriesRequest,
  type SnapshotsOptions,
  systemFor,
  systemOf,
  type TrajectoriesModel
} from '@sbridge/core/internal'
import { type Engine, ReferenceEngine } from '@sbridge/core/kernels'
import { type Cell, type DrawnRow, type RawTable, type Rows, rowsOfTable, tableOfRows } from '@sbridge/core/tables'
import { SEVERAL_TABLES, wrongKind } from './database/tables-model.js'
import { handedOver } from './format/as-drawn.js'
import { writeAtomically } from './format/atomic-file.js'
import { readBytes } from './format/table-file.js'
import { fileHost } from './host/files.js'
import { parted, type RunOptions, running } from './running.js'

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
  options: { readonly system: 'series'; readonly group: NonNullable<SeriesFit['group']> } & SeriesFit & RunOptions
): Promise<SeveralForecasts & OfRows<Row>>
export function fit<Row extends Cells<Row> = never>(
  rows: Rows<Row>,
  options: { readonly system: 'series'; readonly group?: undefined } & SeriesFit & RunOptions
): Promise<ForecastModel & OfRows<Row>>
export function fit(
  rows: Rows<object>,
  options: { readonly system: 'snapshots'; readonly by: string } & SnapshotsOptions & RunOptions
): Promise<GroupedModel>
export function fit(
  rows: Rows<object>,
  options: { readonly system: 'snapshots'; readonly by?: undefined } & SnapshotsOptions & RunOptions
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
export async function fit(rows: Rows<object>, all: FitRequest = {}): Promise<Model> {
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

/** Cells as text in the input's spelling (for CSV), as plain text, typed, or typed but for dates (for JSON). Default text; `writeTable` then takes those that its format has. */
export interface AsColumns {
  readonly cells?: Exclude<CellStyle, 'source'> | undefined
}

const STYLES: readonly (CellStyle | 'records')[] = ['text', 'plain', 'typed', 'json', 'sheet', 'records']

/** One object a row, each cell of the type that it had in the input. */
interface AsRecords {
  readonly cells: 'records'
}

type What<Told> = Omit<Told, 'table' | 'formats' | 'rows' | 'raw' | 'given' | 'tables' | 'each'>

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
 * or with `cells: 'records'` as `records` of the type of those that the model was fitted to, numbers and `Date`s where that was a text file; `draw<Row>` names it for models from
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
export function draw<Row = never>(
  model: SeveralForecasts & OfRows<Row>,
  request: Handing<SeriesRequest, AsRecords>
): Promise<DrawnRecords<DrawnSeveral, Continued<Row>>>
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
export function draw(model: SeveralForecasts, request: Handing<SeriesRequest, AsColumns>): Promise<Drawn<DrawnSeveral>>
export function draw(model: TrajectoriesModel, request?: Handing<PathsRequest, AsColumns>): Promise<Drawn<DrawnPaths>>
export function draw(model: GroupedModel, request?: Handing<PathsRequest, AsColumns>): Promise<Drawn<DrawnGroupPaths>>
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
  const [run, { cells: asked, ...request }] = parted(all as RunOptions & Pick<SampleOptions, 'cells'>)
  const cells = asked ?? 'text'
  if (!STYLES.includes(cells))
    throw new InputError({
      code: 'option-value',
      got: `cells = ${String(cells)}`,
      expected: `one of ${STYLES.join(', ')}`,
      try: 'leaving it out for text'
    })
  const system = systemOf(model)
  const answer = await running(run, (context) => drawModel(system, { model, request }, context))
  const {
    table: _table,
    formats: _formats,
    raw: _raw,
    given: _given,
    tables: _tables,
    each: _each,
    ...told
  } = answer as Readonly<Record<string, unknown>>
  // A text file has no types of its own: there a record's numbers are those that were read.
  const records = (model as Pick<RawTable, 'dialect'>).dialect?.kind === 'delimited' ? 'typed' : 'source'
  const table = system.present(model, answer, cells === 'records' ? records : cells)
  if (asked === undefined) handedOver(table, (other) => system.present(model, answer, other))
  return { ...told, ...(cells === 'records' ? { records: rowsOfTable(table) } : table) }
}

/** `draw` for models of tables. Throws besides `FormatError` (code `model-kind`) for a model of another system. */
export function sample<Row = never>(
  model: Model & OfRows<Row>,
  options: Handing<SampleOptions, AsRecords>
): Promise<DrawnRecords<DrawnRows, DrawnRow<Row>>>
export function sample(model: Model, options?: Handing<SampleOptions, AsColumns>): Promise<SampledTable>
export async function sample(model: Model, options: object = {}): Promise<object> {
  const system = systemOf(model)
  systemFor({ kind: system.kindOf(model) }, [SYSTEMS.tables])
  return draw(model as TableModel, options)
}

/** Writes a model file, whole or not at all. Throws `InputError` for a model that no file can hold. */
export async function saveModel(path: string, model: Model): Promise<void> {
  return writeAtomically(path, packModel(saved(model)))
}

/**
 * Reads a model of any kind; a diffusion map needs the engine that will decode it. Throws `FormatError` when it is none,
 * damaged or from a newer version.
 */
export async function loadModel(path: string, { engine = new ReferenceEngine() }: { readonly engine?: Engine } = {}): Promise<Model> {
  const contents = unpackModel(await readBytes(path))
  if (contents.kind === SEVERAL_TABLES) throw wrongKind(contents.kind, 'one of one table', 'loadSchema')
  return loaded(contents, { engine, host: fileHost })
}
