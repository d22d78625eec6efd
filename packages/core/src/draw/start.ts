import { semidefiniteCholesky } from '../num/linear-algebra.js'
import { normalisedWeights } from '../num/log-space.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { fillNormal, type Key } from '../num/random.js'
import { weightedMoments } from '../num/statistics.js'
import type { Cloud } from '../space/cloud.js'

/** Where chains start: at rows of the data, or at draws of the Gaussian with the mean and covariance of the data. */
export type StartKind = 'data' | 'noise'

/**
 * Draws of the Gaussian with the weighted mean and covariance of a cloud [n, d]: places that know nothing of the data but
 * their first two moments. Draw i depends on the key and i only. Cost O((M + n)·d² + d³), memory O(d² + n·d).
 */
export function gaussianDraws({ points, logWeights }: Cloud, n: number, key: Key): Matrix {
  const { mean, covariance } = weightedMoments(points, normalisedWeights(logWeights))
  const factor = semidefiniteCholesky(covariance)
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
