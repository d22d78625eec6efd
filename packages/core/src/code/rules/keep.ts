import { defined } from '../../num/defined.js'
import { type Key, keyFor } from '../../num/random.js'
import { variance } from '../../num/statistics.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { dateUnit } from '../../table/date-style.js'
import { columnsOf, type Expression } from '../../table/expression.js'
import { expressionText } from '../../table/expression-text.js'
import type { ColumnFormat } from '../../table/infer.js'
import { limitsOf } from '../../table/number-style.js'
import { roundToFormat } from '../../table/present.js'
import { type Column, isNumeric, type KindOfColumn, kindOf, type NumericColumn } from '../../table/table.js'
import { bends, type Exception, type Exceptions, exceptionAt, exceptionsOf } from './exceptions.js'
import { type KeptGaps, markGaps, someValues } from './keep-gaps.js'
import { fitParts, type Parts, partsIn, roundingIn } from './keep-parts.js'
import { columnOfCells, type LookupTable, lookup, lookupTable, rowCells } from './lookup-table.js'
import { DAY, unitOf } from './quantity.js'
import { binOf, columnIn, expressionAt, formatIn, quantityIn, type WrittenTable } from './rows-of-rule.js'
import { inputsOf, type Rule, ruleText } from './rule.js'

/** A rule with what brings its column back: plain data. */
export type KeptRule =
  | {
      readonly kind: 'formula'
      readonly column: string
      readonly expression: Expression
      readonly parts?: Parts | undefined
      /** What parts of a constant miss it by, rounded one by one: hundredths of its law over the rows. */
      readonly rounding?: readonly number[] | undefined
      readonly exceptions?: Exceptions | undefined
    }
  /** The column is the greatest of `lows` and a gap, in units of its own, which stands in its place. */
  | {
      readonly kind: 'order'
      readonly column: string
      readonly lows: readonly Expression[]
      readonly gap: string
      readonly unit: number
      readonly exceptions?: Exceptions | undefined
    }
  | {
      readonly kind: 'lookup'
      readonly column: string
      readonly from: readonly string[]
      readonly table: LookupTable
      readonly exceptions?: Exceptions | undefined
    }
  /** One value below the first threshold, one from each on [cuts + 1], and one where the number is missing. */
  | {
      readonly kind: 'step'
      readonly column: string
      readonly of: string
      readonly cuts: readonly number[]
      readonly dates?: true | undefined
      readonly values: readonly CellValue[]
      readonly missing: CellValue
    }
  | KeptGaps

/** A column as it stands in the whole table. */
export interface RuledColumn extends KindOfColumn {
  readonly format: ColumnFormat
  /** Standard deviation of numbers; of dates in days. */
  readonly spread?: number | undefined
}

/** Rules stacked before the encoder: a table without the columns that they derive, and the way back. Plain data. */
export interface KeptRules {
  /** Each behind those that derive its inputs. */
  readonly rules: readonly KeptRule[]
  /** Of the whole table, in its order. */
  readonly columns: readonly RuledColumn[]
}

/** Columns, drawn or derived before, that a rule computes its column from. */
export function inputsOfKept(rule: KeptRule): readonly string[] {
  if (rule.kind === 'lookup') return rule.from
  if (rule.kind === 'step') return [rule.of]
  if (rule.kind === 'gap') return [rule.when, rule.marks]
  return rule.kind === 'formula' ? columnsOf(rule.expression) : [...new Set([...rule.lows.flatMap(columnsOf), rule.gap])]
}

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
  return { kind: 'order', column, lows, gap: gapName(column, lows, data), unit: gapUnit(column, lows, data), ...defined({ exceptions }) }
}

const exceptionsIn = (rule: Rule, data: WrittenTable): Exceptions | undefined =>
  rule.exceptions && bends(rule) ? exceptionsOf(rule, data) : undefined

function valuesOfBins(
  { column, of, cuts }: Extract<Rule, { kind: 'step' }>,
  data: WrittenTable
): { values: CellValue[]; missing: CellValue } {
  const numbers = quantityIn(data, of).values
  const at = cellAt(columnIn(data, column))
  const rowOf = (bin: number) => numbers.findIndex((x) => !Number.isNaN(x) && binOf(x, cuts) === bin)
  const gap = numbers.findIndex(Number.isNaN)
  return { values: Array.from({ length: cuts.length + 1 }, (_, bin) => at(rowOf(bin))), missing: gap < 0 ? null : at(gap) }
}

/** Standard deviation of a column of numbers; 0 where it has none. */
function spreadOf(name: string, data: WrittenTable): number {
  const values = quantityIn(data, name).values.filter((x) => !Number.isNaN(x))
  return values.length === 0 ? 0 : Math.sqrt(variance(values))
}

/** `end − start`; no other column is named so. */
function gapName(column: string, lows: readonly Expression[], { table }: WrittenTable): string {
  const names = new Set(table.columns.map(({ name }) => name))
  let gap = lows.map((low) => `${column} − ${expressionText(low)}`).join(', ')
  while (names.has(gap)) gap = `${gap}′`
  return gap
}

/** Gaps of dates count the finest unit in which one of them is written; those of numbers are numbers. */
function gapUnit(column: string, lows: readonly Expression[], data: WrittenTable): number {
  const names = [column, ...lows.flatMap((low) => inputsOf({ kind: 'order', column, low }))]
  const formats = names.map((name) => formatIn(data, name))
  const dates = formats.filter(({ kind }) => kind === 'datetime').map(({ date }) => (date ? dateUnit(date) : 1))
  return dates.length === 0 ? 1 : Math.min(...dates) / DAY
}

/** The table without what rules derive, with gaps in the place of what they order. Cost O(cells). */
export function takeRulesOut<T extends WrittenTable>({ rules }: KeptRules, data: T): T {
  const columns: Column[] = []
  const formats: ColumnFormat[] = []
  data.table.columns.forEach((column, c) => {
    const rule = rules.find((one) => one.column === column.name && one.kind !== 'gap') as Exclude<KeptRule, KeptGaps> | undefined
    if (rule && rule.kind !== 'order') return
    const [own, format] = rule ? gapColumn(rule, column as NumericColumn, data) : [column, data.formats[c]!]
    columns.push(own)
    formats.push(format)
  })
  return { ...data, table: { columns, rowCount: data.table.rowCount }, formats }
}

type KeptOrder = Extract<KeptRule, { kind: 'order' }>

function gapColumn({ lows, gap: name, unit }: KeptOrder, high: NumericColumn, data: WrittenTable): [NumericColumn, ColumnFormat] {
  const low = highestOf(lows, data)
  const decimals = gapDecimals(high, lows, data)
  const scale = high.kind === 'datetime' ? DAY : 1
  const values = high.values.map((x, i) => {
    if (high.missing?.[i]) return 0
    // Rows that the order does not hold in have no gap; what they have instead is kept beside it.
    const gap = Math.max(0, (x / scale - low(i)) / unit)
    return decimals === undefined ? gap : Number(gap.toFixed(decimals)) + 0
  })
  const kind = decimals === 0 ? 'integer' : 'number'
  const number = { padded: false, ...(decimals === undefined ? {} : { decimals }) }
  const column = { name, kind, values, ...(high.missing ? { missing: high.missing } : {}) } as const
  return [column, { name, source: 'number', kind, number }]
}

/** As many decimals as both sides are written with; undefined where one has all its digits. */
function gapDecimals(high: NumericColumn, lows: readonly Expression[], data: WrittenTable): number | undefined {
  if (high.kind === 'datetime') return 0
  if (lows.some(({ kind }) => kind !== 'column')) return undefined
  const names = [high.name, ...lows.flatMap((low) => (low.kind === 'column' ? [low.name] : []))]
  const decimals = names.map((name) => {
    const { kind, number } = formatIn(data, name)
    return kind === 'integer' ? 0 : number?.decimals
  })
  return decimals.includes(undefined) ? undefined : Math.max(...(decimals as number[]))
}

function highestOf(lows: readonly Expression[], data: WrittenTable): (row: number) => number {
  const each = lows.map((low) => expressionAt(low, data))
  return (i) => each.reduce((most, at) => Math.max(most, at(i)), Number.NEGATIVE_INFINITY)
}

/** What bringing columns back depends on. */
export interface Back {
  /** Columns that are given. */
  readonly fixed?: ReadonlySet<string> | undefined
  readonly key?: Key | undefined
}

/**
 * The whole table again: what rules derive is computed, in its place. Columns that were not taken out stay as they are, but for
 * gaps, and for parts that leave less than nothing; those that are `fixed` do so always. Exceptions are drawn by the key; without
 * one they are those of the data, in its own rows. Cost O(cells).
 */
export function putRulesBack({ rules, columns }: KeptRules, rows: WrittenTable, { fixed = new Set(), key }: Back = {}): WrittenTable {
  const drawn = rules.reduce(
    (at, rule) => (rule.kind === 'formula' && rule.parts ? fitParts(rule.expression, rule.parts, { drawn: at, fixed }) : at),
    rows
  )
  const { rowCount } = drawn.table
  const done = new Map(drawn.table.columns.map((column, c) => [column.name, { column, format: drawn.formats[c]! }]))
  for (const rule of rules) {
    if (rule.kind === 'gap') {
      const marked = done.get(rule.marks)!
      if (!fixed.has(rule.column)) done.set(rule.marks, { ...marked, column: markGaps(rule, marked.column, done.get(rule.when)!.column) })
      continue
    }
    const whole = columns.find(({ name }) => name === rule.column)!
    const soFar = {
      table: { columns: [...done.values()].map(({ column }) => column), rowCount: drawn.table.rowCount },
      formats: [...done.values()].map(({ format }) => format)
    }
    const exceptions = fixed.has(rule.column) ? undefined : exceptionsTo(rule)
    const except = exceptions
      ? exceptionAt(exceptions, {
          rowCount,
          key: key && keyFor(key, rule.column),
          cells: rule.kind === 'lookup' ? rowCells(soFar.table, rule.from) : () => []
        })
      : () => undefined
    done.set(rule.column, {
      column: derived(rule, { column: { ...whole, ...limitsOf(whole.format.number) }, soFar, except }),
      format: whole.format
    })
  }
  const placed = columns.map(({ name }) => done.get(name)!)
  return {
    table: { columns: placed.map(({ column }) => column), rowCount: drawn.table.rowCount },
    formats: placed.map(({ format }) => format)
  }
}

/** Exceptions of a rule; what parts of a constant miss it by is one that every row has. */
function exceptionsTo(rule: Exclude<KeptRule, KeptGaps>): Exceptions | undefined {
  if (rule.kind === 'step') return undefined
  const rounding = rule.kind === 'formula' ? rule.rounding : undefined
  return rule.exceptions ?? (rounding && { rows: [], of: rounding.length, values: rounding })
}

interface Derived {
  readonly column: RuledColumn & Pick<NumericColumn, 'limits'>
  /** All that is drawn, and derived before. */
  readonly soFar: WrittenTable
  readonly except: (row: number) => Exception | undefined
}

function derived(rule: Exclude<KeptRule, KeptGaps>, { column, soFar, except }: Derived): Column {
  const { rowCount } = soFar.table
  if (rule.kind === 'lookup') {
    const key = rowCells(soFar.table, rule.from)
    const find = lookup(rule.table)
    return columnOfCells(
      column,
      Array.from({ length: rowCount }, (_, i) => (except(i) ?? { value: find(key(i)) }).value)
    )
  }
  if (rule.kind === 'step') {
    const { values } = quantityIn(soFar, rule.of)
    return columnOfCells(
      column,
      Array.from(values, (x) => (Number.isNaN(x) ? rule.missing : rule.values[binOf(x, rule.cuts)]!))
    )
  }
  const at = rule.kind === 'formula' ? expressionAt(rule.expression, soFar) : highAt(rule, column, soFar)
  const scale = column.kind === 'datetime' ? DAY : 1
  const low = rule.kind === 'order' ? highestOf(rule.lows, soFar) : at
  const cells = Array.from({ length: rowCount }, (_, i) => {
    const exception = except(i)
    const start = (exception && rule.kind === 'order' ? low(i) : at(i)) * scale
    const bent = start + Number(exception?.value ?? 0)
    const value = rule.kind === 'formula' && rule.parts && bent < 0 ? start : bent
    return Number.isNaN(value) || exception?.value === null ? null : roundToFormat(value, column.format)
  })
  return columnOfCells(column, cells)
}

/** The greatest of the lows plus the gap; where the column's own unit would round it below, the next value above. */
function highAt({ lows, gap, unit }: KeptOrder, column: RuledColumn, soFar: WrittenTable): (row: number) => number {
  const low = highestOf(lows, soFar)
  const gaps = expressionAt({ kind: 'column', name: gap }, soFar)
  const scale = column.kind === 'datetime' ? DAY : 1
  const step = unitOf(column.kind as NumericColumn['kind'], column.format)
  return (i) => {
    const value = low(i) + Math.max(0, gaps(i)) * unit
    return roundToFormat(value * scale, column.format) / scale < low(i) ? value + step : value
  }
}

/** Rules in words, as `--rule` reads them. */
export function ruleTexts({ rules }: KeptRules): string[] {
  return rules.flatMap((rule) => {
    const exceptions = 'exceptions' in rule ? rule.exceptions?.rows.length : undefined
    if (rule.kind === 'order') return rule.lows.map((low) => ruleText({ kind: 'order', column: rule.column, low, exceptions }))
    return [ruleText({ ...rule, exceptions })]
  })
}
