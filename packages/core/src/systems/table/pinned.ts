import { hasColumn } from '../../table/besides.js'
import type { RawTable } from '../../table/raw.js'
import { isCategorical, type Table } from '../../table/table.js'
import { type Forms, prepareRows } from '../prepare.js'
import type { TableFit } from './options.js'

/** A table and the options to fit parts of it with. */
interface PinnedTable {
  readonly table: RawTable
  readonly options: TableFit & Forms
}

/**
 * A table without what a model of it left out, and options that keep the kinds of the columns, whatever some of the rows would
 * suggest. Keys are left out: they are written anew and never compared, and some of the rows may lack what others
 * name; but not the group and its time. Forms of text that is left out are there as they are, and rare levels are merged as those of
 * all rows: of half of them other levels would be rare, in either half its own. `training`: of the model.
 */
export function pinnedTo(training: Table, { input, options }: { readonly input: RawTable; readonly options: TableFit }): PinnedTable {
  const kept = training.columns.filter(({ name, kind }) => kind !== 'identifier' || name === options.group || name === options.time)
  const names = new Set(kept.map(({ name }) => name))
  const isMerged = options.minCell !== undefined && options.group === undefined
  const isRead = (name: string) => names.has(name) && (isMerged || !hasColumn(input, name))
  const read = kept.some(({ name }) => isRead(name)) ? prepareRows(input, options).data.table.columns : []
  const asRead = read.flatMap((column) => {
    if (!isCategorical(column) || !isRead(column.name)) return []
    return [{ name: column.name, source: 'text' as const, values: Array.from(column.codes, (code) => column.levels[code] ?? null) }]
  })
  const own = input.columns.filter(({ name }) => names.has(name)).map((column) => asRead.find(({ name }) => name === column.name) ?? column)
  const added = asRead.filter(({ name }) => !hasColumn(input, name))
  const { columns: _chosen, exclude: _left, ...rest } = options
  return {
    table: { ...input, columns: [...own, ...added] },
    options: {
      ...rest,
      types: Object.fromEntries(kept.map(({ name, kind }) => [name, kind])),
      ...(isMerged ? { levels: 'merged' } : {})
    }
  }
}
