import { InputError } from '@sbridge/core'
import type { ForeignKey, SchemaKeys } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { withoutPassword } from './address.js'
import { type DatabaseTable, quoted } from './cells.js'
import { type Access, type MadeTables, QUERY_SECONDS, type TableSet } from './contract.js'
import { filledTables } from './filled-tables.js'
import { type Client, insert, inTransaction, sessionOf, TYPES } from './postgres.js'
import { tableFrom } from './session.js'
import { referencesOf, tableStatement } from './table-statement.js'

/** The address of a server without `?schema=NAME`, and the schema: `public` when none is said. */
function schemaOfUrl(url: string): { readonly url: string; readonly schema: string } {
  const found = /[?&]schema=([^&]*)/i.exec(url)
  const rest = url.replace(/([?&])schema=[^&]*(&?)/i, (_, before: string, behind: string) => (behind ? before : ''))
  return { url: rest, schema: found ? decodeURIComponent(found[1]!) : 'public' }
}

const accessTo = (url: string, to: Access['to']): Access => ({ name: url, at: url, to, seconds: QUERY_SECONDS })

type Row = Readonly<Record<string, unknown>>

/** All tables of a schema, of one moment, with their keys and what makes them. Memory O(cells). Throws what `readPostgres` throws, `FormatError` for none. */
export function readPostgresTables(address: string): Promise<TableSet> {
  const { url, schema } = schemaOfUrl(address)
  return inTransaction(accessTo(url, 'read'), async (client, streams) => {
    const ask = asking(client, [schema])
    const names = (
      await ask(
        "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.oid"
      )
    ).map(({ name }) => String(name))
    const read: (readonly [string, DatabaseTable])[] = []
    for (const name of names)
      read.push([name, await tableFrom(sessionOf(client, streams), { table: `${quoted(schema)}.${quoted(name)}` }, false)])
    const filled = filledTables(read, {
      got: `the schema ${schema} of ${withoutPassword(url)}, ${names.length === 0 ? 'which has no tables, or is not there' : 'whose tables have no rows'}`,
      expected: 'a schema with rows',
      remedy: 'another one, as postgres://…/shop?schema=sales'
    })
    const keys = await keysIn(ask, new Set(Object.keys(filled.tables)))
    const made = await madeIn(client, ask, schema)
    return {
      ...filled,
      keys,
      made,
      files: {}
    }
  })
}

type Ask = (text: string) => Promise<readonly Row[]>

const asking =
  (client: Client, values: readonly unknown[]): Ask =>
  async (text) =>
    (await client.query({ text, values })).rows

const listed = (value: unknown): string[] => JSON.parse(String(value)) as string[]

const NAMES_OF = (table: string, numbers: string) =>
  `(SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(${numbers}) WITH ORDINALITY AS k(number, place) JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = k.number)::text`

async function keysIn(ask: Ask, there: ReadonlySet<string>): Promise<SchemaKeys> {
  const rows = await ask(
    `SELECT o.contype AS kind, c.relname AS own, t.relname AS other, ${NAMES_OF('o.conrelid', 'o.conkey')} AS columns, ${NAMES_OF('o.confrelid', 'o.confkey')} AS targets
      FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_class t ON t.oid = o.confrelid
      WHERE n.nspname = $1 AND o.contype IN ('p', 'f') AND o.conparentid = 0 ORDER BY c.oid, o.conname`
  )
  const primary: Record<string, string> = {}
  const foreign: ForeignKey[] = []
  for (const { kind, own, other, columns, targets } of rows) {
    const table = String(own)
    if (!there.has(table)) continue
    const [column, ...more] = listed(columns) as [string, ...string[]]
    if (kind === 'p') {
      if (more.length === 0) primary[table] = column
      continue
    }
    // A key into a table without rows is empty throughout.
    if (!there.has(String(other))) continue
    const [to, ...others] = listed(targets) as [string, ...string[]]
    const and = more.map((name, k) => ({ column: name, to: others[k]! }))
    foreign.push({ table, column, to: { table: String(other), column: to }, ...(and.length > 0 ? { and } : {}) })
  }
  return { primary, foreign }
}

/** What makes the tables of a schema anew: types, columns and, once rows are there, constraints and indices. */
async function madeIn(client: Client, ask: Ask, schema: string): Promise<MadeTables> {
  // Names of this schema are written without it, so that they mean those of the new one.
  await client.query(`SET LOCAL search_path = ${quoted(schema)}`)
  const types = await ask(
    `SELECT t.typname AS name, string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) AS labels
      FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = $1 GROUP BY t.typname ORDER BY t.typname`
  )
  const columns = await ask(
    `SELECT c.relname AS own, string_agg(quote_ident(a.attname) || ' ' || format_type(coalesce(nullif(t.typbasetype, 0), a.atttypid), coalesce(nullif(t.typtypmod, -1), a.atttypmod)) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY a.attnum) AS list
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY c.oid, c.relname ORDER BY c.oid`
  )
  const constraints = await ask(
    `SELECT c.relname AS own, o.conname AS name, pg_get_constraintdef(o.oid) AS text FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND o.contype IN ('p', 'u', 'c', 'f') AND NOT c.relispartition ORDER BY array_position(ARRAY['p', 'u', 'c', 'f'], o.contype::text), o.oid`
  )
  const word = (value: unknown) => quoted(String(value))
  return {
    by: 'postgres',
    tables: [
      ...types.map(({ name, labels }) => `CREATE TYPE ${word(name)} AS ENUM (${String(labels)})`),
      ...columns.map(({ own, list }) => `CREATE TABLE ${word(own)} (${String(list)})`)
    ],
    constraints: constraints.map(({ own, name, text }) => `ALTER TABLE ${word(own)} ADD CONSTRAINT ${word(name)} ${String(text)}`)
  }
}

const taken = (address: string, schema: string): InputError =>
  new InputError({
    code: 'output-exists',
    got: `the schema ${schema} of ${withoutPassword(address)}, in which there are tables already`,
    expected: 'a new schema, or one without tables',
    try: 'another name, as ?schema=drawn'
  })

const TABLES_THERE =
  "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm') LIMIT 1"

/** Refuses a schema with tables, before anything is computed. Throws `InputError` (code `output-exists`). */
export function checkNewSchema(address: string): Promise<void> {
  const { url, schema } = schemaOfUrl(address)
  return inTransaction(accessTo(url, 'read'), async (client) => {
    if ((await asking(client, [schema])(TABLES_THERE)).length > 0) throw taken(url, schema)
  })
}

/** Writes tables into a new schema in one transaction: rows by COPY, then keys, so that rows may refer to any. Throws `InputError`. */
export function writePostgresTables(address: string, { tables, keys, made }: Pick<TableSet, 'tables' | 'keys' | 'made'>): Promise<void> {
  const { url, schema } = schemaOfUrl(address)
  return inTransaction(accessTo(url, 'write'), async (client, streams) => {
    if ((await asking(client, [schema])(TABLES_THERE)).length > 0) throw taken(url, schema)
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`)
    await client.query(`SET LOCAL search_path = ${quoted(schema)}`)
    const own = made?.by === 'postgres' ? made : ownStatements(tables, keys)
    for (const statement of own.tables) await client.query(statement)
    for (const [into, table] of Object.entries(tables)) await insert(client, streams, { into: quoted(into), table, isNew: false })
    for (const statement of own.constraints) await client.query(statement)
  })
}

function ownStatements(tables: Readonly<Record<string, RawTable>>, keys: SchemaKeys): MadeTables {
  return {
    by: 'postgres',
    tables: Object.entries(tables).map(([table, raw]) => tableStatement({ table, raw, keys, types: TYPES })),
    constraints: Object.keys(tables).flatMap((table) => referencesOf(table, keys).map((text) => `ALTER TABLE ${quoted(table)} ADD ${text}`))
  }
}
