import { type Matrix, matrix } from '../num/matrix.js'

/** Tall matrices as lists of columns, the layout in which inner products and updates run fast. */
export type Columns = Float64Array[]

/** The columns of m, copied, to the memory given if there is any. */
export function columnsOf(m: Matrix, memory: Float64Array = new Float64Array(m.rows * m.cols)): Columns {
  const out = Array.from({ length: m.cols }, (_, j) => memory.subarray(j * m.rows, (j + 1) * m.rows))
  out.forEach((column, j) => {
    for (let i = 0; i < m.rows; i++) column[i] = m.data[i * m.cols + j]!
  })
  return out
}

/** Columns of equal length as a row-major matrix [n, columns.length], in the memory given if there is any. */
export function fromColumns(columns: readonly Float64Array[], rows: number, memory?: Float64Array): Matrix {
  const length = rows * columns.length
  const out = matrix(rows, columns.length, memory && memory.length >= length ? memory.subarray(0, length) : undefined)
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

/** out = Σ_i coefficients_i columns_i. */
export function combine(columns: readonly Float64Array[], coefficients: ArrayLike<number>, out: Float64Array): Float64Array {
  const rows = out.length
  out.fill(0)
  const whole = columns.length - (columns.length % 4)
  for (let i = 0; i < whole; i += 4) {
    const [a, b, c, d] = [columns[i]!, columns[i + 1]!, columns[i + 2]!, columns[i + 3]!]
    const [pa, pb, pc, pd] = [coefficients[i]!, coefficients[i + 1]!, coefficients[i + 2]!, coefficients[i + 3]!]
    for (let r = 0; r < rows; r++) out[r] = out[r]! + (pa * a[r]! + pb * b[r]! + pc * c[r]! + pd * d[r]!)
  }
  for (let i = whole; i < columns.length; i++) addScaled(out, coefficients[i]!, columns[i]!)
  return out
}

/** The first columns become Σ_i coefficients_ki columns_i, one for each row k of coefficients, in their own memory. */
export function recombine(columns: readonly Float64Array[], coefficients: readonly ArrayLike<number>[]): Columns {
  const rows = columns[0]?.length ?? 0
  const tile = coefficients.map(() => new Float64Array(TILE))
  for (let start = 0; start < rows; start += TILE) {
    const end = Math.min(rows, start + TILE)
    const parts = columns.map((column) => column.subarray(start, end))
    coefficients.forEach((row, k) => {
      combine(parts, row, tile[k]!.subarray(0, end - start))
    })
    tile.forEach((values, k) => {
      parts[k]!.set(values.subarray(0, end - start))
    })
  }
  return columns.slice(0, coefficients.length)
}

/** Rows at a time: a few columns stay in the processor's first cache while all vectors meet them. */
const TILE = 512

/** Two vectors and four columns, and the eight inner products of theirs: each number that is loaded takes part in several products. */
interface Meeting {
  readonly vectors: readonly [Float64Array, Float64Array]
  readonly columns: readonly [Float64Array, Float64Array, Float64Array, Float64Array]
  readonly parts: Float64Array
}

/**
 * Removes from each vector its components along orthonormal columns, once (classical Gram–Schmidt), and adds them to
 * `totals` [columns], one array a vector. Cost 4 · rows · columns · vectors.
 */
export function removeComponents(
  vectors: readonly Float64Array[],
  columns: readonly Float64Array[],
  totals: readonly Float64Array[]
): void {
  const rows = vectors[0]?.length ?? 0
  const nothing = new Float64Array(columns.length % 4 > 0 || vectors.length % 2 > 0 ? rows : 0)
  const column = (i: number): Float64Array => columns[i] ?? nothing
  const meetings: Meeting[] = []
  for (let i = 0; i < columns.length; i += 4) {
    for (let v = 0; v < vectors.length; v += 2) {
      const four = [column(i), column(i + 1), column(i + 2), column(i + 3)] as const
      meetings.push({ vectors: [vectors[v]!, vectors[v + 1] ?? nothing], columns: four, parts: new Float64Array(8) })
    }
  }
  for (const work of [addProducts, subtractComponents]) {
    for (let start = 0; start < rows; start += TILE) {
      for (const meeting of meetings) work(meeting, start, Math.min(rows, start + TILE))
    }
  }
  const pairs = Math.ceil(vectors.length / 2)
  totals.forEach((total, v) => {
    for (let i = 0; i < columns.length; i++) {
      total[i] = total[i]! + meetings[(i >> 2) * pairs + (v >> 1)]!.parts[(v & 1) * 4 + (i & 3)]!
    }
  })
}

function addProducts({ vectors: [x, y], columns: [a, b, c, d], parts }: Meeting, start: number, end: number): void {
  let [xa, xb, xc, xd, ya, yb, yc, yd] = parts as unknown as [number, number, number, number, number, number, number, number]
  for (let r = start; r < end; r++) {
    const s = x[r]!
    const t = y[r]!
    const ar = a[r]!
    const br = b[r]!
    const cr = c[r]!
    const dr = d[r]!
    xa += s * ar
    xb += s * br
    xc += s * cr
    xd += s * dr
    ya += t * ar
    yb += t * br
    yc += t * cr
    yd += t * dr
  }
  parts.set([xa, xb, xc, xd, ya, yb, yc, yd])
}

function subtractComponents({ vectors: [x, y], columns: [a, b, c, d], parts }: Meeting, start: number, end: number): void {
  const [xa, xb, xc, xd, ya, yb, yc, yd] = parts as unknown as [number, number, number, number, number, number, number, number]
  for (let r = start; r < end; r++) {
    const ar = a[r]!
    const br = b[r]!
    const cr = c[r]!
    const dr = d[r]!
    x[r] = x[r]! - (xa * ar + xb * br + xc * cr + xd * dr)
    y[r] = y[r]! - (ya * ar + yb * br + yc * cr + yd * dr)
  }
}
