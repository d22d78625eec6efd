import type { Evidence } from '../../know/evidence.js'
import { solve } from '../../num/linear-algebra.js'
import { normalisedWeights } from '../../num/log-space.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { weightedMoments } from '../../num/statistics.js'
import type { Bounds } from '../../sampling/informed-gaussian.js'
import type { FieldRows } from '../../sampling/units.js'
import type { Encoder } from '../../table/encoder.js'
import { boundsOf, type ConditionGroup, givenCoordinates } from '../condition-places.js'
import type { Condition } from '../conditions.js'
import { boundsWithin, reachOf, setBack } from '../reach.js'

/** What is known about the rows of a group of conditions, row by row. */
export interface Knowledge {
  /** Scaled value of each coordinate that is given [n]. */
  readonly given: ReadonlyMap<number, Float64Array>
  /** Interval of each coordinate that is restricted [n] [n]. */
  readonly bounds: ReadonlyMap<number, Bounds>
  /** Of every row alike. */
  readonly evidence: readonly Evidence[]
}

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

export interface KnowledgeRequest {
  readonly group: ConditionGroup
  /** Conditions of the group, in its order. */
  readonly conditions: readonly Condition[]
  /** Rows a condition. */
  readonly count: number
  readonly key: Key
}

/** What a group of conditions says about each of its rows, `count` rows a condition, beside what was observed. */
export function knowledgeOf(
  { encoder, coordinates }: Pick<FieldRows, 'coordinates'> & { readonly encoder: Encoder },
  evidence: readonly Evidence[],
  { group, conditions, count, key }: KnowledgeRequest
): Knowledge {
  const { split } = group
  const n = conditions.length * count
  const given = new Map(split.given.map((coordinate) => [coordinate, new Float64Array(n)]))
  const bounds = new Map(split.ranged.map((coordinate) => [coordinate, { low: new Float64Array(n), high: new Float64Array(n) }]))
  const reachAt = (coordinate: number) => reachOf(coordinates, [{ coordinate, factor: 1 }])
  const reaches = { given: split.given.map(reachAt), ranged: split.ranged.map(reachAt) }
  conditions.forEach((condition, c) => {
    const places = givenCoordinates(encoder, condition, { split, count, key: keyFor(key, `condition ${c}`) })
    const ends = boundsWithin(reaches.ranged, boundsOf(encoder, condition, split))
    split.given.forEach((coordinate, at) => {
      const own = given.get(coordinate)!
      for (let i = 0; i < count; i++) own[c * count + i] = setBack(reaches.given[at]!, places.data[i * places.cols + at]!)
    })
    split.ranged.forEach((coordinate, at) => {
      bounds.get(coordinate)!.low.fill(ends.low[at]!, c * count, (c + 1) * count)
      bounds.get(coordinate)!.high.fill(ends.high[at]!, c * count, (c + 1) * count)
    })
  })
  return { evidence, given, bounds }
}

/** Puts given coordinates in place, and restricted ones inside their intervals. */
export function imposeKnowledge({ given, bounds }: Knowledge, state: Matrix): void {
  for (const [a, values] of given) for (let i = 0; i < state.rows; i++) state.data[i * state.cols + a] = values[i]!
  for (const [a, { low, high }] of bounds) {
    for (let i = 0; i < state.rows; i++) {
      const at = i * state.cols + a
      state.data[at] = Math.min(high[i]!, Math.max(low[i]!, state.data[at]!))
    }
  }
}
