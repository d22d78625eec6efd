import type { TiedOrder } from './row-order.js'
import { isCategorical, isNumeric, type NumericColumn, type Table } from './table.js'

/** The order of rows, with what goes from each to the next. */
export interface SerialOrder extends TiedOrder {
  /** Columns that go with the row before, as prices from day to day do: more than half of what varies within a few rows. */
  readonly serial?: readonly string[]
  /** The category of whose levels each is a series, as sensors of one log are, and how many it has, and the columns that go with the row before of the same level alone. */
  readonly apart?: { readonly by: string; readonly count: number; readonly serial: readonly string[] }
  /** Where rows only nearly stand in it: quantiles of how far behind their place they do, as shares of all rows. */
  readonly displaced?: readonly number[]
}

/** Rows on either side that say what is a trend: with the row itself three weeks of days. */
const WINDOW = 10
/** Correlation of what is left of neighbouring rows: where it is less, most of a row is new. */
const SERIAL = 0.5
/** Rows from which a correlation of half is beyond chance, at one in a million. */
const LEAST_ROWS = 100

/** Levels of which each is a series, at most. */
const MOST_SERIES = 100

/** The columns of numbers that go with the row before, where rows stand in an order. Cost O(cells). */
export function withSerial({ columns }: Table, order: TiedOrder): SerialOrder {
  const serial = numbersIn(columns)
    .filter((column) => isSerial(column, [column.values.keys()]))
    .map(({ name }) => name)
  return serial.length === 0 ? order : { ...order, serial }
}

/** The same, and the category within whose levels other columns do, that of the most of them. Cost O(cells) for each category. */
export function withSeries(table: Table, order: TiedOrder): SerialOrder {
  const whole = withSerial(table, order)
  const others = numbersIn(table.columns).filter(({ name }) => !whole.serial?.includes(name))
  const categories = table.columns.filter(isCategorical).filter(({ codes, levels }) => !codes.includes(-1) && levels.length <= MOST_SERIES)
  const found = categories.map(({ name, codes, levels }) => {
    const series = levels.map((_, level) => Array.from(codes.keys()).filter((i) => codes[i] === level))
    return { by: name, count: levels.length, serial: others.filter((column) => isSerial(column, series)).map((column) => column.name) }
  })
  const apart = found.reduce((most, one) => (one.serial.length > most.serial.length ? one : most), {
    by: '',
    count: 0,
    serial: [] as string[]
  })
  return apart.serial.length === 0 ? whole : { ...whole, apart }
}

const numbersIn = (columns: Table['columns']): NumericColumn[] => columns.filter(isNumeric).filter(({ kind }) => kind !== 'datetime')

/** Whether what a smooth trend leaves of a column goes with that of the row before of the same series, where both are there. */
function isSerial({ values, missing }: NumericColumn, series: Iterable<Iterable<number>>): boolean {
  let [own, next, count] = [0, 0, 0]
  for (const rows of series) {
    const left = withoutTrend(Array.from(rows, (i) => (missing?.[i] ? Number.NaN : values[i]!)))
    left.forEach((x, k) => {
      if (Number.isNaN(x)) return
      count++
      own += x ** 2
      if (k > 0 && !Number.isNaN(left[k - 1]!)) next += x * left[k - 1]!
    })
  }
  return count >= LEAST_ROWS && next > SERIAL * own
}

/** Numbers less the mean of those around them; NaN where they are missing. */
function withoutTrend(values: readonly number[]): number[] {
  const n = values.length
  const [sums, counts] = [new Float64Array(n + 1), new Uint32Array(n + 1)]
  for (const [i, x] of values.entries()) {
    const isThere = !Number.isNaN(x)
    sums[i + 1] = sums[i]! + (isThere ? x : 0)
    counts[i + 1] = counts[i]! + Number(isThere)
  }
  return values.map((x, i) => {
    const [from, to] = [Math.max(0, i - WINDOW), Math.min(n, i + WINDOW + 1)]
    return x - (sums[to]! - sums[from]!) / (counts[to]! - counts[from]!)
  })
}
