import { log } from '../../num/elementary.js'
import { mean } from '../../num/statistics.js'

/** Share of the way to its group's end that a step goes; nought where none is left. */
export const shareOfWay = (step: number, way: number): number => (way > 0 ? step / way : 0)

/** What is known of so many rows to come, the next one included: of n that lie anywhere on a way the first goes 1/(n + 1) of it. */
export const toCome = (rows: number): number => log(rows)

/**
 * How far draws are from what came, in its units: the energy score of two draws each.
 * @source Gneiting and Raftery, *Strictly proper scoring rules, prediction, and estimation*, 2007.
 */
export const lossOfPairs = (a: Float64Array, b: Float64Array, came: Float64Array): number =>
  mean(came.map((x, i) => (Math.abs(a[i]! - x) + Math.abs(b[i]! - x) - Math.abs(a[i]! - b[i]!)) / 2))
