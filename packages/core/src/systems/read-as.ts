import { defined } from '../num/defined.js'
import { hasColumn, isBeside } from '../table/besides.js'
import { type InferOptions, inferTable } from '../table/infer.js'
import { isEmptyColumn, type RawTable, takeRawRows } from '../table/raw.js'
import { takeTableRows } from '../table/rows.js'
import { type ColumnKind, emptyColumn, type Table } from '../table/table.js'

/** How cells of a model's table were read, as far as options said it. Plain JSON. */
export type ReadingWords = Pick<InferOptions, 'missing' | 'decimal' | 'dateOrder'>

export const readingWords = ({ missing, decimal, dateOrder }: InferOptions): ReadingWords => defined({ missing, decimal, dateOrder })

export interface NamedKind {
  readonly name: string
  readonly kind: ColumnKind
}

/** New rows may have decimals where all others were whole. */
const asRead = (kind: ColumnKind): ColumnKind => (kind === 'integer' ? 'number' : kind)

/**
 * Other rows in the columns of a model's table, read as these were; nothing is learned from them, so that one row is enough, and
 * cells may all be missing. Throws `InputError`: a column that they lack, cells of another kind.
 */
export function readAs(raw: RawTable, kinds: readonly NamedKind[], words: ReadingWords = {}): Table {
  const columns = kinds.map(({ name }) => name)
  const own = { ...raw, columns: raw.columns.filter(({ name }) => columns.includes(name)) }
  if (columns.every((name) => hasColumn(own, name)) && own.columns.every(isEmptyColumn)) {
    const of = (read: string) => kinds.filter(({ name }) => name === read || isBeside(name, read))
    const empty = own.columns.flatMap(({ name }) => of(name).map((one) => emptyColumn(one.name, asRead(one.kind), raw.rowCount)))
    return { columns: empty, rowCount: raw.rowCount }
  }
  const options = { ...words, columns, types: Object.fromEntries(kinds.map(({ name, kind }) => [name, asRead(kind)])) }
  // Kinds are inferred from two rows at least; one row is as good as two of it.
  if (raw.rowCount === 1) return takeTableRows(inferTable(takeRawRows(own, [0, 0]), options).table, [0])
  return inferTable(own, options).table
}
