import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { type Back, putRulesBack } from '../../code/rules/stacked.js'
import { keyFor } from '../../num/random.js'
import type { ColumnFormat } from '../../table/infer.js'
import { presentTable } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import { type Cells, type DrawnRow, type OfRows, type Rows, rowsOfTable, tableOfRows } from '../../table/records.js'
import type { Table } from '../../table/table.js'
import { contextOf, type JobContext } from '../context.js'
import { fitGlobal, type GlobalModel } from '../global/model.js'
import { drawFields, type FitOptions, fitFields } from '../global/options.js'
import { type SampleRequest, sampleGlobal } from '../global/sample.js'
import { namesOf, refuseUnknown } from '../options/fields.js'
import { prepareRows, type TableOptions } from '../prepare.js'

/** Everything that a fit of a table depends on besides the table: plain data, the same for every caller. */
export interface FitJob extends TableOptions, Omit<FitOptions, 'weights'> {
  /** Whole number from 0 to 2⁵³ − 1. Default 1. */
  readonly seed?: number
}

/** What a draw depends on besides the model. */
export interface SampleJob extends Omit<SampleRequest, 'count' | 'first' | 'onStep'>, Pick<SampleRequest, 'onStep'> {
  /** Rows to draw; default as many as the model was fitted on. */
  readonly rows?: number
  /** Default 1. */
  readonly seed?: number
}

const FIT_JOB = [...namesOf(fitFields), 'types', 'columns', 'exclude', 'missing', 'weights', 'seed']
const SAMPLE_JOB = [...namesOf(drawFields), 'rows', 'seed', 'onStep']

/** Fits the Schrödinger-bridge sampler to a table, or to an array of records. Same rows, job and engine: same model, for any thread count. */
export async function fitTable<Row extends Cells<Row> = never>(
  rows: Rows<Row>,
  job: FitJob,
  context: JobContext
): Promise<GlobalModel & OfRows<Row>> {
  refuseUnknown(job, FIT_JOB)
  const { data, weights } = prepareRows(tableOfRows(rows), job)
  return fitGlobal(data, { ...job, ...(weights ? { weights } : { weights: undefined }) } as FitOptions, contextOf(job.seed ?? 1, context))
}

/** Rows drawn from a model, with kinds. Same model, job and engine: same rows, for any thread count. */
export async function sampleTable(model: GlobalModel, job: SampleJob, context: JobContext): Promise<Table> {
  refuseUnknown(job, SAMPLE_JOB)
  const own = contextOf(job.seed ?? 1, context)
  const rows = await sampleGlobal(model, { ...job, count: job.rows ?? model.summary.rowCount }, own)
  return wholeTable(model, rows, { key: keyFor(own.key, 'rules') }).table
}

/** How the columns of a model's table are written. */
function wholeFormats({ training, rules }: GlobalModel): readonly ColumnFormat[] {
  return rules?.columns.map(({ format }) => format) ?? training.encoder.formats
}

/**
 * Rows of a model with the columns that its rules derive, and how all columns are written. `formats`: of the rows, the model's
 * own when left out; exceptions as `putRulesBack` draws them.
 */
export function wholeTable(
  { training, rules }: GlobalModel,
  table: Table,
  { formats = training.encoder.formats, ...back }: Back & { readonly formats?: readonly ColumnFormat[] } = {}
): WrittenTable {
  return rules ? putRulesBack(rules, { table, formats }, back) : { table, formats }
}

/**
 * Drawn rows as raw columns for a writer, `text` for CSV and TSV, `typed` for all other formats; or as `records`, one a row,
 * each cell of the type that it had in the input.
 */
export function presentRows<Row = never>(model: GlobalModel & OfRows<Row>, rows: Table, as: 'records'): DrawnRow<Row>[]
export function presentRows(model: GlobalModel, rows: Table, as: 'text' | 'typed'): RawTable
export function presentRows(model: GlobalModel, rows: Table, as: 'text' | 'typed' | 'records'): RawTable | object[] {
  const formats = wholeFormats(model)
  return as === 'records' ? rowsOfTable(presentTable(rows, formats, 'source')) : presentTable(rows, formats, as)
}
