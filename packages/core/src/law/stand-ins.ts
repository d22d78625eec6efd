import type { LinearInterval } from '../know/places.js'
import { truncatedMoments } from '../num/truncated-normal.js'
import { type LinearFactor, type LinearKnowledge, posteriorMeans, type Regression } from './linear-law.js'

/** Rounds over intervals that know of each other. */
const ROUNDS = 4
/** Less precision than this says nothing. */
const LEAST_PRECISION = 1e-9

/**
 * Gaussian factors that stand for intervals, in their order: on the linear law under all else that is known, each gives its
 * combination of coordinates the mean and the variance of the truncated law. Undefined for one that says nothing. `known` is taken
 * for its first row.
 * @source expectation propagation: Minka 2001. Cost of two `posteriorMeans` an interval, four times that where they are several.
 */
export function standInsOf(
  law: readonly Regression[],
  known: LinearKnowledge,
  intervals: readonly LinearInterval[]
): (LinearFactor | undefined)[] {
  const sites = intervals.map((): LinearFactor | undefined => undefined)
  for (let round = 0; round < (intervals.length > 1 ? ROUNDS : 1); round++) {
    for (const [k, { terms, low, high, deviation }] of intervals.entries()) {
      const others = sites.filter((site, at) => site && at !== k) as LinearFactor[]
      const { mean, variance } = marginalOf(law, terms, { ...known, factors: [...known.factors, ...(known.standIns ?? []), ...others] })
      sites[k] = undefined
      if (!(variance > 0)) continue
      const total = variance + deviation * deviation
      const spread = Math.sqrt(total)
      const within = truncatedMoments((low - mean) / spread, (high - mean) / spread)
      // The combination given itself with noise is a regression on it, of this share.
      const share = variance / total
      const left = within.variance + (1 - share) * (1 - within.variance)
      const precision = (1 / left - 1) / variance
      if (!(precision > LEAST_PRECISION)) continue
      const information = (mean + share * spread * within.mean) / (variance * left) - mean / variance
      sites[k] = { terms, precision, values: new Float64Array(known.count).fill(information / precision) }
    }
  }
  return sites
}

/**
 * Mean and variance of a combination of coordinates in the first row, by how its mean follows an observation with unit noise of 0
 * and of 1: m = (μ + s² y) / (1 + s²).
 */
export function marginalOf(
  law: readonly Regression[],
  terms: LinearInterval['terms'],
  { given, factors }: LinearKnowledge
): { mean: number; variance: number } {
  const twice = (values: Float64Array) => Float64Array.of(values[0]!, values[0]!)
  const probe = { terms, precision: 1, values: Float64Array.of(0, 1) }
  const means = posteriorMeans(law, {
    count: 2,
    given: new Map([...given].map(([b, values]) => [b, twice(values)])),
    factors: [...factors.map((factor) => ({ ...factor, values: twice(factor.values) })), probe]
  })
  const meanOf = (i: number) => terms.reduce((sum, { coordinate, factor }) => sum + factor * means[coordinate]![i]!, 0)
  const gain = meanOf(1) - meanOf(0)
  return { mean: meanOf(0) / (1 - gain), variance: Math.max(0, gain) / (1 - gain) }
}
