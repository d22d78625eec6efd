import { choleskyInPlace, regularCholeskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../../num/linear-algebra.js'
import { copyMatrix, type Matrix, matrix } from '../../num/matrix.js'
import { weightedMoments } from '../../num/statistics.js'
import type { CodedRows } from './coding.js'

/** Turns of the algorithm: a start needs no more. */
const TURNS = 15
/** Added to the diagonal as a share of its mean: columns that repeat each other stay solvable. */
const RIDGE = 1e-3

interface GaussianFit {
  /** The rows with every unknown coordinate at its conditional mean [n, d]. */
  readonly completed: Matrix
  readonly mean: Float64Array
  /** Lower triangle [d, d]. */
  readonly covariance: Matrix
}

/** Rows that know the same coordinates. */
interface Pattern {
  readonly known: readonly number[]
  readonly unknown: readonly number[]
  readonly rows: number[]
}

/**
 * The Gaussian that fits the known coordinates best, by expectation and maximisation, and rows completed by it. Weights [n] of
 * sum 1; a row of weight 0 is completed too. Cost a turn O(n·d² + patterns·d³).
 * @source Dempster, Laird, Rubin, JRSS B 1977.
 */
export function fitGaussian({ data, known }: CodedRows, weights: Float64Array, turns = TURNS): GaussianFit {
  const patterns = patternsIn(known, data)
  const completed = copyMatrix(data)
  let { mean, covariance } = knownMoments({ data, known }, weights)
  for (let turn = 0; turn < turns; turn++) {
    const spare = matrix(data.cols, data.cols)
    for (const pattern of patterns) complete(pattern, { completed, mean, covariance, spare, weights })
    const next = weightedMoments(completed, weights)
    mean = next.mean
    covariance = next.covariance
    for (let k = 0; k < spare.data.length; k++) covariance.data[k] = covariance.data[k]! + spare.data[k]!
  }
  return { completed, mean, covariance }
}

function patternsIn(known: Uint8Array, { rows: n, cols: d }: Matrix): Pattern[] {
  const found = new Map<string, Pattern>()
  for (let i = 0; i < n; i++) {
    const own = known.subarray(i * d, (i + 1) * d)
    const name = own.join('')
    let pattern = found.get(name)
    if (!pattern) {
      const all = Array.from(own, (_, c) => c)
      pattern = { known: all.filter((c) => own[c]), unknown: all.filter((c) => !own[c]), rows: [] }
      found.set(name, pattern)
    }
    pattern.rows.push(i)
  }
  return [...found.values()].filter(({ unknown }) => unknown.length > 0)
}

/** Mean and variance of what is known of each coordinate; nothing between two of them. */
function knownMoments({ data, known }: CodedRows, weights: Float64Array): { mean: Float64Array; covariance: Matrix } {
  const d = data.cols
  const mean = new Float64Array(d)
  const covariance = matrix(d, d)
  for (let c = 0; c < d; c++) {
    let [weight, sum, squares] = [0, 0, 0]
    for (let i = 0; i < data.rows; i++) {
      if (!known[i * d + c]) continue
      weight += weights[i]!
      sum += weights[i]! * data.data[i * d + c]!
      squares += weights[i]! * data.data[i * d + c]! ** 2
    }
    mean[c] = weight > 0 ? sum / weight : 0
    covariance.data[c * d + c] = weight > 0 ? Math.max(0, squares / weight - mean[c]! ** 2) : 1
  }
  return { mean, covariance }
}

interface Expected {
  readonly completed: Matrix
  readonly mean: Float64Array
  readonly covariance: Matrix
  /** What the unknown coordinates vary by beside their conditional means, summed over rows: lower triangle. */
  readonly spare: Matrix
  readonly weights: Float64Array
}

function complete({ known, unknown, rows }: Pattern, { completed, mean, covariance, spare, weights }: Expected): void {
  const d = mean.length
  const between = (a: number, b: number) => covariance.data[Math.max(a, b) * d + Math.min(a, b)]!
  const o = known.length
  const factor = new Float64Array(o * o)
  const trace = known.reduce((sum, c) => sum + between(c, c), 0)
  known.forEach((a, r) => {
    for (let s = 0; s <= r; s++) factor[r * o + s] = between(a, known[s]!) + (r === s ? (RIDGE * trace) / o : 0)
  })
  const kept = factor.slice()
  if (!choleskyInPlace(factor, o)) {
    factor.set(kept)
    regularCholeskyInPlace(factor, o)
  }
  const slopes = unknown.map((b) => {
    const slope = Float64Array.from(known, (a) => between(a, b))
    solveLowerInPlace(factor, o, slope)
    solveLowerTransposedInPlace(factor, o, slope)
    return slope
  })
  let weight = 0
  for (const i of rows) {
    weight += weights[i]!
    unknown.forEach((b, k) => {
      let value = mean[b]!
      for (let r = 0; r < o; r++) value += slopes[k]![r]! * (completed.data[i * d + known[r]!]! - mean[known[r]!]!)
      completed.data[i * d + b] = value
    })
  }
  unknown.forEach((a, k) => {
    unknown.forEach((b, l) => {
      if (b > a) return
      let left = between(a, b)
      for (let r = 0; r < o; r++) left -= slopes[k]![r]! * between(known[r]!, unknown[l]!)
      spare.data[a * d + b] = spare.data[a * d + b]! + weight * left
    })
  })
}
