import { numberText } from '../../tell/numbers.js'
import { type Block, type Drawing, explained, facts, type Telling } from '../../tell/telling.js'
import type { FillEvaluation, FillMethod, FillScores } from './holes.js'

const METHODS: Readonly<Record<FillMethod, string>> = {
  sbridge: 'sbridge',
  mean: 'the column alone',
  neighbours: 'ten neighbours',
  forest: 'a forest a column'
}
const NAMES = Object.keys(METHODS) as FillMethod[]

/** What holes that were punched into the table say of fills. */
export function tellFillEvaluation(evaluation: FillEvaluation): Telling {
  const { rows, holes, methods, columns } = evaluation
  const own = methods.sbridge
  const best = bestOther(methods)
  return {
    json: { holes: evaluation },
    topics: [
      {
        id: 'holes',
        title: 'Holes punched into known cells',
        blocks: [
          facts(
            { name: 'holes', value: holes, aside: `in ${rows} rows` },
            own.error === null
              ? undefined
              : { name: 'error of the mean', value: own.error, unit: 'standard deviations', aside: besides(best, 'error') },
            own.coverage === null ? undefined : { name: 'holes in 80 % intervals', value: own.coverage },
            own.wrong === null ? undefined : { name: 'categories missed', value: own.wrong, aside: besides(best, 'wrong') }
          ),
          explained(
            'A second fit learned from the table without these cells; each was filled by its mean and by 20 draws, and compared with what had stood there. The others are what is often done: the column’s mean and its own law, the ten nearest rows, a random forest of 50 trees a column on the other columns. Numbers are in standard deviations of their column. Cells were punched at random: where gaps go with what nobody saw, fills may be worse.'
          ),
          {
            kind: 'table',
            caption:
              'All holes. Error: root mean square of the mean. CRPS: of the whole law, lower is better. Inside: share of holes in 80 % intervals, 0.8 is right.',
            head: ['method', 'error#', 'CRPS#', 'inside#', 'categories missed#'],
            rows: NAMES.map((method) => [METHODS[method], ...cellsOf(methods[method])])
          },
          ...errorFigure(columns),
          {
            kind: 'table',
            caption: 'Holes by column: error of a number, or share of categories missed.',
            head: ['column', 'holes#', ...NAMES.map((method) => `${METHODS[method]}#`), 'inside#'],
            rows: columns.map((column) => [
              column.name,
              column.holes,
              ...NAMES.map((method) => column.methods[method].error ?? column.methods[method].wrong),
              column.methods.sbridge.coverage
            ])
          }
        ]
      }
    ],
    warnings: [],
    notes: []
  }
}

const cellsOf = ({ error, crps, coverage, wrong }: FillScores) => [error, crps, coverage, wrong]

function bestOther(methods: FillEvaluation['methods']): {
  readonly error: FillMethod
  readonly wrong: FillMethod
  readonly methods: typeof methods
} {
  const least = (of: 'error' | 'wrong') =>
    NAMES.slice(1).reduce((best, method) => ((methods[method][of] ?? 0) < (methods[best][of] ?? 0) ? method : best))
  return { error: least('error'), wrong: least('wrong'), methods }
}

const besides = (best: ReturnType<typeof bestOther>, of: 'error' | 'wrong'): string =>
  `${METHODS[best[of]]} ${numberText(best.methods[best[of]][of])}`

/** Errors of numbers by column: filled dots are ours, hollow ones those of a forest, lines those of the column alone. */
function errorFigure(columns: FillEvaluation['columns']): Block[] {
  const numbers = columns.filter(({ methods }) => methods.sbridge.error !== null)
  if (numbers.length === 0) return []
  const points = (method: FillMethod) => numbers.map(({ methods }, y) => ({ x: methods[method].error!, y }))
  const drawing: Drawing = {
    label: `Error of ${numbers.length} columns: sbridge, a forest, and the mean of the column`,
    size: [640, 60 + 26 * numbers.length],
    x: {
      label: 'error in standard deviations',
      domain: [0, Math.max(1.2, ...NAMES.flatMap((method) => points(method).map(({ x }) => x)))]
    },
    y: { names: numbers.map(({ name }) => name), domain: [-0.7, numbers.length - 0.3], ticks: numbers.map((_, k) => k), reverse: true },
    marks: [
      { kind: 'rule', side: 'plain', along: 'y', at: 1, dashed: true, text: 'as the mean' },
      { kind: 'dots', side: 'plain', points: points('mean'), hollow: true },
      { kind: 'dots', side: 'real', points: points('forest'), hollow: true },
      { kind: 'dots', side: 'synthetic', points: points('sbridge') }
    ]
  }
  return [
    {
      kind: 'figure',
      caption: 'Error of each column’s holes: further left is nearer.',
      key: { synthetic: 'sbridge', real: 'a forest a column', plain: 'the mean of the column' },
      drawings: [drawing]
    }
  ]
}
