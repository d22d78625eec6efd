import { log } from '../../num/elementary.js'

/**
 * A rule is believed where obeying it by chance is less likely than this, over all candidates that were tried: one table in a
 * million would have an invented one.
 */
const MOST_CHANCE = log(1e-6)

/** Between columns that have nothing to do with each other a formula that rounds must fail at least as often as it holds. */
export const MOST_RATE = 0.5
/** Rows whose different combinations of values count as support. */
const MOST_DISTINCT = 5000

/** Rows in which a rule of the whole table should be found. */
export const ENOUGH_ROWS = 60

/** Pairs of rows that say how often a rule holds between columns that have nothing to do with each other. */
const PAIRS = 4096

/**
 * How often something holds for a row's inputs and another row's column: the rate under independence, never quite 0 or 1; of n rows
 * the n(n − 1) pairs tell no more than they are.
 */
export function rateByChance(rowCount: number, holds: (inputs: number, column: number) => boolean): number {
  let hits = 0
  let pairs = 0
  // A fixed walk through pairs of rows: no randomness is needed, only that the partner has nothing to do with the row.
  for (let k = 0; k < PAIRS; k++) {
    const i = (k * 7919 + 13) % rowCount
    const j = (i + 1 + ((k * 104_729 + 31) % Math.max(1, rowCount - 1))) % rowCount
    if (i === j) continue
    pairs++
    if (holds(i, j)) hits++
  }
  const told = Math.min(pairs, rowCount * (rowCount - 1))
  return (1 + (told * hits) / Math.max(1, pairs)) / (2 + told)
}

/** Whether `times` independent rows obeying at that rate is beyond chance, over all candidates (Bonferroni). */
export function isBeyondChance({ rate, times, candidates }: { rate: number; times: number; candidates: number }): boolean {
  return isBelievedAtLog(times * log(rate), candidates)
}

/** Whether what has this log-probability by chance is beyond it, over all candidates. */
export function isBelievedAtLog(logChance: number, candidates: number): boolean {
  return logChance + log(Math.max(1, candidates)) < MOST_CHANCE
}

/** Logarithm of how many ways there are to take m of n. */
export function logChoose(n: number, m: number): number {
  let sum = 0
  for (let k = 1; k <= m; k++) sum += log((n - m + k) / k)
  return sum
}

/** Logarithms of 0!, 1!, … n!. */
export function logFactorials(n: number): Float64Array {
  const sums = new Float64Array(n + 1)
  for (let k = 2; k <= n; k++) sums[k] = sums[k - 1]! + log(k)
  return sums
}

/** Rows without a gap in some columns, each of a combination of its own: rows that repeat the same few numbers show nothing new. */
export function differentRows(columns: readonly Float64Array[], rowCount: number): number[] {
  const seen = new Set<string>()
  const rows: number[] = []
  for (let i = 0; i < rowCount && rows.length < MOST_DISTINCT; i++) {
    const row = columns.map((one) => one[i]!)
    if (row.some(Number.isNaN)) continue
    const name = row.join()
    if (!seen.has(name)) rows.push(i)
    seen.add(name)
  }
  return rows
}
