import { type Engine, type Pair, roughEngine } from '../kernel/engine.js'
import { exp, log } from '../num/elementary.js'
import { cholesky, choleskySolve } from '../num/linear-algebra.js'
import { normalisedWeights } from '../num/log-space.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { kernelBetween } from '../scaling/landmarks.js'
import { reversed } from '../scaling/on-engine.js'
import { type Cloud, cloud } from '../space/cloud.js'
import { Features } from './features.js'

/** What is to be the same of drawn rows and of those that they are drawn from: of the last step of a draw that knows nothing. */
export interface Balance {
  /** Of the rows [M]. */
  readonly logWeights: Float64Array
  /** Columns of the compared points that hold numbers; those behind them are places of categories. */
  readonly numberCount: number
  /** Rows that stand for all in all turns but the last, which makes good what they leave. */
  readonly landmarks?: { readonly indices: Uint32Array; readonly logWeights: Float64Array } | undefined
}

/** Of rows of numbers [M, d]. */
export const balanceOf = ({ points, logWeights }: Cloud): Balance => ({ logWeights, numberCount: points.cols })

/**
 * Turns. The covariance of all rows, in place of that of the rows that a chain sees, makes each turn fall short and none
 * overshoot: with their own covariance one outlier threw chains far off. After
 * four, a quarter to a half of a difference is left.
 */
const TURNS = 4
/** Rows above which the turns are taken in float32, as draws among so many are. */
const MANY_ROWS = 1000
/** Tilts are of this size, in logarithms for each standard deviation of a feature: chains are held to it as by a Gaussian prior. */
const USUAL_TILT = 0.3

/**
 * Log terms [M] of a step from chains as they stand, tilted such that means, spreads and shares of categories of the rows
 * that it comes from are those of the data.
 *
 * The potentials of the rows promise this of chains that stand at rows: each is used as often as it weighs. Those of a draw
 * stand between them, where rows in the middle see more chains than those at the edge: spreads shrink, and so do shares of
 * the rare. Since a step's mean and covariance average to those of the rows that it uses, it is enough to use these by
 * weight in what matters: terms + Σ_a θ_a φ_a with features φ the columns that are compared and the squares of numbers, θ
 * from Σ_j (w_j − P̄_j) φ_j = κθ, P̄_j how often row j is used. κ keeps few chains from much: a hundred
 * numbers say little about fifty features. A tilt for every row alone would make chains copy rows that nobody stands near.
 *
 * @source exponential tilting; Csiszár 1975. Cost two kernel passes over n·M pairs and O(M·p²) once for the rows, O(M·p) a turn, p ≤ 2d + q features,
 * at most 4 turns; memory O(M).
 */
export async function balancedTerms(pair: Pair, logTerms: Float64Array, balance: Balance, engine: Engine): Promise<Float64Array> {
  const { weights, features, covariance } = preparedFor(pair.to.points, balance)
  const count = pair.from.points.rows
  const hold = 1 / (count * USUAL_TILT * USUAL_TILT)
  const held = matrix(covariance.rows, covariance.cols, covariance.data.slice())
  for (let a = 0; a < features.cols; a++) held.data[a * (features.cols + 1)]! += hold
  const factor = cholesky(held)
  const all = { pair, logTerms, weights, features }
  // What is balanced is means over all chains; float32 is deterministic as well.
  const sums = pair.to.points.rows > MANY_ROWS ? await roughEngine(engine) : engine
  const some = balance.landmarks ? partOf(all, balance.logWeights, balance.landmarks) : all
  const theta = new Float64Array(features.cols)
  for (let turn = 0; turn < TURNS; turn++) {
    const gap = theta.map((tilt) => -hold * tilt)
    await addGap(turn < TURNS - 1 ? some : all, { theta, gap, engine: sums })
    const step = choleskySolve(factor, matrix(gap.length, 1, gap))
    for (let a = 0; a < gap.length; a++) theta[a] = theta[a]! + step.data[a]!
  }
  return features.tilted(logTerms, theta)
}

/** What does not depend on chains. */
interface Prepared {
  readonly weights: Float64Array
  readonly features: Features
  readonly covariance: Matrix
}

/** The last that was prepared of points: of one law all batches ask the same. */
const prepared = new WeakMap<Float64Array, Prepared & Pick<Balance, 'logWeights' | 'numberCount'>>()

function preparedFor(points: Matrix, { logWeights, numberCount }: Balance): Prepared {
  const known = prepared.get(points.data)
  if (known?.logWeights === logWeights && known.numberCount === numberCount) return known
  const weights = normalisedWeights(logWeights)
  const features = new Features(points, numberCount).standardised(weights)
  const found = { logWeights, numberCount, weights, features, covariance: features.covariance(weights) }
  prepared.set(points.data, found)
  return found
}

/** Rows that chains step to. */
interface Side {
  readonly pair: Pair
  readonly logTerms: Float64Array
  readonly weights: Float64Array
  readonly features: Features
}

/** Some of the rows with the weights of those that they stand for. */
function partOf({ pair, logTerms, features }: Side, logWeights: Float64Array, landmarks: NonNullable<Balance['landmarks']>): Side {
  const { indices } = landmarks
  const weight = (k: number, row: number): number => landmarks.logWeights[k]! - logWeights[row]!
  const points = takeRows(pair.to.points, indices)
  return {
    pair: { ...pair, to: cloud(points), kernel: kernelBetween(pair.kernel, undefined, indices) },
    logTerms: Float64Array.from(indices, (row, k) => logTerms[row]! + weight(k, row)),
    weights: normalisedWeights(landmarks.logWeights),
    features: features.of(points)
  }
}

/** Adds Σ_j (w_j − P̄_j) φ_j at tilts θ [p]. */
async function addGap(
  { pair, logTerms, weights, features }: Side,
  { theta, gap, engine }: { readonly theta: Float64Array; readonly gap: Float64Array; readonly engine: Engine }
): Promise<void> {
  const shares = await sharesOf(pair, features.tilted(logTerms, theta), engine)
  for (let j = 0; j < shares.length; j++) shares[j] = weights[j]! - shares[j]!
  features.addTo(gap, shares)
}

/** How often each row is used by chains, on average: Σ_i p_ij / n. [M] */
async function sharesOf(pair: Pair, terms: Float64Array, engine: Engine): Promise<Float64Array> {
  const sums = await engine.logSum(pair, terms)
  const share = -log(sums.length)
  const used = await engine.logSum(
    reversed(pair),
    sums.map((sum) => share - sum)
  )
  for (let j = 0; j < used.length; j++) used[j] = exp(terms[j]! + used[j]!)
  return used
}
