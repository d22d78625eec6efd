import { equalRows } from '../num/equal-rows.js'
import { valueIn } from '../table/codes.js'
import { stackTables } from '../table/rows.js'
import { isCategorical, isNumeric, type NumericColumn, type Table } from '../table/table.js'
import { asWritten } from './as-written.js'

/** Which rows are equal, those of further tables counted behind those of the first: all as they are written with its decimals. Cost O(cells). */
export function groupsOfRows(first: Table, ...others: readonly Table[]): ReturnType<typeof equalRows> {
  const all = stackTables([first, ...others])
  const cells = all.columns.flatMap((column, c) => {
    if (isNumeric(column)) return [valueIn(asWritten(column, first.columns[c] as NumericColumn))]
    return isCategorical(column) ? [valueIn(column)] : []
  })
  return equalRows(all.rowCount, cells)
}
