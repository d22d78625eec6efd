import type { Evidence } from '../know/evidence.js'
import { solve } from '../num/linear-algebra.js'
import { normalisedWeights } from '../num/log-space.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { weightedMoments } from '../num/statistics.js'
import type { FieldRows } from './units.js'

/** An observed linear combination of scaled coordinates: value = Σ factor · coordinate + N(0, 1/precision). */
export interface LinearObservation {
  readonly terms: readonly { readonly coordinate: number; readonly factor: number }[]
  readonly value: number
  readonly precision: number
}

/**
 * Evidence as observed linear combinations: itself where it is linear; of other observations the regression of their residuals
 * on the coordinates that they use, over the training rows where these are defined, what that misses as noise. None of a
 * likelihood without residuals. Cost O(M) evaluations and O(M·k²) for k coordinates.
 */
export async function linearObservations(rows: FieldRows, evidence: Evidence): Promise<LinearObservation[]> {
  if (evidence.linear) return exactObservations(rows.coordinates.cols, evidence)
  const { touches, residuals } = evidence
  if (!touches || !residuals) return []
  const count = rows.coordinates.rows
  const found = await residuals(
    { coordinates: rows.coordinates, codes: new Int32Array(0) },
    Uint32Array.from({ length: count }, (_, i) => i)
  )
  return Array.from({ length: found.cols }, (_, r) =>
    regressed(
      rows,
      touches,
      Float64Array.from({ length: count }, (_, i) => found.data[i * found.cols + r]!)
    )
  ).filter((one) => one !== undefined)
}

/** −½ ‖F x − z‖², one observation a row of F. */
async function exactObservations(d: number, evidence: Evidence): Promise<LinearObservation[]> {
  const { rank, rows, targets } = await evidence.linearise!({ coordinates: matrix(1, d), codes: new Int32Array(0) }, Uint32Array.of(0))
  return Array.from({ length: rank }, (_, r) => {
    const factors = Array.from(rows.subarray(r * d, (r + 1) * d))
    const terms = factors.map((factor, coordinate) => ({ coordinate, factor })).filter(({ factor }) => factor !== 0)
    return { terms, value: targets[r]!, precision: 1 }
  }).filter(({ terms }) => terms.length > 0)
}

/** Fewer rows than this have no regression. */
const LEAST_ROWS = 10

/** Least squares of residuals on some coordinates over the rows where they are defined, as an observation of these. */
function regressed(
  { coordinates, logWeights }: FieldRows,
  places: readonly number[],
  residuals: Float64Array
): LinearObservation | undefined {
  const rows = Uint32Array.from(residuals.keys()).filter((i) => Number.isFinite(residuals[i]!))
  if (rows.length < LEAST_ROWS) return undefined
  const k = places.length
  const table = matrix(rows.length, k + 1)
  rows.forEach((i, at) => {
    table.data.set(
      places.map((place) => coordinates.data[i * coordinates.cols + place]!),
      at * (k + 1)
    )
    table.data[at * (k + 1) + k] = residuals[i]!
  })
  const weights = normalisedWeights(Float64Array.from(rows, (i) => logWeights[i]!))
  const { mean, covariance } = weightedMoments(table, weights)
  if (!covariance.data.every(Number.isFinite)) return undefined
  const slopes = solve(
    ridged(covariance, k),
    matrix(
      k,
      1,
      Float64Array.from({ length: k }, (_, a) => covariance.data[k * (k + 1) + a]!)
    )
  ).data
  const missed = slopes.reduce((sum, slope, a) => sum - slope * covariance.data[k * (k + 1) + a]!, covariance.data[(k + 1) ** 2 - 1]!)
  return {
    terms: places.map((coordinate, a) => ({ coordinate, factor: slopes[a]! })),
    value: slopes.reduce((sum, slope, a) => sum + slope * mean[a]!, -mean[k]!),
    precision: 1 / (1 + Math.max(0, missed))
  }
}

/** The first k rows and columns, solvable where columns repeat each other. */
function ridged({ data, cols }: Matrix, k: number): Matrix {
  const out = matrix(k, k)
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++)
      out.data[a * k + b] = data[Math.max(a, b) * cols + Math.min(a, b)]! * (a === b ? 1 + 1e-8 : 1) + (a === b ? 1e-12 : 0)
  return out
}
