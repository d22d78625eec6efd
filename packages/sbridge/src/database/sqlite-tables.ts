import { existsSync } from 'node:fs'
import { InputError } from '@sbridge/core'
import type { ForeignKey, SchemaKeys } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { quoted } from './cells.js'
import type { TableSet } from './contract.js'
import { filledTables } from './filled-tables.js'
import { insertRows, TYPES, tableOf, withFile } from './sqlite.js'
import type { Sqlite } from './sqlite-driver.js'
import { referencesOf, tableStatement } from './table-statement.js'

/** All tables in a file of SQLite, of one moment, with their keys and the statements that made them. Memory O(cells). */
export function readSqliteTables(file: string): Promise<TableSet> {
  return withFile({ at: file, to: 'read' }, (database) => {
    const names = database
      .all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
      .map(({ name }) => String(name))
    const read = names.map((name) => [name, tableOf(database, name)] as const)
    const filled = filledTables(read, {
      got: names.length === 0 ? `${file}, which has no tables` : `${file}, whose tables have no rows`,
      expected: 'a database with rows',
      remedy: 'another file'
    })
    return {
      ...filled,
      keys: keysIn(database, Object.keys(filled.tables)),
      made: { by: 'sqlite', tables: statementsIn(database), constraints: [] },
      files: {}
    }
  })
}

function keysIn(database: Sqlite, names: readonly string[]): SchemaKeys {
  const primary: Record<string, string> = {}
  for (const name of names) {
    const keys = primaryOf(database, name)
    if (keys.length === 1) primary[name] = keys[0]!
  }
  const foreign = names.flatMap((name) => foreignKeysOf(database, name, primary))
  // A key into a table without rows is empty throughout.
  return { primary, foreign: foreign.filter(({ to }) => names.includes(to.table)) }
}

function foreignKeysOf(database: Sqlite, table: string, primary: Readonly<Record<string, string>>): ForeignKey[] {
  const rows = database.all(`PRAGMA foreign_key_list(${quoted(table)})`)
  const ids = [...new Set(rows.map(({ id }) => id))]
  return ids
    .map((id): ForeignKey => {
      const own = rows.filter((row) => row.id === id).sort((a, b) => Number(a.seq) - Number(b.seq))
      // SQLite compares names of tables without regard to capitals.
      const named = String(own[0]!.table)
      const target = tableNamed(database, named) ?? named
      const keys = primaryOf(database, target)
      const pairs = own.map((row, k) => ({ column: String(row.from), to: row.to === null ? keys[k] : String(row.to) }))
      const [{ column, to }, ...and] = pairs as [{ column: string; to: string }, ...{ column: string; to: string }[]]
      return { table, column, to: { table: target, column: to ?? primary[target] ?? '' }, ...(and.length > 0 ? { and } : {}) }
    })
    .sort((a, b) => (a.column < b.column ? -1 : 1))
}

const tableNamed = (database: Sqlite, name: string): string | undefined => {
  const rows = database.all("SELECT name FROM sqlite_master WHERE type = 'table'").map((row) => String(row.name))
  return rows.find((one) => one.toLowerCase() === name.toLowerCase())
}

/** The columns of a primary key, in its order. */
const primaryOf = (database: Sqlite, table: string): string[] =>
  database
    .all(`PRAGMA table_info(${quoted(table)})`)
    .filter(({ pk }) => Number(pk) > 0)
    .sort((a, b) => Number(a.pk) - Number(b.pk))
    .map(({ name }) => String(name))

/** What made the tables, indices and views, tables first. */
const statementsIn = (database: Sqlite): string[] =>
  database
    .all(
      "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND type IN ('table', 'index', 'view') ORDER BY type = 'table' DESC, type = 'index' DESC, rowid"
    )
    .map(({ sql }) => String(sql))

/** Writes tables into a new file, which has its name once it is whole and every key leads somewhere. Throws `InputError` (codes `output-exists`, `key-dangling`). */
export async function writeSqliteTables(file: string, { tables, keys, made }: Pick<TableSet, 'tables' | 'keys' | 'made'>): Promise<void> {
  if (existsSync(file))
    throw new InputError({
      code: 'output-exists',
      got: `${file}, which is there already`,
      expected: 'the name of a new file',
      try: 'another name'
    })
  await withFile({ at: file, to: 'write' }, (database) => {
    const statements = made?.by === 'sqlite' ? made.tables : Object.entries(tables).map(([table, raw]) => statementFor(table, raw, keys))
    for (const statement of statements) database.exec(statement)
    // A row may refer to one behind it.
    database.exec('PRAGMA defer_foreign_keys = ON')
    for (const [table, raw] of Object.entries(tables)) insertRows(database, raw, table)
    const [broken] = database.all('PRAGMA foreign_key_check')
    if (!broken) return
    throw new InputError({
      code: 'key-dangling',
      got: `a row of ${String(broken.table)} whose key leads to no row of ${String(broken.parent)}`,
      expected: 'keys that lead to rows',
      try: 'stating the key with --keys'
    })
  })
}

const statementFor = (table: string, raw: RawTable, keys: SchemaKeys): string =>
  tableStatement({ table, raw, keys, types: TYPES }, referencesOf(table, keys))
