import { equalFactors } from '../../code/rules/equal-factors.js'
import { type EqualNumbers, equalColumns } from '../../code/rules/equal-numbers.js'
import { fewRatios, findFewRatios } from '../../code/rules/few-ratios.js'
import { type Quantity, quantityOf, tolerance } from '../../code/rules/quantity.js'
import type { CellValue } from '../../table/cells.js'
import { roundToFormat } from '../../table/present.js'
import { type Coding, coordinateOf, type NumberCoding, numberAt } from './coding.js'
import type { Donors } from './row-law.js'

/** Two numbers of which the first is few times the second, the same where that is 1, in many donors or in all. */
interface EqualCells {
  readonly pair: readonly [Numbered, Numbered]
  /** How many times in each donor; NaN where it is none of these [L]. */
  readonly times: Float64Array
  /** Those that all donors have which know both, where all do. */
  readonly factors?: readonly number[]
}

interface Numbered {
  readonly column: NumberCoding
  readonly format: Coding['formats'][number]
}

/** By the marks of known cells: those of a table stay while its gaps are filled. */
const found = new WeakMap<Uint8Array, readonly EqualCells[]>()

/** Columns that are often the same, or few times each other, by what donors know of them. Cost O(donors · columns²), once a table. */
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
  const few = fewIn(quantities)
  const equal = equalColumns(quantities).filter(
    ({ column, of }) => !few.some((one) => one.column === column || (one.column === of && one.of === column))
  )
  const pairs: readonly (EqualNumbers & Partial<FewTimes>)[] = [...few, ...equal]
  return pairs.map((one): EqualCells => {
    const [column, of] = [one.column, one.of].map(placeOf) as [number, number]
    const [own, other] = [quantities[column]!, quantities[of]!]
    const factors = one.factors ?? [1, ...equalFactors(own, other)]
    const times = own.values.map((value, j) => timesOf(factors, value, { of: other.values[j]!, unit: own.unit }))
    return { pair: [numbers[column]!, numbers[of]!], times, ...(one.factors && { factors }) }
  })
}

/** Which of some factors a number is of another one; NaN where it is none. */
const timesOf = (factors: readonly number[], value: number, { of, unit }: { readonly of: number; readonly unit: number }): number =>
  factors.find((factor) =>
    factor === 1 || value === 0 ? value === factor * of : Math.abs(factor * of - value) <= tolerance(unit, value)
  ) ?? Number.NaN

/** Donors of which fewer know all numbers say nothing of ratios, as for rules of whole tables. */
const LEAST_DONORS = 30

interface FewTimes {
  readonly column: string
  readonly of: string
  readonly factors: readonly number[]
}

/** Numbers that are few times others in all donors that know both: looked for in those that know all numbers. */
function fewIn(quantities: readonly Quantity[]): FewTimes[] {
  const knowing = (some: readonly Quantity[]) => {
    const rows = Array.from(some[0]?.values.keys() ?? []).filter((j) => some.every(({ values }) => !Number.isNaN(values[j]!)))
    return { rows, of: some.map((one) => ({ ...one, values: Float64Array.from(rows, (j) => one.values[j]!) })) }
  }
  const whole = knowing(quantities)
  if (whole.rows.length < LEAST_DONORS) return []
  return [...findFewRatios(whole.of)].flatMap(([column, { of }]) => {
    const [own, other] = knowing([column, of].map((name) => quantities.find((one) => one.name === name)!)).of
    const factors = fewRatios(own!, other!)
    return factors ? [{ column, of, factors }] : []
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

/** What is the same in a donor, or so many times the other, is so in the row that it gives to. Cost O(pairs). */
export function keepEqual(row: Float64Array, { donors, coding, donor, given }: Given): void {
  for (const { pair, times } of equalCells(donors, coding)) {
    const factor = times[donor]!
    if (Number.isNaN(factor)) continue
    const [one, other] = pair
    const isOwn = given.includes(one.column.at)
    if (!isOwn && (factor === 0 || !given.includes(other.column.at))) continue
    const [to, from] = isOwn ? [one, other] : [other, one]
    const number = numberAt(from.column, row[from.column.at]!, from.format)
    row[to.column.at] = coordinateOf(to.column, isOwn ? factor * number : number / factor)
  }
}

/** Cells of a row, and which of them may be written. */
interface OpenRow {
  readonly cell: (name: string) => CellValue
  readonly isOpen: (name: string) => boolean
  readonly set: (name: string, value: number) => void
}

/** Numbers that are few times others in all donors are so in a filled row, by the ratio that is nearest: what is written is the number, or what it is of. Cost O(pairs). */
export function keepRatios(
  { cell, isOpen, set }: OpenRow,
  side: 'number' | 'of',
  { donors, coding }: Pick<Given, 'donors' | 'coding'>
): void {
  for (const { pair, factors } of equalCells(donors, coding)) {
    if (!factors) continue
    const [one, other] = pair
    const [value, of] = [cell(one.column.name), cell(other.column.name)]
    if (typeof value !== 'number' || typeof of !== 'number' || of <= 0) continue
    const whole = factors.map((factor) => roundToFormat(factor * of, one.format))
    const nearest = factors.reduce((best, _, k) => (Math.abs(whole[k]! - value) < Math.abs(whole[best]! - value) ? k : best), 0)
    if (whole[nearest] === value) continue
    if (side === 'number' && isOpen(one.column.name)) set(one.column.name, whole[nearest]!)
    else if (side === 'of' && isOpen(other.column.name)) {
      const wholes = factors.flatMap((factor) => (factor === 0 ? [] : [roundToFormat(value / factor, other.format)]))
      const fitting = wholes.filter((x) => factors.some((factor) => roundToFormat(factor * x, one.format) === value))
      if (fitting.length > 0)
        set(
          other.column.name,
          fitting.reduce((best, x) => (Math.abs(x - of) < Math.abs(best - of) ? x : best))
        )
    }
  }
}
