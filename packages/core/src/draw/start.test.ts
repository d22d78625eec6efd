import { expect, test } from 'vitest'
import { log } from '../num/elementary.js'
import { columnOf, matrix, rowOf } from '../num/matrix.js'
import { keyFromSeed } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import { cloud } from '../space/cloud.js'
import { gaussianDraws } from './start.js'

// Three points of weights 1/2, 1/4, 1/4; the third column is the sum of the first two: the covariance is singular.
const points = matrix(3, 3, Float64Array.of(0, 0, 0, 4, 0, 4, 0, 8, 8))
const weighted = cloud(points, Float64Array.of(log(0.5), log(0.25), log(0.25)))
const N = 20_000

test('draws have the weighted mean and covariance, and keep what is linear among the columns', () => {
  const draws = gaussianDraws(weighted, N, keyFromSeed(1))
  const [x, y, z] = [0, 1, 2].map((c) => columnOf(draws, c))
  // Means 1 and 2, variances 3 and 12, covariance −2; five standard errors.
  expect(Math.abs(mean(x!) - 1)).toBeLessThan(5 * Math.sqrt(3 / N))
  expect(Math.abs(mean(y!) - 2)).toBeLessThan(5 * Math.sqrt(12 / N))
  expect(Math.abs(variance(x!) - 3)).toBeLessThan(5 * 3 * Math.sqrt(2 / N))
  expect(Math.abs(variance(z!) - (3 + 12 - 4))).toBeLessThan(5 * 11 * Math.sqrt(2 / N))
  expect(Math.max(...z!.map((value, i) => Math.abs(value - x![i]! - y![i]!)))).toBeLessThan(1e-9)
})

test('a draw depends on its place only, not on how many there are', () => {
  const [few, many] = [3, 50].map((n) => gaussianDraws(weighted, n, keyFromSeed(2)))
  expect(rowOf(few!, 2)).toEqual(rowOf(many!, 2))
})
