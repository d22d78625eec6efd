import { InputError } from '../num/errors.js'
import { uniformLogWeights } from '../num/log-space.js'
import type { Matrix } from '../num/matrix.js'

/** Points in R^d with log-weights: the empirical measure Σ_j exp(logWeights_j) δ(points_j). */
export interface Cloud {
  /** [n, d] */
  readonly points: Matrix
  /** [n]; −∞ is weight zero. */
  readonly logWeights: Float64Array
}

/** A cloud over `points` [n, d], with equal weights unless given. Throws `InputError` when the lengths differ. */
export function cloud(points: Matrix, logWeights: Float64Array = uniformLogWeights(points.rows)): Cloud {
  if (logWeights.length !== points.rows) {
    throw new InputError({
      code: 'weights-length',
      got: `${logWeights.length} weights for ${points.rows} points`,
      expected: 'one weight a point',
      try: 'passing as many weights as rows'
    })
  }
  return { points, logWeights }
}
