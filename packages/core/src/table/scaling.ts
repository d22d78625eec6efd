import { normalCdf, normalQuantile } from '../num/elementary.js'
import type { Key } from '../num/random.js'
import { uniforms } from '../num/random.js'
import { sorted } from '../num/statistics.js'
import { type Clock, clockedTimes, clockOf } from './clock.js'
import { decimalsOf } from './parse.js'
import { ATOM_SHARE, atomsOf, countsOf, placesAmong, recurringValues, spikesOf, startsOf } from './recurring.js'

export type ScalingMethod = 'standard' | 'quantile'

/**
 * How one numeric column becomes a coordinate and comes back.
 *
 * `standard`: (x − centre) / scale. A column without negative values keeps them out: what would fall below zero is
 * reflected. `quantile`: normal scores of the empirical distribution, decoded by the empirical quantile function.
 */
export type NumericScaler =
  | {
      readonly method: 'standard'
      readonly centre: number
      readonly scale: number
      readonly nonNegative: boolean
      /** Smallest and largest value that is written: what would fall beyond is set to it. */
      readonly range?: readonly [low: number, high: number]
    }
  | {
      readonly method: 'quantile'
      readonly knots: Float64Array
      readonly discrete: boolean
      /** Moments that are scaled by their time on the clock of them all: others keep to their hours and weekdays. */
      readonly clock?: boolean
      /** Values that fewer rows have than so many come no more often than fresh ones around them. */
      readonly few?: number
    }

/** Share of a column's present cells whose value occurs more than once. Cost O(n log n). */
function tiedShare(ascending: Float64Array): number {
  let tied = 0
  for (let i = 0; i < ascending.length; i++) {
    if ((i > 0 && ascending[i] === ascending[i - 1]) || (i + 1 < ascending.length && ascending[i] === ascending[i + 1])) tied++
  }
  return ascending.length === 0 ? 0 : tied / ascending.length
}

/**
 * Whether a column takes values from a list, to which drawn values must belong: most cells outside its atoms are tied. An
 * amount that is often zero and otherwise differs from row to row is not: its amounts would be taken from real rows.
 */
function isDiscrete(ascending: Float64Array): boolean {
  let outside = 0
  let tied = 0
  for (const count of countsOf(ascending)) {
    if (count > 1 && count >= ATOM_SHARE * ascending.length) continue
    outside += count
    if (count > 1) tied += count
  }
  return outside === 0 || tied > 0.5 * outside
}

/** Fits the scaler of one column to its present values (at least one), or moments. A constant column gets scale 1. */
export function fitScaler(present: Float64Array, method: ScalingMethod, areMoments = false): NumericScaler {
  if (method === 'quantile') {
    const knots = sorted(present)
    return { method, knots, discrete: isDiscrete(knots), ...(areMoments && clockOf(knots) ? { clock: true } : {}) }
  }
  const n = present.length
  let centre = 0
  for (let i = 0; i < n; i++) centre += present[i]! / n
  let squares = 0
  for (let i = 0; i < n; i++) squares += (present[i]! - centre) * (present[i]! - centre)
  const scale = Math.sqrt(squares / n)
  return { method, centre, scale: scale > 0 ? scale : 1, nonNegative: present.every((x) => x >= 0) }
}

type Quantile = Extract<NumericScaler, { method: 'quantile' }>

/** The scaler of times on the clock of moments, and the way there and back; undefined of what has no clock. */
export function onClock(scaler: NumericScaler): (Clock & { readonly scaler: Quantile }) | undefined {
  const clock = scaler.method === 'quantile' && scaler.clock ? clockOf(scaler.knots, scaler.few) : undefined
  if (!clock) return undefined
  const { knots, ...own } = scaler as Quantile
  return {
    at: (moment) => clock.at(moment),
    momentOf: (time) => clock.momentOf(time),
    scaler: { ...own, knots: clockedTimes(knots, clock), clock: false }
  }
}

/**
 * Values → coordinates. With `quantile`, equal values are spread at random inside their rank interval (by `key`, one
 * number a row), so that a discrete column becomes continuous; without a key they take its middle. Values between
 * training values are interpolated, values outside take the end ranks.
 */
export function scaleValues(scaler: NumericScaler, values: Float64Array, key?: Key): Float64Array {
  if (scaler.method === 'standard') return values.map((x) => (x - scaler.centre) / scaler.scale)
  const clocked = onClock(scaler)
  if (clocked) return scaleValues(clocked.scaler, values.map(clocked.at), key)
  const { knots } = scaler
  const n = knots.length
  const spread = key ? uniforms(key, values.length) : undefined
  const law = recurringValues(knots, scaler.few)
  const places = law ? undefined : placesAmong(knots)
  const [first, last] = [knots[0]!, knots[n - 1]!]
  const out = new Float64Array(values.length)
  for (let i = 0; i < out.length; i++) {
    const x = values[i]!
    let rank = x > last ? n - 0.5 : 0.5
    if (x >= first && x <= last) {
      const { from, to, cells } = places ? places.runOf(x) : law!.ranksOf(x)
      if (cells > 0 || law) rank = from + (spread && cells > 1 ? spread[i]! : 0.5) * (to - from)
      else rank = from - 0.5 + (x - knots[from - 1]!) / (knots[from]! - knots[from - 1]!)
    }
    out[i] = normalQuantile(Math.min(n - 0.25, Math.max(0.25, rank)) / n)
  }
  return out
}

/** Coordinates → values, the inverse of `scaleValues`. Where values recur, fresh ones come as often as they would in another sample. */
export function unscaleValues(scaler: NumericScaler, coordinates: Float64Array): Float64Array {
  return coordinates.map(decoderOf(scaler))
}

/** The same of one coordinate at a time. */
export function decoderOf(scaler: NumericScaler): (z: number) => number {
  if (scaler.method === 'standard')
    return (z) => {
      const x = scaler.centre + scaler.scale * z
      if (scaler.range) return Math.min(scaler.range[1], Math.max(scaler.range[0], x))
      return scaler.nonNegative && x < 0 ? -x : x
    }
  const clocked = onClock(scaler)
  if (clocked) {
    const timeAt = decoderOf(clocked.scaler)
    return (z) => clocked.momentOf(timeAt(z))
  }
  const { knots, discrete } = scaler
  const n = knots.length
  const law = recurringValues(knots, scaler.few)
  return (z) => {
    const rank = normalCdf(z) * n
    if (law) return law.valueAt(rank)
    if (discrete) return knots[Math.floor(Math.min(n - 1e-9, Math.max(0, rank)))]!
    const position = Math.min(n - 1, Math.max(0, rank - 0.5))
    const low = Math.min(n - 1, Math.floor(position))
    const high = Math.min(n - 1, low + 1)
    return between(knots, low, high, position - low)
  }
}

/** Interpolates between two order statistics, but not into the gap beside an atom: there the nearer one is taken. */
function between(knots: Float64Array, low: number, high: number, share: number): number {
  const a = knots[low]!
  const b = knots[high]!
  if (a === b) return a
  const atom = (low > 0 && knots[low - 1] === a) || (high + 1 < knots.length && knots[high + 1] === b)
  return atom ? (share < 0.5 ? a : b) : a + share * (b - a)
}

/** Fewer rows than this show only by a design that a column takes its values from a list. */
const LEAST_ROWS = 20
/** Cells that each value of a design has at least: a pair may be a tie of measurements. */
const REPLICATES = 3

/**
 * Whether a column of these ascending values takes them from a short list (ratings, codes, numbers of cylinders): at least 90 % of the cells
 * are atoms, or, of few rows, all values are replicated as doses of an experiment are. Values between them would be impossible,
 * so that it is scaled by `quantile`, which returns listed values only.
 */
export function isListed(ascending: Float64Array): boolean {
  if (ascending.length < LEAST_ROWS) {
    const counts = countsOf(ascending)
    return counts.length > 1 && counts.every((count) => count >= REPLICATES)
  }
  return atomsOf(ascending).reduce((cells, { start, end }) => cells + end - start, 0) >= 0.9 * ascending.length
}

/**
 * Whether a column has values of its own that no smooth law has: from a list, lumpy, or one that stands out among others, as the zero of
 * an amount that is often nothing. Ranks keep them, `standard` smears them. Cost O(n log n).
 */
export const keepsValues = (ascending: Float64Array): boolean => isListed(ascending) || isLumpy(ascending) || spikesOf(ascending).length > 0

/** Whether ascending moments keep to hours or leave out days of the week, which ranks alone preserve. Cost O(n log n). */
export const keepsHours = (ascending: Float64Array): boolean => clockOf(ascending) !== undefined

/** Whether a value of a column is an atom that is more than a pair of ties. Cost O(n). */
export const hasAtoms = (ascending: Float64Array): boolean =>
  countsOf(ascending).some((count) => count >= Math.max(REPLICATES, ATOM_SHARE * ascending.length))

/** In a lumpy column two rows agree at least this many times as often as they differ by so much, one to three last decimals up or down. */
export const LUMPY_RATIO = 2
export const NEAR_MISSES = 3

/**
 * Whether a column of these ascending values is lumpy, as masses read to 25 g, engines built in a few sizes, or consumption that is mostly given in
 * whole numbers and now and then to a decimal: over half of its cells are tied, and two rows agree far more often than they
 * just miss each other. It is scaled by `quantile` as one from a list is. Measurements that are only rounded are not lumpy:
 * their rows agree as often as they just miss. Cost O(n).
 */
export function isLumpy(ascending: Float64Array): boolean {
  if (ascending.length < LEAST_ROWS || tiedShare(ascending) <= 0.5) return false
  const decimals = decimalsOf(ascending, undefined)
  if (decimals === undefined) return false
  const starts = startsOf(ascending)
  const countOf = (k: number): number => starts[k + 1]! - starts[k]!
  const unit = 10 ** decimals
  let [equal, near] = [0, 0]
  for (let k = 0; k + 1 < starts.length; k++) {
    equal += (countOf(k) * (countOf(k) - 1)) / 2
    for (let other = k + 1; other + 1 < starts.length; other++) {
      if (Math.round((ascending[starts[other]!]! - ascending[starts[k]!]!) * unit) > NEAR_MISSES) break
      // Of pairs that agree each is counted once; those that miss lie on either side.
      near += (countOf(k) * countOf(other)) / (2 * NEAR_MISSES)
    }
  }
  return equal > LUMPY_RATIO * near
}

/** Fourth moments of a normal sample are further below 3 than this many of their errors for 1 in 40. */
const LIGHT_TAILS = 2

/** Whether a column ends sooner than a normal one would, as evenly spread ones do. Cost O(n). */
export function hasLightTails(present: Float64Array): boolean {
  const z = scaleValues(fitScaler(present, 'standard'), present)
  const fourth = z.reduce((sum, x) => sum + x ** 4, 0) / z.length
  return areLightTails(fourth, z.length)
}

/** Whether a fourth moment of n standardised values is below that of normal ones beyond chance. */
export const areLightTails = (fourth: number, n: number): boolean => 3 - fourth > LIGHT_TAILS * Math.sqrt(24 / n)

/** n times the squared error of the fourth moment of n even values, m₈ − 4 m₄ m₆ + 4 m₄³ − m₄² of moments 9/5, 27/7 and 9. */
const EVEN_ERROR = 1.317

/**
 * Whether a column has peaks apart: its bimodality coefficient (γ² + 1) / κ is above that of evenly spread values, 5/9, beyond chance.
 * Cost O(n).
 * @source SAS/STAT User's Guide, the CLUSTER procedure.
 */
export function hasPeaks(present: Float64Array): boolean {
  const z = scaleValues(fitScaler(present, 'standard'), present)
  let [third, fourth] = [0, 0]
  for (const x of z) {
    third += x ** 3 / z.length
    fourth += x ** 4 / z.length
  }
  return (9 / 5) * (third ** 2 + 1) - fourth > LIGHT_TAILS * Math.sqrt(EVEN_ERROR / z.length)
}

/** Whether over a tenth of a column's cells are tied. Cost O(n). */
export const hasTies = (ascending: Float64Array): boolean => tiedShare(ascending) > 0.1

/**
 * Whether `quantile` could suit a column of these ascending values better than `standard`: atoms (over a tenth of the cells tied) or tails
 * heavier than five standard deviations or skewness beyond 1.
 */
export function suggestsQuantile(ascending: Float64Array): boolean {
  return hasTies(ascending) || hasLongTails(ascending)
}

/** Standard deviations from the mean beyond which no normal value is expected. */
export const FAR = 5

/** Whether a column of these ascending values has values farther out than five standard deviations, or skewness beyond 1. Cost O(n). */
export function hasLongTails(ascending: Float64Array): boolean {
  const z = scaleValues(fitScaler(ascending, 'standard'), ascending)
  let cubes = 0
  for (const value of z) cubes += (value * value * value) / z.length
  return Math.max(-z[0]!, z[z.length - 1]!) > FAR || Math.abs(cubes) > 1
}
