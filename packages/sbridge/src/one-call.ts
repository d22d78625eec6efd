import {
  type BridgeModel,
  type DensityModel,
  type FilledRows,
  type FittedEmbedding,
  type ForecastModel,
  type ImputationModel,
  InputError,
  type ScoredRows,
  type SeveralForecasts,
  SYSTEMS,
  type TableModel,
  type Telling
} from '@sbridge/core'
import {
  type BridgeFit,
  checkOptions,
  coordinateTable,
  type DensityFit,
  type DrawnGroupPaths,
  type DrawnTrajectories,
  defined,
  type EmbedJob,
  type ImputationFit,
  type ImputationRequest,
  keptRows,
  type PathsRequest,
  type ScoreRequest,
  type SeriesFit,
  type SeriesRequest,
  type SnapshotsOptions,
  type TrajectoriesModel
} from '@sbridge/core/internal'
import { type RawTable, type Rows, tableOfRows } from '@sbridge/core/tables'
import { type AsColumns, draw, type FitRequest, fit } from './library.js'
import { parted, type RunOptions } from './running.js'

/** Trajectories with their table, ready for `writeTable` to any format. */
export interface TrajectoriesResult extends DrawnTrajectories {
  /** `particle`, then the columns of the input; sorted by particle, then time. */
  readonly rows: RawTable
}

/** The same of groups. */
export interface GroupsResult extends DrawnGroupPaths {
  readonly rows: RawTable
}

/** Refuses records, which `draw` hands over, before anything is fitted. */
function refuseRecords({ cells }: AsColumns): void {
  if ((cells as string | undefined) !== 'records') return
  throw new InputError({
    code: 'option-value',
    got: 'cells = records',
    expected: 'rows as columns: text, plain, typed, json or sheet',
    try: "draw(model, { …, cells: 'records' }) with the model that comes with them"
  })
}

/** A fit to snapshots and trajectories from it in one call. Options are those of `sbridge trajectories`. Throws as `fit` and `draw`. */
export function trajectories(
  table: Rows<object>,
  options: { readonly by: string } & SnapshotsOptions & PathsRequest & AsColumns & RunOptions
): Promise<GroupsResult>
export function trajectories(
  table: Rows<object>,
  options: { readonly by?: undefined } & SnapshotsOptions & PathsRequest & AsColumns & RunOptions
): Promise<TrajectoriesResult>
export async function trajectories(
  table: Rows<object>,
  { rows: count, at, between, cells, ...options }: SnapshotsOptions & PathsRequest & AsColumns & RunOptions
): Promise<TrajectoriesResult | GroupsResult> {
  refuseRecords({ cells })
  const request = defined({ rows: count, at, between, seed: options.seed })
  const [run] = parted(options)
  checkOptions(SYSTEMS.snapshots.fields.draw, request, { also: SYSTEMS.snapshots.also.draw })
  const model = await fit(table, { system: 'snapshots', ...options } as FitRequest)
  const { columns, rowCount, ...drawn } = await draw(model as TrajectoriesModel, { ...request, ...run, cells })
  return { ...drawn, rows: { columns, rowCount } }
}

/** A fit to a series, or with `group` to each of several, and an ensemble of continuations in one call. Options are those of `sbridge forecast`. Throws as `fit` and `draw`. */
export function forecast(
  table: Rows<object>,
  options: { readonly group: NonNullable<SeriesFit['group']> } & SeriesFit & SeriesRequest & AsColumns & RunOptions
): Promise<{ readonly model: SeveralForecasts; readonly rows: RawTable }>
export function forecast(
  table: Rows<object>,
  options: { readonly group?: undefined } & SeriesFit & SeriesRequest & AsColumns & RunOptions
): Promise<{ readonly model: ForecastModel; readonly rows: RawTable }>
export async function forecast(
  table: Rows<object>,
  { rows, steps, cells, ...options }: SeriesFit & SeriesRequest & AsColumns & RunOptions
): Promise<{ readonly model: ForecastModel | SeveralForecasts; readonly rows: RawTable }> {
  refuseRecords({ cells })
  const model = (await fit(table, { system: 'series', ...options } as FitRequest)) as ForecastModel | SeveralForecasts
  const [run] = parted(options)
  const { columns, rowCount } = await draw(model as ForecastModel, { steps, ...defined({ rows, seed: options.seed }), ...run, cells })
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
  refuseRecords({ cells })
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
  refuseRecords({ cells })
  const model = await densityFrom(usual, options)
  const [run, fitting] = parted(options)
  // Options of a fit beside a model are none of a draw, and are refused there.
  const beside = isOf(SYSTEMS.density, usual) ? fitting : { seed: fitting.seed }
  const request = { ...defined(beside), score: tableOfRows(rows), ...defined({ gradient, denoise, cells }), ...run }
  const { columns, rowCount, dialect, warnings } = await draw(model, request)
  return { model, rows: { columns, rowCount, ...defined({ dialect }) }, warnings }
}

async function densityFrom(usual: Rows<object> | DensityModel | TableModel, options: DensityFit & RunOptions): Promise<DensityModel> {
  if (isOf(SYSTEMS.density, usual)) return usual as DensityModel
  if (!isOf(SYSTEMS.tables, usual)) return fit(usual as Rows<object>, { system: 'density', ...options })
  const kept = keptRows(usual as TableModel)
  return fit(kept.input, { system: 'density', ...kept.options, ...options })
}

const isOf = (system: { holds(model: object): boolean }, usual: unknown): boolean =>
  typeof usual === 'object' && usual !== null && !Array.isArray(usual) && system.holds(usual)

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
