import { columnsOf } from '../../table/expression.js'
import { type Column, isNumeric } from '../../table/table.js'
import { clashOf, keepable } from './choose.js'
import { findFormulas } from './find-formulas.js'
import { findGaps } from './find-gaps.js'
import { findLookups } from './find-lookups.js'
import { findOrders, type OrderFound } from './find-orders.js'
import { findSteps } from './find-steps.js'
import { findConstantSums } from './find-sums.js'
import { type Quantity, quantityOf } from './quantity.js'
import { breachOf, type WrittenTable } from './rows-of-rule.js'
import { inputsOf, type Rule } from './rule.js'
import { column } from './shapes.js'

/** Fewer rows are no support for any rule. */
const LEAST_ROWS = 30

export interface Search {
  /** Rules that are kept whatever is found; they hold. */
  readonly stated?: readonly Rule[]
  /** Columns that stay as they are. */
  readonly except?: ReadonlySet<string>
}

/**
 * Rules that all rows of a table obey, beyond chance, and that can be kept together: those that are stated, formulas from the
 * simplest on, thresholds, lookups, gaps, orders; each column is derived once. Cost: as of `findFormulas`, `findLookups` and `findOrders`.
 */
export function findRules(data: WrittenTable, { stated = [], except = new Set() }: Search = {}): readonly Rule[] {
  const { table, formats } = data
  if (table.rowCount < LEAST_ROWS) return keepable(stated).kept
  const quantities = table.columns.flatMap((one, c) => (isNumeric(one) && varies(one) ? [quantityOf(one, formats[c]!)] : []))
  const kept = [...stated]
  const take = (rule: Rule): void => {
    if (!except.has(rule.column) && !clashOf(rule, kept)) kept.push(rule)
  }
  formulasIn(quantities, data).forEach(take)
  for (const { column: name, of, cuts } of findSteps(table.columns, quantities)) take({ kind: 'step', column: name, of, cuts })
  const computed = new Set(kept.filter(({ kind }) => kind === 'formula').map((rule) => rule.column))
  for (const { column: name, from } of findLookups(table.columns, table.rowCount))
    if (!from.some((one) => computed.has(one))) take({ kind: 'lookup', column: name, from })
  const derived = new Set(kept.filter(({ kind }) => kind !== 'order').map((rule) => rule.column))
  for (const gap of findGaps(table.columns, table.rowCount)) take({ kind: 'gap', ...gap })
  const free = quantities.filter(({ name }) => !derived.has(name))
  const orders = findOrders(free)
  for (const { low, high } of shortest(orders)) if (!isImplied(high, low, kept)) take({ kind: 'order', column: high, low: column(low) })
  return keepable(kept).kept
}

const varies = (one: Column): boolean => isNumeric(one) && one.values.some((x, i) => !one.missing?.[i] && x !== one.values[0])

/** Formulas, simplest first; a difference of dates that is never negative brings their order along. */
function formulasIn(quantities: readonly Quantity[], data: WrittenTable): Rule[] {
  const place = new Map(quantities.map(({ name }, k) => [name, k]))
  const { rowCount } = data.table
  const found = [...findFormulas(quantities, rowCount), ...findConstantSums(quantities, rowCount)].sort(
    (a, b) => a.rank - b.rank || a.inputs - b.inputs || place.get(b.column)! - place.get(a.column)!
  )
  return found.flatMap(({ column: name, expression }): Rule[] => {
    const rule: Rule = { kind: 'formula', column: name, expression }
    const dates = columnsOf(expression).filter((one) => quantities[place.get(one)!]!.isDate)
    return dates.length === 2 ? [rule, ...orderOf(dates, data)] : [rule]
  })
}

function orderOf([high, low]: readonly string[], data: WrittenTable): Rule[] {
  const rule: Rule = { kind: 'order', column: high!, low: column(low!) }
  return breachOf(rule, data) ? [] : [rule]
}

/** Orders without those that follow from two others. */
function shortest(orders: readonly OrderFound[]): OrderFound[] {
  const has = (low: string, high: string) => orders.some((one) => one.low === low && one.high === high)
  return orders.filter(({ low, high }) => !orders.some((one) => one.low === low && one.high !== high && has(one.high, high)))
}

/** Whether an order stands among the rules already. */
function isImplied(high: string, low: string, kept: readonly Rule[]): boolean {
  return kept.some((rule) => rule.kind === 'order' && rule.column === high && inputsOf(rule).includes(low))
}
