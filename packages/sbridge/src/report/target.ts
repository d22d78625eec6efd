import * as Plot from '@observablehq/plot'
import type { CategoricalTargetEvaluation, NumericTargetEvaluation, TargetEvaluation } from '@sbridge/core'
import { facts, figure, type Section, section, table } from './blocks.js'
import { type Html, html } from './html.js'
import { formatCount, formatNumber, formatShare } from './numbers.js'
import { drawPlot, REAL, SYNTHETIC } from './plot.js'

const MOST_NAMES = 20

/** What a report says of draws of one column that were conditioned on the real rows. */
export function targetSection(target: TargetEvaluation): Section {
  const { column, rows, drawsPerRow, given } = target
  const names =
    given.length > MOST_NAMES ? `${given.slice(0, MOST_NAMES).join(', ')} and ${given.length - MOST_NAMES} more` : given.join(', ')
  return section(
    'target',
    `Draws of ${column}, given other columns`,
    html`<p>Every real row was given to the model without its ${column}; what was drawn for it is scored against what it had. Given: ${names}.</p>`,
    facts([
      ['Real rows scored', formatCount(rows)],
      ['Draws for each', formatCount(drawsPerRow)]
    ]),
    ...(target.kind === 'numeric' ? numericParts(target) : categoricalParts(target))
  )
}

function numericParts(target: NumericTargetEvaluation): Html[] {
  const { crps, standardised, coverage, pinball } = target
  return [
    table({
      caption:
        'Continuous ranked probability score (CRPS) and pinball losses in the units of the column: smaller is better. Coverage: share of the real values inside the central interval of their draws, which should be its level.',
      head: ['Score', 'Value#', 'To be expected#'],
      rows: [
        ['CRPS', formatNumber(crps), ''],
        [
          'CRPS in standard deviations',
          formatNumber(standardised.crps),
          `${formatNumber(standardised.unconditional)} ignoring all conditions`
        ],
        ...(['50', '80', '95'] as const).map((level) => [`inside ${level} % intervals`, formatShare(coverage[level]), `${level}.0 %`]),
        ...Object.entries(pinball).map(([p, loss]) => [
          `pinball loss of the ${formatNumber(100 * Number(p))} % quantile`,
          formatNumber(loss),
          ''
        ])
      ]
    }),
    figure({
      caption:
        'Calibration: share of the real values whose rank among their draws lies in each tenth. Bars at the line are calibrated draws; bars high at both ends mean draws that are too narrow, high in the middle too wide, high on one side shifted. The band is what chance allows nine times in ten.',
      body: rankFigure(target)
    })
  ]
}

function rankFigure({ column, ranks, rows }: NumericTargetEvaluation): Html {
  const bars = ranks.map((share, t) => ({ from: t / ranks.length, to: (t + 1) / ranks.length, share }))
  const level = 1 / ranks.length
  const chance = 1.645 * Math.sqrt((level * (1 - level)) / rows)
  return drawPlot(`Ranks of the real ${column} among its draws`, {
    width: 420,
    height: 220,
    marginLeft: 48,
    x: { label: 'rank among the draws', labelArrow: 'none', domain: [0, 1] },
    y: { label: 'share of the rows', labelArrow: 'none', grid: true, domain: [0, Math.max(...ranks, level + chance) * 1.05] },
    marks: [
      Plot.rect([{ low: Math.max(0, level - chance), high: level + chance }], {
        x1: 0,
        x2: 1,
        y1: 'low',
        y2: 'high',
        fill: REAL,
        fillOpacity: 0.12
      }),
      Plot.rect(bars, { x1: 'from', x2: 'to', y1: 0, y2: 'share', fill: SYNTHETIC, fillOpacity: 0.6, inset: 1 }),
      Plot.ruleY([level], { stroke: REAL })
    ]
  })
}

function categoricalParts({ logScore, brier, accuracy, unconditional }: CategoricalTargetEvaluation): Html[] {
  return [
    table({
      caption:
        'Logarithmic and Brier score of the shares of the draws: smaller is better. “Ignoring all conditions” takes the shares of the real column for every row.',
      head: ['Score', 'Value#', 'Ignoring all conditions#'],
      rows: [
        ['logarithmic score', formatNumber(logScore), formatNumber(unconditional.logScore)],
        ['Brier score', formatNumber(brier), formatNumber(unconditional.brier)],
        ['commonest draw is right', formatShare(accuracy), '']
      ]
    })
  ]
}
