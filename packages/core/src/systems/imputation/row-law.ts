import { exp, log } from '../../num/elementary.js'
import { choleskyInPlace, regularCholeskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../../num/linear-algebra.js'
import type { Matrix } from '../../num/matrix.js'
import { weightedMedian, weightedMoments } from '../../num/statistics.js'

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

interface Looking {
  /** Coordinates that are asked for; all unknown ones unless given. */
  readonly asked?: readonly number[] | undefined
  /** A donor that is left out. */
  readonly but?: number | undefined
}

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
 * The law of a row's unknown coordinates given its known ones: p_j from the known coordinates alone, times the share that donor j
 * knows of the unknown ones, the row itself left out; x_M = m_M + Bᵀ(x_O − m_O) with B from the donors' covariance under p, as if d
 * more donors, spread as these are, lay on the regression on all: the Kalman update of the bridge's conditioning. Cost a row O(L·d²).
 * One at a time: buffers are its own.
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
  /** How much nearer to each other the donors near the row are than all: mean of variances of the known coordinates. */
  private narrowness = 1
  private slopes: Float64Array = new Float64Array(0)
  /** No donor knows what is asked. */
  private untold = false
  private setting: FillSetting = { epsilon: 1, ridge: 0 }
  /** The donor of the last draw. */
  picked = -1
  /** Looks at donors from their own places. */
  private others: RowLaws | undefined

  constructor(readonly donors: Donors) {
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
  }

  /** Looks at a row: weights, mean and covariance of the donors near it. */
  near(row: Float64Array, known: Uint8Array, epsilon: number, { asked, but = -1 }: Looking = {}): void {
    const coordinates = Array.from(known, (_, c) => c)
    this.setting = { ...this.setting, epsilon }
    this.known = coordinates.filter((c) => known[c])
    this.unknown = asked ?? coordinates.filter((c) => !known[c])
    this.untold = false
    this.weigh(row, known, but)
    // What no donor knows is taken as it was filled.
    this.untold = this.activeCount === 0
    if (this.untold) this.weigh(row, known, but)
    this.takeMoments()
    this.narrowness = this.spreadOf((c) => this.covariance[c * this.d + c]!) / this.spreadOf((c) => this.varianceOfAll(c))
    if (!(this.narrowness > 0)) this.narrowness = 1
  }

  private spreadOf(variance: (c: number) => number): number {
    return this.known.reduce((sum, c) => sum + variance(c), 0)
  }

  private varianceOfAll(c: number): number {
    return this.all.covariance.data[c * this.d + c]!
  }

  /** Share of what is asked that a donor knows: what was filled in it says what others say already. */
  private knowledge(j: number): number {
    const { d, unknown, donors } = this
    if (this.untold || unknown.length === 0) return 1
    let sum = 0
    for (const c of unknown) sum += donors.known[j * d + c]!
    return sum / unknown.length
  }

  private weigh(row: Float64Array, known: Uint8Array, but: number): void {
    const { p, d, count, known: own, donors } = this
    const { data } = donors.completed
    const factor = own.length > 0 ? d / own.length / (4 * this.setting.epsilon) : 0
    let most = Number.NEGATIVE_INFINITY
    for (let j = 0; j < count; j++) {
      const knowledge = this.knowledge(j)
      if (j === but || knowledge === 0) {
        p[j] = Number.NEGATIVE_INFINITY
        continue
      }
      let squared = 0
      for (const c of own) {
        const difference = row[c]! - data[j * d + c]!
        squared += difference * difference
      }
      // The row itself, or one that knows no more and nothing else: it has nothing to give.
      const same = squared === 0 && own.length > 0 && this.knowsTheSame(j, known)
      p[j] = same ? Number.NEGATIVE_INFINITY : this.logWeights[j]! + log(knowledge) - factor * squared
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
    this.setting = { ...this.setting, ridge }
    const factor = this.ridged((a, b) => this.shrunk(this.covariance[a * d + b]!, a, b))
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
    return this.share * local + (1 - this.share) * this.narrowness * this.ofAll(a, b)
  }

  private ofAll(a: number, b: number): number {
    return this.all.covariance.data[Math.max(a, b) * this.d + Math.min(a, b)]!
  }

  /** The factor of a covariance of the known coordinates with the ridge. */
  private ridged(covariance: (a: number, b: number) => number): Float64Array {
    const { known } = this
    const o = known.length
    const factor = new Float64Array(o * o)
    let trace = 0
    for (let r = 0; r < o; r++) {
      for (let s = 0; s <= r; s++) factor[r * o + s] = covariance(known[r]!, known[s]!)
      trace += factor[r * o + r]!
    }
    for (let r = 0; r < o; r++) factor[r * o + r] = factor[r * o + r]! + (this.setting.ridge * trace) / o
    const kept = factor.slice()
    if (!choleskyInPlace(factor, o)) {
      factor.set(kept)
      regularCholeskyInPlace(factor, o)
    }
    return factor
  }

  /** What donor j leaves of unknown coordinate k when the known ones are regressed out, about the mean of those near the row. */
  private residual(j: number, k: number): number {
    const { d, known, localMean, slopes } = this
    const { data } = this.donors.completed
    let value = data[j * d + this.unknown[k]!]! - localMean[this.unknown[k]!]!
    const at = k * known.length
    for (let r = 0; r < known.length; r++) value -= slopes[at + r]! * (data[j * d + known[r]!]! - localMean[known[r]!]!)
    return value
  }

  /**
   * One draw of the law that was regressed last: the mean, and what a regression leaves of one donor; NaN where the donor does not know
   * the coordinate either. With probability n/(n + d) a donor near the row, of which the row's regression leaves it; else any donor,
   * of which that at its own place does: of a curve the row's says nothing there. Uniforms: which donors, and which of them. Cost of
   * the latter O(L·d²).
   */
  draw(law: RowLaw, [which, place]: readonly [number, number]): Float64Array {
    const { d, unknown, donors } = this
    const near = which < this.share
    const j = near ? this.pickNear(place) : this.pickAny(place)
    this.picked = j
    const own = donors.completed.data.subarray(j * d, (j + 1) * d)
    const there = near ? undefined : this.meanAt(j, own)
    return law.mean.map((mean, k) => {
      const c = unknown[k]!
      if (!this.untold && !donors.known[j * d + c]) return Number.NaN
      return mean + (there ? own[c]! - there[k]! : this.residual(j, k))
    })
  }

  /** Means of the unknown coordinates at a donor's place, the donor left out. */
  private meanAt(j: number, own: Float64Array): Float64Array {
    const known = new Uint8Array(this.d)
    for (const c of this.known) known[c] = 1
    this.others ??= new RowLaws(this.donors)
    this.others.near(own, known, this.setting.epsilon, { asked: this.unknown, but: j })
    return this.others.law(own, this.setting.ridge).mean
  }

  private pickNear(place: number): number {
    let left = place
    for (let k = 0; k < this.activeCount; k++) {
      left -= this.p[this.active[k]!]!
      if (left < 0) return this.active[k]!
    }
    return this.active[this.activeCount - 1]!
  }

  /** One of all donors that know something of what is asked. */
  private pickAny(place: number): number {
    const weights = this.donors.weights.map((w, j) => w * this.knowledge(j))
    let left = place * weights.reduce((a, b) => a + b, 0)
    const found = weights.findIndex((w) => {
      left -= w
      return left < 0
    })
    // Rounding may leave a little at the end.
    return found < 0 ? weights.findLastIndex((w) => w > 0) : found
  }

  /** Medians of the law that was regressed last, a coordinate each. Cost O(L·(d + log L)) a coordinate. */
  median(law: RowLaw): Float64Array {
    return law.mean.map((mean, k) => mean + (weightedMedian(this.residuals(k)) ?? 0))
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

  /**
   * What the donors that know unknown coordinate k leave of it, of the others it is a mean already: those near the row of its
   * regression, and as many as d more all of the regression on all.
   */
  private residuals(k: number): { readonly value: number; readonly weight: number }[] {
    const { d, donors, all, known, unknown } = this
    const { data } = donors.completed
    const c = unknown[k]!
    const knows = (j: number): boolean => donors.known[j * d + c] === 1
    const near = Array.from(this.active.subarray(0, this.activeCount)).filter(knows)
    const slope = Float64Array.from(known, (a) => this.ofAll(a, c))
    const factor = this.ridged((a, b) => this.ofAll(a, b))
    solveLowerInPlace(factor, known.length, slope)
    solveLowerTransposedInPlace(factor, known.length, slope)
    const residuals = near.map((j) => ({ value: this.residual(j, k), weight: this.share * this.p[j]! }))
    for (let j = 0; j < this.count; j++) {
      if (!(donors.weights[j]! > 0 && knows(j))) continue
      let value = data[j * d + c]! - all.mean[c]!
      for (let r = 0; r < known.length; r++) value -= slope[r]! * (data[j * d + known[r]!]! - all.mean[known[r]!]!)
      residuals.push({ value, weight: (1 - this.share) * donors.weights[j]! })
    }
    return residuals
  }
}
