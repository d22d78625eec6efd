import { InputError } from './errors.js'

/** Sorted copy, ascending. */
export function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort()
}

/** Quantile p in [0, 1] of an ascending array by linear interpolation between order statistics (type 7). */
export function quantileOfSorted(ascending: ArrayLike<number>, p: number): number {
  const n = ascending.length
  if (n === 0) throw new InputError({ code: 'empty', got: 'no values', expected: 'at least one', try: 'passing data' })
  const place = p * (n - 1)
  const low = Math.min(n - 1, Math.max(0, Math.floor(place)))
  const high = Math.min(n - 1, low + 1)
  const share = place - low
  return ascending[low]! + share * (ascending[high]! - ascending[low]!)
}

export function median(values: ArrayLike<number>): number {
  return quantileOfSorted(sorted(values), 0.5)
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** Variance with divisor n. */
export function variance(values: ArrayLike<number>): number {
  const m = mean(values)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i]! - m) ** 2
  return sum / values.length
}
