import { type LikelihoodModule, moduleValue, valueAt } from '../../know/likelihood-row.js'
import { solve } from '../../num/linear-algebra.js'
import { normalisedWeights } from '../../num/log-space.js'
import { type Matrix, matrix, rowOf } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { weightedMoments } from '../../num/statistics.js'
import type { FieldRows } from '../../sampling/units.js'
import type { TargetKnowledge, TargetObservation } from '../../sampling/window-law.js'
import type { Encoder } from '../../table/encoder.js'
import { columnsOf, derivative, evaluate, linearForm, type ObservationExpression } from '../../table/expression.js'
import { type NumericScaler, scaleValues } from '../../table/scaling.js'
import { boundsOf, type ConditionGroup, givenCoordinates } from '../condition-places.js'
import type { Condition } from '../conditions.js'
import { boundsWithin, reachOf, setBack } from '../reach.js'

/** An observed linear combination of scaled coordinates: value = Σ factor · coordinate + N(0, 1/precision). */
interface LinearObservation {
  readonly terms: readonly { readonly coordinate: number; readonly factor: number }[]
  readonly value: number
  readonly precision: number
}

/** A log-likelihood that has no closed form on a window: it comes in by Metropolis tests. */
export interface Weight {
  /** Whether it depends on a coordinate. */
  readonly touches: (coordinate: number) => boolean
  readonly value: (point: Float64Array) => number
  /** Coordinates that an observation speaks of; a module may speak of all. */
  readonly places?: readonly number[]
  /** Where it is Gaussian in one coordinate, all others held (a product of columns), or nearly so. */
  readonly along?: (coordinate: number) => Line | undefined
  /** Its regression on the training rows, what that misses as noise: what it says to coordinates that are drawn before its last. */
  readonly standIn?: LinearObservation | undefined
}

/** A Gaussian in one coordinate that stands for a likelihood. */
export interface Line {
  /** Mean and precision with the other coordinates as in a point; they do not depend on the coordinate itself. */
  readonly at: (point: Float64Array) => { readonly value: number; readonly precision: number }
  /** False where it is near to the likelihood only: then a Metropolis test is needed. */
  readonly exact: boolean
}

/** What is observed about every row alike. */
export interface Evidence {
  readonly linear: readonly LinearObservation[]
  readonly weights: readonly Weight[]
}

/** What is known about the rows of a group of conditions, row by row. */
export interface Knowledge extends Evidence {
  /** Scaled value of each coordinate that is given [n]. */
  readonly given: ReadonlyMap<number, Float64Array>
  /** Interval of each coordinate that is restricted [n] [n]. */
  readonly bounds: ReadonlyMap<number, NonNullable<TargetKnowledge['bounds']>>
}

const NO_CODES = new Int32Array(0)

/** Observations in scaled coordinates: in closed form where they are linear and so is the scaling, else as weights. Cost O(M) evaluations a weight. */
export function evidenceOf(
  { encoder, ...rows }: FieldRows & { readonly encoder: Encoder },
  observations: readonly ObservationExpression[],
  likelihood: LikelihoodModule | undefined
): Evidence {
  const linear: LinearObservation[] = []
  const weights: Weight[] = []
  for (const observation of observations) {
    const closed = linearObservation(encoder, observation)
    if (closed) linear.push(closed)
    else weights.push(observationWeight(encoder, observation, rows))
  }
  if (likelihood) {
    const value = moduleValue(encoder, likelihood)
    weights.push({ touches: () => true, value: (point) => value(point, NO_CODES) })
  }
  return { linear: linear.filter(({ terms }) => terms.length > 0), weights }
}

function linearObservation(encoder: Encoder, { residual, deviation }: ObservationExpression): LinearObservation | undefined {
  const form = linearForm(residual)
  if (!form) return undefined
  let rest = -form.constant
  const terms: { coordinate: number; factor: number }[] = []
  for (const code of encoder.columns) {
    const coefficient = form.coefficients.get(code.name)
    if (coefficient === undefined || coefficient === 0) continue
    if (code.carries === 'constant') rest -= coefficient * code.value
    if (code.carries !== 'coordinate') continue
    if (code.scaler.method !== 'standard') return undefined
    rest -= coefficient * code.scaler.centre
    terms.push({ coordinate: code.coordinate, factor: coefficient * code.scaler.scale })
  }
  return { terms, value: rest, precision: 1 / (deviation * deviation) }
}

function observationWeight(encoder: Encoder, { residual, deviation }: ObservationExpression, rows: FieldRows): Weight {
  const names = new Set(columnsOf(residual))
  const used = encoder.columns.filter((code) => code.carries === 'coordinate' && names.has(code.name))
  const places = used.map((code) => (code.carries === 'coordinate' ? code.coordinate : -1))
  const codes = new Map(encoder.columns.map((code) => [code.name, code]))
  const reader =
    (point: Float64Array) =>
    (name: string): number => {
      const code = codes.get(name)!
      if (code.carries === 'constant') return code.value
      return code.carries === 'coordinate' ? valueAt(code.scaler, point[code.coordinate]!) : Number.NaN
    }
  const residualAt = (point: Float64Array) => evaluate(residual, reader(point))
  const lines = new Map<number, Line>()
  for (const code of used) {
    const slope = derivative(residual, code.name)
    if (code.carries !== 'coordinate' || columnsOf(slope).includes(code.name)) continue
    const { coordinate, scaler } = code
    if (scaler.method === 'quantile' && scaler.discrete) continue
    const at = (point: Float64Array) => {
      const read = reader(point)
      const steep = evaluate(slope, read)
      return gaussianOn(scaler, { value: read(code.name) - evaluate(residual, read) / steep, deviation: deviation / Math.abs(steep) })
    }
    lines.set(coordinate, { at, exact: scaler.method === 'standard' })
  }
  return {
    places,
    touches: (coordinate) => places.includes(coordinate),
    value: (point) => {
      const r = residualAt(point) / deviation
      return Number.isFinite(r) ? -0.5 * r * r : Number.NEGATIVE_INFINITY
    },
    along: (coordinate) => lines.get(coordinate),
    standIn: regressed(rows, { places, residualAt, deviation })
  }
}

/** Ranks of the normal scores do not come nearer to each other than this: a value outside the data has no width there. */
const LEAST_WIDTH = 1e-4

/** A Gaussian in a column's units as one on its coordinate: by the places of value ± deviation where the scaling is not linear. */
function gaussianOn(scaler: NumericScaler, { value, deviation }: { value: number; deviation: number }) {
  if (!Number.isFinite(value)) return { value: 0, precision: 0 }
  if (scaler.method === 'standard') return { value: (value - scaler.centre) / scaler.scale, precision: (scaler.scale / deviation) ** 2 }
  const [low, high] = scaleValues(scaler, Float64Array.of(value - deviation, value + deviation))
  return { value: (low! + high!) / 2, precision: 1 / Math.max((high! - low!) / 2, LEAST_WIDTH) ** 2 }
}

/** Fewer rows than this have no regression. */
const LEAST_ROWS = 10

/** Least squares of a residual on coordinates over the rows where it is defined, as an observation of them. */
function regressed(
  { coordinates, logWeights }: FieldRows,
  { places, residualAt, deviation }: { places: readonly number[]; residualAt: (point: Float64Array) => number; deviation: number }
): LinearObservation | undefined {
  const residuals = Float64Array.from({ length: coordinates.rows }, (_, i) => residualAt(rowOf(coordinates, i)))
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
    precision: 1 / (deviation * deviation + Math.max(0, missed))
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
  evidence: Evidence,
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
  return { ...evidence, given, bounds }
}

/** What is known in closed form about one coordinate when the others are as in `state` [n, d], as one law per row. */
export function knownAbout({ linear, bounds }: Knowledge, coordinate: number, state: Matrix): TargetKnowledge {
  return { observation: observationOf(linear, coordinate, state), bounds: bounds.get(coordinate) }
}

function observationOf(linear: readonly LinearObservation[], coordinate: number, state: Matrix): TargetObservation | undefined {
  const touching = linear.filter(({ terms }) => terms.some((term) => term.coordinate === coordinate))
  if (touching.length === 0) return undefined
  const value = new Float64Array(state.rows)
  let precision = 0
  for (const { terms, value: observed, precision: own } of touching) {
    const factor = terms.filter((term) => term.coordinate === coordinate).reduce((sum, term) => sum + term.factor, 0)
    const others = terms.filter((term) => term.coordinate !== coordinate)
    precision += own * factor * factor
    for (let i = 0; i < state.rows; i++) {
      let rest = observed
      for (const term of others) rest -= term.factor * state.data[i * state.cols + term.coordinate]!
      value[i] = value[i]! + own * factor * rest
    }
  }
  if (!(precision > 0)) return undefined
  return { value: value.map((x) => x / precision), precision: new Float64Array(state.rows).fill(precision) }
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
