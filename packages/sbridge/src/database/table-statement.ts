import { type ForeignKey, pairsOf, type SchemaKeys } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { type ColumnTypes, quoted as plain, typeIn, typeOf } from './cells.js'

interface NewTable {
  readonly table: string
  readonly raw: RawTable
  readonly keys: SchemaKeys
  readonly types: ColumnTypes
  readonly quoted?: (name: string) => string
}

/** What makes a table with its own keys, and further constraints. */
export function tableStatement({ table, raw, keys, types, quoted = plain }: NewTable, constraints: readonly string[] = []): string {
  const { primary, foreign } = keys
  const keyed = (column: string) =>
    primary[table] === column || foreign.some(({ to, and }) => !and && to.table === table && to.column === column) ? ' UNIQUE NOT NULL' : ''
  const named = new Set(foreign.flatMap((key) => placesOf(key, table)))
  // Keys and what refers to them have one type in all tables.
  const isKey = ({ name }: RawTable['columns'][number]) => named.has(name) || primary[table] === name
  const typed = (column: RawTable['columns'][number]) => {
    if (!isKey(column)) return typeIn(raw, column, types)
    return column.source === 'text' ? (types.key ?? types.text) : typeOf(column, types)
  }
  const columns = raw.columns.map((column) => `${quoted(column.name)} ${typed(column)}${keyed(column.name)}`)
  const several = new Set(
    foreign
      .filter(({ to, and }) => and && to.table === table)
      .map((key) =>
        listOf(
          pairsOf(key).map(({ to }) => to),
          quoted
        )
      )
  )
  return `CREATE TABLE ${quoted(table)} (${[...columns, ...[...several].map((list) => `UNIQUE (${list})`), ...constraints].join(', ')})`
}

const listOf = (names: readonly string[], quoted: (name: string) => string): string => names.map(quoted).join(', ')

/** Columns of a table that a key leads from or to. */
function placesOf(key: ForeignKey, table: string): string[] {
  return pairsOf(key).flatMap(({ column, to }) => [...(key.table === table ? [column] : []), ...(key.to.table === table ? [to] : [])])
}

/** The constraints of the keys of a table into others. */
export function referencesOf(table: string, { foreign }: SchemaKeys, quoted = plain): string[] {
  return foreign
    .filter((key) => key.table === table)
    .map((key) => {
      const pairs = pairsOf(key)
      return `FOREIGN KEY (${listOf(
        pairs.map(({ column }) => column),
        quoted
      )}) REFERENCES ${quoted(key.to.table)} (${listOf(
        pairs.map(({ to }) => to),
        quoted
      )})`
    })
}
