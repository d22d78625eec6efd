import { InputError } from '../num/errors.js'

export interface DenseEigen {
  /** Largest first [n]. */
  readonly values: Float64Array
  /** Row k is the unit eigenvector of value k [n, n]. */
  readonly vectors: Float64Array
}

/**
 * All eigenpairs of a symmetric matrix [n, n]: Householder reduction to tridiagonal form, then implicit QL with Wilkinson
 * shifts. Ten times faster than Jacobi rotations at n = 150, and as accurate in norm (not in tiny eigenvalues).
 * @source Golub and Van Loan, *Matrix Computations*, sections 8.3.1 and 8.3.3.
 * Cost about 9 n³. Throws `InputError` on entries that are not finite. `a` is overwritten, with the vectors, and so is `memory` [n, n] where it is given.
 */
export function denseEigen(a: Float64Array, n: number, memory: Float64Array = new Float64Array(n * n)): DenseEigen {
  if (!a.every(Number.isFinite)) {
    throw new InputError({
      code: 'not-finite',
      got: 'a matrix with entries that are not finite',
      expected: 'finite entries',
      try: 'checking the data'
    })
  }
  const diagonal = new Float64Array(n)
  const below = new Float64Array(n)
  const vectors = memory.fill(0)
  tridiagonalise(a, vectors, { diagonal, below, n })
  for (let l = 0; l < n; l++) isolateEigenvalue(l, { diagonal, below, vectors, n })
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => diagonal[j]! - diagonal[i]! || i - j)
  order.forEach((from, to) => {
    a.set(vectors.subarray(from * n, (from + 1) * n), to * n)
  })
  return { values: Float64Array.from(order, (from) => diagonal[from]!), vectors: a }
}

/** A = Q T Qᵀ; writes T, and to zeros Qᵀ (row k is the k-th basis vector). */
function tridiagonalise(a: Float64Array, q: Float64Array, { diagonal, below, n }: Omit<Tridiagonal, 'vectors'>): void {
  for (let i = 0; i < n; i++) q[i * n + i] = 1
  const u = new Float64Array(n)
  const p = new Float64Array(n)
  for (let k = 0; k + 2 < n; k++) {
    const size = reflector(a, n, k, u)
    if (size > 0) {
      reflectBothSides(a, n, k + 1, u, p)
      reflectRows(q, n, k + 1, u, p)
    }
  }
  for (let k = 0; k < n; k++) {
    diagonal[k] = a[k * n + k]!
    if (k + 1 < n) below[k] = a[(k + 1) * n + k]!
  }
}

/** u of the reflection I − u uᵀ (uᵀu = 2) that clears column k below its first subdiagonal entry; 0 when it is clear already. */
function reflector(a: Float64Array, n: number, k: number, u: Float64Array): number {
  let squared = 0
  for (let i = k + 2; i < n; i++) squared += a[i * n + k]! * a[i * n + k]!
  if (squared === 0) return 0
  const first = a[(k + 1) * n + k]!
  const norm = Math.sqrt(squared + first * first)
  const head = first >= 0 ? first + norm : first - norm
  const scale = Math.sqrt(2 / (head * head + squared))
  u.fill(0)
  u[k + 1] = head * scale
  for (let i = k + 2; i < n; i++) u[i] = a[i * n + k]! * scale
  return norm
}

/** A ← (I − u uᵀ) A (I − u uᵀ) for u that is zero before `from`; columns before `from` − 1 are reduced already. */
function reflectBothSides(a: Float64Array, n: number, from: number, u: Float64Array, p: Float64Array): void {
  let inner = 0
  for (let i = from - 1; i < n; i++) {
    let sum = 0
    for (let j = from; j < n; j++) sum += a[i * n + j]! * u[j]!
    p[i] = sum
    inner += sum * u[i]!
  }
  for (let i = from - 1; i < n; i++) p[i] = p[i]! - 0.5 * inner * u[i]!
  for (let i = from - 1; i < n; i++) {
    const ui = u[i]!
    const pi = p[i]!
    for (let j = from - 1; j < n; j++) a[i * n + j] = a[i * n + j]! - ui * p[j]! - pi * u[j]!
  }
}

/** Rows of Qᵀ ← (I − u uᵀ) Qᵀ. */
function reflectRows(q: Float64Array, n: number, from: number, u: Float64Array, sums: Float64Array): void {
  sums.fill(0)
  for (let i = from; i < n; i++) for (let j = 0; j < n; j++) sums[j] = sums[j]! + u[i]! * q[i * n + j]!
  for (let i = from; i < n; i++) for (let j = 0; j < n; j++) q[i * n + j] = q[i * n + j]! - u[i]! * sums[j]!
}

interface Tridiagonal {
  readonly diagonal: Float64Array
  readonly below: Float64Array
  readonly vectors: Float64Array
  readonly n: number
}

/** QL sweeps until entry l of the subdiagonal vanishes. */
function isolateEigenvalue(l: number, t: Tridiagonal): void {
  for (let sweep = 0; sweep < 60; sweep++) {
    let m = l
    while (m + 1 < t.n && Math.abs(t.below[m]!) > 1.2e-16 * (Math.abs(t.diagonal[m]!) + Math.abs(t.diagonal[m + 1]!))) m++
    if (m === l) return
    sweepUp(l, m, t)
  }
}

/** One implicit QL sweep on the unreduced block l … m. */
function sweepUp(l: number, m: number, { diagonal, below, vectors, n }: Tridiagonal): void {
  const half = (diagonal[l + 1]! - diagonal[l]!) / (2 * below[l]!)
  const root = Math.sqrt(half * half + 1)
  let g = diagonal[m]! - diagonal[l]! + below[l]! / (half + (half >= 0 ? root : -root))
  let s = 1
  let c = 1
  let p = 0
  for (let i = m - 1; i >= l; i--) {
    const f = s * below[i]!
    const b = c * below[i]!
    const r = Math.sqrt(f * f + g * g)
    below[i + 1] = r
    if (r === 0) {
      diagonal[i + 1] = diagonal[i + 1]! - p
      below[m] = 0
      return
    }
    s = f / r
    c = g / r
    g = diagonal[i + 1]! - p
    const turn = (diagonal[i]! - g) * s + 2 * c * b
    p = s * turn
    diagonal[i + 1] = g + p
    g = c * turn - b
    rotateRows(vectors, n, i, s, c)
  }
  diagonal[l] = diagonal[l]! - p
  below[l] = g
  below[m] = 0
}

function rotateRows(vectors: Float64Array, n: number, i: number, s: number, c: number): void {
  const upper = i * n
  const lower = upper + n
  for (let k = 0; k < n; k++) {
    const a = vectors[upper + k]!
    const b = vectors[lower + k]!
    vectors[lower + k] = s * a + c * b
    vectors[upper + k] = c * a - s * b
  }
}
