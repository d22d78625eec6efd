import type { GivenChoice } from '../../choose/window-bandwidth.js'
import type { KernelChoice } from '../../kernel/bandwidth.js'
import type { Unit } from '../../law/units.js'
import type { WindowBandwidth, WindowFit } from '../../law/window.js'
import type { Matrix } from '../../num/matrix.js'
import type { Graph } from '../../space/graph.js'
import type { Encoder } from '../../table/encoder.js'
import type { ScalingMethod } from '../../table/scaling.js'
import type { Localisation } from '../windows/localisation.js'
import type { SweepKind } from './options.js'

/** A unit with what was fitted for it. */
export type FittedUnit = Unit &
  (
    | { readonly kind: 'given'; readonly bandwidth: WindowBandwidth; readonly fit: WindowFit }
    /** Drawn from nothing: a plain bridge on its targets. */
    | { readonly kind: 'root'; readonly kernel: KernelChoice; readonly potentials: Float64Array }
  )

/** Coordinates that share one neighbourhood in a simultaneous sweep: one bridge on the neighbourhood serves them all. */
export interface FittedGroup {
  readonly targets: Uint32Array
  /** The targets and all their neighbours, ascending. */
  readonly members: Uint32Array
  readonly kernel: KernelChoice
  readonly potentials: Float64Array
}

/** A localised model: one small bridge for each coordinate instead of one for all. */
export interface LocalModel {
  readonly encoder: Encoder
  /** Scaled coordinates of the training rows [M, d]. */
  readonly coordinates: Matrix
  readonly logWeights: Float64Array
  /** What ordered units draw: coordinates, twiced where a unit compares its givens only [M, d]. */
  readonly targets?: Matrix | undefined
  readonly graph: Graph
  readonly parts:
    | { readonly sweep: 'ordered'; readonly units: readonly FittedUnit[] }
    | { readonly sweep: 'simultaneous'; readonly groups: readonly FittedGroup[] }
  readonly summary: LocalSummary
}

/** What a report says about a localised fit. Plain JSON. */
export interface LocalSummary {
  readonly rowCount: number
  readonly coordinateCount: number
  readonly local: Localisation
  readonly sweep: SweepKind
  /** Radius chosen where it was `auto`, with the held-out score of each that was tried. */
  readonly radius?: { readonly chosen: number; readonly scores: readonly (readonly [number, number])[] }
  /** Pairs of neighbours by column name; with the partial correlation where the graph was learned. */
  readonly edges: readonly (readonly [string, string] | readonly [string, string, number])[]
  /** |partial correlation| from which a learned graph joins two columns, and the shrinkage behind it. */
  readonly learned?: { readonly threshold: number; readonly shrinkage: number }
  readonly largestNeighbourhood: number
  readonly mostGivens: number
  readonly cappedColumns: readonly string[]
  readonly choices: readonly GivenChoice[]
  readonly scaling: Readonly<Record<string, ScalingMethod>>
  readonly notes: readonly string[]
}
