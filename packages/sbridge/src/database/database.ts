import { FormatError, InputError } from '@sbridge/core'
import type { RawTable } from '@sbridge/core/tables'
import { refuseRepeatedNames } from '../format/columns.js'
import { addressOf, withoutPassword } from './address.js'
import type { DatabaseTable } from './cells.js'

/** What is read: a table by its name, or what a query gives. */
export interface DatabaseSource {
  readonly table?: string | undefined
  readonly query?: string | undefined
  /** Seconds that the server may take for it. */
  readonly querySeconds?: number | undefined
}

/** Where rows go: a new table, or one that is there. */
export interface DatabaseTarget {
  readonly into?: string | undefined
  readonly append?: boolean | undefined
}

/** Seconds that a query may take when nothing is said: an hour of a server's time is a mistake more often than not. */
export const QUERY_SECONDS = 600
/** The table that rows go to when nothing is said. */
const INTO = 'rows'

/** The table behind an address, in a session that reads only. Throws `InputError`, `FormatError` (unreachable), `EngineError` (no driver). */
export async function readDatabase(name: string, source: DatabaseSource): Promise<DatabaseTable> {
  const address = addressOf(name)
  if ((source.table === undefined) === (source.query === undefined))
    throw new InputError({
      code: 'table-or-query',
      got: `${source.table === undefined ? 'neither --table nor --query' : '--table and --query'} for ${withoutPassword(name)}`,
      expected: 'one of them',
      try: "--table orders, or --query 'SELECT … FROM orders'"
    })
  const table =
    address.kind === 'sqlite'
      ? await (await import('./sqlite.js')).readSqlite(address.file, source)
      : await (await import('./postgres.js')).readPostgres(address.url, source)
  refuseRepeatedNames(
    table.columns.map((column) => column.name),
    { source: withoutPassword(name) }
  )
  if (table.rowCount > 0) return table
  throw new InputError({
    code: 'table-without-rows',
    got: `no row in ${source.table ?? 'the answer of the query'}`,
    expected: 'at least one row',
    try: 'another table or query'
  })
}

/** Writes rows into a new table, or behind those of one that is there; all of them or none. Throws as `readDatabase`. */
export async function writeDatabase(name: string, table: RawTable, { into = INTO, append = false }: DatabaseTarget): Promise<void> {
  const address = addressOf(name)
  const target = { into, append }
  if (address.kind === 'sqlite') await (await import('./sqlite.js')).writeSqlite(address.file, table, target)
  else await (await import('./postgres.js')).writePostgres(address.url, table, target)
}

/** The statement of a query, without the mark at its end. */
export const statementOf = (query: string): string => query.trim().replace(/;\s*$/, '')

export const unreachable = (name: string, message: string): FormatError =>
  new FormatError({
    code: 'database-unreachable',
    got: `${withoutPassword(name)}, which cannot be reached or was lost (${withoutPassword(message)})`,
    expected: 'a database that answers until the end; nothing was written',
    try: 'checking address, user and password, and the server'
  })

export const refusedBy = (name: string, message: string, remedy = 'checking the names of tables and columns'): InputError =>
  new InputError({
    code: 'database-refused',
    got: `a refusal of ${withoutPassword(name)}: ${withoutPassword(message)}`,
    expected: 'a statement that it accepts; nothing was written',
    try: remedy
  })

export const tableExists = (into: string): InputError =>
  new InputError({
    code: 'table-exists',
    got: `the table ${into}, which is there already`,
    expected: 'a new table',
    try: 'another name with --into, or --append'
  })
