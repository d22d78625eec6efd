import { notTogether, schemaFields } from '@sbridge/core/internal'
import { flagNamed } from '../cli/fields.js'
import { extensionOf, tableExtensions } from '../format/table-format.js'
import { isFolder, sqliteFileOf } from './table-set.js'

type Flags = Readonly<Record<string, unknown>> & { readonly output: string }

/** Whether an input is several tables: a folder, or a whole file of SQLite that goes to another one or to a folder. */
export function isTables(input: string, { output, table, query }: Flags): boolean {
  if (isFolder(input)) return true
  if (sqliteFileOf(input) === undefined || table !== undefined || query !== undefined) return false
  return !/^sqlite:/i.test(input) || sqliteFileOf(output) !== undefined || !tableExtensions.includes(extensionOf(output))
}

/** Refuses options of several tables beside one. Throws `InputError` (code `option-combination`). */
export function refuseTableOptions(input: string, flags: Flags): void {
  const given = schemaFields.find(({ name }) => flags[name] !== undefined)
  if (!given) return
  const flag = flagNamed(given.name)
  throw notTogether(`${flag} with ${input}`, `leaving ${flag} out`, 'a folder of tables, or a file of SQLite without --table and --query')
}
