import { cosTurns, normalCdf, pow } from '../num/elementary.js'
import { dot, semidefiniteCholesky, solveLowerInPlace } from '../num/linear-algebra.js'
import { columnOf, type Matrix } from '../num/matrix.js'
import { correlation, mean, variance, weightedMoments } from '../num/statistics.js'

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
  return {
    skewness: chiSquareScore((n * sum) / 6, moments),
    kurtosis: (fourth - (d * (d + 2) * (n - 1)) / (n + 1)) / Math.sqrt((8 * d * (d + 2)) / n)
  }
}

/** Half waves over the ranks of a column that another one may hang together with: those of a season over four years. */
const HALF_WAVES = 8

/**
 * What of a pair of columns hangs together that a straight line does not say, as a normal score of the largest over all pairs of [n, d]
 * and of how many: the ranks of one column and of what a line leaves of the other are independent where both are Gaussian, so that n times the
 * squared mean of φ_j(u) φ_k(v), φ_j(u) = √2 cos(π j u), is χ² of one degree each. A season passes tests of moments, as every rank of it
 * has as much above as below. Undefined of one column. Cost O(n·d²).
 * @source Neyman's smooth tests; Kallenberg and Ledwina, *Data-driven rank tests for independence*, JASA 1999.
 */
export function largestPairScore(points: Matrix): { readonly score: number; readonly pairs: number } | undefined {
  const { rows: n, cols: d } = points
  if (d < 2) return undefined
  const columns = Array.from({ length: d }, (_, c) => standardScores(columnOf(points, c)))
  const waves = columns.map(wavesOf)
  let score = Number.NEGATIVE_INFINITY
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < a; b++) {
      const rho = correlation(columns[a]!, columns[b]!)
      const left = standardScores(columns[a]!.map((x, i) => x - rho * columns[b]![i]!))
      score = Math.max(score, pairScore(waves[b]!, wavesOf(left), n))
    }
  }
  return { score, pairs: (d * (d - 1)) / 2 }
}

/** All products of waves but that of the first two, which a line takes away. */
function pairScore(one: readonly Float64Array[], other: readonly Float64Array[], n: number): number {
  let sum = 0
  one.forEach((u, j) => {
    other.forEach((v, k) => {
      if (j + k > 0) sum += dot(u, v) ** 2 / n
    })
  })
  return chiSquareScore(sum, HALF_WAVES ** 2 - 1)
}

/** √2 cos(π j u) of the places u that a standard Gaussian has for some numbers, j from 1 [HALF_WAVES][n]. */
function wavesOf(scores: Float64Array): Float64Array[] {
  const places = scores.map(normalCdf)
  return Array.from({ length: HALF_WAVES }, (_, j) => places.map((u) => Math.SQRT2 * cosTurns((u * (j + 1)) / 2)))
}

function standardScores(values: Float64Array): Float64Array {
  const centre = mean(values)
  const scale = Math.sqrt(variance(values))
  return values.map((x) => (scale > 0 ? (x - centre) / scale : 0))
}

/** A χ² of so many degrees of freedom as a standard normal score. @source Wilson and Hilferty 1931. */
function chiSquareScore(value: number, degrees: number): number {
  const ninth = 2 / (9 * degrees)
  return (pow(value / degrees, 1 / 3) - (1 - ninth)) / Math.sqrt(ninth)
}

/** L⁻¹ (x − mean) of every row, L Lᵀ the rows' covariance [n, d]; undefined where it is singular. */
function whitened(points: Matrix): Float64Array | undefined {
  const { rows: n, cols: d } = points
  const { mean: centre, covariance } = weightedMoments(points, new Float64Array(n).fill(1 / n))
  const lower = semidefiniteCholesky(covariance).data
  for (let a = 0; a < d; a++) if (lower[a * d + a] === 0) return undefined
  const out = points.data.map((x, at) => x - centre[at % d]!)
  for (let i = 0; i < n; i++) solveLowerInPlace(lower, d, out, 0, i * d)
  return out
}
