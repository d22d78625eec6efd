import type { SchrodingerBridge } from '../../bridge/schrodinger.js'
import type { BridgeBandwidth } from '../../choose/bridge-bandwidth.js'
import type { KeptKeys } from '../../code/keys/keep.js'
import type { KeptRules } from '../../code/rules/kept-rules.js'
import type { TwoSampleTest } from '../../diagnose/two-sample-test.js'
import type { Differences } from '../../diagnose/what-differs.js'
import type { NamedWarning } from '../../know/support.js'
import type { Ending } from '../../num/iterate.js'
import type { Matrix } from '../../num/matrix.js'
import type { Encoded, Encoder } from '../../table/encoder.js'
import type { ReadingWords } from '../read-as.js'

/** Below this p-value a difference is said to be one; under one law that happens to one pair of tables in twenty. */
export const LEVEL = 0.05

/** A bridge between two tables: their rows, the potentials that couple them, and what was found out about both. */
export interface BridgeModel {
  readonly encoder: Encoder
  /** Rows of the first table, then of the second. */
  readonly rows: Encoded
  readonly potentials: SchrodingerBridge['potentials']
  /** log v of the first table alone. */
  readonly own: Float64Array
  /** Where the bridge carries those rows of the first table that are shown. */
  readonly carried: Encoded
  /** Their numbers as the map moves them before each is put into its cell: how far columns drift. */
  readonly moved: Matrix
  readonly reading: ReadingWords
  readonly rules?: KeptRules
  readonly keys?: KeptKeys
  readonly summary: BridgeSummary
}

/** What is told of a bridge. Plain JSON. */
export interface BridgeSummary extends Pick<BridgeBandwidth, 'epsilon' | 'trials'> {
  readonly fromRows: number
  readonly toRows: number
  /** Whether ε was given, found on held-out rows, or taken by the rule for few rows. */
  readonly bandwidth: 'given' | 'held-out' | 'usual'
  /** In squared scaled units. */
  readonly cost: number
  readonly divergence: number
  readonly test: TwoSampleTest
  /** Changes of columns, and of pairs those beyond chance; absent of files of before. */
  readonly differs?: Omit<Differences, 'largest'>
  readonly overlap: number
  /** Largest distance from a row of the first table to its nearest other one, in scaled units. */
  readonly reach: number
  readonly ending: Ending
  readonly turns: number
  readonly error: number
  readonly warnings: readonly NamedWarning[]
  readonly notes: readonly string[]
}
