import { sorted } from '../num/statistics.js'
import { spikesOf } from './recurring.js'
import { fitScaler, type NumericScaler } from './scaling.js'

/** Values of a number that says what others may be, at most: a code, and no measurement. */
const MOST_LEVELS = 30

/** The values of a number that has few, as codes and ratings have; undefined of others. */
export function listedValues(scaler: NumericScaler): readonly number[] | undefined {
  if (scaler.method !== 'quantile' || !scaler.discrete) return undefined
  const values = new Set<number>()
  for (const value of scaler.knots) if (values.add(value).size > MOST_LEVELS) return undefined
  return [...values]
}

/** A scaler whose values of fewer rows than so many come no more often than fresh ones beside them; one of few values, which has no others, as it is. */
export const spreadingFew = (scaler: NumericScaler, few: number): NumericScaler =>
  scaler.method === 'quantile' && !listedValues(scaler) ? { ...scaler, few } : scaler

/**
 * Values that stand out in any of some columns of a number, as the zero of an amount, each once; all values of a number that has
 * few. Cost O(n log n).
 */
export function standingOut(columns: readonly Float64Array[]): readonly number[] {
  const all = Float64Array.from(columns.flatMap((values) => [...values]))
  return listedValues(fitScaler(all, 'quantile')) ?? [...new Set(columns.flatMap((values) => spikesOf(sorted(values))))]
}
