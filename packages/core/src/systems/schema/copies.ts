import { isBelievedAtLog } from '../../code/rules/chance.js'
import { LEAST_ROWS, spanText } from '../../code/rules/exclusive.js'
import { DAY } from '../../code/rules/quantity.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'
import { logChanceOfOrder } from './aggregates.js'
import { type ForeignKey, keyText } from './keys.js'

/** A column of rows that is, in each of them, what a column of the row says that they refer to: the country of an order is its customer's. Plain data. */
export interface Copy {
  readonly column: string
  readonly from: string
  /** Of a number, where it is not that of the other: 49 of a plan is 49.00 of an invoice. */
  readonly kind?: 'number' | 'integer' | undefined
  /** Of a date, the day of the other one alone. */
  readonly day?: true | undefined
  /** Of a date, how many milliseconds it always is after the other one, or after its day. */
  readonly plus?: number | undefined
}

interface Referring {
  /** The rows that refer, and the table that they refer to. */
  readonly own: Table
  readonly parent: Table
  /** Row of the other table that each refers to; −1 for none [n]. */
  readonly parentOf: Int32Array
}

/**
 * Columns of rows that copy one of the row that they refer to, where other orders of those rows would hardly have it so. Rows that refer to none have no
 * cell there. Cost O(columns² · rows) at most: most pairs are out at the first rows.
 */
export function findCopies({ own, parent, parentOf }: Referring): Copy[] {
  const rows = [...parentOf.keys()].filter((i) => parentOf[i]! >= 0)
  const referred = [...new Set(rows.map((i) => parentOf[i]!))]
  const candidates = own.columns.length * parent.columns.length
  if (rows.length < LEAST_ROWS) return []
  const without = [...parentOf.keys()].filter((i) => parentOf[i]! < 0)
  return own.columns.flatMap((column) => {
    const mine = cellsOf(column)
    if (column.kind === 'identifier' || without.some((i) => mine(i) !== undefined)) return []
    const isBelieved = (other: Column, copy: Copy) => {
      const cell = cellsOf(copiedFrom(other, copy))
      return isBelievedAtLog(logChanceOfOrder(referred.map((p) => cell(p) ?? '')), candidates)
    }
    const found = parent.columns.flatMap((other) => {
      const copy = copyIn(column, other, { rows, parentOf })
      return copy && isBelieved(other, copy) ? [copy] : []
    })
    // The same date goes before one that is always as long before.
    const best = found.find(({ plus }) => plus === undefined) ?? found[0]
    return best ? [best] : []
  })
}

/** How a column copies another one; undefined where it does not. */
function copyIn(
  column: Column,
  other: Column,
  { rows, parentOf }: { readonly rows: readonly number[]; readonly parentOf: Int32Array }
): Copy | undefined {
  const names = { column: column.name, from: other.name }
  if (areAlike(column, other, rows, (i) => parentOf[i]!)) return { ...names, ...kindBeside(column, other) }
  if (column.kind !== 'datetime' || other.kind !== 'datetime') return undefined
  const [mine, said] = [cellsOf(column), cellsOf(other)]
  const there = rows.find((i) => mine(i) !== undefined && said(parentOf[i]!) !== undefined)
  if (there === undefined) return undefined
  const isDay = rows.every((i) => mine(i) === undefined || (mine(i) as number) % DAY === 0)
  for (const day of isDay ? [undefined, true as const] : [undefined]) {
    const plus = (mine(there) as number) - dayOr(day, said(parentOf[there]!) as number)
    const copy: Copy = { ...names, ...(day ? { day } : {}), ...(plus === 0 ? {} : { plus }) }
    if (areAlike(column, copiedFrom(other, copy), rows, (i) => parentOf[i]!)) return copy
  }
  return undefined
}

const dayOr = (day: true | undefined, time: number): number => (day ? DAY * Math.floor(time / DAY) : time)

/** The cells that are copied. */
export function copiedFrom(other: Column, { day, plus = 0 }: Pick<Copy, 'day' | 'plus'>): Column {
  return isNumeric(other) && (day || plus !== 0) ? { ...other, values: other.values.map((time) => dayOr(day, time) + plus) } : other
}

const isPlainNumber = ({ kind }: Column): boolean => kind === 'number' || kind === 'integer'

const areOfOneKind = (a: Column, b: Column): boolean => a.kind === b.kind || (isPlainNumber(a) && isPlainNumber(b))

/** The kind of a copy, where it has its own. */
export const kindBeside = (column: Column, from: Column): Pick<Copy, 'kind'> =>
  column.kind !== from.kind && (column.kind === 'number' || column.kind === 'integer') ? { kind: column.kind } : {}

/** Whether two columns have the same cells in some rows of the one and those that these are said by of the other. Ends at the first row that has others. */
export function areAlike(column: Column, other: Column, rows: readonly number[], rowOf: (row: number) => number): boolean {
  if (!areOfOneKind(column, other)) return false
  const [own, said] = [cellsOf(column), cellsOf(other)]
  return rows.every((i) => own(i) === said(rowOf(i)))
}

/** Rows whose column is not what the other one says of the row that they refer to; of columns of two kinds all. */
export function brokenCopies(
  { column, from, copy = {} }: { readonly column: Column; readonly from: Column; readonly copy?: Pick<Copy, 'day' | 'plus'> },
  parentOf: Int32Array
): number {
  if (!areOfOneKind(column, from)) return parentOf.length
  const [own, other] = [cellsOf(column), cellsOf(copiedFrom(from, copy))]
  return parentOf.reduce((broken, p, i) => broken + Number(own(i) !== (p < 0 ? undefined : other(p))), 0)
}

/** The cells of a column as what can be compared between columns. */
function cellsOf(column: Column): (row: number) => number | string | undefined {
  if (isNumeric(column)) return (i) => (column.missing?.[i] ? undefined : column.values[i])
  return isCategorical(column) ? (i) => column.levels[column.codes[i]!] : () => undefined
}

/** A copy as people write it. */
export function copyText(key: ForeignKey, { column, from, day, plus = 0 }: Copy): string {
  const said = `${key.to.table}.${from}`
  return `${key.table}.${column} = ${day ? `day(${said})` : said}${spanText(plus)} by ${keyText(key)}`
}
