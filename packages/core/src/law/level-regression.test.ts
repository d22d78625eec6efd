import { expect, test } from 'vitest'
import { matrix } from '../num/matrix.js'
import { givenPlaces, sharesGivenPlaces } from './level-regression.js'

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

test('classes of rows are as probable as a discriminant of the places has them, by the spread within all of them', () => {
  const moments = (place: number, variance: number, share: number, rows: number) => ({
    mean: matrix(1, 2, Float64Array.of(5, place)),
    covariance: matrix(1, 3, Float64Array.of(1, 0.1, variance)),
    logSum: Float64Array.of(Math.log(share)),
    effectiveCount: Float64Array.of(rows)
  })
  const found = [moments(0.2, 0.1, 0.6, 30), moments(1.1, 0.4, 0.3, 15)]
  const [first, second] = sharesGivenPlaces(found, { points: matrix(1, 2, Float64Array.of(7, 1)), d: 1 }, 0.01)
  const within = 1.01 * ((0.6 * 0.1 + 0.3 * 0.4) / 0.9)
  const exact = [
    Math.log(0.6) - 0.5 * (Math.log(31 / 30) + 0.8 ** 2 / (within * (31 / 30))),
    Math.log(0.3) - 0.5 * (Math.log(16 / 15) + 0.1 ** 2 / (within * (16 / 15)))
  ]
  expect(first![0]! - second![0]!).toBeCloseTo(exact[0]! - exact[1]!, 6)
})
