import { drawKey, drawKeys, type KeptKeys, keepKeys, mayRunOut } from '../../code/keys/keep.js'
import { keyColumns } from '../../code/keys/leave-keys-out.js'
import { keyFor, keyFromSeed } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import type { Column } from '../../table/table.js'
import { readPanel } from '../panel/read.js'
import { prepareTable } from '../prepare.js'
import { ruledRows } from '../ruled-rows.js'
import type { DrawnRows, TableFit } from './options.js'

/** What decides which columns are keys. */
export type KeyOptions = Parameters<typeof ruledRows>[1] & Pick<TableFit, 'local' | 'latent' | 'group' | 'time' | 'seed'>

/** The keys of a table under some options of a fit, or undefined where it has none. Cost O(characters). */
export function keysOf(raw: RawTable, options: KeyOptions): KeptKeys | undefined {
  const { data } = rowsOf(raw, options)
  const columns = keyColumns(raw, data, options.missing)
  return columns.length === 0 ? undefined : keepKeys(columns, options.seed ?? 1)
}

function rowsOf(raw: RawTable, options: KeyOptions): Pick<ReturnType<typeof ruledRows>, 'data'> {
  if (options.group !== undefined) return readPanel(raw, options)
  return options.local === undefined && options.latent === undefined ? ruledRows(raw, options) : prepareTable(raw, options)
}

/** Refuses more rows than there are new keys for, before rows are drawn. Throws `InputError` (code `key-space`). */
export function checkKeys(kept: KeptKeys | undefined, rowCount: number): void {
  for (const key of kept?.keys ?? []) if (mayRunOut(key, rowCount)) drawKey(key, kept!.seed, { count: rowCount, key: keyFromSeed(0) })
}

/** Drawn rows with new keys: a row's key depends on the seed and its place alone. Throws `InputError` (code `key-space`). */
export function withNewKeys(drawn: DrawnRows, kept: KeptKeys | undefined, seed = 1): DrawnRows {
  if (!kept) return drawn
  const rows = { count: drawn.table.rowCount, key: keyFor(keyFromSeed(seed), 'keys') }
  const cells = drawKeys(kept, rows)
  const columns = drawn.table.columns.map((column): Column => {
    const own = column.kind === 'identifier' ? cells.get(column.name) : undefined
    return own ? { name: column.name, kind: 'identifier', cells: own } : column
  })
  return { ...drawn, table: { ...drawn.table, columns } }
}
