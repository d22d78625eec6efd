import { log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import type { Matrix } from '../num/matrix.js'
import { sorted } from '../num/statistics.js'

/** Draws against what was observed: row i of `draws` [n, m] are draws of the law that observed[i] came from. */
interface DrawnAndObserved {
  readonly draws: Matrix
  readonly observed: Float64Array
}

/** Levels whose central intervals are checked. */
const INTERVALS = [0.5, 0.8, 0.95] as const
/** Quantiles whose pinball loss is taken. */
const PINBALL_QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const

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
function pinballLoss(quantile: number, observed: number, p: number): number {
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

/** Coverage is told for intervals of 10, 20, … 90 %: enough to see a shape, with some 30 held-out rows each at 300. */
const TENTHS = 10

/**
 * Shares of the observations whose rank among their draws lies in each tenth: flat where the draws are calibrated, hollow
 * where they are too wide, heaped at the ends where they are too narrow. An observation that ties with draws, or whose rank
 * covers several tenths, counts in each in proportion. Cost O(n·m).
 */
export function rankShares({ draws, observed }: DrawnAndObserved): number[] {
  const shares = new Array<number>(TENTHS).fill(0)
  for (let i = 0; i < observed.length; i++) {
    let below = 0
    let equal = 0
    for (let k = 0; k < draws.cols; k++) {
      const x = draws.data[i * draws.cols + k]!
      if (x < observed[i]!) below++
      else if (x === observed[i]!) equal++
    }
    // With `equal` ties the rank is anything from below to below + equal: an interval of the unit line.
    const from = below / (draws.cols + 1)
    const to = (below + equal + 1) / (draws.cols + 1)
    for (let t = 0; t < TENTHS; t++) {
      const overlap = Math.min(to, (t + 1) / TENTHS) - Math.max(from, t / TENTHS)
      if (overlap > 0) shares[t] = shares[t]! + overlap / (to - from) / observed.length
    }
  }
  return shares
}

export interface CategoricalScores {
  /** Mean −log of the share that the observed level has among its draws, half a draw added to every level. */
  readonly logScore: number
  /** Mean squared distance between the shares of the draws and the observed level, 0 to 2. */
  readonly brier: number
  /** Share of rows whose commonest draw is the observed level. */
  readonly accuracy: number
}

/**
 * Logarithmic score, Brier score and accuracy of drawn levels: row i of `counts` [n, levels] says how often each level was
 * drawn for observation i.
 * @source Gneiting, Raftery, JASA 2007. Cost O(n·levels). Throws `InputError` on no observation or shapes that differ.
 */
export function scoreLevels({ counts, observed }: { readonly counts: Matrix; readonly observed: Int32Array }): CategoricalScores {
  const { rows: n, cols: levels, data } = counts
  if (n !== observed.length || n === 0) {
    throw new InputError({
      code: 'draws-shape',
      got: `counts of ${n} rows for ${observed.length} observations`,
      expected: 'one row of counts an observation, and at least one',
      try: 'drawing as many rows for every condition'
    })
  }
  let logScore = 0
  let brier = 0
  let right = 0
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * levels, (i + 1) * levels)
    const total = row.reduce((sum, count) => sum + count, 0)
    const truth = observed[i]!
    logScore -= log((row[truth]! + 0.5) / (total + 0.5 * levels)) / n
    for (let k = 0; k < levels; k++) {
      const gap = (total > 0 ? row[k]! / total : 0) - (k === truth ? 1 : 0)
      brier += (gap * gap) / n
    }
    if (row.indexOf(Math.max(...row)) === truth) right++
  }
  return { logScore, brier, accuracy: right / n }
}
