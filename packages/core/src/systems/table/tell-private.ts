import { RARE_BELOW } from '../../table/rare-below.js'
import { plainText } from '../../tell/numbers.js'
import { type Figure, facts, type TableOf, type Telling } from '../../tell/telling.js'
import type { PrivacyPoint, PrivacyTrial } from '../privacy/privacy.js'
import { PRIVATE_CELL } from './hidden-ends.js'
import type { TableModel, TableSource } from './options.js'
import { heldOutOf } from './trial.js'

const area = (x: number): string => x.toFixed(3)
const intervalText = ({ interval: [low, high] }: PrivacyPoint): string => `${area(low)} to ${area(high)}`

const percent = (left: number): string => `${Math.round(100 * left)} %`

const notDrawn = (cell: number): string => `levels and codes of fewer than ${cell} rows, and ends of numbers that fewer rows reach`

/** What is going to be done, before anything is computed. */
export function privacyPlanned(asked: number, { input, options }: Extract<TableSource, { input: unknown }>): string[] {
  const { minCell = PRIVATE_CELL } = options
  return [
    `privacy limit: the kernel is widened, or drawn rows near to the table are left out, until a distance attack on ${heldOutOf(input)} rows held out from trial fits is right in at most ${plainText(100 * asked)} of 100 cases; a table where neither is enough is refused`,
    `not drawn: ${notDrawn(minCell)} (--min-cell sets the number)`,
    `refused: conditions that fewer than ${minCell} rows stand behind, and impute and score with this model, whose file contains the rows`,
    `a report shows no cell that fewer than ${RARE_BELOW} rows have, but ranges, means and points of all rows`
  ]
}

/** What a model says of the bandwidth, and of the rows left out, that its privacy asked for; with rows, how many had none that is far. */
export function tellPrivate(trial: PrivacyTrial, near?: number): Telling {
  const { asked, heldOut, before, chosen, left, cell, curve } = trial
  const point = curve.find((one) => one.epsilon === chosen && one.left === left)!
  const narrow = curve.find((one) => one.epsilon === before && one.left === 0)!
  const change = (from: string, to: string) => (point === narrow ? to : `${from} → ${to}`)
  const kernel = chosen === before ? 'the kernel is unchanged' : `ε ${plainText(before)} → ${plainText(chosen)}`
  return {
    json: { privacy: { ...trial, ...(near === undefined ? {} : { near }) } },
    topics: [
      {
        id: 'privacy',
        title: 'How the privacy limit was met',
        blocks: [
          facts(
            {
              name: 'privacy limit',
              value:
                left === 0 ? kernel : `${kernel}, and the ${percent(left)} of the drawn rows that are nearest to the table are left out`,
              aside: `limit ${plainText(asked)}, measured on ${heldOut} rows held out from a trial fit`
            },
            {
              name: 'distance attack',
              value: change(area(narrow.membership), area(point.membership)),
              aside: `95 % ${intervalText(point)}`,
              meaning: 'How often the row nearer to a drawn row is the training row, and not a held-out one; 0.5 is a coin toss.'
            },
            {
              name: 'two-sample AUC of the trial',
              value: change(area(narrow.auc!), area(point.auc!)),
              meaning: 'How well a forest tells drawn rows from held-out ones: the cost of privacy. 0.5 is best.'
            },
            ...(cell === undefined
              ? []
              : [
                  {
                    name: 'rare values',
                    value: `not drawn: ${notDrawn(cell)}`,
                    meaning:
                      'They are merged, left empty or drawn again; other rare values come hardly more often than fresh ones. --min-cell sets the number.'
                  }
                ]),
            ...(near === undefined
              ? []
              : [
                  {
                    name: 'rows that stay near',
                    value: near,
                    meaning: 'All their candidates were too near to a row of the table; the farthest was taken.'
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
  const message = `the model file contains the ${summary.rowCount} rows that it learned from; --privacy protects only what it draws, so share drawn rows, not the file`
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
    caption: `The price of privacy. Horizontal: how often a distance attack finds the training row (0.5 is a coin toss). Vertical: how well a forest tells drawn rows from held-out ones. Along the line ε grows from ${plainText(curve[0]!.epsilon)} to ${plainText(curve.at(-1)!.epsilon)}${left === 0 ? '' : `; the chosen point leaves out the nearest ${percent(left)} of the rows`}.`,
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
