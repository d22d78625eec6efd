import type { LinearInterval } from '../know/places.js'
import { log } from '../num/elementary.js'
import { logNormalMass } from '../num/truncated-normal.js'
import type { LinearFactor, LinearKnowledge, Regression } from './linear-law.js'
import type { LinearObservation } from './linear-observations.js'
import { marginalOf, standInsOf } from './stand-ins.js'

/** What is known of one row, as a linear law sees it. */
interface RowKnowledge {
  /** Coordinates known exactly, whose density counts. */
  readonly given: ReadonlyMap<number, number>
  /** Coordinates known exactly, whose likelihood has been told otherwise. */
  readonly settled: ReadonlyMap<number, number>
  readonly observations: readonly LinearObservation[]
  readonly intervals: readonly LinearInterval[]
}

/** log 2π. */
const LOG_2_PI = 1.8378770664093453
/** Variance of a coordinate that those before it determine, in its own: rounding leaves no less. */
const LEAST_VARIANCE = 1e-10

/**
 * log of how likely what is known is under a linear law: the density of what is given, times the mean of exp(−½ precision
 * (Σ factor·x − value)²) over each observation, times the mass of each interval, one after the other, each under the law that
 * knows those before. Exact but for several intervals, of which each is a Gaussian to the next.
 * Cost of two `posteriorMeans` for everything known.
 */
export function linearEvidence(law: readonly Regression[], { given, settled, observations, intervals }: RowKnowledge): number {
  const exact = new Map([...settled].map(([coordinate, value]) => [coordinate, Float64Array.of(value)]))
  const factors: LinearFactor[] = []
  const known: LinearKnowledge = { count: 1, given: exact, factors }
  let total = 0
  for (const [coordinate, value] of given) {
    const { mean, variance } = marginalOf(law, [{ coordinate, factor: 1 }], known)
    total += logNormal(value - mean, Math.max(variance, LEAST_VARIANCE)) - 0.5 * LOG_2_PI
    exact.set(coordinate, Float64Array.of(value))
  }
  for (const { terms, value, precision } of observations) {
    const { mean, variance } = marginalOf(law, terms, known)
    total += logNormal(value - mean, variance + 1 / precision) - 0.5 * log(precision)
    factors.push({ terms, precision, values: Float64Array.of(value) })
  }
  for (const interval of intervals) {
    const { terms, low, high, deviation } = interval
    const { mean, variance } = marginalOf(law, terms, known)
    const spread = Math.sqrt(Math.max(variance + deviation * deviation, LEAST_VARIANCE))
    total += logNormalMass((low - mean) / spread, (high - mean) / spread)
    const [site] = standInsOf(law, known, [interval])
    if (site) factors.push(site)
  }
  return total
}

const logNormal = (gap: number, variance: number): number => -0.5 * (log(variance) + (gap * gap) / variance)
