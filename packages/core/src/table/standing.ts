import { settle } from '../num/checksum.js'
import { type Matrix, matrix } from '../num/matrix.js'
import type { Encoded, Encoder } from './encoder.js'

/** Points that were asked for, and what stands in them. */
interface Kept {
  readonly points: Matrix
  readonly numbers: Matrix
  /** Which place of which factor stands in each column behind the numbers. */
  columns: readonly number[]
  /** Factors that are others by now. */
  readonly redrawn: Set<number>
}

/**
 * Where rows stand, with some of their factors at a time, while these are redrawn one after another: of each number of columns in one
 * matrix, of which only what stands otherwise than before is written. What was given before is overwritten by what is asked for next.
 */
export class Standing {
  readonly #kept = new Map<number, Kept>()
  #scaled: { readonly from: Matrix; readonly to: Matrix } | undefined

  /** These factors of the rows are others from now on. */
  redraw(factors: readonly number[]): void {
    for (const { redrawn } of this.#kept.values()) for (const f of factors) redrawn.add(f)
  }

  /** What is made of numbers, once as long as these are the same. */
  scaled(numbers: Matrix, scale: (numbers: Matrix) => Matrix): Matrix {
    if (this.#scaled?.from !== numbers) this.#scaled = { from: numbers, to: scale(numbers) }
    return this.#scaled.to
  }

  /** Coordinates followed by the places of the chosen factors [n, coordinateCount + Σ q]. Cost O(n) for each column that stands otherwise. */
  place(encoder: Encoder, { coordinates, codes }: Encoded, factors: readonly number[]): Matrix {
    const count = encoder.factors.length
    const columns = factors.flatMap((f) => Array.from({ length: encoder.factors[f]!.places.cols }, (_, c) => f + c * count))
    const kept = this.#keep(coordinates, coordinates.cols + columns.length)
    const { rows, cols, data } = kept.points
    for (let k = 0; k < columns.length; k++) {
      const f = columns[k]! % count
      if (columns[k] === kept.columns[k] && !kept.redrawn.has(f)) continue
      const { places } = encoder.factors[f]!
      const place = (columns[k]! - f) / count
      for (let at = coordinates.cols + k, own = f; own < rows * count; at += cols, own += count)
        data[at] = places.data[codes[own]! * places.cols + place]!
    }
    kept.columns = columns
    kept.redrawn.clear()
    // Whoever keeps what is made of an array takes a new one for another.
    return matrix(rows, cols, data.subarray())
  }

  #keep(numbers: Matrix, cols: number): Kept {
    const before = this.#kept.get(cols)
    if (before?.numbers === numbers) return before
    const points = before?.points.rows === numbers.rows ? before.points : matrix(numbers.rows, cols)
    for (let i = 0, from = 0; i < numbers.rows; i++)
      for (let c = 0, at = i * cols; c < numbers.cols; c++) points.data[at++] = numbers.data[from++]!
    const kept = { points, numbers, columns: [], redrawn: new Set<number>() }
    this.#kept.set(cols, kept)
    return kept
  }
}

/** Coordinates followed by the places of the chosen factors: the points that kernels compare [n, coordinateCount + Σ q]. */
export function embedEncoded(
  encoder: Encoder,
  rows: Encoded,
  factors: readonly number[] = encoder.factors.map((_, f) => f),
  standing = new Standing()
): Matrix {
  return standing.place(encoder, rows, factors)
}

/** All of these points of rows that nobody changes: made once, so that an engine puts them in order once. */
export function comparedPoints(encoder: Encoder, rows: Encoded): Matrix {
  if (encoder.factors.length === 0) {
    settle(rows.coordinates.data)
    return rows.coordinates
  }
  const known = compared.get(rows)
  if (known?.encoder === encoder) return known.points
  const points = embedEncoded(encoder, rows)
  settle(points.data)
  compared.set(rows, { encoder, points })
  return points
}

const compared = new WeakMap<Encoded, { readonly encoder: Encoder; readonly points: Matrix }>()
