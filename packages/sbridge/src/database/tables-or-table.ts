import { notTogether, schemaFields } from '@sbridge/core/internal'
import { flagNamed } from '../cli/add-fields.js'
import { extensionOf, tableExtensions } from '../format/table-format.js'
import { holdsDocuments } from './document-file.js'
import { databaseOf, isFolder, sqliteFileOf } from './table-set.js'

type Flags = Readonly<Record<string, unknown>> & { readonly output: string }

/** Whether an input is several tables: a folder, a whole database that goes to another one or to a folder, or documents. */
export async function isTables(input: string, { output, table, query, into, ...flags }: Flags): Promise<boolean> {
  if (isFolder(input)) return true
  const database = databaseOf(input)
  if (database && database.kind !== 'sqlite') return [table, query, into].every((flag) => flag === undefined) && !isOneTable(output)
  if (!database) return isDocuments(input, flags)
  if (table !== undefined || query !== undefined) return false
  return !/^sqlite:/i.test(input) || sqliteFileOf(output) !== undefined || !tableExtensions.includes(extensionOf(output))
}

/** Whether a name stands for several tables, whatever becomes of them: a folder, a database of which no table is named, or documents. */
export async function isTableSet(name: string, { table, query, ...flags }: Readonly<Record<string, unknown>>): Promise<boolean> {
  if (isFolder(name) || (databaseOf(name) !== undefined && table === undefined && query === undefined)) return true
  return isDocuments(name, flags)
}

/** Whether a file holds lists of objects that nothing leaves out: who names columns wants one table of them. */
async function isDocuments(name: string, { exclude, columns, encoding }: Readonly<Record<string, unknown>>): Promise<boolean> {
  return exclude === undefined && columns === undefined && holdsDocuments(name, { encoding: encoding as string | undefined })
}

/** Whether an output holds one table alone. */
export const isOneTable = (output: string): boolean =>
  output === '-' || (databaseOf(output) === undefined && tableExtensions.includes(extensionOf(output)))

/** Refuses options of several tables beside one. Throws `InputError` (code `option-combination`). */
export function refuseTableOptions(input: string, flags: Readonly<Record<string, unknown>>): void {
  const given = schemaFields.find(({ name }) => flags[name] !== undefined)
  if (!given) return
  const flag = flagNamed(given.name)
  throw notTogether(`${flag} with ${input}`, `leaving ${flag} out`, 'a folder of tables, or a database without --table and --query')
}
