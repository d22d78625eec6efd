import type { SparseCoupling } from '../../bridge/sparse-coupling.js'
import type { KeyColumn } from '../../code/keys/reference.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import type { RawTable } from '../../table/raw.js'
import type { Answer } from '../system.js'

/** Rows between both tables: those of the first time, then of the next, row k of each on one way. */
export interface RowsBetween extends WrittenTable, Answer {
  readonly kind: 'between'
  readonly times: readonly number[]
  /** At each time. */
  readonly count: number
}

/** Rows of another table, carried over. */
export interface CarriedRows extends WrittenTable, Answer {
  readonly kind: 'carried'
  /** As they were. */
  readonly original: RawTable
  /** Text that is written again, as what it is made of was carried. */
  readonly keys: readonly KeyColumn[]
}

/** Who goes with whom. */
export interface DrawnCoupling extends SparseCoupling, Answer {
  readonly kind: 'coupling'
}

export type BridgeAnswer = RowsBetween | CarriedRows | DrawnCoupling
