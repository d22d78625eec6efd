import { expect, test } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { evenPlaces } from './clock.js'
import { scaleOfSeries } from './series-scale.js'

const N = 300

/** x = slope · x before + noise. */
function autoregressive(slope: number, seed: number): Float64Array {
  const z = normals(keyFor(keyFromSeed(seed), 'scale'), N)
  let last = 0
  return z.map((e) => {
    last = slope * last + e
    return last
  })
}

const share = (of: (x: Float64Array) => Float64Array, slope: number): number =>
  Array.from({ length: 20 }, (_, seed) => scaleOfSeries(of(autoregressive(slope, seed)), evenPlaces(N))).filter((own) => own === 'quantile')
    .length / 20

// Each share is of twenty series: what holds in nine of ten is seen in fewer than twelve of them once in 10,000.
test('what is skewed is scaled by its normal scores, and what comes back slowly in steps of one size is not', () => {
  expect(share((x) => x.map((value) => Math.exp(value)), 0.6)).toBeGreaterThan(0.6)
  expect(share((x) => x.map((value) => value ** 4), 0.3)).toBeGreaterThan(0.6)
  expect(share((x) => x, 0.995)).toBeLessThan(0.6)
})

test('a series that is too short to tell keeps to its range', () => {
  expect(
    scaleOfSeries(
      Float64Array.from({ length: 15 }, (_, i) => i % 4),
      evenPlaces(15)
    )
  ).toBe('quantile')
})
