import { describe, expect, test } from 'vitest'
import { inverse, multiply, transpose } from '../num/linear-algebra.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { weightedMoments } from '../num/statistics.js'
import { backwardMessages, type LinearFactor, type LinearKnowledge, linearLaw, posteriorMeans } from './linear-law.js'
import { standInsOf } from './stand-ins.js'
import type { Unit } from './units.js'

const ROWS = 400
const SIZE = 6
const PHI = 0.8

/** An AR(1) field. */
function field(rows: number, seed: number): Matrix {
  const z = normals(keyFromSeed(seed), rows * SIZE)
  const out = matrix(rows, SIZE)
  for (let i = 0; i < rows; i++)
    for (let a = 0; a < SIZE; a++)
      out.data[i * SIZE + a] = a === 0 ? z[i * SIZE]! : PHI * out.data[i * SIZE + a - 1]! + Math.sqrt(1 - PHI * PHI) * z[i * SIZE + a]!
  return out
}

const unit = (target: number, givens: number[]): Unit => ({ targets: Uint32Array.of(target), givens: Uint32Array.from(givens) })
const rows = { coordinates: field(ROWS, 1), logWeights: new Float64Array(ROWS).fill(-Math.log(ROWS)) }
/** Every column given all before it, not in their own order: the law is the rows' own covariance. */
const order = [2, 0, 5, 1, 3, 4]
const law = linearLaw(
  rows,
  order.map((a, at) => unit(a, order.slice(0, at)))
)
const lower = weightedMoments(rows.coordinates, new Float64Array(ROWS).fill(1 / ROWS)).covariance
const covariance = matrix(
  SIZE,
  SIZE,
  lower.data.map((_, at) => {
    const [a, b] = [Math.floor(at / SIZE), at % SIZE]
    return lower.data[Math.max(a, b) * SIZE + Math.min(a, b)]!
  })
)

const factor = (terms: readonly (readonly [number, number])[], value: number, deviation: number): LinearFactor => ({
  terms: terms.map(([coordinate, factor]) => ({ coordinate, factor })),
  precision: 1 / deviation ** 2,
  values: Float64Array.of(value)
})
const know = (factors: readonly LinearFactor[], given: readonly (readonly [number, number])[] = []): LinearKnowledge => ({
  count: 1,
  given: new Map(given.map(([a, x]) => [a, Float64Array.of(x)])),
  factors
})

/** Σ factor · coordinate + N(0, deviation²) > low. */
const above = (low: number, [coordinate, factor]: readonly [number, number], ...more: readonly (readonly [number, number])[]) => ({
  terms: [[coordinate, factor] as const, ...more].map(([at, by]) => ({ coordinate: at, factor: by })),
  low,
  high: Number.POSITIVE_INFINITY,
  deviation: 0
})

/** Mean and covariance of N(0, Σ) given Hx = y + N(0, R). */
function closedForm(observed: readonly LinearFactor[]): { mean: Float64Array; covariance: Matrix } {
  const h = matrix(observed.length, SIZE)
  const y = matrix(observed.length, 1)
  observed.forEach(({ terms, values }, r) => {
    for (const { coordinate, factor } of terms) h.data[r * SIZE + coordinate] = factor
    y.data[r] = values[0]!
  })
  const cross = multiply(covariance, transpose(h))
  const inner = multiply(h, cross)
  observed.forEach(({ precision }, r) => {
    inner.data[r * (observed.length + 1)] = inner.data[r * (observed.length + 1)]! + 1 / precision
  })
  const gain = multiply(cross, inverse(inner))
  const explained = multiply(gain, transpose(cross))
  return {
    mean: multiply(gain, y).data,
    covariance: matrix(
      SIZE,
      SIZE,
      covariance.data.map((x, at) => x - explained.data[at]!)
    )
  }
}

describe('messages of a linear law', () => {
  const sharp = factor([[3, 1]], 1.5, 0.01)
  const sum = factor(
    [
      [0, 1],
      [4, -2]
    ],
    1,
    0.3
  )
  test.each([
    ['one value', [sharp]],
    ['a combination of two', [sum]],
    ['both', [sharp, sum]],
    ['all columns', order.map((a) => factor([[a, 1]], a / 3, 0.5))],
    ['next to nothing', [factor([[1, 1]], 3, 1e6)]]
  ] as const)('give the mean of the closed form: %s', (_, factors) => {
    const means = posteriorMeans(law, know(factors))
    const truth = closedForm(factors).mean
    for (let a = 0; a < SIZE; a++) expect(Math.abs(means[a]![0]! - truth[a]!)).toBeLessThan(1e-6)
  })

  test('what is given is the limit of a sharp observation, whatever the order in which it is said', () => {
    const [one, two] = [factor([[3, 1]], 1.5, 1e-4), factor([[2, 1]], -0.5, 1e-4)]
    const given = posteriorMeans(
      law,
      know(
        [sum],
        [
          [3, 1.5],
          [2, -0.5]
        ]
      )
    )
    for (const factors of [
      [one, two, sum],
      [sum, two, one]
    ]) {
      const means = posteriorMeans(law, know(factors))
      for (let a = 0; a < SIZE; a++) expect(Math.abs(means[a]![0]! - given[a]![0]!)).toBeLessThan(1e-5)
    }
  })

  test('draws along the order have mean and covariance of the closed form', () => {
    const factors = [sharp, sum]
    const messages = backwardMessages(law, know(factors))
    const count = 20_000
    const drawn = matrix(count, SIZE)
    for (let i = 0; i < count; i++) {
      const xi = normals(keyFor(keyFromSeed(2), 'draw'), SIZE, i)
      for (const { target, givens, coefficients, variance } of law) {
        let mean = 0
        givens.forEach((g, k) => {
          mean += coefficients[k]! * drawn.data[i * SIZE + g]!
        })
        const { precision = 0, others = [], information = [0] } = messages[target] ?? {}
        let pull = information[0]!
        for (const { coordinate, weight } of others) pull -= weight * drawn.data[i * SIZE + coordinate]!
        const left = variance / (1 + variance * precision)
        drawn.data[i * SIZE + target] = left * (mean / variance + pull) + Math.sqrt(left) * xi[target]!
      }
    }
    const { mean, covariance: found } = weightedMoments(drawn, new Float64Array(count).fill(1 / count))
    const truth = closedForm(factors)
    for (let a = 0; a < SIZE; a++) {
      // Standard errors of 20,000 draws: 0.007 of a mean, 0.01 of a variance.
      expect(Math.abs(mean[a]! - truth.mean[a]!)).toBeLessThan(0.03)
      for (let b = 0; b <= a; b++) expect(Math.abs(found.data[a * SIZE + b]! - truth.covariance.data[a * SIZE + b]!)).toBeLessThan(0.04)
    }
  })

  test('columns that repeat each other are followed', () => {
    const twin = matrix(ROWS, 2)
    for (let i = 0; i < ROWS; i++) twin.data.fill(rows.coordinates.data[i * SIZE]!, 2 * i, 2 * i + 2)
    const means = posteriorMeans(linearLaw({ ...rows, coordinates: twin }, [unit(0, []), unit(1, [0])]), know([factor([[1, 1]], 2, 0.01)]))
    expect(means[0]![0]).toBeCloseTo(2, 3)
    expect(means[1]![0]).toBeCloseTo(2, 3)
  })

  test('an interval pulls all columns as the truncated normal does', () => {
    // E[X | X > 1] = φ(1)/(1 − Φ(1)) of a standard normal.
    const spread = Math.sqrt(covariance.data[3 * SIZE + 3]!)
    const sites = standInsOf(law, know([]), [above(spread, [3, 1])]).map((site) => site!)
    const means = posteriorMeans(law, know(sites))
    for (let a = 0; a < SIZE; a++)
      expect(Math.abs(means[a]![0]! - (1.52513528 * covariance.data[a * SIZE + 3]!) / spread)).toBeLessThan(1e-5)
  })

  test('an interval of a noisy sum, too', () => {
    const deviation = 0.7
    const with2 = (a: number) => covariance.data[a * SIZE + 1]! - 2 * covariance.data[a * SIZE + 3]!
    const spread = Math.sqrt(with2(1) - 2 * with2(3) + deviation ** 2)
    const sites = standInsOf(law, know([]), [{ ...above(spread, [1, 1], [3, -2]), deviation }]).map((site) => site!)
    const means = posteriorMeans(law, know(sites))
    for (let a = 0; a < SIZE; a++) expect(Math.abs(means[a]![0]! - (1.52513528 * with2(a)) / spread)).toBeLessThan(1e-5)
  })

  test('intervals that know of each other: mean of a corner of the plane', () => {
    // P(X > 0, Y > 0) = ¼ + asin(ρ)/2π, and E[X; X > 0, Y > 0] = (1 + ρ)/(2√2π) of two standard normals.
    const spread = (a: number) => Math.sqrt(covariance.data[a * SIZE + a]!)
    const rho = covariance.data[3 * SIZE + 4]! / (spread(3) * spread(4))
    const truth = (1 + rho) / (2 * Math.sqrt(2 * Math.PI)) / (0.25 + Math.asin(rho) / (2 * Math.PI))
    const sites = standInsOf(law, know([]), [above(0, [3, 1]), above(0, [4, 1])]).map((site) => site!)
    const means = posteriorMeans(law, know(sites))
    // Expectation propagation is not exact for two.
    for (const a of [3, 4]) expect(Math.abs(means[a]![0]! / spread(a) - truth)).toBeLessThan(0.01)
  })
})
