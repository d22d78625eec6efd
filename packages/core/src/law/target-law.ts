import type { Engine } from '../kernel/engine.js'
import { beside, type Matrix, matrix, rowOf } from '../num/matrix.js'
import type { Law } from './law.js'
import { LocalGaussian } from './local-gaussian.js'
import { gaussianAt, mixtureAt } from './mixture.js'

/** Ridge on the covariance of the givens, relative to its mean diagonal. */
export const RIDGE = 1e-5
/** Givens farther than this from the local mean, in units of the local spread, are followed no farther. */
export const REACH = 4

/** The Gaussian of the targets given the givens, row by row, that a step from (targets, givens) proposes from. */
interface TargetLaw {
  /** [n, t] */
  readonly mean: Matrix
  /** Lower Cholesky factors of the covariances, row-major t × t a row [n, t·t]. */
  readonly spread: Matrix
  /** Effective number of training rows behind each [n]. */
  readonly effectiveCount: Float64Array
}

/** The proposal law at (targets, givens), before anything else is known. */
export async function lawAt(law: Law, targets: Matrix, givens: Matrix, { engine }: { readonly engine: Engine }): Promise<TargetLaw> {
  const { drawn: t, given: k } = law.columns
  const n = givens.rows
  const split = { given: placesFrom(t, k), ranged: [], free: placesFrom(0, t) }
  const points = beside(targets, givens)
  const [part] = await mixtureAt(law, { coordinates: points, codes: new Int32Array(0), part: new Uint32Array(n) }, { engine, ridge: RIDGE })
  const found: TargetLaw = { mean: matrix(n, t), spread: matrix(n, t * t), effectiveCount: part!.effectiveCount }
  const gaussian = new LocalGaussian(split, { ridge: RIDGE, reach: REACH })
  for (let i = 0; i < n; i++) {
    gaussian.clamp(gaussianAt(part!, i), rowOf(points, i))
    found.mean.data.set(gaussian.centre.subarray(0, t), i * t)
    gaussian.copyFreeFactor(rowOf(found.spread, i))
  }
  return found
}

/** mean + L ξ of one row into `out`. */
export function drawTarget({ mean: centre, spread }: TargetLaw, i: number, normals: Float64Array, out: Float64Array): void {
  const t = centre.cols
  for (let a = 0; a < t; a++) {
    let sum = centre.data[i * t + a]!
    for (let b = 0; b <= a; b++) sum += spread.data[i * t * t + a * t + b]! * normals[b]!
    out[a] = sum
  }
}

const placesFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, c) => first + c)
