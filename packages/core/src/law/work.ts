import { combinationsOf } from '../table/categories.js'
import type { Encoded, Encoder } from '../table/encoder.js'
import { factorGroups } from './factor-groups.js'
import { categoryMode } from './strata.js'

/** What an exponential costs, in coordinates. */
const EXPONENTIAL = 12

/** How many rows something looks at: as many as `work` allows, in passes of a step times coordinates. */
export interface RowBudget {
  readonly most: number
  readonly least: number
  readonly work: number
}

/** Rows within a budget: fewer where a step goes through them many times in many coordinates. Cost as `stepWork`. */
export function rowsWithin({ most, least, work }: RowBudget, encoder: Encoder, rows: Encoded): number {
  return Math.min(most, Math.max(least, Math.floor(work / stepWork(encoder, rows))))
}

/** Work of a step for each training row and chain: passes over the rows times coordinates. Cost O(M·K²), K factors. */
function stepWork(encoder: Encoder, { coordinates, codes }: Encoded): number {
  const places = encoder.factors.reduce((sum, factor) => sum + factor.places.cols, 0)
  const sweeps = categoryMode(encoder, combinationsOf(codes, coordinates.rows)) === 'sweep'
  const passes = sweeps ? factorGroups(codes, encoder.factors.length).length + 2 : 2
  return passes * (coordinates.cols + places + EXPONENTIAL)
}
