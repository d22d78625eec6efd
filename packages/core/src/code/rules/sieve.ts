import { firstAbove } from '../../num/ascending.js'
import { sorted } from '../../num/statistics.js'
import { type Quantity, tolerance } from './quantity.js'
import type { Shape } from './shapes.js'

/** By how much what a column can be is widened, so that none is left out by what a computer's numbers are off by. */
const [WIDER, LEAST_WIDER] = [1e-9, 1e-300]

/** Rows, the first of those that candidates are tried on, by which a sieve leaves out most. */
export const FIRST_PROBES = 8

/** From where to where a number, or a ratio of two, may lie. */
type Range = readonly [low: number, high: number]

const ANYWHERE: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]

/** Numbers between which the columns that a number may be are the same, and a bit for each of these [cells][words]. */
interface Cells {
  readonly ends: Float64Array
  readonly bits: Int32Array
}

/**
 * Which of some columns can be what a form gives at a few rows, times a factor, without a look at each: by sorted ends of what they are at a
 * row, and of their ratios between two rows, which a free factor leaves as they are. It leaves in all that `FactorInterval` would let pass.
 * Cost O(log columns) a row asked for, and O(columns²) once for each row and pair of rows.
 */
export class Sieve {
  /** A bit for each column that is left. */
  private readonly left: Int32Array
  private readonly all: Int32Array
  private readonly words: number
  private readonly cells = new Map<number, Cells>()
  private readonly ranges: readonly (readonly Range[])[]

  constructor(
    columns: readonly Pick<Quantity, 'unit'>[],
    atRows: readonly Float64Array[],
    readonly rows: number
  ) {
    this.words = Math.max(1, Math.ceil(columns.length / 32))
    this.left = new Int32Array(this.words)
    this.all = new Int32Array(this.words)
    columns.forEach((_, k) => {
      this.all[k >>> 5]! |= 1 << (k & 31)
    })
    this.ranges = columns.map(({ unit }, k) =>
      Array.from(atRows[k]!.subarray(0, rows), (x): Range => {
        const half = tolerance(unit, x)
        return Number.isNaN(x) ? ANYWHERE : [x - half, x + half]
      })
    )
  }

  /** Whether some of the columns, but for those, can be what a form gives at the rows, which is put into `values` as far as it is asked for. */
  passes(factor: Shape['factor'], valueAt: (row: number) => number, values: Float64Array, except: Int32Array): boolean {
    const { left, all, rows } = this
    for (let w = 0; w < this.words; w++) left[w] = all[w]!
    for (let e = 0; e < except.length; e++) if (except[e]! >= 0) left[except[e]! >>> 5]! &= ~(1 << (except[e]! & 31))
    let reference = -1
    for (let row = 0; row < rows; row++) {
      const value = valueAt(row)
      values[row] = value
      if (Number.isNaN(value) || (factor === 'free' && !Number.isFinite(value))) continue
      if (factor === 'one' || value === 0) {
        if (!this.keep(row, row, value)) return false
      } else if (reference < 0) reference = row
      else if (!this.keep(reference, row, value / values[reference]!)) return false
    }
    return this.hasLeft()
  }

  has(column: number): boolean {
    return ((this.left[column >>> 5]! >>> (column & 31)) & 1) === 1
  }

  private hasLeft(): boolean {
    for (let w = 0; w < this.words; w++) if (this.left[w] !== 0) return true
    return false
  }

  /** Whether some are left of which a row, or two rows, can have such a number, or ratio. */
  private keep(reference: number, row: number, value: number): boolean {
    const key = reference * this.rows + row
    let cells = this.cells.get(key)
    if (!cells) {
      cells = this.cellsOf(this.ranges.map((own) => (reference === row ? own[row]! : ratioOf(own[row]!, own[reference]!))))
      this.cells.set(key, cells)
    }
    const from = firstAbove(cells.ends, value) * this.words
    let some = 0
    for (let w = 0; w < this.words; w++) some |= this.left[w]! &= cells.bits[from + w]!
    return some !== 0
  }

  private cellsOf(ranges: readonly Range[]): Cells {
    const wide = ranges.map(
      ([low, high]): Range => [low - WIDER * Math.abs(low) - LEAST_WIDER, high + WIDER * Math.abs(high) + LEAST_WIDER]
    )
    const ends = sorted(Float64Array.from(new Set(wide.flat())).filter(Number.isFinite))
    const bits = new Int32Array((ends.length + 1) * this.words)
    wide.forEach(([low, high], k) => {
      const [first, last] = [firstAbove(ends, low), firstAbove(ends, high)]
      // The cell of an end is that from it on; a widened end itself is never meant.
      for (let cell = first; cell < last + (Number.isFinite(high) ? 0 : 1); cell++) bits[cell * this.words + (k >>> 5)]! |= 1 << (k & 31)
    })
    return { ends, bits }
  }
}

/** Where a number of one range over one of another lies; anywhere where that may be 0. */
function ratioOf([low, high]: Range, by: Range): Range {
  if (!(by[0] > 0 || by[1] < 0) || !Number.isFinite(by[0]) || !Number.isFinite(low)) return ANYWHERE
  const ratios = [low / by[0], low / by[1], high / by[0], high / by[1]]
  return [Math.min(...ratios), Math.max(...ratios)]
}

/** Rows in another order: such as show most of the columns first, and of these some all along the table, so that a few of them refute most. */
export function fullestFirst(rows: Uint32Array, quantities: readonly Quantity[]): Uint32Array {
  const apart = Math.ceil(rows.length / FIRST_PROBES)
  const turn = (k: number) => (k % apart) * rows.length + k
  const shown = Array.from(rows, (i) => quantities.reduce((count, { values }) => count + (values[i] ? 1 : 0), 0))
  const order = Array.from(rows.keys()).sort((a, b) => shown[b]! - shown[a]! || turn(a) - turn(b))
  return Uint32Array.from(order, (k) => rows[k]!)
}
