import type { Family } from './family.js'
import type { MarginalsModel, ParameterInterval } from './model.js'

/** Ends of an interval as far as the fit can vouch for them; null where there is none, and why. */
interface IntervalEnds {
  readonly lower: number | null
  readonly upper: number | null
  readonly why?: 'at its bound' | 'not told by these snapshots'
}

/**
 * Ends of 95 % intervals by name. An interval comes from how steeply the fit worsens beside the estimate: at a bound it does not, and
 * an end beyond what the fit may take is none. One of width 0 says that nothing moved the estimate.
 */
export function intervalEnds({
  family,
  theta,
  intervals
}: Pick<MarginalsModel, 'family' | 'theta' | 'intervals'>): ReadonlyMap<string, IntervalEnds> {
  const known = new Map(intervals.map((interval) => [interval.name, interval]))
  return new Map(
    family.parameters.flatMap((parameter, k) => {
      const interval = known.get(parameter.name)
      return interval ? [[parameter.name, endsOf(interval, parameter, theta[k]!)] as const] : []
    })
  )
}

function endsOf({ lower, upper }: ParameterInterval, bounds: Family['parameters'][number], value: number): IntervalEnds {
  if (atBound(value, bounds)) return { lower: null, upper: null, why: 'at its bound' }
  const ends = { lower: lower > bounds.lower ? lower : null, upper: upper < bounds.upper ? upper : null }
  if (!(upper > lower) || (ends.lower === null && ends.upper === null))
    return { lower: null, upper: null, why: 'not told by these snapshots' }
  return ends
}

/** Whether an estimate stands at what it may be at least or at most, but for rounding. */
export function atBound(value: number, { lower, upper }: Pick<Family['parameters'][number], 'lower' | 'upper'>): boolean {
  return value - lower <= 1e-9 * Math.abs(lower) || upper - value <= 1e-9 * Math.abs(upper)
}
