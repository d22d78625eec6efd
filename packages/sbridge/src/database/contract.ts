import { FormatError, InputError } from '@sbridge/core'
import type { Schema, SchemaKeys } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { withoutPassword } from './address.js'

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

/** Several tables that refer to each other, as a folder or a database holds them. */
export interface TableSet extends Schema {
  readonly tables: Readonly<Record<string, RawTable>>
  readonly keys: SchemaKeys
  /** Of a folder: the file of each table. */
  readonly files: Readonly<Record<string, string>>
  /** Of a database: what makes its tables in another of its kind. */
  readonly made?: MadeTables | undefined
}

/** Statements that make tables, and those that are for once their rows are there. */
export interface MadeTables {
  readonly by: 'sqlite' | 'postgres'
  readonly tables: readonly string[]
  readonly constraints: readonly string[]
}
