import type { Matrix } from '../num/matrix.js'
import { takeColumns } from '../num/matrix.js'
import type { Law } from './law.js'
import { type WindowBandwidth, type WindowFit, type WindowRows, windowLaw } from './window.js'

/** One small problem: coordinates to draw given other coordinates. */
export interface Unit {
  readonly targets: Uint32Array
  readonly givens: Uint32Array
}

export interface FieldRows {
  /** [M, d] */
  readonly coordinates: Matrix
  readonly logWeights: Float64Array
  /** What units draw, where that is not the coordinates as they are: as twiced [M, d]. */
  readonly targets?: Matrix | undefined
}

/** Rows of one unit. Cost O(M·(t + k)). */
export function rowsOf({ coordinates, logWeights, targets: drawn = coordinates }: FieldRows, { targets, givens }: Unit): WindowRows {
  return { targets: takeColumns(drawn, targets), givens: takeColumns(coordinates, givens), logWeights }
}

/** A unit with what was fitted for it. */
export type FittedWindow = Unit & { readonly bandwidth: WindowBandwidth; readonly fit: WindowFit }

/** The law of a fitted unit of a field. Cost O(M·(t + k)). */
export const lawOfUnit = (rows: FieldRows, unit: FittedWindow): Law => windowLaw(rowsOf(rows, unit), unit.bandwidth, unit.fit)
