import { exp, normalCdf } from '../num/elementary.js'
import { sorted } from '../num/statistics.js'
import { valueIn } from '../table/codes.js'
import { decimalsOf } from '../table/parse.js'
import { RARE_BELOW } from '../table/rare-below.js'
import { takeTableColumns } from '../table/rows.js'
import { isCategorical, isNumeric, type NumericColumn, type Table } from '../table/table.js'
import { asWritten } from './as-written.js'
import { groupsOfRows } from './equal-groups.js'

/** Chance that a fresh row of the population equals one of a table, at most. Cost: as of `chancesOfRows`. */
export const chanceOfCopy = (table: Table): number =>
  Math.min(
    1,
    chancesOfRows(table).reduce((sum, chance) => sum + chance, 0)
  )

/**
 * Chance that a fresh row of the population equals each row of a table, at most, by how finely the table is written: whoever equals a
 * row equals it in its rarest cell too. A cell that recurs is met as often as it recurs; a number that does not as often as the density
 * of the numbers around it says of one step of their decimals, more where as many numbers as agree do so by rounder steps.
 * @source Loftsgaarden & Quesenberry 1965 (densities by the k-th neighbour).
 * Cost O(cells · log rows).
 */
function chancesOfRows(table: Table): Float64Array {
  const rarest = new Float64Array(table.rowCount).fill(1)
  for (const column of table.columns) {
    if (!isNumeric(column) && !isCategorical(column)) continue
    const met = isNumeric(column) ? chancesOfNumbers(asWritten(column, column)) : sharesOf(valueIn(column), table.rowCount)
    for (let i = 0; i < rarest.length; i++) rarest[i] = Math.min(rarest[i]!, met[i]!)
  }
  return rarest
}

/** Drawn rows that equal one of those of the data, and how many of these there are, where by chance so many would not. */
interface BeyondChance {
  readonly copies: number
  readonly rows: number
}

/**
 * Drawn rows that are, in some columns, a row which fewer than three of the data are, where a fresh row would be it so rarely that
 * as many are beyond chance, however many rows are looked at (Bonferroni). Cost O(cells · log rows).
 */
export function rowsBeyondChance(drawn: Table, data: Table, names: readonly string[]): BeyondChance {
  const [known, asked] = [takeTableColumns(data, names), takeTableColumns(drawn, names)]
  const { codes, count } = groupsOfRows(known, asked)
  const [own, met] = [new Uint32Array(count), new Uint32Array(count)]
  for (const [i, code] of codes.entries()) (i < known.rowCount ? own : met)[code]!++
  const isCopied = (code: number) => own[code]! > 0 && own[code]! < RARE_BELOW && met[code]! > 0
  if (!own.some((_, code) => isCopied(code))) return { copies: 0, rows: 0 }
  const chances = chancesOfRows(known)
  const least = (1 - LEVEL) / known.rowCount
  let [copies, rows] = [0, 0]
  for (let i = 0; i < known.rowCount; i++) {
    const code = codes[i]!
    if (!isCopied(code) || !(seenAsOften(met[code]!, chances[i]! * asked.rowCount) < least)) continue
    copies += met[code]!
    rows++
    // Its twin is the same row.
    met[code] = 0
  }
  return { copies, rows }
}

/** Probability that as many rare events are seen, at most. */
function seenAsOften(count: number, expected: number): number {
  let bound = 1
  for (let k = 1; k <= count; k++) bound *= expected / k
  return bound
}

/** Of each row, the share of the rows that have its cell. */
function sharesOf(value: (row: number) => number, rows: number): Float64Array {
  const counts = new Map<number, number>()
  for (let i = 0; i < rows; i++) counts.set(value(i), (counts.get(value(i)) ?? 0) + 1)
  return Float64Array.from({ length: rows }, (_, i) => counts.get(value(i))! / rows)
}

function chancesOfNumbers(column: NumericColumn): Float64Array {
  const rows = column.values.length
  const value = valueIn(column)
  const shares = sharesOf(value, rows)
  const recurs = (i: number) => shares[i]! * rows > 1.5 || column.missing?.[i] === 1
  const present = sorted(column.values.filter((_, i) => !column.missing?.[i]))
  const decimals = decimalsOf(column.values, column.missing)
  const dense = new Map<number, number>()
  for (const [place, x] of present.entries()) {
    const step = decimals === undefined ? Math.abs(x) * Number.EPSILON : 10 ** -decimals
    dense.set(x, densityAt(present, place) * (present.length / rows) * step)
  }
  let [alike, expected] = [0, 0]
  for (let i = 0; i < rows; i++) {
    if (column.missing?.[i]) continue
    if (recurs(i)) alike++
    expected += Math.min(1, dense.get(column.values[i]!)! * rows)
  }
  // Numbers that are all the same have no density.
  const rounder = expected > 0 ? Math.max(1, alike / expected) : 1
  return shares.map((share, i) => {
    const near = column.missing?.[i] ? 0 : Math.min(1, dense.get(column.values[i]!)! * rounder)
    return recurs(i) ? Math.max(share, near) : near
  })
}

/** Of ascending numbers, their density around one of them: that of as many neighbours as the root of their number. */
function densityAt(ascending: Float64Array, place: number): number {
  const reach = Math.ceil(Math.sqrt(ascending.length) / 2)
  const low = Math.max(0, place - reach)
  const high = Math.min(ascending.length - 1, place + reach)
  const width = ascending[high]! - ascending[low]!
  // Of m gaps of a density the reciprocal of their sum is 1/(m − 1) of it in the mean.
  return high - low < 2 ? Number.POSITIVE_INFINITY : width > 0 ? (high - low - 1) / (width * ascending.length) : 0
}

/** Two standard deviations of a Gaussian to one side. */
const LEVEL = normalCdf(2)

/** The number of so rare events that is passed with the probability that a Gaussian is two standard deviations above its mean; `most` where that is more. */
export function poissonQuantile(expected: number, most: number): number {
  let term = exp(-expected)
  let below = term
  let count = 0
  while (below < LEVEL && count < most) {
    count++
    term *= expected / count
    below += term
  }
  return Math.min(count, most)
}
