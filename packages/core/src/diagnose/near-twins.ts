import { toDecimals } from '../num/decimals.js'
import { equalInColumns, hashOf } from '../num/equal-rows.js'
import { decimalsOf } from '../table/parse.js'
import { stackTables, takeTableRows } from '../table/rows.js'
import { type Column, isCategorical, isNumeric, type Table } from '../table/table.js'
import { mostCopies } from './copies.js'

/** Rows of a table that are another one of it but for a cell, its spelling or its last digits, more than chance explains. */
export interface NearTwins {
  /** Rows that have such a twin. */
  readonly count: number
  /** One row of each set of twins that a table with the same columns has, and all without one, ascending. */
  readonly singleIn: (table: Table) => Uint32Array
  /** Rows of another table with the same columns that have no twin in this one, ascending. */
  readonly apart: (others: Table) => Uint32Array
}

/** Last digits of every number that are left out: none, as of a slip in one cell, then those of one that was rounded in all of them. */
const DIGITS = [0, 1, 2]
/** Of rows that are told of, the part that chance may explain: a row that is called a twin is one more likely than not. */
const BY_CHANCE = 0.5

/**
 * Twins among the rows of `data`: rows that agree in all cells but one at most, where words are compared by their letters and digits
 * alone, and numbers by their last digits or without them. How many agree by chance is what rows that were drawn anew say, which agree
 * with a row of the data as fresh ones would, however its columns hang together. Undefined where chance explains half of them.
 * Cost O(cells) for each of three spellings.
 */
export function nearTwins(data: Table, drawn: Table): NearTwins | undefined {
  const decimals = data.columns.map((column) => (isNumeric(column) ? decimalsOf(column.values, column.missing) : undefined))
  const most = Math.max(0, ...decimals.map((own) => own ?? 0))
  const found = DIGITS.filter((digits) => digits <= most).flatMap(
    (digits) =>
      twinsIn(
        data,
        drawn,
        decimals.map((own) => own && Math.max(0, own - digits))
      ) ?? []
  )
  return found.sort((a, b) => b.beyond - a.beyond)[0]
}

/** Twins, and how many more there are than drawn rows say. */
function twinsIn(
  data: Table,
  drawn: Table,
  decimals: readonly (number | undefined)[]
): (NearTwins & { readonly beyond: number }) | undefined {
  const count = alike(data, decimals).twin.reduce((sum, one) => sum + one, 0)
  if (count === 0) return undefined
  const apart = (others: Table) => rowsWithout(alike(stackTables([data, others]), decimals, data.rowCount).twin.subarray(data.rowCount))
  const copies = drawn.rowCount - apart(drawn).length
  if (BY_CHANCE * count <= mostCopies({ copies, rows: drawn.rowCount }, data.rowCount, { among: true })) return undefined
  const beyond = count - (copies / drawn.rowCount) * data.rowCount
  return { count, beyond, singleIn: (table) => rowsWithout(alike(table, decimals).later), apart }
}

interface Alike {
  /** 1 where another one of the first rows agrees. */
  readonly twin: Uint8Array
  /** 1 where an earlier row does. */
  readonly later: Uint8Array
}

/** Which rows agree with others in all cells but one at most; those behind the first `known` are held against these alone. */
function alike(table: Table, decimals: readonly (number | undefined)[], known: number = table.rowCount): Alike {
  const rows = table.rowCount
  const cells = table.columns.flatMap((column, c) => (column.kind === 'identifier' ? [] : [spelled(column, decimals[c])]))
  const [high, low] = [0, 1].map((part) => cells.map((values, c) => hashes(values, 2 * c + part))) as [Int32Array[], Int32Array[]]
  const [highs, lows] = [sum(high, rows), sum(low, rows)]
  const [twin, later] = [new Uint8Array(rows), new Uint8Array(rows)]
  const keys = new Float64Array(rows)
  for (let c = 0; c < cells.length; c++) {
    const [own, ownLow] = [high[c]!, low[c]!]
    // All 53 bits that a number holds: rows of other cells are hardly ever the same.
    for (let i = 0; i < rows; i++) keys[i] = ((highs[i]! - own[i]!) >>> 0) * 2 ** 21 + ((lows[i]! - ownLow[i]!) >>> 11)
    const { codes, count } = equalInColumns(rows, [keys])
    const [met, among] = [new Uint8Array(count), new Uint32Array(count)]
    for (let i = 0; i < known; i++) among[codes[i]!]!++
    for (let i = 0; i < rows; i++) {
      const code = codes[i]!
      if (among[code]! > (i < known ? 1 : 0)) twin[i] = 1
      if (met[code]) later[i] = 1
      met[code] = 1
    }
  }
  return { twin, later }
}

/** A number for each cell of a column, the same where cells are spelled the same. */
function spelled(column: Column, decimals: number | undefined): Float64Array {
  if (isCategorical(column)) {
    const known = new Map<string, number>()
    const levels = column.levels.map((level) => {
      const plain =
        level
          .normalize('NFKD')
          .toLowerCase()
          .replace(/[^\p{L}\p{N}]/gu, '') || level
      if (!known.has(plain)) known.set(plain, known.size)
      return known.get(plain)!
    })
    return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : levels[code]!))
  }
  if (!isNumeric(column)) return new Float64Array()
  const { values, missing } = column
  // Zeros of both signs are one value.
  const rounded = decimals === undefined ? values : values.map((x) => toDecimals(x, decimals) + 0)
  return missing ? rounded.map((x, i) => (missing[i] ? Number.NaN : x)) : rounded
}

/** 32 mixed bits of each number, others for each salt. */
function hashes(values: Float64Array, salt: number): Int32Array {
  const mixed = new Int32Array(values.length)
  for (let i = 0; i < mixed.length; i++) mixed[i] = hashOf(hashOf(values[i]!) + salt * 2 ** 32)
  return mixed
}

function sum(parts: readonly Int32Array[], rows: number): Int32Array {
  const all = new Int32Array(rows)
  for (const part of parts) for (let i = 0; i < rows; i++) all[i]! += part[i]!
  return all
}

const rowsWithout = (flags: Uint8Array): Uint32Array => Uint32Array.from(flags, (_, i) => i).filter((i) => flags[i] === 0)

/** A table without all but one of each set of twins. */
export const withoutTwins = (table: Table, twins: NearTwins | undefined): Table =>
  twins ? takeTableRows(table, twins.singleIn(table)) : table

/** How many rows are twins, and what to do, without a full stop. */
export function twinWords({ count }: Pick<NearTwins, 'count'>, { rowCount }: Table): string {
  return `${count} of ${rowCount} rows of the data equal another row but for one cell, a spelling or last digits, as if somebody was entered twice; chance hardly explains any. They make the bandwidth too small, and somebody with two rows is easier to recognise: remove one of each pair or, if several rows belong to one person, name the column that says whom with --group`
}
