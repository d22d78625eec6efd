import type { EndNames } from '../../draw/sharp-ends.js'
import type { CategoryMode } from '../../law/strata.js'
import type { Ending } from '../../num/iterate.js'
import type { BandwidthCurve } from './bandwidth.js'
import type { ScalingChoice } from './choose-scaling.js'

/** What a report says about a fit. Plain JSON. */
export interface FitSummary {
  readonly rowCount: number
  readonly epsilon: number
  /** Present when the bandwidth was chosen automatically. */
  readonly bandwidth?: BandwidthCurve
  /** Numbers that the search's draws carried beyond all those of the data more often than chance does: drawn ones are reflected at these. */
  readonly ends?: EndNames
  readonly scaling: ScalingChoice
  readonly kernel: 'fixed' | 'variable'
  readonly categories: CategoryMode
  readonly scalingEnding: Ending
  readonly scalingTurns: number
  /** Largest relative error of a row; with landmarks the residual, in nats. */
  readonly scalingError: number
  /** On how many rows the scaling was solved, where these are not all. */
  readonly landmarks?: number
  readonly duplicateCount: number
  readonly isolatedCount: number
  readonly notes: readonly string[]
}
