import { mean, variance } from '../../num/statistics.js'

/** Standard errors that a lead must have for the folds that are left to be spared. */
const CLEAR = 2

/** Parts that a contest cuts the rows into, and how many of them are held out in turn: all of a small table. */
export function contestFolds(rowCount: number): { readonly parts: number; readonly scored: number } {
  return rowCount < 1500 ? { parts: 5, scored: 5 } : { parts: 3, scored: 1 }
}

/**
 * Draws of as many rows as are held out: few rows make a noisy score, which two steady. The variance of an area of n held-out and kn
 * drawn rows goes with 1 + 1/k: a third draw would take 6 % off its root.
 */
export const contestDraws = (heldOut: number): number => (heldOut < 400 ? 2 : 1)

/**
 * Whether the folds that are left could hardly turn a lead round: its mean over k of K folds is some standard errors from zero, these
 * what the mean over all may differ by, σ√(1/k − 1/K), with σ as the folds scatter, and not less than chance makes an area of so many
 * rows and draws scatter (Mann and Whitney's statistic): a few folds may agree by luck.
 */
export function isClear(leads: readonly number[], { heldOut, folds }: { readonly heldOut: number; readonly folds: number }): boolean {
  const k = leads.length
  if (k < 2) return false
  const drawn = contestDraws(heldOut) * heldOut
  const chance = (heldOut + drawn + 1) / (12 * heldOut * drawn)
  const error = Math.sqrt(Math.max(variance(leads), chance) * (1 / k - 1 / folds))
  return Math.abs(mean(leads)) > CLEAR * error
}
