import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StoredType } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { withPackage } from '../host/optional-package.js'
import { type ColumnTypes, cellsOf, definitionsOf, quoted, quotedTable } from './cells.js'
import {
  type Access,
  type Answer,
  type Cause,
  type CellKind,
  type DatabaseColumn,
  type Described,
  PATIENCE,
  type Session,
  type Store,
  told
} from './contract.js'
import { isoTime } from './iso-time.js'

interface Field {
  readonly name: string
  readonly dataTypeID: number
  readonly dataTypeModifier: number
}

/** What is used of `pg`. */
export interface Client {
  connect(): Promise<void>
  query(text: string | { readonly text: string; readonly values?: readonly unknown[]; readonly queryMode?: 'extended' }): Promise<{
    readonly rows: readonly Readonly<Record<string, unknown>>[]
    readonly fields: readonly Field[]
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

const PACKAGES = 'pg pg-copy-streams'
export const TYPES: ColumnTypes = {
  whole: 'bigint',
  number: 'double precision',
  boolean: 'boolean',
  time: 'timestamp',
  day: 'date',
  text: 'text',
  stored: nameOf
}

/** Digits of the longest decimals that have a length. @source PostgreSQL, Numeric Types */
const MOST_DIGITS = 1000

/** What a type is called, of whole numbers the least that holds it; undefined where there is none such. */
function nameOf(type: StoredType): string | undefined {
  switch (type.kind) {
    case 'whole': {
      const bits = type.signed ? type.bits : type.bits + 1
      return bits <= 16 ? 'smallint' : bits <= 32 ? 'integer' : bits <= 64 ? 'bigint' : 'numeric(20, 0)'
    }
    case 'float':
      return type.bits === 64 ? 'double precision' : 'real'
    case 'decimal':
      return type.precision <= MOST_DIGITS ? `numeric(${type.precision}, ${type.scale})` : undefined
    case 'date':
      return 'date'
    case 'time':
      return 'time'
    case 'timestamp':
      return type.zone === undefined ? 'timestamp' : 'timestamp with time zone'
    case 'uuid':
      return 'uuid'
    default:
      return undefined
  }
}

const NAMED: Readonly<Record<string, StoredType>> = {
  int2: { kind: 'whole', bits: 16, signed: true },
  int4: { kind: 'whole', bits: 32, signed: true },
  int8: { kind: 'whole', bits: 64, signed: true },
  float4: { kind: 'float', bits: 32 },
  float8: { kind: 'float', bits: 64 },
  date: { kind: 'date' },
  time: { kind: 'time', unit: 'us' },
  timestamp: { kind: 'timestamp', unit: 'us' },
  timestamptz: { kind: 'timestamp', unit: 'us', zone: 'UTC' },
  uuid: { kind: 'uuid' }
}

/** The type of a name; of decimals the modifier has their digits, behind four bytes. Undefined of text, truth values and decimals of any length. */
function typeNamed(name: string, modifier: number): StoredType | undefined {
  if (name !== 'numeric') return Object.hasOwn(NAMED, name) ? NAMED[name] : undefined
  if (modifier < 4) return undefined
  const [precision, scale] = [(modifier - 4) >> 16, (modifier - 4) & 0x7ff]
  return scale <= precision ? { kind: 'decimal', precision, scale } : undefined
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

/** PostgreSQL, by COPY. */
export const postgres: Store = {
  hasLimit: true,
  isOrdered: false,
  ready: drivers,
  open: (access, use) => inTransaction(access, (client, streams) => use(sessionOf(client, streams)))
}

/** Runs in a transaction, with a connection that is closed afterwards; errors are told without a password. */
export async function inTransaction<T>(access: Access, use: (client: Client, streams: Drivers) => Promise<T>): Promise<T> {
  const found = await drivers()
  const client = new found.Client({ connectionString: access.at, connectionTimeoutMillis: PATIENCE })
  let lost: Error | undefined
  client.on('error', (error) => {
    lost = error
  })
  try {
    await client.connect()
    await begin(client, access)
    const result = await use(client, found)
    await client.query('COMMIT')
    return result
  } catch (error) {
    throw told(access, lost ?? error, causeOf)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Classes of SQLSTATE that say that there is no connection, or none for this user. @source PostgreSQL, appendix A */
const NO_CONNECTION = /^(08|28|53|57P|3D)/

function causeOf({ code }: Error & { readonly code?: string }): Cause {
  if (code === '57014') return 'long'
  if (code === '25006') return 'writes'
  return code === undefined || !/^[0-9A-Z]{5}$/.test(code) || NO_CONNECTION.test(code) ? 'lost' : 'refused'
}

/** A transaction that reads only and with a limit of time, or one that writes. */
async function begin(client: Client, { to, seconds }: Access): Promise<void> {
  await client.query(to === 'read' ? 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN')
  if (to === 'read') await client.query(`SET LOCAL statement_timeout = ${Math.round(seconds * 1000)}`)
  await client.query("SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL client_encoding = 'UTF8'")
}

export const sessionOf = (client: Client, streams: Drivers): Session => ({
  describe: (table) => describe(client, quotedTable(table)),
  quoted,
  async tables() {
    const { rows } = await client.query(
      "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'p', 'f') AND pg_table_is_visible(oid) AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) ORDER BY 1"
    )
    return rows.map(({ name }) => String(name))
  },
  read: (statement) => answerOf(client, streams, statement),
  computed: (table) => computedIn(client, quotedTable(table)),
  write: (into, table, isNew) => insert(client, streams, { into, table, isNew })
})

async function answerOf(client: Client, { to }: Drivers, select: string): Promise<Answer> {
  // One statement and no more: the extended protocol takes no second.
  const { fields } = await client.query({ text: `SELECT * FROM (\n${select}\n) AS answer LIMIT 0`, queryMode: 'extended' })
  const kinds = await kindsOf(client, fields)
  const cells = await copied(client.query(to(`COPY (\n${select}\n) TO STDOUT`)), fields.length)
  const columns = fields.map(({ name }, c): DatabaseColumn => {
    const { kind, type, enumerated } = kinds[c]!
    return { name, kind, type, enumerated, cells: cells[c]!.map((cell) => cellIn(cell, kind)) }
  })
  return { columns, rowCount: cells[0]?.length ?? 0 }
}

interface Kind {
  readonly kind: CellKind
  readonly type: StoredType | undefined
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
async function kindsOf(client: Client, fields: readonly Field[]): Promise<Kind[]> {
  const text = `SELECT t.oid::int8::text AS oid, coalesce(b.typname, t.typname) AS name, t.typcategory AS category, t.typtype AS type
    FROM pg_type t LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype WHERE t.oid = ANY($1::oid[])`
  const { rows } = await client.query({ text, values: [fields.map(({ dataTypeID }) => dataTypeID)] })
  const known = new Map(rows.map((row) => [Number(row.oid), row]))
  return fields.map(({ dataTypeID, dataTypeModifier }) => {
    const { name, category, type } = known.get(dataTypeID) ?? {}
    const nested = category === 'A' || category === 'C' || category === 'R'
    return {
      kind: nested ? 'nested' : (KINDS[String(name)] ?? 'text'),
      type: typeNamed(String(name), dataTypeModifier),
      enumerated: type === 'e'
    }
  })
}

function cellIn(text: string | null, kind: CellKind): string | boolean | null {
  if (text === null) return null
  if (kind === 'boolean') return text === 't'
  return kind === 'time' ? isoTime(text) : text
}

async function describe(client: Client, name: string): Promise<Described | undefined> {
  const ask = async (text: string) => (await client.query({ text, values: [name] })).rows
  const [table] = await ask('SELECT to_regclass($1) AS there')
  if (table!.there === null) return undefined
  const indices = await ask(`SELECT array_agg(a.attname::text ORDER BY k.place) AS names, i.indisprimary AS primary
    FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place), pg_attribute a
    WHERE i.indrelid = $1::regclass AND i.indisunique AND i.indpred IS NULL AND a.attrelid = i.indrelid AND a.attnum = k.number
      AND k.place <= i.indnkeyatts AND i.indexprs IS NULL GROUP BY i.indexrelid, i.indisprimary`)
  const checks = await ask(
    "SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c' AND convalidated ORDER BY conname"
  )
  const keys = indices as readonly { readonly names: readonly string[]; readonly primary: boolean }[]
  return {
    key: keys.find(({ primary }) => primary)?.names ?? [],
    unique: keys.map(({ names }) => names),
    checks: checks.map(({ text }) => String(text).replace(/^CHECK\s*/, ''))
  }
}

/** A server before 12 has no such columns, nor the mark of them. */
async function computedIn(client: Client, table: string): Promise<ReadonlySet<string>> {
  const text = "SELECT attname AS name FROM pg_attribute a WHERE attrelid = $1::regclass AND to_jsonb(a) ->> 'attgenerated' <> ''"
  const { rows } = await client.query({ text, values: [table] })
  return new Set(rows.map(({ name }) => String(name).toLowerCase()))
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

/** Writes rows into a new table, or behind those of one that is there. */
export async function insert(
  client: Client,
  { from }: Drivers,
  { into, table, isNew }: { readonly into: string; readonly table: RawTable; readonly isNew: boolean }
): Promise<void> {
  const name = quotedTable(into)
  if (isNew) await client.query(`CREATE TABLE ${name} (${definitionsOf(table, TYPES)})`)
  const names = table.columns.map((column) => quoted(column.name)).join(', ')
  await pipeline(Readable.from(linesOf(table)), client.query(from(`COPY ${name} (${names}) FROM STDIN`)) as NodeJS.WritableStream)
  if (!isNew) await countOn(client, { name, written: table.columns.map((column) => column.name) })
}

/**
 * Sequences that number the rows of a table go on behind numbers that were written, so that the next row which the database numbers itself has
 * none of them. Those that the user may not set stay as they are.
 */
async function countOn(client: Client, { name, written }: { readonly name: string; readonly written: readonly string[] }): Promise<void> {
  const { rows } = await client.query({
    text: `SELECT attname AS own, sequence FROM pg_attribute, pg_get_serial_sequence($1, attname) AS sequence
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND sequence IS NOT NULL AND attname = ANY($2::name[])
        AND has_sequence_privilege(sequence, 'UPDATE') AND has_sequence_privilege(sequence, 'SELECT')`,
    values: [name, written]
  })
  for (const { own, sequence } of rows)
    await client.query({
      text: `SELECT setval($1, last) FROM (SELECT max(${quoted(String(own))}) AS last FROM ${name}) AS rows
        WHERE last >= (SELECT last_value FROM ${String(sequence)})`,
      values: [sequence]
    })
}

/** Rows that go to the server in one piece. */
const PIECE = 1000

function* linesOf(table: RawTable): Generator<string> {
  const cells = table.columns.map((column) => cellsOf(column))
  for (let first = 0; first < table.rowCount; first += PIECE) {
    const lines: string[] = []
    for (let i = first; i < Math.min(first + PIECE, table.rowCount); i++) lines.push(cells.map((cell) => escaped(cell(i))).join('\t'))
    yield `${lines.join('\n')}\n`
  }
}

const escaped = (cell: string | number | boolean | null): string =>
  cell === null ? '\\N' : String(cell).replace(/[\\\n\r\t]/g, (mark) => ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' })[mark]!)
