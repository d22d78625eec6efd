import { InputError } from '@sbridge/core'
import type { StoredType } from '@sbridge/core/internal'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import {
  booleanColumn,
  columnNested,
  DAY,
  datetimeColumn,
  isMissing,
  numberColumn,
  storedTextColumn,
  unusableColumn,
  wholeNumberColumn
} from '../format/columns.js'
import { boundedColumn, isOf, storedTypeOf, typedDialect } from '../format/stored-type.js'
import type { Answer, DatabaseColumn, Described } from './contract.js'
import { NO_SCHEMA, type Schema, schemaOf } from './table-schema.js'

/** A column of a table; `nested`: all of its columns that hold no such cells as a table has. Throws `InputError` (code `value-unreadable`) for a number or time that is none, as `infinity`. */
export function rawColumn({ type, ...column }: DatabaseColumn, nested: readonly string[]): RawColumn {
  const read = columnOf(column, nested)
  return type ? boundedColumn(read, type) : read
}

function columnOf({ name, kind, cells }: Omit<DatabaseColumn, 'type'>, nested: readonly string[]): RawColumn {
  const read = (of: (cell: string | number | bigint | boolean) => number) =>
    cells.map((cell) => {
      if (cell === null) return null
      const value = of(cell)
      if (Number.isFinite(value)) return value
      throw new InputError({
        code: 'value-unreadable',
        got: `${String(cell)} in the column ${name}`,
        expected: kind === 'time' ? 'a time of the calendar' : 'a finite number',
        try: `a --query that leaves such rows out, or --exclude ${name}`
      })
    })
  switch (kind) {
    case 'whole':
      return wholeNumberColumn(
        name,
        cells.map((cell) => (cell === null ? null : BigInt(cell)))
      )
    case 'number':
      return numberColumn(name, read(Number), false)
    case 'boolean':
      return booleanColumn(name, cells)
    case 'time':
      return datetimeColumn(
        name,
        read((cell) => Date.parse(String(cell)))
      )
    case 'nested':
      // All are named at once: who leaves one out is not to be told of the next.
      return unusableColumn(name, columnNested(`lists, objects or bytes in ${columnsNamed(nested)}`, nested.join(',')))
    default:
      return storedTextColumn(name, cells)
  }
}

const columnsNamed = (names: readonly string[]): string => `the column${names.length === 1 ? '' : 's'} ${names.join(', ')}`

/** Types of columns that a database is told, for what a table holds. */
export interface ColumnTypes {
  readonly whole: string
  readonly number: string
  readonly boolean: string
  readonly time: string
  readonly day: string
  readonly text: string
  /** Of text that is a key, where that has to be told apart. */
  readonly key?: string
  /** What a type of the table that was read is called, where the database has it. */
  readonly stored?: (type: StoredType) => string | undefined
}

/** The type of a column in a table: that of the table that was read, where every cell is of it. */
export function typeIn(table: RawTable, column: RawColumn, types: ColumnTypes): string {
  const stored = storedTypeOf(table, column.name)
  return (stored && isOf(stored, column) && types.stored?.(stored)) || typeOf(column, types)
}

/** The type of a column by its cells. */
export function typeOf(column: RawColumn, types: ColumnTypes): string {
  if (column.source === 'text') return types.text
  if (column.source === 'boolean') return types.boolean
  if (column.source === 'number') return column.integer ? types.whole : types.number
  return isDays(column) ? types.day : types.time
}

const isDays = (column: RawColumn & { source: 'datetime' }): boolean =>
  column.values.every((value, i) => isMissing(column, i) || value % DAY === 0)

/** A cell as text or number; null where it is missing. Times are ISO 8601 in UTC without a zone, days alone where all are. */
export function cellsOf(column: RawColumn): (row: number) => string | number | boolean | null {
  if (column.source !== 'datetime') return (i) => (isMissing(column, i) ? null : column.values[i]!)
  const days = isDays(column)
  return (i) => {
    if (isMissing(column, i)) return null
    const text = new Date(column.values[i]!).toISOString()
    return days ? text.slice(0, 10) : text.slice(0, -1).replace('T', ' ')
  }
}

/** A name as SQL takes it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** `schema.table` and `table`, quoted; quotes of one's own are kept. */
export function quotedTable(name: string, { quoted: quote }: { quoted(name: string): string } = { quoted }): string {
  return name.includes(quote('').charAt(0)) ? name : name.split('.').map(quote).join('.')
}

/** Names and types of a table's columns, as a statement that makes it lists them. */
export const definitionsOf = (table: RawTable, types: ColumnTypes, quote = quoted): string =>
  table.columns.map((column) => `${quote(column.name)} ${typeIn(table, column, types)}`).join(', ')

/** A table of columns, with what the database says of them. */
export interface DatabaseTable extends RawTable {
  readonly schema: Schema
}

function bounded(column: RawColumn, { bounds }: Schema): RawColumn {
  const own = Object.hasOwn(bounds, column.name) ? bounds[column.name] : undefined
  return own && (column.source === 'number' || column.source === 'datetime') ? { ...column, bounds: own } : column
}

/** What a statement gives, as a table; of a whole table with what the schema says of it. */
export function tableIn({ columns, rowCount }: Answer, described?: Described): DatabaseTable {
  const schema = described ? schemaOf(columns, described) : NO_SCHEMA
  const nested = columns.filter(({ kind }) => kind === 'nested').map(({ name }) => name)
  const notes = schema.unsaid.map((condition) => `CHECK (${condition}) of the database is no rule here, and is not seen to in new rows`)
  return {
    columns: columns.map((column) => bounded(rawColumn(column, nested), schema)),
    rowCount,
    schema,
    ...(columns.some(({ type }) => type) ? { dialect: typedDialect(columns.map(({ name, type }) => ({ name, type }))) } : {}),
    ...(notes.length > 0 ? { notes } : {})
  }
}
