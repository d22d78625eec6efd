import { pow } from '../num/elementary.js'
import { semidefiniteCholesky, solveLowerInPlace } from '../num/linear-algebra.js'
import type { Matrix } from '../num/matrix.js'
import { weightedMoments } from '../num/statistics.js'

/** Third and fourth moments of rows beside those of a Gaussian: standard normal scores where the rows are Gaussian. */
interface Normality {
  /** Large where third moments are not those of a Gaussian. */
  readonly skewness: number
  /** Above 0 with heavier tails than a Gaussian's, below with lighter ones. */
  readonly kurtosis: number
}

/**
 * Mardia's tests of multivariate normality: Σ (mean z_a z_b z_c)² and mean ‖z‖⁴ of whitened rows z [n, d], as normal scores
 * (Wilson and Hilferty's for the χ² of the first). Undefined for rows of less than full rank, which no Gaussian density
 * fits, and for fewer rows than third moments. Cost O(n·d³), memory O(n·d + d³).
 * @source Mardia 1970; Wilson and Hilferty 1931.
 */
export function mardia(points: Matrix): Normality | undefined {
  const { rows: n, cols: d } = points
  const moments = (d * (d + 1) * (d + 2)) / 6
  if (d === 0 || n <= moments) return undefined
  const z = whitened(points)
  if (!z) return undefined
  // Of a ≥ b ≥ c, in that order.
  const third = new Float64Array(moments)
  let fourth = 0
  for (let i = 0; i < n; i++) {
    const row = z.subarray(i * d, (i + 1) * d)
    let square = 0
    for (let a = 0, k = 0; a < d; a++) {
      square += row[a]! * row[a]!
      for (let b = 0; b <= a; b++) {
        const product = row[a]! * row[b]!
        for (let c = 0; c <= b; c++, k++) third[k] = third[k]! + product * row[c]!
      }
    }
    fourth += (square * square) / n
  }
  let sum = 0
  for (let a = 0, k = 0; a < d; a++) {
    for (let b = 0; b <= a; b++) {
      for (let c = 0; c <= b; c++, k++) {
        // As often as three numbers can be put in order.
        const orders = a === c ? 1 : a === b || b === c ? 3 : 6
        sum += orders * (third[k]! / n) ** 2
      }
    }
  }
  const ninth = 2 / (9 * moments)
  return {
    skewness: (pow((n * sum) / (6 * moments), 1 / 3) - (1 - ninth)) / Math.sqrt(ninth),
    kurtosis: (fourth - (d * (d + 2) * (n - 1)) / (n + 1)) / Math.sqrt((8 * d * (d + 2)) / n)
  }
}

/** L⁻¹ (x − mean) of every row, L Lᵀ the rows' covariance [n, d]; undefined where it is singular. */
function whitened(points: Matrix): Float64Array | undefined {
  const { rows: n, cols: d } = points
  const { mean, covariance } = weightedMoments(points, new Float64Array(n).fill(1 / n))
  const lower = semidefiniteCholesky(covariance).data
  for (let a = 0; a < d; a++) if (lower[a * d + a] === 0) return undefined
  const out = points.data.map((x, at) => x - mean[at % d]!)
  for (let i = 0; i < n; i++) solveLowerInPlace(lower, d, out, 0, i * d)
  return out
}
