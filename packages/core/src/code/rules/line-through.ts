import { type Quantity, tolerance } from './quantity.js'
import { simplestIn } from './shapes.js'

/** The line through the ends of a column that all rows lie on, or undefined. */
export function lineThrough(
  values: Float64Array,
  { values: wanted, unit }: Pick<Quantity, 'values' | 'unit'>
): { slope: number; intercept: number } | undefined {
  let [first, last] = [-1, -1]
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!) !== Number.isNaN(wanted[i]!)) return undefined
    if (Number.isNaN(values[i]!)) continue
    if (first < 0 || values[i]! < values[first]!) first = i
    if (last < 0 || values[i]! > values[last]!) last = i
  }
  const across = first < 0 ? 0 : values[last]! - values[first]!
  if (!(across > 0)) return undefined
  const rise = wanted[last]! - wanted[first]!
  const half = tolerance(unit, wanted[last]!) + tolerance(unit, wanted[first]!)
  for (const slope of [simplestIn((rise - half) / across, (rise + half) / across), rise / across]) {
    let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let i = 0; i < values.length && low <= high; i++) {
      if (Number.isNaN(values[i]!)) continue
      const left = wanted[i]! - slope * values[i]!
      low = Math.max(low, left - tolerance(unit, wanted[i]!))
      high = Math.min(high, left + tolerance(unit, wanted[i]!))
    }
    if (low <= high && slope !== 0) return { slope, intercept: low <= 0 && high >= 0 ? 0 : simplestIn(low, high) }
  }
  return undefined
}
