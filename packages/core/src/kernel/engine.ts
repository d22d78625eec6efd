import type { Crew } from '../num/iterate.js'
import type { Matrix } from '../num/matrix.js'
import type { Key } from '../num/random.js'
import type { Cloud } from '../space/cloud.js'
import type { Kernel } from './kernel.js'

/** The implied n×m matrix of log-kernel values between two clouds; it is never stored. */
export interface Pair {
  readonly from: Cloud
  readonly to: Cloud
  readonly kernel: Kernel
}

/** Randomness for a batch of query rows: row i is chain `chains[i]` (default i), so grouping rows does not change draws. */
export interface Noise {
  readonly key: Key
  readonly chains?: Uint32Array
}

/** How many rows a draw averages: conditional mean and covariance are exact in expectation for any r; 16 is as good as the full covariance. */
export const DRAW_COUNT = 16

/** Result of `draw`: `mean` + `noise` is one draw with the weights' mean and covariance. */
export interface Draw {
  /** m(x) [n, c] */
  readonly mean: Matrix
  /** C(x)^{1/2} ξ [n, c] */
  readonly noise: Matrix
  /** log Σ_j exp(logK + log_j) [n]; −∞ where no weight is left (mean and noise are then NaN). */
  readonly logSum: Float64Array
  /** Effective number of rows 1/Σ p² [n]. */
  readonly effectiveCount: Float64Array
}

export interface Moments {
  /** [n, c] */
  readonly mean: Matrix
  /** Packed lower triangle, row by row: entry (a, b ≤ a) of row i at column a(a+1)/2 + b. [n, c(c+1)/2] */
  readonly covariance: Matrix
  /** As in `Draw`. [n] */
  readonly logSum: Float64Array
  readonly effectiveCount: Float64Array
}

export interface Neighbours {
  /** Indices into the `to` cloud, nearest first, ties by index; row-major [n, count]. */
  readonly indices: Uint32Array
  /** Squared Euclidean distances, in the same layout. */
  readonly squaredDistances: Float64Array
  readonly count: number
}

/**
 * Everything heavy is one of these reductions over a pair. n rows of `pair.from`, m rows of `pair.to`, d coordinates,
 * `values` [m, c]; p_ij = softmax over j of logK_ij + log_j. `log` [m] is the *whole* additive term: the engine does
 * not add the clouds' own log-weights. Entries of −∞ leave a row out. Cost O(n·m·d) at most, memory O(n + m)·d.
 *
 * All methods throw `InputError` on mismatched shapes or coordinates that are not finite.
 */
export interface Engine {
  /** Engines of one name give the same bits. */
  readonly name: string
  /** log Σ_j exp(logK_ij + log_j) [n]; −∞ when m = 0 or all log_j are −∞. */
  logSum(pair: Pair, log: Float64Array): Promise<Float64Array>
  /** Σ_j p_ij values_j [n, c]; NaN rows where no weight is left. */
  mean(pair: Pair, log: Float64Array, values: Matrix): Promise<Matrix>
  /**
   * Mean and a draw of C^{1/2} ξ, fused: r = DRAW_COUNT rows j_k drawn from p and noise r^{-1/2} Σ_k (values_{j_k} − m) ξ_k.
   * The picks are stratified: target k is (k + u_k)/r of the total weight, weights accumulated in the `to` cloud's
   * block order (space/blocks.ts). u_k: uniform k, ξ_k: normal k, of the row's chain under `noise.key` (streams
   * derived with keyFor(key, 'pick') and keyFor(key, 'normal')).
   */
  draw(pair: Pair, log: Float64Array, values: Matrix, noise: Noise): Promise<Draw>
  /** Mean and packed covariance under p. */
  moments(pair: Pair, log: Float64Array, values: Matrix): Promise<Moments>
  /** One index j per row, drawn from p, by uniform 0 of the row's chain under keyFor(key, 'pick') in block order; 0xffffffff where no weight is left. [n] */
  pick(pair: Pair, log: Float64Array, noise: Noise): Promise<Uint32Array>
  /** The `count` nearest rows of `to` for each row of `from` (Euclidean; the kernel is not used). count ≤ m. */
  nearest(pair: Pair, count: number): Promise<Neighbours>
  /** The same reductions in float32 at half the cost, for what seven digits are enough; without it there are no cheaper ones. */
  readonly rough?: () => Promise<Engine>
  /** As many threads again, for what is no reduction over a pair; without it there is one. */
  readonly crew?: Crew | undefined
  /** Gives back threads and memory. */
  close(): Promise<void>
}

/** What a pair costs there, of one in float64. */
export const ROUGH_COST = 0.5
/** Operations of a pick or a draw from which it is made in float32: some thousand points. Not of all of a call: a row is drawn alike among any. */
export const QUICK_WORK = 2e4

/** An engine for sums that are compared or drawn by, to which an error of a ten-millionth is nothing. */
export async function roughEngine(engine: Engine): Promise<Engine> {
  return engine.rough ? engine.rough() : engine
}
