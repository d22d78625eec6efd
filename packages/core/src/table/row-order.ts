import { log } from '../num/elementary.js'
import { type Cells, codesOf } from './codes.js'
import { isCategorical, isNumeric, type NumericColumn, type Table } from './table.js'

/** The dates along which the rows of a table stand. */
export interface RowOrder {
  readonly column: string
  /** Whether the newest stand first. */
  readonly descending?: boolean
}

/** The same where rows of one date also stand in the order of a column of which those of each value are together, as the lines of an order are. */
export interface TogetherOrder extends RowOrder {
  readonly together?: RowOrder
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

/** Chance of rows that stand together, at most: once in a million. */
const MOST_CHANCE = log(1e-6)

/**
 * An order of rows with the column of more values than it has of which the rows of each stand together, if there is one: of several the finest. By
 * chance m rows of each of k values do so with the probability k! · ∏ m! / n!. Cost O(cells).
 */
export function withTogether({ columns, rowCount }: Table, order: RowOrder): TogetherOrder {
  const dates = columns.find(({ name }) => name === order.column)!
  let most = codesOf(dates as Cells).count
  let together: RowOrder | undefined
  for (const column of columns) {
    if ((!isCategorical(column) && column.kind !== 'integer') || column === dates) continue
    const { codes, count } = codesOf(column)
    if (count <= most || count === rowCount || !standTogether(codes, count)) continue
    most = count
    const way = isNumeric(column) ? stepsIn(column) : [1, 0]
    together = { column: column.name, ...(way[1]! > way[0]! ? { descending: true } : {}) }
  }
  return together ? { ...order, together } : order
}

function standTogether(codes: Int32Array, count: number): boolean {
  const sizes = new Int32Array(count)
  let runs = 0
  for (let i = 0; i < codes.length; i++) {
    sizes[codes[i]!]!++
    if (i === 0 || codes[i] !== codes[i - 1]) runs++
  }
  if (runs !== count) return false
  const factorials = new Float64Array(codes.length + 1)
  for (let k = 2; k < factorials.length; k++) factorials[k] = factorials[k - 1]! + log(k)
  return sizes.reduce((sum, size) => sum + factorials[size]!, factorials[count]!) - factorials[codes.length]! < MOST_CHANCE
}

/**
 * The rows of a drawn table in that order, ties as they were drawn: in every part of so many rows by themselves, so that a row
 * depends on its part alone. Undefined where the column is no numbers. Cost O(n log n).
 */
export function rowsInOrder(table: Table, { column: name, descending, together }: TogetherOrder, part: number): Uint32Array | undefined {
  const columnNamed = (own: string) => table.columns.find((one) => one.name === own)
  const column = columnNamed(name)
  if (!column || !isNumeric(column)) return undefined
  const rows = Uint32Array.from({ length: table.rowCount }, (_, i) => i)
  const along = { values: column.values, way: descending ? -1 : 1 }
  const other = together && columnNamed(together.column)
  const beside =
    other && (isCategorical(other) || isNumeric(other))
      ? { values: isNumeric(other) ? other.values : other.codes, way: together!.descending ? -1 : 1 }
      : along
  const by = ({ values, way }: { readonly values: Float64Array | Int32Array; readonly way: number }, a: number, b: number) =>
    way * (values[a]! - values[b]!)
  for (let first = 0; first < rows.length; first += part)
    rows.subarray(first, first + part).sort((a, b) => by(along, a, b) || by(beside, a, b) || a - b)
  return rows
}
