import { counted } from '../../num/listed.js'
import { numberText, shareText, shorten } from '../../tell/numbers.js'
import { type Block, type Fact, type Figure, facts, type TableOf, type Telling } from '../../tell/telling.js'
import { tellSupport } from '../drawn/support.js'
import { choiceFacts, choiceFigures } from '../options/choices.js'
import type { ClassedSummary } from './classes.js'
import type { LocalSummary } from './model.js'
import type { LocalPosteriorReport } from './posterior-report.js'

/** Columns above which the graph is drawn without names. */
const MOST_NAMES = 40
const MOST_EDGES = 20
const STRONGEST = 6

/** What a localised model says. `columns`: names of the columns of the field, in order. */
export function tellLocal(summary: LocalSummary | ClassedSummary, columns: readonly string[]): Telling {
  const { edges, learned, choices, radius, sweep, coordinateCount, largestNeighbourhood, mostGivens, notes } = summary
  const blocks: Block[] = [
    facts(
      { name: 'sweep', value: sweep },
      'classes' in summary ? classFact(summary) : undefined,
      { name: 'columns', value: coordinateCount },
      {
        name: 'pairs of neighbours',
        value: edges.length,
        aside: learned ? `learned from partial correlations above ${learned.threshold.toFixed(3)}` : 'given'
      },
      { name: 'largest neighbourhood', value: largestNeighbourhood },
      { name: 'neighbours that the rows can feed', value: mostGivens },
      radius && {
        name: 'window',
        value: radius.chosen,
        aside: `held-out CRPS ${radius.scores.map(([r, score]) => `${score.toPrecision(3)} at ${r}`).join(', ')}`
      },
      learned && strongest(edges),
      ...choiceFacts(choices, 'neighbour')
    ),
    graphFigure(summary, columns),
    ...(learned ? [edgeTable(edges)] : []),
    ...choiceFigures(choices)
  ]
  return { json: { ...summary }, topics: [{ id: 'neighbourhoods', title: 'Neighbourhoods', blocks }], warnings: [], notes }
}

/** The classes of rows that have a law each. */
function classFact({ classes, rowCount }: ClassedSummary): Fact {
  const words = [...classes]
    .sort((a, b) => b.rowCount - a.rowCount)
    .map(({ words, rowCount: own }) => `${words} (${shareText(own / rowCount)})`)
  const more = classes.length > STRONGEST ? ` and ${classes.length - STRONGEST} more` : ''
  return {
    name: 'classes of rows',
    value: classes.length,
    aside: `each with a law of its own: ${words.slice(0, STRONGEST).join(', ')}${more}`
  }
}

function strongest(edges: LocalSummary['edges']): Fact {
  const words = edges.slice(0, STRONGEST).map(([a, b, value]) => `${a} – ${b}${value === undefined ? '' : ` (${value.toFixed(2)})`}`)
  return { name: 'strongest', value: words.join(', ') || 'none' }
}

function graphFigure({ edges, learned }: LocalSummary, columns: readonly string[]): Figure {
  const place = new Map(columns.map((name, k) => [name, k]))
  const points = edges.flatMap(([a, b, strength = 1]) => {
    const [x, y, value] = [place.get(a)!, place.get(b)!, Math.min(1, Math.abs(strength))]
    return [
      { x, y, value },
      { x: y, y: x, value }
    ]
  })
  const named = columns.length <= MOST_NAMES
  const names = columns.map((name) => shorten(name, 24))
  const axis = { domain: [-0.5, columns.length - 0.5] as const, ...(named ? { names } : { ticks: 5 }) }
  return {
    kind: 'figure',
    caption: learned
      ? 'Pairs of columns that are neighbours: learned from regularised partial correlations, stronger is darker.'
      : 'Pairs of columns that are neighbours, as given.',
    drawings: [
      {
        label: `${counted(edges.length, 'pair')} of neighbours among ${columns.length} columns`,
        size: [410, 410],
        x: axis,
        y: { ...axis, reverse: true },
        marks: [{ kind: 'squares', side: 'real', points }]
      }
    ]
  }
}

function edgeTable(edges: LocalSummary['edges']): TableOf {
  return {
    kind: 'table',
    caption: edges.length > MOST_EDGES ? `The strongest ${MOST_EDGES} of ${numberText(edges.length)} learned pairs.` : 'The learned pairs.',
    head: ['column', 'neighbour', 'partial correlation#'],
    rows: edges.slice(0, MOST_EDGES).map(([a, b, value]) => [a, b, value])
  }
}

/** What is said of rows of a localised model under conditions or observations. */
export function tellLocalPosterior(report: LocalPosteriorReport): Telling {
  const { sweeps, acceptance, conditions, observations, columns, classes, warnings } = report
  const own: Fact[] = sweeps > 0 ? [{ name: 'two-sided sweeps', value: sweeps }] : []
  if (acceptance !== undefined) own.push({ name: 'accepted moves', value: acceptance, aside: 'least over columns' })
  if (classes && conditions.length === 1)
    own.push({
      name: 'classes of rows',
      value: classes
        .slice(0, STRONGEST)
        .map(({ words, before, after }) => `${words} ${shareText(before)} → ${shareText(after[0]!)}`)
        .join(', ')
    })
  return tellSupport({ conditions, facts: own, observations, columns, warnings }, { posterior: report })
}
