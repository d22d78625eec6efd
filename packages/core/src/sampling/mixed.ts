import { type KernelChoice, kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine, Pair } from '../kernel/engine.js'
import { exp, log } from '../num/elementary.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { type Key, keyAtStep, keyFor, uniforms } from '../num/random.js'
import { type Cloud, cloud } from '../space/cloud.js'
import type { Combinations } from '../table/categories.js'
import { type NoiseKind, referenceNoise, sum } from './step.js'

/** Chains on a table with categories: scaled numeric coordinates and the combination of categories each chain is in. */
export interface MixedState {
  /** [n, d] */
  readonly coordinates: Matrix
  /** [n] */
  readonly combination: Uint32Array
}

/** The rows of one combination, as a bridge of their own. */
interface Part {
  readonly training: Cloud
  readonly logTerms: Float64Array
  readonly widths?: Float64Array
}

/** A bridge over rows that are split by combination of categories. */
export interface MixedBridge {
  readonly kernel: KernelChoice
  readonly parts: readonly Part[]
  /** Squared distance between the category places of two combinations [G, G]. */
  readonly squaredGaps: Matrix
}

export interface MixedBridgeInput {
  readonly coordinates: Matrix
  readonly logTerms: Float64Array
  readonly kernel: KernelChoice
  readonly widths?: Float64Array
  readonly combinations: Combinations
  /** Category places of each combination [G, q]. */
  readonly places: Matrix
}

/** Splits a bridge by combination. Cost O(M·d + G²·q). */
export function mixedBridge(input: MixedBridgeInput): MixedBridge {
  const { coordinates, logTerms, widths, combinations, places } = input
  const take = (values: Float64Array, rows: Uint32Array) => Float64Array.from(rows, (row) => values[row]!)
  const parts = combinations.rows.map((rows) => ({
    training: cloud(takeRows(coordinates, rows)),
    logTerms: take(logTerms, rows),
    ...(widths ? { widths: take(widths, rows) } : {})
  }))
  const squaredGaps = matrix(places.rows, places.rows)
  for (let a = 0; a < places.rows; a++) {
    for (let b = 0; b < places.rows; b++) {
      let sum = 0
      for (let c = 0; c < places.cols; c++) {
        const gap = places.data[a * places.cols + c]! - places.data[b * places.cols + c]!
        sum += gap * gap
      }
      squaredGaps.data[a * places.rows + b] = sum
    }
  }
  return { kernel: input.kernel, parts, squaredGaps }
}

export interface MixedStepContext {
  readonly engine: Engine
  readonly noise: NoiseKind
  readonly key: Key
}

/**
 * One step of chains with categories. A combination c' is drawn with probability p(c' | x) ∝ Σ_{j in c'} p_j, then the
 * numbers from mean and covariance under the weights restricted to its rows: no combination that the data lack can
 * appear, and the noise respects the category.
 *
 * Few effective rows in a combination would mean C ≈ 0 and copied numbers, so C is shrunk towards the covariance that
 * all combinations have within themselves near x: (1 − λ) C_{c'} + λ Σ_c q_c C_c, λ = d/(d + n_eff), q the weights of
 * the combinations by numbers alone.
 *
 * One engine call a combination over all chains: cost O(n·M·d), memory O(n·d).
 */
export async function mixedStep(bridge: MixedBridge, state: MixedState, context: MixedStepContext): Promise<MixedState> {
  const { engine, noise, key } = context
  const { coordinates } = state
  const reference = noise === 'covariance' ? undefined : await referenceNoise(bridge.kernel, coordinates, context)
  const from = noise === 'split' ? sum(coordinates, reference!) : coordinates
  const fromWidths = await widthsFor(bridge.kernel, from, engine)
  const chosen = new Choice(coordinates.rows, coordinates.cols, key)
  for (let part = 0; part < bridge.parts.length; part++)
    await visitPart(bridge, { part, from, fromWidths, state, noise, key, engine }, chosen)
  const moved = noise === 'covariance' ? chosen.draws() : chosen.means()
  return { coordinates: noise === 'constant' ? sum(moved, reference!) : moved, combination: chosen.combination }
}

interface Visit {
  readonly part: number
  readonly from: Matrix
  readonly fromWidths: Float64Array | undefined
  readonly state: MixedState
  readonly noise: NoiseKind
  readonly key: Key
  readonly engine: Engine
}

async function visitPart(bridge: MixedBridge, visit: Visit, chosen: Choice): Promise<void> {
  const { part, from, state, noise, engine } = visit
  const { training, logTerms, widths } = bridge.parts[part]!
  const kernel = kernelOf(bridge.kernel, visit.fromWidths, widths)
  const pair: Pair = { from: cloud(from), to: training, kernel }
  const key = keyAtStep(keyFor({ ...visit.key, step: 0 }, `part ${part}`), visit.key.step)
  const gapScale = Float64Array.from({ length: from.rows }, (_, i) =>
    kernel.kind === 'gaussian' ? 1 / (4 * kernel.epsilon) : 1 / (2 * kernel.epsilon * (kernel.fromWidth[i]! + kernel.toWidth[0]!))
  )
  const logGaps = gapScale.map((scale, i) => -scale * bridge.squaredGaps.data[state.combination[i]! * bridge.parts.length + part]!)
  if (noise === 'covariance') {
    chosen.offer({ part, logGaps, ...(await engine.draw(pair, logTerms, training.points, { key })) })
    return
  }
  const logSum = await engine.logSum(pair, logTerms)
  const mean = await engine.mean(pair, logTerms, training.points)
  chosen.offer({ part, logGaps, logSum, mean })
}

interface Offer {
  readonly part: number
  /** Log-kernel of the categories between chain and combination [n]. */
  readonly logGaps: Float64Array
  readonly logSum: Float64Array
  readonly mean: Matrix
  readonly noise?: Matrix
  readonly effectiveCount?: Float64Array
}

/** Draws one combination a chain while they stream by (Gumbel maxima), and gathers the pooled noise with running sums. */
class Choice {
  readonly combination: Uint32Array
  private readonly bestScore: Float64Array
  private readonly bestLogSum: Float64Array
  private readonly bestCount: Float64Array
  private readonly mean: Matrix
  private readonly noise: Matrix
  /** Σ_c √(q_c) noise_c and Σ q_c, both relative to exp(largest). */
  private readonly pooled: Matrix
  private readonly total: Float64Array
  private readonly largest: Float64Array
  private readonly key: Key

  constructor(n: number, d: number, key: Key) {
    this.key = key
    this.combination = new Uint32Array(n)
    this.bestScore = new Float64Array(n).fill(Number.NEGATIVE_INFINITY)
    this.bestLogSum = new Float64Array(n).fill(Number.NEGATIVE_INFINITY)
    this.bestCount = new Float64Array(n)
    this.mean = matrix(n, d)
    this.noise = matrix(n, d)
    this.pooled = matrix(n, d)
    this.total = new Float64Array(n)
    this.largest = new Float64Array(n).fill(Number.NEGATIVE_INFINITY)
  }

  offer(offer: Offer): void {
    const stream = keyAtStep(keyFor({ ...this.key, step: 0 }, `choose ${offer.part}`), this.key.step)
    const u = uniforms(stream, this.combination.length)
    for (let i = 0; i < this.combination.length; i++) {
      if (offer.logSum[i] === Number.NEGATIVE_INFINITY) continue
      if (offer.noise) this.pool(i, offer.noise, offer.logSum[i]!)
      const score = offer.logSum[i]! + offer.logGaps[i]! - log(-log(u[i]!))
      if (score > this.bestScore[i]!) this.take(i, offer, score)
    }
  }

  private take(i: number, offer: Offer, score: number): void {
    const d = this.mean.cols
    this.bestScore[i] = score
    this.bestLogSum[i] = offer.logSum[i]!
    this.combination[i] = offer.part
    this.bestCount[i] = offer.effectiveCount?.[i] ?? 0
    this.mean.data.set(offer.mean.data.subarray(i * d, (i + 1) * d), i * d)
    if (offer.noise) this.noise.data.set(offer.noise.data.subarray(i * d, (i + 1) * d), i * d)
  }

  private pool(i: number, noise: Matrix, logSum: number): void {
    const d = this.pooled.cols
    if (logSum > this.largest[i]!) {
      const shrink = exp(this.largest[i]! - logSum)
      const root = Math.sqrt(shrink)
      this.total[i] = this.total[i]! * shrink
      for (let c = 0; c < d; c++) this.pooled.data[i * d + c] = this.pooled.data[i * d + c]! * root
      this.largest[i] = logSum
    }
    const weight = exp(logSum - this.largest[i]!)
    this.total[i] = this.total[i]! + weight
    const root = Math.sqrt(weight)
    for (let c = 0; c < d; c++) this.pooled.data[i * d + c] = this.pooled.data[i * d + c]! + root * noise.data[i * d + c]!
  }

  means(): Matrix {
    return this.mean
  }

  /** mean + a draw of the shrunk covariance: the chosen part's noise has weight 1 − λ + λ q in it, the others' λ q_c. */
  draws(): Matrix {
    const { rows, cols: d } = this.mean
    const out = matrix(rows, d)
    for (let i = 0; i < rows; i++) {
      const share = exp(this.bestLogSum[i]! - this.largest[i]!) / this.total[i]!
      const shrink = d / (d + this.bestCount[i]!)
      const own = Math.sqrt(1 - shrink + shrink * share)
      const rootShare = Math.sqrt(share)
      const rootTotal = Math.sqrt(this.total[i]!)
      const rootShrink = Math.sqrt(shrink)
      for (let c = 0; c < d; c++) {
        const at = i * d + c
        const others = this.pooled.data[at]! / rootTotal - rootShare * this.noise.data[at]!
        out.data[at] = this.mean.data[at]! + own * this.noise.data[at]! + rootShrink * others
      }
    }
    return out
  }
}
