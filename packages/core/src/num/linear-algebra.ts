import { InputError } from './errors.js'
import { type Matrix, matrix } from './matrix.js'

/**
 * Small dense linear algebra, from + − × ÷ and √ only: the same bits on every host. Meant for tens of rows, not thousands.
 * Functions ending in `InPlace` work on a row-major [n, n] part of a flat array and allocate nothing.
 */

/** The identity [n, n]. */
export function identity(n: number): Matrix {
  const out = matrix(n, n)
  for (let i = 0; i < n; i++) out.data[i * n + i] = 1
  return out
}

/** Aᵀ. */
export function transpose(a: Matrix): Matrix {
  const out = matrix(a.cols, a.rows)
  for (let i = 0; i < a.rows; i++) for (let j = 0; j < a.cols; j++) out.data[j * a.rows + i] = a.data[i * a.cols + j]!
  return out
}

/** A B. Cost O(rows · inner · cols). Throws `InputError` when the inner sizes differ. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.rows) throw shapeError(`${a.rows} × ${a.cols} times ${b.rows} × ${b.cols}`, 'equal inner sizes')
  const out = matrix(a.rows, b.cols)
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.cols; k++) {
      const left = a.data[i * a.cols + k]!
      if (left === 0) continue
      for (let j = 0; j < b.cols; j++) out.data[i * b.cols + j] = out.data[i * b.cols + j]! + left * b.data[k * b.cols + j]!
    }
  }
  return out
}

/** out = A B, all [n, n]; `out` is neither A nor B. */
export function multiplyInto(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let k = 0; k < n; k++) sum += a[i * n + k]! * b[k * n + j]!
      out[i * n + j] = sum
    }
  }
}

/** Σ a_i b_i, in their order. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

export function shapeError(got: string, expected: string): InputError {
  return new InputError({ code: 'matrix-shape', got, expected, try: 'checking the shapes of the matrices' })
}

export function checkSquare(a: Matrix): number {
  if (a.rows !== a.cols) throw shapeError(`a ${a.rows} × ${a.cols} matrix`, 'a square one')
  return a.rows
}

/**
 * Replaces the lower triangle of the symmetric A [n, n] at `offset` by its Cholesky factor L, A = L Lᵀ; the upper triangle
 * is neither read nor written. False (and a half-written triangle) when A is not positive definite. Cost n³/3.
 */
export function choleskyInPlace(a: Float64Array, n: number, offset = 0): boolean {
  // Two columns and four rows at a time: their sums do not wait for each other and share what they read, and each adds up in the same
  // order as alone.
  let j = 0
  for (; j + 1 < n; j += 2) {
    const row = offset + j * n
    const below = row + n
    if (!pivotInPlace(a, row, j)) return false
    const pivot = a[row + j]!
    let sum = a[below + j]!
    for (let k = 0; k < j; k++) sum -= a[below + k]! * a[row + k]!
    const corner = sum / pivot
    a[below + j] = corner
    if (!pivotInPlace(a, below, j + 1)) return false
    const second = a[below + j + 1]!
    let i = j + 2
    for (; i + 3 < n; i += 4) {
      const r0 = offset + i * n
      const r1 = r0 + n
      const r2 = r1 + n
      const r3 = r2 + n
      let s0 = a[r0 + j]!
      let s1 = a[r1 + j]!
      let s2 = a[r2 + j]!
      let s3 = a[r3 + j]!
      let t0 = a[r0 + j + 1]!
      let t1 = a[r1 + j + 1]!
      let t2 = a[r2 + j + 1]!
      let t3 = a[r3 + j + 1]!
      for (let k = 0; k < j; k++) {
        const x = a[row + k]!
        const y = a[below + k]!
        const x0 = a[r0 + k]!
        const x1 = a[r1 + k]!
        const x2 = a[r2 + k]!
        const x3 = a[r3 + k]!
        s0 -= x0 * x
        s1 -= x1 * x
        s2 -= x2 * x
        s3 -= x3 * x
        t0 -= x0 * y
        t1 -= x1 * y
        t2 -= x2 * y
        t3 -= x3 * y
      }
      s0 /= pivot
      s1 /= pivot
      s2 /= pivot
      s3 /= pivot
      a[r0 + j] = s0
      a[r1 + j] = s1
      a[r2 + j] = s2
      a[r3 + j] = s3
      a[r0 + j + 1] = (t0 - s0 * corner) / second
      a[r1 + j + 1] = (t1 - s1 * corner) / second
      a[r2 + j + 1] = (t2 - s2 * corner) / second
      a[r3 + j + 1] = (t3 - s3 * corner) / second
    }
    for (; i < n; i++) {
      const other = offset + i * n
      let s = a[other + j]!
      let t = a[other + j + 1]!
      for (let k = 0; k < j; k++) {
        const x = a[other + k]!
        s -= x * a[row + k]!
        t -= x * a[below + k]!
      }
      s /= pivot
      a[other + j] = s
      a[other + j + 1] = (t - s * corner) / second
    }
  }
  return j === n || pivotInPlace(a, offset + j * n, j)
}

/** The root of what is left of entry j of a row, in its place. */
function pivotInPlace(a: Float64Array, row: number, j: number): boolean {
  let square = a[row + j]!
  for (let k = 0; k < j; k++) square -= a[row + k]! * a[row + k]!
  if (!(square > 0 && square < Number.POSITIVE_INFINITY)) return false
  a[row + j] = Math.sqrt(square)
  return true
}

/** Added to the diagonal, as a share of its mean: regressions on rows that repeat each other stay solvable. */
const JITTER = 1e-10

/** What is added first to a diagonal of such a mean, of the whole of a covariance or, where that goes on alike, of its first part. */
export const jitterFor = (mean: number): number => JITTER * mean + 1e-14

/** Beyond the last one the diagonal outweighs what rounding can do to a covariance. */
const ATTEMPTS = 6

/**
 * Replaces the lower triangle of a covariance [n, n], which may be singular and rounding may have left indefinite, by its
 * Cholesky factor: 10⁻¹⁰ of the mean of the diagonal is added to it, 100 times as much where that fails, at most its mean.
 * Throws `InputError` where entries are not finite. `scratch` holds n² numbers. Cost n³/3.
 */
export function regularCholeskyInPlace(a: Float64Array, n: number, scratch: Float64Array = new Float64Array(n * n)): void {
  let mean = 0
  for (let i = 0; i < n; i++) mean += a[i * n + i]! / n
  scratch.set(a.subarray(0, n * n))
  let jitter = jitterFor(mean)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    for (let i = 0; i < n; i++) a[i * n + i] = a[i * n + i]! + jitter
    if (choleskyInPlace(a, n)) return
    for (let i = 0; i < n * n; i++) a[i] = scratch[i]!
    jitter *= 100
  }
  throw new InputError({
    code: 'covariance-not-finite',
    got: 'a covariance that no regularisation makes positive definite: numbers too large for sums of squares',
    expected: 'values that lie near enough to the data to be compared with them',
    try: 'a value or an observation nearer to the data'
  })
}

/** As `regularCholeskyInPlace`, for what is definite but for rounding (I + GGᵀ): nothing is added where it goes without. */
export function definiteCholeskyInPlace(a: Float64Array, n: number): void {
  const kept = a.slice()
  if (choleskyInPlace(a, n)) return
  a.set(kept)
  regularCholeskyInPlace(a, n)
}

/** The lower Cholesky factor L of a symmetric positive definite A = L Lᵀ. Throws `InputError` when A is not. Cost n³/3. */
export function cholesky(a: Matrix): Matrix {
  const n = checkSquare(a)
  const out = matrix(n, n, a.data.slice())
  if (!choleskyInPlace(out.data, n)) {
    throw new InputError({
      code: 'not-positive-definite',
      got: `a ${n} × ${n} matrix that is not positive definite`,
      expected: 'a symmetric positive definite one',
      try: 'adding a small multiple of the identity'
    })
  }
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out.data[i * n + j] = 0
  return out
}

/** A pivot below this share of its diagonal entry is rounding: the row is a combination of those before it. */
const NO_PIVOT = 1e-12

/** L of A = L Lᵀ for a symmetric A that need not be definite: rows that depend on earlier ones get a zero pivot. Cost n³/3. */
export function semidefiniteCholesky(a: Matrix): Matrix {
  const n = checkSquare(a)
  const out = matrix(n, n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * n + j]!
      for (let k = 0; k < j; k++) sum -= out.data[i * n + k]! * out.data[j * n + k]!
      const pivot = out.data[j * n + j]!
      if (i === j) out.data[i * n + i] = sum > NO_PIVOT * a.data[i * n + i]! ? Math.sqrt(sum) : 0
      else if (pivot > 0) out.data[i * n + j] = sum / pivot
    }
  }
  return out
}

/** x ← L⁻¹ x for the lower triangle L [n, n] at `offset` of `lower`; x [n] starts at `at`. Cost n². */
export function solveLowerInPlace(lower: Float64Array, n: number, x: Float64Array, offset = 0, at = 0): void {
  for (let i = 0; i < n; i++) {
    let sum = x[at + i]!
    for (let k = 0; k < i; k++) sum -= lower[offset + i * n + k]! * x[at + k]!
    x[at + i] = sum / lower[offset + i * n + i]!
  }
}

/** x ← L⁻ᵀ x, as `solveLowerInPlace`. */
export function solveLowerTransposedInPlace(lower: Float64Array, n: number, x: Float64Array, offset = 0, at = 0): void {
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[at + i]!
    for (let k = i + 1; k < n; k++) sum -= lower[offset + k * n + i]! * x[at + k]!
    x[at + i] = sum / lower[offset + i * n + i]!
  }
}

/** A⁻¹ B from the Cholesky factor L of A. Cost n² a column of B. */
export function choleskySolve(lower: Matrix, b: Matrix): Matrix {
  const n = checkSquare(lower)
  if (b.rows !== n) throw shapeError(`a right-hand side of ${b.rows} rows`, `${n} rows`)
  const columns = transpose(b)
  for (let j = 0; j < b.cols; j++) {
    solveLowerInPlace(lower.data, n, columns.data, 0, j * n)
    solveLowerTransposedInPlace(lower.data, n, columns.data, 0, j * n)
  }
  return transpose(columns)
}

/** The solution X of A X = B by elimination with partial pivoting. Throws `InputError` when A is singular. Cost n³/3 + n² a column. */
export function solve(a: Matrix, b: Matrix): Matrix {
  const n = checkSquare(a)
  if (b.rows !== n) throw shapeError(`a right-hand side of ${b.rows} rows`, `${n} rows`)
  const left = a.data.slice()
  const out = matrix(n, b.cols, b.data.slice())
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let i = k + 1; i < n; i++) if (Math.abs(left[i * n + k]!) > Math.abs(left[pivot * n + k]!)) pivot = i
    if (!(Math.abs(left[pivot * n + k]!) > 0)) {
      throw new InputError({
        code: 'singular',
        got: `a singular ${n} × ${n} matrix`,
        expected: 'an invertible one',
        try: 'removing columns that depend on others'
      })
    }
    swapRows(left, n, k, pivot)
    swapRows(out.data, b.cols, k, pivot)
    for (let i = k + 1; i < n; i++) {
      const factor = left[i * n + k]! / left[k * n + k]!
      if (factor === 0) continue
      for (let j = k + 1; j < n; j++) left[i * n + j] = left[i * n + j]! - factor * left[k * n + j]!
      for (let j = 0; j < b.cols; j++) out.data[i * b.cols + j] = out.data[i * b.cols + j]! - factor * out.data[k * b.cols + j]!
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = 0; j < b.cols; j++) {
      let sum = out.data[i * b.cols + j]!
      for (let k = i + 1; k < n; k++) sum -= left[i * n + k]! * out.data[k * b.cols + j]!
      out.data[i * b.cols + j] = sum / left[i * n + i]!
    }
  }
  return out
}

function swapRows(data: Float64Array, cols: number, a: number, b: number): void {
  if (a === b) return
  for (let j = 0; j < cols; j++) {
    const kept = data[a * cols + j]!
    data[a * cols + j] = data[b * cols + j]!
    data[b * cols + j] = kept
  }
}

/** A⁻¹. Throws `InputError` when A is singular. Cost n³. */
export function inverse(a: Matrix): Matrix {
  return solve(a, identity(checkSquare(a)))
}

/** Coefficients of the [6/6] Padé approximant of exp: (12 − k)! 6! / (12! k! (6 − k)!). */
const PADE = [1, 1 / 2, 5 / 44, 1 / 66, 1 / 792, 1 / 15840, 1 / 665280]

/**
 * eᴬ by scaling and squaring with the (6, 6) Padé approximant; relative error about 1e-15·‖A‖. Cost about 20 n³.
 * Throws `InputError` when an entry is not finite.
 * @source Golub and Van Loan, *Matrix Computations*, section 9.3.
 */
export function matrixExponential(a: Matrix): Matrix {
  const n = checkSquare(a)
  let norm = 0
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < n; j++) sum += Math.abs(a.data[i * n + j]!)
    if (!(sum < Number.POSITIVE_INFINITY)) throw shapeError('a matrix with entries that are not finite', 'finite entries')
    norm = Math.max(norm, sum)
  }
  let squarings = 0
  let scale = 1
  while (norm * scale > 0.25) {
    scale *= 0.5
    squarings++
  }
  const scaled = matrix(
    n,
    n,
    a.data.map((x) => x * scale)
  )
  let power = identity(n)
  const top = matrix(n, n)
  const bottom = matrix(n, n)
  PADE.forEach((coefficient, k) => {
    if (k > 0) power = multiply(power, scaled)
    for (let i = 0; i < n * n; i++) {
      top.data[i] = top.data[i]! + coefficient * power.data[i]!
      bottom.data[i] = bottom.data[i]! + (k % 2 === 0 ? coefficient : -coefficient) * power.data[i]!
    }
  })
  let out = solve(bottom, top)
  for (let k = 0; k < squarings; k++) out = multiply(out, out)
  return out
}
