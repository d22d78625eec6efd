import { InputError } from '@sbridge/core'

/** Where a table stands in a database. */
export type Address = { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string }

const SCHEME = /^(sqlite|postgres|postgresql|mysql|mariadb|duckdb):/i

/** Whether a name of input or output is that of a database rather than of a file. */
export const isDatabase = (name: string): boolean => SCHEME.test(name)

/** The database that a name says. Throws `InputError` (code `database-unknown`) for one that cannot be spoken to. */
export function addressOf(name: string): Address {
  const file = /^sqlite:(.+)$/i.exec(name)?.[1]
  if (file !== undefined) return { kind: 'sqlite', file }
  if (/^postgres(ql)?:\/\//i.test(name)) return { kind: 'postgres', url: name }
  throw new InputError({
    code: 'database-unknown',
    got: `the database ${withoutPassword(name)}`,
    expected: 'sqlite:FILE or postgres://USER@HOST/DATABASE',
    try: 'exporting the table to a file, .csv or .parquet'
  })
}

/** A text with the passwords in its addresses blotted out, wherever they stand: those before `@`, and `password=…`. */
export const withoutPassword = (text: string): string =>
  text.replace(/(\b[a-z][a-z0-9+]*:\/\/[^\s:/@]*):[^\s'"]*@/gi, '$1:***@').replace(/([?&]password=)[^&\s'"]*/gi, '$1***')
