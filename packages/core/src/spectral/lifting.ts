import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { choleskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../num/linear-algebra.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { cloud } from '../space/cloud.js'

/** The way back from coordinates to rows: pairs (coordinates, row) and how many of them a query looks at. */
export interface Lifting {
  /** [M, K] */
  readonly coordinates: Matrix
  /** [M, D] */
  readonly rows: Matrix
  readonly neighbourCount: number
}

/** Weight of the farthest neighbour is e^{−REACH}. */
const REACH = 3
/** Ridge of the local regression, in parts of the mean local variance: directions thinner than this are not followed. */
const RIDGE = 1e-3

/** Neighbour counts worth trying for K coordinates and M rows, ascending. */
export function neighbourCandidates(dimension: number, count: number): number[] {
  const candidates = [1, 2, 4, 8, 16].map((factor) => factor * (dimension + 1) + 2)
  return [...new Set(candidates.map((k) => Math.min(k, count)))]
}

/**
 * Rows at coordinates [n, K]: the kernel-weighted mean of the nearest training rows with a local linear correction, that
 * is, locally weighted linear regression of rows on coordinates. Exact for linear maps inside the data, up to the ridge.
 *
 * @source mathematics: Fan, *Design-adaptive nonparametric regression*, JASA 1992.
 * Cost: one `nearest`, then O(n·k·(K² + D)). Memory O(n·(k + D)). Throws `InputError` on another number of columns.
 */
export async function liftPoints(lifting: Lifting, coordinates: Matrix, engine: Engine): Promise<Matrix> {
  if (coordinates.cols !== lifting.coordinates.cols) {
    throw new InputError({
      code: 'column-count',
      got: `${coordinates.cols} coordinates`,
      expected: `${lifting.coordinates.cols}, as the model has`,
      try: 'a file written by embed with the same model'
    })
  }
  const { neighbourCount } = lifting
  const pair = { from: cloud(coordinates), to: cloud(lifting.coordinates), kernel: gaussianKernel(1) }
  const { indices, squaredDistances } = await engine.nearest(pair, neighbourCount)
  const out = matrix(coordinates.rows, lifting.rows.cols)
  const regression = new LocalRegression(lifting)
  for (let i = 0; i < coordinates.rows; i++) {
    const from = i * neighbourCount
    const query = coordinates.data.subarray(i * coordinates.cols, (i + 1) * coordinates.cols)
    const near = { indices: indices.subarray(from, from + neighbourCount), squared: squaredDistances.subarray(from, from + neighbourCount) }
    regression.lift(query, near, out.data.subarray(i * out.cols, (i + 1) * out.cols))
  }
  return out
}

interface Near {
  readonly indices: Uint32Array
  readonly squared: Float64Array
}

/** Locally weighted linear regression at one query after another. */
class LocalRegression {
  private readonly weights: Float64Array
  private readonly centre: Float64Array
  private readonly covariance: Float64Array
  private readonly slope: Float64Array

  constructor(private readonly lifting: Lifting) {
    const k = lifting.coordinates.cols
    this.weights = new Float64Array(lifting.neighbourCount)
    this.centre = new Float64Array(k)
    this.covariance = new Float64Array(k * k)
    this.slope = new Float64Array(k)
  }

  lift(query: Float64Array, near: Near, out: Float64Array): void {
    this.weigh(near)
    this.correct(query, near)
    const { rows } = this.lifting
    near.indices.forEach((j, at) => {
      const weight = this.weights[at]!
      for (let c = 0; c < rows.cols; c++) out[c] = out[c]! + weight * rows.data[j * rows.cols + c]!
    })
  }

  private weigh({ squared }: Near): void {
    const farthest = squared[squared.length - 1]!
    let total = 0
    for (let at = 0; at < squared.length; at++) {
      this.weights[at] = farthest > 0 ? exp((-REACH * squared[at]!) / farthest) : 1
      total += this.weights[at]!
    }
    for (let at = 0; at < squared.length; at++) this.weights[at] = this.weights[at]! / total
  }

  /** Weights times 1 + gᵀ(z_j − z̄), g = (C + ridge)^{−1}(z − z̄): they still sum to one, and now reproduce linear functions. */
  private correct(query: Float64Array, near: Near): void {
    const { weights, centre, covariance, slope } = this
    const z = this.lifting.coordinates
    const k = z.cols
    centre.fill(0)
    near.indices.forEach((j, at) => {
      for (let a = 0; a < k; a++) centre[a] = centre[a]! + weights[at]! * z.data[j * k + a]!
    })
    covariance.fill(0)
    near.indices.forEach((j, at) => {
      for (let a = 0; a < k; a++) {
        const part = weights[at]! * (z.data[j * k + a]! - centre[a]!)
        for (let b = 0; b <= a; b++) covariance[a * k + b] = covariance[a * k + b]! + part * (z.data[j * k + b]! - centre[b]!)
      }
    })
    let trace = 0
    for (let a = 0; a < k; a++) trace += covariance[a * k + a]!
    for (let a = 0; a < k; a++) covariance[a * k + a] = covariance[a * k + a]! + (RIDGE * trace) / k
    for (let a = 0; a < k; a++) slope[a] = query[a]! - centre[a]!
    if (!(trace > 0 && choleskyInPlace(covariance, k))) return
    solveLowerInPlace(covariance, k, slope)
    solveLowerTransposedInPlace(covariance, k, slope)
    near.indices.forEach((j, at) => {
      let tilt = 1
      for (let a = 0; a < k; a++) tilt += slope[a]! * (z.data[j * k + a]! - centre[a]!)
      weights[at] = weights[at]! * tilt
    })
  }
}
