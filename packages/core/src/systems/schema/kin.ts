import { takeTableRows } from '../../table/rows.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'
import { type ForeignKey, pairsOf } from './keys.js'
import { type Links, referredRows } from './links.js'

/**
 * Columns of rows that a row leads to by its own keys, and these by theirs, beside its own: the visit of a diagnosis, the customer of an address. Rows that
 * refer to a row may go by these as by its own. Plain data.
 */
export interface Kin {
  /** Keys from the row on, each of the table that the one before leads to. */
  readonly via: readonly ForeignKey[]
  /** The one key is that of a table each of whose rows refers to another row: followed backwards, as from an order to its payment. */
  readonly back?: true | undefined
  /** Columns of the table that the last leads to, as they are called beside the row's own. */
  readonly columns: readonly { readonly name: string; readonly from: string }[]
}

/** Keys that are followed, one behind the other, and tables that are reached, at most. */
const MOST_STEPS = 3
const MOST_KIN = 12

export interface Reached {
  readonly via: readonly Links[]
  /** Row of the table that is reached, for each row of the first [m]; −1 for none. */
  readonly rowOf: Int32Array
}

/** Tables that the rows of a table lead to; `linksFrom`: keys of a table that is drawn before. Cost O(rows · keys). */
export function reachedFrom(table: string, linksFrom: (table: string) => readonly Links[]): Reached[] {
  const out: Reached[] = []
  let ends: { readonly table: string; readonly reached: Reached | undefined }[] = [{ table, reached: undefined }]
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = ends.flatMap(({ table: at, reached }) =>
      linksFrom(at).map((links) => ({ via: [...(reached?.via ?? []), links], rowOf: led(reached?.rowOf, links.parentOf) }))
    )
    out.push(...next)
    ends = next.map((reached) => ({ table: reached.via.at(-1)!.key.to.table, reached }))
  }
  return out.slice(0, MOST_KIN)
}

/** Rows that lead on to others; −1 for none. */
export const led = (rowOf: Int32Array | undefined, parentOf: Int32Array): Int32Array =>
  rowOf ? rowOf.map((row) => (row < 0 ? -1 : parentOf[row]!)) : parentOf

interface OfTable {
  readonly linksFrom: (table: string) => readonly Links[]
  readonly linksInto: (table: string) => readonly Links[]
  /** A table as it is. */
  readonly wholeOf: (name: string) => Table
}

/** A table with the columns of those that its rows lead to beside its own. Cost O(cells). */
export function withAllKin(
  name: string,
  table: Table,
  { linksFrom, linksInto, wholeOf }: OfTable
): { readonly table: Table; readonly kin: readonly Kin[] } {
  const taken = new Set(table.columns.map((column) => column.name))
  const added: Column[] = []
  const back = linksInto(name).flatMap((links) => {
    const rowOf = backwards(links.parentOf, links.parents)
    return rowOf ? [{ via: [links], rowOf, back: true as const }] : []
  })
  const kin = [...reachedFrom(name, linksFrom), ...back].map(({ via, rowOf, ...way }): Kin => {
    const isBack = 'back' in way
    const path = isBack ? via[0]!.key.table : via.map(({ key }) => pairsOf(key).map(({ column }) => column).join('+')).join('.') // biome-ignore format: one line
    const whole = wholeOf(isBack ? via[0]!.key.table : via.at(-1)!.key.to.table)
    const own = whole.columns.flatMap(({ name: from, kind }) => {
      const called = `${path}.${from}`
      return kind === 'identifier' || taken.has(called) ? [] : [{ name: called, from }]
    })
    for (const one of own) taken.add(one.name)
    added.push(...columnsOf(whole, own, rowOf))
    return { via: via.map(({ key }) => key), ...way, columns: own }
  })
  return { table: { ...table, columns: [...table.columns, ...added] }, kin }
}

/** The one row that refers to each row, −1 for none; undefined where several do [m]. */
function backwards(parentOf: Int32Array, parents: number): Int32Array | undefined {
  const out = new Int32Array(parents).fill(-1)
  for (const [row, parent] of parentOf.entries()) {
    if (parent < 0) continue
    if (out[parent]! >= 0) return undefined
    out[parent] = row
  }
  return out
}

/** Columns of rows that others lead to, one cell for each of these; empty where one leads to none. */
export function columnsOf(whole: Table, wanted: Kin['columns'], rowOf: Int32Array): Column[] {
  const some = { ...whole, columns: wanted.map(({ from }) => whole.columns.find(({ name }) => name === from)!) }
  const rows = takeTableRows(
    some,
    rowOf.map((row) => Math.max(0, row))
  )
  return rows.columns.map((column, c) => ({ ...emptied(column, rowOf), name: wanted[c]!.name }))
}

function emptied(column: Column, rowOf: Int32Array): Column {
  if (column.kind === 'identifier') {
    const { cells } = column
    return cells ? { ...column, cells: Array.from(rowOf, (row) => (row < 0 ? null : cells[row]!)) } : column
  }
  if (!rowOf.includes(-1)) return column
  if (isCategorical(column)) return { ...column, codes: column.codes.map((code, i) => (rowOf[i]! < 0 ? -1 : code)) }
  if (!isNumeric(column)) return column
  return { ...column, missing: Uint8Array.from(rowOf, (row, i) => (row < 0 ? 1 : (column.missing?.[i] ?? 0))) }
}

/** The table whose columns they are. */
export const sourceOf = ({ via, back }: Kin): string => (back ? via[0]!.table : via.at(-1)!.to.table)

/** What of it is used, by the names of columns. */
export const kinNamed = (kin: readonly Kin[], names: ReadonlySet<string>): Kin[] =>
  kin.flatMap((one) => {
    const own = one.columns.filter(({ name }) => names.has(name))
    return own.length > 0 ? [{ ...one, columns: own }] : []
  })

/** Drawn rows with the columns of those that they lead to; `tableOf`: drawn tables, as laws of what refers to them know these. Cost O(cells). */
export function withKin(table: Table, kin: readonly Kin[] | undefined, tableOf: (name: string) => Table): Table {
  if (!kin || kin.length === 0) return table
  const added = kin.flatMap(({ via, back, columns }) => {
    if (!back) return columnsOf(tableOf(via.at(-1)!.to.table), columns, rowsAlong(via, tableOf))
    const own = tableOf(via[0]!.table)
    const rowOf = backwards(referredRows(via[0]!, { table: own }, { table }), table.rowCount)
    return columnsOf(own, columns, rowOf ?? new Int32Array(table.rowCount).fill(-1))
  })
  return { ...table, columns: [...table.columns, ...added] }
}

/** The row that each row of a drawn table leads to by keys one behind the other; −1 for none. */
export function rowsAlong(via: readonly ForeignKey[], tableOf: (name: string) => Table): Int32Array {
  return via.reduce<Int32Array | undefined>((rowOf, key) => {
    const own = { table: tableOf(key.table) }
    return led(rowOf, referredRows(key, own, { table: tableOf(key.to.table) }))
  }, undefined)!
}
