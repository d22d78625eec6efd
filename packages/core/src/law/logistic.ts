import { exp, log } from '../num/elementary.js'
import { choleskySolve, regularCholeskyInPlace, transpose } from '../num/linear-algebra.js'
import { beside, type Matrix, matrix, rowOf } from '../num/matrix.js'
import { type ColumnScale, columnScale, standardised } from '../num/statistics.js'

/** The law of one of C outcomes given numbers x [k]: p_c ∝ exp(o_c + w_c · (x̃, 1)), x̃ standardised, o known beforehand. Plain data. */
export interface LogisticLaw {
  readonly centre: Float64Array
  readonly scale: Float64Array
  /** [C, k + 1]; the last column is the constant. */
  readonly weights: Matrix
}

/** Turns of the iteration, at most; each halves what is left to gain where outcomes are about as frequent. */
const TURNS = 200
/** Gradients below this, of the mean log likelihood, count as none where nobody says otherwise. */
const TOLERANCE = 1e-6

interface LogisticFit {
  /** C */
  readonly count: number
  readonly ridge: number
  /** o of every row [n, C]; default noughts. */
  readonly offsets?: Matrix | undefined
  /** The largest gradient of the mean log likelihood that is left. */
  readonly tolerance?: number
}

/**
 * Fits the multinomial logistic law of outcomes [n] given inputs [n, k]: the most likely one less `ridge`/2 · Σ w² a row,
 * constants and offsets free. Every turn solves with the bound ½ X̃ᵀX̃/n + ridge of the curvature, so that the likelihood never falls.
 *
 * @source Böhning, *Multinomial logistic regression algorithm*, Ann. Inst. Statist. Math. 1992; Nesterov 1983 for the momentum.
 * Cost O(turns·n·C·k + k³).
 */
export function fitLogistic(
  inputs: Matrix,
  outcomes: Int32Array,
  { count, ridge, offsets, tolerance = TOLERANCE }: LogisticFit
): LogisticLaw {
  const standards = columnScale(inputs)
  const x = withOnes(inputs, standards)
  const q = x.cols
  const observed = { x, parts: x.data.map((input) => input / x.rows), outcomes, offsets }
  const bound = boundOf(x, ridge)
  let weights = startingWeights(outcomes, count, q)
  let before = weights
  for (let turn = 1, pace = 1; turn <= TURNS; turn++) {
    const next = (1 + Math.sqrt(1 + 4 * pace * pace)) / 2
    const ahead = matrix(q, count)
    for (let i = 0; i < ahead.data.length; i++)
      ahead.data[i] = weights.data[i]! + ((pace - 1) / next) * (weights.data[i]! - before.data[i]!)
    const gradient = gradientAt(observed, ahead, ridge)
    const step = choleskySolve(bound, gradient)
    before = weights
    weights = matrix(
      q,
      count,
      ahead.data.map((w, i) => w + step.data[i]!)
    )
    let [uphill, largest] = [0, 0]
    gradient.data.forEach((g, i) => {
      uphill += g * (weights.data[i]! - before.data[i]!)
      largest = Math.max(largest, Math.abs(g))
    })
    if (largest < tolerance) break
    // Momentum that leads downhill is dropped (O'Donoghue and Candès 2015).
    pace = uphill < 0 ? 1 : next
  }
  return { ...standards, weights: transpose(weights) }
}

/** Standardised inputs, then ones [n, k + 1]. */
const withOnes = (inputs: Matrix, scale: ColumnScale): Matrix =>
  beside(standardised(inputs, scale), matrix(inputs.rows, 1, new Float64Array(inputs.rows).fill(1)))

/** Cholesky factor of ½ X̃ᵀX̃/n + ridge. */
function boundOf({ data, rows, cols: q }: Matrix, ridge: number): Matrix {
  const out = matrix(q, q)
  for (let i = 0; i < rows; i++)
    for (let a = 0; a < q; a++) for (let b = 0; b <= a; b++) out.data[a * q + b]! += (data[i * q + a]! * data[i * q + b]!) / (2 * rows)
  for (let a = 0; a + 1 < q; a++) out.data[a * q + a]! += ridge
  regularCholeskyInPlace(out.data, q)
  return out
}

/** Constants that say how often each outcome is; one that never is counts as half a row. */
function startingWeights(outcomes: Int32Array, count: number, q: number): Matrix {
  const out = matrix(q, count)
  const times = new Float64Array(count).fill(0.5)
  for (const outcome of outcomes) times[outcome]!++
  times.forEach((k, c) => {
    out.data[(q - 1) * count + c] = log(k / outcomes.length)
  })
  return out
}

interface Observed extends Pick<LogisticFit, 'offsets'> {
  readonly x: Matrix
  /** x/n */
  readonly parts: Float64Array
  readonly outcomes: Int32Array
}

/** Gradient of the mean penalised log likelihood [q, C]. */
function gradientAt({ x, parts, outcomes, offsets }: Observed, weights: Matrix, ridge: number): Matrix {
  const { rows: n, cols: q } = x
  const count = weights.cols
  const out = matrix(q, count)
  const sums = out.data
  const columns = transpose(weights)
  const p = new Float64Array(count)
  for (let i = 0, at = 0; i < n; i++) {
    sharesInto(p, columns, x, i, offsets)
    for (let c = 0; c < count; c++) p[c] = (outcomes[i] === c ? 1 : 0) - p[c]!
    for (let a = 0, to = 0; a < q; a++, at++) {
      const part = parts[at]!
      for (let c = 0; c < count; c++, to++) sums[to] = sums[to]! + part * p[c]!
    }
  }
  for (let i = 0; i < (q - 1) * count; i++) sums[i]! -= ridge * weights.data[i]!
  return out
}

/** p_c ∝ exp(o_c + w_c · x) for weights [C, q], row i of x and of offsets. */
function sharesInto(p: Float64Array, { data, cols: q }: Matrix, { data: inputs }: Matrix, i: number, offsets?: Matrix): void {
  const count = p.length
  let largest = Number.NEGATIVE_INFINITY
  for (let c = 0, at = 0; c < count; c++) {
    let sum = offsets ? offsets.data[i * count + c]! : 0
    for (let own = i * q, end = own + q; own < end; own++, at++) sum += inputs[own]! * data[at]!
    p[c] = sum
    largest = Math.max(largest, sum)
  }
  let total = 0
  for (let c = 0; c < count; c++) {
    const share = exp(p[c]! - largest)
    p[c] = share
    total += share
  }
  for (let c = 0; c < count; c++) p[c]! /= total
}

/** Probabilities of the outcomes given inputs, and offsets [n, C] where the law was fitted with such. Cost O(n·C·k). */
export function outcomeShares({ centre, scale, weights }: LogisticLaw, inputs: Matrix, offsets?: Matrix): Matrix {
  const x = withOnes(inputs, { centre, scale })
  const out = matrix(inputs.rows, weights.rows)
  for (let i = 0; i < out.rows; i++) sharesInto(rowOf(out, i), weights, x, i, offsets)
  return out
}
