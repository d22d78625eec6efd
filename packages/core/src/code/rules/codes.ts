import { type CategoricalColumn, isCategorical, type NumericColumn } from '../../table/table.js'

/** Which of its values every row of a column has, numbered as they come [n]; a missing cell is a value too. */
export interface Codes {
  readonly codes: Int32Array
  readonly count: number
}

export function codesOf(column: CategoricalColumn | NumericColumn): Codes {
  const values = isCategorical(column) ? column.codes : column.values
  return numbered(values.length, (i) => (!isCategorical(column) && column.missing?.[i] ? Number.NaN : values[i]!))
}

/** Two columns as one: a code for each combination that occurs. */
export function jointCodes(a: Codes, b: Codes, rows = a.codes.length): Codes {
  return numbered(rows, (i) => a.codes[i]! * b.count + b.codes[i]!)
}

/** Values of rows, numbered as they come. */
function numbered(rows: number, value: (row: number) => number): Codes {
  const known = new Numbering(rows)
  const codes = new Int32Array(rows)
  for (let i = 0; i < rows; i++) codes[i] = known.of(value(i))
  return { codes, count: known.count }
}

/** Pairs of rows that share a value, the first of each: what a column determines is alike in all of them. */
export function sharingRows({ codes, count }: Codes): readonly (readonly [number, number])[] {
  const first = new Int32Array(count).fill(-1)
  const pairs: [number, number][] = []
  for (let i = 0; i < codes.length && pairs.length < WITNESSES; i++) {
    const at = codes[i]!
    if (first[at]! < 0) first[at] = i
    else pairs.push([first[at]!, i])
  }
  return pairs
}

/** Pairs of rows that are looked at before all rows: of two columns that have nothing to do with each other one or two are enough. */
const WITNESSES = 64

/** Whether rows of one value of `from` have one value of `to`; `pairs`: of rows that share one of `from`. */
export function determines(from: Codes, to: Codes, pairs: ReturnType<typeof sharingRows>): boolean {
  if (pairs.some(([a, b]) => to.codes[a] !== to.codes[b])) return false
  const found = new Int32Array(from.count).fill(-1)
  for (let i = 0; i < from.codes.length; i++) {
    const at = from.codes[i]!
    if (found[at]! < 0) found[at] = to.codes[i]!
    else if (found[at] !== to.codes[i]) return false
  }
  return true
}

/** How likely two rows are to have the same value; two rows that share a value of `within`, where that is given. */
export function sharedRate({ codes, count }: Codes, within?: Codes): number {
  const together = within ? jointCodes(within, { codes, count }) : { codes, count }
  const pairs = pairsIn(together)
  const all = within ? pairsIn(within) : codes.length * (codes.length - 1)
  return all > 0 ? pairs / all : 1
}

function pairsIn({ codes, count }: Codes): number {
  const sizes = new Float64Array(count)
  for (const code of codes) sizes[code]!++
  return sizes.reduce((sum, size) => sum + size * (size - 1), 0)
}

/** Numbers 0, 1, … for values as they come: a hash table in typed arrays, five times as fast as a `Map` of 100,000 numbers. */
class Numbering {
  count = 0
  readonly #values: Float64Array
  readonly #codes: Int32Array
  readonly #bits = new Uint32Array(2)
  readonly #bitsOf = new Float64Array(this.#bits.buffer)

  /** For at most so many values. */
  constructor(most: number) {
    let size = 4
    while (size < 2 * most) size *= 2
    this.#values = new Float64Array(size)
    this.#codes = new Int32Array(size).fill(-1)
  }

  /** Zeros of both signs are one value, and so is NaN. */
  of(value: number): number {
    const own = value + 0
    const last = this.#codes.length - 1
    for (let at = this.#hash(own) & last; ; at = (at + 1) & last) {
      if (this.#codes[at] === -1) {
        this.#values[at] = own
        this.#codes[at] = this.count++
      } else if (this.#values[at] !== own && !(Number.isNaN(own) && Number.isNaN(this.#values[at]))) continue
      return this.#codes[at]!
    }
  }

  #hash(value: number): number {
    this.#bitsOf[0] = value
    const mixed = Math.imul(this.#bits[0]! ^ Math.imul(this.#bits[1]!, 0x85ebca6b), 0xc2b2ae35)
    return mixed ^ (mixed >>> 15)
  }
}
