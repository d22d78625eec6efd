import { toDecimals } from '../../num/decimals.js'
import { defined } from '../../num/defined.js'
import { type Key, keyFor } from '../../num/random.js'
import { roundedWithin } from '../../table/bounds.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { type Expression, isConstant, monthsAfter } from '../../table/expression.js'
import type { ColumnFormat } from '../../table/infer.js'
import { limitsOf } from '../../table/number-style.js'
import { roundToFormat } from '../../table/present.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric, type NumericColumn } from '../../table/table.js'
import { toLattice, type ValueLattice } from '../../table/value-lattice.js'
import { CYCLE_DAYS, type Cycle, cycleStart } from './cycles.js'
import { flagColumn, putEqual } from './equals.js'
import { type Exception, type Exceptions, exceptionAt } from './exceptions.js'
import { monthsTo } from './few-distances.js'
import { choiceColumn } from './flags.js'
import { markGaps } from './keep-gaps.js'
import { fitParts } from './keep-parts.js'
import {
  cycleColumn,
  type Derivation,
  derives,
  endOfOrder,
  inputsOfKept,
  isShare,
  type KeptOrder,
  type KeptRule,
  type KeptRules,
  openCell,
  type RuledColumn,
  ruledColumns,
  type There,
  type ToldTerms,
  thereLevel,
  thereOf
} from './kept-rules.js'
import { putKnown } from './known-rows.js'
import { toListed } from './listed-values.js'
import { columnOfCells, keyAt, lookup } from './lookup-table.js'
import { DAY, unitOf } from './quantity.js'
import { binAt, columnIn, expressionAt, formatIn, startAt, type WrittenTable } from './rows-of-rule.js'
import { isOpenCell } from './rule.js'
import { asLevel } from './rule-row.js'
import { shareOf } from './share-of-way.js'
import { besideStandIn } from './stand-in.js'
import { scaleOf, scoresWithin, type Within } from './within.js'

/** The table without what rules derive, with gaps in the place of what they order. Cost O(cells). */
export function takeRulesOut<T extends WrittenTable>(kept: KeptRules, data: T): T {
  const { rules } = kept
  const columns: Column[] = []
  const formats: ColumnFormat[] = []
  data.table.columns.forEach((column, c) => {
    const rule = rules.filter(derives).find((one) => one.column === column.name)
    const there = rule && thereOf(rule)
    if (there) {
      columns.push(thereColumn(there, column))
      formats.push({ name: there.column, source: 'text', kind: 'category' })
    }
    const { flags, table, from: [choice] = [] } = rule?.kind === 'lookup' ? rule : {}
    if (flags && !columns.some(({ name }) => name === choice)) {
      const set = table!.values[table!.keys.findIndex(([flag]) => flag === column.name)]!
      columns.push(choiceColumn(choice!, { flags, set }, data))
      formats.push({ name: choice!, source: 'text', kind: 'category' })
    }
    if (rule && rule.kind !== 'order') return
    const { cycle, from } = rule ?? {}
    if (cycle) {
      const { name, format } = cycleColumn(from!, data.formats[c]!)
      const values = (column as NumericColumn).values.map((x) => cycleStart(cycle, x))
      const table = { columns: [{ name, kind: 'datetime' as const, values }], rowCount: data.table.rowCount }
      // Of a day the week may stand in its place.
      const begun = takeRulesOut(kept, { table, formats: [format] })
      columns.push(...begun.table.columns)
      formats.push(...begun.formats)
    }
    const [own, format] = rule ? gapColumn(rule, column as NumericColumn, data) : [column, data.formats[c]!]
    columns.push(own)
    formats.push(format)
    for (const same of rules) {
      if (same.kind !== 'equal' || same.column !== column.name) continue
      const [flag, flagFormat] = flagColumn(same, data)
      columns.push(flag)
      formats.push(flagFormat)
    }
  })
  return { ...data, table: { columns, rowCount: data.table.rowCount }, formats }
}

/** Where a rule holds that leaves its column open. */
function thereColumn(there: There, column: Column): Column {
  const { column: name, or } = there
  const cell = cellAt(column)
  const levels = typeof or === 'object' ? or : []
  const count = isCategorical(column) ? column.codes.length : (column as NumericColumn).values.length
  return {
    name,
    kind: 'category',
    levels: [thereLevel(there), ...levels],
    codes: Int32Array.from({ length: count }, (_, i) => (isOpenCell(or, cell(i)) ? levels.indexOf(String(cell(i))) + 1 || -1 : 0))
  }
}

/** Parts of a day. */
const [MINUTE, SECOND] = [1 / 1440, 1 / 86_400]

export function gapColumn(order: KeptOrder, high: NumericColumn, data: WrittenTable): [NumericColumn, ColumnFormat] {
  const { lows, from, cycle, within, gap: name, unit, months } = order
  if (cycle) {
    const values = high.values.map((x) => Math.round((x - cycleStart(cycle, x)) / DAY / unit))
    const seconds = unit === MINUTE ? ('none' as const) : unit === SECOND ? ('whole' as const) : undefined
    const number = { padded: false, decimals: 0, ...(seconds ? { clock: { seconds } } : {}) }
    const bounds = { least: 0, most: Math.round(CYCLE_DAYS[cycle] / unit) - 1 }
    return [
      { name, kind: 'integer', values, ...limitsOf(number) },
      { name, source: 'number', kind: 'integer', number, bounds }
    ]
  }
  if (within) {
    const column = {
      name,
      kind: 'number' as const,
      values: scoresWithin(within, high, data.table, name),
      ...defined({ missing: high.missing })
    }
    return [column, { name, source: 'number', kind: 'number', number: { padded: false } }]
  }
  const low = from === undefined ? highestOf(lows, formatIn(data, high.name), data) : expressionAt({ kind: 'column', name: from }, data)
  const least = from === undefined ? 0 : Number.NEGATIVE_INFINITY
  const [share, end] = [isShare(order), endAt(order, data)]
  const decimals = share ? undefined : gapDecimals(high, from === undefined ? lows : [{ kind: 'column', name: from }], data)
  const scale = high.kind === 'datetime' ? DAY : 1
  const values = high.values.map((x, i) => {
    if (high.missing?.[i]) return 0
    // Rows that the order does not hold in have no gap; what they have instead is kept beside it.
    if (months) return monthsTo(low(i), x / scale)
    const gap = share ? shareOf(x / scale, low(i), end(i)!) : Math.max(least, (x / scale - low(i)) / unit)
    return decimals === undefined ? gap : toDecimals(gap, decimals) + 0
  })
  const kind = decimals === 0 ? 'integer' : 'number'
  const number = { padded: false, ...(decimals === undefined ? {} : { decimals }) }
  const column = { name, kind, values, ...(high.missing ? { missing: high.missing } : {}) } as const
  return [column, { name, source: 'number', kind, number }]
}

/** As many decimals as both sides are written with; undefined where one has all its digits. */
function gapDecimals(high: NumericColumn, lows: readonly Expression[], data: WrittenTable): number | undefined {
  if (high.kind === 'datetime') return 0
  if (lows.some(isConstant)) return undefined
  const names = [high.name, ...lows.map(besideStandIn).flatMap((low) => (low.kind === 'column' ? [low.name] : []))]
  const decimals = names.map((name) => {
    const { kind, number } = formatIn(data, name)
    return kind === 'integer' ? 0 : number?.decimals
  })
  return decimals.includes(undefined) ? undefined : Math.max(...(decimals as number[]))
}

/** What an order's column ends at in each row; undefined where it has no end. */
export function endAt(order: Pick<KeptOrder, 'most' | 'highs'>, data: WrittenTable): (row: number) => number | undefined {
  const highs = new Map((order.highs ?? []).map((high) => [high, expressionAt(high, data)]))
  return (i) => endOfOrder(order, (high) => highs.get(high)!(i))
}

export function highestOf(lows: readonly Expression[], format: ColumnFormat, data: WrittenTable): (row: number) => number {
  const each = lows.map((low) => startAt(low, format, data))
  return (i) => each.reduce((most, at) => Math.max(most, at(i)), Number.NEGATIVE_INFINITY)
}

/** What bringing columns back depends on. */
export interface Back {
  /** Columns that are given. */
  readonly fixed?: ReadonlySet<string> | undefined
  readonly key?: Key | undefined
  /** Counter of each row's randomness; its place when left out. */
  readonly chains?: Uint32Array | undefined
  /** Of a stretch of a longer draw: rows before it. */
  readonly first?: number | undefined
  /** Numbers of derived columns that rows meet as they are written: to the last digit they are these, and so is what is derived of them. */
  readonly met?: ReadonlyMap<string, number> | undefined
}

/**
 * The whole table again: what rules derive is computed, in its place. Columns that were not taken out stay as they are, but for
 * gaps, and for parts that leave less than nothing; those that are `fixed` do so always. Exceptions are drawn by the key; without
 * one they are those of the data, in its own rows. Cost O(cells).
 */
export function putRulesBack(kept: KeptRules, rows: WrittenTable, { fixed = new Set(), key, chains, first, met }: Back = {}): WrittenTable {
  const { rules, columns } = kept
  const known = new Map(ruledColumns(kept).map((column) => [column.name, column]))
  const fitted = rules.reduce(
    (at, rule) =>
      rule.kind === 'formula' && rule.parts && !rule.parts.late ? fitParts(rule.expression, rule.parts, { drawn: at, fixed }) : at,
    rows
  )
  // Rules may derive others of what is known.
  const drawn = putKnown(kept, fitted, fixed)
  const { rowCount } = drawn.table
  const done = new Map(drawn.table.columns.map((column, c) => [column.name, { column, format: drawn.formats[c]! }]))
  for (const rule of rules) {
    if (rule.kind === 'gap') {
      const marked = done.get(rule.marks)!
      if (!fixed.has(rule.column))
        done.set(rule.marks, { ...marked, column: markGaps(rule, marked.column, (name) => done.get(name)!.column) })
      continue
    }
    if (rule.kind === 'equal') {
      const { column } = done.get(rule.flag)!
      done.set(rule.column, putEqual(rule, done.get(rule.column)!, done.get(rule.of)!, column as CategoricalColumn))
      continue
    }
    const whole = known.get(rule.column)!
    const all = {
      table: { ...drawn.table, columns: [...done.values()].map(({ column }) => column) },
      formats: [...done.values()].map(({ format }) => format)
    }
    const parts = rule.kind === 'formula' && rule.parts?.late && !fixed.has(rule.column) ? rule.parts : undefined
    const soFar = parts ? fitParts((rule as Extract<KeptRule, { kind: 'formula' }>).expression, parts, { drawn: all, fixed }) : all
    for (const name of parts?.names ?? []) done.set(name, { ...done.get(name)!, column: columnIn(soFar, name) })
    const exceptions = fixed.has(rule.column) ? undefined : exceptionsTo(rule)
    const except = exceptions
      ? exceptionAt(exceptions, {
          rowCount,
          key: key && keyFor(key, rule.column),
          chains,
          first,
          cells: rule.kind === 'lookup' ? keyAt(soFar.table, rule) : () => []
        })
      : () => undefined
    const column = derived(rule, {
      column: { ...whole, ...limitsOf(whole.format.number) },
      known,
      soFar,
      except,
      listed: !fixed.has(rule.column)
    })
    const given = met?.get(rule.column)
    const own = given !== undefined && isNumeric(column) ? { ...column, values: column.values.map(() => given) } : column
    done.set(rule.column, { column: own, format: whole.format })
  }
  const placed = columns.map(({ name }) => done.get(name)!)
  const whole = {
    table: { ...drawn.table, columns: placed.map(({ column }) => column) },
    formats: placed.map(({ format }) => format)
  }
  return putKnown(kept, whole, fixed)
}

/** Exceptions of a rule; what parts of a constant miss it by is one that every row has. */
function exceptionsTo(rule: Derivation): Exceptions | undefined {
  if (rule.kind === 'step') return undefined
  const rounding = rule.kind === 'formula' ? rule.rounding : undefined
  return rule.exceptions ?? (rounding && { rows: [], of: rounding.length, values: rounding })
}

interface Derived {
  readonly column: RuledColumn & Pick<NumericColumn, 'limits' | 'clock'>
  /** All columns, by name. */
  readonly known: ReadonlyMap<string, RuledColumn>
  /** All that is drawn, and derived before. */
  readonly soFar: WrittenTable
  readonly except: (row: number) => Exception | undefined
  /** Whether what an order gives is one of its column's values, where these are few. */
  readonly listed: boolean
}

function derived(rule: Derivation, { column, known, soFar, except, listed }: Derived): Column {
  const { rowCount } = soFar.table
  const there = thereOf(rule)
  if (there) {
    const holds = cellAt(columnIn(soFar, there.column))
    const all = cellAt(derived({ ...rule, there: undefined } as Derivation, { column, known, soFar, except, listed }))
    const cells = Array.from({ length: rowCount }, (_, i) => {
      const open = openCell(there, holds(i))
      return open === undefined ? all(i) : open
    })
    return columnOfCells(column, cells)
  }
  if (rule.kind === 'lookup') {
    const key = keyAt(soFar.table, rule)
    const find = lookup(rule.table)
    return columnOfCells(
      column,
      Array.from({ length: rowCount }, (_, i) => (except(i) ?? { value: find(key(i)) }).value)
    )
  }
  if (rule.kind === 'step') {
    const bin = binAt(rule, soFar)
    const value = (at: number | undefined) => (at === undefined ? rule.missing : rule.values[at]!)
    return columnOfCells(
      column,
      Array.from({ length: rowCount }, (_, i) => value(bin(i)))
    )
  }
  const at =
    rule.kind === 'formula'
      ? expressionAt(rule.expression, soFar, (name, cell) => asLevel(cell, known.get(name)))
      : highAt(
          listed ? rule : { ...rule, listed: undefined, lattice: undefined, terms: undefined, told: undefined, ends: undefined },
          column,
          soFar
        )
  const scale = column.kind === 'datetime' ? DAY : 1
  const low = rule.kind === 'order' ? highestOf(rule.lows, column.format, soFar) : at
  const cells = Array.from({ length: rowCount }, (_, i) => {
    const exception = except(i)
    const start = (exception && rule.kind === 'order' ? low(i) : at(i)) * scale
    const added = start + Number(exception?.value ?? 0)
    // Where none of the data is negative, as much less would be too much of a small one: it is as small a part of it.
    const bent = added < 0 && exception?.part !== undefined ? Math.max(0, start * exception.part) : added
    const value = rule.kind === 'formula' && rule.parts && bent < 0 ? start : bent
    if (Number.isNaN(value) || exception?.value === null) return null
    const written = roundToFormat(value, column.format)
    // What is computed is what it is; a later date or larger number may end at a bound.
    return rule.kind === 'order' ? roundedWithin(written, column.format) : written
  })
  return columnOfCells(column, cells)
}

/** The greatest of the lows plus the gap, or the value of the column that stands for it; where its own unit would round it below, the next value above. */
function highAt(order: KeptOrder, column: RuledColumn, soFar: WrittenTable): (row: number) => number {
  const { lows, highs, from, within, gap, unit, months, terms, listed, lattice, ratio } = order
  if (within) return placeAt({ ...order, within }, soFar)
  if (order.cycle) return inCycle({ ...order, cycle: order.cycle }, soFar)
  const low = highestOf(lows, column.format, soFar)
  const start = from === undefined ? undefined : expressionAt({ kind: 'column', name: from }, soFar)
  const gaps = expressionAt({ kind: 'column', name: gap }, soFar)
  const scale = column.kind === 'datetime' ? DAY : 1
  const step = unitOf(column.kind as NumericColumn['kind'], column.format)
  const [share, end] = [isShare(order), endAt(order, soFar)]
  const own = order.told && termAt(order.told, soFar)
  const shown = (value: number) => roundToFormat(value * scale, column.format) / scale
  const placed = listed ? toListed(listed) : lattice === undefined ? undefined : onLattice(lattice, scale)
  return (i) => {
    const most = end(i)
    const way = share ? Math.max(0, most! - low(i)) : unit
    const gap = share ? Math.min(1, gaps(i)) : terms ? nearestOf(terms, termOf(own?.(i), gaps(i))) : gaps(i)
    const behind = start && (months ? monthsAfter(start(i), gap) : start(i) + gap * unit)
    const free = behind === undefined ? low(i) + Math.max(0, gap) * way : Math.max(behind, low(i))
    const sum = highs ? Math.min(free, most!) : free
    // Where the gap is missing the column is, whatever places it keeps to.
    if (Number.isNaN(sum)) return sum
    const value = placed ? placed(listed ? roundToFormat(sum, column.format) : sum, low(i)) : sum
    // A place, or what a number is rounded to, may lie beyond the end.
    const before = lattice && lattice.rest === undefined ? value - lattice.step / scale : Number.NaN
    if (highs && shown(value) > most! && before >= low(i)) return before
    // Near others there need not be a place: it is the next one.
    if (highs && ratio && lattice && shown(value) > most!) return value
    if (highs && shown(value) > most!) return shown(sum) > most! ? sum - step : sum
    return shown(value) < low(i) ? value + step : value
  }
}

/** A date by its day or week and where in that it is. */
function inCycle({ from, cycle, gap, unit, ends }: KeptOrder & { readonly cycle: Cycle }, soFar: WrittenTable): (row: number) => number {
  const [starts, gaps] = [from!, gap].map((name) => expressionAt({ kind: 'column', name }, soFar)) as [typeof at, typeof at]
  return at
  function at(i: number): number {
    const time = cycleStart(cycle, starts(i) * DAY) / DAY + gaps(i) * unit
    const [first, last] = ends ?? [time, time]
    const length = CYCLE_DAYS[cycle]
    return time > last
      ? time - Math.ceil((time - last) / length) * length
      : time < first
        ? time + Math.ceil((first - time) / length) * length
        : time
  }
}

/** What its level says, where the row has a term; else, or of a level that the data do not have, what is drawn. */
const termOf = (told: number | undefined, gap: number): number => (Number.isNaN(gap) ? gap : (told ?? gap))

/** The term that each row's level says. */
function termAt({ by, levels }: ToldTerms, soFar: WrittenTable): (row: number) => number | undefined {
  const terms = new Map<CellValue, number>(levels.map(({ level, term }) => [level, term]))
  const level = cellAt(columnIn(soFar, by))
  return (i) => terms.get(level(i))
}

/** The nearest of some numbers; none where it is none. */
const nearestOf = (all: readonly number[], x: number): number =>
  Number.isNaN(x) ? x : all.reduce((best, one) => (Math.abs(one - x) < Math.abs(best - x) ? one : best))

/** The number at a row's place among those of its level. */
function placeAt({ within, gap }: KeptOrder & { readonly within: Within }, soFar: WrittenTable): (row: number) => number {
  const scores = expressionAt({ kind: 'column', name: gap }, soFar)
  const level = cellAt(soFar.table.columns.find(({ name }) => name === within.by)!)
  const scale = scaleOf(within)
  return (i) => scale(level(i)).valueAt(scores(i))
}

/** The nearest value of a lattice that is not below `low`; of dates, which have a scale, in days. */
const onLattice =
  (lattice: ValueLattice, scale: number) =>
  (x: number, low: number): number => {
    const nearest = (value: number) => toLattice(value * scale, lattice) / scale
    const found = nearest(x)
    return found > low - 1e-8 ? found : nearest(low + 0.5 * lattice.step * (lattice.rest === undefined ? 1 / scale : MONTH))
  }

/** Days of a month, about. */
const MONTH = 30

/** A table some of whose columns were changed, with what rules compute of these. */
export function withRulesAfter(
  rules: KeptRules | undefined,
  data: WrittenTable,
  { changed, key }: { readonly changed: ReadonlySet<string>; readonly key: Key }
): WrittenTable {
  const feeds = rules?.rules.some((rule) => derives(rule) && inputsOfKept(rule).some((name) => changed.has(name)))
  return rules && feeds ? putRulesBack(rules, takeRulesOut(rules, data), { key, fixed: changed }) : data
}
