import type { Key } from '../num/random.js'
import type { Bounds, CoordinateSplit } from './informed-gaussian.js'
import type { ChainLikelihood } from './informed-likelihood.js'
import type { LocalSource } from './informed-local.js'
import type { InformedState } from './informed-state.js'

/** What one group of chains must fulfil. Chains of one group share it. */
export interface ChainCondition {
  /** Bounds of the ranged coordinates, in the order of the split. */
  readonly bounds: Bounds
  /** 1 for combinations of categories that are allowed; absent: all. */
  readonly allowed?: Uint8Array
}

export interface InformedProblem {
  readonly source: LocalSource
  readonly split: CoordinateSplit
  /** λ, relative to the mean local variance of the clamped coordinates. */
  readonly ridge: number
  readonly conditions: readonly ChainCondition[]
  /** Condition of each chain [n]. */
  readonly conditionOf: Uint32Array
  readonly likelihood?: ChainLikelihood | undefined
}

export interface Proposals {
  readonly state: InformedState
  /** log of what the proposal density has beyond the bridge's own: L̂, −Z, −truncation [n]. */
  readonly logForward: Float64Array
}

export interface Asked {
  readonly from: InformedState
  /** Chain of each row of `from`: randomness and condition are the chain's. */
  readonly chains: Uint32Array
  readonly key: Key
  /** States whose proposal density from `from` is wanted too. */
  readonly back?: InformedState
}

export interface Answer {
  readonly next: Proposals
  readonly logBackward: Float64Array
  readonly effectiveCount: Float64Array
}
