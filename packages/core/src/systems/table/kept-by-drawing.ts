import type { OrderFound } from '../../code/rules/find-orders.js'
import type { RangeEnd } from '../drawn/range-left.js'

/** What rows are drawn again for: orders that all rows of the data have, and ends of columns that rules compute. */
export interface KeptByDrawing {
  readonly orders: readonly OrderFound[]
  readonly ends: readonly (RangeEnd & { readonly isDate: boolean })[]
}

/** By column the numbers, and dates in days, that may not come out as they are. */
export type HiddenEnds = ReadonlyMap<string, ReadonlySet<number>>

/** The same, and numbers that may not come out, which no model file names. */
export interface DrawnAgain extends KeptByDrawing {
  readonly hidden?: HiddenEnds | undefined
}
