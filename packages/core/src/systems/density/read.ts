import type { NamedWarning } from '../../know/support.js'
import type { DensityRows } from '../../law/step-mixture.js'
import { InputError } from '../../num/errors.js'
import { rowOf } from '../../num/matrix.js'
import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import { type CodedRows, codeRows } from '../imputation/coding.js'
import { readRows } from '../imputation/read-rows.js'
import type { DensityModel } from './model.js'
import { levelsOf, seenLevels } from './rows.js'
import { numberColumns } from './units.js'

/** Rows read, as the density looks at them. */
export interface ReadScored {
  readonly table: Table
  readonly coded: CodedRows
  /** [n, F] */
  readonly levels: Int32Array
  /** Place among the rows of the density [n]; −1 of others. */
  readonly own: Int32Array
}

/** Rows of any table as a density reads them. */
export function readScored(
  model: DensityModel,
  rows: DensityRows,
  raw: RawTable
): { readonly read: ReadScored; readonly warnings: readonly NamedWarning[] } {
  const { table, warnings } = readRows(model, raw, {
    absent: 'the density is that of the other columns, without',
    level: 'the density is that of the other cells'
  })
  if (table.columns.length === 0)
    throw new InputError({
      code: 'columns-none',
      got: `rows with ${raw.columns.map(({ name }) => name).join(', ') || 'no columns'}`,
      expected: `at least one of ${model.coding.columns.flatMap(({ name, carries }) => (carries === 'nothing' ? [] : [name])).join(', ')}`,
      try: 'rows with the columns of the table'
    })
  const coded = codeRows(model.coding, table)
  const levels = levelsOf(model.coding, table, seenLevels(rows))
  return { read: { table, coded, levels, own: ownPlaces(model, coded) }, warnings }
}

/** Which rows are rows of the density: all that is known is the same, a number among it. Equal levels alone are no sign. */
function ownPlaces({ coding, learned }: DensityModel, coded: CodedRows): Int32Array {
  const numbers = numberColumns({ coding }).map(({ at }) => at)
  const name = ({ data, known }: CodedRows, i: number): string =>
    Array.from(rowOf(data, i), (x, c) => (known[i * data.cols + c] ? x : '')).join(',')
  const placeOf = new Map<string, number>()
  const own: CodedRows = { data: learned.completed, known: learned.known }
  for (let j = own.data.rows - 1; j >= 0; j--) placeOf.set(name(own, j), j)
  return Int32Array.from({ length: coded.data.rows }, (_, i) =>
    numbers.some((c) => coded.known[i * coded.data.cols + c]) ? (placeOf.get(name(coded, i)) ?? -1) : -1
  )
}
