import type { ForeignKey, SchemaKeys } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import type { ColumnTypes } from './cells.js'
import type { MadeTables, Several } from './contract.js'
import { referencesOf, tableStatement } from './table-statement.js'

type Ask = (sql: string, values?: readonly unknown[]) => Promise<readonly (readonly unknown[])[]>

interface Words {
  readonly types: ColumnTypes
  readonly quoted: (name: string) => string
}

/** All tables of the database of a connection. */
export const severalOf = (ask: Ask, words: Words): Several => ({
  tables: () => tablesIn(ask),
  keys: () => keysIn(ask),
  made: async () => madeAs(await statementsIn(ask, words), words),
  statements: (tables, keys) => ownStatements(tables, keys, words),
  run: async (statement) => {
    await ask(statement)
  },
  isStrict: false,
  // To make a table ends a transaction: what was made is taken back by hand.
  undo: async (tables) => {
    await ask('SET SESSION foreign_key_checks = 0')
    for (const table of tables) await ask(`DROP TABLE IF EXISTS ${words.quoted(table)}`)
  }
})

async function tablesIn(ask: Ask): Promise<string[]> {
  const rows = await ask(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE' ORDER BY create_time, table_name"
  )
  return rows.map(([name]) => String(name))
}

async function keysIn(ask: Ask): Promise<SchemaKeys> {
  const rows = await ask(
    'SELECT table_name, constraint_name, column_name, referenced_table_name, referenced_column_name FROM information_schema.key_column_usage WHERE table_schema = database() AND (referenced_table_schema IS NULL OR referenced_table_schema = database()) ORDER BY table_name, constraint_name, ordinal_position'
  )
  const groups = new Map<string, (readonly unknown[])[]>()
  for (const row of rows) {
    const name = JSON.stringify(row.slice(0, 2))
    groups.set(name, [...(groups.get(name) ?? []), row])
  }
  const primary: Record<string, string> = {}
  const foreign: ForeignKey[] = []
  for (const group of groups.values()) {
    const [[table, constraint, column, to, target], ...others] = group as [readonly unknown[], ...(readonly unknown[])[]]
    if (constraint === 'PRIMARY' && others.length === 0) primary[String(table)] = String(column)
    if (to === null) continue
    const and = others.map((row) => ({ column: String(row[2]), to: String(row[4]) }))
    foreign.push({
      table: String(table),
      column: String(column),
      to: { table: String(to), column: String(target) },
      ...(and.length > 0 ? { and } : {})
    })
  }
  return { primary, foreign }
}

async function statementsIn(ask: Ask, { quoted }: Words): Promise<[string, string][]> {
  const found: [string, string][] = []
  for (const table of await tablesIn(ask)) found.push([table, String((await ask(`SHOW CREATE TABLE ${quoted(table)}`))[0]?.[1])])
  return found
}

/** Statements as the server writes them, a line for each column and constraint; keys into other tables come once rows are there. */
function madeAs(statements: readonly (readonly [string, string])[], { quoted }: Words): MadeTables {
  const isReference = (line: string) => /^\s*CONSTRAINT .* FOREIGN KEY /.test(line)
  const constraints: string[] = []
  const tables = statements.map(([table, text]) => {
    const lines = text.split('\n')
    for (const line of lines) if (isReference(line)) constraints.push(`ALTER TABLE ${quoted(table)} ADD ${line.trim().replace(/,$/, '')}`)
    const kept = lines.filter((line) => !isReference(line)).join('\n')
    return kept.replace(/,\n\)/, '\n)')
  })
  return { by: 'mysql', tables, constraints }
}

/** A text of this length can be a key. */
const KEY = 'VARCHAR(255)'

function ownStatements(tables: Readonly<Record<string, RawTable>>, keys: SchemaKeys, { types, quoted }: Words): MadeTables {
  return {
    by: 'mysql',
    tables: Object.entries(tables).map(
      ([table, raw]) => `${tableStatement({ table, raw, keys, types: { ...types, key: KEY }, quoted })} CHARACTER SET utf8mb4`
    ),
    constraints: Object.keys(tables).flatMap((table) =>
      referencesOf(table, keys, quoted).map((text) => `ALTER TABLE ${quoted(table)} ADD ${text}`)
    )
  }
}
