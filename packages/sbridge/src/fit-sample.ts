import {
  checkField,
  conditionFields,
  drawFields,
  type Engine,
  type FitJob,
  fitFields,
  type Given,
  type GlobalModel,
  InputError,
  type LatentDraw,
  type LatentJob,
  type LatentLocalModel,
  type LatentTableModel,
  type LikelihoodModule,
  type LocalModel,
  latentDrawFields,
  localFields,
  namesOf,
  packModel,
  presentTable,
  type RawTable,
  ReferenceEngine,
  refuseUnknown,
  type SampleJob,
  type StopSignal,
  unpackModel,
  type Watch
} from '@sbridge/core'
import { type Asked, askedIn, conditionsOf } from './cli/conditions.js'
import { parseGiven } from './cli/given.js'
import { writeAtomically } from './format/atomic-file.js'
import { readBytes } from './format/table-file.js'
import { createEngine, type EngineOptions } from './host/node.js'
import { modelIn, systemFor, systemOf, type TableModel } from './models/index.js'
import { combination, type DrawnRows, refuseForeign, TABLE_OPTIONS, type TableFit } from './models/table-system.js'

/** Where a call runs: an engine of your own, or threads for one that is made and closed by the call. */
export interface RunOptions extends Pick<Watch, 'progress'> {
  readonly engine?: Engine
  readonly threads?: EngineOptions['threads']
  readonly stop?: StopSignal
}

const RUN_OPTIONS = ['engine', 'threads', 'stop', 'progress'] as const

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

/** Options of `fit`: those of `sbridge fit` in camel case, and where to run. */
export interface FitTable extends TableFit, RunOptions {}

const FIT_FIELDS = [...fitFields, ...localFields]
const FIT_OPTIONS = [...TABLE_OPTIONS, 'weights', ...namesOf(FIT_FIELDS), 'blocks', 'latent', 'commonScale', ...RUN_OPTIONS]

/**
 * Fits a Schrödinger-bridge sampler to a table as `readTable` gives it: one bridge on all columns; with `local`, a small one
 * for each column on its neighbourhood; with `latent`, in the coordinates of a codec. Throws `InputError` for bad data, for
 * options that nothing reads (`option-unknown`) or that do not go together, `StopError` when stopped.
 */
export function fit(table: RawTable, options: FitTable & Required<Pick<TableFit, 'latent' | 'local'>>): Promise<LatentLocalModel>
export function fit(table: RawTable, options: LatentJob & { readonly local?: undefined } & RunOptions): Promise<LatentTableModel>
export function fit(
  table: RawTable,
  options: Omit<FitTable, 'latent'> & { readonly latent?: undefined } & Required<Pick<TableFit, 'local'>>
): Promise<LocalModel>
export function fit(
  table: RawTable,
  options?: FitJob & { readonly latent?: undefined; readonly local?: undefined } & RunOptions
): Promise<GlobalModel>
export function fit(table: RawTable, options: FitTable): Promise<TableModel>
export async function fit(table: RawTable, options: FitTable = {}): Promise<TableModel> {
  refuseUnknown(options, FIT_OPTIONS)
  for (const field of FIT_FIELDS) if (field.name !== 'scaling') checkField(field, options[field.name as keyof TableFit])
  const { engine: _engine, threads: _threads, stop, progress, ...job } = options
  const system = systemFor(job)
  refuseForeign(job, system.fits, system.name)
  return withEngine(options, (engine) => system.fit(table, job, { engine, stop, progress }))
}

/** What is known about rows to draw: the options of `sbridge sample` in camel case. */
export interface KnownRows {
  /** Columns that are known: a number, date, category or interval by name, or the text of `--given`; in a list, one condition each. */
  readonly given?: string | Given | readonly Given[]
  /** A table of conditions, one a row. */
  readonly givenFile?: string
  /** `2*x1 + x3 = 4.2 ± 0.1`. */
  readonly observe?: string | readonly string[]
  /** A module's functions, or the path of a module. */
  readonly likelihood?: string | LikelihoodModule
  readonly conditioning?: 'informed' | 'clamp' | 'langevin'
  readonly conditionBandwidth?: 'auto' | number
  readonly ridge?: 'auto' | number
}

/** Options of `sample`. Under conditions, `rows` is for each. */
export interface SampleOptions extends SampleJob, Pick<LatentDraw, 'dynamics'>, KnownRows, RunOptions {
  /** Cells as text in the input's spelling (for CSV) or typed. Default text. */
  readonly cells?: 'text' | 'typed'
}

const SAMPLE_FIELDS = [...drawFields, ...latentDrawFields, ...conditionFields]
const SAMPLE_OPTIONS = ['rows', 'seed', 'onStep', 'cells', ...namesOf(SAMPLE_FIELDS), ...RUN_OPTIONS]

/** Rows ready for `writeTable` to any format, with what is to be said about them. */
export interface SampledTable extends RawTable, Pick<DrawnRows, 'warnings' | 'conditional' | 'posterior' | 'conditions'> {}

/**
 * Draws rows from a model of any kind, under what is known of them where something is. Where the data support the rows badly,
 * `warnings` says so. Throws `InputError` for options that nothing reads or that the model cannot honour, for unknown columns
 * and categories, and for what is impossible; `StopError` when stopped.
 */
export async function sample(model: TableModel, options: SampleOptions = {}): Promise<SampledTable> {
  refuseUnknown(options, SAMPLE_OPTIONS)
  for (const field of SAMPLE_FIELDS) checkField(field, options[field.name as keyof SampleOptions])
  const { engine: _engine, threads: _threads, stop, progress, cells = 'text', ...request } = options
  const { given: _g, givenFile: _f, observe: _o, likelihood: _l, conditioning: _c, conditionBandwidth: _b, ridge: _r, ...job } = request
  const asked = await askedOf(request)
  const system = systemOf(model)
  const draw = { ...job, ...(asked ? { asked } : {}) }
  refuseForeign(draw, system.draws, system.name)
  const drawn = await withEngine(options, (engine) => system.draw(model, draw, { engine, stop, progress }))
  const { table, formats, warnings, conditional, posterior, conditions } = drawn
  return { ...presentTable(table, formats, cells), warnings, conditional, posterior, conditions }
}

/** What is known, read and checked as flags are. */
async function askedOf(known: KnownRows): Promise<Asked | undefined> {
  const { given = {}, givenFile, observe = [], likelihood, conditioning, conditionBandwidth, ridge } = known
  const several = Array.isArray(given) ? (given as readonly Given[]) : undefined
  if (several && givenFile !== undefined) throw combination('given as a list with givenFile', 'conditions in one place')
  if (several?.length === 0)
    throw new InputError({ code: 'conditions-none', got: 'given = []', expected: 'at least one condition', try: 'leaving given out' })
  return askedIn({
    shared: several ? {} : typeof given === 'string' ? parseGiven(given) : (given as Given),
    conditions: several ?? (givenFile === undefined ? undefined : await conditionsOf(givenFile, undefined)),
    observe: typeof observe === 'string' ? [observe] : observe,
    likelihood,
    source: several ? 'several conditions' : 'givenFile',
    how: { conditioning, conditionBandwidth, ridge }
  })
}

/** Writes a model file, whole or not at all. */
export function saveModel(path: string, model: TableModel): Promise<void> {
  return writeAtomically(path, packModel(systemOf(model).save(model)))
}

/**
 * Reads a model of a table, of any kind; a diffusion map needs the engine that will decode it. Throws `FormatError` when it is
 * none, damaged or from a newer version.
 */
export async function loadModel(path: string, { engine = new ReferenceEngine() }: { readonly engine?: Engine } = {}): Promise<TableModel> {
  return modelIn(unpackModel(await readBytes(path)), engine)
}
