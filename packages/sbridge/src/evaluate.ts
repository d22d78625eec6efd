import { type Evaluation, evaluateTables, InputError, type Model, SYSTEMS, type TableFit } from '@sbridge/core'
import { checkOptions, heldOutEvaluation, prepareTable, rowWeightsOf, systemOf, withoutForms } from '@sbridge/core/internal'
import { keyFromSeed } from '@sbridge/core/kernels'
import { inferTable, type RawTable, type Rows, type Table, tableOfRows } from '@sbridge/core/tables'
import { fileHost } from './host/files.js'
import { parted, type RunOptions, running } from './running.js'

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
  /** The column that says what every row of `real` and `train` weighs; default equal weights, of a model those that it was fitted with. */
  readonly weights?: string
  /** Columns by which somebody could be recognised together. */
  readonly quasi?: readonly string[]
  /** Default 1. */
  readonly seed?: number
}

/**
 * Every measure of how well rows follow real ones, beside its floor. `real`: rows that the model has not seen, or a model,
 * for the data that it was fitted on.
 */
export async function evaluate(real: Rows<object> | Model, synthetic: Rows<object>, all: EvaluateOptions = {}): Promise<Evaluation> {
  const [run, { train, weights: column, quasi, seed = 1 }] = parted(all)
  const isRows = typeof real !== 'object' || Array.isArray(real) || (real !== null && 'columns' in real && 'rowCount' in real)
  const weightsIn = (rows: Rows<object>) => column && prepareTable(tableOfRows(rows), { columns: [column], weights: column }).weights
  const weights = isRows ? weightsIn(real as Rows<object>) || undefined : rowWeightsOf(real as Model)
  const trainWeights = (train && weightsIn(train)) || undefined
  const raw = (rows: Rows<object>) => withoutColumn(tableOfRows(rows), column)
  const truth = isRows ? inferTable(raw(real as Rows<object>)).table : withoutForms(info(real as Model).training)
  const types = Object.fromEntries(truth.columns.map(({ name, kind }) => [name, kind === 'integer' ? ('number' as const) : kind]))
  const like = (rows: Rows<object>): Table => inferTable(raw(rows), { types }).table
  const tables = { real: truth, synthetic: like(synthetic), train: train && like(train) }
  return running(run, ({ engine }) => evaluateTables({ ...tables, weights, trainWeights, quasi, engine, key: keyFromSeed(seed) }))
}

const withoutColumn = (table: RawTable, name: string | undefined): RawTable =>
  name === undefined ? table : { ...table, columns: table.columns.filter((one) => one.name !== name) }

/**
 * Every measure of how well rows follow a table, on rows that no fit has seen: a random half of the rows is fitted with these
 * options, as many rows are drawn as the other half has, and compared with these. The second fit of `sample --report`. Cost: a fit
 * of all rows, whose scaling and bandwidth it takes, and a draw of half of them. Throws `InputError` for fewer than 60 rows and for halves that cannot be fitted, else as `fit`.
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
