import * as Plot from '@observablehq/plot'
import { type ForecastModel, isNumeric, type NumericColumn, type Table, trainingSeries } from '@sbridge/core'
import { VERSION } from '../version.js'
import { facts, figure, joinSections, panel, type Section, section, table } from './blocks.js'
import { type Html, html } from './html.js'
import { choiceFigure } from './local.js'
import { formatCount, formatNumber } from './numbers.js'
import { page } from './page.js'
import { drawPlot, REAL, SYNTHETIC } from './plot.js'

export interface ForecastReportParts {
  readonly title: string
  readonly model: ForecastModel
  /** The drawn ensemble: member, step, then the columns of the series. */
  readonly ensemble: Table
  readonly members: number
  readonly steps: number
  readonly seed: number
  readonly command?: string
}

const MOST_COLUMNS = 12
const MOST_SUMMARISED = 50
/** Rows of the series shown before the forecast, for each of its steps. */
const SHOWN_BEFORE = 1.5
const MOST_SHOWN = 400
const MEMBERS_SHOWN = 3
/** Moments of fewer values say little. */
const LEAST_STEPS = 10

/** The report of `forecast` as one HTML page that loads nothing. */
export function forecastReport(parts: ForecastReportParts): string {
  const { title, model, members, steps, seed, command } = parts
  const { summary, clock } = model
  const series = trainingSeries(model)
  const sections = [
    fanSection(parts, series),
    ...(steps >= LEAST_STEPS ? [lawSection(parts, series)] : []),
    transitionSection(model),
    ...(summary.notes.length > 0 ? [section('notes', 'Notes', html`<ul>${summary.notes.map((note) => html`<li>${note}</li>`)}</ul>`)] : [])
  ]
  const entries: [string, string][] = [
    ['Transitions learned from', formatCount(summary.pairCount)],
    ['Columns', formatCount(summary.columns.length)],
    ['Memory', `${summary.memory} row${summary.memory === 1 ? '' : 's'}`],
    ...(clock ? ([['Time column', clock.name]] as [string, string][]) : []),
    ['Ensemble', `${formatCount(members)} members, ${formatCount(steps)} steps`],
    ['Seed', String(seed)],
    ['sbridge', VERSION]
  ]
  return page({ title, kicker: 'Forecast', entries, command, body: joinSections(sections) })
}

const numeric = (of: Table, name: string): NumericColumn | undefined => of.columns.filter(isNumeric).find((column) => column.name === name)

function fanSection(parts: ForecastReportParts, series: Table): Section {
  const names = parts.model.summary.columns
  const shown = names.slice(0, MOST_COLUMNS)
  const cut = shown.length < names.length ? ` Of ${formatCount(names.length)} columns, the first ${shown.length} are drawn.` : ''
  return section(
    'forecast',
    'The series and its continuations',
    figure({
      panelWidth: shown.length === 1 ? 620 : 400,
      body: shown.map((name) => panel(name, '', fan(parts, series, name))),
      caption: html`The end of the series <span class="swatch"><i class="real"></i></span>, the median of the ensemble and its central 50 and 90 % <span class="swatch"><i class="synthetic"></i></span>, and ${Math.min(MEMBERS_SHOWN, parts.members)} members (thin), by row from the end of the series.${cut}`
    })
  )
}

interface Band {
  readonly step: number
  readonly low: number
  readonly quarter: number
  readonly median: number
  readonly threeQuarters: number
  readonly high: number
}

function bandsOf({ values }: NumericColumn, members: number, steps: number): Band[] {
  return Array.from({ length: steps }, (_, s) => {
    const ascending = Float64Array.from({ length: members }, (_m, m) => values[m * steps + s]!).sort()
    const at = (p: number) => ascending[Math.round(p * (members - 1))]!
    return { step: s + 1, low: at(0.05), quarter: at(0.25), median: at(0.5), threeQuarters: at(0.75), high: at(0.95) }
  })
}

function fan({ ensemble, members, steps }: ForecastReportParts, series: Table, name: string): Html {
  const before = numeric(series, name)!.values
  const drawn = numeric(ensemble, name)!
  const count = Math.min(before.length, MOST_SHOWN, Math.max(20, Math.ceil(SHOWN_BEFORE * steps)))
  const history = Array.from({ length: count }, (_, k) => ({ step: k + 1 - count, value: before[before.length - count + k]! }))
  const bands = bandsOf(drawn, members, steps)
  const lines = Array.from({ length: Math.min(MEMBERS_SHOWN, members) }, (_, m) =>
    Array.from({ length: steps }, (_s, s) => ({ member: m, step: s + 1, value: drawn.values[m * steps + s]! }))
  ).flat()
  return drawPlot(`${name}: series and forecast`, {
    width: 400,
    height: 220,
    marginLeft: 48,
    x: { label: 'rows after the end of the series', labelArrow: 'none' },
    y: { label: null, grid: true, ticks: 5 },
    marks: [
      Plot.areaY(bands, { x: 'step', y1: 'low', y2: 'high', fill: SYNTHETIC, fillOpacity: 0.18 }),
      Plot.areaY(bands, { x: 'step', y1: 'quarter', y2: 'threeQuarters', fill: SYNTHETIC, fillOpacity: 0.28 }),
      Plot.line(lines, { x: 'step', y: 'value', z: 'member', stroke: SYNTHETIC, strokeWidth: 0.7, strokeOpacity: 0.7 }),
      Plot.line(bands, { x: 'step', y: 'median', stroke: SYNTHETIC, strokeWidth: 1.6 }),
      Plot.line(history, { x: 'step', y: 'value', stroke: REAL, strokeWidth: 1.2 })
    ]
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

function lawSection({ model, ensemble, steps }: ForecastReportParts, series: Table): Section {
  const names = model.summary.columns.slice(0, MOST_SUMMARISED)
  const rows = names.map((name) => {
    const real = momentsOf(numeric(series, name)!.values, Number.POSITIVE_INFINITY)
    const drawn = momentsOf(numeric(ensemble, name)!.values, steps)
    return [name, ...real.flatMap((x, k) => [formatNumber(x), formatNumber(drawn[k])])]
  })
  return section(
    'law',
    'Does it behave like the series?',
    table({
      caption:
        'Mean, standard deviation and correlation of following values, of the series and of the trajectories. They agree when the forecast is long enough to forget where it starts; a short one keeps to its beginning.',
      head: ['Column', 'Mean series#', 'Forecast#', 'SD series#', 'Forecast#', 'Lag-1 series#', 'Forecast#'],
      rows
    })
  )
}

function transitionSection({ summary }: ForecastModel): Section {
  const { choices, inputs, cappedColumns } = summary
  const named = Object.entries(inputs ?? {}).slice(0, MOST_SUMMARISED)
  return section(
    'transition',
    'How the next row is drawn',
    facts([
      ['Transitions', formatCount(summary.pairCount)],
      ['Problems', inputs ? 'one a column' : 'one for all columns'],
      ...(cappedColumns.length > 0 ? ([['Columns with fewer inputs than asked for', formatCount(cappedColumns.length)]] as const) : [])
    ]),
    ...choices.map(choiceFigure),
    ...(named.length > 0
      ? [
          table({
            caption: 'What each column’s next value is drawn from.',
            head: ['Column', 'Inputs'],
            rows: named.map(([name, list]) => [name, list.join(', ')])
          })
        ]
      : [])
  )
}
