import { log } from '../../num/elementary.js'

/**
 * A rule is believed where obeying it by chance is less likely than this, over all candidates that were tried: one table in a
 * million would have an invented one.
 */
const MOST_CHANCE = log(1e-6)

/** Pairs of rows that say how often a rule holds between columns that have nothing to do with each other. */
const PAIRS = 4096

/** How often something holds for a row's inputs and another row's column: the rate under independence, never quite 0 or 1. */
export function rateByChance(rowCount: number, holds: (inputs: number, column: number) => boolean): number {
  let hits = 1
  let pairs = 2
  // A fixed walk through pairs of rows: no randomness is needed, only that the partner has nothing to do with the row.
  for (let k = 0; k < PAIRS; k++) {
    const i = (k * 7919 + 13) % rowCount
    const j = (i + 1 + ((k * 104_729 + 31) % Math.max(1, rowCount - 1))) % rowCount
    if (i === j) continue
    pairs++
    if (holds(i, j)) hits++
  }
  return hits / pairs
}

/** Whether `times` independent rows obeying at that rate is beyond chance, over all candidates (Bonferroni). */
export function isBeyondChance({ rate, times, candidates }: { rate: number; times: number; candidates: number }): boolean {
  return times * log(rate) + log(Math.max(1, candidates)) < MOST_CHANCE
}
