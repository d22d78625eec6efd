import type { StandIn } from '../know/evidence.js'
import type { Bounds, CoordinateSplit } from '../know/places.js'
import { log } from '../num/elementary.js'
import {
  choleskyInPlace,
  definiteCholeskyInPlace,
  jitterFor,
  regularCholeskyInPlace,
  solveLowerInPlace,
  solveLowerTransposedInPlace
} from '../num/linear-algebra.js'
import { predictionVariance } from '../num/prediction.js'
import { logNormalMass, truncatedNormal } from '../num/truncated-normal.js'

/** log 2π. */
const LOG_2_PI = 1.8378770664093453

/** The local Gaussian of one chain, and the rows behind it. */
export interface PlacedGaussian {
  readonly mean: Float64Array
  /** Packed lower triangle. */
  readonly covariance: Float64Array
  /** 1/Σp² of the rows' weights. */
  readonly effectiveCount: number
}

/** How the local Gaussian of one chain is conditioned. */
export interface ConditionOptions {
  /** λ: noise on clamped coordinates relative to their mean local variance. */
  readonly ridge: number
  /**
   * Clamped coordinates farther than this from the local mean, in local standard deviations, are followed no farther and lower
   * the evidence no more: outside the data the law stays near them. Default: as far as the rows behind the Gaussian go.
   */
  readonly reach?: number | undefined
  /** Whether draws are predictions of the regression on clamped coordinates, which its own rows are nearer to. Default false. */
  readonly predicts?: boolean | undefined
}

/**
 * Algebra on one chain's local Gaussian N(m, C), in whitened coordinates of its Cholesky factor with the clamped
 * coordinates first: one factorisation gives the normaliser Z, the conditional law, truncation and draws. Buffers are
 * reused from chain to chain. Cost d³/3 a chain, plus r²·d with r observations.
 * @source mathematics, section 7: G = C Hᵀ (H C Hᵀ + R)^{-1}, mean m + G(y − Hm), covariance (I − GH) C.
 */
export class LocalGaussian {
  private readonly order: Int32Array
  private readonly p: number
  private readonly rangedCount: number
  private readonly d: number
  private readonly factor: Float64Array
  private readonly scratch: Float64Array
  private readonly whitened: Float64Array
  /** Conditional mean with the clamped values in place [d], by coordinate. */
  readonly centre: Float64Array
  logEvidence = 0
  private gain = new Float64Array(0)
  private gram = new Float64Array(0)
  private residual = new Float64Array(0)
  private solved = new Float64Array(0)
  /** Mean of the whitened free coordinates after the tilt [d − p]. */
  private readonly shift: Float64Array

  constructor(
    split: CoordinateSplit,
    private readonly options: ConditionOptions
  ) {
    this.order = Int32Array.from([...split.given, ...split.ranged, ...split.free])
    this.p = split.given.length
    this.rangedCount = split.ranged.length
    this.d = this.order.length
    this.factor = new Float64Array(this.d * this.d)
    this.scratch = new Float64Array(this.d * this.d)
    this.whitened = new Float64Array(this.d)
    this.centre = new Float64Array(this.d)
    this.shift = new Float64Array(this.d - this.p)
  }

  /**
   * Takes N(m, C) of one chain and clamps to the given coordinates of `point`. Sets `centre` and `logEvidence` = log N(g*; m_g, C_gg + λ tr/p I).
   * The regression of n rows is followed to √(n − 1) standard deviations, which none of them can be beyond: the slope between two rows
   * that are almost alike is no slope elsewhere. @source Samuelson, *How deviant can you be?*, JASA 1968; leverage h = 1/n + z²/n ≤ 1.
   */
  clamp(placed: PlacedGaussian, point: Float64Array): void {
    const { d, p, order, whitened, factor, centre } = this
    const { mean, effectiveCount } = placed
    this.fill(placed.covariance, factor, d)
    regularCholeskyInPlace(factor, d, this.scratch)
    const square = this.whiten(placed, point, { factor, stride: d })
    const wider = this.options.predicts && p > 0 ? Math.sqrt(predictionVariance(effectiveCount, p, square)) : 1
    for (let k = 0; k < d; k++) {
      const c = order[k]!
      let value = k < p ? point[c]! : mean[c]!
      if (k >= p) for (let j = 0; j < p; j++) value += factor[k * d + j]! * whitened[j]!
      centre[c] = value
      if (wider !== 1) for (let j = p; j <= k; j++) factor[k * d + j] = factor[k * d + j]! * wider
    }
  }

  /**
   * The same `logEvidence` without the law of what is free, for which a clamp must follow: of many parts one is drawn from. Where the given
   * coordinates need more on their diagonal all is factorised. Cost p³/3.
   */
  weigh(placed: PlacedGaussian, point: Float64Array): number {
    const { d, p, order, scratch } = this
    const { covariance } = placed
    this.fill(covariance, scratch, p)
    let mean = 0
    for (let k = 0; k < d; k++) mean += (k < p ? scratch[k * p + k]! : covariance[(order[k]! * (order[k]! + 3)) / 2]!) / d
    const jitter = jitterFor(mean)
    for (let k = 0; k < p; k++) scratch[k * p + k] = scratch[k * p + k]! + jitter
    if (choleskyInPlace(scratch, p)) this.whiten(placed, point, { factor: scratch, stride: p })
    else this.clamp(placed, point)
    return this.logEvidence
  }

  /** Whitens what is given by a factor of its covariance and sets `logEvidence`; the square of how far it is, no farther than it is followed. */
  private whiten(
    { mean, effectiveCount }: PlacedGaussian,
    point: Float64Array,
    { factor, stride }: { readonly factor: Float64Array; readonly stride: number }
  ): number {
    const { p, order, whitened } = this
    for (let k = 0; k < p; k++) whitened[k] = point[order[k]!]! - mean[order[k]!]!
    let evidence = -0.5 * p * LOG_2_PI
    let square = 0
    for (let k = 0; k < p; k++) {
      let sum = whitened[k]!
      for (let j = 0; j < k; j++) sum -= factor[k * stride + j]! * whitened[j]!
      whitened[k] = sum / factor[k * stride + k]!
      square += whitened[k]! * whitened[k]!
      evidence -= log(factor[k * stride + k]!)
    }
    const { reach } = this.options
    const limit = reach === undefined ? Math.max(0, effectiveCount - 1) : reach * reach * Math.max(1, p)
    if (square > limit) for (let k = 0; k < p; k++) whitened[k] = whitened[k]! * Math.sqrt(limit / square)
    this.logEvidence = evidence - 0.5 * (reach === undefined ? square : Math.min(square, limit))
    return Math.min(square, limit)
  }

  /** The covariance of the first coordinates in their order, with noise on those that are given [count, count]. */
  private fill(packed: Float64Array, out: Float64Array, count: number): void {
    const { p, order } = this
    let givenTrace = 0
    for (let k = 0; k < p; k++) givenTrace += packed[(order[k]! * (order[k]! + 3)) / 2]!
    const noise = p > 0 ? (this.options.ridge * givenTrace) / p : 0
    for (let k = 0; k < count; k++) {
      const a = order[k]!
      const row = (a * (a + 1)) / 2
      for (let j = 0; j <= k; j++) {
        const b = order[j]!
        out[k * count + j] = packed[b <= a ? row + b : (b * (b + 1)) / 2 + a]!
      }
      if (k < p) out[k * count + k] = out[k * count + k]! + noise
    }
  }

  /**
   * Multiplies by a local likelihood about `at` (clamped values in place): returns log ∫ N L̂ over the free coordinates.
   * `posteriorMean` and `draw` then speak of the product.
   */
  observe(local: StandIn, at: Float64Array): number {
    const { d, p, order, factor, centre, shift } = this
    const q = d - p
    const r = local.rows.rows
    let logMass = local.constant
    shift.fill(0)
    if (local.tilt) {
      for (let k = 0; k < d; k++) logMass += local.tilt[order[k]!]! * (centre[order[k]!]! - at[order[k]!]!)
      for (let j = 0; j < q; j++) {
        for (let k = j; k < q; k++) shift[j] = shift[j]! + factor[(p + k) * d + p + j]! * local.tilt[order[p + k]!]!
        logMass += 0.5 * shift[j]! * shift[j]!
      }
    }
    if (this.residual.length !== r) {
      this.gain = new Float64Array(r * q)
      this.gram = new Float64Array(r * r)
      this.residual = new Float64Array(r)
      this.solved = new Float64Array(r)
    }
    for (let i = 0; i < r; i++) this.fillGain(local, at, i)
    const { gain, gram } = this
    for (let i = 0; i < r; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = i === j ? 1 : 0
        for (let k = 0; k < q; k++) sum += gain[i * q + k]! * gain[j * q + k]!
        gram[i * r + j] = sum
      }
    }
    definiteCholeskyInPlace(gram, r)
    for (let i = 0; i < r; i++) {
      let sum = this.residual[i]!
      for (let j = 0; j < i; j++) sum -= this.gram[i * r + j]! * this.solved[j]!
      this.solved[i] = sum / this.gram[i * r + i]!
      logMass -= 0.5 * this.solved[i]! * this.solved[i]! + log(this.gram[i * r + i]!)
    }
    return logMass
  }

  /** Row i of F L_uu, and z_i − F_i(μ + L_uu shift − a). */
  private fillGain(local: StandIn, at: Float64Array, i: number): void {
    const { d, p, order, factor, centre } = this
    const q = d - p
    const row = i * local.rows.cols
    let residual = local.targets[i]!
    for (let k = 0; k < d; k++) residual -= local.rows.data[row + order[k]!]! * (centre[order[k]!]! - at[order[k]!]!)
    const gain = this.gain.subarray(i * q, (i + 1) * q).fill(0)
    // Along the rows of the factor, as they lie in memory.
    for (let k = 0; k < q; k++) {
      const slope = local.rows.data[row + order[p + k]!]!
      // What is observed is of few columns.
      if (slope === 0) continue
      const first = (p + k) * d + p
      for (let j = 0; j <= k; j++) gain[j] = gain[j]! + slope * factor[first + j]!
    }
    for (let j = 0; j < q; j++) residual -= gain[j]! * this.shift[j]!
    this.residual[i] = residual
  }

  /** The lower Cholesky factor of the free and ranged coordinates given the clamped ones, row-major [q·q]. */
  copyFreeFactor(out: Float64Array): void {
    const { d, p, factor } = this
    for (let a = p; a < d; a++) for (let b = p; b <= a; b++) out[(a - p) * (d - p) + b - p] = factor[a * d + b]!
  }

  /** Whitened free coordinates → a point. */
  private place(white: Float64Array, out: Float64Array): void {
    const { d, p, order, factor, centre } = this
    for (let k = 0; k < p; k++) out[order[k]!] = centre[order[k]!]!
    for (let k = p; k < d; k++) {
      let value = centre[order[k]!]!
      for (let j = p; j <= k; j++) value += factor[k * d + j]! * white[j - p]!
      out[order[k]!] = value
    }
  }

  /** log of the density at a point, up to a constant: of what is clamped, and of what was absorbed. Cost q². */
  logKernel(point: Float64Array): number {
    const { d, p, order, factor, centre } = this
    const q = d - p
    const white = new Float64Array(q)
    let square = 0
    for (let k = 0; k < q; k++) {
      const c = order[p + k]!
      let left = point[c]! - centre[c]!
      const first = (p + k) * d + p
      for (let j = 0; j < k; j++) left -= factor[first + j]! * white[j]!
      white[k] = left / factor[first + k]!
      square += white[k]! * white[k]!
    }
    return -0.5 * square
  }

  /** Mean of the product with the last observed likelihood, written to `out`. */
  posteriorMean(out: Float64Array): void {
    const white = this.shift.slice()
    this.addGain(this.residual.slice(), white)
    this.place(white, out)
  }

  /** white += (F L)ᵀ (I + F C Fᵀ)^{-1} residual. */
  private addGain(residual: Float64Array, white: Float64Array): void {
    const r = residual.length
    const q = white.length
    solveLowerInPlace(this.gram, r, residual)
    solveLowerTransposedInPlace(this.gram, r, residual)
    for (let i = 0; i < r; i++) for (let j = 0; j < q; j++) white[j] = white[j]! + this.gain[i * q + j]! * residual[i]!
  }

  /** A draw of the product with the last observed likelihood, from q + r normals (Matheron's rule). */
  drawObserved(normal: Float64Array, out: Float64Array): void {
    const q = this.d - this.p
    const r = this.residual.length
    const white = new Float64Array(q)
    for (let j = 0; j < q; j++) white[j] = this.shift[j]! + normal[j]!
    const residual = this.residual.slice()
    for (let i = 0; i < r; i++) {
      let sum = residual[i]! - normal[q + i]!
      for (let j = 0; j < q; j++) sum -= this.gain[i * q + j]! * normal[j]!
      residual[i] = sum
    }
    this.addGain(residual, white)
    this.place(white, out)
  }

  /** Makes the product with the last observed likelihood the Gaussian itself, so that it can be truncated. Cost q³. */
  absorb(): void {
    const { d, p, order, factor, centre, gain } = this
    const q = d - p
    const r = this.residual.length
    const mean = new Float64Array(d)
    this.posteriorMean(mean)
    // Whitened, its precision is I + AᵀA = M Mᵀ for the gain A; back in coordinates its covariance is B Bᵀ with B Mᵀ = L.
    const precision = new Float64Array(q * q)
    for (let a = 0; a < q; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = a === b ? 1 : 0
        for (let i = 0; i < r; i++) sum += gain[i * q + a]! * gain[i * q + b]!
        precision[a * q + b] = sum
      }
    }
    definiteCholeskyInPlace(precision, q)
    const root = new Float64Array(q * q)
    for (let a = 0; a < q; a++) {
      for (let b = 0; b <= a; b++) root[a * q + b] = factor[(p + a) * d + p + b]!
      solveLowerInPlace(precision, q, root, 0, a * q)
    }
    const covariance = new Float64Array(q * q)
    for (let a = 0; a < q; a++)
      for (let b = 0; b <= a; b++)
        for (let k = 0; k < q; k++) covariance[a * q + b] = covariance[a * q + b]! + root[a * q + k]! * root[b * q + k]!
    regularCholeskyInPlace(covariance, q, this.scratch)
    for (let a = 0; a < q; a++) {
      for (let b = 0; b <= a; b++) factor[(p + a) * d + p + b] = covariance[a * q + b]!
      centre[order[p + a]!] = mean[order[p + a]!]!
    }
  }

  /** A draw with the ranged coordinates inside [low, high], one after the other; returns the log of the product of their masses. */
  drawRanged(normal: Float64Array, uniform: Float64Array, bounds: Bounds, out: Float64Array): number {
    const { d, p, order, factor, centre } = this
    const white = new Float64Array(d - p)
    let logMass = 0
    for (let k = 0; k < d - p; k++) {
      if (k >= this.rangedCount) {
        white[k] = normal[k]!
        continue
      }
      let before = centre[order[p + k]!]!
      for (let j = 0; j < k; j++) before += factor[(p + k) * d + p + j]! * white[j]!
      const scale = factor[(p + k) * d + p + k]!
      const low = (bounds.low[k]! - before) / scale
      const high = (bounds.high[k]! - before) / scale
      logMass += logNormalMass(low, high)
      white[k] = truncatedNormal(low, high, uniform[k]!)
    }
    this.place(white, out)
    // Rounding must not put a value outside its own bounds.
    for (let k = 0; k < this.rangedCount; k++) out[order[p + k]!] = Math.min(bounds.high[k]!, Math.max(bounds.low[k]!, out[order[p + k]!]!))
    return logMass
  }

  /** The log mass that `drawRanged` would have returned had it drawn `point`. */
  rangedMass(bounds: Bounds, point: Float64Array): number {
    const { d, p, order, factor, centre } = this
    const white = new Float64Array(this.rangedCount)
    let logMass = 0
    for (let k = 0; k < this.rangedCount; k++) {
      let before = centre[order[p + k]!]!
      for (let j = 0; j < k; j++) before += factor[(p + k) * d + p + j]! * white[j]!
      const scale = factor[(p + k) * d + p + k]!
      logMass += logNormalMass((bounds.low[k]! - before) / scale, (bounds.high[k]! - before) / scale)
      white[k] = (point[order[p + k]!]! - before) / scale
    }
    return logMass
  }
}
