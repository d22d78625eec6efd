import type { StoredType } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { withPackage } from '../host/optional-package.js'
import { type ColumnTypes, cellsOf, definitionsOf, quotedTable } from './cells.js'
import { checksIn } from './check-conditions.js'
import {
  type Access,
  type Answer,
  type Cause,
  type CellKind,
  type DatabaseColumn,
  type Described,
  PATIENCE,
  refusedBy,
  type Session,
  type Store,
  told
} from './contract.js'
import { isoTime } from './iso-time.js'
import { severalOf } from './mysql-tables.js'

type Cell = string | number | boolean | object | null

/** What is used of `mysql2`. */
interface Connection {
  query(
    options: { readonly sql: string; readonly values?: readonly unknown[] },
    done: (error: DriverError | null, rows: Cell[][]) => void
  ): void
  query(sql: string): Asked
  on(event: 'error', listener: (error: Error) => void): void
  end(done: () => void): void
  destroy(): void
}

/** An answer, row by row. */
interface Asked {
  on(event: 'error', listener: (error: Error) => void): Asked
  on(event: 'fields', listener: (fields: readonly Field[] | undefined) => void): Asked
  on(event: 'result', listener: (row: Cell[]) => void): Asked
  on(event: 'end', listener: () => void): Asked
}

interface Field {
  readonly name: string
  readonly type: number
  readonly columnLength: number
  /** Digits behind the point, of decimals and of seconds. */
  readonly decimals: number
  readonly flags: number
  readonly characterSet: number
}

interface DriverError extends Error {
  readonly errno?: number
  readonly sqlState?: string
}

type Connect = (options: object) => Connection

const PACKAGE = 'mysql2'
const TYPES: ColumnTypes = {
  whole: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  time: 'DATETIME(3)',
  day: 'DATE',
  text: 'LONGTEXT',
  stored: nameOf
}

const WHOLES = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INT', 64: 'BIGINT' } as const
/** Digits of the longest decimals, and behind the point. @source MySQL, "DECIMAL Data Type Characteristics" */
const MOST_DIGITS = 65
const MOST_DECIMALS = 30
/** Digits behind a second. */
const FRACTIONS = { s: 0, ms: 3, us: 6, ns: 6 } as const

/** What a type is called; undefined where there is none such. */
function nameOf(type: StoredType): string | undefined {
  switch (type.kind) {
    case 'whole':
      return `${WHOLES[type.bits]}${type.signed ? '' : ' UNSIGNED'}`
    case 'float':
      return type.bits === 64 ? 'DOUBLE' : 'FLOAT'
    case 'decimal':
      return type.precision <= MOST_DIGITS && type.scale <= MOST_DECIMALS ? `DECIMAL(${type.precision}, ${type.scale})` : undefined
    case 'date':
      return 'DATE'
    case 'timestamp':
      return `DATETIME(${FRACTIONS[type.unit]})`
    default:
      return undefined
  }
}

async function driver(): Promise<Connect> {
  // No literal: the compiler and the bundler are not to look for a package that few install.
  const name: string = PACKAGE
  const found = (await withPackage(name, () => import(name))) as { readonly default: { readonly createConnection: Connect } }
  return found.default.createConnection
}

/** MySQL and MariaDB. */
export const mysql: Store = {
  hasLimit: true,
  isOrdered: false,
  ready: driver,
  async open(access, use) {
    const connect = await driver()
    let connection: Connection | undefined
    try {
      const opened = connect({
        uri: access.at,
        // What the server's own programs read; what stands in the address goes before it.
        ...(new URL(access.at).password === '' ? { password: process.env.MYSQL_PWD } : {}),
        connectTimeout: PATIENCE,
        rowsAsArray: true,
        dateStrings: true,
        supportBigNumbers: true,
        charset: 'utf8mb4'
      })
      connection = opened
      // A query that waits for rows is not told that the line is cut.
      const lost = new Promise<never>((_, reject) => opened.on('error', reject))
      return await Promise.race([lost, transaction(opened, access, use)])
    } catch (error) {
      throw told(access, error, causeOf)
    } finally {
      // What was not committed is undone by the server when the connection goes.
      connection?.destroy()
    }
  }
}

async function transaction<T>(connection: Connection, access: Access, use: (session: Session) => Promise<T>): Promise<T> {
  await begin(connection, access)
  const result = await use(sessionOf(connection, access))
  await ask(connection, 'COMMIT')
  await new Promise<void>((resolve) => connection.end(resolve))
  return result
}

const ask = (connection: Connection, sql: string, values: readonly unknown[] = []): Promise<Cell[][]> =>
  new Promise((resolve, reject) => connection.query({ sql, values }, (error, rows) => (error ? reject(error) : resolve(rows))))

/** The session reads only, too: a transaction alone is ended by the first DROP. */
async function begin(connection: Connection, { to, seconds }: Access): Promise<void> {
  await ask(connection, "SET SESSION time_zone = '+00:00'")
  if (to === 'write') {
    // What does not fit is refused rather than cut.
    await ask(connection, "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION'")
    await ask(connection, 'START TRANSACTION')
    return
  }
  const [[version]] = (await ask(connection, 'SELECT VERSION()')) as [[string]]
  const limit = version.includes('MariaDB') ? `max_statement_time = ${seconds}` : `max_execution_time = ${Math.ceil(1000 * seconds)}`
  await ask(connection, `SET SESSION ${limit}`)
  await ask(connection, 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
  await ask(connection, 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``

const sessionOf = (connection: Connection, access: Access): Session => ({
  describe: (table) => describe(connection, quotedTable(table, { quoted })),
  quoted,
  several: severalOf((sql, values) => ask(connection, sql, values), { types: TYPES, quoted }),
  tables: async () => (await ask(connection, 'SHOW TABLES')).map(([name]) => String(name)),
  async read(statement) {
    // One statement that gives rows and nothing else: no second one, and none that writes a file of the server's.
    await ask(connection, `SELECT * FROM (\n${statement}\n) AS answer LIMIT 0`)
    return answerOf(connection, statement)
  },
  computed: (table) => computedIn(connection, quotedTable(table, { quoted })),
  async write(into, table, isNew) {
    const name = quotedTable(into, { quoted })
    if (!isNew) {
      await refuseWithoutTransactions(connection, name, access)
      return insert(connection, table, name)
    }
    // To make a table ends a transaction. So the rows wait in one that nobody else sees, and all come with the new one.
    const columns = definitionsOf(table, TYPES, quoted)
    const waiting = quoted('sbridge waiting')
    await ask(connection, `CREATE TEMPORARY TABLE ${waiting} (${columns}) CHARACTER SET utf8mb4`)
    await insert(connection, table, waiting)
    await ask(connection, `CREATE TABLE ${name} (${columns}) CHARACTER SET utf8mb4 AS SELECT * FROM ${waiting}`)
  }
})

/** The error of a table that is not there. */
const NO_TABLE = 1146

async function describe(connection: Connection, name: string): Promise<Described | undefined> {
  const made = await ask(connection, `SHOW CREATE TABLE ${name}`).catch((error: DriverError) => {
    if (error.errno === NO_TABLE) return undefined
    throw error
  })
  if (!made) return undefined
  const places = new Map<string, string[]>()
  for (const [, other, index, , column] of await ask(connection, `SHOW INDEX FROM ${name}`)) {
    // A part that is no column is an expression.
    if (other === 0) places.set(String(index), [...(places.get(String(index)) ?? []), String(column ?? '')])
  }
  return {
    key: places.get('PRIMARY') ?? [],
    unique: [...places.values()],
    checks: checksIn(String(made[0]?.[1]))
  }
}

/** A default that is computed is called `DEFAULT_GENERATED`, and takes cells. @source MySQL, "SHOW COLUMNS Statement" */
async function computedIn(connection: Connection, name: string): Promise<ReadonlySet<string>> {
  const columns = await ask(connection, `SHOW COLUMNS FROM ${name}`)
  return new Set(columns.filter(([, , , , , extra]) => /\bGENERATED\b/.test(String(extra))).map(([column]) => String(column).toLowerCase()))
}

function answerOf(connection: Connection, statement: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let fields: readonly Field[] = []
    let cells: Cell[][] = []
    let rowCount = 0
    connection
      .query(statement)
      .on('error', reject)
      .on('fields', (found) => {
        fields = found ?? []
        cells = fields.map(() => [])
      })
      .on('result', (row) => {
        rowCount++
        cells.forEach((column, c) => {
          column.push(row[c]!)
        })
      })
      .on('end', () => resolve({ columns: fields.map((field, c) => columnOf(field, cells[c]!)), rowCount }))
  })
}

/** Types of columns by their number in the protocol. @source MySQL, "Protocol::ColumnDefinition" */
const KINDS: Readonly<Record<number, CellKind>> = {
  0: 'number',
  1: 'whole',
  2: 'whole',
  3: 'whole',
  4: 'number',
  5: 'number',
  7: 'time',
  8: 'whole',
  9: 'whole',
  10: 'time',
  12: 'time',
  13: 'whole',
  246: 'number'
}
/** Types that are looked at more closely, a bit of the flags, and the character set of bytes. @source as above */
const COLUMN = { tiny: 1, time: 11, bit: 16, enum: 1 << 8, bytes: 63, unsigned: 1 << 5 } as const
/** Bits of whole numbers, by the same number: of three bytes those that hold them. */
const BITS: Readonly<Record<number, 8 | 16 | 32 | 64>> = { 1: 8, 2: 16, 3: 32, 8: 64, 9: 32 }
const STORED = { float: 4, double: 5, stamp: 7, date: 10, moment: 12, decimal: 246 } as const

/** The type of a field; undefined of text, truth values and what has none elsewhere. */
function storedIn({ type, columnLength, decimals, flags }: Field): StoredType | undefined {
  const signed = (flags & COLUMN.unsigned) === 0
  const bits = BITS[type]
  if (bits !== undefined) return { kind: 'whole', bits, signed }
  switch (type) {
    case STORED.float:
    case STORED.double:
      return { kind: 'float', bits: type === STORED.float ? 32 : 64 }
    case STORED.date:
      return { kind: 'date' }
    case STORED.stamp:
    case STORED.moment:
      return {
        kind: 'timestamp',
        unit: decimals === 0 ? 's' : decimals <= 3 ? 'ms' : 'us',
        ...(type === STORED.stamp ? { zone: 'UTC' } : {})
      }
    case STORED.decimal:
      // Its length counts a point and a sign.
      return { kind: 'decimal', precision: columnLength - Number(decimals > 0) - Number(signed), scale: decimals }
    default:
      return undefined
  }
}

function columnOf(field: Field, cells: readonly Cell[]): DatabaseColumn {
  const { name, type, columnLength, flags, characterSet } = field
  const isTruth = (cell: unknown) => cell === null || cell === 0 || cell === 1
  const plain = type === COLUMN.bit && columnLength === 1 ? cells.map((cell) => (cell === null ? null : (cell as Uint8Array)[0]!)) : cells
  if (columnLength === 1 && (type === COLUMN.tiny || type === COLUMN.bit) && plain.every(isTruth))
    return { name, kind: 'boolean', cells: plain.map((cell) => (cell === null ? null : cell === 1)) }
  const kind = KINDS[type] ?? (type !== COLUMN.time && characterSet === COLUMN.bytes ? 'nested' : 'text')
  // JSON comes as what it holds.
  if (kind === 'nested' || plain.some((cell) => cell !== null && typeof cell === 'object')) return { name, kind: 'nested', cells: [] }
  const known = plain as DatabaseColumn['cells']
  const enumerated = (flags & COLUMN.enum) !== 0
  return {
    name,
    kind,
    type: storedIn(field),
    enumerated,
    cells: kind === 'time' ? known.map((cell) => (cell === null ? null : isoTime(String(cell)))) : known
  }
}

/** Refuses a table whose rows stay when others are refused. */
async function refuseWithoutTransactions(connection: Connection, name: string, access: Access): Promise<void> {
  const [row] = await ask(connection, `SHOW CREATE TABLE ${name}`)
  const engine = /\bENGINE=(\w+)/.exec(String(row?.[1]))?.[1]
  if (engine === undefined) return
  const [found] = await ask(connection, 'SELECT TRANSACTIONS FROM information_schema.ENGINES WHERE ENGINE = ?', [engine])
  if (found?.[0] !== 'YES')
    throw refusedBy(access.name, `${name} is of the engine ${engine}, which has no transactions`, 'a table of InnoDB')
}

/** Characters that go to the server in one statement, about: it refuses more than its `max_allowed_packet`, 1 MB at the least. */
const PIECE = 250_000

async function insert(connection: Connection, table: RawTable, into: string): Promise<void> {
  const cells = table.columns.map((column) => cellsOf(column))
  const sql = `INSERT INTO ${into} (${table.columns.map(({ name }) => quoted(name)).join(', ')}) VALUES ?`
  let rows: Cell[][] = []
  let size = 0
  for (let i = 0; i < table.rowCount; i++) {
    const row = cells.map((cell) => cell(i))
    for (const cell of row) size += String(cell).length + 3
    rows.push(row)
    if (size < PIECE && i < table.rowCount - 1) continue
    await ask(connection, sql, [rows])
    rows = []
    size = 0
  }
}

/** Errors of a user or a database that there is not, of the class of everything that is refused. */
const NO_ENTRY = [1044, 1049]
const TIME_OVER = [1969, 3024]

function causeOf({ errno, sqlState }: DriverError): Cause {
  if (errno !== undefined && TIME_OVER.includes(errno)) return 'long'
  if (sqlState === '25006' || errno === 1290 || errno === 1836) return 'writes'
  return !sqlState || /^(08|28|70)/.test(sqlState) || NO_ENTRY.includes(errno ?? 0) ? 'lost' : 'refused'
}
