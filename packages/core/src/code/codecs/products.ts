/**
 * out [m, n] = A [m, k] Bᵀ for B [n, k], all row-major: eight inner products at a time, so that each number that is
 * loaded is used several times. Sums run in the order of k. Cost 2·m·n·k operations.
 */
export function timesTransposed(
  a: Float64Array,
  b: Float64Array,
  shape: readonly [m: number, n: number, k: number],
  out: Float64Array
): void {
  const [m, n, k] = shape
  const evenM = m - (m % 2)
  const wholeN = n - (n % 4)
  for (let i = 0; i < evenM; i += 2) {
    for (let j = 0; j < wholeN; j += 4) tile(a, b, { i, j, n, k }, out)
    for (let j = wholeN; j < n; j++) for (let r = i; r < i + 2; r++) out[r * n + j] = inner(a, r * k, b, j * k, k)
  }
  for (let j = 0; j < n && evenM < m; j++) out[evenM * n + j] = inner(a, evenM * k, b, j * k, k)
}

function inner(a: Float64Array, from: number, b: Float64Array, at: number, k: number): number {
  let sum = 0
  for (let p = 0; p < k; p++) sum += a[from + p]! * b[at + p]!
  return sum
}

interface Place {
  readonly i: number
  readonly j: number
  readonly n: number
  readonly k: number
}

/** Two rows of A against four rows of B. */
function tile(a: Float64Array, b: Float64Array, { i, j, n, k }: Place, out: Float64Array): void {
  const a0 = i * k
  const a1 = a0 + k
  const b0 = j * k
  const b1 = b0 + k
  const b2 = b1 + k
  const b3 = b2 + k
  let s00 = 0
  let s01 = 0
  let s02 = 0
  let s03 = 0
  let s10 = 0
  let s11 = 0
  let s12 = 0
  let s13 = 0
  for (let p = 0; p < k; p++) {
    const x = a[a0 + p]!
    const y = a[a1 + p]!
    const u = b[b0 + p]!
    const v = b[b1 + p]!
    const w = b[b2 + p]!
    const z = b[b3 + p]!
    s00 += x * u
    s01 += x * v
    s02 += x * w
    s03 += x * z
    s10 += y * u
    s11 += y * v
    s12 += y * w
    s13 += y * z
  }
  const at = i * n + j
  out[at] = s00
  out[at + 1] = s01
  out[at + 2] = s02
  out[at + 3] = s03
  out[at + n] = s10
  out[at + n + 1] = s11
  out[at + n + 2] = s12
  out[at + n + 3] = s13
}

/** Aᵀ [cols, rows] of row-major A [rows, cols], written to out. */
export function transposeInto(a: Float64Array, rows: number, cols: number, out: Float64Array): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = a[i * cols + j]!
}
