import { type Matrix, matrix } from '../num/matrix.js'
import type { Encoded, Encoder } from './encoder.js'

/**
 * Where rows stand, with some of their factors at a time, while these are redrawn one after another: in one matrix, of which only what
 * stands otherwise than before is written. What was given before is overwritten by what is asked for next.
 */
export class Standing {
  #data = new Float64Array(0)
  #shape = { rows: -1, cols: -1 }
  #numbers: Matrix | undefined
  /** Which place of which factor stands in each column behind the numbers. */
  #columns: readonly number[] = []
  readonly #redrawn = new Set<number>()
  #scaled: { readonly from: Matrix; readonly to: Matrix } | undefined

  /** These factors of the rows are others from now on. */
  redraw(factors: readonly number[]): void {
    for (const f of factors) this.#redrawn.add(f)
  }

  /** What is made of numbers, once as long as these are the same. */
  scaled(numbers: Matrix, scale: (numbers: Matrix) => Matrix): Matrix {
    if (this.#scaled?.from !== numbers) this.#scaled = { from: numbers, to: scale(numbers) }
    return this.#scaled.to
  }

  /** Coordinates followed by the places of the chosen factors [n, coordinateCount + Σ q]. Cost O(n) for each column that stands otherwise. */
  place(encoder: Encoder, { coordinates, codes }: Encoded, factors: readonly number[]): Matrix {
    const { rows } = coordinates
    const count = encoder.factors.length
    const columns = factors.flatMap((f) => Array.from({ length: encoder.factors[f]!.places.cols }, (_, c) => f + c * count))
    const cols = coordinates.cols + columns.length
    const isOther = rows !== this.#shape.rows || cols !== this.#shape.cols
    if (rows * cols > this.#data.length) this.#data = new Float64Array(rows * cols)
    const data = this.#data
    if (isOther || coordinates !== this.#numbers)
      for (let i = 0, from = 0; i < rows; i++)
        for (let c = 0, at = i * cols; c < coordinates.cols; c++) data[at++] = coordinates.data[from++]!
    for (let k = 0; k < columns.length; k++) {
      const f = columns[k]! % count
      if (isOther || columns[k] !== this.#columns[k] || this.#redrawn.has(f)) {
        const { places } = encoder.factors[f]!
        const place = (columns[k]! - f) / count
        for (let at = coordinates.cols + k, own = f; own < rows * count; at += cols, own += count)
          data[at] = places.data[codes[own]! * places.cols + place]!
      }
    }
    this.#shape = { rows, cols }
    this.#numbers = coordinates
    this.#columns = columns
    this.#redrawn.clear()
    return matrix(rows, cols, data.subarray(0, rows * cols))
  }
}
