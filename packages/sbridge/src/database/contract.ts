import { FormatError, InputError, SbridgeError } from '@sbridge/core'
import type { SchemaKeys, Schema as SchemaSays, StoredType } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import type { Pieces } from '../format/columns.js'
import type { Documents } from '../format/json-documents.js'
import { type StoreKind, withoutPassword } from './address.js'

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

/** What a column of a database holds; `nested`: lists, objects or bytes, which no table holds. */
export type CellKind = 'whole' | 'number' | 'boolean' | 'time' | 'text' | 'nested'

/** A column as a database gives it; an absent cell is null. */
export interface DatabaseColumn {
  readonly name: string
  readonly kind: CellKind
  /** Its type, where the database has more to say of it than what it holds. */
  readonly type?: StoredType | undefined
  /** Whether its type lists what a cell may be. */
  readonly enumerated?: boolean
  readonly cells: readonly (string | number | bigint | boolean | null)[]
}

/** What a database says of one of its tables. */
export interface Described {
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[]
  /** Columns that are unique, by themselves or together. */
  readonly unique: readonly (readonly string[])[]
  /** Conditions of CHECK, as SQL writes them. */
  readonly checks: readonly string[]
  /** Declared types, of a database whose cells need not keep to them. */
  readonly declared?: ReadonlyMap<string, string>
}

/** What a statement gives. */
export interface Answer {
  readonly columns: readonly DatabaseColumn[]
  readonly rowCount: number
}

/** How a database is opened: its address, what for, and how long a statement may take. */
export interface Access {
  /** As it was named, password and all. */
  readonly name: string
  readonly at: string
  readonly to: 'read' | 'write'
  readonly seconds: number
}

/** An open database, in one transaction: all that is read is of one moment, all that is written is written or none. */
export interface Session {
  /** Undefined where there is no such table. */
  describe(table: string): Promise<Described | undefined>
  /** Names of the tables that are there. */
  tables(): Promise<readonly string[]>
  /** A name as its SQL takes it. */
  quoted(name: string): string
  /** Runs one statement that reads. */
  read(statement: string, described?: Described): Promise<Answer>
  /** Columns of a table that is there which the database computes itself, and takes no cells for; in small letters. */
  computed(table: string): Promise<ReadonlySet<string>>
  /** Writes rows into a new table, or behind those of one that is there, whose columns all take cells. */
  write(into: string, table: RawTable, isNew: boolean): Promise<void>
  /** All tables together, where the kind of database has no way of its own for them. */
  readonly several?: Several
}

/** All tables of a database: what it says of them, and how they are made anew. */
export interface Several {
  /** Names, without views. */
  tables(): Promise<readonly string[]>
  keys(): Promise<SchemaKeys>
  made(): Promise<MadeTables>
  /** What makes tables that came from elsewhere. */
  statements(tables: Readonly<Record<string, RawTable>>, keys: SchemaKeys): MadeTables
  run(statement: string): Promise<void>
  /** Whether rows are held to keys as they come: behind those that they refer to. */
  readonly isStrict: boolean
  /** Takes tables back, where no transaction does. */
  undo?(tables: readonly string[]): Promise<void>
}

/** A kind of database: all that is its own. */
export interface Store {
  /** Whether a statement can be stopped when its time is over. */
  readonly hasLimit: boolean
  /** Whether rows of a table have an order of their own; elsewhere they are asked for in that of the primary key. */
  readonly isOrdered: boolean
  /** Loads the driver. Throws `EngineError` (code `package-missing`). */
  ready(): Promise<unknown>
  /** Opens, runs, closes; errors are told without a password. */
  open<T>(access: Access, use: (session: Session) => Promise<T>): Promise<T>
}

/** Seconds that a query may take when nothing is said: an hour of a server's time is a mistake more often than not. */
export const QUERY_SECONDS = 600

/** Milliseconds in which a server answers to a call, if it is there. */
export const PATIENCE = 15_000

/** The statement of a query, without the mark at its end. */
export const statementOf = (query: string): string => query.trim().replace(/;\s*$/, '')

/** Why a database said no: no connection (any more), time over, a write where it may only be read, held by another program, anything else. */
export type Cause = 'lost' | 'long' | 'writes' | 'held' | 'refused'

/** What a driver threw, as an error of sbridge; mistakes of sbridge itself stay what they are. */
export function told<E extends Error>(access: Pick<Access, 'name' | 'to'>, error: E | unknown, causeOf: (error: E) => Cause): unknown {
  if (!(error instanceof Error) || error instanceof SbridgeError || (error instanceof TypeError && !('code' in error))) return error
  const { code, detail } = error as { readonly code?: string; readonly detail?: string }
  return refusal(access, [error.message || String(code), ...(detail ? [detail] : [])].join(': '), causeOf(error as E))
}

/** What a database said no to, as an error of sbridge. */
export function refusal({ name, to }: Pick<Access, 'name' | 'to'>, message: string, cause: Cause): FormatError | InputError {
  if (cause === 'lost') return unreachable(name, message)
  if (cause === 'long')
    return new InputError({
      code: 'query-long',
      got: 'a query that took longer than it may',
      expected: 'an answer in time',
      try: '--query-seconds 3600, or fewer rows'
    })
  if (cause === 'writes' && to === 'read')
    return new InputError({
      code: 'query-writes',
      got: `a query that writes (${withoutPassword(message)})`,
      expected: 'one that reads',
      try: 'SELECT'
    })
  if (cause === 'writes') return refusedBy(name, message, 'a database and a user that may write')
  if (cause === 'held') return refusedBy(name, message, 'a file and folder that you may write to, and that no other program holds')
  return refusedBy(name, message, to === 'write' ? REMEDIES.find(([said]) => said.test(message))?.[1] : undefined)
}

/** What to do where rows are refused, by what databases say of them. */
const REMEDIES: readonly (readonly [said: RegExp, remedy: string])[] = [
  [
    /duplicate (key|entry)|UNIQUE constraint|PRIMARY KEY constraint/i,
    'a table without these rows, or --exclude of columns that the database numbers itself'
  ],
  [/foreign key/i, 'drawing all tables of the database together, as docs/several-tables.md says, or a table without that key'],
  [
    /check constraint|constraint .* failed|not[- ]null|cannot be null|too long|out of range/i,
    '--rule for what the table asks of a row, --types for what it asks of a column, or a table that asks less'
  ],
  [/permission denied|command denied|must be owner/i, 'a user that may write there']
]

const unreachable = (name: string, message: string): FormatError =>
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

/** Several tables that refer to each other, as a folder or a database holds them. */
export interface TableSet extends SchemaSays {
  readonly tables: Readonly<Record<string, RawTable>>
  readonly keys: SchemaKeys
  /** Of a folder: the file of each table. */
  readonly files: Readonly<Record<string, string>>
  /** Of a database: what makes its tables in another of its kind. */
  readonly made?: MadeTables | undefined
  /** Of a file of JSON: how they stand in each other. */
  readonly documents?: Documents | undefined
}

/** Tables as they are written: whole, or some rows at a time. */
export interface WrittenTables extends Pick<TableSet, 'keys' | 'files' | 'made' | 'documents'> {
  readonly tables: Readonly<Record<string, RawTable | Pieces>>
}

/** Statements that make tables, and those that are for once their rows are there. */
export interface MadeTables {
  readonly by: StoreKind
  readonly tables: readonly string[]
  readonly constraints: readonly string[]
}
