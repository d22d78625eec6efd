import { expect, test } from 'vitest'
import { matrix } from '../num/matrix.js'
import { givenPlaces } from './level-regression.js'

test('moments of two numbers beside the place of a category are those of the numbers where it is known', () => {
  const moments = {
    mean: matrix(1, 3, Float64Array.of(1, -1, 0.4)),
    covariance: matrix(1, 6, Float64Array.of(2, 0.5, 1, 0.3, -0.2, 0.25)),
    logSum: Float64Array.of(0),
    effectiveCount: Float64Array.of(1000)
  }
  const place = 1.2
  const { mean, covariance } = givenPlaces(moments, { points: matrix(1, 3, Float64Array.of(7, 7, place)), d: 2 }, { ridge: 0.1 })
  const variance = 0.25 * 1.1
  const slopes = [0.3, -0.2].map((c) => c / variance)
  expect(mean.data[0]).toBeCloseTo(1 + slopes[0]! * (place - 0.4), 6)
  expect(mean.data[1]).toBeCloseTo(-1 + slopes[1]! * (place - 0.4), 6)
  const left = [2 - slopes[0]! * 0.3, 0.5 - slopes[0]! * -0.2, 1 - slopes[1]! * -0.2]
  left.forEach((value, k) => {
    expect(covariance.data[k]).toBeCloseTo(value, 6)
  })
})
