import { normalQuantile } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { inverse, semidefiniteCholesky } from '../../num/linear-algebra.js'
import { columnOf as coordinate, type Matrix, matrix } from '../../num/matrix.js'
import { mean, variance } from '../../num/statistics.js'
import { coxCurve, linearCurve, logisticCurve } from './likelihoods.js'
import { type Curve, maximum } from './newton.js'

export type Family = 'linear' | 'logistic' | 'cox'

export interface Coefficient {
  readonly name: string
  readonly estimate: number
  readonly standardError: number
  /** 95 %: of Student's law for linear regressions, of the normal law for the others. */
  readonly interval: readonly [number, number]
}

interface RegressionProblem {
  readonly family: Family
  /** [n, d] */
  readonly x: Matrix
  /** Names of the columns of `x`. */
  readonly names: readonly string[]
  /** [n]: numbers; 0 or 1; times. */
  readonly y: Float64Array
  /** [n], of Cox's: 1 where the time ended in the event. */
  readonly event?: Uint8Array | undefined
  /** The table, as errors call it. */
  readonly table: string
}

/** Rows beyond the coefficients, at least: below, the expansion of Student's quantile is off in the third digit, and estimates say nothing. */
const LEAST_ROWS = 10

/**
 * Least squares, logistic regression (iteratively reweighted least squares) or Cox's proportional hazards (Efron's ties) by
 * Newton's steps on standardised columns. Throws `InputError`: too few rows (`utility-rows`), columns that are constant or
 * depend on others (`utility-collinear`), a likelihood without a maximum (`utility-separation`). Cost O(n·d²) a step.
 */
export function regress(problem: RegressionProblem): Coefficient[] {
  const { family, x, y, names } = problem
  const withIntercept = family !== 'cox'
  if (x.rows < x.cols + LEAST_ROWS + 1) throw tooFew(problem)
  const scaled = standardise(x)
  refuseDependent(scaled, problem)
  const spread = family === 'linear' ? Math.sqrt(variance(y)) : 1
  const found = maximum(x.cols + (withIntercept ? 1 : 0), curveOf(problem, scaled.z, spread))
  if (!found) throw separated(problem)
  const covariance = inverse(matrix(found.place.length, found.place.length, found.information))
  const degrees = x.rows - found.place.length
  const noise =
    family === 'linear'
      ? residualVariance(
          scaled.z,
          y.map((one) => one / spread),
          found.place
        ) *
        spread *
        spread
      : 1
  const reach = family === 'linear' ? studentQuantile(degrees) : normalQuantile(0.975)
  const all = withIntercept ? ['intercept', ...names] : names
  return backScaled(scaled, withIntercept).map((weights, k) => {
    const estimate = spread * weighted(weights, found.place)
    const standardError = Math.sqrt(noise * quadratic(weights, covariance))
    return { name: all[k]!, estimate, standardError, interval: [estimate - reach * standardError, estimate + reach * standardError] }
  })
}

function curveOf({ family, y, event }: RegressionProblem, z: Matrix, spread: number): (place: Float64Array) => Curve {
  if (family === 'cox') return coxCurve(z, { time: y, event: event! })
  return family === 'logistic'
    ? logisticCurve(z, y)
    : linearCurve(
        z,
        y.map((one) => one / spread)
      )
}

interface Standardised {
  readonly z: Matrix
  readonly centre: Float64Array
  readonly scale: Float64Array
}

function standardise(x: Matrix): Standardised {
  const columns = Array.from({ length: x.cols }, (_, c) => coordinate(x, c))
  const centre = Float64Array.from(columns, mean)
  const scale = Float64Array.from(columns, (values) => Math.sqrt(variance(values)))
  const z = matrix(x.rows, x.cols)
  for (let at = 0; at < z.data.length; at++) z.data[at] = (x.data[at]! - centre[at % x.cols]!) / (scale[at % x.cols]! || 1)
  return { z, centre, scale }
}

/** A column whose spread is this share of its size is constant but for rounding. */
const CONSTANT = 1e-12

function refuseDependent({ z, centre, scale }: Standardised, { names, table }: RegressionProblem): void {
  const products = matrix(z.cols, z.cols)
  for (let i = 0; i < z.rows; i++)
    for (let a = 0; a < z.cols; a++)
      for (let b = 0; b < z.cols; b++) products.data[a * z.cols + b]! += (z.data[i * z.cols + a]! * z.data[i * z.cols + b]!) / z.rows
  const factor = semidefiniteCholesky(products)
  const constant = names.findIndex((_, c) => !(scale[c]! > CONSTANT * Math.abs(centre[c]!)))
  const dependent = names.findIndex((_, c) => factor.data[c * z.cols + c] === 0)
  const at = constant >= 0 ? constant : dependent
  if (at < 0) return
  throw new InputError({
    code: 'utility-collinear',
    got: `${names[at]}, which ${constant >= 0 ? 'is the same in all rows' : 'the terms before it determine'}, in the ${table} table`,
    expected: 'terms that vary, each by itself',
    try: `leaving ${names[at]!.split(' = ')[0]} out`
  })
}

function tooFew({ x, table }: RegressionProblem): InputError {
  return new InputError({
    code: 'utility-rows',
    got: `${x.rows} complete rows in the ${table} table for ${x.cols + 1} coefficients`,
    expected: `${x.cols + 1 + LEAST_ROWS} at least`,
    try: 'fewer terms, or terms with fewer missing cells'
  })
}

function separated({ table, family }: RegressionProblem): InputError {
  return new InputError({
    code: 'utility-separation',
    got: `a likelihood that rises for ever in the ${table} table: the terms ${family === 'cox' ? 'order the events perfectly, or one of them goes with no event' : 'part the two levels perfectly, or one of them does in part'}`,
    expected: 'coefficients that are finite',
    try: 'leaving out the term that separates, or merging its levels'
  })
}

/** Each coefficient of the columns as they are, as weights of those of the standardised columns. */
function backScaled({ centre, scale }: Standardised, withIntercept: boolean): Float64Array[] {
  const d = centre.length
  const first = withIntercept ? 1 : 0
  const slopes = Array.from({ length: d }, (_, c) =>
    Float64Array.from({ length: d + first }, (_x, k) => (k === c + first ? 1 / scale[c]! : 0))
  )
  if (!withIntercept) return slopes
  return [Float64Array.from({ length: d + 1 }, (_, k) => (k === 0 ? 1 : -centre[k - 1]! / scale[k - 1]!)), ...slopes]
}

const weighted = (weights: Float64Array, values: Float64Array): number => weights.reduce((sum, weight, k) => sum + weight * values[k]!, 0)

function quadratic(weights: Float64Array, { data, cols }: Matrix): number {
  return weights.reduce((sum, weight, a) => sum + weight * weighted(weights, data.subarray(a * cols, (a + 1) * cols)), 0)
}

function residualVariance({ data, rows, cols }: Matrix, y: Float64Array, place: Float64Array): number {
  let sum = 0
  for (let i = 0; i < rows; i++) {
    let fitted = place[0]!
    for (let c = 0; c < cols; c++) fitted += place[c + 1]! * data[i * cols + c]!
    sum += (y[i]! - fitted) ** 2
  }
  return sum / (rows - cols - 1)
}

/** 97.5 % quantile of Student's law with ν ≥ 10 degrees of freedom, to 10⁻⁵. @source Abramowitz, Stegun, 26.7.5. */
export function studentQuantile(degrees: number): number {
  const z = normalQuantile(0.975)
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160
  ]
  return terms.reduce((sum, term, k) => sum + term / degrees ** (k + 1), z)
}
