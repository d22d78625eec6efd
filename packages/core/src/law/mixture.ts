import { kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine, Moments } from '../kernel/engine.js'
import { exp, log } from '../num/elementary.js'
import { copyRow, type Matrix, rowOf, takeRows, takeValues } from '../num/matrix.js'
import { cloud } from '../space/cloud.js'
import { type Law, scaledColumns } from './law.js'
import { givenPlaces, sharesGivenPlaces } from './level-regression.js'
import type { ConditionOptions, PlacedGaussian } from './local-gaussian.js'
import { codesOf, type InformedState } from './state.js'

/** One component of the mixture of Gaussians that a step proposes from. */
export interface LocalPart {
  readonly part: number
  /** log probability of the component before anything is known [n]. */
  readonly logShare: Float64Array
  readonly mean: Matrix
  /** Packed, as in `Moments`. */
  readonly covariance: Matrix
  readonly effectiveCount: Float64Array
}

/** A component where chain i stands. */
export const gaussianAt = ({ mean, covariance, effectiveCount }: LocalPart, i: number): PlacedGaussian => ({
  mean: rowOf(mean, i),
  covariance: rowOf(covariance, i),
  effectiveCount: effectiveCount[i]!
})

/** Whether Gaussians depend on columns that are given only: one draw then forgets where it started. */
export const isStill = ({ columns, scales }: Pick<Law, 'columns' | 'scales'>): boolean =>
  scales.subarray(0, columns.drawn).every((scale) => scale === Number.POSITIVE_INFINITY)

/** ε in variances of a column at which averages are over all rows: one Gaussian, with its linear regression. */
export const ONE_GAUSSIAN = 128

/** Whether a column that is compared at this ε hardly counts in the weights of rows. */
export const forgets = (epsilon: number): boolean => epsilon >= ONE_GAUSSIAN / 2

/** Categories that a chain with its `own` has in a part of a law; undefined where they stay as they are. */
export function codesIn({ strata }: Law, part: number, own: Int32Array): Int32Array | undefined {
  const { levels } = strata.parts[part]!
  if (levels.length === 0) return undefined
  const codes = own.slice()
  for (const [factor, level] of levels) codes[factor] = level
  return codes
}

/** `ridge` and `predicts` are of the regression on known categories. */
interface MixtureContext extends Pick<ConditionOptions, 'ridge' | 'predicts'> {
  readonly engine: Engine
  /** Whether a chain can be of a part: covariances of others are not shrunk. Default: all. */
  readonly isOpen?: ((chain: number, part: number) => boolean) | undefined
}

/**
 * The mixture of Gaussians that a law has where chains stand: mean and covariance of each class of rows under the kernel's
 * weights, and its probability. Cost O(n·M·d²).
 */
export async function mixtureAt(law: Law, states: InformedState, { engine, isOpen, ...options }: MixtureContext): Promise<LocalPart[]> {
  const { kernel, scales, strata, pooled } = law
  const widths = await widthsFor(kernel, states.coordinates, engine)
  const whole = cloud(strata.sweep ? strata.sweep.embed(states) : scaledColumns(states.coordinates, scales))
  const found: Moments[] = []
  for (const [p, part] of strata.parts.entries()) {
    const from = strata.sweep && part.levels.length > 0 ? cloud(strata.sweep.embed(settledIn(law, p, states))) : whole
    const pair = { from, to: part.compared, kernel: kernelOf(kernel, widths, part.widths) }
    found.push(await engine.moments(pair, part.logTerms, part.values))
  }
  if (pooled) mixPooled(found[0]!, pooled)
  // Where categories are known by their places the shares of classes go by the covariances of all.
  if (found.length > 1) shrinkTogether(found, strata.withKnown ? undefined : isOpen)
  return withShares(law, states, { found: takenIn(law, states, { found, ...options }), widths })
}

interface TakingIn extends Pick<ConditionOptions, 'ridge' | 'predicts'> {
  readonly found: readonly Moments[]
}

/** What known categories say of numbers, taken in by their regression, and of classes of rows, by their discriminant. */
function takenIn({ strata }: Law, states: InformedState, { found, ridge, predicts }: TakingIn): readonly Moments[] {
  if (!strata.withKnown) return found
  const places = { points: strata.withKnown(states), d: states.coordinates.cols }
  const shares = found.length > 1 ? sharesGivenPlaces(found, places, ridge) : undefined
  return found.map((moments, c) => ({ ...givenPlaces(moments, places, { ridge, predicts }), logSum: shares?.[c] ?? moments.logSum }))
}

/** The mixtures of some chains, copied. */
export function takeMixture(mixture: readonly LocalPart[], chains: Uint32Array): LocalPart[] {
  return mixture.map(({ part, logShare, mean, covariance, effectiveCount }) => ({
    part,
    logShare: takeValues(logShare, chains),
    mean: takeRows(mean, chains),
    covariance: takeRows(covariance, chains),
    effectiveCount: takeValues(effectiveCount, chains)
  }))
}

/** Puts the mixtures of some chains in the place of those that these had. */
export function replaceMixture(mixture: readonly LocalPart[], by: readonly LocalPart[], chains: Uint32Array): void {
  mixture.forEach((into, p) => {
    const from = by[p]!
    for (const i of chains) {
      into.logShare[i] = from.logShare[i]!
      into.effectiveCount[i] = from.effectiveCount[i]!
      copyRow(from.mean, i, into.mean, i)
      copyRow(from.covariance, i, into.covariance, i)
    }
  })
}

/** Chains with the categories that a part settles. */
function settledIn(law: Law, part: number, states: InformedState): InformedState {
  const settled = { ...states, codes: states.codes.slice() }
  for (let i = 0; i < states.part.length; i++) {
    const own = codesOf(settled, i)
    own.set(codesIn(law, part, own) ?? own)
  }
  return settled
}

/**
 * Mixes 1 + d rows' worth of the average local covariance into each, in place, so that few effective rows do not mean no
 * noise: n/(n + 1 + d) C + (1 + d)/(n + 1 + d) C̄ for n effective rows in d coordinates.
 */
function mixPooled({ mean, covariance, effectiveCount }: Moments, pooled: Float64Array): void {
  const size = covariance.cols
  for (let i = 0; i < mean.rows; i++) {
    const own = effectiveCount[i]! / (effectiveCount[i]! + 1 + mean.cols)
    for (let at = 0; at < size; at++) covariance.data[i * size + at] = own * covariance.data[i * size + at]! + (1 - own) * pooled[at]!
  }
}

/**
 * Covariances of classes are shrunk towards what all have within themselves where a chain stands, as in `mixedStep`, in place:
 * C_c ← (1 − λ) C_c + λ Σ_k q_k C_k, λ = d/(d + n_eff), q by numbers alone.
 */
function shrinkTogether(found: readonly Moments[], isOpen: MixtureContext['isOpen']): void {
  const { rows: n, cols: d } = found[0]!.mean
  const size = found[0]!.covariance.cols
  const largest = new Float64Array(n).fill(Number.NEGATIVE_INFINITY)
  for (const { logSum } of found) for (let i = 0; i < n; i++) largest[i] = Math.max(largest[i]!, logSum[i]!)
  // Class after class, as they stand in memory: of many classes all their covariances are far more than a cache holds.
  const pooled = new Float64Array(n * size)
  const totals = new Float64Array(n)
  for (const { logSum, covariance } of found)
    for (let i = 0; i < n; i++) {
      const weight = logSum[i] === Number.NEGATIVE_INFINITY ? 0 : exp(logSum[i]! - largest[i]!)
      if (weight === 0) continue
      totals[i]! += weight
      for (let at = i * size, end = at + size; at < end; at++) pooled[at] = pooled[at]! + weight * covariance.data[at]!
    }
  for (const [part, { covariance, effectiveCount }] of found.entries())
    for (let i = 0; i < n; i++) {
      const total = totals[i]!
      if (total === 0 || (isOpen && !isOpen(i, part))) continue
      const shrink = d / (d + effectiveCount[i]!)
      for (let at = i * size, end = at + size; at < end; at++)
        covariance.data[at] = (1 - shrink) * covariance.data[at]! + (shrink * pooled[at]!) / total
    }
}

interface FoundParts {
  readonly found: readonly Moments[]
  /** ρ of the chains, under a variable kernel [n]. */
  readonly widths: Float64Array | undefined
}

/** Parts with their probabilities: weights by numbers, less e^(−gap/4ερ) between the chain's categories and the part's. */
function withShares({ kernel, strata: { places } }: Law, states: InformedState, { found, widths }: FoundParts): LocalPart[] {
  const n = states.part.length
  const logShares = found.map(({ logSum }, part) =>
    Float64Array.from({ length: n }, (_, i) => {
      if (found.length === 1) return 0
      const gap = places ? squaredGap(places, states.part[i]!, part) : 0
      return logSum[i]! - gap / (4 * kernel.epsilon * (widths?.[i] ?? 1))
    })
  )
  for (let i = 0; i < n; i++) {
    let largest = Number.NEGATIVE_INFINITY
    for (const own of logShares) largest = Math.max(largest, own[i]!)
    let total = 0
    for (const own of logShares) total += exp(own[i]! - largest)
    for (const own of logShares) own[i] = own[i]! - (largest + log(total))
  }
  return found.map(({ mean, covariance, effectiveCount }, part) => ({ part, logShare: logShares[part]!, mean, covariance, effectiveCount }))
}

/** Squared distance between two rows. */
function squaredGap({ cols, data }: Matrix, a: number, b: number): number {
  let sum = 0
  for (let c = 0; c < cols; c++) {
    const gap = data[a * cols + c]! - data[b * cols + c]!
    sum += gap * gap
  }
  return sum
}
