import { derivative, linearForm } from '../../table/derivative.js'
import { columnsOf, type Expression, evaluate, hasCalendar, namesIn } from '../../table/expression.js'
import type { Column, NumericColumn } from '../../table/table.js'
import { needs } from './choose.js'
import { unitOf } from './quantity.js'
import { columnIn, expressionAt, formatIn, partsOf, quantityIn, type WrittenTable } from './rows-of-rule.js'
import { inputsOf, type Rule } from './rule.js'

/** What a formula leaves of drawn parts, never negative in the data: parts that would take too much are drawn smaller. */
export interface Parts {
  readonly names: readonly string[]
  /** Whether the rest is exactly 0 in some rows of the data. */
  readonly zeros: boolean
  /** They are taken from what is computed itself, or from a product: they are made smaller once that is known. */
  readonly late?: true | undefined
}

/**
 * Rows whose parts take more than there is, with parts in the same proportions that leave a rest: as much as was lacking (a
 * wall reflects), or nothing where the data have such rows. Rounded down to the parts' decimals. `fixed`: columns that are
 * given, and stay. Cost O(cells of the parts).
 */
export function fitParts(
  expression: Expression,
  { names, zeros }: Parts,
  { drawn, fixed }: { readonly drawn: WrittenTable; readonly fixed: ReadonlySet<string> }
): WrittenTable {
  const rest = expressionAt(expression, drawn)
  const free = names.filter((name) => !fixed.has(name))
  const columns = new Map(
    free.map((name) => {
      const column = columnIn(drawn, name) as NumericColumn
      return [name, { ...column, values: column.values.slice() }] as const
    })
  )
  const units = free.map((name) => unitOf(columns.get(name)!.kind, formatIn(drawn, name)))
  for (let i = 0; i < drawn.table.rowCount; i++) {
    const lacks = -rest(i)
    if (!(lacks > 0)) continue
    const sum = free.reduce((all, name) => all + columns.get(name)!.values[i]!, 0)
    const left = sum - lacks
    if (!(left > 0)) continue
    const factor = (left - (zeros ? 0 : Math.min(lacks, 0.5 * left))) / sum
    free.forEach((name, k) => {
      const { values } = columns.get(name)!
      const scaled = values[i]! * factor
      values[i] = units[k] === 0 ? scaled : Number((Math.floor(scaled / units[k]! + 1e-9) * units[k]!).toPrecision(15))
    })
  }
  const all = drawn.table.columns.map((column): Column => columns.get(column.name) ?? column)
  return { ...drawn, table: { ...drawn.table, columns: all } }
}

/** Values kept of what parts miss a constant by: hundredths of its law. */
const MOST_ROUNDINGS = 100

/** What the rows of the data miss a constant by, where parts were rounded one by one; undefined where they do not. */
export function roundingIn({ column, expression }: Extract<Rule, { kind: 'formula' }>, data: WrittenTable): number[] | undefined {
  if (!partsOf(expression)) return undefined
  const { values, unit } = quantityIn(data, column)
  const at = expressionAt(expression, data)
  const rest = Float64Array.from(values, (x, i) => Number((x - at(i)).toPrecision(12)))
    .filter((x) => !Number.isNaN(x))
    .sort()
  const count = Math.min(MOST_ROUNDINGS, rest.length)
  const some = Array.from({ length: count }, (_, k) => rest[Math.floor(((k + 0.5) * rest.length) / count)]!)
  return some.some((x) => Math.abs(x) > 0.5 * unit) ? some : undefined
}

/**
 * Columns that a formula subtracts, where they are drawn and neither they nor what they leave are ever negative. What they are taken
 * from may be computed itself, as `cases * units`: then nothing else may be told by them before.
 */
export function partsIn(rule: Extract<Rule, { kind: 'formula' }>, rules: readonly Rule[], data: WrittenTable): Parts | undefined {
  const { column, expression } = rule
  const isDrawn = (name: string) => !rules.some((one) => one.column === name && one.kind !== 'gap')
  const inputs = columnsOf(expression)
  const names = hasCalendar(expression) ? [] : inputs.filter((name) => isTakenOff(expression, name))
  const isLate = !linearForm(expression) || !inputs.every(isDrawn)
  const isFree = (name: string) =>
    rules.every((one) => one === rule || !inputsOf(one).includes(name) || needs(inputsOf(one), rules).has(column))
  if (names.length === 0 || !names.every((name) => isDrawn(name) && (!isLate || isFree(name)))) return undefined
  const isNeverNegative = (name: string) => {
    const { values, isDate } = quantityIn(data, name)
    return !isDate && values.every((x) => !(x < 0))
  }
  if (![column, ...names].every(isNeverNegative)) return undefined
  return { names, zeros: quantityIn(data, column).values.includes(0), ...(isLate ? { late: true } : {}) }
}

/** Whether a column is taken from the others as it is. */
function isTakenOff(expression: Expression, name: string): boolean {
  const slope = derivative(expression, name)
  return namesIn(slope).length === 0 && evaluate(slope, () => 0) === -1
}
