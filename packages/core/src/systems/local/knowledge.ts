import type { Matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import type { TargetKnowledge, TargetObservation } from '../../sampling/window-law.js'
import type { Encoder } from '../../table/encoder.js'
import { columnsOf, derivative, evaluate, linearForm, type ObservationExpression } from '../../table/expression.js'
import { boundsOf, type ConditionGroup, givenCoordinates } from '../condition-places.js'
import type { Condition } from '../conditions.js'
import { type LikelihoodModule, moduleValue, valueAt } from '../likelihood-row.js'
import type { LinearEvidence } from './linear-law.js'

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
  /** Where it is Gaussian in one coordinate, all others held (a product of columns): its mean and precision there. */
  readonly along?: (coordinate: number) => ((point: Float64Array) => { readonly value: number; readonly precision: number }) | undefined
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

/** Observations in scaled coordinates: in closed form where they are linear and so is the scaling, else as weights. */
export function evidenceOf(
  encoder: Encoder,
  observations: readonly ObservationExpression[],
  likelihood: LikelihoodModule | undefined
): Evidence {
  const linear: LinearObservation[] = []
  const weights: Weight[] = []
  for (const observation of observations) {
    const closed = linearObservation(encoder, observation)
    if (closed) linear.push(closed)
    else weights.push(observationWeight(encoder, observation))
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

function observationWeight(encoder: Encoder, { residual, deviation }: ObservationExpression): Weight {
  const names = new Set(columnsOf(residual))
  const used = encoder.columns.filter((code) => code.carries === 'coordinate' && names.has(code.name))
  const places = new Set(used.map((code) => (code.carries === 'coordinate' ? code.coordinate : -1)))
  const codes = new Map(encoder.columns.map((code) => [code.name, code]))
  const reader =
    (point: Float64Array) =>
    (name: string): number => {
      const code = codes.get(name)!
      if (code.carries === 'constant') return code.value
      return code.carries === 'coordinate' ? valueAt(code.scaler, point[code.coordinate]!) : Number.NaN
    }
  const lines = new Map<number, (point: Float64Array) => { value: number; precision: number }>()
  for (const code of used) {
    const slope = derivative(residual, code.name)
    if (code.carries !== 'coordinate' || code.scaler.method !== 'standard' || columnsOf(slope).includes(code.name)) continue
    const { coordinate, scaler } = code
    lines.set(coordinate, (point) => {
      const read = reader(point)
      const steep = evaluate(slope, read) * scaler.scale
      const value = point[coordinate]! - evaluate(residual, read) / steep
      return Number.isFinite(value) ? { value, precision: (steep / deviation) ** 2 } : { value: 0, precision: 0 }
    })
  }
  return {
    touches: (coordinate) => places.has(coordinate),
    value: (point) => {
      const r = evaluate(residual, reader(point)) / deviation
      return Number.isFinite(r) ? -0.5 * r * r : Number.NEGATIVE_INFINITY
    },
    along: (coordinate) => lines.get(coordinate)
  }
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
export function knowledgeOf(encoder: Encoder, evidence: Evidence, { group, conditions, count, key }: KnowledgeRequest): Knowledge {
  const { split } = group
  const n = conditions.length * count
  const given = new Map(split.given.map((coordinate) => [coordinate, new Float64Array(n)]))
  const bounds = new Map(split.ranged.map((coordinate) => [coordinate, { low: new Float64Array(n), high: new Float64Array(n) }]))
  conditions.forEach((condition, c) => {
    const places = givenCoordinates(encoder, condition, { split, count, key: keyFor(key, `condition ${c}`) })
    const ends = boundsOf(encoder, condition, split)
    split.given.forEach((coordinate, at) => {
      for (let i = 0; i < count; i++) given.get(coordinate)![c * count + i] = places.data[i * places.cols + at]!
    })
    split.ranged.forEach((coordinate, at) => {
      bounds.get(coordinate)!.low.fill(ends.low[at]!, c * count, (c + 1) * count)
      bounds.get(coordinate)!.high.fill(ends.high[at]!, c * count, (c + 1) * count)
    })
  })
  return { ...evidence, given, bounds }
}

/**
 * What is known about one coordinate when the others are as in `state` [n, d], as one law per row. With `alone`, only
 * observations of this coordinate by itself.
 */
export function knownAbout(knowledge: Knowledge, coordinate: number, state: Matrix, which: 'alone' | 'given-others'): TargetKnowledge {
  return { observation: observationOf(knowledge, coordinate, state, which), bounds: knowledge.bounds.get(coordinate) }
}

function observationOf(
  { linear }: Evidence,
  coordinate: number,
  state: Matrix,
  which: 'alone' | 'given-others'
): TargetObservation | undefined {
  const touching = linear.filter(
    ({ terms }) => terms.some((term) => term.coordinate === coordinate) && (which === 'given-others' || terms.length === 1)
  )
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

/** What is given, and what is observed in closed form, of `count` rows alike. */
export function linearEvidence({ given, linear }: Knowledge, count: number): LinearEvidence[] {
  return [
    ...Array.from(given, ([coordinate, values]) => ({ terms: [{ coordinate, factor: 1 }], values, variance: 0 })),
    ...linear.map(({ terms, value, precision }) => ({ terms, values: new Float64Array(count).fill(value), variance: 1 / precision }))
  ]
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
