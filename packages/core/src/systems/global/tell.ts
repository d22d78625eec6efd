import type { NamedWarning } from '../../know/support.js'
import { counted, listed } from '../../num/listed.js'
import { LARGEST_RESIDUAL } from '../../scaling/symmetric.js'
import type { Table } from '../../table/table.js'
import { numberText, plainText } from '../../tell/numbers.js'
import { type Fact, type Figure, facts, type TableOf, type Telling, type Topic } from '../../tell/telling.js'
import { type Support, tellSupport } from '../drawn/support.js'
import type { BandwidthCurve } from './bandwidth.js'
import { leadRequired } from './choose-scaling.js'
import type { ConditionalReport, ConditionGroupReport } from './condition-report.js'
import { contestFolds } from './contest-folds.js'
import { CONTEST_BUDGET } from './entrant.js'
import type { FitSummary } from './fit-summary.js'
import type { PosteriorReport } from './posterior-report.js'

/** r below which drawn rows stand much nearer to training rows than new ones would. */
const COPYING_RATIO = 0.6

/** What a model of all columns says. */
export function tellGlobal(summary: FitSummary): Telling {
  const { bandwidth, notes } = summary
  return {
    json: { ...summary, ratio: bandwidth?.ratio ?? null, criterion: bandwidth?.criterion ?? 'given' },
    topics: [modelTopic(summary)],
    warnings: landmarkWarnings(summary),
    notes
  }
}

function modelTopic(summary: FitSummary): Topic {
  const { bandwidth, kernel, categories } = summary
  return {
    id: 'model',
    title: 'How the rows were made',
    blocks: [
      facts(
        bandwidthFact(summary),
        ...scalingFacts(summary),
        { name: 'kernel', value: kernel, usual: kernel === 'fixed' },
        { name: 'categories', value: categories, usual: true },
        scalingFact(summary)
      ),
      ...(bandwidth && bandwidth.curve.length > 1 ? [bandwidthFigure(bandwidth)] : [])
    ]
  }
}

/** How the potentials were found. */
function scalingFact({ scalingEnding, scalingTurns, scalingError, landmarks }: FitSummary): Fact {
  const name = 'symmetric scaling'
  if (landmarks === undefined)
    return {
      name,
      value: scalingEnding,
      usual: scalingEnding === 'converged',
      aside: `${counted(scalingTurns, 'turn')}, error ${scalingError.toExponential(1)}`
    }
  const turns = scalingTurns > 0 ? `, then ${counted(scalingTurns, 'turn')} on all rows` : ''
  return { name, value: `on ${counted(landmarks, 'landmark')}${turns}`, aside: `residual ${plainText(scalingError)}` }
}

/** What landmarks left that turns on all rows did not make up for. */
function landmarkWarnings({ landmarks, scalingEnding, scalingError }: FitSummary): NamedWarning[] {
  if (landmarks === undefined || scalingEnding === 'converged') return []
  const message = `the bridge of ${counted(landmarks, 'landmark')} leaves a residual of ${plainText(scalingError)}, above ${LARGEST_RESIDUAL}: rows may be drawn unequally often; --landmarks all takes all rows`
  return [{ name: 'landmarks-few', message }]
}

/** ε: what it is and why. */
function bandwidthFact({
  epsilon,
  bandwidth,
  rowCount,
  duplicateCount
}: Pick<FitSummary, 'epsilon' | 'bandwidth' | 'rowCount' | 'duplicateCount'>): Fact {
  const fact = { name: 'bandwidth ε', value: String(Number(epsilon.toPrecision(4))) }
  if (!bandwidth) return { ...fact, aside: 'given' }
  const met = bandwidth.criterion === 'target-met' ? '' : ', the most that these data allow'
  // Where most rows repeat others, so do new ones of the same law; where none comes as far as fresh rows, they are as far as they can be.
  const isRepeated = duplicateCount > rowCount / 2 || bandwidth.criterion !== 'target-met'
  const copies =
    bandwidth.ratio < COPYING_RATIO && !isRepeated ? '; drawn rows are much nearer to training rows than fresh rows would be' : ''
  const chosen = bandwidth.rowCount < rowCount ? `; chosen on ${bandwidth.rowCount} of the rows` : ''
  const aim = Number(bandwidth.target.toFixed(2))
  return { ...fact, aside: `nearest-neighbour ratio ${bandwidth.ratio.toFixed(2)}, aim ${aim}${met}${copies}${chosen}` }
}

function scalingFacts({ scaling: { methods, scores }, rowCount }: FitSummary): Fact[] {
  const quantile = Object.keys(methods).filter((name) => methods[name] === 'quantile')
  // Columns of a list are scaled by `quantile` without a contest, which was about the rest.
  const rest = scores && quantile.length > 0 && !isQuantile(scores, rowCount) ? 'the rest standard: ' : ''
  const aside = scores ? `${rest}${contestWords(scores, rowCount)}` : undefined
  return [
    { name: 'scaling', value: quantile.length === 0 ? 'standard' : `quantile for ${listed(quantile)}`, aside, usual: scores !== undefined }
  ]
}

interface Scores {
  readonly quantile: number
  readonly standard: number
}

/** Whether `quantile` was taken for the columns that were in question. */
const isQuantile = ({ quantile, standard }: Scores, rowCount: number): boolean => quantile < standard - leadRequired(rowCount)

/** The scores of both scalings, and why the better one did not win where it did not. */
function contestWords({ quantile, standard }: Scores, rowCount: number): string {
  const scores = `held-out two-sample AUC ${quantile.toFixed(3)} with quantile, ${standard.toFixed(3)} with standard`
  const wins = isQuantile({ quantile, standard }, rowCount)
  if (wins === quantile < standard) return scores
  return wins ? `${scores}; quantile is preferred when the two are so close` : `${scores}, a lead too small for ${rowCount} rows`
}

/** A two-sample AUC of trial fits on rows that they had not seen. */
export interface HeldOutAuc {
  readonly value: number
  /** Rows that one of them had not seen, at least. */
  readonly rows: number
}

/** Of the scaling that was taken; undefined where there were no trial fits, or where the model has another bandwidth than they would choose. */
export function keptBackOf({
  scaling,
  bandwidth,
  rowCount
}: Pick<FitSummary, 'scaling' | 'bandwidth' | 'rowCount'>): HeldOutAuc | undefined {
  if (!scaling.scores || !bandwidth) return undefined
  const { quantile, standard } = scaling.scores
  const rows = Math.floor(Math.min(rowCount, CONTEST_BUDGET.least) / contestFolds(rowCount).parts)
  return { value: isQuantile(scaling.scores, rowCount) ? quantile : standard, rows }
}

/** A logarithmic axis up to this long has room for a number at every tick. */
const MANY_DECADES = 30

/** How near drawn rows come to training rows at the bandwidths that were tried. */
function bandwidthFigure({ curve, epsilon, ratio, target }: BandwidthCurve): Figure {
  const points = curve.map((point) => ({ x: point.epsilon, y: point.ratio }))
  const short = points.at(-1)!.x < MANY_DECADES * points[0]!.x
  return {
    kind: 'figure',
    caption: `How the bandwidth was chosen. For every ε that was tried: the typical distance from drawn rows to the nearest training row, divided by that of held-out rows. Small ε copies training rows (ratio near 0), large ε blurs (ratio above 1). The chosen ε has a ratio near ${plainText(target)}.`,
    drawings: [
      {
        label: 'Nearest-neighbour ratio against the bandwidth',
        size: [620, 250],
        x: { label: 'bandwidth ε', log: true, ...(short ? { ticks: 6 } : {}) },
        y: { label: 'nearest-neighbour ratio r', domain: [0, 1.05 * Math.max(1.1, ...points.map(({ y }) => y))], ticks: 5 },
        marks: [
          { kind: 'rule', side: 'plain', along: 'x', at: 0 },
          { kind: 'rule', side: 'plain', along: 'x', at: target, text: `target ${plainText(target)}`, dashed: true },
          { kind: 'line', side: 'real', points },
          { kind: 'dots', side: 'real', points },
          { kind: 'dots', side: 'synthetic', points: [{ x: epsilon, y: ratio }], hollow: true, text: `chosen: ε = ${plainText(epsilon)}` }
        ]
      }
    ]
  }
}

/** What is said of rows under conditions. */
export function tellConditional(report: ConditionalReport): Telling {
  const { conditions, groups } = report
  const support: Support = {
    conditions,
    facts: groups.map(groupFact),
    choices: groups.some(({ trials }) => trials.length > 1) ? [trialTable(groups)] : [],
    warnings: [...groups, ...conditions].flatMap(({ warnings }) => warnings)
  }
  return tellSupport(support, { conditional: report })
}

type Setting = Pick<ConditionGroupReport, 'epsilon' | 'ridge' | 'freeRatio' | 'predicts' | 'forest' | 'residuals' | 'redrawn'>

const same = (one: Setting, other: Setting): boolean =>
  one.epsilon === other.epsilon &&
  one.ridge === other.ridge &&
  one.freeRatio === other.freeRatio &&
  (one.predicts ?? false) === (other.predicts ?? false) &&
  (one.forest ?? 0) === (other.forest ?? 0) &&
  (one.residuals ?? 0) === (other.residuals ?? 0) &&
  (one.redrawn ?? false) === (other.redrawn ?? false)

/** What draws the rows, in equal shares. */
function drawnBy({ forest = 0, residuals = 0, redrawn }: Pick<Setting, 'forest' | 'residuals' | 'redrawn'>): string {
  if (redrawn) return 'kernel, then each number given all others'
  const names = [forest + residuals < 1 && 'kernel', forest > 0 && 'forest', residuals > 0 && 'regression'].filter((name) => name !== false)
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} in equal shares`
}

function groupFact(group: ConditionGroupReport): Fact {
  const { columns, epsilon, ridge, freeRatio, predicts, forest = 0, residuals = 0, redrawn, trials } = group
  const kernel = `ε = ${numberText(epsilon)}${freeRatio === 1 ? '' : `, ${numberText(freeRatio)}-fold for drawn columns`}, ridge λ = ${plainText(ridge)}${predicts ? ', spread of predictions' : ''}`
  const best = trials.find((trial) => same(trial, group))
  return {
    name: `given ${columns.length > 0 ? columns.join(', ') : 'nothing'}`,
    value: [...(forest + residuals < 1 ? [kernel] : []), ...(forest + residuals > 0 || redrawn ? [`drawn by ${drawnBy(group)}`] : [])].join(
      '; '
    ),
    aside: best && `held-out score ${best.score.toFixed(3)}, in spreads of rows with similar conditions`
  }
}

function trialTable(groups: readonly ConditionGroupReport[]): TableOf {
  return {
    kind: 'table',
    caption:
      'How bandwidth and ridge were chosen, and whether a forest draws: energy score of held-out rows, each drawn column in its spread between rows that are given alike; of one column it is the continuous ranked probability score (CRPS), about 0.56 where the law is right and Gaussian.',
    head: ['given', 'ε#', 'ratio for drawn columns#', 'ridge λ#', 'spread', 'drawn by', 'score#', 'held-out rows#', 'chosen'],
    rows: groups.flatMap((group) =>
      group.trials.map((trial) => [
        group.columns.join(', '),
        trial.epsilon,
        trial.freeRatio,
        trial.ridge,
        trial.predicts ? 'of predictions' : 'of rows',
        drawnBy(trial),
        trial.score,
        trial.scoredRows,
        same(trial, group) ? 'yes' : ''
      ])
    )
  }
}

/** What is said of rows under observations or a likelihood. `columns`: of the table. */
export function tellPosterior(report: PosteriorReport, columns?: Table['columns']): Telling {
  const { epsilon, gaussian, importanceRows, fittingRows, powers, unconditioned, effectiveRows, acceptance, effectiveSampleSize } = report
  const support: Support = {
    agreeing: importanceRows,
    conditions: [{ condition: '', effectiveRows, acceptance, effectiveSampleSize }],
    facts: [
      {
        name: 'rows that agree',
        value: importanceRows,
        aside: fittingRows === undefined ? undefined : `of ${numberText(fittingRows)} that fit what is given`,
        meaning: 'effective number of training rows that agree with what was observed; below 10 prior and observation disagree'
      },
      {
        name: 'bandwidth ε under what is known',
        value: epsilon,
        aside: gaussian && 'one Gaussian, which does as well on held-out rows'
      },
      { name: 'powers of the likelihood on the way', value: powers.length },
      {
        name: 'distance of the chain without observations to the data',
        value: unconditioned.distance,
        aside: `halves of the data: up to ${numberText(unconditioned.floor)}`
      }
    ],
    observations: report.observations,
    columns: report.columns,
    warnings: report.warnings
  }
  return tellSupport(support, { posterior: report }, columns)
}
