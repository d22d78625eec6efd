import type { DateOrders } from './date-orders.js'
import type { DateOrder } from './date-style.js'
import type { DecimalMarks } from './decimal-marks.js'
import type { MadeKind } from './made-kinds.js'
import type { ColumnKind } from './table.js'

export interface InferOptions {
  /** Kinds set by the user, by column name. */
  readonly types?: Readonly<Record<string, ColumnKind | MadeKind>>
  /** Only these columns, in the input's order. */
  readonly columns?: readonly string[]
  /** All but these. */
  readonly exclude?: readonly string[]
  /** Cells that count as missing besides the empty cell, NA, N/A and null. */
  readonly missing?: readonly string[]
  /** What parts decimals where the cells of a column leave it open, as in 1,234. */
  readonly decimal?: 'point' | 'comma' | undefined
  /** Which of two numbers is the day where the dates of a column leave it open, or disagree. */
  readonly dateOrder?: DateOrder | undefined
  /** Whether levels that a single row has are merged afterwards, so that none of them comes out. */
  readonly mergesSingles?: boolean
}

/** What the inference of one column needs besides it. */
export interface Inferring {
  readonly options: InferOptions
  readonly notes: string[]
  /** Of all columns of the table. */
  readonly names: ReadonlySet<string>
  readonly marks: DecimalMarks
  /** Whether points part the decimals of some column, beyond doubt. */
  readonly hasPoints: () => boolean
  readonly orders: DateOrders
}
