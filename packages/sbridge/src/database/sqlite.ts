import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { FormatError } from '@sbridge/core'
import type { RawTable } from '@sbridge/core/tables'
import { holding } from '../format/temporary.js'
import { canBeEnded, within } from '../host/time-limit.js'
import { type ColumnTypes, cellsOf, type DatabaseTable, definitionsOf, quoted, tableIn } from './cells.js'
import { checksIn } from './check-conditions.js'
import {
  type Access,
  type Answer,
  type Cause,
  type CellKind,
  type DatabaseColumn,
  type Described,
  refusal,
  type Session,
  type Store,
  told
} from './contract.js'
import { inFile, type Opening, unreadableFile } from './database-file.js'
import { type Cell, driver, type Sqlite } from './sqlite-driver.js'

/** Types of new columns. */
export const TYPES: ColumnTypes = { whole: 'INTEGER', number: 'REAL', boolean: 'BOOLEAN', time: 'TIMESTAMP', day: 'DATE', text: 'TEXT' }

/** Runs with an open file, in one transaction; what SQLite says of it is told as an error of sbridge. */
export const withFile = <T>(access: Pick<Access, 'at' | 'to'>, use: (database: Sqlite) => T | Promise<T>): Promise<T> =>
  inFile(access, 'SQLite', (file) => withOpen(file, use))

async function withOpen<T>({ file, name, to }: Opening, use: (database: Sqlite) => T | Promise<T>): Promise<T> {
  const open = await driver()
  let database: Sqlite | undefined
  try {
    database = open(name, to === 'read')
    if (database.lock !== undefined) refuseInterrupted(name)
    return await transaction(database, { name, to }, async () => use(database!))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // Node's driver undoes a write that was cut short, but not for one who only reads.
    if (to === 'read' && /readonly database/i.test(error.message)) refuseInterrupted(name)
    if (/not a database|malformed/i.test(error.message)) throw unreadableFile(file, 'SQLite', error.message)
    throw told({ name: `sqlite:${file}`, to: to === 'read' ? to : 'write' }, error, causeOf)
  } finally {
    database?.close()
  }
}

function causeOf({ message }: Error): Cause {
  if (/readonly/i.test(message)) return 'writes'
  return /locked|unable to open/i.test(message) ? 'held' : 'refused'
}

/**
 * All that `use` reads is of one moment, all that it writes is written or none. Until the very end nothing is changed in
 * the file, so that an interrupted write leaves it as it was, and what is beside it can be removed.
 */
async function transaction<T>(database: Sqlite, { name, to }: Pick<Opening, 'name' | 'to'>, use: () => Promise<T>): Promise<T> {
  // A lock that is there already is another program's.
  const lock = database.lock === undefined || existsSync(database.lock) ? [] : [database.lock]
  return holding(lock, async () => {
    // Nobody reads a file before it has its own name: what undoes a write need not stand beside it.
    if (to === 'make') database.exec('PRAGMA journal_mode = MEMORY')
    if (to === 'write') database.exec('PRAGMA cache_spill = OFF')
    database.exec(to === 'read' ? 'BEGIN' : 'BEGIN IMMEDIATE')
    // A transaction that reads begins with its first look.
    database.all('SELECT 1 FROM sqlite_master LIMIT 1')
    const result = await holding(to === 'write' ? [journalOf(name)] : [], use)
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

/** SQLite, whose drivers work while they are waited for: a session is done before anything else goes on, and only the whole thread can be ended. */
export const sqlite: Store = {
  get hasLimit() {
    return canBeEnded()
  },
  isOrdered: true,
  ready: driver,
  open(access, use) {
    const work = () => withFile(access, (database) => use(sessionOf(database)))
    return access.to === 'read' ? within(access.seconds, refusal(access, '', 'long'), work) : work()
  }
}

const sessionOf = (database: Sqlite): Session => ({
  describe: async (table) => described(database, table),
  quoted,
  tables: async () =>
    database.all("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name").map(({ name }) => String(name)),
  read: async (statement, of) => answerOf(database, statement, of),
  computed: async (table) => computedIn(database, table),
  async write(into, table, isNew) {
    if (isNew) database.exec(`CREATE TABLE ${quoted(into)} (${definitionsOf(table, TYPES)})`)
    insertRows(database, table, into)
  }
})

/** A whole table, with what the schema says of it. */
export function tableOf(database: Sqlite, name: string): DatabaseTable {
  const of = described(database, name)
  return tableIn(answerOf(database, `SELECT * FROM ${quoted(name)}`, of), of)
}

function answerOf(database: Sqlite, statement: string, described?: Described): Answer {
  const rows = database.all(statement)
  const names = Object.keys(rows[0] ?? {})
  const columns = names.map((name) =>
    columnOf(
      name,
      rows.map((row) => row[name] ?? null),
      described?.declared?.get(name) ?? ''
    )
  )
  return { columns, rowCount: rows.length }
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

function described(database: Sqlite, table: string): Described | undefined {
  const columns = database.all(`PRAGMA table_info(${quoted(table)})`)
  if (columns.length === 0) return undefined
  const key = columns
    .filter(({ pk }) => Number(pk) > 0)
    .sort((a, b) => Number(a.pk) - Number(b.pk))
    .map(({ name }) => String(name))
  const unique = database
    .all(`PRAGMA index_list(${quoted(table)})`)
    .filter((index) => Number(index.unique) === 1 && Number(index.partial) === 0)
    .map((index) => database.all(`PRAGMA index_info(${quoted(String(index.name))})`).map(({ name }) => String(name)))
  const text = database.all(`SELECT sql FROM sqlite_master WHERE name = '${table.replaceAll("'", "''")}'`)[0]?.sql
  return {
    key,
    unique: [key, ...unique].filter((names) => names.length > 0),
    checks: checksIn(String(text ?? '')),
    declared: new Map(columns.map(({ name, type }) => [String(name), String(type)]))
  }
}

/** Writes rows behind those of a table that is there. */
export function insertRows(database: Sqlite, table: RawTable, into: string): void {
  const computed = computedIn(database, into)
  const columns = table.columns.filter(({ name }) => !computed.has(name.toLowerCase()))
  const names = columns.map(({ name }) => quoted(name)).join(', ')
  const statement = database.prepare(`INSERT INTO ${quoted(into)} (${names}) VALUES (${columns.map(() => '?').join(', ')})`)
  try {
    const cells = columns.map((column) => cellsOf(column))
    for (let i = 0; i < table.rowCount; i++) statement.run(cells.map((cell, c) => bound(cell(i), columns[c]!)))
  } finally {
    statement.finish()
  }
}

/** Columns that SQLite computes itself, and takes no cells for. @source SQLite, PRAGMA table_xinfo: 2 and 3 in `hidden` */
const computedIn = (database: Sqlite, table: string): ReadonlySet<string> =>
  new Set(
    database
      .all(`PRAGMA table_xinfo(${quoted(table)})`)
      .filter(({ hidden }) => Number(hidden) > 1)
      .map(({ name }) => String(name).toLowerCase())
  )

/** SQLite has no truth values; and a driver would store a whole number of JavaScript as REAL where the column has no type. */
function bound(cell: Cell, column: RawTable['columns'][number]): Cell {
  if (typeof cell === 'boolean') return cell ? 1 : 0
  return column.source === 'number' && column.integer && cell !== null ? BigInt(cell) : cell
}
