import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { FormatError, InputError } from '@sbridge/core'
import { NO_KEYS, pairsOf } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { writeAtomically } from '../format/atomic-file.js'
import { readTable, writePieces, writeTable } from '../format/table-file.js'
import { extensionOf, tableExtensions } from '../format/table-format.js'
import { begin, end } from '../format/temporary.js'
import { addressOf, isDatabase, SQLITE_NAME, type StoreKind } from './address.js'
import type { TableSet, WrittenTables } from './contract.js'
import { type DocumentOptions, documentBytes, documentsIn, isDocumentName } from './document-file.js'

/** The file of SQLite that a name says, with `sqlite:` before it or an extension of one; undefined for another name. */
export function sqliteFileOf(name: string): string | undefined {
  const addressed = /^sqlite:(.+)$/i.exec(name)?.[1]
  return addressed ?? (SQLITE_NAME.test(name) ? name : undefined)
}

/** What holds several tables by a name: a kind of database and its address; undefined for a folder or a file. */
export function databaseOf(name: string): { readonly kind: StoreKind; readonly name: string } | undefined {
  if (sqliteFileOf(name) !== undefined) return { kind: 'sqlite', name }
  if (/\.duckdb$/i.test(name) && !isDatabase(name)) return { kind: 'duckdb', name: `duckdb:${name}` }
  return isDatabase(name) ? { kind: addressOf(name).kind, name } : undefined
}

export const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory()

/**
 * The tables in a file of SQLite or DuckDB, in a schema of a PostgreSQL server, in a database of a MySQL server, in a file of JSON whose objects hold lists of others, or in the files of a folder, which are called as these are. Throws `FormatError` where there are
 * none (`tables-none`), `InputError` for two files of one table (`table-twice`), and what `readTable` throws.
 */
export async function readTables(path: string, options: DocumentOptions = {}): Promise<TableSet> {
  const database = databaseOf(path)
  if (database?.kind === 'postgres') return (await import('./postgres-tables.js')).readPostgresTables(path)
  if (database?.kind === 'sqlite') return (await import('./sqlite-tables.js')).readSqliteTables(sqliteFileOf(path)!)
  if (database) return (await import('./several-tables.js')).readAllTables(database.name)
  if (isDocumentName(path)) return documentsIn(path, options)
  const names = (await readdir(path).catch(() => []))
    .filter((name) => !name.startsWith('.') && tableExtensions.includes(extensionOf(name)))
    .sort()
  if (names.length === 0)
    throw new FormatError({
      code: 'tables-none',
      got: `${path}, ${isFolder(path) ? 'in which no file is a table' : 'which is no folder'}`,
      expected: `a folder of tables (${tableExtensions.join(' ')}), a file of SQLite or DuckDB, postgres://… or mysql://…`,
      try: 'checking the name'
    })
  const tables: Record<string, RawTable> = {}
  const files: Record<string, string> = {}
  for (const name of names) {
    const table = tableNameOf(name)
    if (Object.hasOwn(tables, table))
      throw new InputError({
        code: 'table-twice',
        got: `${files[table]} and ${name} in ${path}`,
        expected: 'one file for each table',
        try: 'moving one of them away'
      })
    tables[table] = await readTable(join(path, name), options)
    files[table] = name
  }
  return { tables, keys: NO_KEYS, files }
}

const tableNameOf = (file: string): string => file.replace(/\.gz$/i, '').replace(/\.[^.]+$/, '')

/** The file that a table of a new folder stands in: called as that of the data, or a CSV file. */
export const fileOf = ({ files }: Pick<TableSet, 'files'>, table: string): string => files[table] ?? `${table}.csv`

/**
 * Writes tables into a new file of SQLite or DuckDB, a new schema of a PostgreSQL server, a database of a MySQL server without tables, or a new folder, which has its name once it is whole. Throws `InputError` (code
 * `output-exists`) where there is something already.
 */
export async function writeTables(path: string, set: WrittenTables): Promise<void> {
  const database = databaseOf(path)
  const whole = () => ({ ...set, tables: withoutEmptyKeys(wholeTables(set), set.keys) })
  if (database?.kind === 'postgres') return (await import('./postgres-tables.js')).writePostgresTables(path, whole())
  if (database?.kind === 'sqlite') return (await import('./sqlite-tables.js')).writeSqliteTables(sqliteFileOf(path)!, whole())
  if (database) return (await import('./several-tables.js')).writeAllTables(database.name, whole())
  if (isDocumentName(path)) return writeAtomically(path, await documentBytes(path, { ...set, tables: wholeTables(set) }))
  await checkNewTables(path)
  const target = resolve(path)
  const made = join(dirname(target), `.sbridge-${randomBytes(8).toString('hex')}.tmp`)
  begin(made)
  try {
    await mkdir(made)
    for (const [table, rows] of Object.entries(set.tables)) {
      const name = join(made, fileOf(set, table))
      await ('rows' in rows ? writePieces(name, rows) : writeTable(name, rows))
    }
    if (existsSync(target)) await rmdir(target)
    await rename(made, target)
  } catch (error) {
    await rm(made, { recursive: true, force: true })
    throw error
  } finally {
    end(made)
  }
}

/** Tables with all their rows: those of databases hold numbers, and share the texts that recur. */
const wholeTables = ({ tables }: Pick<WrittenTables, 'tables'>): TableSet['tables'] =>
  Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, 'rows' in table ? table.rows(0, table.rowCount) : table]))

/** Null where an empty text refers to no row: a database takes a key that leads to a row, or none. */
function withoutEmptyKeys(tables: TableSet['tables'], { foreign }: TableSet['keys']): TableSet['tables'] {
  const whole = { ...tables }
  for (const key of foreign)
    for (const { column, to } of pairsOf(key)) {
      const own = whole[key.table]
      const isThere = (one: RawTable['columns'][number]) => one.name === to && one.source === 'text' && one.values.includes('')
      if (!own || tables[key.to.table]?.columns.some(isThere)) continue
      const columns = own.columns.map((one) =>
        one.name === column && one.source === 'text' ? { ...one, values: one.values.map((cell) => cell || null) } : one
      )
      whole[key.table] = { ...own, columns }
    }
  return whole
}

/** Refuses a place where tables could not be written as new ones, before anything is computed. Throws `InputError`. */
export async function checkNewTables(path: string): Promise<void> {
  const database = databaseOf(path)
  if (database?.kind === 'postgres') return (await import('./postgres-tables.js')).checkNewSchema(path)
  if (database?.kind === 'mysql') return (await import('./several-tables.js')).checkNoTables(path)
  if (database) await (await import('./database.js')).readyFor(addressOf(database.kind === 'sqlite' ? `sqlite:${path}` : database.name))
  const file = database ? addressOf(database.kind === 'sqlite' ? `sqlite:${sqliteFileOf(path)}` : database.name).at : path
  const empty = isFolder(file) && !database
  if (!existsSync(dirname(resolve(file))))
    throw new InputError({
      code: 'output-folder-missing',
      got: `the output ${path}: its folder does not exist`,
      expected: 'an existing folder',
      try: 'making the folder first'
    })
  if (!existsSync(file) || (empty && readdirSync(file).length === 0)) return
  throw new InputError({
    code: 'output-exists',
    got: `${path}, which is there already`,
    expected: 'the name of a new folder, of a new file of SQLite or DuckDB, or postgres://…?schema=NEW',
    try: `another name, as new-${basename(file)}`
  })
}
