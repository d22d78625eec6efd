import { log } from '../../num/elementary.js'

/** Share of the way to its group's end that a step goes; nought where none is left. */
export const shareOfWay = (step: number, way: number): number => (way > 0 ? step / way : 0)

/** What is known of so many rows to come, the next one included: of n that lie anywhere on a way the first goes 1/(n + 1) of it. */
export const toCome = (rows: number): number => log(rows)

/**
 * How far two draws are from what came, in its units: their energy score.
 * @source Gneiting and Raftery, *Strictly proper scoring rules, prediction, and estimation*, 2007.
 */
export const lossOfPair = (a: number, b: number, came: number): number => (Math.abs(a - came) + Math.abs(b - came) - Math.abs(a - b)) / 2
