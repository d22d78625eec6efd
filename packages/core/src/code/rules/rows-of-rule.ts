import { type CellValue, cellAt } from '../../table/cells.js'
import { type Codes, codesOf, jointCodes } from '../../table/codes.js'
import { linearForm } from '../../table/derivative.js'
import { type Expression, evaluate, holdsIn, indicatorsOf } from '../../table/expression.js'
import type { ColumnFormat } from '../../table/infer.js'
import { roundToFormat, spelled } from '../../table/present.js'
import { takeTableRows } from '../../table/rows.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'
import { keyColumns as columnsOfKey } from './key-part.js'
import { type Quantity, quantityOf, takenBy, tolerance } from './quantity.js'
import {
  columnsOfGap,
  type GapsWhere,
  type GapWhere,
  inputsOf,
  isOpenCell,
  type LookupKey,
  type Open,
  openOf,
  type Rule,
  ruleText,
  sideOf
} from './rule.js'
import { besideStandIn } from './stand-in.js'
import { binOf, columnsOfCuts, type Thresholds } from './thresholds.js'

/** A table with how its columns are written. */
export interface WrittenTable {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
}

/** A row that breaks a rule, in words, and how many do. */
interface Breach {
  /** From 0. */
  readonly row: number
  readonly words: string
  readonly count: number
  /** All rows that do. */
  readonly rows: readonly number[]
}

/** Which of the rows that look up the same say what they look up: most of them, or the first one, where known rows stand above others. */
type Says = 'most' | 'first'

/** The first row that breaks a rule, or undefined. The columns of formulas and orders must be numbers or dates. Cost O(rows). */
export function breachOf(rule: Rule, data: WrittenTable, says: Says = 'most'): Breach | undefined {
  const open = openOf(rule)
  if (open !== undefined) return openBreach(rule, open, { data, says })
  if (rule.kind === 'lookup')
    return lookupBreach(rule, {
      keys: keyColumns(rule, data)
        .map(codesIn)
        .reduce((a, b) => jointCodes(a, b)),
      data,
      says
    })
  if (rule.kind === 'step') return lookupBreach({ column: rule.column, from: inputsOf(rule) }, { keys: binsOf(rule, data), data, says })
  if (rule.kind === 'gap') return gapBreach(rule, data)
  const slack = roundingOf(rule, data)
  const column = quantityIn(data, rule.column)
  const at = rule.kind === 'order' ? startAt(rule.low, formatIn(data, rule.column), data) : expressionAt(sideOf(rule), data)
  const breaks = (i: number): boolean => {
    const [value, other] = [column.values[i]!, at(i)]
    if (rule.kind === 'order' || rule.kind === 'limit') {
      // Columns are in order where both are there; what is computed says nothing where it is not defined.
      if (Number.isNaN(value) || (Number.isNaN(other) && sideOf(rule).kind === 'column')) return false
      return !(rule.kind === 'order' ? other <= value : value <= other)
    }
    if (Number.isNaN(value) || Number.isNaN(other)) return Number.isNaN(value) !== Number.isNaN(other)
    return !(Math.abs(value - other) <= tolerance(column.unit, value) + slack)
  }
  const broken = rowsWhere(column.values.length, breaks)
  if (broken.length === 0) return undefined
  const row = broken[0]!
  const sides = [rule.column, ...new Set(columnsShown(rule))].map((name) => `${name} ${cellText(data, name, row)}`)
  return { row, count: broken.length, rows: broken, words: sides.join(', ') }
}

/** The rows of what a rule leaves open obey it, whatever the others are. */
function openBreach(rule: Rule, open: Open, { data, says }: { readonly data: WrittenTable; readonly says: Says }): Breach | undefined {
  const cell = cellAt(columnIn(data, rule.column))
  const rows = Uint32Array.from(rowsWhere(data.table.rowCount, (i) => !isOpenCell(open, cell(i))))
  const breach = breachOf({ ...rule, open: undefined } as Rule, { ...data, table: takeTableRows(data.table, rows) }, says)
  return breach && { ...breach, row: rows[breach.row]!, rows: breach.rows.map((i) => rows[i]!) }
}

function rowsWhere(rowCount: number, is: (row: number) => boolean): number[] {
  const rows: number[] = []
  for (let i = 0; i < rowCount; i++) if (is(i)) rows.push(i)
  return rows
}

/** What parts that add up to a constant are rounded by: they were so after they were computed, as inputs of formulas were before. */
function roundingOf(rule: Rule, data: WrittenTable): number {
  const parts = rule.kind === 'formula' ? partsOf(rule.expression) : undefined
  return parts ? parts.reduce((sum, name) => sum + 0.5 * quantityIn(data, name).unit, 0) : 0
}

/** Columns that leave a column what they do not take of a constant; undefined of other expressions, and of a single one. */
export function partsOf(expression: Expression): readonly string[] | undefined {
  const form = linearForm(expression)
  if (!form || form.constant === 0 || form.coefficients.size < 2) return undefined
  return [...form.coefficients.values()].every((one) => one === -1) ? [...form.coefficients.keys()] : undefined
}

function columnsShown(rule: Extract<Rule, { kind: 'formula' | 'order' | 'limit' }>): string[] {
  const names: string[] = []
  const visit = (at: Expression): void => {
    if (at.kind === 'column' || at.kind === 'indicator') names.push(at.name)
    else if (at.kind === 'binary') [at.left, at.right].forEach(visit)
    else if (at.kind === 'negate' || at.kind === 'call') visit(at.of)
  }
  visit(sideOf(rule))
  return names
}

const codesIn = (column: Column): Codes => codesOf(column as Exclude<Column, { kind: 'identifier' }>)

/** The columns that another is looked up by, of each the part that counts. */
export const keyColumns = ({ from, parts }: LookupKey, data: WrittenTable): Column[] =>
  columnsOfKey(
    from.map((name) => columnIn(data, name)),
    parts
  )

/** Between which thresholds each row lies; those without a number stand for themselves. */
function binsOf(rule: Extract<Rule, { kind: 'step' }>, data: WrittenTable): Codes {
  const bin = binAt(rule, data)
  const none = rule.cuts.length + 1
  return { codes: Int32Array.from({ length: data.table.rowCount }, (_, i) => bin(i) ?? none), count: none + 1 }
}

/** How many thresholds a row reaches; undefined where its number or one of them is missing. */
export function binAt({ of, cuts }: { readonly of: string } & Thresholds, data: WrittenTable): (row: number) => number | undefined {
  const { values } = quantityIn(data, of)
  const others = new Map(columnsOfCuts(cuts).map((name) => [name, quantityIn(data, name).values]))
  return (i) => binOf(values[i]!, cuts, (name) => others.get(name)![i]!)
}

/** Whether a rule of gaps says that a cell is missing, by the cells of the columns that it depends on. */
export function saysGap(gap: GapsWhere, cell: (name: string) => CellValue): boolean {
  const holds = (one: GapWhere) => isWhere(one, cell(one.when))
  return gap.and ? holds(gap) && gap.and.every(holds) : holds(gap) || (gap.or?.some(holds) ?? false)
}

/** Whether a condition holds, by the cell of its column. */
export function isWhere({ levels, present, from, below }: GapWhere, cell: CellValue): boolean {
  if (from !== undefined || below !== undefined)
    return typeof cell === 'number' && cell >= (from ?? Number.NEGATIVE_INFINITY) && cell < (below ?? Number.POSITIVE_INFINITY)
  return levels ? cell !== null && levels.includes(String(cell)) : (cell === null) !== (present === true)
}

/** Whether a rule of gaps leaves open whether a cell is missing. */
export const saysMaybe = (maybe: readonly string[] | undefined, cell: CellValue): boolean =>
  maybe !== undefined && cell !== null && maybe.includes(String(cell))

function gapBreach(rule: Extract<Rule, { kind: 'gap' }>, data: WrittenTable): Breach | undefined {
  const { column, when, maybe } = rule
  const own = cellAt(columnIn(data, column))
  const others = new Map(columnsOfGap(rule).map((name) => [name, cellAt(columnIn(data, name))]))
  const at = (i: number) => (name: string) => others.get(name)!(i)
  const broken = rowsWhere(data.table.rowCount, (i) => !saysMaybe(maybe, at(i)(when)) && saysGap(rule, at(i)) !== (own(i) === null))
  if (broken.length === 0) return undefined
  const row = broken[0]!
  return {
    row,
    count: broken.length,
    rows: broken,
    words: [column, ...others.keys()].map((name) => `${name} ${cellText(data, name, row)}`).join(', ')
  }
}

function lookupBreach(
  { column, from }: { readonly column: string; readonly from: readonly string[] },
  { keys, data, says }: { readonly keys: Codes; readonly data: WrittenTable; readonly says: Says }
): Breach | undefined {
  const values = codesIn(columnIn(data, column))
  const first = usualRows(keys, values, says)
  const broken = rowsWhere(keys.codes.length, (i) => values.codes[first[keys.codes[i]!]!] !== values.codes[i])
  if (broken.length === 0) return undefined
  const row = broken[0]!
  const before = first[keys.codes[row]!]!
  const same = from.map((name) => `${name} ${cellText(data, name, row)}`).join(', ')
  const words = `${same} with ${column} ${cellText(data, column, row)}, and ${cellText(data, column, before)} in row ${before + 1}`
  return { row, count: broken.length, rows: broken, words }
}

/** For each key a row with the value that most of its rows have [keys], or its first one; that where several values are as many. */
function usualRows(keys: Codes, values: Codes, says: Says): Int32Array {
  const both = jointCodes(keys, values)
  const counts = new Int32Array(both.count)
  for (const code of both.codes) counts[code]!++
  const rows = new Int32Array(keys.count).fill(-1)
  for (const [i, key] of keys.codes.entries()) {
    const known = rows[key]!
    if (known < 0 || (says === 'most' && counts[both.codes[i]!]! > counts[both.codes[known]!]!)) rows[key] = i
  }
  return rows
}

/** An expression in the rows of a table, dates in days; NaN where a cell is missing or it is not defined. `level`: as what level a cell counts. */
export function expressionAt(
  expression: Expression,
  data: WrittenTable,
  level: (name: string, cell: CellValue) => CellValue = (_, cell) => cell
): (row: number) => number {
  const columns = new Map<string, Float64Array>()
  const cells = new Map(indicatorsOf(expression).map(({ name }) => [name, cellAt(columnIn(data, name))]))
  const holds = holdsIn((name) => level(name, cells.get(name)!(row)))
  let row = 0
  const value = (name: string): number => {
    let values = columns.get(name)
    if (!values) {
      const format = formatIn(data, name)
      const own = quantityIn(data, name).values
      values = format.number?.single ? own.map((x) => takenBy(expression, x, format)) : own
      columns.set(name, values)
    }
    return values[row]!
  }
  return (i) => {
    row = i
    const found = evaluate(expression, value, holds)
    return Number.isFinite(found) ? found : Number.NaN
  }
}

/** What a column so written is never below: where it is computed of numbers, rounded as the column is, of which it may be all. */
export function startAt(low: Expression, format: ColumnFormat, data: WrittenTable): (row: number) => number {
  const at = expressionAt(low, data)
  if (besideStandIn(low).kind === 'column' || format.kind === 'datetime') return at
  return (i) => {
    const start = at(i)
    return Number.isNaN(start) ? start : roundToFormat(start, format)
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
