import { expect, test } from 'vitest'
import { choleskyInPlace, dot, solveLowerInPlace } from '../../num/linear-algebra.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { leftByAllOthers } from './weighted-sums.js'

const [rows, p] = [200, 9]

/** Covariances of columns that hang together, of quite different sizes; the last is told by the second and the third where asked. */
function covarianceOf(isTold: boolean): Float64Array {
  const z = normals(keyFromSeed(4), rows * p)
  const columns = Array.from({ length: p }, (_, k) =>
    Float64Array.from({ length: rows }, (_, i) => 10 ** (k - 4) * (z[i * p + k]! + z[i * p]))
  )
  if (isTold) columns[p - 1] = Float64Array.from({ length: rows }, (_, i) => 3 * columns[1]![i]! - columns[2]![i]!)
  return Float64Array.from({ length: p * p }, (_, k) => dot(columns[Math.floor(k / p)]!, columns[k % p]!) / rows)
}

/** The same by least squares on some columns. */
function leftBy(covariance: Float64Array, target: number, parts: readonly number[]): number {
  const n = parts.length
  const lower = Float64Array.from({ length: n * n }, (_, k) => covariance[parts[Math.floor(k / n)]! * p + parts[k % n]!]!)
  expect(choleskyInPlace(lower, n)).toBe(true)
  const along = Float64Array.from(parts, (part) => covariance[target * p + part]!)
  solveLowerInPlace(lower, n, along)
  return covariance[target * p + target]! - dot(along, along)
}

test('what all other columns leave of each is that of least squares, and no more than what some of them leave', () => {
  const covariance = covarianceOf(false)
  for (const [j, left] of leftByAllOthers(covariance, p).entries()) {
    const others = Array.from({ length: p }, (_, k) => k).filter((k) => k !== j)
    expect(Math.abs(left / leftBy(covariance, j, others) - 1)).toBeLessThan(1e-9)
    expect(left).toBeLessThan(leftBy(covariance, j, others.slice(2)) * (1 + 1e-9))
  }
})

test('of columns that tell each other nothing is left, of the rest as much as without the last', () => {
  const covariance = covarianceOf(true)
  for (const [j, left] of leftByAllOthers(covariance, p).entries()) {
    const others = Array.from({ length: p - 1 }, (_, k) => k).filter((k) => k !== j)
    if ([1, 2, p - 1].includes(j)) expect(left).toBe(0)
    else expect(Math.abs(left / leftBy(covariance, j, others) - 1)).toBeLessThan(1e-9)
  }
})
