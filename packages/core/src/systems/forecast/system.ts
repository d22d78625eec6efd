import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { type InferOptions, type InferredTable, inferTable } from '../../table/infer.js'
import { presentTable } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import { contextOf } from '../context.js'
import { type Localisation, localisationIn } from '../localisation.js'
import { type Answer, type Plan, planned, type System } from '../system.js'
import { tableFields } from '../table-options.js'
import { drawForecast, type ForecastModel, fitForecast, trainingSeries } from './forecast.js'
import { type ForecastOptions, forecastFields } from './options.js'
import { loadForecast, saveForecast } from './save.js'
import { tellForecast } from './tell.js'

/** Options of `sbridge forecast` in camel case that a fit reads. */
export interface SeriesFit extends InferOptions, Omit<ForecastOptions, 'local'> {
  readonly local?: string | Localisation | undefined
  /** Default 1. */
  readonly seed?: number | undefined
}

/** Options of a draw. */
export interface SeriesRequest {
  /** Members of the ensemble. Default 100. */
  readonly rows?: number | undefined
  /** Rows of each trajectory. */
  readonly steps: number
  /** Default 1. */
  readonly seed?: number | undefined
}

export interface DrawnSeries extends Answer, Pick<InferredTable, 'table' | 'formats'> {}

/** Continuations of a series as an ensemble. */
export const series: System<RawTable, SeriesFit, ForecastModel, SeriesRequest, DrawnSeries> = {
  name: 'series',
  kinds: ['forecast'],
  fields: { fit: [...forecastFields, ...tableFields.filter(({ name }) => name !== 'weights')], draw: [], know: [] },
  also: { fit: ['seed'], draw: ['rows', 'steps', 'seed'] },
  holds: (model): model is ForecastModel => 'transition' in model,
  kindOf: () => 'forecast',
  fittedWith: () => ({}),
  async readOptions(options, host) {
    return typeof options.local === 'string' ? { ...options, local: await localisationIn(options.local, host) } : options
  },
  readRequest: async (request) => request,
  optionsFor: (_input, options) => options,
  plan,
  fit(input, { local, memory, time, seed = 1, ...table }, context) {
    const options = defined({ local: local as Localisation | undefined, memory, time })
    return fitForecast(inferTable(input, table), options, contextOf(seed, context))
  },
  async draw(model, { rows = MEMBERS, steps, seed = 1 }, context) {
    if (steps === undefined)
      throw new InputError({
        code: 'count',
        got: 'no number of steps',
        expected: 'how many rows to continue the series by',
        try: 'steps: 10'
      })
    return { ...(await drawForecast(model, { members: rows, steps }, contextOf(seed, context))), warnings: [] }
  },
  present: (_model, { table, formats }, cells) => presentTable(table, formats, cells),
  tell: (model, drawn) =>
    tellForecast(model, drawn && { table: drawn.answer.table, members: drawn.request.rows ?? MEMBERS, steps: drawn.request.steps }),
  training: trainingSeries,
  summary: ({ summary }) => summary,
  save: saveForecast,
  load: loadForecast
}

/** Members of an ensemble where nobody asks for a number. */
const MEMBERS = 100

/** Passes over M² pairs of a unit: bandwidths tried, and the scaling. */
const PASSES = { choosing: 40, scaling: 14 }

function plan(source: { input: RawTable; options: SeriesFit } | { model: ForecastModel }, request?: SeriesRequest): Plan {
  const learns = 'input' in source
  const rowCount = learns ? source.input.rowCount : source.model.summary.pairCount
  const columnCount = learns ? source.input.columns.length : source.model.summary.columns.length
  const units = learns ? (source.options.local === undefined ? 1 : columnCount) : source.model.transition.units.length
  const memory = learns ? (source.options.memory ?? 1) : source.model.memory
  const drawnRows = request ? (request.rows ?? MEMBERS) * request.steps : 0
  const stages = [
    ...(learns
      ? [
          { stage: 'choosing the bandwidth', pairs: units * PASSES.choosing * rowCount ** 2 },
          { stage: 'scaling', pairs: units * PASSES.scaling * rowCount ** 2 }
        ]
      : []),
    ...(request ? [{ stage: 'forecast', pairs: 1.5 * units * drawnRows * rowCount }] : [])
  ]
  const dimension = memory * columnCount
  return {
    ...planned(stages),
    rowCount,
    columnCount,
    dimension,
    drawnRows,
    bytes: 8 * (rowCount * 6 + drawnRows) * dimension,
    timed: dimension
  }
}
