import { pairsOf, type SchemaKeys } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { type ColumnTypes, quoted, typeOf } from './cells.js'

interface NewTable {
  readonly table: string
  readonly raw: RawTable
  readonly keys: SchemaKeys
  readonly types: ColumnTypes
}

/** What makes a table with its own keys, and further constraints. */
export function tableStatement({ table, raw, keys, types }: NewTable, constraints: readonly string[] = []): string {
  const { primary, foreign } = keys
  const keyed = (column: string) =>
    primary[table] === column || foreign.some(({ to, and }) => !and && to.table === table && to.column === column) ? ' UNIQUE NOT NULL' : ''
  const columns = raw.columns.map((column) => `${quoted(column.name)} ${typeOf(column, types)}${keyed(column.name)}`)
  const several = new Set(foreign.filter(({ to, and }) => and && to.table === table).map((key) => listOf(pairsOf(key).map(({ to }) => to))))
  return `CREATE TABLE ${quoted(table)} (${[...columns, ...[...several].map((list) => `UNIQUE (${list})`), ...constraints].join(', ')})`
}

const listOf = (names: readonly string[]): string => names.map(quoted).join(', ')

/** The constraints of the keys of a table into others. */
export function referencesOf(table: string, { foreign }: SchemaKeys): string[] {
  return foreign
    .filter((key) => key.table === table)
    .map((key) => {
      const pairs = pairsOf(key)
      return `FOREIGN KEY (${listOf(pairs.map(({ column }) => column))}) REFERENCES ${quoted(key.to.table)} (${listOf(pairs.map(({ to }) => to))})`
    })
}
