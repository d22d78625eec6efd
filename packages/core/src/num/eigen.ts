import { checkSquare, identity, shapeError } from './linear-algebra.js'
import { type Matrix, matrix } from './matrix.js'

interface SymmetricEigen {
  /** Eigenvalues, largest first [n]. */
  readonly values: Float64Array
  /** Orthonormal eigenvectors as columns, in the same order, largest absolute entry positive [n, n]. */
  readonly vectors: Matrix
}

/**
 * Eigenvalues and eigenvectors of a symmetric A by cyclic Jacobi rotations, to full accuracy. Cost about 10 n³.
 * @source Golub and Van Loan, *Matrix Computations*, section 8.5.
 */
export function symmetricEigen(a: Matrix): SymmetricEigen {
  const n = checkSquare(a)
  const work = a.data.slice()
  const vectors = identity(n)
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    let all = 0
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        all += work[i * n + j]! ** 2
        if (i !== j) off += work[i * n + j]! ** 2
      }
    if (!Number.isFinite(all)) throw shapeError('a matrix with entries that are not finite', 'finite entries')
    if (off <= all * 1e-32) break
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(work, vectors.data, n, p, q)
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => work[j * n + j]! - work[i * n + i]! || i - j)
  const out = { values: new Float64Array(n), vectors: matrix(n, n) }
  order.forEach((from, to) => {
    out.values[to] = work[from * n + from]!
    let largest = 0
    for (let i = 0; i < n; i++) {
      const entry = vectors.data[i * n + from]!
      if (Math.abs(entry) > Math.abs(largest) * (1 + 1e-9)) largest = entry
    }
    const sign = largest < 0 ? -1 : 1
    for (let i = 0; i < n; i++) out.vectors.data[i * n + to] = sign * vectors.data[i * n + from]!
  })
  return out
}

/** One Jacobi rotation in the plane (p, q), making entry (p, q) zero. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!
  if (apq === 0) return
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < n; k++) {
    const akp = a[k * n + p]!
    const akq = a[k * n + q]!
    a[k * n + p] = c * akp - s * akq
    a[k * n + q] = s * akp + c * akq
  }
  for (let k = 0; k < n; k++) {
    const apk = a[p * n + k]!
    const aqk = a[q * n + k]!
    a[p * n + k] = c * apk - s * aqk
    a[q * n + k] = s * apk + c * aqk
  }
  a[p * n + q] = 0
  a[q * n + p] = 0
  for (let k = 0; k < n; k++) {
    const vkp = v[k * n + p]!
    const vkq = v[k * n + q]!
    v[k * n + p] = c * vkp - s * vkq
    v[k * n + q] = s * vkp + c * vkq
  }
}
