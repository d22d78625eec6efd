import { plainText } from '../../tell/numbers.js'
import { type Figure, facts, type TableOf, type Telling } from '../../tell/telling.js'
import type { PrivacyPoint, PrivacyTrial } from '../privacy.js'

const area = (x: number): string => x.toFixed(3)
const intervalText = ({ interval: [low, high] }: PrivacyPoint): string => `${area(low)} to ${area(high)}`

/** What a model says of the bandwidth that its privacy asked for. */
export function tellPrivate(trial: PrivacyTrial): Telling {
  const { asked, heldOut, before, chosen, curve } = trial
  const point = curve.find(({ epsilon }) => epsilon === chosen)!
  const narrow = curve[0]!
  const change = (from: string, to: string) => (chosen === before ? to : `${from} → ${to}`)
  return {
    json: { privacy: trial },
    topics: [
      {
        id: 'privacy',
        title: 'Privacy',
        blocks: [
          facts(
            {
              name: 'privacy',
              value: chosen === before ? 'the kernel is as it would be' : `ε ${plainText(before)} → ${plainText(chosen)}`,
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
              value: change(area(narrow.auc), area(point.auc)),
              meaning: 'Of a forest against rows that were held out: what privacy costs. Nearer to ½ is better.'
            }
          ),
          privacyFigure(trial, point),
          privacyTable(trial)
        ]
      }
    ],
    warnings: [],
    notes: []
  }
}

/** What is gained against what is lost, over the bandwidths tried. */
function privacyFigure({ curve, asked }: PrivacyTrial, chosen: PrivacyPoint): Figure {
  const points = curve.map(({ membership, auc }) => ({ x: membership, y: auc }))
  const reach = (values: readonly number[]): [number, number] => [Math.min(0.48, ...values) - 0.02, Math.max(0.6, ...values) + 0.02]
  return {
    kind: 'figure',
    caption: `The price of privacy. Along: how often a distance attack tells rows of the fit from held-out ones, ½ being a guess; up: how well a forest tells drawn rows from held-out ones. Along the line ε grows from ${plainText(curve[0]!.epsilon)} to ${plainText(curve.at(-1)!.epsilon)}.`,
    drawings: [
      {
        label: 'Two-sample AUC against the area of the distance attack',
        size: [620, 250],
        x: { label: 'area of the distance attack', domain: reach([asked, ...points.map(({ x }) => x)]), ticks: 6 },
        y: { label: 'two-sample AUC', domain: reach(points.map(({ y }) => y)), ticks: 5 },
        marks: [
          { kind: 'rule', side: 'plain', along: 'y', at: asked, text: `asked: ${plainText(asked)}`, dashed: true },
          { kind: 'line', side: 'real', points },
          { kind: 'dots', side: 'real', points },
          {
            kind: 'dots',
            side: 'synthetic',
            points: [{ x: chosen.membership, y: chosen.auc }],
            hollow: true,
            text: `chosen: ε = ${plainText(chosen.epsilon)}`
          }
        ]
      }
    ]
  }
}

function privacyTable({ curve, chosen }: PrivacyTrial): TableOf {
  return {
    kind: 'table',
    caption: 'What was tried, on rows held out from a trial fit.',
    head: ['ε#', 'distance attack#', '95 %', 'two-sample AUC#', 'chosen'],
    rows: curve.map((point) => [
      Number(point.epsilon.toPrecision(3)),
      Number(area(point.membership)),
      intervalText(point),
      Number(area(point.auc)),
      point.epsilon === chosen ? 'yes' : ''
    ])
  }
}
