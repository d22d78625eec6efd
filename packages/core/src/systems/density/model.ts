import type { StepSetting } from '../../law/step-mixture.js'
import type { ImputationModel } from '../imputation/model.js'
import type { Donors } from '../imputation/row-law.js'
import type { Ends } from './ends.js'

/** One law of a stack, and its share. */
export interface StackMember extends StepSetting {
  readonly weight: number
  /** Whether the law is of numbers between their ends. */
  readonly between: boolean
}

/** What gives rows their density: completed rows of a table, and the stack of laws on them that is likeliest for rows left out. */
export interface DensityModel extends Pick<ImputationModel, 'coding' | 'kinds' | 'reading'> {
  /** Rows that the density is learned from, their gaps filled. */
  readonly learned: Donors
  readonly stack: readonly StackMember[]
  /** Ends of the numbers that have some, for the laws that mind them. */
  readonly ends: readonly Ends[]
  /** ε of the kernel whose mean is the denoised row. */
  readonly denoising: number
  /** Bandwidths at which rows are looked at for outliers. */
  readonly outlying: readonly number[]
  readonly summary: DensitySummary
}

/** What was decided in a fit. Plain JSON. */
export interface DensitySummary {
  readonly rowCount: number
  /** Rows that the density is learned from. */
  readonly donorCount: number
  /** Mean log-density of rows that were left out, in units of the columns. */
  readonly logLikelihood: number
  /** What the density is with respect to. */
  readonly measure: string
  /** Columns whose values recur, and the steps over which they count as spread. */
  readonly rounded: readonly { readonly name: string; readonly step: number }[]
  /** Columns that a rule gives from others: they have no density. */
  readonly derived: readonly string[]
  readonly notes: readonly string[]
}
