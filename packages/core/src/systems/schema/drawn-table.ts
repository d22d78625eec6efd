import { tellersOf } from '../../code/keys/form.js'
import { withEmpty } from '../../code/keys/keep.js'
import { type Matrix, takeRows } from '../../num/matrix.js'
import { keyFor, keyFromSeed } from '../../num/random.js'
import { joinedNames } from '../../table/besides.js'
import type { Encoder } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { type CellStyle, presentTable } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import { takeTableRows } from '../../table/rows.js'
import { type CategoricalColumn, type Column, isCategorical, type Table } from '../../table/table.js'
import type { SystemContext } from '../host.js'
import { peopleFor, withNewKeys } from '../table/keyed.js'
import { asWritten } from './kept-tables.js'
import { type ForeignKey, pairsOf } from './keys.js'
import { keysOfTable, type SchemaTable } from './model.js'

/** Drawn rows of one table, with what they say to those that refer to them. */
export interface DrawnTable {
  /** All columns, in their order. */
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  /** [n, k] */
  readonly context: Matrix
  /** Rows that are left out as nothing was free that they may refer to; absent where there are none. */
  readonly leftOut?: number
  /** As of `DrawnRows`. */
  readonly seed?: number
}

export type Written = Pick<DrawnTable, 'table' | 'formats'>

/** Rows with new keys of their own. */
export async function keyed(
  rows: Written,
  keys: SchemaTable['keys'],
  { seed, context }: { readonly seed: number; readonly context: SystemContext }
): Promise<Written> {
  return withNewKeys({ ...rows, warnings: [] }, { kept: keys, people: await peopleFor(keys, context.host), seed, watch: context })
}

/** Columns in the order of the data, written as there, and behind them what is written as part of one; those that are filled later are empty. */
export function inLayout(
  { layout }: Pick<SchemaTable, 'layout'>,
  { columns, rowCount }: Table,
  formats: ReadonlyMap<string, ColumnFormat>
): Written {
  const named = new Map(columns.map((column) => [column.name, column]))
  const formatOf = (format: ColumnFormat) => (format.kind === 'identifier' ? format : (formats.get(format.name) ?? format))
  const empty = (name: string): Column => ({ name, kind: 'identifier', cells: new Array<null>(rowCount).fill(null) })
  const own = layout.map(formatOf)
  const joined = [...joinedNames(own)].flatMap((name) => formats.get(name) ?? []).filter(({ name }) => named.has(name))
  const all = [...own, ...joined]
  const written = ({ name, kind }: ColumnFormat): Column => {
    const column = named.get(name) ?? empty(name)
    return kind === 'identifier' && isCategorical(column) ? keyOf(column) : column
  }
  return { table: { columns: all.map(written), rowCount }, formats: all }
}

/** A key that is drawn as a category. */
const keyOf = ({ name, levels, codes }: CategoricalColumn): Column => ({
  name,
  kind: 'identifier',
  cells: Array.from(codes, (code) => (code < 0 ? null : levels[code]!))
})

/** A drawn table with the categories that it was drawn with, in the place of the keys as which some are written: laws of rows that refer to it know these. */
export function asDrawn({ kinds }: Pick<Encoder, 'kinds'>, table: Table): Table {
  const columns = table.columns.map((column): Column => {
    const { levels } = kinds.find(({ name }) => name === column.name) ?? {}
    if (!levels || !('cells' in column && column.cells)) return column
    const codeOf = new Map(levels.map((level, code) => [level, code]))
    return { name: column.name, kind: 'category', levels, codes: Int32Array.from(column.cells, (cell) => codeOf.get(cell ?? '') ?? -1) }
  })
  return { ...table, columns }
}

/** Keys of the rows that rows refer to, as their table has them: a column for each of the key. */
export function referringColumns(foreign: ForeignKey, { table }: Pick<DrawnTable, 'table'>, targetOf: Int32Array): Column[] {
  return pairsOf(foreign).map(({ column, to }) => {
    const key = table.columns.find(({ name }) => name === to)!
    const cells = 'cells' in key && key.cells ? key.cells : undefined
    return { name: column, kind: 'identifier', cells: Array.from(targetOf, (target) => (target < 0 ? null : (cells?.[target] ?? null))) }
  })
}

/** A drawn table with columns in the place of those of the same names. */
export function withColumns<T extends DrawnTable>(drawn: T, others: readonly Column[]): T {
  const columns = drawn.table.columns.map((own) => others.find(({ name }) => name === own.name) ?? own)
  return { ...drawn, table: { ...drawn.table, columns } }
}

/** Rows in another order; keys of their own stay where they stand, as they run on from row to row, unless the row tells a part of them. */
export function inOtherOrder(of: SchemaTable, drawn: DrawnTable, order: Uint32Array): DrawnTable {
  const own = new Set(
    keysOfTable(of)
      ?.keys.filter(({ form }) => tellersOf(form).length === 0)
      .map(({ column }) => column)
  )
  const { columns, rowCount } = takeTableRows(drawn.table, order)
  const moved = columns.map((column): Column => {
    if (column.kind !== 'identifier' || own.has(column.name) || !column.cells) return column
    const { cells } = column
    return { ...column, cells: Array.from(order, (row) => cells[row]!) }
  })
  return { ...drawn, table: { columns: moved, rowCount }, context: takeRows(drawn.context, order) }
}

/**
 * A drawn table as raw columns for a writer, in the dialect of the data unless cells are `plain`. Where rows refer to none, an empty
 * text stands as often as in the data.
 */
export function presentDrawn(
  { dialect, empty = {}, kept: asItIs }: SchemaTable,
  { table: drawn, formats, seed = 1 }: DrawnTable,
  cells: CellStyle
): RawTable {
  const kept = cells === 'plain' ? undefined : dialect
  const place = { key: keyFor(keyFromSeed(seed), 'references'), first: drawn.first ?? 0 }
  const isWritten = asItIs && (cells === 'text' || cells === 'source')
  const columns = (isWritten ? asWritten(asItIs, drawn.columns, place.first, drawn.rowCount) : drawn.columns).map((column): Column => {
    if (asItIs || !('cells' in column && column.cells)) return column
    return { ...column, cells: withEmpty(new Map([[column.name, column.cells]]), empty, place).get(column.name)! }
  })
  const raw = presentTable({ ...drawn, columns }, formats, kept && cells === kept.kind ? 'source' : cells, seed)
  return kept ? { ...raw, dialect: kept } : raw
}
