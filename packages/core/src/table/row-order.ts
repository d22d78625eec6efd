import { isNumeric, type NumericColumn, type Table } from './table.js'

/** The dates along which the rows of a table stand. */
export interface RowOrder {
  readonly column: string
  /** Whether the newest stand first. */
  readonly descending?: boolean
}

/** Rows that stand in the order of a column by chance less often than once in a million: different values, one after the other. */
const LEAST_DIFFERENT = 10

/**
 * The column of dates along which all rows stand, if there is one: of several the one with most values. Rows of bank statements
 * and lists of orders come in the order in which they happened, and nobody believes them in another. `begins`: whether rows begin anew at a row. Cost O(cells).
 */
export function rowOrderOf({ columns }: Table, begins?: (row: number) => boolean): RowOrder | undefined {
  let most = LEAST_DIFFERENT - 1
  let found: RowOrder | undefined
  for (const column of columns) {
    if (!isNumeric(column) || column.kind !== 'datetime' || column.missing) continue
    const [rises, falls] = stepsIn(column, begins)
    if ((rises > 0 && falls > 0) || rises + falls <= most) continue
    most = rises + falls
    found = { column: column.name, ...(falls > 0 ? { descending: true } : {}) }
  }
  return found
}

/** How often a value is above the one before it, and below. */
function stepsIn({ values }: NumericColumn, begins?: (row: number) => boolean): [rises: number, falls: number] {
  let [rises, falls] = [0, 0]
  for (let i = 1; i < values.length; i++) {
    if (begins?.(i)) continue
    if (values[i]! > values[i - 1]!) rises++
    if (values[i]! < values[i - 1]!) falls++
  }
  return [rises, falls]
}

/**
 * The rows of a drawn table in that order, ties as they were drawn: in every part of so many rows by themselves, so that a row
 * depends on its part alone. Undefined where the column is no numbers. Cost O(n log n).
 */
export function rowsInOrder(table: Table, { column: name, descending = false }: RowOrder, part: number): Uint32Array | undefined {
  const column = table.columns.find((one) => one.name === name)
  if (!column || !isNumeric(column)) return undefined
  const rows = Uint32Array.from({ length: table.rowCount }, (_, i) => i)
  const { values } = column
  for (let first = 0; first < rows.length; first += part)
    rows.subarray(first, first + part).sort((a, b) => (descending ? values[b]! - values[a]! : values[a]! - values[b]!) || a - b)
  return rows
}
