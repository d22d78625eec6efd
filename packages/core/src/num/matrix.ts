import { InputError } from './errors.js'

/** A dense row-major matrix of float64: entry (i, j) is `data[i * cols + j]`. */
export interface Matrix {
  readonly data: Float64Array
  readonly rows: number
  readonly cols: number
}

/** A matrix [rows, cols] of zeros, or over `data` without copying it. Throws `InputError` when the length is not rows·cols. */
export function matrix(rows: number, cols: number, data: Float64Array = new Float64Array(rows * cols)): Matrix {
  if (data.length !== rows * cols) {
    throw new InputError({
      code: 'matrix-length',
      got: `${data.length} numbers for a ${rows} × ${cols} matrix`,
      expected: `${rows * cols} numbers`,
      try: 'passing rows·cols numbers in row-major order'
    })
  }
  return { data, rows, cols }
}

/** Where matrices are made. */
export type Maker = Pick<Room, 'matrix'>

/** Room for matrices that are done with together: what comes after `clear` stands where they stood. */
export class Room {
  #data = new Float64Array(0)
  #used = 0

  /** A matrix [rows, cols] of whatever stood there. */
  matrix(rows: number, cols: number): Matrix {
    const length = rows * cols
    if (this.#used + length > this.#data.length) {
      this.#data = new Float64Array(Math.max(length, 2 * this.#data.length))
      this.#used = 0
    }
    const start = this.#used
    this.#used += length
    return matrix(rows, cols, this.#data.subarray(start, this.#used))
  }

  clear(): void {
    this.#used = 0
  }
}

/** A matrix [n, d] copied from an array of n rows of equal length d. */
export function matrixFromRows(rows: readonly ArrayLike<number>[]): Matrix {
  const cols = rows.length === 0 ? 0 : rows[0]!.length
  const out = matrix(rows.length, cols)
  rows.forEach((row, i) => {
    if (row.length !== cols) {
      throw new InputError({
        code: 'matrix-ragged',
        got: `row ${i} of length ${row.length}`,
        expected: `length ${cols}, as row 0`,
        try: 'making all rows equally long'
      })
    }
    out.data.set(row, i * cols)
  })
  return out
}

/** Row i as a view (no copy): writing to it writes to the matrix. */
export function rowOf(m: Matrix, i: number): Float64Array {
  return m.data.subarray(i * m.cols, (i + 1) * m.cols)
}

/** Copies row i of `from` to row j of `into`, of as many columns. Rows are short: a view of each would cost more than its numbers. */
export function copyRow(from: Matrix, i: number, into: Matrix, j: number): void {
  const { cols } = into
  for (let c = 0; c < cols; c++) into.data[j * cols + c] = from.data[i * cols + c]!
}

/** Column j, copied. */
export function columnOf(m: Matrix, j: number): Float64Array {
  const out = new Float64Array(m.rows)
  for (let i = 0; i < m.rows; i++) out[i] = m.data[i * m.cols + j]!
  return out
}

/** The values at `indices`, in that order. */
export function takeValues<T extends Float64Array | Uint32Array | Int32Array>(values: T, indices: ArrayLike<number>): T {
  const out = new (values.constructor as new (length: number) => T)(indices.length)
  for (let k = 0; k < indices.length; k++) out[k] = values[indices[k]!]!
  return out
}

/** The rows `indices` of m, copied in that order [indices.length, cols]. */
export function takeRows(m: Matrix, indices: ArrayLike<number>, room: Maker = { matrix }): Matrix {
  const out = room.matrix(indices.length, m.cols)
  for (let k = 0; k < indices.length; k++) copyRow(m, indices[k]!, out, k)
  return out
}

/** The columns `indices` of m, copied in that order [rows, indices.length]. */
export function takeColumns(m: Matrix, indices: ArrayLike<number>): Matrix {
  const out = matrix(m.rows, indices.length)
  for (let i = 0; i < m.rows; i++) {
    for (let k = 0; k < indices.length; k++) out.data[i * indices.length + k] = m.data[i * m.cols + indices[k]!]!
  }
  return out
}

/** Writes the columns of `from` [n, k] to k columns of `into` [n, d]. Cost O(n·k). */
export function putColumns(into: Matrix, columns: ArrayLike<number>, from: Matrix): void {
  for (let i = 0; i < into.rows; i++) {
    for (let k = 0; k < columns.length; k++) into.data[i * into.cols + columns[k]!] = from.data[i * from.cols + k]!
  }
}

/** A matrix [rows, columns.length] copied from its columns. */
export function matrixFromColumns(columns: readonly ArrayLike<number>[], rows: number): Matrix {
  const out = matrix(rows, columns.length)
  for (const [j, column] of columns.entries()) for (let i = 0; i < rows; i++) out.data[i * out.cols + j] = column[i]!
  return out
}

/** The rows of matrices with equally many columns, one matrix after the other; at least one matrix. */
export function stackRows(parts: readonly Matrix[]): Matrix {
  if (parts.length === 1) return parts[0]!
  const out = matrix(
    parts.reduce((sum, part) => sum + part.rows, 0),
    parts[0]!.cols
  )
  let at = 0
  for (const { data } of parts) {
    out.data.set(data, at)
    at += data.length
  }
  return out
}

/** An independent copy of m. */
export function copyMatrix(m: Matrix): Matrix {
  return { data: m.data.slice(), rows: m.rows, cols: m.cols }
}

/** (A, B) side by side [n, a + b]. */
export function beside(a: Matrix, b: Matrix): Matrix {
  const out = matrix(a.rows, a.cols + b.cols)
  for (let i = 0; i < a.rows; i++) {
    out.data.set(rowOf(a, i), i * out.cols)
    out.data.set(rowOf(b, i), i * out.cols + a.cols)
  }
  return out
}
