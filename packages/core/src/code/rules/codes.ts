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
  const known = new Map<number, number>()
  const codes = new Int32Array(rows)
  for (let i = 0; i < rows; i++) {
    const own = value(i)
    let code = known.get(own)
    if (code === undefined) {
      code = known.size
      known.set(own, code)
    }
    codes[i] = code
  }
  return { codes, count: known.size }
}

/** Whether rows of one value of `from` have one value of `to`, in the first rows. */
export function determines(from: Codes, to: Codes, rows = from.codes.length): boolean {
  const found = new Int32Array(from.count).fill(-1)
  for (let i = 0; i < rows; i++) {
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
