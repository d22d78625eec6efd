import { log } from '../num/elementary.js'
import { regularCholeskyInPlace, transpose } from '../num/linear-algebra.js'
import { type Maker, type Matrix, matrix, type Room } from '../num/matrix.js'
import { type ColumnScale, columnScale } from '../num/statistics.js'
import { type LogisticLoops, logisticLoops, type Prior, withOnes } from './logistic-ascent.js'

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
  /** A law of such inputs and the same outcomes, from which fewer turns lead to this one; default constants alone. */
  readonly from?: LogisticLaw | undefined
  /** For what fits of the same inputs share, which are done with when it is. */
  readonly room?: Room | undefined
}

/**
 * Fits the multinomial logistic law of outcomes [n] given inputs [n, k]: the most likely one less `ridge`/2 · Σ w² a row,
 * constants and offsets free. The curvature is bound by ½ X̃ᵀX̃/n + ridge (Böhning 1992). Cost O(turns·(n·C·k + C·k²) + n·k² + k³).
 */
export async function fitLogistic(
  inputs: Matrix,
  outcomes: Int32Array,
  { count, ridge, offsets, tolerance = TOLERANCE, from, room }: LogisticFit
): Promise<LogisticLaw> {
  const loops = await logisticLoops()
  const known = prepared(inputs, loops, room)
  const { standards, x, parts } = known
  const weights = loops.climb(
    { x, parts, outcomes, count, offsets },
    { ridge, bound: boundOf(known, ridge), tolerance, turns: TURNS },
    from ? transpose(from.weights) : startingWeights(outcomes, count, x.cols)
  )
  return { ...standards, weights: transpose(weights) }
}

interface Prepared {
  readonly standards: ColumnScale
  /** [n, q] */
  readonly x: Matrix
  /** x/n */
  readonly parts: Float64Array
  /** ½ X̃ᵀX̃/n, its lower half [q, q]. */
  readonly curvature: Matrix
  /** Room for the bound of one ridge after the other, and for what it is made of [q, q]. */
  readonly bound: Matrix
  readonly scratch: Float64Array
}

/** What fits of the same inputs under other ridges share. */
const known = new WeakMap<Matrix, Prepared>()

function prepared(inputs: Matrix, { curvatureOf }: LogisticLoops, room: Maker = { matrix }): Prepared {
  const before = known.get(inputs)
  if (before) return before
  const standards = columnScale(inputs)
  const x = withOnes(inputs, standards, room)
  const q = x.cols
  const parts = room.matrix(x.rows, q).data
  for (let at = 0; at < parts.length; at++) parts[at] = x.data[at]! / x.rows
  const made = { standards, x, parts, curvature: curvatureOf(x, room), bound: room.matrix(q, q), scratch: room.matrix(q, q).data }
  known.set(inputs, made)
  return made
}

/** Cholesky factor of a curvature + ridge, in its lower half until the next one; constants have none. */
function boundOf({ curvature, bound, scratch }: Prepared, ridge: number): Matrix {
  const q = curvature.cols
  bound.data.set(curvature.data)
  for (let a = 0; a + 1 < q; a++) bound.data[a * q + a]! += ridge
  regularCholeskyInPlace(bound.data, q, scratch)
  return bound
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

/** Probabilities of the outcomes given inputs, and what is known beforehand where the law was fitted with such. Cost O(n·C·k). */
export async function outcomeShares({ centre, scale, weights }: LogisticLaw, inputs: Matrix, prior?: Prior): Promise<Matrix> {
  return (await logisticLoops()).sharesOf({ inputs, scale: { centre, scale }, weights }, prior)
}
