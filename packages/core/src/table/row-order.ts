import { log } from '../num/elementary.js'
import { type Cells, codesOf } from './codes.js'
import { isCategorical, isNumeric, type Table } from './table.js'

/** The dates along which the rows of a table stand. */
export interface RowOrder {
  readonly column: string
  /** Whether the newest stand first. */
  readonly descending?: boolean
}

/** The same with an order of rows that have one value there: lines of one day by orders, readings of one meter by days. */
export interface TiedOrder extends RowOrder {
  readonly ties?: RowOrder
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

/**
 * The column of names or whole numbers of which the rows of each stand together, as the marks of a pupil do, if there is one, and the dates along which
 * these stand: of several the finest. Of few values they are classes, which nobody reads one after the other. Cost O(cells).
 */
export function keyOrderOf(table: Table): TiedOrder | undefined {
  const found = finest(table, LEAST_DIFFERENT - 1)
  if (!found) return undefined
  const { codes } = codesOf(found.column)
  const ties = rowOrderOf(table, (row) => codes[row] !== codes[row - 1])
  return { ...found.order, ...(ties ? { ties } : {}) }
}

/** The finest column of which the rows of each value stand together, and of more values than classes have. Cost O(cells). */
export const keyTogether = (table: Table): string | undefined => finest(table, LEAST_DIFFERENT - 1)?.order.column

/** How often a value is above the one before it, and below. */
function stepsIn(
  { values }: { readonly values: Float64Array | Int32Array },
  begins?: (row: number) => boolean
): [rises: number, falls: number] {
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

/** An order of rows with the column of more values than it has of which the rows of each stand together, if there is one. Cost O(cells). */
export function withTogether(table: Table, order: RowOrder): TiedOrder {
  const dates = table.columns.find(({ name }) => name === order.column)!
  const ties = finest(table, codesOf(dates as Cells).count)?.order
  return ties ? { ...order, ties } : order
}

/** Of the columns of more than so many values of which the rows of each stand together the one with most. */
function finest({ columns, rowCount }: Table, more: number): { readonly column: Cells; readonly order: RowOrder } | undefined {
  let most = more
  let found: { readonly column: Cells; readonly order: RowOrder } | undefined
  for (const column of columns) {
    if (!isCategorical(column) && column.kind !== 'integer') continue
    if (isCategorical(column) ? column.codes.includes(-1) : column.missing) continue
    const { codes, count } = codesOf(column)
    if (count <= most || count === rowCount || !standTogether(codes, count)) continue
    most = count
    const [rises, falls] = stepsIn(placesOf(column))
    found = { column, order: { column: column.name, ...(falls > rises ? { descending: true } : {}) } }
  }
  return found
}

/** Whether the rows of each value do, beyond chance: m rows of each of k values with the probability k! · ∏ m! / n!. */
export function standTogether(codes: Int32Array, count: number): boolean {
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

/** Numbers, or levels as they are sorted. */
const placesOf = (column: Cells): { readonly values: Float64Array | Int32Array } =>
  isCategorical(column) ? { values: column.codes } : { values: column.values }

/**
 * The rows of a drawn table in that order, ties as they were drawn: in every part of so many rows by themselves, so that a row
 * depends on its part alone. Undefined where the column is an identifier. Cost O(n log n).
 */
export function rowsInOrder(table: Table, order: TiedOrder, part: number): Uint32Array | undefined {
  const by = [order, ...(order.ties ? [order.ties] : [])].flatMap(({ column: name, descending }) => {
    const column = table.columns.find((one) => one.name === name)
    return column && column.kind !== 'identifier' ? [{ ...placesOf(column), way: descending ? -1 : 1 }] : []
  })
  if (by.length === 0) return undefined
  const rows = Uint32Array.from({ length: table.rowCount }, (_, i) => i)
  const compared = (a: number, b: number) => by.reduce((found, { values, way }) => found || way * (values[a]! - values[b]!), 0)
  for (let first = 0; first < rows.length; first += part) rows.subarray(first, first + part).sort((a, b) => compared(a, b) || a - b)
  return rows
}
