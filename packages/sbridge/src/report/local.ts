import * as Plot from '@observablehq/plot'
import type { GivenChoice, LocalPosteriorReport, LocalSummary } from '@sbridge/core'
import { facts, figure, type Section, section, table } from './blocks.js'
import { observationTable } from './conditions.js'
import { type Html, html } from './html.js'
import { formatCount, formatNumber, shorten } from './numbers.js'
import { drawPlot, REAL, SYNTHETIC } from './plot.js'

/** Columns above which the graph is drawn as a matrix without names. */
const MOST_NAMES = 40
const MOST_EDGES = 20
const MOST_CONDITIONS = 50
const MOST_MOVED = 20
export const ASKED = 'What was asked, and how well the data support it'

export interface LocalReportParts {
  readonly summary: LocalSummary
  /** Names of the columns of the field, in order. */
  readonly columns: readonly string[]
  readonly posterior?: LocalPosteriorReport | undefined
}

/** What a report says about a localised model: its graph, its bandwidths, and how well the data support what was asked. */
export function localSections({ summary, columns, posterior }: LocalReportParts): Section[] {
  const { sweep, edges, learned, choices, radius } = summary
  const sections = [
    section(
      'neighbourhoods',
      'Neighbourhoods',
      facts([
        ['Columns', formatCount(summary.coordinateCount)],
        ['Pairs of neighbours', formatCount(edges.length)],
        ['Largest neighbourhood', formatCount(summary.largestNeighbourhood)],
        ['Neighbours that the rows can feed', formatCount(summary.mostGivens)],
        ['Sweep', sweep],
        ...(learned ? ([['Joined from a partial correlation of', formatNumber(learned.threshold)]] as const) : []),
        ...(radius ? ([['Window chosen by held-out score', String(radius.chosen)]] as const) : [])
      ]),
      figure({
        caption: learned
          ? 'Pairs of columns that are neighbours: learned from regularised partial correlations, stronger is darker.'
          : 'Pairs of columns that are neighbours, as given.',
        body: graphDrawing(summary, columns)
      }),
      ...(learned ? [edgeTable(summary)] : [])
    )
  ]
  if (choices.length > 0) sections.push(section('local-bandwidths', 'Bandwidths of the small problems', ...choices.map(choiceFigure)))
  if (posterior) sections.push(support(posterior))
  return sections
}

function graphDrawing({ edges }: LocalSummary, columns: readonly string[]): Html {
  const place = new Map(columns.map((name, k) => [name, k]))
  const cells = edges.flatMap(([a, b, value = 1]) => [
    { x: place.get(a)!, y: place.get(b)!, strength: Math.abs(value) },
    { x: place.get(b)!, y: place.get(a)!, strength: Math.abs(value) }
  ])
  const named = columns.length <= MOST_NAMES
  const words = columns.map((name) => shorten(name, 24))
  const room = named ? 16 + 7 * Math.max(...words.map((word) => word.length)) : 40
  const axis = { domain: [-0.5, columns.length - 0.5], label: null }
  const ticks = named ? { ticks: columns.map((_, k) => k), tickFormat: (k: number) => words[k] ?? '', tickSize: 0 } : { ticks: 5 }
  return drawPlot(`${edges.length} pair${edges.length === 1 ? '' : 's'} of neighbours among ${columns.length} columns`, {
    width: 370 + room,
    height: 370 + room,
    marginLeft: room,
    marginBottom: room,
    x: { ...axis, ...ticks, ...(named ? { tickRotate: -90 } : {}) },
    y: { ...axis, ...ticks, reverse: true },
    marks: [
      Plot.rect(cells, {
        x1: (d: { x: number }) => d.x - 0.5,
        x2: (d: { x: number }) => d.x + 0.5,
        y1: (d: { y: number }) => d.y - 0.5,
        y2: (d: { y: number }) => d.y + 0.5,
        fill: REAL,
        fillOpacity: (d: { strength: number }) => 0.25 + 0.75 * Math.min(1, d.strength)
      }),
      Plot.frame()
    ]
  })
}

function edgeTable({ edges }: LocalSummary): Html {
  return table({
    caption: edges.length > MOST_EDGES ? `The strongest ${MOST_EDGES} of ${edges.length} learned pairs.` : 'The learned pairs.',
    head: ['Column', 'Neighbour', 'Partial correlation#'],
    rows: edges.slice(0, MOST_EDGES).map(([a, b, value]) => [a, b, formatNumber(value)])
  })
}

/** Held-out score against the bandwidth of what is given. */
export function choiceFigure(choice: GivenChoice): Html {
  const free = choice.curve.filter((point) => point.targetFactor === 'free').sort((a, b) => a.given - b.given)
  return figure({
    caption: html`Columns drawn from ${choice.givenCount} others (${choice.unitCount} of them): held-out CRPS over that of one global linear law, against the bandwidth ε of the given columns; chosen ${formatNumber(choice.given)}${choice.targetFactor === 'free' ? '' : html`, with a kernel of ${choice.targetFactor} times the remaining variance on the drawn column`}.`,
    body: drawPlot(`held-out score against bandwidth, chosen ${formatNumber(choice.given)}`, {
      width: 420,
      height: 220,
      x: { type: 'log', label: 'ε of the given columns', ticks: 4, tickFormat: (x: number) => formatNumber(x) },
      y: { label: 'held-out score', grid: true },
      marks: [
        Plot.ruleX([choice.given], { stroke: SYNTHETIC, strokeDasharray: '3,3' }),
        Plot.line(free, { x: 'given', y: 'score', stroke: REAL }),
        Plot.dot(free, { x: 'given', y: 'score', fill: REAL })
      ]
    })
  })
}

function support(report: LocalPosteriorReport): Section {
  const { sweeps, rowsPerCondition, conditions, acceptance, warnings } = report
  const shown = conditions.slice(0, MOST_CONDITIONS)
  const given = conditions.some(({ condition }) => condition !== '')
  return section(
    'local-support',
    ASKED,
    html`<p>The measures of this report compare the drawn rows with <em>all</em> rows of the data; under what was asked they should differ.</p>`,
    facts([
      ['Rows for each condition', formatCount(rowsPerCondition)],
      ['Two-sided sweeps', formatCount(sweeps)],
      ['Effective training rows behind a draw, least', formatNumber(Math.min(...conditions.map(({ effectiveRows }) => effectiveRows)))],
      ...(acceptance === undefined ? [] : ([['Accepted moves, least over columns', formatNumber(acceptance)]] as const))
    ]),
    ...(given
      ? [
          table({
            caption: `How well the data support each condition${conditions.length > shown.length ? ` (the first ${shown.length} of ${formatCount(conditions.length)})` : ''}: training rows that a draw rests on, and the distance to the nearest row in standard deviations, beside that of 99 % of the rows among themselves.`,
            head: ['Condition', 'Effective rows#', 'Nearest row#', 'Rows among themselves#'],
            rows: shown.map(({ condition, effectiveRows, distance }) => [
              condition === '' ? 'nothing given' : condition,
              formatNumber(effectiveRows),
              formatNumber(distance.nearest),
              formatNumber(distance.usual)
            ])
          })
        ]
      : []),
    ...(report.observations.length > 0 ? [observationTable(report.observations)] : []),
    movedTable(report),
    ...(warnings.length > 0
      ? [
          html`<ul>${warnings.slice(0, MOST_CONDITIONS).map(({ name, message }) => html`<li><strong>${name}</strong>: ${message}</li>`)}</ul>`
        ]
      : [])
  )
}

/** The columns whose mean moved farthest from the data's, in its standard deviations. */
function movedTable({ columns }: LocalPosteriorReport): Html {
  const moved = Object.entries(columns)
    .map(([name, { prior, posterior }]) => ({
      name,
      prior,
      posterior,
      by: prior[1] > 0 ? Math.abs(posterior[0] - prior[0]) / prior[1] : 0
    }))
    .sort((a, b) => b.by - a.by)
    .slice(0, MOST_MOVED)
  return table({
    caption: `Columns before and after${moved.length < Object.keys(columns).length ? `: the ${moved.length} that moved farthest` : ''}.`,
    head: ['Column', 'Prior mean#', 'Prior spread#', 'Mean#', 'Spread#', 'Moved by (prior spreads)#'],
    rows: moved.map(({ name, prior, posterior, by }) => [name, ...[...prior, ...posterior, by].map((x) => formatNumber(x))])
  })
}
