import type { Engine } from '../kernel/engine.js'
import type { Evidence } from '../know/evidence.js'
import type { Bounds, CoordinateSplit } from '../know/places.js'
import type { Law } from '../law/law.js'
import type { ConditionOptions } from '../law/local-gaussian.js'
import type { LocalPart } from '../law/mixture.js'
import type { InformedState } from '../law/state.js'
import type { Key } from '../num/random.js'

/** What one group of chains must fulfil. Chains of one group share it. */
export interface ChainCondition {
  /** Bounds of the ranged coordinates, in the order of the split. */
  readonly bounds: Bounds
  /** 1 for combinations of categories that are allowed; absent: all. */
  readonly allowed?: Uint8Array
}

export interface InformedProblem extends ConditionOptions {
  readonly law: Law
  readonly engine: Engine
  readonly split: CoordinateSplit
  readonly conditions: readonly ChainCondition[]
  /** Condition of each chain [n]. */
  readonly conditionOf: Uint32Array
  /** Counter of each chain's randomness [n]; its place when left out. */
  readonly noise?: Uint32Array | undefined
  readonly evidence?: Evidence | undefined
  /**
   * What the rows a step ahead of the chains must meet: `evidence` then only leads the chains to where they do. Default: chains stand at
   * their rows.
   */
  readonly ahead?: Evidence | undefined
  /** Whether categories change between these steps, unseen by them; default where they are swept. */
  readonly sweeps?: boolean | undefined
  /** Chains whose local Gaussians are held at a time; default as many as take about 64 MB. */
  readonly atOnce?: number | undefined
  /**
   * α in (−1, 0]: a draw from x is m + α (x − m) + √(1 − α²) C^{1/2} ξ, where the law is still and nothing is bounded. The law
   * is the same, but neighbouring units drawn in turn forget their starts sooner. Default 0.
   * @source Adler 1981, over-relaxation.
   */
  readonly overrelaxation?: number | undefined
}

export interface Proposals {
  readonly state: InformedState
  /** log of what the proposal density has beyond the bridge's own: L̂, −Z, −truncation [n]. */
  readonly logForward: Float64Array
}

export interface Asked {
  readonly from: InformedState
  /** Chain of each row of `from`: randomness, condition and evidence are the chain's. */
  readonly chains: Uint32Array
  readonly key: Key
  /** States whose proposal density from `from` is wanted too. */
  readonly back?: InformedState
  /** The law's Gaussians at `from`, where they are known. */
  readonly mixture?: readonly LocalPart[] | undefined
}

export interface Answer {
  readonly next: Proposals
  readonly logBackward: Float64Array
  readonly effectiveCount: Float64Array
}
