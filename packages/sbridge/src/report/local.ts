import * as Plot from '@observablehq/plot'
import type { GivenChoice, LocalPosteriorSummary, LocalSummary } from '@sbridge/core'
import { facts, figure, type Section, section, table } from './blocks.js'
import { type Html, html } from './html.js'
import { formatCount, formatNumber } from './numbers.js'
import { drawPlot, REAL, SYNTHETIC } from './plot.js'

/** Columns above which the graph is drawn as a matrix without names. */
const MOST_NAMES = 40
const MOST_EDGES = 20

export interface LocalReportParts {
  readonly summary: LocalSummary
  /** Names of the columns of the field, in order. */
  readonly columns: readonly string[]
  readonly posterior?: LocalPosteriorSummary | undefined
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
  const axis = { domain: [-0.5, columns.length - 0.5], label: null }
  const ticks = named ? { ticks: columns.map((_, k) => k), tickFormat: (k: number) => columns[k] ?? '', tickSize: 0 } : { ticks: 5 }
  return drawPlot(`${edges.length} pairs of neighbours among ${columns.length} columns`, {
    width: 420,
    height: 420,
    marginLeft: 60,
    marginBottom: 50,
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
    caption: html`The strongest ${Math.min(MOST_EDGES, edges.length)} of ${edges.length} learned pairs.`,
    head: ['Column', 'Neighbour', 'Partial correlation#'],
    rows: edges.slice(0, MOST_EDGES).map(([a, b, value]) => [a, b, formatNumber(value)])
  })
}

function choiceFigure(choice: GivenChoice): Html {
  const free = choice.curve.filter((point) => point.targetFactor === 'free').sort((a, b) => a.given - b.given)
  return figure({
    caption: html`Columns drawn from ${choice.givenCount} others (${choice.unitCount} of them): held-out CRPS over that of one global linear law, against the bandwidth ε of the given columns; chosen ${formatNumber(choice.given)}${choice.targetFactor === 'free' ? '' : html`, with a kernel of ${choice.targetFactor} times the remaining variance on the drawn column`}.`,
    body: drawPlot(`held-out score against bandwidth, chosen ${choice.given}`, {
      width: 420,
      height: 220,
      x: { type: 'log', label: 'ε of the given columns' },
      y: { label: 'held-out score', grid: true },
      marks: [
        Plot.ruleX([choice.given], { stroke: SYNTHETIC, strokeDasharray: '3,3' }),
        Plot.line(free, { x: 'given', y: 'score', stroke: REAL }),
        Plot.dot(free, { x: 'given', y: 'score', fill: REAL })
      ]
    })
  })
}

function support({ sweeps, effectiveCount, surprise, warnings }: LocalPosteriorSummary): Section {
  return section(
    'local-support',
    'What was asked, and how well the data support it',
    facts([
      ['Two-sided sweeps', formatCount(sweeps)],
      ['Effective training rows behind a draw, least', formatNumber(effectiveCount)],
      ['Largest distance from the prior, standard deviations', formatNumber(surprise)]
    ]),
    ...warnings.map((warning) => html`<p><strong>${warning}.</strong></p>`)
  )
}
