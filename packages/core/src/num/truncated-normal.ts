import { exp, log, normalCdf, normalQuantile } from './elementary.js'

/** log √2π. */
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

/** Ends farther out than this: the density falls so fast that an exponential is the normal to three digits. */
const TAIL = 12

/** Mean and variance of a standard normal restricted to [low, high]. */
export function truncatedMoments(low: number, high: number): { mean: number; variance: number } {
  if (low > 0 || (high > 0 && -low < -high)) {
    const { mean, variance } = truncatedMoments(-high, -low)
    return { mean: -mean, variance }
  }
  const width = high - low
  if (high < -TAIL || width < 1e-3) return exponentialMoments(high, width)
  const logMass = logNormalMass(low, high)
  const density = (at: number) => (Number.isFinite(at) ? exp(-0.5 * at * at - LOG_ROOT_2_PI - logMass) : 0)
  const [left, right] = [density(low), density(high)]
  const mean = left - right
  const variance = 1 + (Number.isFinite(low) ? low * left : 0) - (Number.isFinite(high) ? high * right : 0) - mean * mean
  return { mean, variance: Math.max(variance, 1e-9) }
}

/** As if the density were exp(−high · x) between the ends: mean high − 1/r + w/(e^{rw} − 1), r = −high. */
function exponentialMoments(high: number, width: number): { mean: number; variance: number } {
  const rate = Math.abs(high)
  const grown = rate * width
  if (!(grown > 1e-2)) return { mean: high - width / 2, variance: (width * width) / 12 }
  const share = grown > 500 ? 0 : 1 / (exp(grown) - 1)
  const mean = high - 1 / rate + (share > 0 ? width * share : 0)
  return { mean, variance: 1 / (rate * rate) - (share > 0 ? width * width * share * (1 + share) : 0) }
}
