import { InputError } from '../num/errors.js'
import { listed } from '../num/listed.js'
import { mean, variance } from '../num/statistics.js'
import type { Encoder } from '../table/encoder.js'
import { columnsOf, evaluate, type ObservationExpression } from '../table/expression.js'
import { isNumeric, type Table } from '../table/table.js'

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

/** Refuses observations that name columns which are not numbers. */
export function checkObservation(encoder: Encoder, { text, residual }: ObservationExpression): void {
  for (const name of columnsOf(residual)) {
    const place = encoder.columns.findIndex((candidate) => candidate.name === name)
    const code = encoder.columns[place]
    if (encoder.kinds[place]?.kind === 'datetime') throw dateObserved(text, name)
    if (code?.carries === 'coordinate' || code?.carries === 'constant') continue
    const empty = code?.carries === 'empty'
    const numeric = encoder.columns.filter((c) => c.carries === 'coordinate').map((c) => c.name)
    throw new InputError({
      code: code ? 'observation-column' : 'column-unknown',
      got: code
        ? `“${text}”, where ${name} ${empty ? 'has no value in the data' : 'is no numeric column'}`
        : `“${text}”, which names the unknown column ${name}`,
      expected: `numeric columns: ${listed(numeric) || 'the table has none'}`,
      try: empty
        ? `leaving ${name} out`
        : code
          ? `--given ${name}=VALUE`
          : 'the name as it stands in the header, in backquotes where it is no identifier'
    })
  }
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
  const rows = Array.from({ length: table.rowCount }, (_, i) => i).filter((i) => names.every((name) => !columns.get(name)!.missing?.[i]))
  return Float64Array.from(rows, (i) => evaluate(residual, (name) => columns.get(name)!.values[i]!)).filter(Number.isFinite)
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
