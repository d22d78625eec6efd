import { unlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import type { StoredType, TimeUnit } from '@sbridge/core/internal'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import { isMissing } from '../format/columns.js'
import { holding } from '../format/temporary.js'
import { withPackage } from '../host/optional-package.js'
import { type ColumnTypes, definitionsOf, quoted, quotedTable, typeOf } from './cells.js'
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
import { inFile, unreadableFile } from './database-file.js'
import { severalOf } from './duckdb-tables.js'
import { isoTime } from './iso-time.js'

/** What is used of `@duckdb/node-api`. */
interface Driver {
  readonly DuckDBInstance: { create(file: string, options: Readonly<Record<string, string>>): Promise<Instance> }
  readonly DuckDBTimestampValue: new (micros: bigint) => object
  readonly DuckDBDateValue: new (days: number) => object
  readonly StatementType: { readonly SELECT: number }
}

interface Instance {
  connect(): Promise<Connection>
  closeSync(): void
}

interface Connection {
  run(sql: string): Promise<unknown>
  runAndReadAll(sql: string, values?: readonly string[]): Promise<Reader>
  extractStatements(sql: string): Promise<{ readonly count: number; prepare(index: number): Promise<Prepared> }>
  createAppender(table: string): Promise<Appender>
  interrupt(): void
  closeSync(): void
}

interface Prepared {
  readonly statementType: number
  runAndReadAll(): Promise<Reader>
}

interface Reader {
  readonly currentRowCount: number
  columnNames(): readonly string[]
  columnTypes(): readonly { readonly alias?: string; toString(): string }[]
  getColumns(): readonly (readonly unknown[])[]
  getRows(): readonly (readonly unknown[])[]
}

interface Appender {
  appendBigInt(value: bigint): void
  appendDouble(value: number): void
  appendBoolean(value: boolean): void
  appendVarchar(value: string): void
  appendDate(value: object): void
  appendTimestamp(value: object): void
  appendNull(): void
  endRow(): void
  closeSync(): void
}

const PACKAGE = '@duckdb/node-api'
/** Types of what cells are, in which rows are handed over. */
const PLAIN: ColumnTypes = { whole: 'BIGINT', number: 'DOUBLE', boolean: 'BOOLEAN', time: 'TIMESTAMP', day: 'DATE', text: 'VARCHAR' }
const TYPES: ColumnTypes = { ...PLAIN, stored: nameOf }

const WHOLES = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT' } as const
const TIMES = { s: 'TIMESTAMP_S', ms: 'TIMESTAMP_MS', us: 'TIMESTAMP', ns: 'TIMESTAMP_NS' } as const
/** Digits of the longest decimals. */
const MOST_DIGITS = 38

/** What a type is called; undefined where there is none such. */
function nameOf(type: StoredType): string | undefined {
  switch (type.kind) {
    case 'whole':
      return `${type.signed ? '' : 'U'}${WHOLES[type.bits]}`
    case 'float':
      return type.bits === 64 ? 'DOUBLE' : 'FLOAT'
    case 'decimal':
      return type.precision <= MOST_DIGITS && type.scale <= type.precision ? `DECIMAL(${type.precision}, ${type.scale})` : undefined
    case 'date':
      return 'DATE'
    case 'time':
      return 'TIME'
    case 'timestamp':
      return type.zone === undefined ? TIMES[type.unit] : 'TIMESTAMP WITH TIME ZONE'
    case 'uuid':
      return 'UUID'
    default:
      return undefined
  }
}

/** The type of a name; undefined of text and truth values. */
function typeNamed(name: string): StoredType | undefined {
  const whole = Object.entries(WHOLES).find(([, one]) => name === one || name === `U${one}`)
  if (whole) return { kind: 'whole', bits: Number(whole[0]) as 8, signed: !name.startsWith('U') }
  if (name === 'FLOAT' || name === 'DOUBLE') return { kind: 'float', bits: name === 'FLOAT' ? 32 : 64 }
  const [, precision, scale] = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(name) ?? []
  if (precision !== undefined) return { kind: 'decimal', precision: Number(precision), scale: Number(scale) }
  if (name === 'DATE') return { kind: 'date' }
  if (name === 'TIME') return { kind: 'time', unit: 'us' }
  if (name === 'UUID') return { kind: 'uuid' }
  if (name === 'TIMESTAMP WITH TIME ZONE') return { kind: 'timestamp', unit: 'us', zone: 'UTC' }
  const time = Object.entries(TIMES).find(([, one]) => name === one)
  return time && { kind: 'timestamp', unit: time[0] as TimeUnit }
}
/** Nothing is fetched from elsewhere. */
const OPTIONS = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' }

async function driver(): Promise<Driver> {
  // No literal: the compiler and the bundler are not to look for a package that few install.
  const name: string = PACKAGE
  return withPackage(name, () => import(name)) as Promise<Driver>
}

/** DuckDB, in a file. */
export const duckdb: Store = {
  hasLimit: true,
  isOrdered: true,
  ready: driver,
  async open(access, use) {
    const found = await driver()
    return inFile(access, 'DuckDB', ({ name, to }) => {
      if (to !== 'make') return withFile(found, { access, name }, use)
      // DuckDB takes no file that is there and empty.
      unlinkSync(name)
      return holding([`${resolve(name)}.wal`], () => withFile(found, { access, name }, use))
    })
  }
}

async function withFile<T>(
  found: Driver,
  { access, name }: { readonly access: Access; readonly name: string },
  use: (session: Session) => Promise<T>
): Promise<T> {
  let instance: Instance | undefined
  let connection: Connection | undefined
  try {
    instance = await found.DuckDBInstance.create(name, { ...OPTIONS, ...(access.to === 'read' ? { access_mode: 'READ_ONLY' } : {}) })
    connection = await instance.connect()
    // Moments are read and written as those of UTC, wherever this is.
    await connection.run("SET TimeZone = 'UTC'")
    await connection.run('BEGIN')
    const result = await use(sessionOf(connection, found, access))
    await connection.run('COMMIT')
    return result
  } catch (error) {
    if (error instanceof Error && /not a valid DuckDB database file|corrupt/i.test(error.message))
      throw unreadableFile(access.at, 'DuckDB', error.message)
    throw told(access, error, causeOf)
  } finally {
    connection?.closeSync()
    instance?.closeSync()
  }
}

function causeOf({ message }: Error): Cause {
  if (/^INTERRUPT/.test(message)) return 'long'
  if (/read-only mode/.test(message)) return 'writes'
  return /could not set lock|cannot open file|permission denied/i.test(message) ? 'held' : 'refused'
}

const sessionOf = (connection: Connection, driver: Driver, access: Access): Session => ({
  describe: (table) => describe(connection, table),
  quoted,
  several: severalOf(async (sql) => (await connection.runAndReadAll(sql)).getRows(), TYPES),
  tables: async () => (await connection.runAndReadAll('SHOW TABLES')).getRows().map(([name]) => String(name)),
  read: (statement) => answerOf(connection, statement, { driver, access }),
  computed: (table) => computedIn(connection, table),
  async write(into, table, isNew) {
    const name = quotedTable(into)
    const columns = definitionsOf(table, PLAIN)
    // Rows are handed over by the places of columns, and go on by their names.
    await connection.run(`CREATE TEMP TABLE "sbridge waiting" (${columns})`)
    append(await connection.createAppender('sbridge waiting'), table, driver)
    if (isNew) await connection.run(`CREATE TABLE ${name} (${definitionsOf(table, TYPES)})`)
    const names = table.columns.map((column) => quoted(column.name)).join(', ')
    await connection.run(`INSERT INTO ${name} (${names}) SELECT * FROM "sbridge waiting"`)
    await connection.run('DROP TABLE "sbridge waiting"')
  }
})

/** How the catalogue is asked for a table. */
function placeOf(table: string): { readonly where: string; readonly values: readonly string[] } {
  const parts = table.includes('"')
    ? [...table.matchAll(/"((?:[^"]|"")*)"/g)].map((part) => part[1]!.replaceAll('""', '"'))
    : table.split('.')
  return {
    where: `lower(table_name) = lower(?) AND schema_name = ${parts.length > 1 ? 'lower(?)' : 'current_schema()'}`,
    values: parts.slice(-2).reverse()
  }
}

/** A computed column in what DuckDB says made a table: its name, its type, and that it is. */
const COMPUTED = /[(,]\s*("(?:[^"]|"")*"|\w+)\s(?:[^,()"]|\([^()]*\)|"(?:[^"]|"")*")*?GENERATED ALWAYS AS/g

/** Of columns the catalogue does not say which are computed. */
async function computedIn(connection: Connection, table: string): Promise<ReadonlySet<string>> {
  const { where, values } = placeOf(table)
  const made = await connection.runAndReadAll(`SELECT sql FROM duckdb_tables() WHERE ${where}`, values)
  const names = [...String(made.getRows()[0]?.[0] ?? '').matchAll(COMPUTED)].map(([, name]) => name!)
  return new Set(names.map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name).toLowerCase()))
}

async function describe(connection: Connection, table: string): Promise<Described | undefined> {
  const { where, values } = placeOf(table)
  const there = await connection.runAndReadAll(
    `SELECT 1 FROM duckdb_tables() WHERE ${where} UNION ALL SELECT 1 FROM duckdb_views() WHERE ${where.replace('table_name', 'view_name')}`,
    [...values, ...values]
  )
  if (there.currentRowCount === 0) return undefined
  const constraints = await connection.runAndReadAll(
    `SELECT constraint_type, array_to_string(constraint_column_names, chr(0)), expression FROM duckdb_constraints() WHERE ${where}`,
    values
  )
  const of = (type: RegExp) => constraints.getRows().filter(([found]) => type.test(String(found)))
  const names = (row: readonly unknown[]) => String(row[1]).split('\0')
  return {
    key: of(/^PRIMARY KEY$/).flatMap(names),
    unique: of(/^(PRIMARY KEY|UNIQUE)$/).map(names),
    checks: of(/^CHECK$/).map((row) => String(row[2]))
  }
}

interface Reading {
  readonly driver: Driver
  readonly access: Access
}

async function answerOf(connection: Connection, statement: string, { driver, access }: Reading): Promise<Answer> {
  const statements = await connection.extractStatements(statement)
  const prepared = await statements.prepare(0)
  // A file that may only be read does not keep COPY from writing others.
  if (statements.count !== 1 || prepared.statementType !== driver.StatementType.SELECT) throw refusal(access, 'not one SELECT', 'writes')
  const over = setTimeout(() => connection.interrupt(), Math.min(1000 * access.seconds, MOST_WAIT))
  try {
    const reader = await prepared.runAndReadAll()
    const types = reader.columnTypes()
    const cells = reader.getColumns()
    const columns = reader.columnNames().map((name, c) => columnOf(name, types[c]!, cells[c] ?? []))
    return { columns, rowCount: reader.currentRowCount }
  } finally {
    clearTimeout(over)
  }
}

/** Milliseconds that a timer takes. */
const MOST_WAIT = 2 ** 31 - 1

const KINDS: readonly (readonly [RegExp, CellKind])[] = [
  [/^BOOLEAN$/, 'boolean'],
  [/^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/, 'whole'],
  [/^(FLOAT|DOUBLE|DECIMAL\(\d+,\s*\d+\))$/, 'number'],
  [/^(DATE|TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?)$/, 'time'],
  [/^(VARCHAR|ENUM\(.*\)|UUID|TIME( WITH TIME ZONE|_NS)?|INTERVAL|BIGNUM)$/s, 'text']
]

function columnOf(name: string, type: { readonly alias?: string; toString(): string }, cells: readonly unknown[]): DatabaseColumn {
  const text = type.toString()
  const kind = type.alias === 'JSON' ? 'nested' : (KINDS.find(([form]) => form.test(text))?.[1] ?? 'nested')
  const enumerated = text.startsWith('ENUM(')
  const cell = (value: unknown): DatabaseColumn['cells'][number] => {
    if (value === null || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return value
    return kind === 'time' ? isoTime(String(value)) : String(value)
  }
  return { name, kind, type: typeNamed(text), enumerated, cells: kind === 'nested' ? [] : cells.map(cell) }
}

function append(appender: Appender, table: RawTable, driver: Driver): void {
  const columns = table.columns.map((column) => appending(appender, column, driver))
  for (let i = 0; i < table.rowCount; i++) {
    for (const cell of columns) cell(i)
    appender.endRow()
  }
  appender.closeSync()
}

/** Microseconds of a millisecond, milliseconds of a day. */
const MICROS = 1000n
const DAY = 86_400_000

function appending(appender: Appender, column: RawColumn, { DuckDBDateValue, DuckDBTimestampValue }: Driver): (row: number) => void {
  const known = ((): ((i: number) => void) => {
    if (column.source === 'text') return (i) => appender.appendVarchar(column.values[i]!)
    if (column.source === 'boolean') return (i) => appender.appendBoolean(column.values[i]!)
    const { values } = column
    const type = typeOf(column, PLAIN)
    if (type === PLAIN.whole) return (i) => appender.appendBigInt(BigInt(values[i]!))
    if (type === PLAIN.number) return (i) => appender.appendDouble(values[i]!)
    if (type === PLAIN.day) return (i) => appender.appendDate(new DuckDBDateValue(values[i]! / DAY))
    return (i) => appender.appendTimestamp(new DuckDBTimestampValue(BigInt(values[i]!) * MICROS))
  })()
  return (i) => (isMissing(column, i) ? appender.appendNull() : known(i))
}
