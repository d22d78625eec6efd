import { InputError } from '../num/errors.js'
import { type Column, emptyColumn, isCategorical, isEmpty, isNumeric, type Table } from '../table/table.js'

/** The tables that are compared, all with the same columns in the same order and no identifiers. */
export interface AlignedTables {
  readonly real: Table
  readonly synthetic: Table
  readonly train?: Table | undefined
}

/**
 * Brings the tables to the columns of `real`, in its order, without its identifiers.
 * Throws `InputError` where columns are missing, superfluous or of another kind, where none is left to compare, and
 * where a table has fewer than two rows.
 */
export function alignTables(tables: AlignedTables): AlignedTables {
  const kept = tables.real.columns.filter((column) => column.kind !== 'identifier')
  if (kept.length === 0) {
    throw new InputError({
      code: 'no-columns',
      got: 'a real table without any column to compare',
      expected: 'at least one column that is not an identifier',
      try: 'choosing other columns or setting their types'
    })
  }
  checkRows('real', tables.real)
  return {
    real: { columns: kept, rowCount: tables.real.rowCount },
    synthetic: alignTable('synthetic', tables.synthetic, tables.real),
    train: tables.train && alignTable('training', tables.train, tables.real)
  }
}

function alignTable(role: string, table: Table, real: Table): Table {
  checkRows(role, table)
  for (const column of table.columns) {
    if (!real.columns.some((other) => other.name === column.name))
      throw differing(`the column '${column.name}' in the ${role} table only`, 'the same columns in both tables')
  }
  const columns: Column[] = []
  for (const wanted of real.columns) {
    const named = table.columns.find((column) => column.name === wanted.name)
    // A column without a value in it is of whatever kind is wanted.
    const found = named && isEmpty(named) ? emptyColumn(named.name, wanted.kind, table.rowCount) : named
    if (!found) throw differing(`no column '${wanted.name}' in the ${role} table`, 'every column of the real table')
    if (wanted.kind === 'identifier') continue
    if (family(found) !== family(wanted))
      throw differing(`'${wanted.name}' as ${wanted.kind} in the real and ${found.kind} in the ${role} table`, 'one kind for both')
    columns.push(found)
  }
  return { columns, rowCount: table.rowCount }
}

function family(column: Column): string {
  return isNumeric(column) ? 'numeric' : isCategorical(column) ? 'categorical' : 'identifier'
}

function checkRows(role: string, table: Table): void {
  if (table.rowCount >= 2) return
  throw new InputError({
    code: 'too-few-rows',
    got: `a ${role} table of ${table.rowCount} ${table.rowCount === 1 ? 'row' : 'rows'}`,
    expected: 'two rows at least',
    try: 'comparing tables with more rows'
  })
}

function differing(got: string, expected: string): InputError {
  return new InputError({
    code: 'columns-differ',
    got,
    expected,
    try: 'comparing tables with the same columns, or setting their types and leaving columns out'
  })
}
