import { isBeyondChance, rateByChance } from '../../code/rules/chance.js'
import { type Quantity, quantityOf, tolerance } from '../../code/rules/quantity.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { columnWord } from '../../table/expression-text.js'
import type { ColumnFormat } from '../../table/infer.js'
import { roundToFormat } from '../../table/present.js'
import { numbersOf } from '../../table/rows.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { laterRows } from './spans.js'

/**
 * A column that is, in every row of a group but the first, that of the row before and some others: balance = balance before +
 * amount. Nothing is added where one of these is missing, as a debit beside a credit. Taken out, what is left of it is one number a group, where it began. Plain data.
 */
export interface RunningSum {
  readonly column: string
  readonly terms: readonly { readonly column: string; readonly sign: 1 | -1 }[]
  /** Whether the terms are those of the row before: a balance before what happens. */
  readonly lagged: boolean
  /** What every row adds besides: the lines of an order are counted by 1. */
  readonly step?: number | undefined
}

interface Candidate extends RunningSum {
  readonly rise: Float64Array
  readonly unit: number
}

/** Rows behind others in their groups: fewer are no support. */
const LEAST_ROWS = 30
/** Fewer different steps may be those of flags. */
const LEAST_STEPS = 3

/**
 * Running sums of one or two columns that all groups keep, beyond chance, shortest first, and columns that every row of a group has as much more of;
 * where rows have no times, these alone. Cost O(p³) on a few rows, O(rows) for each that passes.
 */
export function findRunningSums({ table, formats }: WrittenTable, first: Uint32Array, isTimed = true): readonly RunningSum[] {
  const rows = laterRows(first)
  if (rows.length < LEAST_ROWS) return []
  const quantities = table.columns.flatMap((column, c) =>
    isNumeric(column) && column.kind !== 'datetime' ? [{ ...quantityOf(column, formats[c]!), values: amountsIn(column) }] : []
  )
  const whole = new Set(table.columns.flatMap((column) => (isNumeric(column) && !column.missing ? [column.name] : [])))
  const kept: RunningSum[] = []
  const candidates = quantities.length * countOf(quantities.length)
  for (const sum of quantities.filter(({ name }) => whole.has(name))) {
    const rise = Float64Array.from(rows, (i) => sum.values[i]! - sum.values[i - 1]!)
    // By chance each of so many rows would be as much above the one before it as the first with a probability of a half at most.
    if (rise[0] !== 0 && rise.every((one) => one === rise[0])) kept.push({ column: sum.name, terms: [], lagged: false, step: rise[0]! })
    if (!isTimed || new Set(rise).size < LEAST_STEPS) continue
    const found = readings(sum.name, quantities).find(
      (one) => goesWith(one, kept) && holds({ ...one, rise, unit: sum.unit }, { quantities, rows, candidates })
    )
    if (found) kept.push(found)
  }
  return kept
}

/** What a column adds: nothing where it is missing. */
const amountsIn = ({ values, missing }: NumericColumn): Float64Array => (missing ? values.map((x, i) => (missing[i] ? 0 : x)) : values)

/** What is added, and what is taken away. */
const SIGNS = [1, -1] as const
const countOf = (p: number): number => 2 * (2 * p + 3 * p * p)

/** One column with a sign, then two of which one is added at least. */
function readings(column: string, quantities: readonly Quantity[]): RunningSum[] {
  const names = quantities.map(({ name }) => name).filter((name) => name !== column)
  const single = names.flatMap((a) => SIGNS.map((sign) => [{ column: a, sign }]))
  const pairs = names.flatMap((a, k) =>
    names.flatMap((b, j) =>
      (j === k ? [] : SIGNS.filter((sign) => sign < 0 || j > k)).map((sign) => [
        { column: a, sign: 1 as const },
        { column: b, sign }
      ])
    )
  )
  return [...single, ...pairs].flatMap((terms) => [false, true].map((lagged) => ({ column, terms, lagged })))
}

/** A sum is no term of another: each is put back from columns that are drawn. */
function goesWith({ column, terms }: RunningSum, kept: readonly RunningSum[]): boolean {
  return !kept.some((one) => one.terms.some((term) => term.column === column) || terms.some((term) => term.column === one.column))
}

interface Support {
  readonly quantities: readonly Quantity[]
  readonly rows: readonly number[]
  readonly candidates: number
}

function holds({ terms, lagged, rise, unit }: Candidate, { quantities, rows, candidates }: Support): boolean {
  const own = terms.map(({ column, sign }) => ({ sign, ...quantities.find(({ name }) => name === column)! }))
  const added = (k: number) => own.reduce((sum, { values, sign }) => sum + sign * values[rows[k]! - (lagged ? 1 : 0)]!, 0)
  // A difference of two rounded numbers, beside numbers that are rounded themselves.
  const near = (k: number, j: number) => Math.abs(rise[j]! - added(k)) <= tolerance(unit, rise[j]!)
  for (let k = 0; k < rows.length; k++) if (!near(k, k)) return false
  return isBeyondChance({ rate: rateByChance(rows.length, near), times: rows.length - terms.length, candidates })
}

/** The table with each running sum as what it was before the first row of its group. Cost O(rows). */
export function takeRunningOut<T extends WrittenTable>(sums: readonly RunningSum[], data: T, first: Uint32Array): T {
  return sums.reduce(
    (at, sum) =>
      through(sum, at, first, (own, rise, format) => {
        const start = roundToFormat(own - rise, format)
        return () => start
      }),
    data
  )
}

/** And back: from where each group begins, row by row. Cost O(rows). */
export function putRunningBack<T extends WrittenTable>(sums: readonly RunningSum[], data: T, first: Uint32Array): T {
  return sums.reduce(
    (at, sum) =>
      through(sum, at, first, (start, _, format) => {
        let so = start
        return (rise) => {
          so = roundToFormat(so + rise, format)
          return so
        }
      }),
    data
  )
}

/** What becomes of a group's column, told its first value and what is added in its first row: the value of each row, of what is added there. */
type Through = (own: number, rise: number, format: ColumnFormat) => (rise: number) => number

function through<T extends WrittenTable>({ column, terms, lagged, step = 0 }: RunningSum, data: T, first: Uint32Array, way: Through): T {
  const { columns, rowCount } = data.table
  const c = columns.findIndex((one) => one.name === column)
  const own = numbersOf(data.table, column)
  const added = terms.map(({ column: name, sign }) => ({ sign, values: amountsIn(numbersOf(data.table, name)) }))
  const riseAt = (i: number, start: number) =>
    lagged && i === start ? 0 : added.reduce((sum, { values, sign }) => sum + sign * values[lagged ? i - 1 : i]!, step)
  const values = new Float64Array(rowCount)
  for (let g = 0; g + 1 < first.length; g++) {
    const start = first[g]!
    const next = way(own.values[start]!, riseAt(start, start), data.formats[c]!)
    for (let i = start; i < first[g + 1]!; i++) values[i] = next(riseAt(i, start))
  }
  const table = { columns: columns.map((one, k) => (k === c ? { ...own, values } : one)), rowCount }
  return { ...data, table }
}

/** What every row adds to a sum, also to one that shows it only in the row after [n]. */
export function rises({ terms, step = 0 }: RunningSum, table: Table): Float64Array {
  const added = terms.map(({ column, sign }) => ({ sign, values: amountsIn(numbersOf(table, column)) }))
  return Float64Array.from({ length: table.rowCount }, (_, i) => added.reduce((sum, { sign, values }) => sum + sign * values[i]!, step))
}

/** What each sum is before every row of its group [n, R]: of the table without them, whose columns have what they begin with. Cost O(n·R). */
export function sumsBefore(sums: readonly RunningSum[], { table }: WrittenTable, first: Uint32Array): Matrix {
  const out = matrix(table.rowCount, sums.length)
  for (const [r, sum] of sums.entries()) {
    const added = rises(sum, table)
    const { values } = numbersOf(table, sum.column)
    for (let g = 0; g + 1 < first.length; g++) {
      let so = values[first[g]!]!
      for (let i = first[g]!; i < first[g + 1]!; i++) {
        out.data[i * out.cols + r] = so
        so += added[i]!
      }
    }
  }
  return out
}

/** `balance = balance before + amount`. */
export function runningText({ column, terms, lagged, step }: RunningSum): string {
  if (step !== undefined) return `${columnWord(column)} = ${columnWord(column)} before ${step > 0 ? '+' : '-'} ${Math.abs(step)}`
  const sum = terms.map(({ column: name, sign }) => `${sign > 0 ? '+' : '-'} ${columnWord(name)}${lagged ? ' before' : ''}`)
  return `${columnWord(column)} = ${columnWord(column)} before ${sum.join(' ')}`
}
