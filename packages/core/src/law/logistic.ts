import { log } from '../num/elementary.js'
import { choleskySolve, regularCholeskyInPlace, transpose } from '../num/linear-algebra.js'
import { beside, type Matrix, matrix, rowOf } from '../num/matrix.js'
import { type ColumnScale, columnScale, standardised } from '../num/statistics.js'
import { logisticSums, sharesInto } from './logistic-sums.js'

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
  /** A law of the same inputs under another ridge, from which fewer turns lead to this one; default constants alone. */
  readonly from?: LogisticLaw | undefined
}

/**
 * Fits the multinomial logistic law of outcomes [n] given inputs [n, k]: the most likely one less `ridge`/2 · Σ w² a row,
 * constants and offsets free. Every turn solves with the bound ½ X̃ᵀX̃/n + ridge of the curvature, so that the likelihood never falls.
 *
 * @source Böhning, *Multinomial logistic regression algorithm*, Ann. Inst. Statist. Math. 1992; Nesterov 1983 for the momentum.
 * Cost O(turns·n·C·k + k³).
 */
export async function fitLogistic(
  inputs: Matrix,
  outcomes: Int32Array,
  { count, ridge, offsets, tolerance = TOLERANCE, from }: LogisticFit
): Promise<LogisticLaw> {
  const standards = columnScale(inputs)
  const x = withOnes(inputs, standards)
  const q = x.cols
  const sums = (await logisticSums())({ x, parts: x.data.map((input) => input / x.rows), outcomes, count, offsets })
  const bound = boundOf(x, ridge)
  let weights = from ? transpose(from.weights) : startingWeights(outcomes, count, q)
  let before = weights
  for (let turn = 1, pace = 1; turn <= TURNS; turn++) {
    const next = (1 + Math.sqrt(1 + 4 * pace * pace)) / 2
    const ahead = matrix(q, count)
    for (let i = 0; i < ahead.data.length; i++)
      ahead.data[i] = weights.data[i]! + ((pace - 1) / next) * (weights.data[i]! - before.data[i]!)
    const gradient = sums(ahead)
    for (let i = 0; i < (q - 1) * count; i++) gradient.data[i]! -= ridge * ahead.data[i]!
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

/** Probabilities of the outcomes given inputs, and offsets [n, C] where the law was fitted with such. Cost O(n·C·k). */
export function outcomeShares({ centre, scale, weights }: LogisticLaw, inputs: Matrix, offsets?: Matrix): Matrix {
  const x = withOnes(inputs, { centre, scale })
  const out = matrix(inputs.rows, weights.rows)
  for (let i = 0; i < out.rows; i++) sharesInto(rowOf(out, i), weights, x, i, offsets)
  return out
}
