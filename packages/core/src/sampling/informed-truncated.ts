import { exp, log, normalCdf, normalQuantile } from '../num/elementary.js'

const LOG_ROOT_2_PI = 0.9189385332046727

/** log P(low ≤ Z ≤ high) of a standard normal, also far in the tails. */
export function logNormalMass(low: number, high: number): number {
  if (low > high) return Number.NEGATIVE_INFINITY
  if (low > 0) return logNormalMass(-high, -low)
  const mass = normalCdf(high) - normalCdf(low)
  if (high > -8 && mass > 1e-14) return log(mass)
  // Mills' ratio at the end nearer to the centre; good to a few per cent, which Metropolis sees on both sides alike.
  const end = Math.abs(Math.min(0, high))
  const width = high - low
  const share = end * width > 30 ? 1 : end * width > 1e-6 ? 1 - exp(-end * width) : 0
  const logShare = share > 0 ? log(share / end) : log(Math.max(width, 1e-300))
  return -0.5 * end * end - LOG_ROOT_2_PI + logShare
}

/** A standard normal restricted to [low, high], from one uniform. */
export function truncatedNormal(low: number, high: number, uniform: number): number {
  if (low > 0) return -truncatedNormal(-high, -low, uniform)
  const bottom = normalCdf(low)
  const mass = normalCdf(high) - bottom
  if (high > -8 && mass > 1e-14) return Math.min(high, Math.max(low, normalQuantile(bottom + uniform * mass)))
  const end = Math.abs(Math.min(0, high))
  const share = 1 - exp(-Math.min(700, end * (high - low)))
  const depth = end > 0 && share > 1e-12 ? -log(1 - uniform * share) / end : uniform * (high - low)
  return Math.min(high, Math.max(low, high - depth))
}
