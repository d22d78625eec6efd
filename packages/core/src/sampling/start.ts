import { exp } from '../num/elementary.js'
import { semidefiniteCholesky } from '../num/linear-algebra.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { fillNormal, type Key } from '../num/random.js'
import type { Cloud } from '../space/cloud.js'

/** Where chains start: at rows of the data, or at draws of the Gaussian with the mean and covariance of the data. */
export type StartKind = 'data' | 'noise'

/**
 * Draws of the Gaussian with the weighted mean and covariance of a cloud [n, d]: places that know nothing of the data but
 * their first two moments. Draw i depends on the key and i only. Cost O((M + n)·d² + d³), memory O(d² + n·d).
 */
export function gaussianDraws({ points, logWeights }: Cloud, n: number, key: Key): Matrix {
  const { mean, factor } = momentsOf(points, logWeights)
  const d = points.cols
  const out = matrix(n, d)
  const normal = new Float64Array(d)
  for (let i = 0; i < n; i++) {
    fillNormal(key, i, normal)
    for (let a = 0; a < d; a++) {
      let sum = mean[a]!
      for (let b = 0; b <= a; b++) sum += factor.data[a * d + b]! * normal[b]!
      out.data[i * d + a] = sum
    }
  }
  return out
}

/** Weighted mean [d], and the lower factor of the covariance [d, d]. */
function momentsOf({ data, rows, cols: d }: Matrix, logWeights: Float64Array): { mean: Float64Array; factor: Matrix } {
  const weights = logWeights.map((a) => exp(a))
  const total = weights.reduce((a, b) => a + b, 0)
  const mean = new Float64Array(d)
  for (let j = 0; j < rows; j++) for (let c = 0; c < d; c++) mean[c] = mean[c]! + (weights[j]! / total) * data[j * d + c]!
  const covariance = matrix(d, d)
  const centred = new Float64Array(d)
  for (let j = 0; j < rows; j++) {
    const weight = weights[j]! / total
    for (let c = 0; c < d; c++) centred[c] = data[j * d + c]! - mean[c]!
    for (let a = 0; a < d; a++) {
      for (let b = 0; b <= a; b++) covariance.data[a * d + b] = covariance.data[a * d + b]! + weight * centred[a]! * centred[b]!
    }
  }
  return { mean, factor: semidefiniteCholesky(covariance) }
}
