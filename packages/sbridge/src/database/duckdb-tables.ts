import type { ForeignKey, SchemaKeys } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import type { ColumnTypes } from './cells.js'
import type { MadeTables, Several } from './contract.js'
import { keysWithin, layersOf } from './layers.js'
import { referencesOf, tableStatement } from './table-statement.js'

type Ask = (sql: string) => Promise<readonly (readonly unknown[])[]>

/** All tables of a file. */
export const severalOf = (ask: Ask, types: ColumnTypes): Several => ({
  tables: async () => (await tablesIn(ask)).map(([name]) => String(name)),
  keys: () => keysIn(ask),
  made: async () => madeIn(await tablesIn(ask), await keysIn(ask)),
  statements: (tables, keys) => ownStatements(tables, keys, types),
  run: async (statement) => {
    await ask(statement)
  },
  isStrict: true
})

/** Names of tables and what made them, those that others refer to first: a table is made after what it refers to. */
const tablesIn = (ask: Ask) =>
  ask('SELECT table_name, sql FROM duckdb_tables() WHERE schema_name = current_schema() AND NOT temporary ORDER BY table_oid')

async function keysIn(ask: Ask): Promise<SchemaKeys> {
  const rows = await ask(
    "SELECT table_name, constraint_type, array_to_string(constraint_column_names, chr(0)), referenced_table, array_to_string(referenced_column_names, chr(0)) FROM duckdb_constraints() WHERE schema_name = current_schema() AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY') ORDER BY table_oid, constraint_index"
  )
  const primary: Record<string, string> = {}
  const foreign: ForeignKey[] = []
  for (const [table, type, columns, other, targets] of rows) {
    const [column, ...more] = String(columns).split('\0') as [string, ...string[]]
    if (type === 'PRIMARY KEY') {
      if (more.length === 0) primary[String(table)] = column
      continue
    }
    const [to, ...others] = String(targets).split('\0') as [string, ...string[]]
    const and = more.map((name, k) => ({ column: name, to: others[k]! }))
    foreign.push({ table: String(table), column, to: { table: String(other), column: to }, ...(and.length > 0 ? { and } : {}) })
  }
  return { primary, foreign }
}

/** What made the tables, as DuckDB says it: it leaves out what stands in a key of a table into itself. */
function madeIn(tables: readonly (readonly unknown[])[], keys: SchemaKeys): MadeTables {
  const statements = tables.map(([table, sql]) => {
    const within = keysWithin(String(table), keys)
    if (within.length === 0) return String(sql)
    const others = String(sql)
      .replace(/(\s*,)*\s*\)\s*;?\s*$/, '')
      .replace(/(,\s*){2,}/g, ', ')
    return `${[others, ...referencesOf(String(table), { ...keys, foreign: within })].join(', ')})`
  })
  return { by: 'duckdb', tables: statements, constraints: [] }
}

/** Keys are part of what makes a table, and no row may come before the one that it refers to: keys into later tables, and circles within one, are not declared. */
function ownStatements(tables: Readonly<Record<string, RawTable>>, keys: SchemaKeys, types: ColumnTypes): MadeTables {
  const names = Object.keys(tables)
  const isBefore = ({ table, to }: ForeignKey) =>
    table === to.table ? layersOf(tables[table]!, keysWithin(table, keys)) !== undefined : names.indexOf(to.table) < names.indexOf(table)
  const declared = { ...keys, foreign: keys.foreign.filter(isBefore) }
  return {
    by: 'duckdb',
    tables: names.map((table) => tableStatement({ table, raw: tables[table]!, keys, types }, referencesOf(table, declared))),
    constraints: []
  }
}
