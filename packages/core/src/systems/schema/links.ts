import { InputError } from '../../num/errors.js'
import { counted } from '../../num/listed.js'
import { textCells } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import { varianceInFrame } from './frames.js'
import { type ForeignKey, keyText, pairsOf, type SchemaKeys, type Tables } from './keys.js'

/** Where the rows of a table lead by one of its keys. */
export interface Links {
  readonly key: ForeignKey
  /** Row of the other table that each row refers to; −1 where it refers to none [n]. */
  readonly parentOf: Int32Array
  readonly parents: number
  /** Rows whose key is empty, and rows whose key no row of the other table has. */
  readonly empty: number
  readonly orphans: number
  /** How much of the variance of their times rows have left within the row that they refer to, as of `varianceInFrame`; found when it is asked for. */
  readonly left?: (() => number) | undefined
}

interface LinkOptions {
  readonly missing?: readonly string[] | undefined
  /** What becomes of rows whose key no row of the other table has: an empty key as often, or a refusal. */
  readonly orphans?: 'empty' | 'refuse' | undefined
}

/** An empty text names no row. */
export const cellsIn = (raw: RawTable, name: string, missing?: readonly string[]): (string | null)[] =>
  textCells(raw.columns.find((column) => column.name === name)!, ['', ...(missing ?? [])])

/** Cells of several columns as one; null where any of them is. */
function cellsOfAll(raw: RawTable, names: readonly string[], missing: readonly string[] | undefined): (string | null)[] {
  const [first, ...others] = names.map((name) => cellsIn(raw, name, missing))
  if (others.length === 0) return first!
  return first!.map((cell, i) =>
    others.some((one) => one[i] === null) ? null : cell && [cell, ...others.map((one) => one[i])].join(' + ')
  )
}

/** Row of each value of a key. Throws `InputError` where one is empty or comes twice (codes `key-missing`, `key-repeated`). */
function rowsOfKey(cells: readonly (string | null)[], key: ForeignKey): ReadonlyMap<string, number> {
  const rows = new Map<string, number>()
  const { table } = key.to
  const column = pairsOf(key)
    .map(({ to }) => to)
    .join(' + ')
  for (const [row, cell] of cells.entries()) {
    if (cell !== null && !rows.has(cell)) {
      rows.set(cell, row)
      continue
    }
    throw new InputError({
      code: cell === null ? 'key-missing' : 'key-repeated',
      got:
        cell === null ? `row ${row + 1} of ${table} without a ${column}` : `${column} = ${cell} twice in ${table}, as row ${row + 1} too`,
      expected: `a key that is different in every row, as ${keyText(key)} refers to it`,
      try: 'another column as the key, or correcting the row'
    })
  }
  return rows
}

/**
 * The key by whose rows a table is counted: that of which the fewest are empty, of these the one whose rows say best from when to when theirs are, and else
 * the one into the most rows, and to the most of these. Times that are drawn along another key would lie where hardly any row of this one has them.
 */
export function byCounts(a: Links, b: Links): number {
  const empty = a.empty + a.orphans - (b.empty + b.orphans)
  if (empty !== 0) return empty
  const [left, other] = [a, b].map((one) => one.left?.() ?? Number.POSITIVE_INFINITY) as [number, number]
  if (left !== other) return left - other
  // Of an employee and who judges them there are as many, of whom fewer judge.
  return b.parents - a.parents || referredTo(b) - referredTo(a)
}

const referredTo = ({ parentOf }: Links): number => new Set(parentOf).size

/** Whether a circle of keys may be opened at one: it is empty in some rows. */
export const mayBreakIn =
  (tables: Tables, { primary }: SchemaKeys, missing?: readonly string[]) =>
  ({ table, column }: ForeignKey): boolean =>
    primary[table] !== column && cellsIn(tables[table]!, column, missing).includes(null)

/** Where some rows lead. */
export const linksOfSome = (links: Links, rows: Uint32Array | undefined): Links =>
  rows ? { ...links, parentOf: Int32Array.from(rows, (row) => links.parentOf[row]!) } : links

/** Follows a key from every row. Cost O(rows). Throws `InputError` for keys that are none, and for orphans where these are refused (code `key-dangling`). */
export function linksOf(tables: Tables, key: ForeignKey, { missing, orphans: wanted = 'empty' }: LinkOptions): Links {
  const rows = rowsOfKey(
    cellsOfAll(
      tables[key.to.table]!,
      pairsOf(key).map(({ to }) => to),
      missing
    ),
    key
  )
  const cells = cellsOfAll(
    tables[key.table]!,
    pairsOf(key).map(({ column }) => column),
    missing
  )
  const parentOf = Int32Array.from(cells, (cell) => (cell === null ? -1 : (rows.get(cell) ?? -1)))
  const dangling = (i: number) => cells[i] !== null && parentOf[i]! < 0
  const orphans = parentOf.reduce((count, _, i) => count + Number(dangling(i)), 0)
  const first = parentOf.findIndex((_, i) => dangling(i))
  if (orphans > 0 && (wanted === 'refuse' || orphans === cells.length))
    throw new InputError({
      code: 'key-dangling',
      got: `${counted(orphans, 'row')} of ${key.table} whose ${key.column} no row of ${key.to.table} has, row ${first + 1} (${cells[first]}) the first`,
      expected: `values of ${key.to.table}.${key.to.column}`,
      try: orphans === cells.length ? 'another key: not one row refers to a row that is there' : 'correcting them, or --orphans empty'
    })
  let known: number | undefined
  const left = () => {
    known ??= varianceInFrame({ own: tables[key.table]!, parent: tables[key.to.table]!, parentOf, missing })
    return known
  }
  return { key, parentOf, parents: rows.size, empty: cells.filter((cell) => cell === null).length, orphans, left }
}

interface HasTable {
  readonly table: Table
}

/** Row that each row refers to; −1 for none. */
export function referredRows(key: ForeignKey, own: HasTable, parent: HasTable): Int32Array {
  const cells = ({ table }: HasTable, names: readonly string[]) => {
    const all = names.map((name) => {
      const column = table.columns.find((one) => one.name === name)!
      return 'cells' in column ? (column.cells ?? []) : []
    })
    return Array.from({ length: table.rowCount }, (_, i) => (all.length === 1 ? all[0]![i]! : JSON.stringify(all.map((one) => one[i]))))
  }
  const targets = cells(
    parent,
    pairsOf(key).map(({ to }) => to)
  )
  const rowOf = new Map(targets.map((cell, i) => [cell, i]))
  return Int32Array.from(
    cells(
      own,
      pairsOf(key).map(({ column }) => column)
    ),
    (cell) => rowOf.get(cell) ?? -1
  )
}
