import { type Expression, evaluate } from '../../table/expression.js'
import type { ColumnFormat } from '../../table/infer.js'
import { spelled } from '../../table/present.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'
import { codesOf, jointCodes } from './codes.js'
import { type Quantity, quantityOf, tolerance } from './quantity.js'
import { type Rule, ruleText } from './rule.js'

/** A table with how its columns are written. */
export interface WrittenTable {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
}

/** A row that breaks a rule, in words, and how many do. */
export interface Breach {
  /** From 0. */
  readonly row: number
  readonly words: string
  readonly count: number
}

/** The first row that breaks a rule, or undefined. The columns of formulas and orders must be numbers or dates. Cost O(rows). */
export function breachOf(rule: Rule, data: WrittenTable): Breach | undefined {
  if (rule.kind === 'lookup') return lookupBreach(rule, data)
  const column = quantityIn(data, rule.column)
  const at = expressionAt(rule.kind === 'formula' ? rule.expression : rule.low, data)
  const breaks = (i: number): boolean => {
    const [value, other] = [column.values[i]!, at(i)]
    if (rule.kind === 'order') return !Number.isNaN(value) && !(other <= value)
    if (Number.isNaN(value) || Number.isNaN(other)) return Number.isNaN(value) !== Number.isNaN(other)
    return !(Math.abs(value - other) <= tolerance(column.unit, value))
  }
  const broken = Array.from(column.values, (_, i) => i).filter(breaks)
  if (broken.length === 0) return undefined
  const row = broken[0]!
  const sides = [rule.column, ...new Set(columnsShown(rule))].map((name) => `${name} ${cellText(data, name, row)}`)
  return { row, count: broken.length, words: sides.join(', ') }
}

function columnsShown(rule: Exclude<Rule, { kind: 'lookup' }>): string[] {
  const names: string[] = []
  const visit = (at: Expression): void => {
    if (at.kind === 'column') names.push(at.name)
    else if (at.kind === 'binary') [at.left, at.right].forEach(visit)
    else if (at.kind === 'negate' || at.kind === 'call') visit(at.of)
  }
  visit(rule.kind === 'formula' ? rule.expression : rule.low)
  return names
}

function lookupBreach({ column, from }: Extract<Rule, { kind: 'lookup' }>, data: WrittenTable): Breach | undefined {
  const coded = (name: string) => codesOf(columnIn(data, name) as Exclude<Column, { kind: 'identifier' }>)
  const keys = from.map(coded).reduce((a, b) => jointCodes(a, b))
  const values = coded(column)
  const first = new Int32Array(keys.count).fill(-1)
  const broken = Array.from(keys.codes, (_, i) => i).filter((i) => {
    const at = keys.codes[i]!
    if (first[at]! < 0) first[at] = i
    return values.codes[first[at]!] !== values.codes[i]
  })
  if (broken.length === 0) return undefined
  const row = broken[0]!
  const before = first[keys.codes[row]!]!
  const same = from.map((name) => `${name} ${cellText(data, name, row)}`).join(', ')
  const words = `${same} with ${column} ${cellText(data, column, row)}, and ${cellText(data, column, before)} in row ${before + 1}`
  return { row, count: broken.length, words }
}

/** An expression in the rows of a table, dates in days; NaN where a cell is missing or it is not defined. */
export function expressionAt(expression: Expression, data: WrittenTable): (row: number) => number {
  const columns = new Map<string, Float64Array>()
  let row = 0
  const value = (name: string): number => {
    let values = columns.get(name)
    if (!values) {
      values = quantityIn(data, name).values
      columns.set(name, values)
    }
    return values[row]!
  }
  return (i) => {
    row = i
    const found = evaluate(expression, value)
    return Number.isFinite(found) ? found : Number.NaN
  }
}

/** A column of numbers or dates by its name. */
export function quantityIn(data: WrittenTable, name: string): Quantity {
  const column = columnIn(data, name)
  if (!isNumeric(column)) throw new RangeError(`${name} is no column of numbers`)
  return quantityOf(column, formatIn(data, name))
}

export function columnIn({ table }: WrittenTable, name: string): Column {
  const column = table.columns.find((one) => one.name === name)
  if (!column) throw new RangeError(`no column ${name}`)
  return column
}

export function formatIn({ formats }: WrittenTable, name: string): ColumnFormat {
  return formats.find((one) => one.name === name)!
}

function cellText(data: WrittenTable, name: string, row: number): string {
  const column = columnIn(data, name)
  if (isNumeric(column)) return column.missing?.[row] ? 'missing' : spelled(column.values[row]!, formatIn(data, name))
  if (!isCategorical(column)) return String(row + 1)
  const code = column.codes[row]!
  return code < 0 ? 'missing' : column.levels[code]!
}

/** A rule that data break, as an error says it. */
export function breachWords(rule: Rule, { row, words, count }: Breach, rowCount: number): string {
  return `“${ruleText(rule)}”, which ${count === 1 ? 'a row breaks' : `${count} of ${rowCount} rows break`}: row ${row + 1} has ${words}`
}
