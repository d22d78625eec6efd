import type { Moments } from '../kernel/engine.js'
import { log, normalCdf } from '../num/elementary.js'
import { choleskyInPlace, solveLowerInPlace } from '../num/linear-algebra.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { logNormalMass, truncatedNormal } from './informed-truncated.js'
import type { WindowBridge } from './window.js'

/** A Gaussian on the targets of every row, and the normaliser that Metropolis needs. */
export interface TargetLaw {
  /** [n, t] */
  readonly mean: Matrix
  /** Lower Cholesky factors of the covariances, row-major t × t a row [n, t·t]. */
  readonly spread: Matrix
  /** log Z(x) of the givens (and of the observation) under the step from x, up to a constant [n]. */
  readonly logNormaliser: Float64Array
  /** The interval that the single target is restricted to. */
  readonly bounds?: TargetBounds | undefined
}

/** What is observed about the single target of every row: y_i = x_i + N(0, 1/precision_i); precision 0 observes nothing. */
export interface TargetObservation {
  /** [n] */
  readonly value: Float64Array
  /** [n] */
  readonly precision: Float64Array
}

/** The interval that holds the single target of every row; ends may be infinite. */
export interface TargetBounds {
  /** [n] */
  readonly low: Float64Array
  /** [n] */
  readonly high: Float64Array
}

/** What is known about the single target of every row besides the givens. */
export interface TargetKnowledge {
  readonly observation?: TargetObservation | undefined
  readonly bounds?: TargetBounds | undefined
}

/** Ridge on the covariance of the givens, relative to its mean diagonal. */
export const RIDGE = 1e-5
/** Givens farther than this from the local mean, in units of the local spread, are followed no farther. */
const FARTHEST = 4

/**
 * The law of the targets that one step proposes when the givens are known: N(m, C) of the bridge, conditioned on them in
 * closed form (gain G = C_tg (C_gg + R)⁻¹), then on the observation, and restricted to the bounds.
 *
 * C is the local covariance with 1 + t + k rows' worth of the average local covariance mixed in, so that few effective
 * rows do not mean no noise. The correction G (g − m_g) is cut off `FARTHEST` spreads away: outside the data the law
 * stays near them. Cost O(n (t + k)³).
 * @source mathematics, section 7.
 */
export function targetLaw(bridge: WindowBridge, moments: Moments, givens: Matrix, known: TargetKnowledge = {}): TargetLaw {
  const { targetCount: t, givenCount: k } = bridge
  const n = givens.rows
  const { observation, bounds } = known
  const law: TargetLaw = { mean: matrix(n, t), spread: matrix(n, t * t), logNormaliser: new Float64Array(n), bounds }
  const work = new RowWork(t, k)
  for (let i = 0; i < n; i++) {
    work.load(bridge, moments, i)
    law.logNormaliser[i] = k === 0 ? 0 : work.condition(givens.data.subarray(i * k, (i + 1) * k))
    if (observation && observation.precision[i]! > 0)
      law.logNormaliser[i] = law.logNormaliser[i]! + work.observe(observation.value[i]!, observation.precision[i]!)
    work.factor()
    if (bounds) law.logNormaliser[i] = law.logNormaliser[i]! + work.massWithin(bounds.low[i]!, bounds.high[i]!)
    law.mean.data.set(work.mean, i * t)
    law.spread.data.set(work.spread, i * t * t)
  }
  return law
}

/** Scratch of one row: no allocation inside the loop over rows. */
class RowWork {
  /** Mean of the targets, first local, then conditioned [t]. */
  readonly mean: Float64Array
  /** Their covariance, then its lower Cholesky factor [t, t]. */
  readonly spread: Float64Array
  private readonly givenMean: Float64Array
  private readonly cross: Float64Array
  private readonly givenCovariance: Float64Array
  private readonly residual: Float64Array
  private readonly kept: Float64Array

  constructor(
    private readonly t: number,
    private readonly k: number
  ) {
    this.mean = new Float64Array(t)
    this.spread = new Float64Array(t * t)
    this.givenMean = new Float64Array(k)
    // L⁻¹ C_gt, one target after the other.
    this.cross = new Float64Array(t * k)
    this.givenCovariance = new Float64Array(k * k)
    this.residual = new Float64Array(k)
    this.kept = new Float64Array(t * t)
  }

  /** Takes row i of the moments, the pooled covariance mixed in. */
  load(bridge: WindowBridge, moments: Moments, i: number): void {
    const { t, k } = this
    const c = t + k
    const count = moments.effectiveCount[i]!
    const own = count / (count + 1 + c)
    const row = i * moments.covariance.cols
    for (let a = 0; a < c; a++) {
      const mean = moments.mean.data[i * c + a]!
      if (a < t) this.mean[a] = mean
      else this.givenMean[a - t] = mean
      for (let b = 0; b <= a; b++) {
        const at = (a * (a + 1)) / 2 + b
        const value = own * moments.covariance.data[row + at]! + (1 - own) * bridge.pooled[at]!
        if (a < t) {
          this.spread[a * t + b] = value
          this.spread[b * t + a] = value
        } else if (b < t) this.cross[b * k + a - t] = value
        else {
          this.givenCovariance[(a - t) * k + b - t] = value
          this.givenCovariance[(b - t) * k + a - t] = value
        }
      }
    }
  }

  /** Conditions on the givens; log N(g; m_g, C_gg + R) up to a constant. */
  condition(given: Float64Array): number {
    const { t, k, givenCovariance, residual, cross } = this
    let trace = 0
    for (let a = 0; a < k; a++) trace += givenCovariance[a * k + a]!
    // A constant given has no spread: any ridge will do, its residual is zero.
    const ridge = trace > 0 ? (RIDGE * trace) / k : 1
    for (let a = 0; a < k; a++) {
      givenCovariance[a * k + a] = givenCovariance[a * k + a]! + ridge
      residual[a] = given[a]! - this.givenMean[a]!
    }
    if (!choleskyInPlace(givenCovariance, k)) return 0
    let logDeterminant = 0
    for (let a = 0; a < k; a++) logDeterminant += 2 * log(givenCovariance[a * k + a]!)
    solveLowerInPlace(givenCovariance, k, residual)
    let square = 0
    for (let a = 0; a < k; a++) square += residual[a]! * residual[a]!
    const limit = FARTHEST * FARTHEST * Math.max(1, k)
    const shrink = square > limit ? Math.sqrt(limit / square) : 1
    for (let b = 0; b < t; b++) solveLowerInPlace(givenCovariance, k, cross, 0, b * k)
    for (let b = 0; b < t; b++) {
      let gain = 0
      for (let a = 0; a < k; a++) gain += cross[b * k + a]! * residual[a]!
      this.mean[b] = this.mean[b]! + shrink * gain
      for (let e = 0; e < t; e++) {
        let explained = 0
        for (let a = 0; a < k; a++) explained += cross[b * k + a]! * cross[e * k + a]!
        this.spread[b * t + e] = this.spread[b * t + e]! - explained
      }
    }
    return -0.5 * (logDeterminant + Math.min(square, limit))
  }

  /** Conditions the single target on y = x + N(0, 1/precision); log N(y; mean, variance + 1/precision) up to a constant. */
  observe(value: number, precision: number): number {
    const variance = Math.max(this.spread[0]!, 0)
    const total = variance + 1 / precision
    const gap = value - this.mean[0]!
    this.mean[0] = this.mean[0]! + (variance / total) * gap
    this.spread[0] = variance / (1 + precision * variance)
    return -0.5 * (log(total) + (gap * gap) / total)
  }

  /** log P(low ≤ target ≤ high) of the factored law. */
  massWithin(low: number, high: number): number {
    const spread = Math.max(this.spread[0]!, Number.MIN_VALUE)
    return logNormalMass((low - this.mean[0]!) / spread, (high - this.mean[0]!) / spread)
  }

  /** Covariance → Cholesky factor; a direction without spread is left without noise. */
  factor(): void {
    const { t, spread, kept } = this
    if (t === 1) {
      spread[0] = Math.sqrt(Math.max(0, spread[0]!))
      return
    }
    kept.set(spread)
    let trace = 0
    for (let a = 0; a < t; a++) trace += Math.max(0, spread[a * t + a]!)
    for (let jitter = 0; jitter < 8; jitter++) {
      if (choleskyInPlace(spread, t)) break
      spread.set(kept)
      const added = (trace / t) * [1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1, 1][jitter]!
      for (let a = 0; a < t; a++) spread[a * t + a] = Math.max(spread[a * t + a]!, 0) + added + 1e-300
    }
    for (let a = 0; a < t; a++) for (let b = a + 1; b < t; b++) spread[a * t + b] = 0
  }
}

/** mean + L ξ of one row into `out`; within the bounds the draw of a single target keeps the rank that ξ has. */
export function drawTarget(law: TargetLaw, i: number, normals: Float64Array, out: Float64Array): void {
  const t = law.mean.cols
  if (law.bounds) {
    const mean = law.mean.data[i]!
    const spread = Math.max(law.spread.data[i]!, Number.MIN_VALUE)
    const [low, high] = [law.bounds.low[i]!, law.bounds.high[i]!]
    const drawn = mean + spread * truncatedNormal((low - mean) / spread, (high - mean) / spread, normalCdf(normals[0]!))
    out[0] = Math.min(high, Math.max(low, drawn))
    return
  }
  for (let a = 0; a < t; a++) {
    let sum = law.mean.data[i * t + a]!
    for (let b = 0; b <= a; b++) sum += law.spread.data[i * t * t + a * t + b]! * normals[b]!
    out[a] = sum
  }
}
