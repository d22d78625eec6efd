import type { GivenChoice } from '../../choose/window-bandwidth.js'
import { type Condition, repeatGiven } from '../../know/conditions.js'
import { type BeforeAndAfter, describeColumns, describeObservation, type ObservationSupport } from '../../know/observations.js'
import type { ConditionGroup } from '../../know/places.js'
import { conditionWarnings, type Distance, distancesOfGroups, FEW_ROWS, type NamedWarning, unknownWarnings } from '../../know/support.js'
import { keyFor } from '../../num/random.js'
import { columnsOf, indicatorsOf } from '../../table/expression.js'
import type { ObservationExpression } from '../../table/parse-expression.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'

/** One condition on a localised model, and how well the data support its rows. Plain JSON. */
interface LocalConditionReport {
  readonly condition: string
  /** Effective number of training rows behind a draw: the smallest median over columns. */
  readonly effectiveRows: number
  readonly distance: Distance
}

/** Name of the warning that some rows have not what was asked for. */
export const IMPOSSIBLE_WARNING = 'rows-impossible'

/** What was asked of a localised model, and how well the data support the answer. Plain JSON. */
export interface LocalPosteriorReport {
  readonly sweeps: number
  readonly rowsPerCondition: number
  readonly choices: readonly GivenChoice[]
  readonly conditions: readonly LocalConditionReport[]
  readonly observations: readonly ObservationSupport[]
  /** Of the Metropolis tests that nonlinear observations and likelihoods need: least over columns. */
  readonly acceptance?: number
  readonly columns: BeforeAndAfter
  /** Shares of the classes of rows among the data, and among the rows of each condition. */
  readonly classes?: readonly { readonly words: string; readonly before: number; readonly after: readonly number[] }[]
  readonly warnings: readonly NamedWarning[]
}

export interface LocalPosteriorOutcome extends Pick<LocalPosteriorReport, 'sweeps' | 'choices' | 'acceptance'> {
  /** Training rows. */
  readonly training: Table
  readonly conditions: readonly Condition[]
  /** Conditions on the same columns. */
  readonly groups: readonly ConditionGroup[]
  readonly observations: readonly ObservationExpression[]
  /** Of each condition. */
  readonly effectiveRows: Float64Array
  readonly table: Table
  /** Drawn rows where something observed is undefined, or the likelihood −∞. */
  readonly impossible: number
  /** Rows a condition. */
  readonly count: number
  /** The column whose mean the last half of the sweeps still moved most, and by how many of its standard deviations. */
  readonly drift?: { readonly column: string; readonly by: number }
  /** The column in which rows of the data that observe the same are missed by another multiple of its spread than 1, beyond chance, and that multiple. */
  readonly missed?: { readonly column: string; readonly by: number }
  /** Levels of the training rows, where they have categories [M, factors]. */
  readonly codes?: Int32Array
  /** Training rows that have the categories of a single condition; all when left out. */
  readonly agreeing?: Table
  /** Where rows have categories. */
  readonly classes?: LocalPosteriorReport['classes']
}

/** Observations farther from the prior than this many standard deviations disagree with it. */
const FAR = 4
/** A chain that only ever improves still moves once in k at its k-th test: after 20 sweeps 7 % on average. */
const LOW_ACCEPTANCE = 0.1

/** Sets what was drawn beside the data. Cost of one `nearest` a group of conditions. */
export async function reportOnLocal(outcome: LocalPosteriorOutcome, context: Context): Promise<LocalPosteriorReport> {
  const { training, conditions, groups, observations, table, sweeps, count, choices, acceptance } = outcome
  const about = { table: training, codes: outcome.codes ?? new Int32Array(0), engine: context.engine }
  const distances = await distancesOfGroups(groups, conditions, { ...about, keyOf: (g) => keyFor(context.key, `distances ${g}`) })
  // What is given is known before anything is observed.
  const { agreeing = training } = outcome
  const before = conditions.length === 1 ? repeatGiven(agreeing, conditions, agreeing.rowCount) : training
  const known = new Set(conditions.flatMap(({ numbers, ranges }) => [...numbers, ...ranges].map(({ name }) => name)))
  const open = observations.map(
    ({ residual }) => indicatorsOf(residual).length === 0 && !columnsOf(residual).some((name) => known.has(name))
  )
  const described = observations.map((observation) => describeObservation(observation, before, table))
  return {
    sweeps,
    rowsPerCondition: count,
    choices,
    conditions: conditions.map(({ words }, c) => ({ condition: words, effectiveRows: outcome.effectiveRows[c]!, distance: distances[c]! })),
    observations: described,
    ...(acceptance === undefined ? {} : { acceptance }),
    columns: describeColumns(training, table),
    ...(outcome.classes ? { classes: outcome.classes } : {}),
    warnings: [
      ...conditions.flatMap((condition, c) => warningsOfCondition(condition, outcome.effectiveRows[c]!, distances[c]!)),
      ...described.filter(({ priorDeviations }) => priorDeviations > FAR).map(disagreement),
      ...described.flatMap((support, o) => (open[o] && outcome.impossible === 0 ? unmet(support, observations[o]!.deviation) : [])),
      ...(outcome.impossible > 0 ? [stuck(outcome.impossible, table.rowCount)] : []),
      ...(acceptance !== undefined && acceptance < LOW_ACCEPTANCE ? [lowAcceptance(acceptance)] : []),
      ...(outcome.drift ? [notSettled(outcome.drift, sweeps)] : []),
      ...(outcome.missed ? [miscalibrated(outcome.missed)] : [])
    ]
  }
}

function warningsOfCondition(condition: Condition, effectiveRows: number, distance: Distance): NamedWarning[] {
  if (condition.numbers.length + condition.ranges.length > 0) return conditionWarnings(condition, { effectiveRows }, distance)
  if (effectiveRows >= FEW_ROWS) return unknownWarnings(condition)
  return [
    ...unknownWarnings(condition),
    { name: 'posterior-few-rows', message: `draws of some columns rest on an effective ${effectiveRows.toFixed(1)} training rows` }
  ]
}

function disagreement({ text, priorDeviations }: ObservationSupport): NamedWarning {
  const message = `“${text}” stands ${priorDeviations.toFixed(1)} standard deviations from the prior: the rows extrapolate`
  return { name: 'prior-observation-disagree', message }
}

/** Rows of a Gaussian would stand nearer to what was observed by this many of its deviations. */
const UNMET = 2

/**
 * Sweeps that take one column at a time cannot move columns that nearly repeat each other. For Gaussian rows the residual's
 * mean goes from m to m·s²/(v + s²), v its variance before and s the deviation of the observation.
 */
function unmet({ text, prior, posterior }: ObservationSupport, deviation: number): NamedWarning[] {
  const noise = deviation * deviation
  const expected = (prior.mean * noise) / (prior.deviation * prior.deviation + noise)
  const miss = Math.abs(posterior.mean - expected) / deviation
  if (!(miss > UNMET)) return []
  const message = `“${text}”: the drawn rows miss it by ${miss.toFixed(1)} of its deviations: columns that nearly repeat each other hold the sweeps back; sampling without --local would follow it`
  return [{ name: 'observation-unmet', message }]
}

function stuck(rows: number, all: number): NamedWarning {
  const message = `${rows} of ${all} rows lie where what was observed is undefined or impossible: column by column they found no way out`
  return { name: IMPOSSIBLE_WARNING, message }
}

function notSettled({ column, by }: NonNullable<LocalPosteriorOutcome['drift']>, sweeps: number): NamedWarning {
  const message = `the mean of ${column} moved by ${by.toFixed(2)} of its standard deviations in the last half of ${sweeps} sweeps: the rows have not settled to what is known; --local auto may, and sampling without --local would, follow it`
  return { name: 'sweeps-not-settled', message }
}

function miscalibrated({ column, by }: NonNullable<LocalPosteriorOutcome['missed']>): NamedWarning {
  const message = `rows of the data of which the same is known lie ${by.toFixed(2)} times as far from what is said of ${column} as the spread of the drawn rows: neighbourhoods do not carry that far what is known; a larger one, --local auto, --latent pca:K, or no --local may`
  return { name: 'posterior-miscalibrated', message }
}

function lowAcceptance(acceptance: number): NamedWarning {
  const message = `${(100 * acceptance).toFixed(1)} % of the moves of some columns were accepted: the rows may not have followed the likelihood; more sweeps, or a linear --observe, would help`
  return { name: 'acceptance-low', message }
}
