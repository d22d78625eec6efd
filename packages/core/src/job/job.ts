import type { Engine } from '../kernel/engine.js'
import { InputError } from '../num/errors.js'
import type { Watch } from '../num/iterate.js'
import { listed } from '../num/listed.js'
import { keyFromSeed } from '../num/random.js'
import { namesOf, refuseUnknown } from '../systems/fields.js'
import { type Context, fitGlobal, type GlobalModel, type SampleRequest, sampleGlobal } from '../systems/global/model.js'
import { drawFields, type FitOptions, fitFields } from '../systems/global/options.js'
import { type InferOptions, type InferredTable, inferTable } from '../table/infer.js'
import { presentTable } from '../table/present.js'
import type { RawTable } from '../table/raw.js'
import { repeatedKeyNotes } from '../table/repeated-keys.js'
import { continueNumbers } from '../table/running-numbers.js'
import { isNumeric, type Table } from '../table/table.js'

/** Everything that a fit of a table depends on besides the table: plain data, the same for every caller. */
export interface FitJob extends InferOptions, Omit<FitOptions, 'weights'> {
  /** A column of row weights: used as weights, not modelled, and written as 1. */
  readonly weights?: string
  /** Whole number from 0 to 2⁵³ − 1. Default 1. */
  readonly seed?: number
}

/** What a draw depends on besides the model. */
export interface SampleJob extends Omit<SampleRequest, 'count' | 'onStep'>, Pick<SampleRequest, 'onStep'> {
  /** Rows to draw; default as many as the model was fitted on. */
  readonly rows?: number
  /** Default 1. */
  readonly seed?: number
}

const FIT_JOB = [...namesOf(fitFields), 'types', 'columns', 'exclude', 'missing', 'weights', 'seed']
const SAMPLE_JOB = [...namesOf(drawFields), 'rows', 'seed', 'onStep']

/** Where a job runs. */
export interface JobContext extends Watch {
  readonly engine: Engine
}

/** A table with kinds, ready to fit, and its row weights. */
export interface PreparedTable {
  readonly data: InferredTable
  readonly weights?: Float64Array
}

/** Infers kinds and takes the weights column out. Throws what `inferTable` throws. */
export function prepareTable(raw: RawTable, job: FitJob = {}): PreparedTable {
  const data = inferTable(raw, job)
  if (job.weights === undefined) return { data }
  const place = data.table.columns.findIndex((column) => column.name === job.weights)
  const column = data.table.columns[place]
  if (!column || !isNumeric(column) || column.missing) {
    throw new InputError({
      code: 'weights-column',
      got: `the weights column ${job.weights}${column ? ' with cells that are not numbers' : ', which the table lacks'}`,
      expected: 'a column of numbers without missing cells',
      try: `one of ${listed(data.table.columns.filter((c) => isNumeric(c) && !c.missing).map((c) => c.name))}`
    })
  }
  // Drawn rows have equal weight: the column becomes the constant 1.
  const ones = { ...column, values: new Float64Array(data.table.rowCount).fill(1) }
  const columns = data.table.columns.map((c, i) => (i === place ? ones : c))
  const notes = [...data.notes, `${job.weights} is used as row weight and written as 1`]
  return { data: { ...data, table: { ...data.table, columns }, notes }, weights: column.values }
}

/** As `prepareTable`, for models of rows: running numbers are left out of these and continued, and rows that repeat per key have a note. */
export function prepareRows(raw: RawTable, job: FitJob = {}): PreparedTable {
  const { data, ...weights } = prepareTable(raw, job)
  const rows = continueNumbers(data, job)
  return { data: { ...rows, notes: [...rows.notes, ...repeatedKeyNotes(rows.table)] }, ...weights }
}

/** Key and watch of a job. Throws `InputError` for a seed that is none. */
export function contextOf(seed: number, context: JobContext): Context {
  if (!(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new InputError({ code: 'seed', got: `the seed ${seed}`, expected: 'a whole number from 0 to 9007199254740991', try: '--seed 1' })
  }
  return { engine: context.engine, key: keyFromSeed(seed), watch: { stop: context.stop, progress: context.progress } }
}

/** Fits the Schrödinger-bridge sampler to a raw table. Same table, job and engine: same model, for any thread count. */
export async function fitTable(raw: RawTable, job: FitJob, context: JobContext): Promise<GlobalModel> {
  refuseUnknown(job, FIT_JOB)
  const { data, weights } = prepareRows(raw, job)
  return fitGlobal(data, { ...job, ...(weights ? { weights } : { weights: undefined }) } as FitOptions, contextOf(job.seed ?? 1, context))
}

/** Rows drawn from a model, with kinds. Same model, job and engine: same rows, for any thread count. */
export async function sampleTable(model: GlobalModel, job: SampleJob, context: JobContext): Promise<Table> {
  refuseUnknown(job, SAMPLE_JOB)
  return sampleGlobal(model, { ...job, count: job.rows ?? model.summary.rowCount }, contextOf(job.seed ?? 1, context))
}

/** Drawn rows as raw columns for a writer: `text` for CSV and TSV, `typed` for all other formats. */
export function presentRows(model: GlobalModel, rows: Table, as: 'text' | 'typed'): RawTable {
  return presentTable(rows, model.training.encoder.formats, as)
}
