import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { InputError } from '@sbridge/core'
import { SbridgeError } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { withPackage } from '../host/optional-package.js'
import { withoutPassword } from './address.js'
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
  type Schema,
  schemaOf,
  typeOf
} from './cells.js'
import { type DatabaseSource, QUERY_SECONDS, refusedBy, statementOf, tableExists, unreachable } from './contract.js'

/** What is used of `pg`. */
export interface Client {
  connect(): Promise<void>
  query(text: string | { readonly text: string; readonly values?: readonly unknown[]; readonly queryMode?: 'extended' }): Promise<{
    readonly rows: readonly Readonly<Record<string, unknown>>[]
    readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
  }>
  query<T>(stream: T): T
  on(event: 'error', listener: (error: Error) => void): void
  end(): Promise<void>
}

interface Drivers {
  readonly Client: new (options: { readonly connectionString: string; readonly connectionTimeoutMillis: number }) => Client
  readonly from: (sql: string) => NodeJS.WritableStream
  readonly to: (sql: string) => Readable
}

/** Milliseconds in which a server answers to a call, if it is there. */
const PATIENCE = 15_000
const PACKAGES = 'pg pg-copy-streams'
export const TYPES: ColumnTypes = {
  whole: 'bigint',
  number: 'double precision',
  boolean: 'boolean',
  time: 'timestamp',
  day: 'date',
  text: 'text'
}

async function drivers(): Promise<Drivers> {
  // No literals: the compiler and the bundler are not to look for packages that few install.
  const [pg, copy] = PACKAGES.split(' ') as [string, string]
  return withPackage(PACKAGES, async () => {
    const [{ default: main }, streams] = (await Promise.all([import(pg), import(copy)])) as [
      { default: Pick<Drivers, 'Client'> },
      Pick<Drivers, 'from' | 'to'>
    ]
    return { Client: main.Client, from: streams.from, to: streams.to }
  })
}

/** Runs with a connection that is closed afterwards; errors are told without a password. */
export async function withConnection<T>(url: string, use: (client: Client, streams: Drivers) => Promise<T>): Promise<T> {
  const found = await drivers()
  const client = new found.Client({ connectionString: url, connectionTimeoutMillis: PATIENCE })
  let lost: Error | undefined
  client.on('error', (error) => {
    lost = error
  })
  try {
    await client.connect()
    return await use(client, found)
  } catch (error) {
    throw told(url, lost ?? error)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Classes of SQLSTATE that say that there is no connection, or none for this user. @source PostgreSQL, appendix A */
const NO_CONNECTION = /^(08|28|53|57P|3D)/

function told(url: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof SbridgeError) return error
  const { code } = error as { readonly code?: string }
  const message = error.message || String(code)
  if (code === '57014')
    return new InputError({
      code: 'query-long',
      got: 'a query that took longer than it may',
      expected: 'an answer in time',
      try: '--query-seconds 3600, or fewer rows'
    })
  if (code === '25006')
    return new InputError({
      code: 'query-writes',
      got: `a query that writes (${withoutPassword(message)})`,
      expected: 'one that reads',
      try: 'SELECT'
    })
  return code === undefined || !/^[0-9A-Z]{5}$/.test(code) || NO_CONNECTION.test(code) ? unreachable(url, message) : refusedBy(url, message)
}

/** How a session writes and reads cells, whatever the server's settings. */
export const ORDERLY = "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL client_encoding = 'UTF8'"

/** Begins a transaction of one moment that reads only, with a limit of time for each statement. */
export async function beginReading(client: Client, seconds: number): Promise<void> {
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
  await client.query(`SET LOCAL statement_timeout = ${Math.round(seconds * 1000)}`)
  await client.query(ORDERLY)
}

/** The table behind an address: by COPY, in a transaction that reads only and with a limit of time. Memory O(cells). */
export function readPostgres(url: string, { table, query, querySeconds = QUERY_SECONDS }: DatabaseSource): Promise<DatabaseTable> {
  return withConnection(url, async (client, { to }) => {
    await beginReading(client, querySeconds)
    const read = await tableIn(client, to, { table, query })
    await client.query('COMMIT')
    return read
  })
}

/** A table, or what a query gives, in a transaction. */
export async function tableIn(client: Client, to: Drivers['to'], { table, query }: DatabaseSource): Promise<DatabaseTable> {
  const select = table === undefined ? statementOf(query!) : `SELECT * FROM ${quotedTable(table)}${await orderOf(client, table)}`
  // One statement and no more: the extended protocol takes no second.
  const { fields } = await client.query({ text: `SELECT * FROM (\n${select}\n) AS answer LIMIT 0`, queryMode: 'extended' })
  const kinds = await kindsOf(client, fields)
  const cells = await copied(client.query(to(`COPY (\n${select}\n) TO STDOUT`)), fields.length)
  const columns = fields.map(
    ({ name }, c): DatabaseColumn => ({ name, kind: kinds[c]!.kind, cells: cells[c]!.map((cell) => cellIn(cell, kinds[c]!)) })
  )
  const constraints = table === undefined ? NO_SCHEMA : await constraintsOf(client, table, columns)
  const lists = Object.fromEntries(fields.flatMap(({ name }, c) => (kinds[c]!.enumerated ? [[name, 'category']] : [])))
  return {
    columns: columns.map(rawColumn),
    rowCount: cells[0]?.length ?? 0,
    schema: { ...constraints, types: { ...lists, ...constraints.types } }
  }
}

interface Kind {
  readonly kind: CellKind
  readonly type: string
  readonly enumerated: boolean
}

const KINDS: Readonly<Record<string, CellKind>> = {
  int2: 'whole',
  int4: 'whole',
  int8: 'whole',
  oid: 'whole',
  float4: 'number',
  float8: 'number',
  numeric: 'number',
  bool: 'boolean',
  date: 'time',
  timestamp: 'time',
  timestamptz: 'time',
  json: 'nested',
  jsonb: 'nested',
  bytea: 'nested'
}

/** What the columns of an answer hold; of domains, what they are made of. */
async function kindsOf(client: Client, fields: readonly { readonly dataTypeID: number }[]): Promise<Kind[]> {
  const text = `SELECT t.oid::int8::text AS oid, coalesce(b.typname, t.typname) AS name, t.typcategory AS category, t.typtype AS type
    FROM pg_type t LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype WHERE t.oid = ANY($1::oid[])`
  const { rows } = await client.query({ text, values: [fields.map(({ dataTypeID }) => dataTypeID)] })
  const known = new Map(rows.map((row) => [Number(row.oid), row]))
  return fields.map(({ dataTypeID }) => {
    const { name, category, type } = known.get(dataTypeID) ?? {}
    const nested = category === 'A' || category === 'C' || category === 'R'
    return { kind: nested ? 'nested' : (KINDS[String(name)] ?? 'text'), type: String(name), enumerated: type === 'e' }
  })
}

function cellIn(text: string | null, { kind, type }: Kind): string | boolean | null {
  if (text === null) return null
  if (kind === 'boolean') return text === 't'
  if (kind !== 'time' || type === 'date') return text
  return `${text.replace(' ', 'T').replace(/\+00$/, '')}Z`
}

/** By the primary key: rows of a table have no order of their own. */
async function orderOf(client: Client, table: string): Promise<string> {
  const { rows } = await client.query({
    text: `SELECT a.attname AS name FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place), pg_attribute a
      WHERE i.indrelid = $1::regclass AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY k.place`,
    values: [quotedTable(table)]
  })
  return rows.length === 0 ? '' : ` ORDER BY ${rows.map(({ name }) => quoted(String(name))).join(', ')}`
}

async function constraintsOf(client: Client, table: string, columns: readonly DatabaseColumn[]): Promise<Schema> {
  const values = [quotedTable(table)]
  const unique = await client.query({
    text: `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indrelid = $1::regclass AND i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL`,
    values
  })
  const checks = await client.query({
    text: "SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c' ORDER BY conname",
    values
  })
  return schemaOf(columns, {
    unique: unique.rows.map(({ name }) => String(name)),
    checks: checks.rows.map(({ text }) => String(text).replace(/^CHECK\s*/, ''))
  })
}

/** Marks of the text form of COPY. @source PostgreSQL, COPY, "Text Format" */
const MARKS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' }

const unescaped = (cell: string): string | null =>
  cell === '\\N' ? null : cell.replace(/\\([bfnrtv\\])/g, (_, mark: string) => MARKS[mark]!)

/** The cells of an answer, column by column. */
async function copied(stream: Readable, count: number): Promise<(string | null)[][]> {
  const columns: (string | null)[][] = Array.from({ length: count }, () => [])
  const decoder = new TextDecoder()
  let rest = ''
  const take = (line: string) => {
    line.split('\t').forEach((cell, c) => {
      columns[c]!.push(unescaped(cell))
    })
  }
  for await (const piece of stream) {
    const lines = (rest + decoder.decode(piece as Uint8Array, { stream: true })).split('\n')
    rest = lines.pop()!
    lines.forEach(take)
  }
  if (rest !== '') take(rest)
  return columns
}

/** Writes rows by COPY in one transaction. */
export function writePostgres(
  url: string,
  table: RawTable,
  { into, append }: { readonly into: string; readonly append: boolean }
): Promise<void> {
  return withConnection(url, async (client, { from }) => {
    const name = quotedTable(into)
    await client.query('BEGIN')
    await client.query(ORDERLY)
    const { rows } = await client.query({ text: 'SELECT to_regclass($1) AS there', values: [name] })
    const there = rows[0]!.there !== null
    if (there && !append) throw tableExists(into)
    if (!there)
      await client.query(
        `CREATE TABLE ${name} (${table.columns.map((column) => `${quoted(column.name)} ${typeOf(column, TYPES)}`).join(', ')})`
      )
    const names = table.columns.map((column) => quoted(column.name)).join(', ')
    await pipeline(Readable.from(linesOf(table)), client.query(from(`COPY ${name} (${names}) FROM STDIN`)) as NodeJS.WritableStream)
    await client.query('COMMIT')
  })
}

/** Rows that go to the server in one piece. */
const PIECE = 1000

export function* linesOf(table: RawTable): Generator<string> {
  const cells = table.columns.map((column) => cellsOf(column))
  for (let first = 0; first < table.rowCount; first += PIECE) {
    const lines: string[] = []
    for (let i = first; i < Math.min(first + PIECE, table.rowCount); i++) lines.push(cells.map((cell) => escaped(cell(i))).join('\t'))
    yield `${lines.join('\n')}\n`
  }
}

const escaped = (cell: string | number | boolean | null): string =>
  cell === null ? '\\N' : String(cell).replace(/[\\\n\r\t]/g, (mark) => ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' })[mark]!)
