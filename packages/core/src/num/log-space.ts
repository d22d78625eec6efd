import { exp, log } from './elementary.js'

/** A function of one number that gives its last value again where it is asked the same: log-weights are mostly all equal. */
export function remembered(of: (x: number) => number): (x: number) => number {
  let last = Number.NaN
  let value = Number.NaN
  return (x) => {
    if (x !== last) {
      last = x
      value = of(x)
    }
    return value
  }
}

/** log Σ_i exp(values_i), −∞ for an empty sum; exact shift by the largest term. Cost O(n). */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) if (values[i]! > largest) largest = values[i]!
  if (largest === Number.NEGATIVE_INFINITY) return largest
  const termOf = remembered(exp)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += termOf(values[i]! - largest)
  return largest + log(sum)
}

/** Uniform log-weights −log n [n]. */
export function uniformLogWeights(n: number): Float64Array {
  return new Float64Array(n).fill(-log(n))
}

/** Weights of sum 1, over their own total: log-weights of sum 1 leave a rounding of it [n]. */
export function normalisedWeights(logWeights: Float64Array): Float64Array {
  const weights = new Float64Array(logWeights.length)
  const weightOf = remembered(exp)
  let total = 0
  for (let i = 0; i < weights.length; i++) {
    weights[i] = weightOf(logWeights[i]!)
    total += weights[i]!
  }
  for (let i = 0; i < weights.length; i++) weights[i] = weights[i]! / total
  return weights
}

/** Log-weights shifted so that the weights sum to one. */
export function normaliseLogWeights(logWeights: ArrayLike<number>): Float64Array {
  const total = logSumExp(logWeights)
  return Float64Array.from(logWeights, (a) => a - total)
}
