import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp, log } from '../num/elementary.js'
import type { Watch } from '../num/iterate.js'
import { regularCholeskyInPlace } from '../num/linear-algebra.js'
import { type Matrix, matrix, rowOf } from '../num/matrix.js'
import { weightedMoments } from '../num/statistics.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import { cloud } from '../space/cloud.js'
import { LevelKernels, type LevelRows } from './level-kernel.js'
import type { PlacedGaussian } from './local-gaussian.js'

/** Rows that a density is learned from: numbers, levels, and both as kernels compare them. */
export interface DensityRows extends LevelRows {
  /** [L, D] */
  readonly compared: Matrix
  /** [L, d] */
  readonly numbers: Matrix
  /** Variance that rounding leaves to each number, of the rows and of what is compared with them together [d]. */
  readonly rounding: Float64Array
}

/** One law of a stack. */
export interface StepSetting {
  /** Bandwidth of the step; infinite: one Gaussian of all rows, with levels by their shares. */
  readonly epsilon: number
  /** Rows' worth of the average covariance that each row's own is mixed with. */
  readonly prior: number
  /** Rows' worth of other levels that a level is mixed with. */
  readonly smoothing: number
}

/** Added to each coordinate's variance: a law of rows on a plane has a density. Unit: squared scaled coordinates. */
const FLOOR = 1e-6
/** log 2π. */
const LOG_2_PI = 1.8378770664093453
/** PlacedGaussians this far below the largest, in nats, change nothing that a double holds. */
const NEGLIGIBLE = 40
/** A row with less of a component's weight than this leaves it as it is. */
const LEAST_SHARE = 1e-12

/** Where a covariance step goes from each row: N(m_j, C_j), and what share each row has in that. */
export interface StepMoments {
  readonly rows: DensityRows
  readonly epsilon: number
  /** [J, d] */
  readonly mean: Matrix
  /** Packed lower triangles [J, d(d+1)/2]. */
  readonly covariance: Matrix
  /** Rows that count in each, 1/Σp² [J]. */
  readonly effectiveCount: Float64Array
  /** Average covariance, packed; none of one Gaussian, which is shrunk to its own diagonal. */
  readonly pooled: Float64Array
  /** log v + log w [L], and log Σ_l k(x_j, x_l) w_l v_l [L]. */
  readonly logTerms: Float64Array
  readonly logSums: Float64Array
}

/** Moments of one covariance step of the bridge from each row. Cost of a symmetric scaling and O(L²·d²). */
export async function stepMoments(
  rows: DensityRows,
  epsilon: number,
  { engine, watch }: { readonly engine: Engine; readonly watch?: Watch | undefined }
): Promise<StepMoments> {
  if (epsilon === Number.POSITIVE_INFINITY) return oneGaussian(rows)
  const side = cloud(rows.compared, rows.weights.map(log))
  const kernel = gaussianKernel(epsilon)
  const { potentials } = await symmetricScaling({ cloud: side, kernel, engine, watch })
  const logTerms = potentials.map((f, j) => f + side.logWeights[j]!)
  const found = await engine.moments({ from: side, to: side, kernel }, logTerms, rows.numbers)
  const { mean, covariance, logSum: logSums, effectiveCount } = found
  const pooled = new Float64Array(covariance.cols)
  for (let j = 0; j < mean.rows; j++)
    for (let k = 0; k < pooled.length; k++) pooled[k] = pooled[k]! + rows.weights[j]! * covariance.data[j * pooled.length + k]!
  return { rows, epsilon, mean, covariance, effectiveCount, pooled, logTerms, logSums }
}

/** One component for all: mean and covariance of the rows. */
function oneGaussian(rows: DensityRows): StepMoments {
  const { numbers, weights } = rows
  const d = numbers.cols
  const { mean, covariance } = weightedMoments(numbers, weights)
  const packed = new Float64Array((d * (d + 1)) / 2)
  for (let a = 0, at = 0; a < d; a++) for (let b = 0; b <= a; b++, at++) packed[at] = covariance.data[a * d + b]!
  return {
    rows,
    epsilon: Number.POSITIVE_INFINITY,
    mean: matrix(1, d, mean),
    covariance: matrix(1, packed.length, packed),
    effectiveCount: Float64Array.of(1 / weights.reduce((sum, w) => sum + w * w, 0)),
    pooled: new Float64Array(0),
    logTerms: new Float64Array(weights.length),
    logSums: new Float64Array(1)
  }
}

const componentOf = ({ mean, covariance, effectiveCount }: StepMoments, j: number): PlacedGaussian => ({
  mean: rowOf(mean, j),
  covariance: rowOf(covariance, j),
  effectiveCount: effectiveCount[j]!
})

/** What of rows is known: numbers, and which of them are compared. */
interface KnownPlaces {
  /** Places of known numbers, ascending. */
  readonly numbers: readonly number[]
}

/** A row to be scored: its known numbers in their order, and a level a factor, −1 where it is unknown. */
export interface ScoredRow {
  readonly numbers: Float64Array
  readonly levels: ArrayLike<number>
  /** Its place among the rows of the law, of which it is left out then. */
  readonly own?: number | undefined
}

/**
 * The density of one covariance step from a random row, Σ_j w_j N(x; m_j, C̃_j) Π_f K(c_f | c_jf), of rows that know the same
 * numbers: C̃_j = C_j + κ/(κ + n_j) C̄ + 10⁻⁶ I and the rounding, of the known numbers. What is unknown is integrated out.
 * A row of the law is left out: without its component, and with every other mean and covariance as they are without its share,
 * potentials as they are; of one Gaussian of all rows, exactly. Cost L·d³/6 to make, O(L·d²) a row, and d³/6 for one left out of
 * one Gaussian; one at a time, buffers are its own.
 * @source mathematics, section 16.
 */
export class StepMixture {
  private readonly count: number
  private readonly size: number
  private readonly means: Float64Array
  private readonly factors: Float64Array
  private readonly logNorms: Float64Array
  private readonly levels: LevelKernels
  private readonly white: Float64Array
  private readonly slope: Float64Array

  private readonly prior: number
  private readonly numbers: readonly number[]

  constructor(
    private readonly moments: StepMoments,
    { prior, smoothing }: Omit<StepSetting, 'epsilon'>,
    { numbers }: KnownPlaces
  ) {
    const { mean, rows } = moments
    this.count = mean.rows
    this.size = numbers.length
    this.prior = prior
    this.numbers = numbers
    this.white = new Float64Array(this.size)
    this.slope = new Float64Array(this.size)
    this.levels = new LevelKernels(rows, smoothing)
    // One Gaussian has a second place, for itself without a row.
    const places = this.isOne ? 2 : this.count
    this.means = new Float64Array(places * this.size)
    this.factors = new Float64Array(places * this.size * this.size)
    this.logNorms = new Float64Array(places)
    for (let j = 0; j < this.count; j++) this.place(j, componentOf(moments, j))
  }

  private get isOne(): boolean {
    return this.moments.epsilon === Number.POSITIVE_INFINITY
  }

  private place(j: number, { mean, covariance, effectiveCount }: PlacedGaussian): void {
    const { size, means, factors, numbers, prior } = this
    const { pooled, rows } = this.moments
    const shrink = prior / (prior + effectiveCount)
    const factor = factors.subarray(j * size * size, (j + 1) * size * size)
    numbers.forEach((a, r) => {
      means[j * size + r] = mean[a]!
      for (let s = 0; s <= r; s++) {
        const at = (a * (a + 1)) / 2 + numbers[s]!
        const own = covariance[at]!
        // One Gaussian is shrunk to its own diagonal.
        factor[r * size + s] = own + shrink * (this.isOne ? (r === s ? own : 0) - own : pooled[at]!)
      }
      factor[r * size + r] = factor[r * size + r]! + FLOOR + rows.rounding[a]!
    })
    regularCholeskyInPlace(factor, size)
    let norm = (this.isOne ? 0 : log(rows.weights[j]!)) - (size / 2) * LOG_2_PI
    for (let r = 0; r < size; r++) norm -= log(factor[r * size + r]!)
    this.logNorms[j] = norm
  }

  /** Puts the one Gaussian without a row in its second place. */
  private leaveOut(own: number): void {
    const { rows } = this.moments
    const all = componentOf(this.moments, 0)
    const share = rows.weights[own]!
    const gap = all.mean.map((m, a) => rows.numbers.data[own * rows.numbers.cols + a]! - m)
    const covariance = all.covariance.map((c) => c / (1 - share))
    for (let a = 0, at = 0; a < gap.length; a++)
      for (let b = 0; b <= a; b++, at++) covariance[at] = covariance[at]! - (share * gap[a]! * gap[b]!) / (1 - share) ** 2
    const mean = all.mean.map((m, a) => m - (share * gap[a]!) / (1 - share))
    const effectiveCount = (1 - share) ** 2 / (1 / all.effectiveCount - share * share)
    this.place(1, { mean, covariance, effectiveCount })
  }

  /** log density of a row; with `gradient` [known numbers], its slope in scaled coordinates is written there. */
  logAt({ numbers, levels, own }: ScoredRow, gradient?: Float64Array): number {
    const { count, size, slope } = this
    gradient?.fill(0)
    let most = Number.NEGATIVE_INFINITY
    let sum = 0
    const left = this.isOne && own !== undefined
    if (left) this.leaveOut(own)
    const [first, end] = left ? [1, 2] : [0, count]
    for (let j = first; j < end; j++) {
      if (own === j && !this.isOne) continue
      const share = own === undefined || left ? 0 : this.shareIn(j, own)
      let term = this.logNorms[j]! + this.levels.logAt(levels, this.isOne ? (own ?? 0) : j)
      const square = this.whiten(j, numbers, share > 0 ? Number.POSITIVE_INFINITY : 2 * (term - most + NEGLIGIBLE))
      if (square === undefined) continue
      // C̃ without the row's share p: C̃/(1 − p) − p/(1 − p)² δδᵀ about m − p/(1 − p) δ, δ = x − m.
      const kept = Math.max(LEAST_SHARE, 1 - (share * square) / (1 - share))
      term += 0.5 * (size * log(1 - share) - log(kept)) - (0.5 * square) / ((1 - share) * kept)
      const weight = exp(Math.min(0, term - most))
      if (term > most) {
        const fade = most === Number.NEGATIVE_INFINITY ? 0 : exp(most - term)
        sum = sum * fade + 1
        if (gradient) for (let r = 0; r < size; r++) gradient[r] = gradient[r]! * fade
        most = term
      } else sum += weight
      if (gradient) {
        this.unwhiten(j)
        for (let r = 0; r < size; r++) gradient[r] = gradient[r]! - (weight * slope[r]!) / kept
      }
    }
    if (gradient) for (let r = 0; r < size; r++) gradient[r] = gradient[r]! / sum
    const out = own === undefined || this.isOne ? 0 : log(1 - this.moments.rows.weights[own]!)
    return most === Number.NEGATIVE_INFINITY ? most : most + log(sum) - out
  }

  /** Share of row i in the moments of component j. */
  private shareIn(j: number, i: number): number {
    const { rows, epsilon, logTerms, logSums } = this.moments
    const { data, cols } = rows.compared
    let squared = 0
    for (let c = 0; c < cols; c++) squared += (data[j * cols + c]! - data[i * cols + c]!) ** 2
    const share = exp(logTerms[i]! - logSums[j]! - squared / (4 * epsilon))
    return share < LEAST_SHARE ? 0 : Math.min(share, 1 - LEAST_SHARE)
  }

  /** |L⁻¹(x − m)|², left in `white`; undefined once it is above a limit. */
  private whiten(j: number, x: Float64Array, limit: number): number | undefined {
    const { size, means, factors, white } = this
    let square = 0
    for (let r = 0; r < size; r++) {
      const row = (j * size + r) * size
      let value = x[r]! - means[j * size + r]!
      for (let k = 0; k < r; k++) value -= factors[row + k]! * white[k]!
      value /= factors[row + r]!
      white[r] = value
      square += value * value
      if (square > limit) return undefined
    }
    return square
  }

  /** C̃⁻¹(x − m) of what was whitened last, left in `slope`. */
  private unwhiten(j: number): void {
    const { size, factors, white, slope } = this
    const at = j * size * size
    for (let r = size - 1; r >= 0; r--) {
      let value = white[r]!
      for (let k = r + 1; k < size; k++) value -= factors[at + k * size + r]! * slope[k]!
      slope[r] = value / factors[at + r * size + r]!
    }
  }
}
