import { expect, test } from 'vitest'
import { symmetricEigen } from '../num/eigen.js'
import { matrix } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { denseEigen } from './dense-eigen.js'

function symmetric(n: number): Float64Array {
  const a = normals(keyFromSeed(n), n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j]!
  return a
}

test.each([1, 2, 3, 10, 57])('agrees with Jacobi and reproduces A, n = %i', (n) => {
  const a = symmetric(n)
  const exact = symmetricEigen(matrix(n, n, a.slice()))
  const { values, vectors } = denseEigen(a.slice(), n)
  values.forEach((value, k) => {
    expect(value).toBeCloseTo(exact.values[k]!, 11)
  })
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let product = 0
      let image = 0
      for (let k = 0; k < n; k++) {
        product += vectors[i * n + k]! * vectors[j * n + k]!
        image += values[k]! * vectors[k * n + i]! * vectors[k * n + j]!
      }
      expect(product).toBeCloseTo(i === j ? 1 : 0, 12)
      expect(image).toBeCloseTo(a[i * n + j]!, 11)
    }
  }
})

test('multiple eigenvalues, a zero matrix, a diagonal one; NaN is refused', () => {
  const { values } = denseEigen(Float64Array.of(2, 0, 0, 0, 2, 0, 0, 0, 5), 3)
  expect([...values]).toEqual([5, 2, 2])
  expect([...denseEigen(new Float64Array(16), 4).values]).toEqual([0, 0, 0, 0])
  const ones = new Float64Array(36).fill(1)
  expect(denseEigen(ones, 6).values[0]).toBeCloseTo(6, 12)
  expect(() => denseEigen(Float64Array.of(Number.NaN), 1)).toThrow('finite')
})
