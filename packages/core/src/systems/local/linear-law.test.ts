import { describe, expect, test } from 'vitest'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import type { Unit } from '../../sampling/units.js'
import { LinearLaw, LinearUpdate } from './linear-law.js'

const ROWS = 400
const SIZE = 6
const PHI = 0.8

/** An AR(1) field. */
function field(rows: number, seed: number) {
  const z = normals(keyFromSeed(seed), rows * SIZE)
  const out = matrix(rows, SIZE)
  for (let i = 0; i < rows; i++)
    for (let a = 0; a < SIZE; a++)
      out.data[i * SIZE + a] = a === 0 ? z[i * SIZE]! : PHI * out.data[i * SIZE + a - 1]! + Math.sqrt(1 - PHI * PHI) * z[i * SIZE + a]!
  return out
}

const unit = (targets: number[], givens: number[]): Unit => ({ targets: Uint32Array.from(targets), givens: Uint32Array.from(givens) })
const rows = { coordinates: field(ROWS, 1), logWeights: new Float64Array(ROWS).fill(-Math.log(ROWS)) }
/** Every column given all before it, one block of two: the law is the rows' own covariance. */
const full = new LinearLaw(rows, [
  unit([0], []),
  unit([1, 2], [0]),
  unit([3], [0, 1, 2]),
  unit([5], [0, 1, 2, 3]),
  unit([4], [0, 1, 2, 3, 5])
])

const covariance = (a: number, b: number): number => {
  const { data } = rows.coordinates
  const mean = (c: number) => Array.from({ length: ROWS }, (_, i) => data[i * SIZE + c]!).reduce((sum, x) => sum + x / ROWS, 0)
  const [ma, mb] = [mean(a), mean(b)]
  let sum = 0
  for (let i = 0; i < ROWS; i++) sum += ((data[i * SIZE + a]! - ma) * (data[i * SIZE + b]! - mb)) / ROWS
  return sum
}
const basis = (a: number): Float64Array => Float64Array.from({ length: SIZE }, (_, c) => (c === a ? 1 : 0))

describe('a linear law', () => {
  test('of columns given all before them has the covariance of the rows', () => {
    for (let a = 0; a < SIZE; a++)
      for (const [b, value] of full.times(basis(a)).entries()) expect(Math.abs(value - covariance(a, b))).toBeLessThan(1e-8)
  })

  test('precisions are the diagonal of the inverse', () => {
    // (Σ⁻¹)_aa = 1 / variance of a given all others, which a law that ends in a has as its last residual.
    const others = [0, 1, 2, 3, 5]
    const last = new LinearUpdate(
      full,
      others.map((coordinate) => ({ terms: [{ coordinate, factor: 1 }], values: new Float64Array(0), variance: 0 }))
    )
    // With all others known, one draw of column 4 renews all of its variance.
    expect(last.leastRenewal()).toBeCloseTo(1, 5)
    expect(full.precisions()[4]).toBeGreaterThan(1 / covariance(4, 4))
  })

  test('columns that repeat each other are followed, and told from those that sweeps can follow', () => {
    const twin = matrix(ROWS, 2)
    const noise = normals(keyFromSeed(4), ROWS)
    for (let i = 0; i < ROWS; i++) {
      twin.data[2 * i] = rows.coordinates.data[i * SIZE]!
      twin.data[2 * i + 1] = rows.coordinates.data[i * SIZE]! + 0.01 * noise[i]!
    }
    const law = new LinearLaw({ ...rows, coordinates: twin }, [unit([0], []), unit([1], [0])])
    const nothing = (of: LinearLaw) => new LinearUpdate(of, []).leastRenewal()
    expect(nothing(law)).toBeLessThan(1e-3)
    expect(nothing(full)).toBeGreaterThan(0.15)
    const exact = new LinearLaw(
      {
        ...rows,
        coordinates: matrix(
          ROWS,
          2,
          twin.data.map((_, at) => twin.data[at - (at % 2)]!)
        )
      },
      [unit([0], []), unit([1], [0])]
    )
    expect(exact.times(Float64Array.of(1, 0))[1]).toBeCloseTo(covariance(0, 0), 6)
  })

  test('Matheron’s rule: draws of the law become draws under the evidence', () => {
    const count = 20_000
    const state = field(count, 7)
    const law = new LinearLaw({ coordinates: field(count, 8), logWeights: new Float64Array(count).fill(-Math.log(count)) }, [
      unit([0], []),
      ...Array.from({ length: SIZE - 1 }, (_, a) => unit([a + 1], [a]))
    ])
    const evidence = [
      { terms: [{ coordinate: 1, factor: 1 }], values: new Float64Array(count).fill(1.5), variance: 0 },
      {
        terms: [
          { coordinate: 2, factor: 1 },
          { coordinate: 5, factor: -1 }
        ],
        values: new Float64Array(count).fill(1),
        variance: 0.25
      }
    ]
    new LinearUpdate(law, evidence).apply(state, { key: keyFromSeed(9), met: () => false })
    const truth = (a: number, b: number) => PHI ** Math.abs(a - b)
    // H Σ Hᵀ + R of the two, by hand.
    const cross = (a: number) => [truth(a, 1), truth(a, 2) - truth(a, 5)] as const
    const s11 = 1
    const s12 = cross(1)[1]
    const s22 = cross(2)[1] - cross(5)[1] + 0.25
    const determinant = s11 * s22 - s12 * s12
    for (let a = 0; a < SIZE; a++) {
      const [u, v] = cross(a)
      const [p, q] = [(s22 * u - s12 * v) / determinant, (s11 * v - s12 * u) / determinant]
      const values = Array.from({ length: count }, (_, i) => state.data[i * SIZE + a]!)
      const mean = values.reduce((sum, x) => sum + x / count, 0)
      const variance = values.reduce((sum, x) => sum + (x - mean) ** 2 / count, 0)
      // 20,000 draws, and as many rows that the law is learned from: errors of 0.01.
      expect(Math.abs(mean - (p * 1.5 + q * 1))).toBeLessThan(0.05)
      expect(Math.abs(variance - (1 - p * u - q * v))).toBeLessThan(0.05)
    }
    expect(state.data[1]).toBeCloseTo(1.5, 5)
  })
})
