import { regularCholeskyInPlace, solveLowerTransposedInPlace } from '../num/linear-algebra.js'
import { normalisedWeights } from '../num/log-space.js'
import { takeColumns } from '../num/matrix.js'
import { weightedMoments } from '../num/statistics.js'
import type { FieldRows, Unit } from './units.js'

/** A coordinate as a linear function of coordinates before it: N(Σ coefficient · given, variance). */
export interface Regression {
  readonly target: number
  readonly givens: Uint32Array
  /** [givens] */
  readonly coefficients: Float64Array
  readonly variance: number
}

/** A Gaussian factor on coordinates, value by row: Σ factor · coordinate = value + N(0, 1/precision). */
export interface LinearFactor {
  readonly terms: readonly { readonly coordinate: number; readonly factor: number }[]
  readonly precision: number
  /** [n] */
  readonly values: Float64Array
}

/** What is known, as the linear law sees it. */
export interface LinearKnowledge {
  /** Rows; each has its own values. */
  readonly count: number
  /** Coordinates known exactly [n]. */
  readonly given: ReadonlyMap<number, Float64Array>
  readonly factors: readonly LinearFactor[]
  /**
   * Factors that stand for something which is taken as it is when its last coordinate is drawn (an interval): they speak to
   * the coordinates before that one only.
   */
  readonly standIns?: readonly LinearFactor[]
}

/** What all that is known says about a coordinate x, given those before it: exp(−½ precision x² + (information − Σ weight · other) x). */
export interface Message {
  readonly precision: number
  readonly others: readonly { readonly coordinate: number; readonly weight: number }[]
  /** [n] */
  readonly information: Float64Array
}

/**
 * The Gaussian whose conditionals are the linear regressions along an ordered pass of single coordinates: what it takes to
 * carry knowledge from later coordinates back to earlier ones. Cost O(M·d·k²).
 */
export function linearLaw(rows: FieldRows, units: readonly Unit[]): Regression[] {
  return units.map(({ targets, givens }) => regression(rows, targets[0]!, givens))
}

function regression({ coordinates, logWeights }: FieldRows, target: number, givens: Uint32Array): Regression {
  const k = givens.length
  const { covariance } = weightedMoments(takeColumns(coordinates, [...givens, target]), normalisedWeights(logWeights))
  // Cholesky of (givens, target): its last row is B L_g and the root of what is left.
  const lower = covariance.data
  regularCholeskyInPlace(lower, k + 1)
  const coefficients = lower.slice(k * (k + 1), k * (k + 1) + k)
  const given = new Float64Array(k * k)
  for (let i = 0; i < k; i++) given.set(lower.subarray(i * (k + 1), i * (k + 1) + k), i * k)
  solveLowerTransposedInPlace(given, k, coefficients)
  return { target, givens, coefficients, variance: lower[(k + 1) * (k + 1) - 1]! ** 2 }
}

/**
 * Messages about every coordinate from what is known of it and of those after it, given those before: the last coordinate
 * is integrated out first. With them an ordered pass draws from the law under what is known: exactly where the law is
 * Gaussian, and where it is not, from the true conditional of each coordinate times a Gaussian for what comes later.
 * Undefined where nothing is known. Cost O(d·f·(f + n)), f coordinates that a message speaks of.
 * @source Rauch, Tung, Striebel 1965; sparse Cholesky elimination in information form.
 */
export function backwardMessages(law: readonly Regression[], knowledge: LinearKnowledge): (Message | undefined)[] {
  const { given, factors, standIns = [], count } = knowledge
  const information = new Information(count)
  for (const factor of factors) information.add(factor)
  const place = new Map(law.map(({ target }, at) => [target, at]))
  const last = ({ terms }: LinearFactor) => terms.reduce((a, b) => (place.get(b.coordinate)! > place.get(a.coordinate)! ? b : a)).coordinate
  const messages: (Message | undefined)[] = []
  for (let at = law.length - 1; at >= 0; at--) {
    const regression = law[at]!
    messages[regression.target] = information.about(regression.target)
    for (const factor of standIns) if (last(factor) === regression.target) information.add(factor)
    information.eliminate(regression, given.get(regression.target))
  }
  return messages
}

/**
 * Mean of every coordinate under what is known [d][n]; with standard normal numbers of each target [n], a draw of them all.
 * Cost O(d·f·n).
 */
export function posteriorMeans(
  law: readonly Regression[],
  knowledge: LinearKnowledge,
  noise?: (target: number) => Float64Array
): Float64Array[] {
  const messages = backwardMessages(law, knowledge)
  const means: Float64Array[] = []
  // What is given need not be drawn by any regression.
  for (const [a, values] of knowledge.given) means[a] = values
  for (const { target, givens, coefficients, variance } of law) {
    const message = messages[target]
    if (knowledge.given.has(target)) continue
    const xi = noise?.(target)
    means[target] = Float64Array.from({ length: knowledge.count }, (_, i) => {
      const scatter = xi ? xi[i]! * Math.sqrt(variance / (1 + variance * (message?.precision ?? 0))) : 0
      let prior = 0
      givens.forEach((g, k) => {
        prior += coefficients[k]! * means[g]![i]!
      })
      if (!message) return prior + scatter
      let pull = message.information[i]!
      for (const { coordinate, weight } of message.others) pull -= weight * means[coordinate]![i]!
      return (prior + variance * pull) / (1 + variance * message.precision) + scatter
    })
  }
  return means
}

/** A quadratic form −½ xᵀJx + ηᵀx on coordinates, sparse, η by row. */
class Information {
  private readonly precision = new Map<number, Map<number, number>>()
  private readonly vector = new Map<number, Float64Array>()

  constructor(private readonly count: number) {}

  add({ terms, precision, values }: LinearFactor): void {
    for (const a of terms) {
      for (const b of terms) this.increase(a.coordinate, b.coordinate, precision * a.factor * b.factor)
      this.shift(a.coordinate, precision * a.factor, values)
    }
  }

  about(a: number): Message | undefined {
    const row = this.precision.get(a)
    const precision = row?.get(a)
    // Rounding may leave less than nothing of what cancels.
    if (!row || precision === undefined || !(precision > 0)) return undefined
    const others = [...row].filter(([b]) => b !== a).map(([coordinate, weight]) => ({ coordinate, weight }))
    return { precision, others, information: this.vector.get(a)!.slice() }
  }

  /**
   * Integrates a coordinate out against its regression, or puts its known value in. With u the coefficients, j the row J_a
   * and s = 1/(1 + V J_aa): J += s (J_aa uuᵀ + ujᵀ + juᵀ − V jjᵀ), η += s η_a (u − V j): no inverse of V, which may be 0.
   */
  eliminate({ target, givens, coefficients, variance }: Regression, known: Float64Array | undefined): void {
    const row = this.precision.get(target)
    const vector = this.vector.get(target)
    const own = row?.get(target) ?? 0
    const places = new Set(givens)
    for (const b of row?.keys() ?? []) if (b !== target) places.add(b)
    const others = [...places]
    const u = Float64Array.from(others, (b) => coefficients[givens.indexOf(b)] ?? 0)
    const j = Float64Array.from(others, (b) => row?.get(b) ?? 0)
    for (const b of others) this.precision.get(b)?.delete(target)
    this.precision.delete(target)
    this.vector.delete(target)
    if (known) {
      const factor = { terms: Array.from(givens, (coordinate, k) => ({ coordinate, factor: coefficients[k]! })), values: known }
      this.add({ ...factor, precision: 1 / variance })
      others.forEach((b, k) => {
        if (j[k] !== 0) this.shift(b, -j[k]!, known)
      })
      return
    }
    if (!row || !vector) return
    const share = 1 / (1 + variance * own)
    for (const [p, b] of others.entries()) {
      for (const [q, c] of others.entries())
        this.increase(b, c, share * (own * u[p]! * u[q]! + u[p]! * j[q]! + j[p]! * u[q]! - variance * j[p]! * j[q]!))
      this.shift(b, share * (u[p]! - variance * j[p]!), vector)
    }
  }

  private increase(a: number, b: number, by: number): void {
    let row = this.precision.get(a)
    if (!row) {
      row = new Map()
      this.precision.set(a, row)
    }
    row.set(b, (row.get(b) ?? 0) + by)
  }

  private shift(a: number, by: number, values: Float64Array): void {
    let vector = this.vector.get(a)
    if (!vector) {
      vector = new Float64Array(this.count)
      this.vector.set(a, vector)
    }
    for (let i = 0; i < this.count; i++) vector[i] = vector[i]! + by * values[i]!
  }
}
