import type { Evaluation, Table } from '@sbridge/core'
import type { Section } from './blocks.js'
import type { BandwidthCurve } from './figures.js'

/** What the report says about the model behind the rows. */
export interface ReportModel {
  /** Bandwidths that were tried, with the nearest-neighbour ratio of each, and the ratio aimed at: when ε was searched. */
  readonly curve?: BandwidthCurve['curve'] | undefined
  readonly target?: number | undefined
  /** The bandwidth of the model. */
  readonly epsilon: number
  /** Scaling of every numeric column, by name. */
  readonly scaling: Readonly<Record<string, string>>
  /** Options with their values, seed and versions among them, in the order to be shown. */
  readonly options: Readonly<Record<string, string | number>>
  /** Two-sample AUC of trial fits on rows that they had not seen, where there were any. */
  readonly keptBack?: number | undefined
  /** Sentences that the fit left for a reader. */
  readonly notes: readonly string[]
}

export interface ReportParts {
  readonly title: string
  readonly evaluation: Evaluation
  readonly real: Table
  readonly synthetic: Table
  readonly model?: ReportModel | undefined
  /** The exact command that wrote the rows or the report. */
  readonly command?: string | undefined
  /** What is to be known before the measures are read, e.g. that rows were drawn under a condition. */
  readonly prologue?: string | undefined
  /** The rows that the model was fitted on, where `real` was held out from it. */
  readonly train?: Table | undefined
  /** Also shows values that fewer than three rows have; they are counted without. */
  readonly showValues?: boolean | undefined
  /** Further parts, placed behind the summary: what was asked, images, a latent space. */
  readonly sections?: readonly Section[] | undefined
}
