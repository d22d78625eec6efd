import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import type { InferOptions, InferredTable } from '../../table/infer.js'
import { type Telling, together } from '../../tell/telling.js'
import type { Asked, KnownRows } from '../asked.js'
import { contextOf, type JobContext } from '../context.js'
import type { Answer, ToTell } from '../system.js'
import type { Localisation } from '../windows/localisation.js'
import { brokenRules } from './broken-rules.js'
import { drawForecast } from './draw.js'
import { type ForecastModel, fitForecast } from './forecast.js'
import { drawForecastUnder, type KnownForecastReport } from './known.js'
import { type ForecastOptions, MEMBERS } from './options.js'
import { tellForecast } from './tell.js'

/** Options of `sbridge forecast` in camel case that a fit reads. */
export interface SeriesFit extends InferOptions, Omit<ForecastOptions, 'local'> {
  readonly local?: string | Localisation | undefined
  /** Columns whose values together say which series a row is of: one name, names with commas between them, or a list. Default: all rows are one series. */
  readonly group?: string | readonly string[] | undefined
  /** Default 1. */
  readonly seed?: number | undefined
}

/** Options of a draw. What is known is of columns at steps: `x@3`; steps count from 1, and 0 is the last row of the series. */
export interface SeriesRequest extends Pick<KnownRows, 'given' | 'givenFile' | 'observe' | 'likelihood' | 'missing'> {
  /** What is known, read already. */
  readonly asked?: Asked | undefined
  /** Members of the ensemble. Default 100. */
  readonly rows?: number | undefined
  /** Rows of each trajectory. */
  readonly steps: number
  /** Default 1. */
  readonly seed?: number | undefined
}

export interface DrawnSeries extends Answer, Pick<InferredTable, 'table' | 'formats'> {
  /** Where something is known of steps to come. */
  readonly known?: KnownForecastReport | undefined
}

/** Options of a fit that are of the reading of a table, and those of the law. */
export function partsOf({ group: _, seed: _s, ...options }: SeriesFit) {
  const { local, memory, time, season, changes, known, rules, rule, ...table } = options
  const law = defined({ local: local as Localisation | undefined, memory, time, season, changes, known, rules, rule })
  return { table: table as InferOptions, law: law as ForecastOptions }
}

/** The forecast of a series. Throws as `fitForecast`. */
export const fitOne = (data: InferredTable, options: SeriesFit, context: JobContext): Promise<ForecastModel> =>
  fitForecast(data, partsOf(options).law, contextOf(options.seed ?? 1, context))

/** Its continuations. Throws as `drawForecast` and `drawForecastUnder`. */
export async function drawOne(
  model: ForecastModel,
  { rows: members = MEMBERS, steps, seed = 1, asked }: SeriesRequest,
  jobContext: JobContext
): Promise<DrawnSeries> {
  if (steps === undefined)
    throw new InputError({
      code: 'count',
      got: 'no number of steps',
      expected: 'how many rows to continue the series by',
      try: 'steps: 10'
    })
  const context = contextOf(seed, jobContext)
  if (!asked) {
    const drawn = await drawForecast(model, { members, steps }, context)
    return { ...drawn, warnings: brokenRules(model, drawn.table) }
  }
  const { givens, observe, likelihood } = asked
  const known = { given: givens, observe, ...defined({ likelihood }) }
  const { table, formats, report } = await drawForecastUnder(model, { members, steps, ...known }, context)
  return { table, formats, known: report, warnings: [...report.warnings, ...brokenRules(model, table)] }
}

/** What it says; with an answer, what that says. */
export function tellOne(model: ForecastModel, drawn?: ToTell<DrawnSeries, SeriesRequest>): Telling {
  if (!drawn) return tellForecast(model)
  const { table, known: report, warnings } = drawn.answer
  const ensemble = { table, report, members: drawn.request.rows ?? MEMBERS, steps: drawn.request.steps }
  // Those of what is known are told with it.
  const own = warnings.filter((one) => !report?.warnings.includes(one))
  return together(tellForecast(model, ensemble), { json: {}, topics: [], warnings: own, notes: [] })
}
