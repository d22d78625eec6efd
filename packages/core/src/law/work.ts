import { dimensionOf, type Encoder } from '../table/encoder.js'
import { factorGroups } from './factor-groups.js'
import { plainCategoryMode } from './strata.js'

/** What an exponential costs, in coordinates. */
const EXPONENTIAL = 12

/** How many rows something looks at: as many as `work` allows, in passes of a step times coordinates. */
export interface RowBudget {
  readonly most: number
  readonly least: number
  readonly work: number
}

/** Rows within a budget, by their codes [M, K]: fewer where a step goes through them many times in many coordinates. Cost as `stepWork`. */
export function rowsWithin(budget: RowBudget, encoder: Encoder, codes: Int32Array): number {
  return rowsFor(budget, stepWork(encoder, codes))
}

/** The same by what a step is known to take. */
export const rowsFor = ({ most, least, work }: RowBudget, each: number): number => Math.min(most, Math.max(least, Math.floor(work / each)))

/** Work of a step for each training row and chain: passes over the rows times coordinates. Cost O(M·K²), K factors. */
export function stepWork(encoder: Encoder, codes: Int32Array): number {
  const count = encoder.factors.length
  const sweeps = count > 0 && plainCategoryMode(encoder, codes) === 'sweep'
  const passes = sweeps ? factorGroups(codes, count).length + 2 : 2
  return passes * (dimensionOf(encoder) + EXPONENTIAL)
}
