import type { Coupling } from '../../bridge/coupling.js'
import type { Diffusion } from '../../bridge/drift.js'
import type { Ending } from '../../num/iterate.js'
import type { Matrix } from '../../num/matrix.js'
import type { Family, Smoothness } from './family.js'
import type { Fates } from './fates.js'
import type { HistoryEntry } from './rounds.js'
import type { Snapshot } from './snapshots.js'
import type { Varying } from './varying-family.js'
import type { VelocityReference } from './velocity-kernel.js'

/** 95 % interval of one parameter. */
export interface ParameterInterval {
  readonly name: string
  readonly estimate: number
  readonly lower: number
  readonly upper: number
}

/** How far the reference by itself, run from one snapshot, arrives from the particles of the next one. */
export interface StepFit {
  /** Of the later snapshot. */
  readonly time: number
  /** Wasserstein-1, Euclidean, in the unit of the columns. */
  readonly w1: number
  /** W1 between two random halves of the later snapshot: what sampling noise alone gives. */
  readonly floor: number
}

/** A fitted reference with its couplings: all that paths are drawn from. */
export interface MarginalsModel {
  readonly family: Family
  readonly diffusion: Diffusion
  readonly columnNames: readonly string[]
  /** θ, in the order of `family.parameters`. */
  readonly theta: Float64Array
  /** σ [d]; where every interval has its own, their mean. */
  readonly sigma: Float64Array
  /** σ of every interval [K][d]: what its coupling and its bridges have. */
  readonly intervalSigmas: readonly Float64Array[]
  /** Where σ comes from: from the caller, from the likelihood, or from the spacing of the particles. */
  readonly sigmaFrom: 'given' | 'estimate' | 'resolution'
  /** Training snapshots in order of time. */
  readonly snapshots: readonly Snapshot[]
  /**
   * Where cells of snapshots were empty, which then stand at what is expected there: packed covariances in working
   * coordinates, 0 where a cell was measured [n, d(d+1)/2]; undefined for snapshots without gaps.
   */
  readonly spreads?: readonly (Matrix | undefined)[]
  readonly heldOut: readonly Snapshot[]
  /** One coupling an interval, over all particles, in working coordinates. */
  readonly couplings: readonly Coupling[]
  readonly history: readonly HistoryEntry[]
  readonly ending: Ending
  /** How the coupling of each interval ended, with its last error. */
  readonly couplingEndings: readonly { readonly ending: Ending; readonly error: number }[]
  readonly intervals: readonly ParameterInterval[]
  /** Of gradient and free fields. */
  readonly smoothness: Smoothness | undefined
  /** Where parameters may step at snapshots. */
  readonly varying?: Varying | undefined
  /** Of the smooth reference; undefined where straight lines predict as well. */
  readonly velocity: VelocityReference | undefined
  /** How far the reference arrives from each snapshot after the first, run freely from the one before; empty without a drift. */
  readonly stepFits: readonly StepFit[]
  readonly notes: readonly string[]
  /** Where particles multiply and die. */
  readonly growth?: GrowthModel | undefined
  /** Where the particles of the last snapshot have labels. */
  readonly fates?: Fates | undefined
}

/** Growth and death along the snapshots, relative to the mean. */
export interface GrowthModel {
  /** Whether a column says what is expected. */
  readonly known: boolean
  /** log G: offspring of every particle until the next snapshot, relative to the mean [K][n]. */
  readonly logOffspring: readonly Float64Array[]
  /** Standard errors of log G under resampling of the particles [K][n]. */
  readonly errors: readonly Float64Array[]
  /** Of a reference without drift, the kernels of the couplings [K]. */
  readonly kernels: readonly GrowthKernel[] | undefined
  /** What comes of the same snapshots if nothing grows or dies. */
  readonly balanced: { readonly fates: Fates | undefined; readonly heldOut: readonly { readonly time: number; readonly w1: number }[] }
}

/** A growing coupling's kernel. Bridges keep σ: between two snapshots nothing says where a particle leaves its neighbours. */
export interface GrowthKernel {
  /** Where each particle goes on average [n, d]. */
  readonly centres: Matrix
  /** Variance of where it arrives about its centre [d], where it was learned; that of σ otherwise. */
  readonly variances: Float64Array | undefined
}
