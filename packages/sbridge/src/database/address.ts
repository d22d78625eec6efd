import { InputError } from '@sbridge/core'

/** Databases that are spoken to, how their addresses are written, and of those that are files what is the file. */
const KINDS = [
  { kind: 'sqlite', form: 'sqlite:FILE', at: /^sqlite:(.+)$/i, file: true },
  { kind: 'duckdb', form: 'duckdb:FILE', at: /^duckdb:(.+)$/i, file: true },
  { kind: 'postgres', form: 'postgres://USER@HOST/DATABASE', at: /^(postgres(?:ql)?:\/\/.*)$/i, file: false },
  { kind: 'mysql', form: 'mysql://USER@HOST/DATABASE', at: /^((?:mysql|mariadb):\/\/.*)$/i, file: false }
] as const

export type StoreKind = (typeof KINDS)[number]['kind']

/** Where a database is: a file, or the address of a server. */
export interface Address {
  readonly kind: StoreKind
  readonly at: string
  readonly file: boolean
}

/** Names of files of SQLite. */
export const SQLITE_NAME = /\.(sqlite3?|db3?|s3db)$/i

const SCHEME = /^(sqlite|postgres|postgresql|mysql|mariadb|duckdb):/i

/** Whether a name of input or output is that of a database rather than of a file. */
export const isDatabase = (name: string): boolean => SCHEME.test(name)

/** The database that a name says. Throws `InputError` (code `database-unknown`) for one that cannot be spoken to. */
export function addressOf(name: string): Address {
  for (const { kind, at, file } of KINDS) {
    const found = at.exec(name)?.[1]
    if (found !== undefined) return { kind, at: found, file }
  }
  throw new InputError({
    code: 'database-unknown',
    got: `the database ${withoutPassword(name)}`,
    expected: `${KINDS.map(({ form }) => form).join(', ')}`,
    try: 'writing the address in one of these forms'
  })
}

/**
 * A text with the passwords in its addresses blotted out, wherever they stand: those before `@`, and `password=…`. A quote
 * is part of a password unless it ends the word.
 */
export const withoutPassword = (text: string): string =>
  text
    .replace(/(\b[a-z][a-z0-9+]*:\/\/[^\s:/@]*):(?:[^\s'"]|['"](?=[^\s,:;)\]}]))*@/gi, '$1:***@')
    .replace(/([?&]password=)[^&\s'"]*/gi, '$1***')
