import { pow } from '../num/elementary.js'
import { choleskyInPlace, solveLowerInPlace } from '../num/linear-algebra.js'
import type { Matrix } from '../num/matrix.js'
import { columnOf } from '../num/matrix.js'
import { mean } from '../num/statistics.js'

/** Third and fourth moments of rows beside those of a Gaussian: standard normal scores where the rows are Gaussian. */
export interface Normality {
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
  const third = new Float64Array(d * d * d)
  let fourth = 0
  for (let i = 0; i < n; i++) {
    const row = z.subarray(i * d, (i + 1) * d)
    let square = 0
    for (let a = 0; a < d; a++) {
      square += row[a]! * row[a]!
      for (let b = 0; b <= a; b++) {
        const product = row[a]! * row[b]!
        for (let c = 0; c <= b; c++) third[(a * d + b) * d + c] = third[(a * d + b) * d + c]! + product * row[c]!
      }
    }
    fourth += (square * square) / n
  }
  let sum = 0
  for (let a = 0; a < d; a++) {
    for (let b = 0; b <= a; b++) {
      for (let c = 0; c <= b; c++) {
        // As often as three numbers can be put in order.
        const orders = a === b && b === c ? 1 : a === b || b === c ? 3 : 6
        sum += orders * (third[(a * d + b) * d + c]! / n) ** 2
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
  const out = points.data.slice()
  for (let c = 0; c < d; c++) {
    const centre = mean(columnOf(points, c))
    for (let i = 0; i < n; i++) out[i * d + c] = out[i * d + c]! - centre
  }
  const lower = new Float64Array(d * d)
  for (let i = 0; i < n; i++)
    for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) lower[a * d + b] = lower[a * d + b]! + (out[i * d + a]! * out[i * d + b]!) / n
  const scales = Float64Array.from({ length: d }, (_, a) => lower[a * d + a]!)
  if (!choleskyInPlace(lower, d)) return undefined
  for (let a = 0; a < d; a++) if (!(lower[a * d + a]! ** 2 > SINGULAR * scales[a]!)) return undefined
  for (let i = 0; i < n; i++) solveLowerInPlace(lower, d, out, 0, i * d)
  return out
}

/** A column of which the others leave less than this share of the variance is theirs. */
const SINGULAR = 1e-9
