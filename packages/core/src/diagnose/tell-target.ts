import { numberText, shareText } from '../tell/numbers.js'
import { type Block, type Cell, type Drawing, explained, facts, type Telling } from '../tell/telling.js'
import type { CategoricalTargetEvaluation, NumericTargetEvaluation, TargetEvaluation } from './conditional-target.js'
import type { TrainedEvaluation } from './train-on-synthetic.js'

/** Levels that a table of a report lists: more than fit in a screen are summed up. */
const MOST_NAMES = 20

/** What is said of draws of one column that were conditioned on the real rows. */
export function tellTarget(target: TargetEvaluation): Telling {
  const { column, rows, drawsPerRow, given } = target
  const more = given.length > MOST_NAMES ? ` and ${given.length - MOST_NAMES} more` : ''
  const blocks = [
    explained(
      `Every real row was given to the model without its ${column}; what was drawn for it is scored against what it had. Given: ${given.slice(0, MOST_NAMES).join(', ')}${more}.`
    ),
    facts({ name: `draws of ${column}`, value: drawsPerRow, aside: `for each of ${numberText(rows)} rows` }),
    ...(target.kind === 'numeric' ? numericBlocks(target) : [categoricalTable(target)])
  ]
  return { json: { target }, topics: [{ id: 'target', title: `Draws of ${column}, given other columns`, blocks }], warnings: [], notes: [] }
}

/** What is said of a column that forests predict, trained on synthetic and on real rows. */
export function tellTrained(trained: TrainedEvaluation): Telling {
  const { column, score, synthetic, real, rows, heldOut } = trained
  const where = heldOut ? 'held-out rows' : 'rows that the model may have learned from'
  const blocks = [
    explained(
      `Random forests predict ${column} from all other columns: one trained on ${numberText(rows.trained)} synthetic rows, one on as many real ones, both tested on ${numberText(rows.tested)} other real rows, ${where}. ${score === 'AUC' ? 'AUC: of each class against the others, by their shares; 0.5 is a coin toss.' : 'R²: share of the variance that is explained; 0 is the mean for every row.'}`
    ),
    facts({
      name: `trained on synthetic rows, tested on real ones`,
      value: synthetic,
      aside: `${score} of ${column}; trained on as many real rows ${numberText(real)}`
    })
  ]
  return { json: { trained }, topics: [{ id: 'trained', title: `Predicting ${column}`, blocks }], warnings: [], notes: [] }
}

function numericBlocks(target: NumericTargetEvaluation): Block[] {
  const { crps, standardised, coverage, pinball } = target
  return [
    {
      kind: 'table',
      caption:
        'Continuous ranked probability score (CRPS) and pinball losses in the units of the column: smaller is better. Coverage: share of the real values inside the central interval of their draws, which should be its level.',
      head: ['score', 'value#', 'to be expected#'],
      rows: [
        ['CRPS', crps, ''],
        ['CRPS in standard deviations', standardised.crps, `${numberText(standardised.unconditional)} ignoring all conditions`],
        ...(['50', '80', '95'] as const).map((level) => [`inside ${level} % intervals`, shareText(coverage[level]), `${level}.0 %`]),
        ...Object.entries(pinball).map(([p, loss]): Cell[] => [`pinball loss of the ${numberText(100 * Number(p))} % quantile`, loss, ''])
      ],
      said: ''
    },
    {
      kind: 'figure',
      caption:
        'Calibration: share of the real values whose rank among their draws lies in each tenth. Bars at the line are calibrated draws; bars high at both ends mean draws that are too narrow, high in the middle too wide, high on one side shifted. The band is what chance allows nine times in ten.',
      drawings: [rankDrawing(target)]
    }
  ]
}

/** Normal quantile of 95 %: the band holds nine in ten. */
const NINE_IN_TEN = 1.645

function rankDrawing({ column, ranks, rows }: NumericTargetEvaluation): Drawing {
  const bars = ranks.map((y, t) => ({ from: t / ranks.length, to: (t + 1) / ranks.length, y }))
  const level = 1 / ranks.length
  const chance = NINE_IN_TEN * Math.sqrt((level * (1 - level)) / rows)
  const [low, high] = [Math.max(0, level - chance), level + chance]
  return {
    label: `Ranks of the real ${column} among its draws`,
    size: [420, 220],
    x: { label: 'rank among the draws', domain: [0, 1] },
    y: { label: 'share of the rows', domain: [0, Math.max(...ranks, high) * 1.05] },
    marks: [
      {
        kind: 'area',
        side: 'real',
        points: [
          { x: 0, low, high },
          { x: 1, low, high }
        ]
      },
      { kind: 'bars', side: 'synthetic', points: bars },
      { kind: 'rule', side: 'real', along: 'x', at: level }
    ]
  }
}

function categoricalTable({ logScore, brier, accuracy, unconditional }: CategoricalTargetEvaluation): Block {
  return {
    kind: 'table',
    caption:
      'Logarithmic and Brier score of the shares of the draws: smaller is better. “Ignoring all conditions” takes the shares of the real column for every row.',
    head: ['score', 'value#', 'ignoring all conditions#'],
    rows: [
      ['logarithmic score', logScore, unconditional.logScore],
      ['Brier score', brier, unconditional.brier],
      ['commonest draw is right', shareText(accuracy), '']
    ],
    said: ''
  }
}
