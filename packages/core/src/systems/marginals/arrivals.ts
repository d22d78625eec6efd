import type { WorkingReference } from '../../bridge/cells.js'
import { covariancesFrom } from '../../bridge/noise-size.js'
import { fitTransitions } from '../../bridge/reference-transitions.js'
import { semidefiniteCholesky } from '../../num/linear-algebra.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { fillNormal, type Key } from '../../num/random.js'
import { unpacked } from './filled-law.js'
import type { FitSnapshot } from './fit-snapshot.js'

/** Particles of a snapshot, run freely to a time, in working coordinates [n, d]. */
export function arrivals(
  reference: WorkingReference,
  from: FitSnapshot,
  { time, key }: { readonly time: number; readonly key: Key }
): Matrix {
  const { means, unitCovariances } = fitTransitions(reference, from.cloud.points, [from.time, time])
  const covariances = covariancesFrom(unitCovariances, reference.sigma)
  const d = means.cols
  const [whole, xi] = [new Float64Array(d * d), new Float64Array(d)]
  const arrived = matrix(means.rows, d, means.data.slice())
  for (let i = 0; i < means.rows; i++) {
    unpacked(covariances, covariances.rows === 1 ? 0 : i, whole, d)
    const { data: factor } = semidefiniteCholesky(matrix(d, d, whole))
    fillNormal(key, i, xi)
    for (let a = 0; a < d; a++)
      for (let b = 0; b <= a; b++) arrived.data[i * d + a] = arrived.data[i * d + a]! + factor[a * d + b]! * xi[b]!
  }
  return arrived
}
