import { expect, test } from 'vitest'
import { type StandIn, standInValue } from '../know/evidence.js'
import { LocalGaussian } from '../law/local-gaussian.js'
import { exp, log } from '../num/elementary.js'
import { matrix } from '../num/matrix.js'
import { foldsOf, reflectedBeyond } from './reflected.js'

const split = { given: [], ranged: [], free: [0, 1] }
const nothing = { low: new Float64Array(0), high: new Float64Array(0) }
/** C = [[2, 0.6], [0.6, 1]], packed. */
const covariance = Float64Array.of(2, 0.6, 1)
const known = { mean: Float64Array.of(0.3, 0.5), covariance, effectiveCount: 100 }
/** Beyond the bound of the first coordinate the extrapolated likelihood is highest. */
const local: StandIn = { constant: 0, rows: matrix(1, 2, Float64Array.of(2, 2)), targets: Float64Array.of(-2) }
const about = Float64Array.of(0, 0)
const beyond = (at: Float64Array) => standInValue(local, about, at)
const bounds = {
  low: matrix(1, 2),
  high: matrix(1, 2, Float64Array.of(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY))
}

test('proposals that are reflected have the mass of those that were drawn', () => {
  const gaussian = new LocalGaussian(split, { ridge: 0 })
  gaussian.clamp(known, about)
  const own = (at: Float64Array) => gaussian.logKernel(at)
  const mass = exp(gaussian.observe(local, about))
  const folds = foldsOf(local, { split, ranges: nothing, classes: bounds, part: 0 })
  expect(folds.map(({ coordinate }) => coordinate)).toEqual([0, 1])
  const scale = 1 / (2 * Math.PI * Math.sqrt(2 - 0.36))
  // The middles of a grid: its error is h²/24 of the slopes at the bounds, 10⁻⁴ of them.
  const h = 0.05
  let [reflected, unreflected] = [0, 0]
  for (let a = h / 2; a < 9; a += h)
    for (let b = h / 2; b < 7; b += h) {
      const at = Float64Array.of(a, b)
      const images = [at, Float64Array.of(-a, b), Float64Array.of(a, -b), Float64Array.of(-a, -b)]
      const prior = scale * h * h * images.reduce((sum, y) => sum + exp(own(y)), 0)
      reflected += prior * exp(reflectedBeyond(at, { folds, own, beyond }))
      unreflected += prior * exp(beyond(at))
    }
  expect(Math.abs(log(reflected / mass))).toBeLessThan(1e-3)
  // A likelihood that knows nothing of the reflection misses most of it.
  expect(unreflected).toBeLessThan(0.5 * mass)
})

test('coordinates that the likelihood does not touch, and those without ends, are not unfolded', () => {
  const first: StandIn = { constant: 0, rows: matrix(1, 2, Float64Array.of(0, 2)), targets: Float64Array.of(1) }
  const one = { low: matrix(1, 2, Float64Array.of(0, Number.NEGATIVE_INFINITY)), high: bounds.high }
  expect(foldsOf(first, { split, ranges: nothing, classes: one, part: 0 })).toEqual([])
  expect(reflectedBeyond(about, { folds: [], own: () => Number.NaN, beyond })).toBe(beyond(about))
})

test('an image outside of the range in which a coordinate is drawn counts for nothing', () => {
  const ranged = { given: [], ranged: [0], free: [1] }
  const ranges = { low: Float64Array.of(-1), high: Float64Array.of(3) }
  const folds = foldsOf(local, { split: ranged, ranges, classes: bounds, part: 0 }).filter(({ coordinate }) => coordinate === 0)
  const flat = { folds, own: () => 0, beyond }
  expect(reflectedBeyond(Float64Array.of(2, 1), flat)).toBeCloseTo(beyond(Float64Array.of(2, 1)), 12)
  const mean = log(0.5 * (exp(beyond(Float64Array.of(0.5, 1))) + exp(beyond(Float64Array.of(-0.5, 1)))))
  expect(reflectedBeyond(Float64Array.of(0.5, 1), flat)).toBeCloseTo(mean, 12)
})

test('the density of a Gaussian that has absorbed a likelihood is the product', () => {
  const before = new LocalGaussian(split, { ridge: 0 })
  before.clamp(known, about)
  const after = new LocalGaussian(split, { ridge: 0 })
  after.clamp(known, about)
  after.observe(local, about)
  after.absorb()
  const left = (at: Float64Array) => after.logKernel(at) - beyond(at) - before.logKernel(at)
  for (const at of [Float64Array.of(1, 2), Float64Array.of(-3, 0.5)]) expect(left(at) - left(about)).toBeCloseTo(0, 5)
})
