import { describe, expect, it } from 'vitest'
import { symmetricEigen } from './eigen.js'
import {
  cholesky,
  choleskyInPlace,
  choleskySolve,
  definiteCholeskyInPlace,
  identity,
  inverse,
  matrixExponential,
  multiply,
  regularCholeskyInPlace,
  semidefiniteCholesky,
  solve,
  transpose
} from './linear-algebra.js'
import { type Matrix, matrix, matrixFromRows } from './matrix.js'
import { keyFromSeed, normals } from './random.js'

const random = (n: number, m: number, seed: number): Matrix => matrix(n, m, normals(keyFromSeed(seed), n * m))
const distance = (a: Matrix, b: Matrix): number => Math.max(...a.data.map((x, i) => Math.abs(x - b.data[i]!)))
const definite = (n: number, seed: number): Matrix => {
  const a = random(n, n, seed)
  return multiply(a, transpose(a))
}

describe('small dense linear algebra', () => {
  it('Cholesky factors multiply back and solve', () => {
    for (const n of [1, 2, 5, 12]) {
      const a = definite(n, n)
      const l = cholesky(a)
      expect(distance(multiply(l, transpose(l)), a)).toBeLessThan(1e-12)
      const b = random(n, 3, 9)
      expect(distance(multiply(a, choleskySolve(l, b)), b)).toBeLessThan(1e-8)
    }
  })
  it('Cholesky factors of matrices without full rank multiply back too', () => {
    for (const [n, rank] of [
      [4, 4],
      [6, 2],
      [3, 0]
    ] as const) {
      const a = rank === 0 ? matrix(n, n) : multiply(random(n, rank, n), transpose(random(n, rank, n)))
      const l = semidefiniteCholesky(a)
      expect(distance(multiply(l, transpose(l)), a)).toBeLessThan(1e-10)
    }
  })
  it('refuses what is not positive definite', () => {
    expect(() =>
      cholesky(
        matrixFromRows([
          [1, 2],
          [2, 1]
        ])
      )
    ).toThrow(/positive definite/)
    expect(() => cholesky(matrix(2, 3))).toThrow(/square/)
    expect(choleskyInPlace(Float64Array.of(Number.NaN), 1)).toBe(false)
  })
  it('solve and inverse', () => {
    for (const n of [1, 3, 10]) {
      const a = random(n, n, 40 + n)
      const b = random(n, 2, 50 + n)
      expect(distance(multiply(a, solve(a, b)), b)).toBeLessThan(1e-11)
      expect(distance(multiply(a, inverse(a)), identity(n))).toBeLessThan(1e-11)
    }
    expect(() =>
      solve(
        matrixFromRows([
          [1, 1],
          [1, 1]
        ]),
        matrix(2, 1)
      )
    ).toThrow(/singular/)
  })
  it('eigenvectors diagonalise, values descend, signs are fixed', () => {
    for (const n of [1, 2, 7, 20]) {
      const a = definite(n, 60 + n)
      const { values, vectors } = symmetricEigen(a)
      expect(distance(multiply(transpose(vectors), vectors), identity(n))).toBeLessThan(1e-13)
      const back = multiply(
        matrix(
          n,
          n,
          vectors.data.map((x, i) => x * values[i % n]!)
        ),
        transpose(vectors)
      )
      expect(distance(back, a)).toBeLessThan(1e-12 * values[0]!)
      for (let i = 1; i < n; i++) expect(values[i - 1]).toBeGreaterThanOrEqual(values[i]!)
    }
    expect([
      ...symmetricEigen(
        matrixFromRows([
          [2, 1],
          [1, 2]
        ])
      ).values
    ]).toEqual([3, 1].map((x) => expect.closeTo(x, 14)))
  })
  it('the exponential of a rotation generator rotates, of a diagonal is diagonal, and e^(A) e^(−A) = 1', () => {
    const angle = 7.3
    const turn = matrixExponential(
      matrixFromRows([
        [0, -angle],
        [angle, 0]
      ])
    )
    expect(turn.data[0]).toBeCloseTo(Math.cos(angle), 13)
    expect(turn.data[2]).toBeCloseTo(Math.sin(angle), 13)
    const e = matrixExponential(
      matrixFromRows([
        [-30, 0],
        [0, 2]
      ])
    )
    expect(e.data[0]! / Math.exp(-30)).toBeCloseTo(1, 10)
    expect(e.data[3]).toBeCloseTo(Math.exp(2), 12)
    const a = random(6, 6, 5)
    const minus = matrix(
      6,
      6,
      a.data.map((x) => -x)
    )
    expect(distance(multiply(matrixExponential(a), matrixExponential(minus)), identity(6))).toBeLessThan(1e-11)
    expect(() => matrixExponential(matrix(1, 1, Float64Array.of(Number.NaN)))).toThrow(/finite/)
  })
})

describe('choleskyInPlace', () => {
  it.each([1, 2, 3, 5, 6, 9, 13])('of %d rows adds up every entry in its own order, whatever rows go together', (n) => {
    const b = random(n, n + 2, 40 + n)
    const { data } = multiply(b, transpose(b))
    const one = data.slice()
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = one[i * n + j]!
        for (let k = 0; k < j; k++) sum -= one[i * n + k]! * one[j * n + k]!
        one[i * n + j] = i === j ? Math.sqrt(sum) : sum / one[j * n + j]!
      }
    }
    expect(choleskyInPlace(data, n)).toBe(true)
    expect(data).toStrictEqual(one)
  })
})

describe('covariances that need not be regular', () => {
  it('of few directions have a factor, with a ten-billionth of their mean variance added', () => {
    const a = random(6, 2, 31)
    const singular = multiply(a, transpose(a))
    const lower = singular.data.slice()
    regularCholeskyInPlace(lower, 6)
    const factor = matrix(
      6,
      6,
      lower.map((x, at) => (at % 6 > Math.floor(at / 6) ? 0 : x))
    )
    expect(distance(multiply(factor, transpose(factor)), singular)).toBeLessThan(1e-9)
  })

  it('that rounding left indefinite take more', () => {
    const data = Float64Array.of(1, 0, 1 + 1e-6, 1)
    regularCholeskyInPlace(data, 2)
    expect(data.every(Number.isFinite)).toBe(true)
    expect(data[0]).toBeCloseTo(1, 4)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e308])('with an entry of %d are refused instead of tried for ever', (entry) => {
    const refused = expect.objectContaining({ code: 'covariance-not-finite' })
    expect(() => regularCholeskyInPlace(Float64Array.of(1, 0, entry, 1), 2)).toThrow(refused)
    expect(() => definiteCholeskyInPlace(Float64Array.of(1, 0, entry, 1), 2)).toThrow(refused)
  })

  it('that are definite get nothing added', () => {
    const [a, b] = [Float64Array.of(4, 0, 1, 2), Float64Array.of(4, 0, 1, 2)]
    choleskyInPlace(a, 2)
    definiteCholeskyInPlace(b, 2)
    expect(b).toEqual(a)
  })
})
