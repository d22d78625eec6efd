import { defined } from '../../num/defined.js'
import { variance } from '../../num/statistics.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { dateUnit } from '../../table/date-style.js'
import type { Expression } from '../../table/expression.js'
import { expressionText } from '../../table/expression-text.js'
import { unusedName } from '../../table/rows.js'
import { isNumeric, kindOf, type NumericColumn } from '../../table/table.js'
import { bends, type Exceptions, exceptionsOf } from './exceptions.js'
import { someValues } from './keep-gaps.js'
import { partsIn, roundingIn } from './keep-parts.js'
import type { KeptOrder, KeptRule, KeptRules } from './kept-rules.js'
import { listedValues } from './listed-values.js'
import { lookupTable } from './lookup-table.js'
import { DAY } from './quantity.js'
import { binAt, columnIn, formatIn, quantityIn, type WrittenTable } from './rows-of-rule.js'
import { inputsOf, type Rule } from './rule.js'
import { gapColumn } from './stacked.js'

/** Rules made ready to be kept, of a table that obeys them. Cost O(cells). */
export function keepRules(rules: readonly Rule[], data: WrittenTable): KeptRules {
  const columns = data.table.columns.map((column, c) => ({
    ...kindOf(column),
    format: data.formats[c]!,
    ...(isNumeric(column) ? { spread: spreadOf(column.name, data) } : {})
  }))
  return { rules: rules.flatMap((_, k) => keepRule(k, rules, data)), columns }
}

/** Orders of one column become one, at the place of the last. */
function keepRule(place: number, rules: readonly Rule[], data: WrittenTable): KeptRule[] {
  const rule = rules[place]!
  const { column } = rule
  if (rule.kind === 'formula') {
    const { kind, expression } = rule
    return [
      {
        kind,
        column,
        expression,
        ...defined({ parts: partsIn(rule, rules, data), rounding: roundingIn(rule, data), exceptions: exceptionsIn(rule, data) })
      }
    ]
  }
  if (rule.kind === 'step') return [{ ...rule, ...valuesOfBins(rule, data) }]
  if (rule.kind === 'gap') {
    const order = keepOrder(column, rules, data)
    return [
      {
        ...rule,
        marks: order?.gap ?? column,
        values: someValues(
          order ? gapColumn(order, columnIn(data, column) as NumericColumn, data)[0] : columnIn(data, column),
          data.table.rowCount
        )
      }
    ]
  }
  if (rule.kind === 'lookup') {
    const from = rule.from.map((name) => columnIn(data, name))
    const table = lookupTable(from, columnIn(data, column), data.table.rowCount)
    return [{ kind: rule.kind, column, from: rule.from, table, ...defined({ exceptions: exceptionsIn(rule, data) }) }]
  }
  if (rules.slice(place + 1).some((one) => one.kind === 'order' && one.column === column)) return []
  return [keepOrder(column, rules, data)!]
}

/** All orders of a column as one; undefined where it has none. */
function keepOrder(column: string, rules: readonly Rule[], data: WrittenTable): KeptOrder | undefined {
  const lows = rules.flatMap((one) => (one.kind === 'order' && one.column === column ? [one.low] : []))
  if (lows.length === 0) return undefined
  const own = rules.find((one) => one.kind === 'order' && one.column === column)!
  const exceptions = exceptionsIn(own, data)
  const { isDate, values, unit } = quantityIn(data, column)
  const listed = isDate
    ? undefined
    : listedValues(
        values.filter((x) => !Number.isNaN(x)),
        unit
      )
  return {
    kind: 'order',
    column,
    lows,
    gap: gapName(column, lows, data),
    unit: gapUnit(column, lows, data),
    ...defined({ listed, exceptions })
  }
}

const exceptionsIn = (rule: Rule, data: WrittenTable): Exceptions | undefined =>
  rule.exceptions && bends(rule) ? exceptionsOf(rule, data) : undefined

function valuesOfBins(rule: Extract<Rule, { kind: 'step' }>, data: WrittenTable): { values: CellValue[]; missing: CellValue } {
  const at = cellAt(columnIn(data, rule.column))
  const bin = binAt(rule, data)
  const bins = Array.from({ length: data.table.rowCount }, (_, i) => bin(i))
  const gap = bins.indexOf(undefined)
  return { values: Array.from({ length: rule.cuts.length + 1 }, (_, k) => at(bins.indexOf(k))), missing: gap < 0 ? null : at(gap) }
}

/** Standard deviation of a column of numbers; 0 where it has none. */
function spreadOf(name: string, data: WrittenTable): number {
  const values = quantityIn(data, name).values.filter((x) => !Number.isNaN(x))
  return values.length === 0 ? 0 : Math.sqrt(variance(values))
}

/** `end − start`; no other column is named so. */
function gapName(column: string, lows: readonly Expression[], { table }: WrittenTable): string {
  return unusedName(lows.map((low) => `${column} − ${expressionText(low)}`).join(', '), new Set(table.columns.map(({ name }) => name)))
}

/** Gaps of dates count the finest unit in which one of them is written; those of numbers are numbers. */
function gapUnit(column: string, lows: readonly Expression[], data: WrittenTable): number {
  const names = [column, ...lows.flatMap((low) => inputsOf({ kind: 'order', column, low }))]
  const formats = names.map((name) => formatIn(data, name))
  const dates = formats.filter(({ kind }) => kind === 'datetime').map(({ date }) => (date ? dateUnit(date) : 1))
  return dates.length === 0 ? 1 : Math.min(...dates) / DAY
}
