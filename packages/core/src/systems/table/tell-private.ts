import { plainText } from '../../tell/numbers.js'
import { type Figure, facts, type TableOf, type Telling } from '../../tell/telling.js'
import type { PrivacyPoint, PrivacyTrial } from '../privacy.js'
import type { TableModel } from './options.js'

const area = (x: number): string => x.toFixed(3)
const intervalText = ({ interval: [low, high] }: PrivacyPoint): string => `${area(low)} to ${area(high)}`

const percent = (left: number): string => `${Math.round(100 * left)} %`

/** What a model says of the bandwidth, and of the rows left out, that its privacy asked for; with rows, how many had none that is far. */
export function tellPrivate(trial: PrivacyTrial, near?: number): Telling {
  const { asked, heldOut, before, chosen, left, cell, curve } = trial
  const point = curve.find((one) => one.epsilon === chosen && one.left === left)!
  const narrow = curve.find((one) => one.epsilon === before && one.left === 0)!
  const change = (from: string, to: string) => (point === narrow ? to : `${from} → ${to}`)
  const kernel = chosen === before ? 'the kernel is as it would be' : `ε ${plainText(before)} → ${plainText(chosen)}`
  return {
    json: { privacy: { ...trial, ...(near === undefined ? {} : { near }) } },
    topics: [
      {
        id: 'privacy',
        title: 'Privacy',
        blocks: [
          facts(
            {
              name: 'privacy',
              value:
                left === 0
                  ? kernel
                  : `${kernel}, and the ${percent(left)} of the drawn rows that come nearest to rows of the table are left out`,
              aside: `asked for at most ${plainText(asked)}; on ${heldOut} rows held out from a trial fit`
            },
            {
              name: 'distance attack',
              value: change(area(narrow.membership), area(point.membership)),
              aside: `95 % ${intervalText(point)}`,
              meaning: 'Area under the curve of “nearer to a drawn row” telling rows of the fit from held-out ones: ½ tells nothing.'
            },
            {
              name: 'two-sample AUC of the trial',
              value: change(area(narrow.auc!), area(point.auc!)),
              meaning: 'Of a forest against rows that were held out: what privacy costs. Nearer to ½ is better.'
            },
            ...(cell === undefined
              ? []
              : [
                  {
                    name: 'values of few rows',
                    value: `no level of fewer than ${cell} rows, and no number at an end of its column that fewer have or lie beyond`,
                    meaning:
                      'They are merged, left empty or drawn again, codes too; other values of few rows come no more often than fresh ones beside them. --min-cell says how many rows are few.'
                  }
                ]),
            ...(near === undefined
              ? []
              : [
                  {
                    name: 'rows that stay near',
                    value: near,
                    meaning: 'All of their candidates came too near to a row of the table: the farthest was taken.'
                  }
                ])
          ),
          privacyFigure(trial, point),
          privacyTable(trial, point)
        ]
      }
    ],
    warnings: [],
    notes: []
  }
}

/** What is said where a private model is kept: it draws beside the rows that it learned from, and so has them, ends and all. */
export function tellRowsHeld({ privacy, summary }: TableModel): Telling {
  const message = `the model file holds the ${summary.rowCount} rows that it learned from, near which it draws: --privacy is of what it draws, so pass on drawn rows and not the file`
  return { json: {}, topics: [], warnings: privacy ? [{ name: 'model-holds-rows', message }] : [], notes: [] }
}

/** What is gained against what is lost, over the bandwidths tried: with all rows, and with the part left out that was chosen. */
function privacyFigure({ curve, asked, left }: PrivacyTrial, chosen: PrivacyPoint): Figure {
  const line = (part: number) =>
    curve.flatMap(({ left, membership, auc }) => (left === part && auc !== undefined ? [{ x: membership, y: auc }] : []))
  const points = line(0)
  const reach = (values: readonly number[]): [number, number] => [Math.min(0.48, ...values) - 0.02, Math.max(0.6, ...values) + 0.02]
  const all = [...points, { x: chosen.membership, y: chosen.auc! }]
  return {
    kind: 'figure',
    caption: `The price of privacy. Along: how often a distance attack tells rows of the fit from held-out ones, ½ being a guess; up: how well a forest tells drawn rows from held-out ones. Along the line ε grows from ${plainText(curve[0]!.epsilon)} to ${plainText(curve.at(-1)!.epsilon)}${left === 0 ? '' : `; what was chosen is without the ${percent(left)} of the rows that come nearest`}.`,
    drawings: [
      {
        label: 'Two-sample AUC against the area of the distance attack',
        size: [620, 250],
        x: { label: 'area of the distance attack', domain: reach([asked, ...all.map(({ x }) => x)]), ticks: 6 },
        y: { label: 'two-sample AUC', domain: reach(all.map(({ y }) => y)), ticks: 5 },
        marks: [
          { kind: 'rule', side: 'plain', along: 'y', at: asked, text: `asked: ${plainText(asked)}`, dashed: true },
          { kind: 'line', side: 'real', points },
          { kind: 'dots', side: 'real', points },
          {
            kind: 'dots',
            side: 'synthetic',
            points: [{ x: chosen.membership, y: chosen.auc! }],
            hollow: true,
            text: `chosen: ε = ${plainText(chosen.epsilon)}`
          }
        ]
      }
    ]
  }
}

function privacyTable({ curve }: PrivacyTrial, chosen: PrivacyPoint): TableOf {
  return {
    kind: 'table',
    caption: 'What was tried, on rows held out from a trial fit.',
    head: ['ε#', 'left out#', 'distance attack#', '95 %', 'two-sample AUC#', 'chosen'],
    rows: curve.map((point) => [
      Number(point.epsilon.toPrecision(3)),
      percent(point.left),
      Number(area(point.membership)),
      intervalText(point),
      point.auc === undefined ? '' : Number(area(point.auc)),
      point === chosen ? 'yes' : ''
    ])
  }
}
