import { ruleTexts } from '../../code/rules/kept-rules.js'
import { defined } from '../../num/defined.js'
import { inferTable } from '../../table/infer.js'
import { presentTable } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import { askedIn } from '../asked.js'
import { keepingDialect } from '../dialect.js'
import { conditionFields } from '../options/condition-options.js'
import { NOT_OF_GROUPS } from '../options/panel-options.js'
import { tableFields } from '../options/table-options.js'
import { ruleFields } from '../rules/rule-options.js'
import type { System, ToTell } from '../system.js'
import { localisationIn } from '../windows/localisation.js'
import { checkSeriesWidth, type ForecastModel, trainingSeries } from './forecast.js'
import { columnsAsked } from './known.js'
import { type DrawnSeries, drawOne, fitOne, partsOf, type SeriesFit, type SeriesRequest, tellOne } from './one-series.js'
import { forecastFields } from './options.js'
import { planForecast } from './plan.js'
import { loadForecast, saveForecast } from './save.js'
import { holdSeveral, loadSeveral, saveSeveral } from './save-several.js'
import {
  areSeveral,
  checkKnown,
  type DrawnSeveral,
  drawSeveral,
  fitSeveral,
  groupIn,
  planSeveral,
  presentSeveral,
  type SeveralFit,
  type SeveralForecasts,
  seriesIn,
  trainingOfSeveral,
  withoutGroup
} from './several.js'
import { summaryOfSeveral, tellSeveral } from './tell-several.js'

export type { DrawnSeries, SeriesFit, SeriesRequest } from './one-series.js'
export type { DrawnSeveral, SeveralForecasts } from './several.js'

/** A forecast of one series, or of each of several. */
export type AnyForecast = ForecastModel | SeveralForecasts

const KNOWN: readonly string[] = ['given', 'givenFile', 'observe', 'likelihood']

/** What is known of a row to come may be known of one of several series. */
const knownFields = conditionFields
  .filter(({ name }) => KNOWN.includes(name))
  .map((field) => (field.excludes ? { ...field, excludes: field.excludes.filter((one) => one !== NOT_OF_GROUPS) } : field))

/** Continuations of a series as an ensemble, or of each series of a table. */
export const series: System<RawTable, SeriesFit, AnyForecast, SeriesRequest, DrawnSeries | DrawnSeveral> = keepingDialect<
  SeriesFit,
  AnyForecast,
  SeriesRequest,
  DrawnSeries | DrawnSeveral
>({
  name: 'series',
  kinds: ['forecast'],
  fields: {
    fit: [...forecastFields, ...tableFields.filter(({ name }) => name !== 'weights'), ...ruleFields],
    draw: [],
    know: knownFields
  },
  also: { fit: ['seed', 'known'], draw: ['rows', 'steps', 'seed', 'missing', 'asked'] },
  holds: (model): model is AnyForecast => 'transition' in model || areSeveral(model),
  kindOf: () => 'forecast',
  fittedWith: () => ({}),
  async readOptions(options, host) {
    return typeof options.local === 'string' ? { ...options, local: await localisationIn(options.local, host) } : options
  },
  async readRequest({ rows, steps, seed, ...known }, host) {
    const asked = known.asked ?? (await askedIn(known, host))
    return { steps, ...defined({ rows, seed, asked }) }
  },
  optionsFor(input, options, { asked }) {
    const { table, law } = partsOf(options)
    const several = isGrouped(options) ? seriesIn(input, options) : undefined
    if (several) checkKnown(several, asked)
    // Where nothing is known too wide a series is refused before its time is told.
    if (law.local === undefined && !asked) for (const data of several?.data ?? [inferTable(input, table)]) checkSeriesWidth(data, law)
    if (!asked) return options
    // What is known of steps to come is known of values; changes that are asked for the draw refuses.
    const { changes = 'auto' } = options
    const known = columnsAsked(isGrouped(options) ? withoutGroup(asked, groupIn(options.group)) : asked)
    return { ...options, changes: changes === 'auto' ? 'off' : changes, known: [...(options.known ?? []), ...known] }
  },
  plan(source, request) {
    if ('model' in source)
      return areSeveral(source.model) ? planSeveral({ model: source.model }, request) : planForecast({ model: source.model }, request)
    const { input, options } = source
    return isGrouped(options) ? planSeveral({ input, options }, request) : planForecast({ input, options }, request)
  },
  fit: (input, options, context) =>
    isGrouped(options) ? fitSeveral(input, options, context) : fitOne(inferTable(input, partsOf(options).table), options, context),
  draw: (model, request, context) => (areSeveral(model) ? drawSeveral(model, request, context) : drawOne(model, request, context)),
  present: (model, drawn, cells) =>
    areSeveral(model)
      ? presentSeveral(model, drawn as DrawnSeveral, cells)
      : presentTable((drawn as DrawnSeries).table, (drawn as DrawnSeries).formats, cells),
  tell: (model, drawn) =>
    areSeveral(model)
      ? tellSeveral(model, drawn as ToTell<DrawnSeveral, SeriesRequest> | undefined)
      : tellOne(model, drawn as ToTell<DrawnSeries, SeriesRequest> | undefined),
  training: (model) => (areSeveral(model) ? trainingOfSeveral(model) : trainingSeries(model)),
  summary: (model) => (areSeveral(model) ? summaryOfSeveral(model) : summaryOfOne(model)),
  save: (model) => (areSeveral(model) ? saveSeveral(model) : saveForecast(model)),
  load: (contents) => (holdSeveral(contents) ? loadSeveral(contents) : loadForecast(contents))
})

const isGrouped = (options: SeriesFit): options is SeveralFit => options.group !== undefined

const summaryOfOne = ({ summary, rules }: ForecastModel) => (rules ? { ...summary, rules: ruleTexts(rules) } : summary)
