import type { KeptRules } from '../../code/rules/kept-rules.js'
import type { ColumnFacts } from '../../table/column-facts.js'
import type { KindOfColumn } from '../../table/table.js'
import type { ReadingWords } from '../read-as.js'
import type { Coding } from './coding.js'
import type { Masked } from './masking.js'
import type { Donors } from './row-law.js'

/** What fills gaps of a table: completed rows of it, and how near ones count. */
export interface ImputationModel {
  readonly coding: Coding
  /** Kinds and levels of the columns, as in the table. */
  readonly kinds: readonly KindOfColumn[]
  readonly donors: Donors
  readonly rules?: KeptRules | undefined
  /** How cells of the table were read. */
  readonly reading: ReadingWords
  readonly summary: ImputationSummary
}

/** What was decided in a fit. Plain JSON. */
export interface ImputationSummary {
  readonly rowCount: number
  /** Completed rows that gaps are filled from. */
  readonly donorCount: number
  readonly epsilon: number
  readonly ridge: number
  readonly masking: Pick<Masked, 'tried' | 'columns'>
  readonly gaps: readonly Pick<ColumnFacts, 'name' | 'missing'>[]
  readonly notes: readonly string[]
}
