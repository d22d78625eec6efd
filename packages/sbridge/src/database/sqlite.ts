import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { FormatError, InputError } from '@sbridge/core'
import type { RawTable } from '@sbridge/core/tables'
import { makeAtomically } from '../format/atomic-file.js'
import { holding } from '../format/temporary.js'
import { withPackage } from '../host/optional-package.js'
import {
  type CellKind,
  type ColumnTypes,
  cellsOf,
  type DatabaseColumn,
  type DatabaseTable,
  NO_SCHEMA,
  quoted,
  quotedTable,
  rawColumn,
  schemaOf,
  typeOf
} from './cells.js'
import { type DatabaseSource, type DatabaseTarget, refusedBy, statementOf, tableExists } from './contract.js'

type Cell = string | number | bigint | boolean | null
type Row = Readonly<Record<string, Cell | Uint8Array>>

/** What is used of a driver. */
export interface Sqlite {
  /** A folder that stands as a lock while the file is held, of a driver that undoes no write of others; undefined where the system locks. */
  readonly lock: string | undefined
  all(sql: string): readonly Row[]
  exec(sql: string): void
  /** A statement that is run for many rows. */
  prepare(sql: string): { run(values: readonly Cell[]): void; finish(): void }
  close(): void
}

/** Types of new columns. */
export const TYPES: ColumnTypes = { whole: 'INTEGER', number: 'REAL', boolean: 'BOOLEAN', time: 'TIMESTAMP', day: 'DATE', text: 'TEXT' }

/** The driver of Node where it has one (22.5 and later), else `node-sqlite3-wasm`. Throws `EngineError` (code `package-missing`). */
async function open(file: string, readOnly: boolean): Promise<Sqlite> {
  // The names are no literals: neither the compiler nor the bundler is to look for them.
  const [own, other]: string[] = ['node:sqlite', 'node-sqlite3-wasm']
  if (Number(process.versions.node.split('.')[0]) >= 23)
    return nodeSqlite(((await import(own!)) as NodeSqlite).DatabaseSync, file, readOnly)
  const found = (await withPackage(other!, () => import(other!))) as { readonly default: WasmSqlite } & WasmSqlite
  return wasmSqlite((found.default ?? found).Database, file, readOnly)
}

interface NodeSqlite {
  readonly DatabaseSync: new (
    file: string,
    options: { readonly readOnly: boolean }
  ) => {
    prepare(sql: string): { all(): Row[]; run(...values: Cell[]): unknown; setReadBigInts(on: boolean): void }
    exec(sql: string): void
    close(): void
  }
}

function nodeSqlite(Database: NodeSqlite['DatabaseSync'], file: string, readOnly: boolean): Sqlite {
  const database = new Database(file, { readOnly })
  return {
    lock: undefined,
    all(sql) {
      const statement = database.prepare(sql)
      statement.setReadBigInts(true)
      return statement.all()
    },
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      return { run: (values) => void statement.run(...values), finish: () => undefined }
    },
    close: () => database.close()
  }
}

interface WasmSqlite {
  readonly Database: new (
    file: string,
    options: { readonly readOnly: boolean }
  ) => {
    all(sql: string): Row[]
    exec(sql: string): void
    prepare(sql: string): { run(values: readonly Cell[]): unknown; finalize(): void }
    close(): void
  }
}

function wasmSqlite(Database: WasmSqlite['Database'], file: string, readOnly: boolean): Sqlite {
  const database = new Database(file, { readOnly })
  return {
    lock: `${resolve(file)}.lock`,
    all: (sql) => database.all(sql),
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      return { run: (values) => void statement.run(values), finish: () => statement.finalize() }
    },
    close: () => database.close()
  }
}

interface Access {
  readonly file: string
  /** What the file is called until it is whole. */
  readonly name?: string
  readonly to: 'read' | 'write' | 'make'
}

/** Runs with an open file, in one transaction; what SQLite says of it is told as an error of sbridge. */
export async function withFile<T>(access: Access, use: (database: Sqlite) => T): Promise<T> {
  const { file, name = file, to } = access
  if (to === 'read' && !existsSync(file))
    throw new FormatError({
      code: 'file-missing',
      got: `${file}, which does not exist`,
      expected: 'a file of SQLite',
      try: 'checking the name and the folder'
    })
  const database = await open(name, to === 'read')
  try {
    if (database.lock !== undefined) refuseInterrupted(name)
    return transaction(database, access, use)
  } catch (error) {
    if (!(error instanceof Error) || 'remedy' in error) throw error
    // Node's driver undoes a write that was cut short, but not for one who only reads.
    if (to === 'read' && /readonly database/i.test(error.message)) refuseInterrupted(name)
    if (/not a database|malformed/i.test(error.message))
      throw new FormatError({
        code: 'sqlite-unreadable',
        got: `${file}: ${error.message}`,
        expected: 'a whole file of SQLite',
        try: 'copying it again'
      })
    if (/readonly|locked|unable to open/i.test(error.message))
      throw refusedBy(`sqlite:${file}`, error.message, 'a file and folder that you may write to, and that no other program holds')
    throw refusedBy(`sqlite:${file}`, error.message)
  } finally {
    database.close()
  }
}

/**
 * All that `use` reads is of one moment, all that it writes is written or none. Until the very end nothing is changed in
 * the file, so that an interrupted write leaves it as it was, and what is beside it can be removed.
 */
function transaction<T>(database: Sqlite, { file, name = file, to }: Access, use: (database: Sqlite) => T): T {
  // A lock that is there already is another program's.
  const lock = database.lock === undefined || existsSync(database.lock) ? [] : [database.lock]
  return holding(lock, () => {
    // Nobody reads a file before it has its own name: what undoes a write need not stand beside it.
    if (to === 'make') database.exec('PRAGMA journal_mode = MEMORY')
    if (to === 'write') database.exec('PRAGMA cache_spill = OFF')
    database.exec(to === 'read' ? 'BEGIN' : 'BEGIN IMMEDIATE')
    // A transaction that reads begins with its first look.
    database.all('SELECT 1 FROM sqlite_master LIMIT 1')
    const result = holding(to === 'write' ? [journalOf(name)] : [], () => use(database))
    database.exec('COMMIT')
    return result
  })
}

const journalOf = (name: string): string => `${resolve(name)}-journal`

/** How a journal begins that undoes what was written in part. @source SQLite, "Database File Format", 3 */
const JOURNAL = 'd9d505f920a163d7'

/** Refuses a file of which a write was cut short: what is there of it would be read. Throws `FormatError` (code `sqlite-interrupted`). */
function refuseInterrupted(file: string): void {
  const journal = journalOf(file)
  if (!existsSync(journal)) return
  const start = new Uint8Array(JOURNAL.length / 2)
  const opened = openSync(journal, 'r')
  readSync(opened, start)
  closeSync(opened)
  if (Buffer.from(start).toString('hex') !== JOURNAL) return
  throw new FormatError({
    code: 'sqlite-interrupted',
    got: `${file}, of which a write was cut short or goes on (${file}-journal)`,
    expected: 'a file that is at rest',
    try: `waiting for the program that writes, or \`sqlite3 ${file} .tables\`, which undoes what was begun`
  })
}

/** The table in a file of SQLite, which is opened for reading only. Memory O(cells). */
export function readSqlite(file: string, { table, query }: DatabaseSource): Promise<DatabaseTable> {
  return withFile({ file, to: 'read' }, (database) =>
    table === undefined ? tableOf(database, statementOf(query!)) : tableOf(database, `SELECT * FROM ${quotedTable(table)}`, table)
  )
}

/** What a statement gives; of a whole table with what the schema says of it. */
export function tableOf(database: Sqlite, statement: string, table?: string): DatabaseTable {
  const declared = table === undefined ? new Map<string, string>() : declaredTypes(database, table)
  const rows = database.all(statement)
  const names = rows.length > 0 ? Object.keys(rows[0]!) : [...declared.keys()]
  const columns = names.map((name): DatabaseColumn => {
    const cells = rows.map((row) => row[name] ?? null)
    return columnOf(name, cells, declared.get(name) ?? '')
  })
  const schema = table === undefined ? NO_SCHEMA : schemaOf(columns, constraintsOf(database, table))
  return { columns: columns.map(rawColumn), rowCount: rows.length, schema }
}

/** Types of the columns of a table, in their order. Throws `InputError` (code `table-unknown`). */
function declaredTypes(database: Sqlite, table: string): Map<string, string> {
  const columns = database.all(`PRAGMA table_info(${quoted(table)})`)
  if (columns.length > 0) return new Map(columns.map(({ name, type }) => [String(name), String(type)]))
  const tables = database
    .all("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
    .map(({ name }) => String(name))
  throw new InputError({
    code: 'table-unknown',
    got: `no table ${table}`,
    expected: tables.length > 0 ? `one of ${tables.join(', ')}` : 'a file with tables',
    try: 'the name as the database has it'
  })
}

/** SQLite stores what each cell is: the kind of a column is what all its cells are, and what was declared of them. */
function columnOf(name: string, cells: readonly (Cell | Uint8Array)[], declared: string): DatabaseColumn {
  const known = cells.filter((cell) => cell !== null)
  const all = (is: (cell: Cell | Uint8Array) => boolean) => known.length > 0 && known.every(is)
  if (known.some((cell) => typeof cell === 'object')) return { name, kind: 'nested', cells: [] }
  const whole = (cell: unknown) => typeof cell === 'bigint' || (typeof cell === 'number' && Number.isInteger(cell))
  const kind = ((): CellKind => {
    if (/bool/i.test(declared) && all((cell) => whole(cell) && (Number(cell) === 0 || Number(cell) === 1))) return 'boolean'
    if (all((cell) => typeof cell !== 'string')) return all(whole) && !/real|floa|doub|num|dec/i.test(declared) ? 'whole' : 'number'
    return 'text'
  })()
  const plain = cells as readonly Cell[]
  return { name, kind, cells: kind === 'boolean' ? plain.map((cell) => (cell === null ? null : Number(cell) === 1)) : plain }
}

function constraintsOf(database: Sqlite, table: string): { readonly unique: string[]; readonly checks: string[] } {
  const unique: string[] = []
  const keys = database.all(`PRAGMA table_info(${quoted(table)})`).filter(({ pk }) => Number(pk) > 0)
  if (keys.length === 1) unique.push(String(keys[0]!.name))
  for (const index of database.all(`PRAGMA index_list(${quoted(table)})`)) {
    if (Number(index.unique) !== 1 || Number(index.partial) === 1) continue
    const columns = database.all(`PRAGMA index_info(${quoted(String(index.name))})`)
    if (columns.length === 1) unique.push(String(columns[0]!.name))
  }
  const text = database.all(`SELECT sql FROM sqlite_master WHERE name = '${table.replaceAll("'", "''")}'`)[0]?.sql
  return { unique, checks: [...String(text ?? '').matchAll(/\bCHECK\s*\(((?:[^()]|\([^()]*\))*)\)/gi)].map((match) => match[1]!) }
}

type Target = Required<{ [K in keyof DatabaseTarget]: NonNullable<DatabaseTarget[K]> }>

/** Writes rows in one transaction; a file that is not there yet has its name once it is whole. */
export function writeSqlite(file: string, table: RawTable, target: Target): Promise<void> {
  const write = (access: Access) => withFile(access, (database) => insert(database, table, target))
  return existsSync(file) ? write({ file, to: 'write' }) : makeAtomically(file, (name) => write({ file, name, to: 'make' }))
}

function insert(database: Sqlite, table: RawTable, { into, append }: Target): void {
  const there = database.all(`PRAGMA table_info(${quoted(into)})`).length > 0
  if (there && !append) throw tableExists(into)
  const list = table.columns.map((column) => `${quoted(column.name)} ${typeOf(column, TYPES)}`).join(', ')
  if (!there) database.exec(`CREATE TABLE ${quoted(into)} (${list})`)
  insertRows(database, table, into)
}

/** Writes rows behind those of a table that is there. */
export function insertRows(database: Sqlite, table: RawTable, into: string): void {
  const names = table.columns.map(({ name }) => quoted(name)).join(', ')
  const statement = database.prepare(`INSERT INTO ${quoted(into)} (${names}) VALUES (${table.columns.map(() => '?').join(', ')})`)
  try {
    const cells = table.columns.map((column) => cellsOf(column))
    for (let i = 0; i < table.rowCount; i++) statement.run(cells.map((cell, c) => bound(cell(i), table.columns[c]!)))
  } finally {
    statement.finish()
  }
}

/** SQLite has no truth values; and a driver would store a whole number of JavaScript as REAL where the column has no type. */
function bound(cell: Cell, column: RawTable['columns'][number]): Cell {
  if (typeof cell === 'boolean') return cell ? 1 : 0
  return column.source === 'number' && column.integer && cell !== null ? BigInt(cell) : cell
}
