import { settle } from '../num/checksum.js'
import { type Matrix, matrix, Room } from '../num/matrix.js'
import type { Encoded, Encoder } from './encoder.js'

/** Coordinates followed by the places of the chosen factors: the points that kernels compare [n, coordinateCount + Σ q]. */
export function embedEncoded(
  encoder: Encoder,
  { coordinates, codes }: Encoded,
  factors: readonly number[] = encoder.factors.map((_, f) => f)
): Matrix {
  const parts = factors.map((f) => ({ f, width: encoder.factors[f]!.places.cols, places: encoder.factors[f]!.places.data }))
  const out = matrix(coordinates.rows, coordinates.cols + parts.reduce((sum, { width }) => sum + width, 0))
  const { rows, data } = out
  // In the order of memory: columns of many factors are further apart than what stays at hand.
  for (let i = 0, from = 0, own = 0, at = 0; i < rows; i++, own += encoder.factors.length) {
    for (let c = 0; c < coordinates.cols; c++) data[at++] = coordinates.data[from++]!
    for (let k = 0; k < parts.length; k++) {
      const { f, width, places } = parts[k]!
      for (let place = codes[own + f]! * width, end = place + width; place < end; ) data[at++] = places[place++]!
    }
  }
  return out
}

/** Writes the places of a factor from a column on. */
function placeFactor(
  { factors }: Encoder,
  { codes, f }: { readonly codes: Int32Array; readonly f: number },
  to: Matrix,
  first: number
): void {
  const { places } = factors[f]!
  for (let i = 0, own = f; i < to.rows; i++, own += factors.length) {
    const level = codes[own]! * places.cols
    for (let c = 0, at = i * to.cols + first; c < places.cols; c++) to.data[at++] = places.data[level + c]!
  }
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

/**
 * Where rows stand, with some of their factors at a time, while these are redrawn one after another: with all of them once, of which
 * only the redrawn ones are written again, and the columns that are asked for taken of it. What was given before is overwritten by what is asked for next.
 */
export class Standing {
  readonly #room = new Room()
  readonly #redrawn = new Set<number>()
  #all: { readonly numbers: Matrix; readonly points: Matrix } | undefined
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

  /** The points of `embedEncoded`. Cost O(n) for each of their columns, in the order of memory. */
  place(encoder: Encoder, rows: Encoded, factors: readonly number[]): Matrix {
    const starts = startsOf(encoder, rows.coordinates.cols)
    const all = this.#placed(encoder, rows, starts)
    const columns = factors.flatMap((f) => Array.from({ length: starts[f + 1]! - starts[f]! }, (_, c) => starts[f]! + c))
    const chosen = Uint32Array.from([...Array.from({ length: rows.coordinates.cols }, (_, c) => c), ...columns])
    this.#room.clear()
    const out = this.#room.matrix(all.rows, chosen.length)
    for (let from = 0, at = 0; from < all.data.length; from += all.cols)
      for (let k = 0; k < chosen.length; k++) out.data[at++] = all.data[from + chosen[k]!]!
    return out
  }

  #placed(encoder: Encoder, rows: Encoded, starts: readonly number[]): Matrix {
    const numbers = rows.coordinates
    if (this.#all?.numbers !== numbers) this.#all = { numbers, points: embedEncoded(encoder, rows) }
    else for (const f of this.#redrawn) placeFactor(encoder, { codes: rows.codes, f }, this.#all.points, starts[f]!)
    this.#redrawn.clear()
    return this.#all.points
  }
}

/** The column where each factor's places begin, and where the last ones end [factors + 1]. */
function startsOf({ factors }: Encoder, coordinateCount: number): number[] {
  const starts = [coordinateCount]
  for (const { places } of factors) starts.push(starts.at(-1)! + places.cols)
  return starts
}
