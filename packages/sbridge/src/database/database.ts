import { InputError } from '@sbridge/core'
import type { RawTable } from '@sbridge/core/tables'
import { refuseRepeatedNames } from '../format/columns.js'
import { type Address, addressOf, type StoreKind, withoutPassword } from './address.js'
import { type DatabaseTable, quotedTable } from './cells.js'
import { type DatabaseSource, type DatabaseTarget, type Described, QUERY_SECONDS, type Session, type Store } from './contract.js'
import { tableFrom, writeBehind } from './session.js'

/** The table that rows go to when nothing is said. */
const INTO = 'rows'

/** Each is loaded when it is first used. */
const STORES: Readonly<Record<StoreKind, () => Promise<Store>>> = {
  sqlite: () => import('./sqlite.js').then(({ sqlite }) => sqlite),
  duckdb: () => import('./duckdb.js').then(({ duckdb }) => duckdb),
  postgres: () => import('./postgres.js').then(({ postgres }) => postgres),
  mysql: () => import('./mysql.js').then(({ mysql }) => mysql)
}

/** The kind of database that an address is of. */
export const storeOf = ({ kind }: Pick<Address, 'kind'>): Promise<Store> => STORES[kind]()

/** Loads what a database takes besides sbridge, before anything is computed. Throws `EngineError` (code `package-missing`). */
export async function readyFor({ kind }: Address): Promise<void> {
  await (await storeOf({ kind })).ready()
}

/**
 * The table behind an address, in a session that reads only. Memory O(cells). Throws `InputError`, `FormatError`
 * (unreachable), `EngineError` (no driver).
 */
export async function readDatabase(name: string, source: DatabaseSource): Promise<DatabaseTable> {
  const { kind, at } = addressOf(name)
  refuseBoth(name, source)
  const store = await STORES[kind]()
  if (source.querySeconds !== undefined && !store.hasLimit) throw withoutLimit(name)
  const access = { name, at, to: 'read', seconds: source.querySeconds ?? QUERY_SECONDS } as const
  const table = await store.open(access, (session) => tableFrom(session, source, store.isOrdered))
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
  const { kind, at } = addressOf(name)
  const store = await STORES[kind]()
  await store.open({ name, at, to: 'write', seconds: QUERY_SECONDS }, async (session) => {
    const described = await session.describe(into)
    if (described && !append) throw tableExists(into)
    if (described) refuseFractions(into, table, await wholeColumns(session, into, described))
    await (described ? writeBehind(session, into, table) : session.write(into, table, true))
  })
}

/** Columns that hold whole numbers. */
async function wholeColumns(session: Session, into: string, { declared }: Described): Promise<ReadonlySet<string>> {
  if (declared) return new Set([...declared].filter(([, type]) => /int/i.test(type)).map(([name]) => name))
  const { columns } = await session.read(`SELECT * FROM ${quotedTable(into, session)} LIMIT 1`)
  return new Set(columns.filter(({ kind }) => kind === 'whole').map(({ name }) => name))
}

/** Most databases round what is not whole, and say nothing. */
function refuseFractions(into: string, { columns }: RawTable, whole: ReadonlySet<string>): void {
  for (const column of columns) {
    if (column.source !== 'number' || !whole.has(column.name)) continue
    const row = column.values.findIndex((x, i) => column.missing?.[i] !== 1 && !Number.isInteger(x))
    if (row < 0) continue
    throw new InputError({
      code: 'append-fraction',
      got: `${column.values[row]} in row ${row + 1} for the column ${column.name} of ${into}, which holds whole numbers`,
      expected: 'numbers that the column holds as they are',
      try: `--types ${column.name}=integer, or another table with --into`
    })
  }
}

function refuseBoth(name: string, { table, query }: DatabaseSource): void {
  if ((table === undefined) !== (query === undefined)) return
  throw new InputError({
    code: 'table-or-query',
    got: `${table === undefined ? 'neither --table nor --query' : '--table and --query'} for ${withoutPassword(name)}`,
    expected: 'one of them',
    try: "--table orders, or --query 'SELECT … FROM orders'"
  })
}

const withoutLimit = (name: string): InputError =>
  new InputError({
    code: 'option-combination',
    got: `--query-seconds with ${withoutPassword(name)}, whose driver only the command line can stop`,
    expected: 'a database with a limit of time: DuckDB, PostgreSQL, MySQL',
    try: 'leaving --query-seconds out'
  })

const tableExists = (into: string): InputError =>
  new InputError({
    code: 'table-exists',
    got: `the table ${into}, which is there already`,
    expected: 'a new table',
    try: 'another name with --into, or --append'
  })
