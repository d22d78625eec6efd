import type { KeptKeys } from '../../code/keys/keep.js'
import type { KeptRules } from '../../code/rules/kept-rules.js'
import type { Encoder } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { FitSummary } from '../global/fit-summary.js'
import type { GlobalModel } from '../global/model.js'
import type { Carried } from './carried.js'
import type { GroupSum } from './group-sums.js'
import type { PastCode } from './past.js'
import type { PanelColumn } from './read.js'
import type { RunningSum } from './running.js'
import type { StepLaw } from './step-law.js'
import type { Ticks } from './ticks.js'
import type { Wall } from './walls.js'

/**
 * Rows that belong to groups: a law of groups (their constants, size, first row and its time), and a law of each further row
 * given the constants and the rows before it.
 */
export interface PanelModel {
  /** One row a group. */
  readonly heads: GlobalModel
  readonly steps: StepLaw
  readonly past: PastCode
  /** Of what is known of a group from its first row on: constants, size, start. */
  readonly constants: Encoder
  readonly panel: PanelShape
  /** How keys of groups are written. */
  readonly groupKey: KeptKeys
  readonly rules?: KeptRules | undefined
  /** What is computed from times, and from what runs on, once rows have these. */
  readonly late?: KeptRules | undefined
  readonly summary: PanelSummary
}

/** What a panel's rows are made of. Plain JSON. */
export interface PanelShape {
  readonly layout: readonly PanelColumn[]
  /** Columns that the laws draw, in their order, and how they are written. */
  readonly formats: readonly ColumnFormat[]
  readonly constant: readonly string[]
  readonly varying: readonly string[]
  readonly ticks?: Ticks | undefined
  /** Names of columns of the laws that are none of the table: size of a group, tick of its first row, and ticks to the next row. */
  readonly names: { readonly size: string; readonly start: string; readonly gap: string }
  readonly smallest: number
  /** Columns that are drawn as where they begin, and run on through a group. */
  readonly running?: readonly RunningSum[] | undefined
  /** Columns that are drawn once a group, as its first row has them, and are others of the row before in every further one. */
  readonly carried?: readonly Carried[] | undefined
  /** Columns that sum others up over each group. */
  readonly groupSums?: readonly GroupSum[] | undefined
  /** Sides of nought that rows keep to; absent in older models, whose rows do not know their sums either. */
  readonly walls?: readonly Wall[] | undefined
}

/** Plain JSON. */
export interface PanelSummary {
  readonly rowCount: number
  readonly groupCount: number
  readonly constant: readonly string[]
  readonly varying: readonly string[]
  readonly time?: string | undefined
  /** Of the law of groups. */
  readonly heads: FitSummary
  /** Rows that the law of next rows was learned from, and how much it is given. */
  readonly steps: { readonly rows: number; readonly givens: number; readonly epsilon: number; readonly ridge: number }
  readonly notes: readonly string[]
}
