import { equalColumns } from '../../code/rules/equal-numbers.js'
import { quantityOf } from '../../code/rules/quantity.js'
import { type Coding, coordinateOf, type NumberCoding, numberAt } from './coding.js'
import type { Donors } from './row-law.js'

/** Two columns that are the same in many donors, and in which of these [L]. */
interface EqualCells {
  readonly pair: readonly [Numbered, Numbered]
  readonly equal: Uint8Array
}

interface Numbered {
  readonly column: NumberCoding
  readonly format: Coding['formats'][number]
}

/** By the marks of known cells: those of a table stay while its gaps are filled. */
const found = new WeakMap<Uint8Array, readonly EqualCells[]>()

/** Columns that are often the same by what donors know of them. Cost O(donors · columns²), once a table. */
function equalCells(donors: Donors, coding: Coding): readonly EqualCells[] {
  const own = found.get(donors.known) ?? look(donors, coding)
  found.set(donors.known, own)
  return own
}

function look({ completed: { data, rows, cols }, known }: Donors, { columns, formats }: Coding): EqualCells[] {
  const numbers = columns.flatMap((column, c) => (column.carries === 'number' ? [{ column, format: formats[c]! }] : []))
  const quantities = numbers.map(({ column, format }) => {
    const missing = Uint8Array.from({ length: rows }, (_, j) => 1 - known[j * cols + column.at]!)
    const values = Float64Array.from(missing, (gap, j) => (gap ? 0 : numberAt(column, data[j * cols + column.at]!, format)))
    return quantityOf({ name: column.name, kind: format.kind === 'datetime' ? 'datetime' : 'number', values, missing }, format)
  })
  const placeOf = (name: string) => numbers.findIndex(({ column }) => column.name === name)
  return equalColumns(quantities).map(({ column, of }): EqualCells => {
    const [one, other] = [placeOf(column), placeOf(of)]
    const equal = Uint8Array.from(quantities[one]!.values, (value, j) => Number(value === quantities[other]!.values[j]))
    return { pair: [numbers[one]!, numbers[other]!], equal }
  })
}

interface Given {
  readonly donors: Donors
  readonly coding: Coding
  /** That which gave the row its cells. */
  readonly donor: number
  /** Coordinates that it gave. */
  readonly given: readonly number[]
}

/** What is the same in a donor is so in the row that it gives to: a drawn number is that of the other column. Cost O(pairs). */
export function keepEqual(row: Float64Array, { donors, coding, donor, given }: Given): void {
  for (const { pair, equal } of equalCells(donors, coding)) {
    if (!equal[donor]) continue
    const [one, other] = pair
    const [to, from] = given.includes(one.column.at) ? [one, other] : [other, one]
    if (given.includes(to.column.at)) row[to.column.at] = coordinateOf(to.column, numberAt(from.column, row[from.column.at]!, from.format))
  }
}
