import { log } from './elementary.js'

/** Values that say how a column ends, at least, and the share of its rows that they are: farther in it says little of its end. */
const TAIL = { least: 24, share: 0.1 }

/**
 * Logarithm of how much likelier the largest values are to be evenly spread up to the last one than to taper off exponentially, both fitted
 * by likelihood: of a normal law it is negative. Of values in whole units the next one would be a unit further. −∞ of too few values. Cost O(1).
 */
export function endEvidence(ascending: Float64Array, unit = 0): number {
  const n = ascending.length
  const k = Math.max(TAIL.least, Math.ceil(TAIL.share * n))
  if (2 * k > n) return Number.NEGATIVE_INFINITY
  const from = ascending[n - k - 1]!
  let mean = 0
  for (let i = n - k; i < n; i++) mean += (ascending[i]! - from) / k
  // The last of k values that are evenly spread lies short of their end by one part in k + 1.
  const length = ((ascending[n - 1]! - from) * (k + 1)) / k + unit
  return mean > 0 ? k * (1 + log(mean / length)) : Number.NEGATIVE_INFINITY
}

/** How far apart the largest values are, on average, those next to the end: it may lie as far beyond the last one. */
export function endSpacing(ascending: Float64Array): number {
  const n = ascending.length
  return (ascending[n - 1]! - ascending[Math.max(0, n - TAIL.least - 1)]!) / TAIL.least
}
