import { expect, test } from 'vitest'
import { matrix, rowOf } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { fitRidge } from './ridge.js'

const n = 40
const features = matrix(n, 2, normals(keyFromSeed(1), 2 * n))
const noise = normals(keyFromSeed(2), n)
const y = Float64Array.from({ length: n }, (_, i) => 3 + 2 * features.data[2 * i]! - features.data[2 * i + 1]! + 0.1 * noise[i]!)
const every = Uint32Array.from({ length: n }, (_, i) => i)
const ridge = fitRidge(features, y, every)!

test('what is left of a row is what the line through all others leaves', () => {
  for (const row of [0, 7, 39]) {
    const others = fitRidge(
      features,
      y,
      every.filter((i) => i !== row)
    )!
    // The ridge is a share of the variances, which lack a row.
    expect(Math.abs(ridge.residuals[row]! + others.at(rowOf(features, row)) - y[row]!)).toBeLessThan(1e-4)
  }
  expect(Math.abs(ridge.at(Float64Array.of(1, 1)) - 4)).toBeLessThan(0.1)
})

test('lines that tell nothing hardly lean, and of few rows there is none', () => {
  const p = 15
  const alone = fitRidge(matrix(n, p, normals(keyFromSeed(3), p * n)), noise, every)!
  const slope = (c: number) => alone.at(Float64Array.from({ length: p }, (_, k) => (k === c ? 1 : 0))) - alone.at(new Float64Array(p))
  // Least squares have about √(15/25).
  expect(Math.hypot(...Array.from({ length: p }, (_, c) => slope(c)))).toBeLessThan(0.2)
  expect(fitRidge(features, y, every.subarray(0, 4))).toBeUndefined()
})
