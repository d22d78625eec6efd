import { describe, expect, it } from 'vitest'
import { truncatedMoments } from './truncated-normal.js'

/** Mean and variance by Simpson's rule, the density relative to its largest. */
function quadrature(low: number, high: number): { mean: number; variance: number } {
  const top = Math.max(low, Math.min(high, 0))
  const from = Math.max(low, top - 12)
  const to = Math.min(high, top + 12)
  const steps = 20_000
  let [mass, first, second] = [0, 0, 0]
  for (let k = 0; k <= steps; k++) {
    const x = from + ((to - from) * k) / steps
    const weight = (k === 0 || k === steps ? 1 : k % 2 ? 4 : 2) * Math.exp(0.5 * (top * top - x * x))
    mass += weight
    first += weight * (x - top)
    second += weight * (x - top) ** 2
  }
  return { mean: top + first / mass, variance: second / mass - (first / mass) ** 2 }
}

const INFINITE = Number.POSITIVE_INFINITY

describe('a truncated normal', () => {
  it.each([
    [-INFINITE, INFINITE],
    [0, INFINITE],
    [1, INFINITE],
    [-INFINITE, -3],
    [-0.5, 2],
    [-2, 0.5],
    [1, 1.001],
    [5, INFINITE],
    [6, 6.4],
    [-7.5, -7],
    [20, INFINITE],
    [-40, -39.99],
    [100, 101]
  ])('has the mean and the variance of quadrature in [%f, %f]', (low, high) => {
    const found = truncatedMoments(low, high)
    const truth = quadrature(low, high)
    // In the tails normal masses are good to a few per cent, and an exponential stands for the density.
    const tail = Math.min(Math.abs(low), Math.abs(high)) > 4 && low * high > 0
    expect(Math.abs(found.mean - truth.mean)).toBeLessThan((tail ? 0.1 : 1e-3) * Math.sqrt(truth.variance))
    expect(Math.abs(found.variance / truth.variance - 1)).toBeLessThan(tail ? 0.1 : 1e-4)
    expect(found.mean).toBeGreaterThanOrEqual(low)
    expect(found.mean).toBeLessThanOrEqual(high)
  })
})
