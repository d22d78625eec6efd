import type { CellValue } from '../../table/cells.js'
import { DAYS_OF_MONTH, derivative } from '../../table/derivative.js'
import { columnsOf, type Expression, evaluate, holdsIn, monthsAfter } from '../../table/expression.js'
import { roundToFormat } from '../../table/present.js'
import { cycleStart } from './cycles.js'
import { sameCell, timesAt, timesOf } from './equals.js'
import {
  derives,
  endOfOrder,
  isShare,
  type KeptOrder,
  type KeptRules,
  openCell,
  type RuledColumn,
  ruledColumns,
  thereOf
} from './kept-rules.js'
import { keyOf, lookup } from './lookup-table.js'
import { DAY, takenBy } from './quantity.js'
import { saysGap, saysMaybe } from './rows-of-rule.js'
import { binOf } from './thresholds.js'
import { scaleOf } from './within.js'

/** A row by column name: numbers (dates in milliseconds, null where missing), level names, true or false. */
export type RuleRow = Readonly<Record<string, number | string | boolean | null>>

/** Rows of the table without what rules derive → whole rows: numbers with all their digits, or as they will be written. */
export function wholeRow(kept: KeptRules, digits: 'all' | 'written' = 'all'): (row: RuleRow) => RuleRow {
  const { rules } = kept
  const byName = new Map(ruledColumns(kept).map((column) => [column.name, column]))
  const tables = rules.map((rule) => (rule.kind === 'lookup' ? lookup(rule.table) : undefined))
  return (row) => {
    const whole: Record<string, number | string | boolean | null> = { ...row }
    if (digits === 'written')
      for (const [name, value] of Object.entries(row)) if (typeof value === 'number') whole[name] = written(value, byName.get(name))
    rules.forEach((rule, k) => {
      const column = byName.get(rule.column)!
      const there = thereOf(rule)
      const open = there && openCell(there, cell(whole[there.column]!))
      if (open !== undefined) {
        whole[rule.column] = open
        return
      }
      if (rule.kind === 'lookup') {
        whole[rule.column] = shown(column, tables[k]!(keyOf(rule, (name) => cell(whole[name]!))))
        return
      }
      if (rule.kind === 'gap') {
        const other = (name: string) => cell(whole[name]!)
        if (saysMaybe(rule.maybe, other(rule.when))) return
        if (saysGap(rule, other)) whole[rule.marks] = null
        // Which value it is is not known before the row is drawn, only that there is one.
        else if (whole[rule.marks] === null)
          whole[rule.marks] = rule.marks === rule.column ? shown(column, rule.values[0]!) : rule.values[0]!
        return
      }
      if (rule.kind === 'equal') {
        const times = timesAt(rule, whole[rule.flag])
        if (times !== undefined) whole[rule.column] = sameCell(whole[rule.column]!, timesOf(whole[rule.of]!, times), rule.among)
        return
      }
      const value = (name: string) => numberIn(whole[name], byName.get(name))
      const holds = holdsIn((name) => asLevel(whole[name] ?? null, byName.get(name)))
      if (rule.kind === 'step') {
        const bin = binOf(value(rule.of), rule.cuts, value)
        whole[rule.column] = shown(column, bin === undefined ? rule.missing : rule.values[bin]!)
        return
      }
      const taken =
        (expression: Expression) =>
        (name: string): number => {
          const own = byName.get(name)
          return own ? takenBy(expression, value(name), own.format) : value(name)
        }
      const found = rule.kind === 'formula' ? evaluate(rule.expression, taken(rule.expression), holds) : endOf(rule, whole, value, taken)
      const scaled = found * (column.kind === 'datetime' ? DAY : 1)
      whole[rule.column] = !Number.isFinite(found) ? null : digits === 'all' ? scaled : written(scaled, column)
    })
    return whole
  }
}

/** Scores between which numbers of a level have a slope: nearer ones may be the same number. */
const NEAR = 0.1

type Numbers = (name: string) => number

/** `taken`: numbers as an expression takes them. */
function endOf(order: KeptOrder, row: RuleRow, value: Numbers, taken: (expression: Expression) => Numbers = () => value): number {
  const { lows, highs, from, cycle, within, gap, unit, months } = order
  if (cycle) return cycleStart(cycle, DAY * value(from!)) / DAY + unit * value(gap)
  if (within) return scaleOf(within)(cell(row[within.by] ?? null)).valueAt(value(gap))
  const heights = lows.map((low) => evaluate(low, taken(low)))
  const end = endOfOrder(order, (high) => evaluate(high, taken(high)))
  const beyond = value(gap) * (isShare(order) ? Math.max(0, end! - Math.max(...heights)) : unit)
  const behind = (start: number) => (months ? monthsAfter(start, value(gap)) : start + beyond)
  const free = from === undefined ? Math.max(...heights) + beyond : Math.max(...heights, behind(value(from)))
  return highs ? Math.min(free, end!) : free
}

const written = (value: number, column: RuledColumn | undefined) => (column ? roundToFormat(value, column.format) : value)
const cell = (value: number | string | boolean | null): CellValue => (typeof value === 'boolean' ? String(value) : value)
const shown = ({ kind }: RuledColumn, value: CellValue) => (kind === 'boolean' && value !== null ? value === 'true' : value)

/** A cell as formulas ask for its level: of numbers the nearest one that the data have, as lookups take it. */
export function asLevel<T>(cell: T, column: Pick<RuledColumn, 'numbers'> | undefined): T | number {
  const numbers = column?.numbers
  if (!numbers || typeof cell !== 'number') return cell
  return numbers.reduce((nearest, one) => (Math.abs(one - cell) < Math.abs(nearest - cell) ? one : nearest))
}

/** A cell as expressions take it: dates in days, NaN where it is no number. */
export function numberIn(value: RuleRow[string] | undefined, column: RuledColumn | undefined): number {
  if (typeof value !== 'number') return Number.NaN
  return column?.kind === 'datetime' ? value / DAY : value
}

/**
 * Derivatives by columns of the whole row → by columns that are drawn: those of a derived column go to its inputs (the chain
 * rule); a lookup and a threshold have none.
 */
export function pulledGradient(
  { rules, columns }: KeptRules,
  whole: RuleRow,
  gradient: Readonly<Record<string, number>>
): Readonly<Record<string, number>> {
  const out: Record<string, number> = { ...gradient }
  const byName = new Map(columns.map((column) => [column.name, column]))
  const unitOf = (name: string): number => (byName.get(name)?.kind === 'datetime' ? DAY : 1)
  const value = (name: string) => numberIn(whole[name], byName.get(name))
  const holds = holdsIn((name) => asLevel(whole[name] ?? null, byName.get(name)))
  const give = (expression: Expression, names: readonly string[], slope: number): void => {
    for (const name of names) out[name] = (out[name] ?? 0) + (slope / unitOf(name)) * evaluate(derivative(expression, name), value, holds)
  }
  for (const rule of [...rules].reverse()) {
    const times = rule.kind === 'equal' ? timesAt(rule, whole[rule.flag]) : undefined
    if (rule.kind === 'equal' && times !== undefined && whole[rule.column] === timesOf(whole[rule.of]!, times)) {
      out[rule.of] = (out[rule.of] ?? 0) + times * (out[rule.column] ?? 0)
      out[rule.column] = 0
    }
    if (!derives(rule)) continue
    const own = out[rule.column]
    delete out[rule.column]
    if (own === undefined || rule.kind === 'lookup' || rule.kind === 'step') continue
    const there = thereOf(rule)
    if (there && openCell(there, cell(whole[there.column]!)) !== undefined) continue
    const slope = own * unitOf(rule.column)
    if (rule.kind === 'formula') give(rule.expression, columnsOf(rule.expression), slope)
    else if (rule.within) {
      const at = (score: number) => endOf(rule, whole, (name) => (name === rule.gap ? score : value(name)))
      const score = value(rule.gap)
      out[rule.gap] = (out[rule.gap] ?? 0) + (slope * (at(score + NEAR) - at(score - NEAR))) / (2 * NEAR)
    } else {
      const heights = rule.lows.map((low) => evaluate(low, value))
      const place = heights.indexOf(Math.max(...heights))
      const isMeasured = rule.from !== undefined && endOf({ ...rule, lows: [] }, whole, value) >= Math.max(...heights)
      const highest: Expression = isMeasured ? { kind: 'column', name: rule.from! } : rule.lows[place]!
      const end = endOfOrder(rule, (high) => evaluate(high, value))
      const least = rule.highs?.find((high) => evaluate(high, value) === end)
      // At its end, which the gap lies beyond, it moves with that alone.
      if (least && (isShare(rule) ? value(rule.gap) > 1 : endOf({ ...rule, highs: undefined }, whole, value) > end!)) {
        give(least, columnsOf(least), slope)
        continue
      }
      const way = isShare(rule) ? Math.max(0, end! - Math.max(...heights)) : undefined
      give(highest, columnsOf(highest), way === undefined || way === 0 ? slope : slope * (1 - value(rule.gap)))
      if (least && way) give(least, columnsOf(least), slope * value(rule.gap))
      if (isMeasured || rule.from === undefined)
        out[rule.gap] = (out[rule.gap] ?? 0) + slope * (way ?? (rule.months ? DAYS_OF_MONTH : rule.unit))
    }
  }
  return out
}
