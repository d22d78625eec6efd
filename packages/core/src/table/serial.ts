import type { TiedOrder } from './row-order.js'
import { isNumeric, type NumericColumn, type Table } from './table.js'

/** The order of rows, with what goes from each to the next. */
export interface SerialOrder extends TiedOrder {
  /** Columns that go with the row before, as prices from day to day do: more than half of what varies within a few rows. */
  readonly serial?: readonly string[]
  /** Where rows only nearly stand in it: quantiles of how far behind their place they do, as shares of all rows. */
  readonly displaced?: readonly number[]
}

/** Rows on either side that say what is a trend: with the row itself three weeks of days. */
const WINDOW = 10
/** Correlation of what is left of neighbouring rows: where it is less, most of a row is new. */
const SERIAL = 0.5
/** Rows from which a correlation of half is beyond chance, at one in a million. */
const LEAST_ROWS = 100

/** The columns of numbers that go with the row before, where rows stand in an order. Cost O(cells). */
export function withSerial({ columns }: Table, order: TiedOrder): SerialOrder {
  const serial = columns.filter((column) => isNumeric(column) && isSerial(column)).map(({ name }) => name)
  return serial.length === 0 ? order : { ...order, serial }
}

/** Whether what a smooth trend leaves of a column goes with that of the row before, where both are there. */
function isSerial({ values, missing, kind }: NumericColumn): boolean {
  const n = values.length
  if (kind === 'datetime') return false
  const isThere = (i: number): boolean => !missing?.[i]
  const [sums, counts] = [new Float64Array(n + 1), new Uint32Array(n + 1)]
  for (let i = 0; i < n; i++) {
    sums[i + 1] = sums[i]! + (isThere(i) ? values[i]! : 0)
    counts[i + 1] = counts[i]! + Number(isThere(i))
  }
  if (counts[n]! < LEAST_ROWS) return false
  const left = values.map((x, i) => {
    const [from, to] = [Math.max(0, i - WINDOW), Math.min(n, i + WINDOW + 1)]
    return isThere(i) ? x - (sums[to]! - sums[from]!) / (counts[to]! - counts[from]!) : Number.NaN
  })
  let [own, next] = [0, 0]
  for (let i = 0; i < n; i++) {
    if (!isThere(i)) continue
    own += left[i]! ** 2
    if (i > 0 && isThere(i - 1)) next += left[i]! * left[i - 1]!
  }
  return next > SERIAL * own
}
