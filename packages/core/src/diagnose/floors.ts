import type { Measure } from './evaluation.js'

/** A measure with the floor that half splits gave. `centred`: the measure is unbiased, so its typical size is the mean of |x|. */
export function measure(value: number | null, halves: readonly (number | null)[], scatter: 'positive' | 'centred' = 'positive'): Measure {
  const found = halves.filter((half) => half !== null)
  if (found.length === 0) return { value, floor: null }
  const sizes = scatter === 'centred' ? found.map(Math.abs) : found
  return { value, floor: average(sizes), floorRange: [Math.min(...found), Math.max(...found)] }
}

/** The measure with its floor's range made to hold another range. Without a floor there is nothing to widen. */
export function widen(found: Measure, [low, high]: readonly [number, number]): Measure {
  if (!found.floorRange) return found
  return { ...found, floorRange: [Math.min(found.floorRange[0], low), Math.max(found.floorRange[1], high)] }
}

/** So far from a coin toss on either side, as far as probabilities go. */
export const aroundHalf = (reach: number): readonly [number, number] => [Math.max(0, 0.5 - reach), Math.min(1, 0.5 + reach)]

/** Mean of the numbers; null where there is none. */
export function average(values: readonly number[]): number
export function average(values: readonly (number | null)[]): number | null
export function average(values: readonly (number | null)[]): number | null {
  const found = values.filter((value) => value !== null)
  return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length
}
