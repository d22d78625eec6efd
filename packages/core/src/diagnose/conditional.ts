import { InputError } from '../num/errors.js'
import type { Matrix } from '../num/matrix.js'
import { sorted } from '../num/statistics.js'

/** Draws against what was observed: row i of `draws` [n, m] are draws of the law that observed[i] came from. */
export interface DrawnAndObserved {
  readonly draws: Matrix
  readonly observed: Float64Array
}

/** Levels whose central intervals are checked. */
export const INTERVALS = [0.5, 0.8, 0.95] as const
/** Quantiles whose pinball loss is taken. */
export const PINBALL_QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const

export interface ConditionalScores {
  /** Mean continuous ranked probability score, in the units of the observations. */
  readonly crps: number
  /** Share of observations inside the central interval of each level, by per cent. */
  readonly coverage: Readonly<Record<'50' | '80' | '95', number>>
  /** Mean pinball loss of each quantile, by quantile. */
  readonly pinball: Readonly<Record<string, number>>
}

/**
 * CRPS of draws [m, ascending] for one observation: E|X − y| − ½ E|X − X'|. `ensemble` takes all pairs of draws and
 * punishes few draws; `fair` leaves the m equal pairs out and is unbiased for the law they come from.
 * @source Gneiting, Raftery, JASA 2007; Ferro, QJRMS 2014. Cost O(m).
 */
export function crps(ascending: ArrayLike<number>, observed: number, estimator: 'ensemble' | 'fair' = 'ensemble'): number {
  const m = ascending.length
  let error = 0
  let spread = 0
  for (let i = 0; i < m; i++) {
    error += Math.abs(ascending[i]! - observed) / m
    spread += (2 * i + 1 - m) * ascending[i]!
  }
  if (estimator === 'ensemble') return error - spread / (m * m)
  return m > 1 ? error - spread / (m * (m - 1)) : error
}

/** Quantile p of ascending draws that a further draw falls below with probability p: place p·(m + 1). */
export function drawQuantile(ascending: ArrayLike<number>, p: number): number {
  const m = ascending.length
  const place = Math.min(m, Math.max(1, p * (m + 1))) - 1
  const low = Math.floor(place)
  const high = Math.min(m - 1, low + 1)
  return ascending[low]! + (place - low) * (ascending[high]! - ascending[low]!)
}

/** Loss of calling `quantile` the p-quantile when `observed` comes. */
export function pinballLoss(quantile: number, observed: number, p: number): number {
  return observed >= quantile ? p * (observed - quantile) : (1 - p) * (quantile - observed)
}

/** Mean CRPS, interval coverage and pinball losses. Cost O(n·m log m). Throws `InputError` on no draws or shapes that differ. */
export function scoreDraws({ draws, observed }: DrawnAndObserved, estimator: 'ensemble' | 'fair' = 'ensemble'): ConditionalScores {
  const n = observed.length
  if (draws.rows !== n || n === 0 || draws.cols === 0) {
    throw new InputError({
      code: 'draws-shape',
      got: `${draws.rows} × ${draws.cols} draws for ${n} observations`,
      expected: 'one row of draws an observation, and at least one of each',
      try: 'drawing as many rows for every condition'
    })
  }
  let total = 0
  const inside = INTERVALS.map(() => 0)
  const losses = PINBALL_QUANTILES.map(() => 0)
  for (let i = 0; i < n; i++) {
    const ascending = sorted(draws.data.subarray(i * draws.cols, (i + 1) * draws.cols))
    const y = observed[i]!
    total += crps(ascending, y, estimator)
    INTERVALS.forEach((level, k) => {
      if (y >= drawQuantile(ascending, (1 - level) / 2) && y <= drawQuantile(ascending, (1 + level) / 2)) inside[k]!++
    })
    PINBALL_QUANTILES.forEach((p, k) => {
      losses[k]! += pinballLoss(drawQuantile(ascending, p), y, p)
    })
  }
  return {
    crps: total / n,
    coverage: { 50: inside[0]! / n, 80: inside[1]! / n, 95: inside[2]! / n },
    pinball: Object.fromEntries(PINBALL_QUANTILES.map((p, k) => [String(p), losses[k]! / n]))
  }
}
