import { firstAbove } from '../../num/ascending.js'
import { exp, log } from '../../num/elementary.js'
import { choleskyInPlace, regularCholeskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../../num/linear-algebra.js'
import type { Matrix } from '../../num/matrix.js'
import { weightedMoments } from '../../num/statistics.js'

/** Bandwidth and ridge of a fill. */
export interface FillSetting {
  /** Unit: squared length of scaled coordinates. */
  readonly epsilon: number
  /** Added to the diagonal of the known coordinates' covariance, as a share of its mean. */
  readonly ridge: number
}

/** Completed rows that gaps are filled from. */
export interface Donors {
  /** [L, d] */
  readonly completed: Matrix
  /** Coordinates that were known [L·d]. */
  readonly known: Uint8Array
  /** [L], of sum 1; a donor of weight 0 is none. */
  readonly weights: Float64Array
}

/** Weights below this share of the largest are rounding. */
const LEAST_WEIGHT = 1e-15
const LEAST_LOG = log(LEAST_WEIGHT)

/** What the gaps of one row may hold: local regression on donors, with what these leave unexplained. */
export interface RowLaw {
  /** Coordinates to fill. */
  readonly unknown: readonly number[]
  /** Conditional means of these. */
  readonly mean: Float64Array
  /** 1/Σp² over the donors near the row. */
  readonly effectiveCount: number
}

/**
 * The law of a row's unknown coordinates given its known ones: p_j from the known coordinates alone, the row itself left out;
 * x_M = m_M + Bᵀ(x_O − m_O) with B from the donors' covariance under p, shrunk to that of all by n/(n + d): the Kalman update of
 * the bridge's conditioning. Cost a row O(L·d²). One at a time: buffers are its own.
 */
export class RowLaws {
  private readonly d: number
  private readonly count: number
  private readonly logWeights: Float64Array
  private readonly all: { readonly mean: Float64Array; readonly covariance: Matrix }
  private readonly active: Int32Array
  private readonly p: Float64Array
  private readonly difference: Float64Array
  private readonly localMean: Float64Array
  private readonly covariance: Float64Array
  private known: readonly number[] = []
  private unknown: readonly number[] = []
  private activeCount = 0
  private effective = 0
  private slopes: Float64Array = new Float64Array(0)
  private cumulated: Float64Array

  constructor(private readonly donors: Donors) {
    const { completed, weights } = donors
    this.count = completed.rows
    this.d = completed.cols
    this.logWeights = weights.map((w) => (w > 0 ? log(w) : Number.NEGATIVE_INFINITY))
    this.all = weightedMoments(completed, weights)
    this.active = new Int32Array(this.count)
    this.p = new Float64Array(this.count)
    this.difference = new Float64Array(this.d)
    this.localMean = new Float64Array(this.d)
    this.covariance = new Float64Array(this.d * this.d)
    this.cumulated = cumulate(weights, weights.length)
  }

  /** Looks at a row: weights, mean and covariance of the donors near it. */
  near(row: Float64Array, known: Uint8Array, epsilon: number): void {
    const coordinates = Array.from(known, (_, c) => c)
    this.known = coordinates.filter((c) => known[c])
    this.unknown = coordinates.filter((c) => !known[c])
    this.weigh(row, known, epsilon)
    this.takeMoments()
  }

  private weigh(row: Float64Array, known: Uint8Array, epsilon: number): void {
    const { p, d, count, known: own, donors } = this
    const { data } = donors.completed
    const factor = own.length > 0 ? d / own.length / (4 * epsilon) : 0
    let most = Number.NEGATIVE_INFINITY
    for (let j = 0; j < count; j++) {
      let squared = 0
      for (const c of own) {
        const difference = row[c]! - data[j * d + c]!
        squared += difference * difference
      }
      // The row itself, or one that knows no more and nothing else: it has nothing to give.
      const same = squared === 0 && own.length > 0 && this.knowsTheSame(j, known)
      p[j] = same ? Number.NEGATIVE_INFINITY : this.logWeights[j]! - factor * squared
      if (p[j]! > most) most = p[j]!
    }
    this.normalise(most)
  }

  private knowsTheSame(j: number, known: Uint8Array): boolean {
    for (let c = 0; c < this.d; c++) if (this.donors.known[j * this.d + c] !== known[c]) return false
    return true
  }

  private normalise(most: number): void {
    const { p, active, count } = this
    let [sum, squares] = [0, 0]
    this.activeCount = 0
    for (let j = 0; j < count; j++) {
      const least = p[j]! - most
      if (!(least > LEAST_LOG)) continue
      const weight = exp(least)
      p[j] = weight
      active[this.activeCount++] = j
      sum += weight
    }
    for (let k = 0; k < this.activeCount; k++) {
      const j = active[k]!
      p[j] = p[j]! / sum
      squares += p[j]! ** 2
    }
    this.effective = this.activeCount > 0 ? 1 / squares : 0
  }

  /** Mean of all coordinates; covariance among known ones and between these and the unknown. */
  private takeMoments(): void {
    const { d, p, active, localMean, covariance, difference, known, unknown } = this
    const { data } = this.donors.completed
    localMean.fill(0)
    for (let k = 0; k < this.activeCount; k++) {
      const j = active[k]!
      for (let c = 0; c < d; c++) localMean[c] = localMean[c]! + p[j]! * data[j * d + c]!
    }
    if (this.activeCount === 0) localMean.set(this.all.mean)
    covariance.fill(0)
    for (let k = 0; k < this.activeCount; k++) {
      const j = active[k]!
      for (let c = 0; c < d; c++) difference[c] = data[j * d + c]! - localMean[c]!
      for (let r = 0; r < known.length; r++) {
        const scaled = p[j]! * difference[known[r]!]!
        const at = known[r]! * d
        for (let s = 0; s <= r; s++) covariance[at + known[s]!] = covariance[at + known[s]!]! + scaled * difference[known[s]!]!
        for (const b of unknown) covariance[at + b] = covariance[at + b]! + scaled * difference[b]!
      }
    }
  }

  /** Share of the law that the donors near the row have; the rest is that of all donors. */
  private get share(): number {
    return this.effective / (this.effective + this.d)
  }

  /** Regresses the unknown coordinates on the known ones. The law counts for the row that was looked at last. */
  law(row: Float64Array, ridge: number): RowLaw {
    const { d, known, unknown, localMean } = this
    const o = known.length
    const factor = this.ridged(ridge)
    this.slopes = new Float64Array(unknown.length * o)
    const mean = new Float64Array(unknown.length)
    unknown.forEach((b, k) => {
      const slope = this.slopes.subarray(k * o, (k + 1) * o)
      for (let r = 0; r < o; r++) slope[r] = this.shrunk(this.covariance[known[r]! * d + b]!, known[r]!, b)
      solveLowerInPlace(factor, o, slope)
      solveLowerTransposedInPlace(factor, o, slope)
      let value = localMean[b]!
      for (let r = 0; r < o; r++) value += slope[r]! * (row[known[r]!]! - localMean[known[r]!]!)
      mean[k] = value
    })
    return { unknown, mean, effectiveCount: this.effective }
  }

  private shrunk(local: number, a: number, b: number): number {
    return this.share * local + (1 - this.share) * this.all.covariance.data[Math.max(a, b) * this.d + Math.min(a, b)]!
  }

  /** The factor of the known coordinates' covariance with the ridge. */
  private ridged(ridge: number): Float64Array {
    const { d, known } = this
    const o = known.length
    const factor = new Float64Array(o * o)
    let trace = 0
    for (let r = 0; r < o; r++) {
      for (let s = 0; s <= r; s++) factor[r * o + s] = this.shrunk(this.covariance[known[r]! * d + known[s]!]!, known[r]!, known[s]!)
      trace += factor[r * o + r]!
    }
    for (let r = 0; r < o; r++) factor[r * o + r] = factor[r * o + r]! + (ridge * trace) / o
    const kept = factor.slice()
    if (!choleskyInPlace(factor, o)) {
      factor.set(kept)
      regularCholeskyInPlace(factor, o)
    }
    return factor
  }

  /** What donor j leaves of unknown coordinate k when the known ones are regressed out, about the mean of those near the row or of all. */
  private residual(j: number, k: number, centre: Float64Array): number {
    const { d, known } = this
    const { data } = this.donors.completed
    let value = data[j * d + this.unknown[k]!]! - centre[this.unknown[k]!]!
    const at = k * known.length
    for (let r = 0; r < known.length; r++) value -= this.slopes[at + r]! * (data[j * d + known[r]!]! - centre[known[r]!]!)
    return value
  }

  /** One draw of the law that was regressed last: the mean and the residual of one donor. Uniforms: which donors, and which of them. */
  draw(law: RowLaw, [which, place]: readonly [number, number]): Float64Array {
    const near = which < this.share
    const j = near ? this.pickNear(place) : pick(this.cumulated, place)
    const centre = near ? this.localMean : this.all.mean
    return law.mean.map((mean, k) => mean + this.residual(j, k, centre))
  }

  private pickNear(place: number): number {
    let left = place
    for (let k = 0; k < this.activeCount; k++) {
      left -= this.p[this.active[k]!]!
      if (left < 0) return this.active[k]!
    }
    return this.active[this.activeCount - 1]!
  }

  /** Medians of the law that was regressed last, a coordinate each. Cost O(L·(d + log L)) a coordinate. */
  median(law: RowLaw): Float64Array {
    return law.mean.map((mean, k) => mean + weightedMedian(this.residuals(k)))
  }

  /** Mean of a function of unknown coordinate k under the law that was regressed last. Cost O(L·d). */
  meanOf(law: RowLaw, k: number, numberAt: (coordinate: number) => number): number {
    let [sum, whole] = [0, 0]
    for (const { value, weight } of this.residuals(k)) {
      sum += weight * numberAt(law.mean[k]! + value)
      whole += weight
    }
    // Where no donor knows it there is nothing to add.
    return whole > 0 ? sum / whole : numberAt(law.mean[k]!)
  }

  /** What the donors that know unknown coordinate k leave of it: of the others it is a mean already. */
  private residuals(k: number): { readonly value: number; readonly weight: number }[] {
    const { d, donors } = this
    const knows = (j: number): boolean => donors.known[j * d + this.unknown[k]!] === 1
    const residuals: { readonly value: number; readonly weight: number }[] = []
    for (let i = 0; i < this.activeCount; i++) {
      const j = this.active[i]!
      if (knows(j)) residuals.push({ value: this.residual(j, k, this.localMean), weight: this.share * this.p[j]! })
    }
    for (let j = 0; j < this.count; j++)
      if (donors.weights[j]! > 0 && knows(j))
        residuals.push({ value: this.residual(j, k, this.all.mean), weight: (1 - this.share) * this.donors.weights[j]! })
    return residuals
  }
}

function weightedMedian(atoms: { readonly value: number; readonly weight: number }[]): number {
  atoms.sort((a, b) => a.value - b.value)
  const half = atoms.reduce((sum, { weight }) => sum + weight, 0) / 2
  let below = 0
  for (const { value, weight } of atoms) {
    below += weight
    if (below >= half) return value
  }
  return 0
}

function cumulate(weights: Float64Array, count: number): Float64Array {
  const out = new Float64Array(count)
  let sum = 0
  for (let j = 0; j < count; j++) {
    sum += weights[j]!
    out[j] = sum
  }
  return out
}

/** The first place whose cumulated weight is above a share of the whole. */
function pick(cumulated: Float64Array, share: number): number {
  const last = cumulated.length - 1
  return Math.min(firstAbove(cumulated, share * cumulated[last]!), last)
}
