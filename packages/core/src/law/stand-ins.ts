import { truncatedMoments } from '../num/truncated-normal.js'
import { type LinearFactor, type LinearKnowledge, posteriorMeans, type Regression } from './linear-law.js'

/** Rounds over intervals that know of each other. */
const ROUNDS = 4
/** Less precision than this says nothing. */
const LEAST_PRECISION = 1e-9

/**
 * Gaussian factors that stand for intervals of coordinates: on the linear law under all else that is known, each gives its
 * coordinate the mean and the variance of the truncated law. `known` is taken for its first row.
 * @source expectation propagation: Minka 2001. Cost of two `posteriorMeans` an interval, four times that where they are several.
 */
export function standInsOf(
  law: readonly Regression[],
  known: LinearKnowledge,
  intervals: ReadonlyMap<number, readonly [low: number, high: number]>
): LinearFactor[] {
  const sites = new Map<number, LinearFactor>()
  for (let round = 0; round < (intervals.size > 1 ? ROUNDS : 1); round++) {
    for (const [a, [low, high]] of intervals) {
      const others = [...sites].filter(([b]) => b !== a).map(([, site]) => site)
      const { mean, variance } = marginalOf(law, a, { ...known, factors: [...known.factors, ...(known.standIns ?? []), ...others] })
      sites.delete(a)
      const spread = Math.sqrt(variance)
      if (!(spread > 0)) continue
      const within = truncatedMoments((low - mean) / spread, (high - mean) / spread)
      const precision = (1 / within.variance - 1) / variance
      if (!(precision > LEAST_PRECISION)) continue
      const information = (mean + spread * within.mean) / (variance * within.variance) - mean / variance
      const values = new Float64Array(known.count).fill(information / precision)
      sites.set(a, { terms: [{ coordinate: a, factor: 1 }], precision, values })
    }
  }
  return [...sites.values()]
}

/**
 * Mean and variance of a coordinate in the first row, by how its mean follows an observation with unit noise of 0 and of 1:
 * m = (μ + s² y) / (1 + s²).
 */
function marginalOf(law: readonly Regression[], a: number, { given, factors }: LinearKnowledge): { mean: number; variance: number } {
  const twice = (values: Float64Array) => Float64Array.of(values[0]!, values[0]!)
  const probe = { terms: [{ coordinate: a, factor: 1 }], precision: 1, values: Float64Array.of(0, 1) }
  const means = posteriorMeans(law, {
    count: 2,
    given: new Map([...given].map(([b, values]) => [b, twice(values)])),
    factors: [...factors.map((factor) => ({ ...factor, values: twice(factor.values) })), probe]
  })[a]!
  const gain = means[1]! - means[0]!
  return { mean: means[0]! / (1 - gain), variance: Math.max(0, gain) / (1 - gain) }
}
