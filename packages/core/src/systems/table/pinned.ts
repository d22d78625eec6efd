import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import type { TableFit } from './options.js'

/** A table and the options to fit parts of it with. */
interface PinnedTable {
  readonly table: RawTable
  readonly options: TableFit
}

/**
 * A table without what a model of it left out, and options that keep the kinds of the columns, whatever some of the rows would
 * suggest. Keys are left out: they are written anew and never compared, and some of the rows may lack what others
 * name; but not the group and its time. `training`: of the model.
 */
export function pinnedTo(training: Table, { input, options }: { readonly input: RawTable; readonly options: TableFit }): PinnedTable {
  const kept = training.columns.filter(({ name, kind }) => kind !== 'identifier' || name === options.group || name === options.time)
  const names = new Set(kept.map(({ name }) => name))
  const { columns: _chosen, exclude: _left, ...rest } = options
  return {
    table: { ...input, columns: input.columns.filter(({ name }) => names.has(name)) },
    options: { ...rest, types: Object.fromEntries(kept.map(({ name, kind }) => [name, kind])) }
  }
}
