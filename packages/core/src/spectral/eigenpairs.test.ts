import { expect, test } from 'vitest'
import { symmetricEigen } from '../num/eigen.js'
import { multiply, transpose } from '../num/linear-algebra.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { largestEigenpairs, type SymmetricOperator } from './eigenpairs.js'

function dense(a: Matrix): SymmetricOperator {
  return { size: a.rows, apply: async (block) => multiply(a, block) }
}

function diagonalOperator(diagonal: Float64Array): SymmetricOperator {
  return {
    size: diagonal.length,
    apply: async (block) =>
      matrix(
        block.rows,
        block.cols,
        block.data.map((x, at) => x * diagonal[Math.floor(at / block.cols)]!)
      )
  }
}

function randomSymmetric(n: number, seed: number): Matrix {
  const a = matrix(n, n, normals(keyFromSeed(seed), n * n))
  const t = transpose(a)
  return matrix(
    n,
    n,
    a.data.map((x, i) => x + t.data[i]!)
  )
}

test('agrees with a dense solver, with true residuals', async () => {
  const a = randomSymmetric(80, 1)
  const exact = symmetricEigen(a)
  const found = await largestEigenpairs({ operator: dense(a), count: 6, tolerance: 1e-9 })
  expect(found.ending).toBe('converged')
  for (let k = 0; k < 6; k++) expect(found.values[k]).toBeCloseTo(exact.values[k]!, 9)
  const image = multiply(a, found.vectors)
  for (let k = 0; k < 6; k++) {
    let squared = 0
    for (let i = 0; i < 80; i++) squared += (image.data[i * 6 + k]! - found.values[k]! * found.vectors.data[i * 6 + k]!) ** 2
    expect(Math.sqrt(squared)).toBeLessThan(2e-9)
  }
  const gram = multiply(transpose(found.vectors), found.vectors)
  gram.data.forEach((value, i) => {
    expect(value).toBeCloseTo(i % 7 === 0 ? 1 : 0, 11)
  })
})

test('restarts: a long slowly decaying spectrum converges within the bounded basis', async () => {
  const n = 400
  const diagonal = Float64Array.from({ length: n }, (_, i) => 1 - (i / n) ** 0.5)
  const found = await largestEigenpairs({ operator: diagonalOperator(diagonal), count: 4, tolerance: 1e-8 })
  expect(found.ending).toBe('converged')
  expect(found.turns).toBeGreaterThan(8)
  found.values.forEach((value, k) => {
    expect(value).toBeCloseTo(diagonal[k]!, 10)
  })
})

// As of a kernel that joins the rows of a long tail to hardly any other: a basis of 8 blocks that keeps 24 vectors at a restart
// had not converged after all 200 products.
test('a crowd of eigenvalues close to the largest one', { tags: ['slow'] }, async () => {
  const diagonal = Float64Array.from({ length: 500 }, (_, i) => 1 - Math.min(1, i / 300) ** 3)
  const found = await largestEigenpairs({ operator: diagonalOperator(diagonal), count: 11, tolerance: 1e-6 })
  expect(found.ending).toBe('converged')
  expect(found.turns).toBeLessThan(60)
  found.values.forEach((value, k) => {
    expect(Math.abs(value - diagonal[k]!)).toBeLessThan(1e-9)
  })
})

test('multiple eigenvalues are all found, and a tiny operator is solved whole', async () => {
  const n = 40
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) a.data[i * n + i] = i < 5 ? 1 : 0.3
  const found = await largestEigenpairs({ operator: dense(a), count: 6 })
  expect([...found.values].map((v) => Number(v.toFixed(12)))).toEqual([1, 1, 1, 1, 1, 0.3])
  const three = await largestEigenpairs({ operator: dense(randomSymmetric(3, 4)), count: 3 })
  const exact = symmetricEigen(randomSymmetric(3, 4))
  three.values.forEach((value, k) => {
    expect(value).toBeCloseTo(exact.values[k]!, 10)
  })
})

test('the same call gives the same bytes; too many eigenvalues are refused', async () => {
  const a = randomSymmetric(50, 3)
  const one = await largestEigenpairs({ operator: dense(a), count: 4 })
  const two = await largestEigenpairs({ operator: dense(a), count: 4 })
  expect(one.vectors.data).toEqual(two.vectors.data)
  await expect(largestEigenpairs({ operator: dense(a), count: 51 })).rejects.toMatchObject({ code: 'eigenvalue-count' })
})
