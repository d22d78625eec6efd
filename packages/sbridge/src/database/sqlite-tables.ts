import { existsSync } from 'node:fs'
import { FormatError, InputError } from '@sbridge/core'
import type { SchemaKeys } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { makeAtomically } from '../format/atomic-file.js'
import { quoted, typeOf } from './cells.js'
import type { TableSet } from './contract.js'
import { insertRows, type Sqlite, TYPES, tableOf, withFile } from './sqlite.js'

/** All tables in a file of SQLite, of one moment, with their keys and the statements that made them. Memory O(cells). */
export function readSqliteTables(file: string): Promise<TableSet> {
  return withFile({ file, to: 'read' }, (database) => {
    const names = database
      .all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
      .map(({ name }) => String(name))
    const read = names.map((name) => [name, tableOf(database, `SELECT * FROM ${quoted(name)}`, name)] as const)
    const filled = read.filter(([, { rowCount }]) => rowCount > 0)
    if (filled.length === 0)
      throw new FormatError({
        code: 'table-without-rows',
        got: names.length === 0 ? `${file}, which has no tables` : `${file}, whose tables have no rows`,
        expected: 'a database with rows',
        try: 'another file'
      })
    const there = new Set(filled.map(([name]) => name))
    return {
      tables: Object.fromEntries(filled),
      keys: keysIn(database, [...there]),
      says: Object.fromEntries(filled.map(([name, { schema }]) => [name, schema])),
      statements: statementsIn(database),
      files: {}
    }
  })
}

function keysIn(database: Sqlite, names: readonly string[]): SchemaKeys {
  const primary: Record<string, string> = {}
  for (const name of names) {
    const keys = database.all(`PRAGMA table_info(${quoted(name)})`).filter(({ pk }) => Number(pk) > 0)
    if (keys.length === 1) primary[name] = String(keys[0]!.name)
  }
  const foreign = names.flatMap((name) => foreignKeysOf(database, name, primary))
  // A key into a table without rows is empty throughout.
  return { primary, foreign: foreign.filter(({ to }) => names.includes(to.table)) }
}

function foreignKeysOf(database: Sqlite, table: string, primary: Readonly<Record<string, string>>) {
  const rows = database.all(`PRAGMA foreign_key_list(${quoted(table)})`)
  return rows
    .map((row) => {
      const several = rows.filter(({ id }) => id === row.id).length > 1
      // SQLite compares names of tables without regard to capitals.
      const target = Object.keys(primary).find((name) => name.toLowerCase() === String(row.table).toLowerCase()) ?? String(row.table)
      const column = row.to === null ? primary[target] : String(row.to)
      if (!several && column !== undefined) return { table, column: String(row.from), to: { table: target, column } }
      throw new InputError({
        code: 'key-composite',
        got: `a foreign key of several columns in ${table}, into ${target}`,
        expected: 'keys of one column',
        try: `giving ${target} a key of one column`
      })
    })
    .sort((a, b) => (a.column < b.column ? -1 : 1))
}

/** What made the tables, indices and views, tables first. */
const statementsIn = (database: Sqlite): string[] =>
  database
    .all(
      "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND type IN ('table', 'index', 'view') ORDER BY type = 'table' DESC, type = 'index' DESC, rowid"
    )
    .map(({ sql }) => String(sql))

/** Writes tables into a new file, which has its name once it is whole and every key leads somewhere. Throws `InputError` (codes `output-exists`, `key-dangling`). */
export async function writeSqliteTables(
  file: string,
  { tables, keys, statements }: Pick<TableSet, 'tables' | 'keys' | 'statements'>
): Promise<void> {
  if (existsSync(file))
    throw new InputError({
      code: 'output-exists',
      got: `${file}, which is there already`,
      expected: 'the name of a new file',
      try: 'another name'
    })
  await makeAtomically(file, (name) =>
    withFile({ file, name, to: 'make' }, (database) => {
      const made = statements ?? Object.entries(tables).map(([table, raw]) => statementFor(table, raw, keys))
      for (const statement of made) database.exec(statement)
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
  )
}

function statementFor(table: string, raw: RawTable, { primary, foreign }: SchemaKeys): string {
  const keyed = (column: string) =>
    primary[table] === column || foreign.some(({ to }) => to.table === table && to.column === column) ? ' UNIQUE NOT NULL' : ''
  const columns = raw.columns.map((column) => `${quoted(column.name)} ${typeOf(column, TYPES)}${keyed(column.name)}`)
  const references = foreign
    .filter((key) => key.table === table)
    .map(({ column, to }) => `FOREIGN KEY (${quoted(column)}) REFERENCES ${quoted(to.table)} (${quoted(to.column)})`)
  return `CREATE TABLE ${quoted(table)} (${[...columns, ...references].join(', ')})`
}
