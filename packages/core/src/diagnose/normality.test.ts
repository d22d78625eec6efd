import { describe, expect, test } from 'vitest'
import { exp, normalQuantile, sinTurns } from '../num/elementary.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { keyFromSeed, normals, uniforms } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import { largestPairScore, mardia } from './normality.js'

/** n rows of correlated Gaussians, each column through `shape`. */
function rowsOf(seed: number, n: number, shape: (z: number) => number = (z) => z): Matrix {
  const z = normals(keyFromSeed(seed), 3 * n)
  const data = new Float64Array(3 * n)
  for (let i = 0; i < n; i++) {
    const [a, b, c] = z.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number]
    data.set([shape(a), shape(0.8 * a + 0.6 * b), shape(0.5 * b - 0.3 * a + c)], 3 * i)
  }
  return matrix(n, 3, data)
}

describe("Mardia's tests", () => {
  test('are standard normal scores for Gaussian rows', () => {
    const scores = Array.from({ length: 200 }, (_, s) => mardia(rowsOf(s, 400))!)
    for (const of of [scores.map((s) => s.skewness), scores.map((s) => s.kurtosis)]) {
      // Of 200 standard normals the mean is known to 0.07 and the variance to 0.1.
      expect(Math.abs(mean(of))).toBeLessThan(0.28)
      expect(Math.abs(variance(of) - 1)).toBeLessThan(0.4)
    }
  })

  test('do not depend on units and directions', () => {
    const rows = rowsOf(1, 300)
    const turned = matrix(300, 3, rows.data.slice())
    for (let i = 0; i < 300; i++) {
      const [a, b, c] = rows.data.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number]
      turned.data.set([1000 * (a + b) - 5, b - c, 0.001 * (a - c) + 7], 3 * i)
    }
    const [here, there] = [mardia(rows)!, mardia(turned)!]
    expect(there.skewness).toBeCloseTo(here.skewness, 6)
    expect(there.kurtosis).toBeCloseTo(here.kurtosis, 6)
  })

  test('see skewness, heavy tails and light tails', () => {
    expect(mardia(rowsOf(1, 400, exp))!.skewness).toBeGreaterThan(10)
    expect(mardia(rowsOf(1, 400, (z) => z * Math.abs(z)))!.kurtosis).toBeGreaterThan(10)
    expect(mardia(matrix(400, 2, uniforms(keyFromSeed(1), 800)))!.kurtosis).toBeLessThan(-4)
  })

  test('say nothing of too few rows or of rows without full rank', () => {
    expect(mardia(rowsOf(1, 10))).toBeUndefined()
    expect(mardia(rowsOf(1, 11))).toBeDefined()
    const flat = rowsOf(1, 100)
    for (let i = 0; i < 100; i++) flat.data[3 * i + 2] = flat.data[3 * i]! - 2 * flat.data[3 * i + 1]!
    expect(mardia(flat)).toBeUndefined()
    expect(mardia(matrix(5, 0))).toBeUndefined()
  })
})

describe('pairs of columns', () => {
  test('of Gaussian rows hang together by lines: one table in 100 is called otherwise', () => {
    const most = normalQuantile(1 - 1 / 300)
    const beyond = Array.from({ length: 400 }, (_, s) => largestPairScore(rowsOf(s, 300))!.score).filter((score) => score > most).length
    // Four expected; of so many 13 come once in 5,000 times.
    expect(beyond).toBeLessThan(13)
  })

  test('that hang together by a wave are seen, which tests of moments do not see', () => {
    for (const [name, wave] of [
      ['one year', sinTurns],
      ['three years', (u: number) => sinTurns(3 * u)]
    ] as const) {
      const [days, noise] = [uniforms(keyFromSeed(2), 500), normals(keyFromSeed(3), 1000)]
      const rows = matrix(500, 3)
      // Both by their normal scores, as `quantile` has them.
      const values = days.map((u, i) => 8 * wave(u) + noise[i]!)
      const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!)
      order.forEach((row, place) => {
        rows.data.set([normalQuantile(days[row]!), normalQuantile((place + 0.5) / 500), noise[500 + row]!], 3 * row)
      })
      const { skewness, kurtosis } = mardia(rows)!
      expect([skewness < 2.33, Math.abs(kurtosis) < 2.58], name).toEqual([true, true])
      expect(largestPairScore(rows)!.score, name).toBeGreaterThan(10)
    }
  })

  test('are none of one column', () => {
    expect(largestPairScore(matrix(100, 1, normals(keyFromSeed(1), 100)))).toBeUndefined()
  })
})
