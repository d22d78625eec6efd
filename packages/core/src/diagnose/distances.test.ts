import { describe, expect, test } from 'vitest'
import { ReferenceEngine } from '../engine/reference/reference.js'
import { InputError } from '../num/errors.js'
import { type Matrix, matrix, matrixFromRows } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { coverageAndDensity, neighbourRadii, ratioOfDistances } from './neighbours.js'
import { pairMeter, plainly } from './pair-distances.js'
import { energyDistance, squaredMmd } from './pairwise.js'
import { slicedDistances, slicedWasserstein, slicer, plainly as slicesPlainly, squaredQuantileDistance } from './sliced-wasserstein.js'

const key = keyFromSeed(5)
const engine = new ReferenceEngine()
const column = (...values: number[]): Matrix => matrix(values.length, 1, Float64Array.from(values))
const gaussian = (label: string, rows: number, cols: number, { shift = 0, scale = 1 } = {}) =>
  matrix(
    rows,
    cols,
    normals(keyFor(key, label), rows * cols).map((x) => x * scale + shift)
  )

describe('energyDistance', () => {
  test('agrees with the definition on four points', async () => {
    // X = {0, 1}, Y = {2, 4}: 2·(2 + 4 + 1 + 3)/4 − 1 − 2 = 2.
    expect(await energyDistance({ first: column(0, 1), second: column(2, 4), key })).toBeCloseTo(2, 12)
  })

  test('agrees with the closed form for shifted Gaussians in one dimension', async () => {
    // E|N(1, σ²)| = σ√(2/π) e^{−1/2σ²} + 2Φ(1/σ) − 1 with σ² = 2: 1.3992827; E|X − X'| = 2/√π = 1.1283792.
    const exact = 2 * 1.3992827 - 2 * 1.1283792
    const got = await energyDistance({ first: gaussian('a', 1500, 1), second: gaussian('b', 1500, 1, { shift: 1 }), key })
    // Standard deviation about 4·√(var h₁/n) < 0.05; 4 of them: false alarms below 1e-4.
    expect(Math.abs(got - exact)).toBeLessThan(0.2)
  })

  test('is unbiased: of two samples of one law it averages to zero, and is symmetric', async () => {
    let sum = 0
    for (let s = 0; s < 40; s++) sum += await energyDistance({ first: gaussian(`x${s}`, 20, 2), second: gaussian(`y${s}`, 30, 2), key })
    // A single value scatters by about 0.07, the mean by 0.011; a biased estimate would stand at 0.15.
    expect(Math.abs(sum / 40)).toBeLessThan(0.05)
    const first = gaussian('p', 20, 3)
    const second = gaussian('q', 30, 3, { scale: 2 })
    expect(await energyDistance({ first, second, key })).toBeCloseTo(await energyDistance({ first: second, second: first, key }), 12)
  })

  test('refuses single rows, unequal widths and numbers that are not finite', async () => {
    await expect(energyDistance({ first: column(1), second: column(1, 2), key })).rejects.toThrow(InputError)
    await expect(energyDistance({ first: column(1, 2), second: matrix(2, 2), key })).rejects.toThrow(/columns/)
    await expect(energyDistance({ first: column(1, Number.POSITIVE_INFINITY), second: column(1, 2), key })).rejects.toThrow(/row 1/)
  })
})

describe('pairMeter', () => {
  test('has the bits of plain loops, whatever number of rows fills the last block', async () => {
    const meter = await pairMeter()
    for (const [rows, others, cols] of [
      [9, 16, 3],
      [20, 13, 1],
      [3, 1, 26],
      [2, 5, 0]
    ] as const) {
      const [from, to] = [gaussian('from', rows, cols), gaussian('to', others, cols, { shift: 0.5 })]
      const plain = plainly(from, to)
      expect(meter(from, to).addDistances(0.1, 1, rows, false)).toBe(plain.addDistances(0.1, 1, rows, false))
      expect(meter(from, from).addDistances(0, 0, rows, true)).toBe(plainly(from, from).addDistances(0, 0, rows, true))
      for (const limit of [0, cols, 3 * cols]) expect(meter(from, to).countWithin(1, limit)).toBe(plain.countWithin(1, limit))
    }
  })
})

describe('squaredMmd', () => {
  test('agrees with the definition on four points', async () => {
    // Pairwise distances 1, 2, 4, 1, 3, 2: the lower median of the squares is 4, so k = exp(−d²/8).
    const k = (d: number) => Math.exp((-d * d) / 8)
    const expected = k(1) + k(2) - (2 * (k(2) + k(4) + k(1) + k(3))) / 4
    expect(await squaredMmd({ first: column(0, 1), second: column(2, 4), engine, key })).toBeCloseTo(expected, 12)
  })

  test('is near zero for one law, larger for another, defined when all rows agree', async () => {
    const first = gaussian('a', 300, 2)
    const same = await squaredMmd({ first, second: gaussian('b', 300, 2), engine, key })
    const other = await squaredMmd({ first, second: gaussian('b', 300, 2, { shift: 1 }), engine, key })
    expect(Math.abs(same)).toBeLessThan(0.02)
    expect(other).toBeGreaterThan(0.15)
    expect(await squaredMmd({ first: column(1, 1), second: column(1, 1), engine, key })).toBe(0)
  })
})

describe('slicedWasserstein', () => {
  test('is the shift between a sample and its translate in one dimension, whatever the sizes', async () => {
    expect(await slicedWasserstein({ first: column(1, 5, 2), second: column(4, 3, 7), key })).toBeCloseTo(2, 12)
    expect(squaredQuantileDistance(Float64Array.of(0, 1), Float64Array.of(0, 0, 0, 1, 1, 1))).toBe(0)
    // Quantile functions 0, 3 against 1: (½·1 + ½·4).
    expect(squaredQuantileDistance(Float64Array.of(0, 3), Float64Array.of(1, 1, 1))).toBeCloseTo(2.5, 12)
  })

  test('of a translate by a vector is its length over √d', async () => {
    const first = gaussian('a', 50, 4)
    const second = matrix(
      50,
      4,
      first.data.map((x, i) => x + [1, -2, 0, 2][i % 4]!)
    )
    // Mean of cos² over 2,000 directions in four dimensions: ¼ ± 0.0044; 6 % is over three of them.
    const got = await slicedWasserstein({ first, second, key, directions: 2000 })
    expect(Math.abs(got / 1.5 - 1)).toBeLessThan(0.06)
  })

  test('has the bits of plain loops: sizes that fill no block, ties, rows that nearly coincide, numbers of all sizes', async () => {
    const slice = await slicer()
    expect(slice).not.toBe(slicesPlainly)
    const near = (label: string, rows: number) => gaussian(label, rows, 3, { shift: 1, scale: 1e-9 })
    const whole = (label: string, rows: number) => matrix(rows, 1, gaussian(label, rows, 1, { scale: 2 }).data.map(Math.round))
    const wide = (label: string, rows: number) =>
      matrix(
        rows,
        2,
        gaussian(label, rows, 2, { scale: 90 }).data.map((x) => Math.sign(x) * 10 ** x)
      )
    for (const [first, others] of [
      [gaussian('p', 300, 4), [gaussian('q', 300, 4), gaussian('r', 77, 4)]],
      [near('p', 500), [near('q', 501)]],
      [whole('p', 400), [whole('q', 13), column(1)]],
      [wide('p', 90), [wide('q', 61)]]
    ] as const)
      expect(slicedDistances({ first, others, key, directions: 20 }, slice)).toEqual(
        slicedDistances({ first, others, key, directions: 20 })
      )
  })
})

describe('neighbours', () => {
  test('coverage and density are one for the sample itself with the ball of the only other row', async () => {
    const points = column(0, 1)
    expect(await coverageAndDensity({ engine, real: points, synthetic: points, neighbours: 1 })).toEqual({ coverage: 1, density: 2 })
  })

  test('mode collapse loses coverage and keeps density', async () => {
    const real = matrixFromRows([[0], [1], [2], [100], [101], [102]])
    const got = await coverageAndDensity({ engine, real, synthetic: column(1, 1, 1, 1), neighbours: 2 })
    // Radii of 0, 1, 2 are 2, 1, 2: each ball holds all four rows.
    expect(got).toEqual({ coverage: 0.5, density: 1.5 })
  })

  test('both are near one for two samples of one law', async () => {
    const got = await coverageAndDensity({ engine, real: gaussian('a', 200, 2), synthetic: gaussian('b', 200, 2), neighbours: 5 })
    // Expected coverage about 1 − 2⁻⁵ = 0.97 and density 1; their standard deviations are about 0.015 and 0.05.
    expect(got.coverage).toBeGreaterThan(0.9)
    expect(Math.abs(got.density - 1)).toBeLessThan(0.2)
  })

  test('equal rows, however many, are their own nearest others', async () => {
    expect([...(await neighbourRadii(engine, column(3, 3, 3, 3, 8), { count: 1 }))]).toEqual([0, 0, 0, 0, 5])
    expect([...(await neighbourRadii(engine, column(0, 1, 3), { rows: Uint32Array.of(2, 0), count: 2 }))]).toEqual([3, 3])
  })

  test('the ratio is that of medians, and goes by how many rows coincide where many do', () => {
    expect(ratioOfDistances(Float64Array.of(1, 3, 5), Float64Array.of(1, 2, 9))).toBe(1.5)
    // Six of ten coincide: their half ends at 3, that of all at 8, and 5 lies 2/5 of the way. Of eight of ten: 4, 9 and 1/5.
    const coinciding = (count: number) => Float64Array.from({ length: 10 }, (_, k) => (k < count ? 0 : 1))
    expect(ratioOfDistances(coinciding(8), coinciding(6))).toBeCloseTo(1 / 2, 14)
    expect(ratioOfDistances(coinciding(6), coinciding(6))).toBe(1)
    expect(ratioOfDistances(Float64Array.of(1, 2), Float64Array.of(0, 0))).toBeNull()
  })
})
