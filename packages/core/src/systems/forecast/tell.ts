import { ruleTexts } from '../../code/rules/kept-rules.js'
import { counted, listed } from '../../num/listed.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { countText } from '../../tell/numbers.js'
import { type Drawing, explained, type Figure, facts, type TableOf, type Telling, type Topic, together } from '../../tell/telling.js'
import { tellSupport } from '../drawn/support.js'
import { choiceFacts, choiceFigures } from '../options/choices.js'
import { tellRules } from '../rules/tell-rules.js'
import { isAdded } from './changes.js'
import { type ForecastModel, type OtherSummary, trainingSeries } from './forecast.js'
import type { KnownForecastReport } from './known.js'
import type { MemoryTrial } from './memory.js'

/** A drawn ensemble: member, step, then the columns of the series; `members` for each condition. */
export interface Ensemble {
  readonly table: Table
  readonly members: number
  readonly steps: number
  /** Under what is known of steps to come. */
  readonly report?: KnownForecastReport | undefined
}

/** Columns that a report draws. */
const MOST_COLUMNS = 12
const MOST_SUMMARISED = 50
/** Rows of the series shown before the forecast, for each of its steps. */
const SHOWN_BEFORE = 1.5
const MOST_SHOWN = 400
const LEAST_SHOWN = 20
const MEMBERS_SHOWN = 3
/** Conditions whose continuations a report draws. */
const MOST_CONDITIONS = 6
/** Moments of fewer values say little. */
const LEAST_STEPS = 10

/** What a forecast says; with an ensemble, what it looks like. */
export function tellForecast(model: ForecastModel, ensemble?: Ensemble): Telling {
  const { summary, rules } = model
  const series = ensemble && trainingSeries(model)
  // Where rules are kept what is drawn is not what is shown.
  const columns = rules?.columns.flatMap(({ name, spread }) => (name !== model.clock?.name && spread ? [name] : [])) ?? summary.columns
  const drawn = ensemble && { members: ensemble.members, steps: ensemble.steps }
  const told: Telling = {
    json: { ...drawn, ...summary },
    topics: [
      ...(ensemble ? [fanTopic(columns, ensemble, series!)] : []),
      ...(ensemble && ensemble.steps >= LEAST_STEPS ? [lawTopic(columns, ensemble, series!)] : []),
      transitionTopic(model)
    ],
    warnings: [],
    notes: summary.notes
  }
  return together(told, ...(rules ? [tellRules(ruleTexts(rules))] : []), ...(ensemble?.report ? [tellKnown(ensemble.report)] : []))
}

function tellKnown(report: KnownForecastReport): Telling {
  return tellSupport(report, { posterior: report })
}

const numeric = (of: Table, name: string): NumericColumn => of.columns.filter(isNumeric).find((column) => column.name === name)!

/** One figure; under several conditions, one of each of the first. */
function fanTopic(names: readonly string[], ensemble: Ensemble, series: Table): Topic {
  const conditions = ensemble.report?.conditions ?? []
  const shown = Math.max(1, Math.min(MOST_CONDITIONS, conditions.length))
  const blocks = Array.from({ length: shown }, (_, k) => {
    const given = conditions.length > 1 ? `${conditions[k]!.condition || 'nothing given'}. ` : ''
    return fanFigure(names, ensemble, { series, first: k * ensemble.members, given })
  })
  const cut = shown < conditions.length ? [explained(`Of ${countText(conditions.length)} conditions, the first ${shown} are drawn.`)] : []
  return { id: 'forecast', title: 'The series and its continuations', blocks: [...blocks, ...cut] }
}

interface FanOf {
  readonly series: Table
  /** The first of its members. */
  readonly first: number
  /** What was given, in a sentence. */
  readonly given: string
}

function fanFigure(names: readonly string[], ensemble: Ensemble, of: FanOf): Figure {
  const shown = names.slice(0, MOST_COLUMNS)
  const cut = shown.length < names.length ? ` Of ${countText(names.length)} columns, the first ${shown.length} are drawn.` : ''
  return {
    kind: 'figure',
    caption: `${of.given}The end of the series, the median of the ensemble with its central 50 and 90 %, and ${counted(Math.min(MEMBERS_SHOWN, ensemble.members), 'member')} (thin), by row from the end of the series.${cut}`,
    key: { real: 'series', synthetic: 'forecast' },
    drawings: shown.map((name) => ({
      ...fan(name, ensemble, of),
      size: shown.length === 1 ? ([620, 260] as const) : ([400, 220] as const)
    }))
  }
}

function fan(name: string, { table, members, steps }: Ensemble, { series, first }: FanOf): Omit<Drawing, 'size'> {
  const before = numeric(series, name).values
  const values = numeric(table, name).values.subarray(first * steps)
  const count = Math.min(before.length, MOST_SHOWN, Math.max(LEAST_SHOWN, Math.ceil(SHOWN_BEFORE * steps)))
  const history = Array.from({ length: count }, (_, k) => ({ x: k + 1 - count, y: before[before.length - count + k]! }))
  const quantiles = quantilesOf(values, members, steps)
  const band = (low: number, high: number) => quantiles.map((at, s) => ({ x: s + 1, low: at(low), high: at(high) }))
  const lines = Array.from({ length: Math.min(MEMBERS_SHOWN, members) }, (_, line) =>
    Array.from({ length: steps }, (_s, s) => ({ line, x: s + 1, y: values[line * steps + s]! }))
  )
  return {
    label: `${name}: series and forecast`,
    name,
    x: { label: 'rows after the end of the series' },
    y: { ticks: 5 },
    marks: [
      { kind: 'area', side: 'synthetic', points: band(0.05, 0.95) },
      { kind: 'area', side: 'synthetic', points: band(0.25, 0.75) },
      { kind: 'line', side: 'synthetic', points: lines.flat(), thin: true },
      { kind: 'line', side: 'synthetic', points: quantiles.map((at, s) => ({ x: s + 1, y: at(0.5) })) },
      { kind: 'line', side: 'real', points: history }
    ]
  }
}

/** Quantiles over the members, of every step. */
function quantilesOf(values: Float64Array, members: number, steps: number): ((p: number) => number)[] {
  return Array.from({ length: steps }, (_, s) => {
    const ascending = Float64Array.from({ length: members }, (_m, m) => values[m * steps + s]!).sort()
    return (p: number) => ascending[Math.round(p * (members - 1))]!
  })
}

/** Mean, deviation and correlation of following values over stretches of `length` values each. */
function momentsOf(values: Float64Array, length: number): [number, number, number] {
  let mean = 0
  for (const x of values) mean += x / values.length
  let square = 0
  for (const x of values) square += (x - mean) ** 2 / values.length
  let product = 0
  let pairs = 0
  for (let i = 1; i < values.length; i++) {
    if (i % length === 0) continue
    product += (values[i]! - mean) * (values[i - 1]! - mean)
    pairs++
  }
  return [mean, Math.sqrt(square), square > 0 && pairs > 0 ? product / pairs / square : 0]
}

function lawTopic(columns: readonly string[], { table, steps }: Ensemble, series: Table): Topic {
  const law: TableOf = {
    kind: 'table',
    caption:
      'Mean, standard deviation and correlation of following values, of the series and of the trajectories. They agree if the forecast is long enough to forget where it starts.',
    head: ['column', 'mean series#', 'forecast#', 'SD series#', 'forecast#', 'lag-1 series#', 'forecast#'],
    rows: columns.slice(0, MOST_SUMMARISED).map((name) => {
      const real = momentsOf(numeric(series, name).values, Number.POSITIVE_INFINITY)
      const drawn = momentsOf(numeric(table, name).values, steps)
      return [name, ...real.flatMap((x, k) => [x, drawn[k]])]
    })
  }
  return { id: 'law', title: 'Does it behave like the series?', blocks: [law] }
}

/** Held-out scores of what was tried, in standard deviations. */
const memoryText = (trials: readonly MemoryTrial[]): string =>
  trials.length === 0
    ? ''
    : ` (held-out score ${[...trials]
        .sort((a, b) => a.memory - b.memory)
        .map(({ memory, score }) => `${score.toPrecision(3)} with ${memory}`)
        .join(', ')})`

export const seasonText = (season: NonNullable<ForecastModel['summary']['season']>): string =>
  Object.entries(season)
    .map(([name, cycles]) => {
      const own = cycles.map(({ period, harmonics }) => `${Number(period.toFixed(2))} rows (${counted(harmonics, 'harmonic')})`)
      return `${name}: ${own.join(' and ')}`
    })
    .join('; ')

export const otherText = ({ changes = {} }: OtherSummary): string => {
  const added = Object.keys(changes).filter((name) => isAdded(changes[name]))
  return added.length > 0 ? `by changes of ${listed(added)}` : 'by values'
}

function transitionTopic({ summary, clock }: ForecastModel): Topic {
  const { choices, inputs, cappedColumns, pairCount, memory, memoryTrials = [], columns, season, changes, other } = summary
  const added = Object.entries(changes ?? {}).filter(([, own]) => isAdded(own))
  const logged = Object.entries(changes ?? {}).filter(([, own]) => own === 'logarithm')
  const named = Object.entries(inputs ?? {}).slice(0, MOST_SUMMARISED)
  const inputTable: TableOf = {
    kind: 'table',
    caption: 'What each column’s next value is drawn from.',
    head: ['column', 'inputs'],
    rows: named.map(([name, list]) => [name, list.join(', ')])
  }
  const capped = cappedColumns.length > 0 ? { name: 'columns with fewer inputs than asked for', value: cappedColumns.length } : undefined
  return {
    id: 'transition',
    title: 'How the next row is drawn',
    blocks: [
      facts(
        { name: 'transitions learned from', value: countText(pairCount) },
        { name: 'columns', value: columns.length },
        { name: 'memory', value: counted(memory, 'row') + memoryText(memoryTrials) },
        clock && { name: 'time column', value: clock.name },
        season && {
          name: 'season',
          value: seasonText(season),
          meaning:
            'What repeats itself after so many rows is learned as a sum of waves and goes on as it was; the next row is drawn from how the last ones differ from it.'
        },
        logged.length > 0
          ? {
              name: 'drawn by logarithms',
              value: listed(logged.map(([name]) => name)),
              meaning: 'Where season or steps are larger where the level is, the logarithm foretells held-out stretches better.'
            }
          : undefined,
        added.length > 0
          ? {
              name: 'drawn by changes',
              value: listed(added.map(([name, own]) => (own === 'growth' ? `${name} (of its logarithm)` : name))),
              meaning: 'For columns that look like random walks, changes from row to row are drawn and added up.'
            }
          : undefined,
        other && {
          name: 'other trajectories',
          value: `${(100 * other.share).toFixed(0)} %, ${otherText(other)}, of the last ${counted(other.memory, 'row')}`,
          meaning:
            'It cannot be known whether such a column returns to a mean: some trajectories draw its values, the others its changes, in the shares that held-out stretches support.'
        },
        {
          name: 'next row',
          value: inputs ? 'each column by itself' : 'all columns together',
          meaning: 'Whether columns of the next row go together beyond what the rows before say of each.'
        },
        capped,
        ...choiceFacts(choices, 'input')
      ),
      ...choiceFigures(choices),
      ...(named.length > 0 ? [inputTable] : [])
    ]
  }
}
