import type { Matrix } from '../num/matrix.js'
import { takeColumns } from '../num/matrix.js'
import type { WindowRows } from './window.js'

/** One small problem: coordinates to draw given other coordinates. */
export interface Unit {
  readonly targets: Uint32Array
  readonly givens: Uint32Array
}

export interface FieldRows {
  /** [M, d] */
  readonly coordinates: Matrix
  readonly logWeights: Float64Array
}

/** Rows of one unit. Cost O(M·(t + k)). */
export function rowsOf({ coordinates, logWeights }: FieldRows, { targets, givens }: Unit): WindowRows {
  return { targets: takeColumns(coordinates, targets), givens: takeColumns(coordinates, givens), logWeights }
}
