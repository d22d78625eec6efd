import { InputError } from '@sbridge/core'
import type { RawTable } from '@sbridge/core/tables'
import { type DatabaseTable, quotedTable, tableIn } from './cells.js'
import { type DatabaseSource, type Session, statementOf } from './contract.js'

/** A table, with what the database says of it, or what a query gives. Throws `InputError` (code `table-unknown`). */
export async function tableFrom(session: Session, { table, query }: DatabaseSource, isOrdered: boolean): Promise<DatabaseTable> {
  if (table === undefined) return tableIn(await session.read(statementOf(query!)))
  const described = await session.describe(table)
  if (!described) throw await noTable(session, table)
  const order = isOrdered || described.key.length === 0 ? '' : ` ORDER BY ${described.key.map(session.quoted).join(', ')}`
  const name = quotedTable(table, session)
  return tableIn(await session.read(`SELECT * FROM ${name}${order}`, described), described)
}

/** Writes rows behind those of a table that is there; what the database computes itself it computes of them. */
export async function writeBehind(session: Session, into: string, table: RawTable): Promise<void> {
  const computed = await session.computed(into)
  const columns = table.columns.filter(({ name }) => !computed.has(name.toLowerCase()))
  await session.write(into, { ...table, columns }, false)
}

async function noTable(session: Session, table: string): Promise<InputError> {
  const tables = await session.tables()
  return new InputError({
    code: 'table-unknown',
    got: `no table ${table}`,
    expected: tables.length > 0 ? `one of ${tables.join(', ')}` : 'a database with tables',
    try: 'the name as the database has it'
  })
}
