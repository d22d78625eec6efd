import { type Matrix, matrix } from '../num/matrix.js'

/** Tall matrices as lists of columns, the layout in which inner products and updates run fast. */
export type Columns = Float64Array[]

/** The columns of m, copied. */
export function columnsOf(m: Matrix): Columns {
  const out = Array.from({ length: m.cols }, () => new Float64Array(m.rows))
  out.forEach((column, j) => {
    for (let i = 0; i < m.rows; i++) column[i] = m.data[i * m.cols + j]!
  })
  return out
}

/** Columns of equal length as a row-major matrix [n, columns.length]. */
export function fromColumns(columns: readonly Float64Array[], rows: number): Matrix {
  const out = matrix(rows, columns.length)
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) out.data[i * columns.length + j] = column[i]!
  })
  return out
}

/** Σ a_i b_i in a fixed order of four partial sums. */
export function dot(a: Float64Array, b: Float64Array): number {
  const n = a.length
  const whole = n - (n % 4)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!
    s1 += a[i + 1]! * b[i + 1]!
    s2 += a[i + 2]! * b[i + 2]!
    s3 += a[i + 3]! * b[i + 3]!
  }
  for (let i = whole; i < n; i++) s0 += a[i]! * b[i]!
  return s0 + s1 + (s2 + s3)
}

/** target += factor · source. */
export function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + factor * source[i]!
}

/** target *= factor. */
export function scaleBy(target: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! * factor
}

/** Σ_i coefficients_i columns_i. */
export function combine(columns: readonly Float64Array[], coefficients: ArrayLike<number>, rows: number): Float64Array {
  const out = new Float64Array(rows)
  for (let i = 0; i < columns.length; i++) if (coefficients[i] !== 0) addScaled(out, coefficients[i]!, columns[i]!)
  return out
}

/** Removes from a vector its components along orthonormal columns, once (classical Gram–Schmidt), and adds them to `total`. */
export function removeComponents(vector: Float64Array, columns: readonly Float64Array[], total: Float64Array): void {
  const parts = new Float64Array(columns.length)
  const whole = columns.length - (columns.length % 4)
  for (let i = 0; i < whole; i += 4) fourDots(vector, columns, i, parts)
  for (let i = whole; i < columns.length; i++) parts[i] = dot(vector, columns[i]!)
  for (let i = 0; i < whole; i += 4) subtractFour(vector, columns, i, parts)
  for (let i = whole; i < columns.length; i++) addScaled(vector, -parts[i]!, columns[i]!)
  for (let i = 0; i < parts.length; i++) total[i] = total[i]! + parts[i]!
}

/** Inner products with columns i … i + 3, the vector loaded once. */
function fourDots(vector: Float64Array, columns: readonly Float64Array[], i: number, parts: Float64Array): void {
  const [a, b, c, d] = [columns[i]!, columns[i + 1]!, columns[i + 2]!, columns[i + 3]!]
  let sa = 0
  let sb = 0
  let sc = 0
  let sd = 0
  for (let r = 0; r < vector.length; r++) {
    const x = vector[r]!
    sa += x * a[r]!
    sb += x * b[r]!
    sc += x * c[r]!
    sd += x * d[r]!
  }
  parts[i] = sa
  parts[i + 1] = sb
  parts[i + 2] = sc
  parts[i + 3] = sd
}

function subtractFour(vector: Float64Array, columns: readonly Float64Array[], i: number, parts: Float64Array): void {
  const [a, b, c, d] = [columns[i]!, columns[i + 1]!, columns[i + 2]!, columns[i + 3]!]
  const [pa, pb, pc, pd] = [parts[i]!, parts[i + 1]!, parts[i + 2]!, parts[i + 3]!]
  for (let r = 0; r < vector.length; r++) vector[r] = vector[r]! - (pa * a[r]! + pb * b[r]! + pc * c[r]! + pd * d[r]!)
}
