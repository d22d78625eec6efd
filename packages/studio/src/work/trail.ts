import type { GlobalModel } from '@sbridge/core'
import { wholeTable } from '@sbridge/core/internal'
import { decodeTable, type Encoded, type Table } from '@sbridge/core/tables'
import { type Placing, pairsOf } from './axis.js'

/** Numbers that are kept of all steps together, at most: about 100 MB. */
const MOST_NUMBERS = 24e6

interface Kept {
  readonly coordinates: Float32Array
  readonly codes: Uint16Array
}

export interface AxisPair {
  readonly x: Placing
  readonly y: Placing
}

/** Where rows are after each step, on two columns. */
export interface Way {
  readonly length: number
  places(step: number, axes: AxisPair): Float32Array
}

/** Of rows that no chains of the whole table have led to, where they are. */
export function endOf(rows: Table): Way {
  return { length: 1, places: (_, axes) => placesOf(rows, axes) }
}

/** Where all chains were after each step: enough to show them on any two columns, now or later. */
export class Trail implements Way {
  readonly #steps: Kept[] = []
  readonly #rows: number
  readonly #every: number

  constructor(
    private readonly model: GlobalModel,
    size: { readonly rows: number; readonly steps: number }
  ) {
    const { encoder } = model.training
    this.#rows = size.rows
    const numbers = size.rows * (encoder.coordinateCount + encoder.factors.length) * (size.steps + 1)
    this.#every = Math.max(1, Math.ceil(numbers / MOST_NUMBERS))
  }

  /** Keeps a step, unless it is one of those between that there is no room for. */
  add(rows: Encoded, step: number, last: boolean): boolean {
    if (step % this.#every !== 0 && !last) return false
    this.#steps.push({ coordinates: Float32Array.from(rows.coordinates.data), codes: Uint16Array.from(rows.codes) })
    return true
  }

  get length(): number {
    return this.#steps.length
  }

  places(step: number, axes: AxisPair): Float32Array {
    const { coordinates, codes } = this.#steps[step]!
    const { encoder } = this.model.training
    const matrix = { data: Float64Array.from(coordinates), rows: this.#rows, cols: encoder.coordinateCount }
    const rows = { coordinates: matrix, codes: Int32Array.from(codes) }
    // What rules derive needs more columns than the two.
    if (this.model.rules) return placesOf(wholeTable(this.model, decodeTable(encoder, rows)).table, axes)
    return placesOf(decodeTable(encoder, rows, [axes.x.axis.name, axes.y.axis.name]), axes)
  }
}

/** Places of the rows of a table on two axes. */
export function placesOf(table: Table, { x, y }: AxisPair): Float32Array {
  // A column that is not drawn, such as one of weights, has no places.
  const along = ({ axis, place }: Placing, salt: number) => {
    const column = table.columns.find((one) => one.name === axis.name)
    return column && column.kind !== 'identifier' ? place(column, salt) : new Float32Array(table.rowCount).fill(Number.NaN)
  }
  return pairsOf(along(x, 0), along(y, 1))
}
