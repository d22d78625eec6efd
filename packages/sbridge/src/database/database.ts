import { InputError } from '@sbridge/core'
import type { RawTable } from '@sbridge/core/tables'
import { refuseRepeatedNames } from '../format/columns.js'
import { addressOf, withoutPassword } from './address.js'
import type { DatabaseTable } from './cells.js'
import type { DatabaseSource, DatabaseTarget } from './contract.js'

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
