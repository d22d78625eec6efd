import { isBeyondChance, rateByChance } from '../../code/rules/chance.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { columnWord } from '../../table/expression-text.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { groupOfRows, laterRows } from './spans.js'

/**
 * A column that is, in every row of a group but the first, another one of the row before: an interval starts where the one before it
 * stopped, and comes from the state that this went to. Taken out, what is left of it is one cell a group, that of its first row. Plain data.
 */
export interface Carried {
  readonly column: string
  /** A column of the rows, or their time. */
  readonly from: string
}

/** Rows behind others in which what is carried changes: fewer are no support. */
const LEAST_ROWS = 30

type Carrying = NumericColumn | CategoricalColumn

/** Columns that all groups carry over from the row before, beyond chance; each behind those that it is carried over from. Cost O(p² · rows) at most: most pairs are out at the first rows. */
export function findCarried({ columns }: Table, first: Uint32Array): readonly Carried[] {
  const rows = laterRows(first)
  const cells = columns.filter((column) => isNumeric(column) || isCategorical(column)).map((column) => ({ column, cell: cellsOf(column) }))
  // What a group keeps says nothing of a row before.
  const moving = cells.flatMap((from) => {
    const moves = rows.filter((i) => from.cell(i) !== from.cell(i - 1))
    return moves.length < LEAST_ROWS ? [] : [{ ...from, moves }]
  })
  const candidates = cells.length * moving.length
  const fromOf = new Map<string, string>()
  for (const { column, cell } of cells) {
    const found = moving.find(({ column: from, cell: before, moves }) => {
      if (from.name === column.name || from.kind !== column.kind || leadsTo(fromOf, from.name, column.name)) return false
      if (!rows.every((i) => cell(i) === before(i - 1))) return false
      const rate = rateByChance(moves.length, (k, j) => cell(moves[j]!) === before(moves[k]! - 1))
      return isBeyondChance({ rate, times: moves.length, candidates })
    })
    if (found) fromOf.set(column.name, found.column.name)
  }
  return behindWhatTheyCarry(fromOf)
}

/** The cells of a column as what can be compared between columns. */
function cellsOf(column: Carrying): (row: number) => number | string | undefined {
  if (isCategorical(column)) return (i) => column.levels[column.codes[i]!]
  const { values, missing } = column
  return (i) => (missing?.[i] ? undefined : values[i]!)
}

/** Whether a column is carried over from another, at however many removes. */
function leadsTo(fromOf: ReadonlyMap<string, string>, column: string, other: string): boolean {
  for (let at: string | undefined = column; at !== undefined; at = fromOf.get(at)) if (at === other) return true
  return false
}

function behindWhatTheyCarry(fromOf: ReadonlyMap<string, string>): Carried[] {
  const removes = (column: string): number => {
    const from = fromOf.get(column)
    return from === undefined ? 0 : 1 + removes(from)
  }
  return [...fromOf].map(([column, from]) => ({ column, from })).sort((a, b) => removes(a.column) - removes(b.column))
}

/** The column at which the rows of groups end, where `clock` says at which they begin: that of the next row. A row that ends says when the next one is. */
export function endOfRows({ columns }: Table, clock: NumericColumn, first: Uint32Array): NumericColumn | undefined {
  const ends = columns.filter((column): column is NumericColumn => {
    if (!isNumeric(column) || column.missing || column.name === clock.name || column.kind !== clock.kind) return false
    return column.values.every((end, i) => end >= clock.values[i]!)
  })
  return ends.find((end) => findCarried({ columns: [clock, end], rowCount: clock.values.length }, first)[0]?.column === clock.name)
}

/** The table with what its first row has in all rows of each group. Cost O(cells). */
export function takeCarriedOut<T extends WrittenTable>(carried: readonly Carried[], data: T, first: Uint32Array): T {
  const firstOf = Array.from(groupOfRows(first), (g) => first[g]!)
  const names = new Set(carried.map(({ column }) => column))
  const columns = data.table.columns.map((column) => {
    if (!names.has(column.name)) return column
    return isCategorical(column) || isNumeric(column) ? carriedOver(column, column, firstOf) : column
  })
  return { ...data, table: { ...data.table, columns } }
}

/** And back, from the row before; `time` may be one that is carried over. Cost O(cells). */
export function putCarriedBack<T extends WrittenTable>(
  carried: readonly Carried[],
  data: T,
  { first, time }: { readonly first: Uint32Array; readonly time: NumericColumn | undefined }
): T {
  const starts = new Set(first)
  const columns = new Map<string, Column>([...data.table.columns, ...(time ? [time] : [])].map((column) => [column.name, column]))
  const before = Array.from({ length: data.table.rowCount }, (_, i) => (starts.has(i) ? undefined : i - 1))
  for (const { column, from } of carried) {
    const own = columns.get(column) as Carrying
    columns.set(column, carriedOver(own, columns.get(from) as Carrying, before))
  }
  return { ...data, table: { ...data.table, columns: data.table.columns.map(({ name }) => columns.get(name)!) } }
}

/** A column with the cells of another at some rows of it, and its own where none is said. */
function carriedOver(own: Carrying, from: Carrying, rows: readonly (number | undefined)[]): Carrying {
  if (isCategorical(own)) {
    const { codes, levels: others } = from as CategoricalColumn
    const levels = [...own.levels, ...others.filter((level) => !own.levels.includes(level))]
    const place = others.map((level) => levels.indexOf(level))
    return { ...own, levels, codes: own.codes.map((code, i) => (rows[i] === undefined ? code : (place[codes[rows[i]]!] ?? -1))) }
  }
  const { values, missing } = from as NumericColumn
  const { missing: lacking, ...rest } = own
  const gaps = Uint8Array.from(rows, (row, i) => (row === undefined ? lacking?.[i] : missing?.[row]) ?? 0)
  return {
    ...rest,
    values: own.values.map((x, i) => (rows[i] === undefined ? x : values[rows[i]]!)),
    ...(gaps.includes(1) ? { missing: gaps } : {})
  }
}

/** `start = stop before`. */
export const carriedText = ({ column, from }: Carried): string => `${columnWord(column)} = ${columnWord(from)} before`
