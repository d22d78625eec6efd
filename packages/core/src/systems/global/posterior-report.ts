import { type BeforeAndAfter, describeColumns, describeObservation, type ObservationSupport } from '../../know/observations.js'
import { farthestFromRows } from '../../know/rows-apart.js'
import { MANY_MATCHING, type NamedWarning } from '../../know/support.js'
import type { Matrix } from '../../num/matrix.js'
import type { Encoded } from '../../table/encoder.js'
import type { ObservationExpression } from '../../table/parse-expression.js'
import type { Table } from '../../table/table.js'
import { daysText, numberText, timeText } from '../../tell/numbers.js'
import type { PosteriorChoice } from './posterior-place.js'

export interface PosteriorReport {
  readonly conditioning: 'informed' | 'langevin'
  readonly steps: number
  readonly epsilon: number
  /** Set where one Gaussian of all rows does as well on held-out ones as any finer kernel. */
  readonly gaussian?: true
  /** Powers of the likelihood on the way, ending in 1. */
  readonly powers: readonly number[]
  /** Effective number of training rows under the likelihood: (Σ wL)²/Σ(wL)², of those that fit what is given. */
  readonly importanceRows: number
  /** Training rows in effect that fit what is given, where something is. */
  readonly fittingRows?: number
  /** Mean over chains of 1/Σp² at their last place. */
  readonly effectiveRows: number
  readonly acceptance: number
  readonly effectiveSampleSize: number
  readonly observations: readonly ObservationSupport[]
  readonly columns: BeforeAndAfter
  /** Energy distance between the chain without likelihood and the data, beside two halves of the data. */
  readonly unconditioned: { readonly distance: number; readonly floor: number }
  readonly warnings: readonly NamedWarning[]
}

/** Drawn rows and how the chains fared. */
export interface PosteriorChains
  extends Pick<
    PosteriorReport,
    'conditioning' | 'steps' | 'powers' | 'importanceRows' | 'effectiveRows' | 'acceptance' | 'effectiveSampleSize'
  > {
  /** In the model's coordinates. */
  readonly rows: Encoded
  /** Training rows that fit the condition, with what it gives in place; absent: all of them. */
  readonly agreeing?: Encoded | undefined
  readonly choice: Omit<PosteriorChoice, 'law'>
  readonly fittingRows?: number | undefined
  /** Weights of the training rows under the likelihood [M], where nothing is given besides and the rows are counted under it as it is. */
  readonly rowWeights?: Float64Array | undefined
  /** Of the drawn rows, in deviations of what was observed [n, r]. */
  readonly residuals?: Matrix | undefined
  /** What brings rows nearer that miss what was observed. Default: a wider kernel or steps that are tested. */
  readonly missedCure?: string | undefined
}

interface Described {
  readonly observations: readonly ObservationExpression[]
  /** Rows before anything was observed. */
  readonly prior: Table
  /** Drawn rows. */
  readonly table: Table
}

/** How well the data support drawn rows, in the columns of their table. */
export function supportReport(drawn: PosteriorChains, { observations, prior, table }: Described): Omit<PosteriorReport, 'unconditioned'> {
  const { conditioning, steps, choice, powers, importanceRows, fittingRows, effectiveRows, acceptance } = drawn
  const report = {
    conditioning,
    steps,
    epsilon: choice.epsilon,
    ...(choice.gaussian ? { gaussian: choice.gaussian } : {}),
    powers,
    importanceRows,
    ...(fittingRows === undefined ? {} : { fittingRows }),
    effectiveRows,
    acceptance,
    effectiveSampleSize: drawn.effectiveSampleSize,
    observations: observations.map((observation) => describeObservation(observation, prior, table)),
    columns: describeColumns(prior, table)
  }
  const apart = drawn.rowWeights ? apartWarning(report, { rows: prior, weights: drawn.rowWeights }, table) : []
  const warnings = warningsOn(report, table.rowCount)
  // What the data hardly have, rows cannot meet.
  const missed = drawn.residuals && !warnings.some(({ name }) => name === 'prior-observation-disagree')
  return { ...report, warnings: [...warnings, ...(missed ? missedWarning(drawn.residuals, drawn) : []), ...apart] }
}

/** Residuals of a normal law are beyond three deviations this often. */
const [BEYOND, SHARE_BEYOND] = [3, 0.0027]

/** Rows that miss what was observed more often than normal residuals do, by four deviations of a count of so many independent rows. */
function missedWarning(
  { rows: n, cols, data }: Matrix,
  { effectiveSampleSize, missedCure = 'a larger --bandwidth, or --conditioning informed, keeps nearer' }: PosteriorChains
): NamedWarning[] {
  const worst = Array.from({ length: n }, (_, i) =>
    data.subarray(i * cols, (i + 1) * cols).reduce((most, r) => Math.max(most, Math.abs(r)), 0)
  )
  const count = worst.filter((r) => r > BEYOND).length
  const expected = n * cols * SHARE_BEYOND
  if (count <= Math.max(1, expected + 4 * Math.sqrt((expected * n) / Math.max(1, effectiveSampleSize)))) return []
  const farthest = worst.reduce((most, r) => Math.max(most, r), 0)
  const message = `${count} of ${n} rows are more than ${BEYOND} deviations off what was observed, the farthest ${numberText(farthest)}, where ${Math.ceil(expected)} would be by chance: ${missedCure}`
  return [{ name: 'observation-missed', message }]
}

type Reported = Omit<PosteriorReport, 'warnings' | 'unconditioned'>

/** Where enough rows agree with what was observed, they have a word. */
function apartWarning(
  { importanceRows, effectiveSampleSize, conditioning }: Reported,
  weighted: Parameters<typeof farthestFromRows>[0],
  table: Table
): NamedWarning[] {
  if (importanceRows < MANY_MATCHING) return []
  const apart = farthestFromRows(weighted, { table, effectiveSampleSize })
  if (!apart) return []
  const say = ({ mean, deviation }: typeof apart.rows) =>
    apart.isDate ? `mean ${timeText(mean)}, spread ${daysText(deviation)}` : `mean ${numberText(mean)}, spread ${numberText(deviation)}`
  const cure = conditioning === 'langevin' ? '--conditioning informed has no such bias' : 'a smaller --condition-bandwidth smooths less'
  const message = `${apart.name} of the drawn rows (${say(apart.drawn)}) is not that of the ${importanceRows.toFixed(0)} training rows that agree in effect with what was observed (${say(apart.rows)}): ${cure}`
  return [{ name: 'rows-disagree', message }]
}

/** Fewer training rows than this under the likelihood: the answer rests on what the bridge makes of the tails. */
const FEW_ROWS = 10
/** An observation farther than this many standard deviations from the rows before it disagrees with all of them alike. */
const FAR = 4

function warningsOn(report: Reported, rowCount: number): NamedWarning[] {
  const warnings: NamedWarning[] = []
  const { importanceRows, fittingRows } = report
  const few = importanceRows < Math.min(FEW_ROWS, (fittingRows ?? Number.POSITIVE_INFINITY) / 4)
  const worst = report.observations.reduce((largest, { priorDeviations }) => Math.max(largest, priorDeviations), 0)
  const rows = fittingRows === undefined ? 'training rows' : `of ${fittingRows.toFixed(1)} training rows that fit what is given`
  const before = fittingRows === undefined ? 'the prior' : 'what is given'
  const reasons = [
    ...(few ? [`only ${importanceRows.toFixed(1)} ${rows} agree with what was observed (effective number)`] : []),
    ...(worst > (few ? 2 : FAR) ? [`an observation stands ${worst.toFixed(1)} standard deviations from ${before}`] : [])
  ]
  const cure = 'the answer rests on how the model extends the tails: check the stated error, or use more rows'
  if (reasons.length > 0) warnings.push({ name: 'prior-observation-disagree', message: `${reasons.join('; ')}; ${cure}` })
  if (report.effectiveRows < 3 && importanceRows < MANY_MATCHING)
    warnings.push({ name: 'posterior-few-rows', message: `drawn rows rest on ${report.effectiveRows.toFixed(1)} training rows in effect` })
  if (report.acceptance < 0.05)
    warnings.push({
      name: 'acceptance-low',
      message: `${(100 * report.acceptance).toFixed(1)} % of the steps were accepted: chains hardly moved; ${report.observations.length > 0 ? 'a larger ± would help' : 'more --steps, or a gradient, would help'}`
    })
  if (report.effectiveSampleSize < Math.min(20, rowCount / 2))
    warnings.push({ name: 'sample-size-low', message: `the rows are worth ${report.effectiveSampleSize.toFixed(0)} independent ones` })
  return warnings
}
