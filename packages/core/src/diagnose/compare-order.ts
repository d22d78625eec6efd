import { mean, sorted } from '../num/statistics.js'
import { rowOrderOf } from '../table/row-order.js'
import { numbersOf } from '../table/rows.js'
import { withSerial } from '../table/serial.js'
import { isNumeric, type NumericColumn, type Table } from '../table/table.js'
import { numberText } from '../tell/numbers.js'
import type { Grade } from '../tell/telling.js'
import type { AlignedTables } from './align.js'
import type { OrderKept, OrderOfColumn } from './evaluation.js'

/**
 * Whether columns that go with the row before, in a real table whose rows stand along a time, do so in a synthetic one. Both are
 * taken in the order of the time. Undefined where the real rows are no series. Cost O(n log n), and O(n) a column.
 */
export function compareOrder({ real, synthetic }: AlignedTables): OrderKept | undefined {
  const time = timeOf(real)
  if (!time) return undefined
  const serial = withSerial(real, { column: time }).serial?.filter((name) => name !== time) ?? []
  const [own, drawn] = [inOrderOf(real, time), inOrderOf(synthetic, time)]
  if (serial.length === 0 || drawn.rows.length < 2) return undefined
  // Fewer rows over the same time lie farther apart: they are held against real ones as far apart.
  const apart = Math.max(1, Math.min(own.rows.length >> 1, Math.round(drawn.step / own.step)))
  const columns = serial.map((name): OrderOfColumn => {
    const all = changesIn(numbersOf(real, name), own.rows, apart)
    const half = (odd: number) => meanSize(all.filter((_, i) => i % 2 === odd))
    return {
      name,
      real: meanSize(all) / spreadOf(numbersOf(real, name)),
      synthetic: meanSize(changesIn(numbersOf(synthetic, name), drawn.rows, 1)) / spreadOf(numbersOf(real, name)),
      floor: timesBetween(half(0), half(1))
    }
  })
  return { time, columns }
}

/** The dates along which rows stand, or else numbers that rise or fall from every row to the next, as years do. */
function timeOf(table: Table): string | undefined {
  const dates = rowOrderOf(table)
  if (dates) return dates.column
  const goesOn = ({ values, missing }: NumericColumn): boolean => {
    const way = Math.sign(values[1]! - values[0]!)
    return !missing && way !== 0 && values.every((value, i) => i === 0 || Math.sign(value - values[i - 1]!) === way)
  }
  return table.columns.find((column) => isNumeric(column) && goesOn(column))?.name
}

interface Ordered {
  readonly rows: Uint32Array
  /** From a row to the next, on average. */
  readonly step: number
}

function inOrderOf(table: Table, time: string): Ordered {
  const { values, missing } = numbersOf(table, time)
  const rows = Uint32Array.from(values.keys()).filter((i) => !missing?.[i])
  rows.sort((a, b) => values[a]! - values[b]! || a - b)
  return { rows, step: (values[rows.at(-1)!]! - values[rows[0]!]!) / (rows.length - 1) }
}

/** What a column changes by over so many rows, where both are there. */
function changesIn({ values, missing }: NumericColumn, rows: Uint32Array, apart: number): number[] {
  const changes: number[] = []
  for (let i = apart; i < rows.length; i++) {
    const [from, to] = [rows[i - apart]!, rows[i]!]
    if (!missing?.[from] && !missing?.[to]) changes.push(values[to]! - values[from]!)
  }
  return changes
}

const meanSize = (changes: readonly number[]): number => mean(changes.map(Math.abs))

/** How much any two rows differ on average (Gini's mean difference): what rows in any order change by. */
function spreadOf({ values, missing }: NumericColumn): number {
  const own = sorted(values.filter((_, i) => !missing?.[i]))
  const n = own.length
  return own.reduce((sum, value, i) => sum + (2 * i + 1 - n) * value, 0) / ((n * (n - 1)) / 2)
}

/** How many times as much one is as the other; infinite where one of them alone is none. */
const timesBetween = (a: number, b: number): number => (a === b ? 1 : Math.max(a, b) / Math.min(a, b))

/** Changes that are so many times as large look otherwise to who draws both lines. */
const OTHERWISE = 2
/** By so much more than chance the changes of a series that is drawn as one may still differ. */
const A_LITTLE = 1.25

/** How a column goes from row to row beside the real one. */
export function orderGrade({ real, synthetic, floor }: OrderOfColumn): Grade {
  const times = timesBetween(real, synthetic)
  if (times <= A_LITTLE * floor) return 'good'
  return times > OTHERWISE * floor ? 'poor' : 'fair'
}

/** The column whose changes are the most unlike the real ones beyond chance, and how many times as large they are. */
export function worstOrder({ columns }: OrderKept): OrderOfColumn & { readonly times: number; readonly most: number } {
  const excess = ({ real, synthetic, floor }: OrderOfColumn) => timesBetween(real, synthetic) / floor
  const worst = columns.reduce((most, one) => (excess(one) > excess(most) ? one : most))
  return { ...worst, times: timesBetween(worst.real, worst.synthetic), most: A_LITTLE * worst.floor }
}

/** The same in words without a full stop. */
export function orderWords(order: OrderKept): { readonly grade: Grade; readonly words: string } {
  const worst = worstOrder(order)
  const times = numberText(worst.synthetic / worst.real)
  const changes = times === '1' ? 'no column changes more or less than' : `${worst.name} changes ${times} times as much as`
  return { grade: orderGrade(worst), words: `from row to row by ${order.time}, ${changes} in the real table` }
}
