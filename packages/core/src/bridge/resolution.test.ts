import { describe, expect, it } from 'vitest'
import { uniformLogWeights } from '../num/log-space.js'
import { type Matrix, matrix, matrixFromRows } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { resolutionSigmas, squaredResolution } from './resolution.js'

const points = (n: number, d: number, seed: number): Matrix => matrix(n, d, normals(keyFromSeed(seed), n * d))
const scaled = (m: Matrix, s: number): Matrix =>
  matrix(
    m.rows,
    m.cols,
    m.data.map((x) => s * x)
  )

describe('what particles resolve', () => {
  it('is the median squared distance to the nearest other particle: a lattice of spacing h has h²', () => {
    const lattice = matrixFromRows(Array.from({ length: 36 }, (_, k) => [0.3 * (k % 6), 0.3 * Math.floor(k / 6)]))
    expect(squaredResolution(cloud(lattice))).toBeCloseTo(0.09, 12)
    // Nearest distances 1, 1, 2, 4: the middle of 1 and 2, squared one by one.
    expect(squaredResolution(cloud(matrixFromRows([[0], [1], [3], [7]])))).toBe((1 + 4) / 2)
  })
  it('leaves out no block with a nearer particle', () => {
    const { data, rows, cols } = points(300, 3, 5)
    const nearest = Array.from({ length: rows }, (_, i) => {
      const squares = Array.from({ length: rows }, (_, j) =>
        [0, 1, 2].reduce((sum, a) => sum + (data[i * cols + a]! - data[j * cols + a]!) ** 2, 0)
      )
      return Math.min(...squares.filter((_, j) => j !== i))
    }).sort((a, b) => a - b)
    expect(squaredResolution(cloud(matrix(rows, cols, data)))).toBe((nearest[149]! + nearest[150]!) / 2)
  })
  it('σ_k² Δ_k = (δ_k² + δ_{k+1}²)/d, an interval each', () => {
    const lattice = (h: number, d: number): Matrix =>
      matrixFromRows(Array.from({ length: 9 }, (_, k) => [h * (k % 3), h * Math.floor(k / 3), 0, 0].slice(0, d)))
    for (const d of [2, 3, 4]) {
      const sigmas = resolutionSigmas([1, 2, 3].map((h, k) => ({ time: [0, 2, 2.5][k]!, cloud: cloud(lattice(h, d)) })))
      expect(sigmas[0]! ** 2 * 2).toBeCloseTo((1 + 4) / d, 12)
      expect(sigmas[1]! ** 2 * 0.5).toBeCloseTo((4 + 9) / d, 12)
    }
  })
  it('scales as the coordinates do, and as the root of time', () => {
    const clouds = [points(50, 3, 1), points(40, 3, 2)]
    const of = (s: number, length: number): number =>
      resolutionSigmas(clouds.map((m, k) => ({ time: k * length, cloud: cloud(scaled(m, s)) })))[0]!
    expect(of(1000, 1) / of(1, 1)).toBeCloseTo(1000, 9)
    expect(of(1, 4) / of(1, 1)).toBeCloseTo(0.5, 12)
  })
  it('a weight counts as copies, and copies are one place', () => {
    const few = points(21, 2, 3)
    const weights = Float64Array.from({ length: 21 }, (_, i) => (i % 3 === 0 ? 4 : 1))
    const total = weights.reduce((a, b) => a + b)
    const rows = Array.from(weights).flatMap((w, i) => Array.from({ length: w }, () => Array.from(few.data.subarray(2 * i, 2 * i + 2))))
    const copied = squaredResolution(cloud(matrixFromRows(rows)))
    expect(
      squaredResolution(
        cloud(
          few,
          weights.map((w) => Math.log(w / total))
        )
      )
    ).toBe(copied)
    expect(copied).toBeGreaterThan(0)
    expect(copied).not.toBe(squaredResolution(cloud(few)))
  })
  it('snapshots at one place have none: the interval between two of them takes the mean of the others', () => {
    const one = cloud(matrixFromRows([[2], [2], [2]]))
    const spread = cloud(matrixFromRows([[0], [1], [2]]), uniformLogWeights(3))
    expect(squaredResolution(one)).toBe(0)
    const sigmas = resolutionSigmas([one, one, spread, spread].map((c, time) => ({ time, cloud: c })))
    expect(sigmas[1]).toBe(1)
    expect(sigmas[2]).toBe(Math.SQRT2)
    expect(sigmas[0]).toBeCloseTo((1 + Math.SQRT2) / 2, 12)
  })
  it('can be stopped', () => {
    const snapshots = [0, 1].map((time) => ({ time, cloud: cloud(points(5, 1, 1)) }))
    expect(() => resolutionSigmas(snapshots, { stop: { aborted: true } })).toThrow(/stop request/)
  })
})
