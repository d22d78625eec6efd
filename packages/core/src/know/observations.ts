import { InputError } from '../num/errors.js'
import { listed } from '../num/listed.js'
import { mean, variance } from '../num/statistics.js'
import { byClass, columnsOf, evaluate, withIndicators } from '../table/expression.js'
import { columnWord, writeIndicator } from '../table/expression-text.js'
import { type ObservationExpression, parseObservation } from '../table/parse-expression.js'
import { isNumeric, type Table } from '../table/table.js'
import { checkIndicator, holdsIn, type Observable, unknownColumn } from './indicators.js'

/** What an observation says, before and after. Plain JSON. */
export interface ObservationSupport {
  readonly text: string
  /** Left minus right side under the prior, in standard deviations of prior and noise together. */
  readonly priorDeviations: number
  /** Left minus right side, in the units of the observation. */
  readonly prior: { readonly mean: number; readonly deviation: number }
  readonly posterior: { readonly mean: number; readonly deviation: number }
}

/** Mean and standard deviation of numeric columns, before and after. */
export type BeforeAndAfter = Readonly<
  Record<string, { readonly prior: readonly [number, number]; readonly posterior: readonly [number, number] }>
>

/**
 * Reads an observation of the columns of an encoder; its indicators have levels as the data spell them. Throws `InputError` as
 * `parseObservation` and `checkIndicator` do, and for columns that are not numbers (`column-unknown`, `observation-column`).
 */
export function readObservation(encoder: Observable, observed: string): ObservationExpression {
  const { text, residual, deviation } = parseObservation(observed)
  for (const name of columnsOf(residual)) checkNumber(encoder, name, text)
  return { text, residual: withIndicators(residual, (indicator) => checkIndicator(encoder, indicator, text)), deviation }
}

function checkNumber(encoder: Observable, name: string, text: string): void {
  const place = encoder.columns.findIndex((candidate) => candidate.name === name)
  const code = encoder.columns[place]
  if (!code) throw unknownColumn(encoder, name, text)
  const { kind, levels } = encoder.kinds[place]!
  if (kind === 'datetime') throw dateObserved(text, name)
  if (code.carries === 'coordinate' || code.carries === 'constant') return
  const numeric = encoder.columns.filter((c) => c.carries === 'coordinate').map((c) => c.name)
  const refused = (what: string, remedy: string) =>
    new InputError({
      code: 'observation-column',
      got: `“${text}”, where ${name} ${what}`,
      expected: `numeric columns: ${listed(numeric) || 'the table has none'}`,
      try: remedy
    })
  if (code.carries === 'empty') throw refused('has no value in the data', `leaving ${name} out`)
  if (code.carries === 'identifier') throw refused('is no numeric column', `leaving ${name} out`)
  const indicator = kind === 'boolean' ? `P(${columnWord(name)})` : writeIndicator(name, levels![0]!)
  throw refused('is no numeric column', `${indicator}, which is 1 in its rows and 0 in all others, or --given ${name}=VALUE`)
}

/** Log-likelihoods of rows that do not differ by this many of their last digits do not tell the rows apart. */
const LEAST_DIGITS = 1000
const LAST_DIGIT = 2 ** -52

/** Refuses observations that stand so far from all rows that rounding hides which of them are nearer. Cost O(rows). */
export function refuseFar(observations: readonly ObservationExpression[], training: Table): void {
  for (const { text, residual, deviation } of observations) {
    let [nearest, farthest] = [Number.POSITIVE_INFINITY, 0]
    for (const r of residuals(residual, training)) {
      const square = 0.5 * (r / deviation) * (r / deviation)
      nearest = Math.min(nearest, square)
      farthest = Math.max(farthest, square)
    }
    const rounding = nearest * LAST_DIGIT
    if (nearest === Number.POSITIVE_INFINITY || rounding < 0.01 || farthest - nearest > LEAST_DIGITS * rounding) continue
    throw new InputError({
      code: 'observation-far',
      got: `“${text}”, which stands so far from all rows that none is nearer to it than another`,
      expected: 'an observation within reach of the data',
      try: 'a value in the units of the columns, or a larger ±'
    })
  }
}

/** 2014-07-01 is a subtraction, and a date has no unit that a deviation could be in. */
function dateObserved(text: string, name: string): InputError {
  return new InputError({
    code: 'observation-column',
    got: `“${text}”, where ${name} is a date`,
    expected: 'columns of numbers: expressions know no dates',
    try: `--given '${name}=FROM..TO'`
  })
}

const momentsOf = (values: Float64Array): [number, number] => [mean(values), Math.sqrt(variance(values))]

/** An observation under the prior's rows and under the drawn ones. */
export function describeObservation(
  { text, residual, deviation }: ObservationExpression,
  prior: Table,
  posterior: Table
): ObservationSupport {
  const [priorMean, priorDeviation] = momentsOf(residuals(residual, prior))
  const [posteriorMean, posteriorDeviation] = momentsOf(residuals(residual, posterior))
  return {
    text,
    priorDeviations: Math.abs(priorMean) / Math.sqrt(priorDeviation * priorDeviation + deviation * deviation),
    prior: { mean: priorMean, deviation: priorDeviation },
    posterior: { mean: posteriorMean, deviation: posteriorDeviation }
  }
}

/** The residual of every row that has all its cells and where it is defined. */
function residuals(residual: ObservationExpression['residual'], table: Table): Float64Array {
  const columns = new Map(table.columns.filter(isNumeric).map((column) => [column.name, column]))
  const names = columnsOf(residual)
  const [within, holds] = [byClass(residual, (own) => own), holdsIn(table)]
  const rows = Array.from({ length: table.rowCount }, (_, i) => i).filter((i) => names.every((name) => !columns.get(name)!.missing?.[i]))
  return Float64Array.from(rows, (i) => evaluate(within(holds(i)), (name) => columns.get(name)!.values[i]!)).filter(Number.isFinite)
}

/** Numeric columns of the prior's rows and of the drawn ones. */
export function describeColumns(prior: Table, posterior: Table): BeforeAndAfter {
  const described: Record<string, { prior: readonly [number, number]; posterior: readonly [number, number] }> = {}
  prior.columns.forEach((before, c) => {
    const after = posterior.columns[c]!
    if (!isNumeric(before) || !isNumeric(after)) return
    const present = (column: typeof before) => (column.missing ? column.values.filter((_, i) => !column.missing![i]) : column.values)
    if (present(after).length === 0) return
    described[before.name] = { prior: momentsOf(present(before)), posterior: momentsOf(present(after)) }
  })
  return described
}
