import { ruleTexts } from '../../code/rules/kept-rules.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { type InferOptions, type InferredTable, inferTable } from '../../table/infer.js'
import { presentTable } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import { together } from '../../tell/telling.js'
import { type Asked, askedIn, type KnownRows } from '../asked.js'
import { contextOf } from '../context.js'
import { keepingDialect } from '../dialect.js'
import { conditionFields } from '../options/condition-options.js'
import { tableFields } from '../options/table-options.js'
import { ruleFields } from '../rules/rule-options.js'
import type { Answer, System } from '../system.js'
import { type Localisation, localisationIn } from '../windows/localisation.js'
import { brokenRules } from './broken-rules.js'
import { drawForecast } from './draw.js'
import { checkSeriesWidth, type ForecastModel, fitForecast, trainingSeries } from './forecast.js'
import { columnsAsked, drawForecastUnder, type KnownForecastReport } from './known.js'
import { type ForecastOptions, forecastFields, MEMBERS } from './options.js'
import { planForecast } from './plan.js'
import { loadForecast, saveForecast } from './save.js'
import { tellForecast } from './tell.js'

/** Options of `sbridge forecast` in camel case that a fit reads. */
export interface SeriesFit extends InferOptions, Omit<ForecastOptions, 'local'> {
  readonly local?: string | Localisation | undefined
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

const KNOWN: readonly string[] = ['given', 'givenFile', 'observe', 'likelihood']

/** Continuations of a series as an ensemble. */
export const series: System<RawTable, SeriesFit, ForecastModel, SeriesRequest, DrawnSeries> = keepingDialect({
  name: 'series',
  kinds: ['forecast'],
  fields: {
    fit: [...forecastFields, ...tableFields.filter(({ name }) => name !== 'weights'), ...ruleFields],
    draw: [],
    know: conditionFields.filter(({ name }) => KNOWN.includes(name))
  },
  also: { fit: ['seed', 'known'], draw: ['rows', 'steps', 'seed', 'missing', 'asked'] },
  holds: (model): model is ForecastModel => 'transition' in model,
  kindOf: () => 'forecast',
  fittedWith: () => ({}),
  async readOptions(options, host) {
    return typeof options.local === 'string' ? { ...options, local: await localisationIn(options.local, host) } : options
  },
  async readRequest({ rows, steps, seed, ...known }, host) {
    const asked = known.asked ?? (await askedIn(known, host))
    return { steps, ...defined({ rows, seed, asked }) }
  },
  optionsFor: (input, options, { asked }) => {
    const { local, ...own } = options
    if (local === undefined && !asked) checkSeriesWidth(inferTable(input, own), own)
    if (!asked) return options
    // What is known of steps to come is known of values; changes that are asked for the draw refuses.
    const { changes = 'auto' } = options
    return { ...options, changes: changes === 'auto' ? 'off' : changes, known: [...(options.known ?? []), ...columnsAsked(asked)] }
  },
  plan: (source, request) => planForecast(source, request),
  fit(input, { local, memory, time, season, changes, known, rules, rule, seed = 1, ...table }, context) {
    const options = defined({ local: local as Localisation | undefined, memory, time, season, changes, known, rules, rule })
    return fitForecast(inferTable(input, table), options, contextOf(seed, context))
  },
  async draw(model, { rows: members = MEMBERS, steps, seed = 1, asked }, jobContext) {
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
  },
  present: (_model, { table, formats }, cells) => presentTable(table, formats, cells),
  tell(model, drawn) {
    if (!drawn) return tellForecast(model)
    const { table, known: report, warnings } = drawn.answer
    const ensemble = { table, report, members: drawn.request.rows ?? MEMBERS, steps: drawn.request.steps }
    // Those of what is known are told with it.
    const own = warnings.filter((one) => !report?.warnings.includes(one))
    return together(tellForecast(model, ensemble), { json: {}, topics: [], warnings: own, notes: [] })
  },
  training: trainingSeries,
  summary: ({ summary, rules }) => (rules ? { ...summary, rules: ruleTexts(rules) } : summary),
  save: saveForecast,
  load: loadForecast
})
