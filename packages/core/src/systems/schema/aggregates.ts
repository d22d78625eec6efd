import { isBelievedAtLog, logFactorials } from '../../code/rules/chance.js'
import { derives, inputsOfKept, type KeptRules } from '../../code/rules/kept-rules.js'
import { DAY, type Quantity, quantityOf, tolerance } from '../../code/rules/quantity.js'
import { toDecimals } from '../../num/decimals.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { isNumeric, type NumericColumn } from '../../table/table.js'
import { countsOf } from './counts.js'
import { type ForeignKey, keyText } from './keys.js'
import type { Links } from './links.js'

const WAYS = ['count', 'sum', 'max', 'min', 'mean'] as const

/** A column of a table that its rows' own rows of another table say: their number, or the sum, the largest, the least or the mean of a column, or the sum of a product of two. Plain data. */
export interface Aggregate {
  readonly key: ForeignKey
  readonly column: string
  readonly way: (typeof WAYS)[number]
  /** Columns whose product is taken; none for a number of rows. */
  readonly of: readonly string[]
  /** What stands in rows that none refers to; null for an empty cell. */
  readonly none: number | null
  /** Whether some rows have no cell though others refer to them, as a course that goes on no final score; absent: none. */
  readonly gaps?: true
}

/** What is taken of the numbers of rows, the simplest first. */
const ROW_WAYS = WAYS.filter((way) => way !== 'count')

/** Rows that several refer to, at least, but for numbers of rows: of one row alone a sum is a copy. */
const LEAST_PARENTS = 30
/** Columns of which products of two are looked at, at most. */
const MOST_FACTORS = 12

type Rows = Pick<InferredTable, 'table' | 'formats'>

interface Related {
  readonly links: Links
  /** The table whose rows refer, and the one that they refer to. */
  readonly own: Rows
  readonly parent: Rows
  /** Rules of the latter: what they derive is theirs. */
  readonly rules: KeptRules | undefined
}

/**
 * The columns of a table that rows say which refer to it: in every row, to the digits in which the column is written, where its own
 * numbers in another order would hardly do so by chance. Cost O(rows · columns²).
 */
export function findAggregates({ links, own, parent, rules }: Related): Aggregate[] {
  const sizes = countsOf(links)
  const several = [...sizes.keys()].filter((p) => sizes[p]! > 1)
  const targets = quantitiesIn(parent).filter(({ name }) => !isDerived(rules, name))
  const factors = several.length < LEAST_PARENTS ? [] : factorsIn(own)
  const candidates = targets.length * (1 + ROW_WAYS.length * factors.length)
  const found = new Map<string, Aggregate>()
  const take = (way: Aggregate['way'], of: readonly Quantity[], values: Float64Array) => {
    // Rows with one row of their own say no sum, mean or end: it may be a copy.
    const telling = way === 'count' ? [...sizes.keys()] : several
    for (const target of targets) {
      if (found.has(target.name) || (way !== 'count' && of.some(({ isDate }) => isDate !== target.isDate))) continue
      if ((way === 'sum' || way === 'mean') && target.isDate) continue
      if (way !== 'count' && of.length === 1 && isCopied(target, of[0]!, links.parentOf)) continue
      const agreed = agreement(target, values, sizes)
      // An empty cell says nothing of what the others are.
      const told = telling.flatMap((p) => (Number.isNaN(target.values[p]!) ? [] : [target.values[p]!]))
      if (!agreed || !isBelievedAtLog(logChanceOfOrder(agreed.gaps ? told : telling.map((p) => target.values[p]!)), candidates)) continue
      if (agreed.gaps && told.length < LEAST_PARENTS) continue
      found.set(target.name, { key: links.key, column: target.name, way, of: of.map(({ name }) => name), ...agreed })
    }
  }
  take('count', [], sizes)
  for (const of of factors) {
    const values = productOf(of)
    for (const way of ROW_WAYS) if (of.length === 1 || way === 'sum') take(way, of, aggregated(way, values, links.parentOf, sizes))
  }
  return [...found.values()]
}

/** Whether rows say what the row says that they refer to: then that is no number of theirs. */
const isCopied = (target: Quantity, own: Quantity, parentOf: Int32Array): boolean =>
  parentOf.every((p, i) => p < 0 || own.values[i] === target.values[p])

/** Logarithm of how likely values put in another order at random all stand where they stood: the orders that do, of all. */
export function logChanceOfOrder(values: readonly (number | string)[]): number {
  const logs = logFactorials(values.length)
  const counts = new Map<number | string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum + logs[count]!, -logs[values.length]!)
}

const quantitiesIn = ({ table, formats }: Rows): Quantity[] =>
  table.columns.flatMap((column, c) => (isNumeric(column) ? [quantityOf(column, formats[c]!)] : []))

/** What is taken together: columns without gaps, and pairs of them. */
function factorsIn(own: Rows): Quantity[][] {
  const whole = quantitiesIn(own).filter(({ values }) => !values.some(Number.isNaN))
  const numbers = whole.filter(({ isDate }) => !isDate).slice(0, MOST_FACTORS)
  return [...whole.map((one) => [one]), ...numbers.flatMap((one, k) => numbers.slice(k + 1).map((other) => [one, other]))]
}

const productOf = ([first, second]: readonly Quantity[]): Float64Array =>
  second ? first!.values.map((x, i) => x * second.values[i]!) : first!.values

/** What the rows of each parent come to; NaN where there are none, but for sums [m]. */
function aggregated(way: Aggregate['way'], values: Float64Array, parentOf: Int32Array, sizes: Float64Array): Float64Array {
  if (way === 'count') return sizes
  const adds = way === 'sum' || way === 'mean'
  const out = new Float64Array(sizes.length).fill(adds ? 0 : way === 'max' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)
  for (const [i, parent] of parentOf.entries()) {
    if (parent < 0) continue
    const [before, value] = [out[parent]!, values[i]!]
    out[parent] = adds ? before + value : way === 'max' ? Math.max(before, value) : Math.min(before, value)
  }
  return way === 'sum' ? out : out.map((x, p) => (sizes[p] === 0 ? Number.NaN : way === 'mean' ? x / sizes[p]! : x))
}

/** What rows that none refers to have, where all others have what theirs come to, or no cell; undefined where not all do. */
function agreement({ values, unit }: Quantity, wanted: Float64Array, sizes: Float64Array): Pick<Aggregate, 'none' | 'gaps'> | undefined {
  let none: number | null = null
  let [isEmpty, gaps] = [false, false]
  for (const [p, value] of values.entries()) {
    const isOpen = Number.isNaN(value)
    if (sizes[p]! > 0) {
      if (!isOpen && !(Math.abs(value - wanted[p]!) <= tolerance(unit, value))) return undefined
      gaps ||= isOpen
    } else if (isOpen) isEmpty = true
    else if (none !== null && none !== value) return undefined
    else none = value
  }
  return { none, ...(gaps || (isEmpty && none !== null) ? { gaps: true } : {}) }
}

/** Whether rules of the table itself give a column; what is merely above others, or empty where another says so, may be said by rows. */
const isDerived = (rules: KeptRules | undefined, name: string): boolean =>
  rules?.rules.some((rule) => rule.column === name && derives(rule) && rule.kind !== 'order') ?? false

/** Rows of a table whose column is not what the rows say that refer to them. `without`: whether rows count that none refers to. */
export function brokenAggregate(
  { column: name, way, of, none, gaps }: Aggregate,
  { own, parent, links, without }: Pick<Related, 'own' | 'parent' | 'links'> & { readonly without: boolean }
): number {
  const sizes = countsOf(links)
  const { values, unit } = quantityNamed(parent, name)
  const factors = of.map((one) => quantityNamed(own, one))
  const wanted = aggregated(way, way === 'count' ? sizes : productOf(factors), links.parentOf, sizes)
  return values.reduce((broken, value, p) => {
    if (gaps && Number.isNaN(value)) return broken
    if (sizes[p]! > 0) return broken + Number(!(Math.abs(value - wanted[p]!) <= tolerance(unit, value)))
    return broken + Number(without && (Number.isNaN(value) ? null : value) !== none)
  }, 0)
}

/** A column as rows say it that refer to the table. */
export function aggregateColumn(
  { column: name, way, of, none, gaps }: Aggregate,
  { own, parent, parentOf }: { readonly own: Rows; readonly parent: Rows; readonly parentOf: Int32Array }
): NumericColumn {
  const { column, format } = numberNamed(parent, name)
  const sizes = countsOf({ parentOf, parents: parent.table.rowCount })
  const factors = of.map((one) => quantityNamed(own, one))
  const wanted = aggregated(way, way === 'count' ? sizes : productOf(factors), parentOf, sizes)
  // Quantities count dates in days, columns in milliseconds.
  const scale = column.kind === 'datetime' ? DAY : 1
  const digits = column.kind === 'number' ? format.number?.decimals : undefined
  const values = wanted.map((x, p) => {
    const value = (sizes[p]! > 0 ? x : (none ?? 0)) * scale
    return column.kind === 'datetime' ? Math.round(value) : digits === undefined ? value : toDecimals(value, digits)
  })
  const { missing, ...rest } = column
  const isOpen = (p: number) => gaps === true && missing?.[p] === 1
  const lacking = Uint8Array.from(sizes, (size, p) => Number(isOpen(p) || (size === 0 && none === null)))
  return { ...rest, values, ...(lacking.includes(1) ? { missing: lacking } : {}) }
}

function numberNamed({ table, formats }: Rows, name: string): { readonly column: NumericColumn; readonly format: ColumnFormat } {
  const at = table.columns.findIndex((one) => one.name === name)
  return { column: table.columns[at] as NumericColumn, format: formats[at]! }
}

function quantityNamed(rows: Rows, name: string): Quantity {
  const { column, format } = numberNamed(rows, name)
  return quantityOf(column, format)
}

/** Whether rules of a table compute others of its columns from this one. */
export const feeds = (rules: KeptRules, name: string): boolean => rules.rules.some((rule) => inputsOfKept(rule).includes(name))

/** An aggregate as people write it. */
export function aggregateText({ key, column, way, of }: Aggregate): string {
  const what = way === 'count' ? `count(${key.table})` : `${way}(${of.map((name) => `${key.table}.${name}`).join(' * ')})`
  return `${key.to.table}.${column} = ${what} by ${keyText(key)}`
}
