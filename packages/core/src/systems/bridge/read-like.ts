import { takeRulesOut } from '../../code/rules/stacked.js'
import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import { hasColumn } from '../../table/besides.js'
import type { RawTable } from '../../table/raw.js'
import { type Column, isNumeric, type Table } from '../../table/table.js'
import { type NamedKind, readAs } from '../read-as.js'
import type { BridgeModel } from './model.js'
import { type StandingIn, standingIn } from './unknown-levels.js'

/** Another table as a model reads it: whole, and without what rules derive and with what it knows in the place of unknown categories. */
interface TableLike extends Omit<StandingIn, 'table'> {
  readonly whole: Table
  readonly drawn: Table
}

/**
 * Reads a table that has the columns of a bridge, whatever else it has. Throws `InputError`: `too-few-rows`, `columns-differ`, and
 * what `readAs` throws for cells of another kind.
 */
export function readLike(model: Pick<BridgeModel, 'encoder' | 'rules' | 'reading' | 'rows' | 'summary'>, raw: RawTable): TableLike {
  const { encoder, rules, reading } = model
  const kinds: readonly NamedKind[] = rules?.columns ?? encoder.kinds
  const wanted = kinds.filter(({ kind }) => kind !== 'identifier')
  if (raw.rowCount === 0)
    throw new InputError({
      code: 'too-few-rows',
      got: 'a table of no rows to carry over',
      expected: 'at least one row',
      try: 'another table'
    })
  const lacking = wanted.filter(({ name }) => !hasColumn(raw, name)).map(({ name }) => name)
  if (lacking.length > 0)
    throw new InputError({
      code: 'columns-differ',
      got: `a table to carry over without ${listed(lacking)}`,
      expected: `the columns that both tables have in common: ${listed(wanted.map(({ name }) => name))}`,
      try: 'a table with these columns, or --exclude when the bridge is made'
    })
  const found = readAs(raw, wanted, reading)
  const place = ({ name }: { readonly name: string }) => found.columns.findIndex((column) => column.name === name)
  const columns = kinds.map(
    (one): Column => (one.kind === 'identifier' ? { name: one.name, kind: 'identifier' } : found.columns[place(one)]!)
  )
  const whole = { columns, rowCount: raw.rowCount }
  const { table, ...unknown } = standingIn(model, whole)
  if (!rules) return { whole, drawn: table, ...unknown }
  const drawn = takeRulesOut(rules, { table, formats: rules.columns.map(({ format }) => format) }).table
  return { whole, drawn: { ...drawn, columns: drawn.columns.map(missingWhereUnknown) }, ...unknown }
}

/** What stands for a number by another cell is missing where that is. */
function missingWhereUnknown(column: Column): Column {
  if (!isNumeric(column) || !column.values.some(Number.isNaN)) return column
  const missing = Uint8Array.from(column.values, (x, i) => Number(Number.isNaN(x) || column.missing?.[i] === 1))
  return { ...column, values: column.values.map((x) => (Number.isNaN(x) ? 0 : x)), missing }
}
