import { type Key, keyFor, permutation, uniforms } from '../num/random.js'
import { sorted } from '../num/statistics.js'
import { RARE_BELOW } from '../table/rare-below.js'
import { isCategorical, isNumeric, type NumericColumn, type Table } from '../table/table.js'
import { asWritten } from './as-written.js'
import type { EndsShown, SingledOut } from './evaluation.js'

/** Conditions that are tried, and columns that each is of: as many as somebody may know of another. */
const CONDITIONS = 500
const COLUMNS = 3
/** Rows of each side that are looked at, at most. */
const MOST_ROWS = 5000

/** The numbers of a column as the real one writes them, NaN where missing. */
function writtenAs({ columns }: Table, own: NumericColumn): Float64Array | undefined {
  const column = columns.find(({ name }) => name === own.name)
  if (!column || !isNumeric(column)) return undefined
  const { values, missing } = asWritten(column, own)
  return values.map((x, i) => (missing?.[i] === 1 ? Number.NaN : x))
}

/**
 * Ends of the numbers of a table that fewer than three of its rows have, and how many of them come out in drawn rows as they are: a
 * largest value finds its row again. A fresh row has it only where the column is written coarsely. Cost O(cells·log rows).
 */
export function endsShown(train: Table, synthetic: Table, heldOut: Table | undefined): EndsShown {
  let [of, shown, fresh] = [0, 0, 0]
  for (const column of train.columns) {
    if (!isNumeric(column)) continue
    const ascending = sorted(writtenAs(train, column)!.filter((x) => !Number.isNaN(x)))
    const [drawn, held] = [synthetic, heldOut].map((table) => table && new Set(writtenAs(table, column)))
    if (ascending.length === 0 || ascending[0] === ascending.at(-1)) continue
    for (const end of [ascending[0]!, ascending.at(-1)!]) {
      if (ascending.filter((x) => x === end).length >= RARE_BELOW) continue
      of++
      if (drawn?.has(end)) shown++
      if (held?.has(end)) fresh++
    }
  }
  return { of, shown, heldOut: heldOut ? fresh : null }
}

/**
 * How often what a drawn row has in three columns, numbers as at least or at most it where they lie above or below the middle, is true of
 * exactly one row of the fit, and of exactly one of as many held-out rows: what is more often true of one of the fit was learned from it.
 * @source Giomi, Boenisch, Wehmeyer, Tasnádi, *A unified framework for quantifying privacy risk in synthetic data*, PETS 2023.
 * Null where no column can be compared. Cost O(500·rows).
 */
export function singledOut({ train, heldOut, synthetic, key }: SingleOutProblem): SingledOut | null {
  const sides = [synthetic, train, heldOut]
  const columns = train.columns.flatMap((column): Looked[] => {
    if (isNumeric(column)) {
      const values = sides.map((table) => writtenAs(table, column))
      if (values.some((one) => !one)) return []
      const present = sorted(values[1]!.filter((x) => !Number.isNaN(x)))
      return present.length === 0 ? [] : [{ sides: values as Float64Array[], middle: present[present.length >> 1]! }]
    }
    if (!isCategorical(column)) return []
    const codes = sides.map((table) => {
      const other = table.columns.find(({ name }) => name === column.name)
      return other && isCategorical(other) ? codesIn(other, column.levels) : undefined
    })
    return codes.some((one) => !one) ? [] : [{ sides: codes as Float64Array[] }]
  })
  if (columns.length === 0 || synthetic.rowCount === 0) return null
  const rows = Math.min(train.rowCount, heldOut.rowCount, MOST_ROWS)
  const [own, others] = [train, heldOut].map(({ rowCount }, k) => permutation(keyFor(key, `side ${k}`), rowCount).subarray(0, rows))
  const hits = [0, 0]
  const places = uniforms(keyFor(key, 'drawn rows'), CONDITIONS)
  for (let k = 0; k < CONDITIONS; k++) {
    const row = Math.floor(places[k]! * synthetic.rowCount)
    const chosen = permutation(keyFor(key, `columns ${k}`), columns.length).subarray(0, COLUMNS)
    const parts = Array.from(chosen, (c) => columns[c]!)
    for (const [side, looked] of [own!, others!].entries()) if (isMetOnce(parts, { row, side: side + 1, looked })) hits[side]!++
  }
  return { value: hits[0]! / CONDITIONS, heldOut: hits[1]! / CONDITIONS, conditions: CONDITIONS, rows }
}

interface SingleOutProblem {
  readonly train: Table
  readonly heldOut: Table
  readonly synthetic: Table
  readonly key: Key
}

/** A column of drawn rows, of those of the fit and of held-out ones; numbers with their middle. */
interface Looked {
  readonly sides: readonly Float64Array[]
  readonly middle?: number
}

/** Levels by their place among these, −1 where missing and −2 where it is none of them. */
function codesIn(
  { levels, codes }: { readonly levels: readonly string[]; readonly codes: Int32Array },
  among: readonly string[]
): Float64Array {
  const places = new Map(among.map((level, place) => [level, place]))
  return Float64Array.from(codes, (code) => (code < 0 ? -1 : (places.get(levels[code]!) ?? -2)))
}

function isMetOnce(
  parts: readonly Looked[],
  { row, side, looked }: { readonly row: number; readonly side: number; readonly looked: Uint32Array }
): boolean {
  let found = 0
  for (const i of looked) {
    if (!parts.every((part) => isMet(part, part.sides[0]![row]!, part.sides[side]![i]!))) continue
    if (++found > 1) return false
  }
  return found === 1
}

function isMet({ middle }: Looked, wanted: number, x: number): boolean {
  if (middle === undefined || Number.isNaN(wanted)) return x === wanted || (Number.isNaN(x) && Number.isNaN(wanted))
  return wanted >= middle ? x >= wanted : x <= wanted
}
