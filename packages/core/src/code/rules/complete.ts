import type { CellValue } from '../../table/cells.js'
import { columnsOf, type Expression, evaluate, holdsIn } from '../../table/expression.js'
import { roundToFormat } from '../../table/present.js'
import type { NumericColumn } from '../../table/table.js'
import type { KeptEqual } from './equals.js'
import { inputsOfKept, type KeptRule, type KeptRules, type RuledColumn, type There, thereOf } from './kept-rules.js'
import { keyOf, lookup } from './lookup-table.js'
import { DAY, sameness, takenBy, unitOf } from './quantity.js'
import { isWhere, saysGap } from './rows-of-rule.js'
import { isOpenCell, wheresOf } from './rule.js'
import { asLevel } from './rule-row.js'
import { besideStandIn } from './stand-in.js'
import { binOf, columnsOfCuts, isNumber } from './thresholds.js'

/** A row of which some cells are given and the others filled with what may have to give way to rules. */
export interface FilledRow {
  /** Null where it is missing. */
  cell(name: string): CellValue
  isGiven(name: string): boolean
  set(name: string, value: CellValue): void
  /** Levels of a category by how well they fit the row, best first. */
  levels(name: string): readonly string[]
}

/** What became of a filled row. */
export interface Completed {
  /** Rules that it does not obey. */
  readonly broken: readonly KeptRule[]
  /** Whether a filled cell had to give way to an end: it now is that end, where others lie beyond it. */
  readonly isCut: boolean
}

/** Turns of the secant rule, as of rows that are moved to meet a target. */
const MOST_TURNS = 40

/**
 * Makes filled rows obey rules; given cells stay. First what given cells alone derive is computed: it is as good as given. Then what is
 * derived and given moves filled cells that it derives from, what is not looked up before what is; last what is derived and filled is
 * computed. Cost O(rules), a formula to be solved 40 evaluations.
 */
export function rowCompleter({ rules, columns }: KeptRules): (row: FilledRow) => Completed {
  const byName = new Map(columns.map((column) => [column.name, column]))
  // Which filled numbers are another column's is drawn, and no rule of theirs.
  const own = rules.filter((rule) => rule.kind !== 'equal')
  const lookedUp = new Set(own.flatMap(({ kind, column }) => (kind === 'lookup' || kind === 'step' ? [column] : [])))
  const steps = own.map((rule) => openly(completing(rule, own, byName, lookedUp), thereOf(rule)))
  const isTold = (rule: KeptRule, isGiven: (name: string) => boolean) =>
    (rule.kind === 'formula' || lookedUp.has(rule.column)) && inputsOfKept(rule).every(isGiven)
  return (row) => {
    const settled = new Set<string>()
    let isCut = false
    const settling: SettlingRow = {
      ...row,
      cell: row.cell,
      levels: row.levels,
      isGiven: (name) => settled.has(name) || row.isGiven(name),
      settle(name, value) {
        settled.add(name)
        row.set(name, value)
      }
    }
    const take = (k: number, way: 'back' | 'forward') => {
      const before = settled.size
      steps[k]![way](settling)
      if (own[k]!.kind === 'order' && settled.size > before) isCut = true
    }
    for (const k of steps.keys()) if (!settling.isGiven(steps[k]!.column) && isTold(own[k]!, settling.isGiven)) take(k, 'forward')
    for (const k of [...steps.keys()].reverse()) if (settling.isGiven(steps[k]!.column)) take(k, 'back')
    for (const k of steps.keys()) if (!settling.isGiven(steps[k]!.column)) take(k, 'forward')
    return { broken: own.filter((_, k) => !steps[k]!.holds(settling)), isCut }
  }
}

interface SettlingRow extends Omit<FilledRow, 'set'> {
  settle(name: string, value: CellValue): void
}

/** One rule, at work on a row. */
interface Step {
  readonly column: string
  /** The column is given: moves filled cells that it is derived from. */
  back(row: SettlingRow): unknown
  /** The column is filled: derives it. */
  forward(row: SettlingRow): unknown
  holds(row: SettlingRow): boolean
}

type Columns = ReadonlyMap<string, RuledColumn>
type Derived = Exclude<KeptRule, KeptEqual>
type Kept<K extends KeptRule['kind']> = Extract<KeptRule, { kind: K }>

function completing(rule: Derived, own: readonly Derived[], columns: Columns, lookedUp: ReadonlySet<string>): Step {
  if (rule.kind === 'formula') return formulaStep(rule, columns, lookedUp)
  if (rule.kind === 'order') return orderStep(rule, columns)
  if (rule.kind === 'lookup') return lookupStep(rule, sameKey(rule, own))
  return rule.kind === 'step' ? thresholdStep(rule, columns) : gapStep(rule)
}

/** Leaves a cell as it is that the rule leaves open. */
function openly(step: Step, there: There | undefined): Step {
  if (!there) return step
  const isOpen = (row: SettlingRow) => isOpenCell(there.or, row.cell(step.column))
  return {
    column: step.column,
    back: (row) => isOpen(row) || step.back(row),
    forward: (row) => isOpen(row) || step.forward(row),
    holds: (row) => isOpen(row) || step.holds(row)
  }
}

/** An expression in a row, dates in days; NaN where a cell is missing. */
function valueIn(expression: Expression, row: SettlingRow, columns: Columns, moved?: readonly [string, number]): number {
  const value = (name: string) => {
    const cell = moved?.[0] === name ? moved[1] : row.cell(name)
    if (typeof cell !== 'number') return Number.NaN
    const { kind, format } = columns.get(name)!
    return kind === 'datetime' ? cell / DAY : takenBy(expression, cell, format)
  }
  return evaluate(
    expression,
    value,
    holdsIn((name) => asLevel(row.cell(name), columns.get(name)))
  )
}

/** What a column shows of a value, which dates have in days. */
const shownIn = (column: RuledColumn, value: number): number =>
  roundToFormat(column.kind === 'datetime' ? value * DAY : value, column.format)

function formulaStep({ column, expression }: Kept<'formula'>, columns: Columns, lookedUp: ReadonlySet<string>): Step {
  const own = columns.get(column)!
  // What is looked up has few values, of which none may fit.
  const inputs = columnsOf(expression).sort((a, b) => Number(lookedUp.has(a)) - Number(lookedUp.has(b)))
  const met = (value: number, cell: number) => Number.isFinite(value) && Math.abs(shownIn(own, value) - cell) <= sameness(cell, own.format)
  return {
    column,
    back(row) {
      const target = row.cell(column)
      if (typeof target !== 'number' || met(valueIn(expression, row, columns), target)) return
      for (const name of inputs.filter((input) => !row.isGiven(input))) {
        const value = solved({ expression, name, target: own.kind === 'datetime' ? target / DAY : target, columns }, row)
        const fits = value.find((x) => met(valueIn(expression, row, columns, [name, x]), target))
        if (fits === undefined) continue
        row.settle(name, fits)
        return
      }
    },
    forward(row) {
      const value = valueIn(expression, row, columns)
      const cell = row.cell(column)
      if (Number.isFinite(value) && !(typeof cell === 'number' && met(value, cell))) row.settle(column, shownIn(own, value))
    },
    holds(row) {
      const cell = row.cell(column)
      const value = valueIn(expression, row, columns)
      return typeof cell !== 'number' || Number.isNaN(value) || met(value, cell)
    }
  }
}

interface Equation {
  readonly expression: Expression
  readonly name: string
  readonly target: number
  readonly columns: Columns
}

/** Values of one input near which the formula gives the target, on the input's lattice; none where it does not move. */
function solved({ expression, name, target, columns }: Equation, row: SettlingRow): number[] {
  const start = row.cell(name)
  if (typeof start !== 'number') return []
  const column = columns.get(name)!
  const miss = (x: number) => valueIn(expression, row, columns, [name, x]) - target
  let [a, b] = [start, start + (column.spread || 1) * 0.01 * (column.kind === 'datetime' ? DAY : 1)]
  let [atA, atB] = [miss(a), miss(b)]
  for (let turn = 0; turn < MOST_TURNS && atA !== atB && Number.isFinite(atB) && atB !== 0; turn++) {
    const next = b - (atB * (b - a)) / (atB - atA)
    ;[a, atA, b, atB] = [b, atB, next, miss(next)]
    if (a === b) break
  }
  if (!Number.isFinite(b)) return []
  const unit = unitOf(column.kind as NumericColumn['kind'], column.format) * (column.kind === 'datetime' ? DAY : 1)
  if (unit === 0) return [b]
  return [0, -1, 1].map((k) => roundToFormat(b + k * unit, column.format))
}

function orderStep({ column, lows, highs = [] }: Kept<'order'>, columns: Columns): Step {
  const own = columns.get(column)!
  const scale = own.kind === 'datetime' ? DAY : 1
  const highest = (row: SettlingRow) =>
    lows
      .map((low) => valueIn(low, row, columns))
      .reduce((most, x) => (Number.isNaN(x) ? most : Math.max(most, x)), Number.NEGATIVE_INFINITY)
  const lowest = (row: SettlingRow) => highs.reduce((least, high) => Math.min(least, valueIn(high, row, columns)), Number.POSITIVE_INFINITY)
  const holds = (row: SettlingRow) => {
    const cell = row.cell(column)
    return typeof cell !== 'number' || (cell / scale >= highest(row) && !(cell / scale > lowest(row)))
  }
  return {
    column,
    holds,
    back(row) {
      const cell = row.cell(column)
      if (typeof cell !== 'number') return
      const move = (ends: readonly Expression[], isBeyond: (end: number) => boolean): void => {
        for (const end of ends.map(besideStandIn)) {
          if (end.kind !== 'column' || row.isGiven(end.name)) continue
          const value = row.cell(end.name)
          if (typeof value === 'number' && isBeyond(value)) row.settle(end.name, roundToFormat(cell, columns.get(end.name)!.format))
        }
      }
      move(lows, (low) => low > cell)
      move(highs, (high) => high < cell)
    },
    forward(row) {
      if (holds(row)) return
      const end = lowest(row)
      row.settle(column, shownIn(own, (row.cell(column) as number) / scale > end ? end : highest(row)))
    }
  }
}

/** Other columns that are looked up by the same ones. */
const sameKey = (rule: Kept<'lookup'>, own: readonly Derived[]): Kept<'lookup'>[] =>
  own.flatMap((one) => (one !== rule && one.kind === 'lookup' && !one.parts && one.from.join() === rule.from.join() ? [one] : []))

function lookupStep(rule: Kept<'lookup'>, others: readonly Kept<'lookup'>[]): Step {
  const { column, from, parts, table } = rule
  const lookedUp = lookup(table)
  const names = new Set(table.keys.map((cells) => JSON.stringify(cells)))
  // Of a name that no row has with a value nothing is known; a number is near others.
  const saysOf = (cells: readonly CellValue[]) => cells.every((cell) => typeof cell === 'number') || names.has(JSON.stringify(cells))
  /** What a row's key stands for; what the row has where that is not known. */
  const found = (row: SettlingRow): CellValue => {
    const cells = keyOf(rule, row.cell)
    return saysOf(cells) ? lookedUp(cells) : row.cell(column)
  }
  return {
    column,
    holds: (row) => found(row) === row.cell(column),
    back(row) {
      const target = row.cell(column)
      const open = from.findIndex((name) => !row.isGiven(name))
      // A part of a date does not say which date it is.
      if (open < 0 || parts || found(row) === target) return
      const fitting = table.keys.filter(
        (key, e) => table.values[e] === target && from.every((name, k) => !row.isGiven(name) || key[k] === row.cell(name))
      )
      // Others that are given ask as much of the key.
      const given = others.filter((one) => row.isGiven(one.column))
      const values = given.map((one) => new Map(one.table.keys.map((key, e) => [JSON.stringify(key), one.table.values[e]])))
      const meets = (key: readonly CellValue[]) =>
        given.every((one, k) => (values[k]!.get(JSON.stringify(key)) ?? row.cell(one.column)) === row.cell(one.column))
      const met = fitting.filter(meets)
      const left = met.length > 0 ? met : fitting
      const best = left.length > 1 ? nearestKey(left, from[open]!, open, row) : left[0]
      if (!best) return
      for (const [k, name] of from.entries()) if (!row.isGiven(name)) row.settle(name, best[k]!)
    },
    forward: (row) => row.settle(column, found(row))
  }
}

/** Of entries that fit, the one whose open cell fits the row best. */
function nearestKey(fitting: readonly (readonly CellValue[])[], name: string, open: number, row: SettlingRow): readonly CellValue[] {
  const cell = row.cell(name)
  const levels = row.levels(name)
  const miss = (value: CellValue) => {
    if (typeof value === 'number' && typeof cell === 'number') return Math.abs(value - cell)
    const rank = levels.indexOf(String(value))
    return rank < 0 ? levels.length : rank
  }
  return fitting.reduce((best, key) => (miss(key[open]!) < miss(best[open]!) ? key : best))
}

function thresholdStep({ column, of, cuts, values, missing }: Kept<'step'>, columns: Columns): Step {
  const scaleOf = (name: string): number => (columns.get(name)!.kind === 'datetime' ? DAY : 1)
  const numberIn = (row: SettlingRow) => (name: string) => {
    const cell = row.cell(name)
    return typeof cell === 'number' ? cell / scaleOf(name) : Number.NaN
  }
  const foundFor = (value: (name: string) => number): CellValue => {
    const bin = binOf(value(of), cuts, value)
    return bin === undefined ? missing : values[bin]!
  }
  /** The nearest value of a column that gives the target, on its lattice; undefined where there is none. */
  const moved = (row: SettlingRow, name: string): number | undefined => {
    const value = numberIn(row)
    const [x, scale] = [value(name), scaleOf(name)]
    const { kind, format } = columns.get(name)!
    const unit = unitOf(kind as NumericColumn['kind'], format)
    const starts = cuts.map((cut) =>
      isNumber(cut) ? cut : name === of ? evaluate(cut.at, value) : x + value(of) - evaluate(cut.at, value)
    )
    // One step beside a threshold: one unit, or where all digits count a billionth of it.
    const near = starts.flatMap((start) => [-1, 0, 1].map((k) => start + k * (unit || Math.abs(start) * 1e-9 || 1e-9)))
    const fits = near
      .map((at) => roundToFormat(at * scale, format))
      .filter((at) => Number.isFinite(at) && foundFor((one) => (one === name ? at / scale : value(one))) === row.cell(column))
    return fits.length === 0 ? undefined : fits.reduce((best, at) => (Math.abs(at / scale - x) < Math.abs(best / scale - x) ? at : best))
  }
  return {
    column,
    holds: (row) => foundFor(numberIn(row)) === row.cell(column),
    back(row) {
      if (foundFor(numberIn(row)) === row.cell(column)) return
      for (const name of [of, ...columnsOfCuts(cuts)]) {
        if (row.isGiven(name) || typeof row.cell(name) !== 'number') continue
        const fits = moved(row, name)
        if (fits === undefined) continue
        row.settle(name, fits)
        return
      }
    },
    forward: (row) => row.settle(column, foundFor(numberIn(row)))
  }
}

function gapStep(gap: Kept<'gap'>): Step {
  const { column } = gap
  return {
    column,
    holds: (row) => !saysGap(gap, row.cell) || row.cell(column) === null,
    back(row) {
      if (row.cell(column) === null) return
      for (const where of wheresOf(gap)) {
        if (!saysGap(gap, row.cell)) return
        const { when } = where
        if (row.isGiven(when) || !isWhere(where, row.cell(when))) continue
        const other = row.levels(when).find((level) => !isWhere(where, level))
        if (other !== undefined) row.settle(when, other)
      }
    },
    forward(row) {
      if (saysGap(gap, row.cell)) row.settle(column, null)
    }
  }
}
