import { defined } from '../../num/defined.js'
import { variance } from '../../num/statistics.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { codesIn, codesOf, determines, sharedRate } from '../../table/codes.js'
import { dateUnit } from '../../table/date-style.js'
import { presentValues } from '../../table/encoder.js'
import { columnsOf, type Expression, indicatorsOf } from '../../table/expression.js'
import { expressionText } from '../../table/expression-text.js'
import { writtenUnit } from '../../table/present.js'
import { takeTableRows, unusedName } from '../../table/rows.js'
import { isCategorical, isNumeric, kindOf, type NumericColumn } from '../../table/table.js'
import { coarserLattice } from '../../table/value-lattice.js'
import { isBeyondChance } from './chance.js'
import { isOrder } from './choose.js'
import { keepEquals } from './equals.js'
import { bends, type Exceptions, exceptionsOf } from './exceptions.js'
import { findFewDistances, monthsTo } from './few-distances.js'
import { keepFlags } from './flags.js'
import { someValues } from './keep-gaps.js'
import { partsIn, roundingIn } from './keep-parts.js'
import { derives, inputsOfKept, type KeptOrder, type KeptRule, type KeptRules, THERE, type There, type ToldTerms } from './kept-rules.js'
import { listedValues } from './listed-values.js'
import { lookupTable } from './lookup-table.js'
import { DAY } from './quantity.js'
import { plus, type Ratio, timesRatio } from './ratios.js'
import { binAt, columnIn, formatIn, keyColumns, quantityIn, type WrittenTable } from './rows-of-rule.js'
import { inputsOf, isOpenCell, openOf, type Rule } from './rule.js'
import { column, number } from './shapes.js'
import { endOfWay, isToldByShare } from './share-of-way.js'
import { endAt, gapColumn, highestOf } from './stacked.js'
import { withStandIn } from './stand-in.js'
import { keepWithin } from './within.js'

/** Rules made ready to be kept, of a table that obeys them, and columns that are measured by others. `known`: rules of rows that know their columns, kept beside these. Cost O(cells). */
export function keepRules(
  rules: readonly Rule[],
  data: WrittenTable,
  some: Partial<Measured> = {},
  known: readonly Rule[] = []
): KeptRules {
  const measured = { ...NONE, ...some }
  const columns = data.table.columns.map((column, c) => ({
    ...kindOf(column),
    format: data.formats[c]!,
    ...(isNumeric(column) ? { spread: spreadOf(column.name, data) } : {}),
    ...(isNumeric(column) && isAsked(column.name, [...rules, ...known])
      ? { numbers: [...new Set(presentValues(column))].sort((a, b) => a - b) }
      : {})
  }))
  const { starts, within, equals, choices, ratios } = measured
  // What stands in the place of flags tells them all.
  const flags = [...choices.values()].flatMap((all) => all.slice(1).map((column): Rule => ({ kind: 'lookup', column, from: [] })))
  const kept = rules.flatMap((_, k) => keepRule(k, [...rules, ...flags], { ...data, ...measured }))
  const beside = [...starts.keys()].filter((name) => !kept.some(({ kind, column }) => kind === 'order' && column === name))
  const dates = beside.map((name) => keepOrder(name, rules, { ...data, ...measured })!)
  const numbers = [
    ...[...within].map(([name, by]) => keepPlace(name, by, data)),
    ...[...ratios].map(([name, one]) => keepRatio(name, one, data))
  ]
  const others = [...fitted(kept, equals), ...dates, ...numbers]
  const same = keepEquals(
    [...equals].filter(([column]) => !isPartOfSome(column, others)),
    data
  )
  return { rules: isMeasured(measured) ? inOrder([...others, ...same]) : kept, columns }
}

/** Parts that become other columns are fitted once they have, where nothing else is told by them. */
function fitted(kept: readonly KeptRule[], equals: Measured['equals']): KeptRule[] {
  return kept.map((rule) => {
    const { parts } = rule.kind === 'formula' ? rule : {}
    if (
      !parts?.names.some((name) => equals.has(name)) ||
      kept.some((one) => one !== rule && inputsOfKept(one).some((name) => parts.names.includes(name)))
    )
      return rule
    return { ...rule, parts: { ...parts, late: true } } as KeptRule
  })
}

const isPartOfSome = (column: string, rules: readonly KeptRule[]): boolean =>
  rules.some((rule) => rule.kind === 'formula' && rule.parts?.names.includes(column) && !rule.parts.late)

/** Columns that are drawn by how they stand to another one, by that one. */
export interface Measured {
  /** Dates that are measured from others (`startsOf`). */
  readonly starts: ReadonlyMap<string, string>
  /** Numbers that are measured among those of a level of a category (`withinOf`). */
  readonly within: ReadonlyMap<string, string>
  /** Numbers that are another column's in many rows (`equalsOf`). */
  readonly equals: ReadonlyMap<string, string>
  /** Columns of which exactly one is 1, by the one that a formula leaves (`choicesOf`). */
  readonly choices: ReadonlyMap<string, readonly string[]>
  /** Numbers that are drawn as what part they are of others (`ratiosOf`). */
  readonly ratios: ReadonlyMap<string, Ratio>
}

const NONE: Measured = { starts: new Map(), within: new Map(), equals: new Map(), choices: new Map(), ratios: new Map() }

/** Whether any column is measured by another one. */
export const isMeasured = ({ starts, within, equals, choices, ratios }: Measured): boolean =>
  starts.size + within.size + equals.size + choices.size + ratios.size > 0

/** Whether formulas ask for levels of a column. */
const isAsked = (name: string, rules: readonly Rule[]): boolean =>
  rules.some((rule) => rule.kind === 'formula' && indicatorsOf(rule.expression).some((one) => one.name === name))

function keepPlace(column: string, by: string, data: WrittenTable): KeptOrder {
  const gap = unusedName(`${column} in ${by}`, namesOf(data.table))
  return { kind: 'order', column, lows: [], within: keepWithin(columnIn(data, column) as NumericColumn, by, data), gap, unit: 1 }
}

function keepRatio(column: string, { of, low, high, near }: Ratio, data: WrittenTable): KeptOrder {
  const share = near === 'distance' ? undefined : true
  const gap = unusedName(
    `${column} ${share ? '/' : '−'} ${of.kind === 'column' ? expressionText(of) : `(${expressionText(of)})`}`,
    namesOf(data.table)
  )
  const [lows, highs] = [low, high].map((ratio) => [share ? timesRatio(ratio, of) : plus(of, ratio)])
  // The next of few places of the column would stand farther from what it is near; its lattice does not.
  return {
    kind: 'order',
    column,
    lows: lows!,
    highs,
    ...defined({ share }),
    ratio: true,
    gap,
    unit: 1,
    ...placesOf(column, data),
    ...(near ? { listed: undefined } : {})
  }
}

const namesOf = ({ columns }: WrittenTable['table']): ReadonlySet<string> => new Set(columns.map(({ name }) => name))

/** A table, and which of its columns are measured by others. */
interface MeasuredTable extends WrittenTable, Measured {}

/** Each behind those that derive its inputs, and behind what says where it is missing. */
export function inOrder(rules: readonly KeptRule[]): KeptRule[] {
  const out: KeptRule[] = []
  let rest = [...rules]
  while (rest.length > 0) {
    const derived = new Set(rest.flatMap(({ kind, column }) => (kind === 'gap' ? [] : [column])))
    // What a rule says of a drawn column does not wait for itself.
    const isOwn = (rule: KeptRule, name: string) => !derives(rule) && name === rule.column && (rule.kind === 'equal' || name === rule.marks)
    const marked = new Set(rest.flatMap((rule) => (rule.kind === 'gap' ? [rule.marks] : [])))
    // A gap marks what it names itself; where that which it goes by has gaps, these come first.
    const waits = (rule: KeptRule) =>
      inputsOfKept(rule).some(
        (name) => (derived.has(name) && !isOwn(rule, name)) || (marked.has(name) && !(rule.kind === 'gap' && name === rule.marks))
      )
    const ready = rest.filter((rule) => !waits(rule))
    if (ready.length === 0) throw new Error(`rules in a circle: ${rest.map(({ column }) => column).join(', ')}`)
    out.push(...ready)
    rest = rest.filter((rule) => !ready.includes(rule))
  }
  return out
}

/** Orders of one column become one, at the place of the last. */
function keepRule(place: number, rules: readonly Rule[], data: MeasuredTable): KeptRule[] {
  const rule = rules[place]!
  const { column } = rule
  const choice = data.choices.get(column)
  if (choice) return keepFlags(choice, data)
  if (rule.kind === 'formula') {
    const { kind, expression } = rule
    return [
      {
        kind,
        column,
        expression,
        ...(rule.open === undefined
          ? defined({ parts: partsIn(rule, rules, data), rounding: roundingIn(rule, data), exceptions: exceptionsIn(rule, data) })
          : { there: thereIn(rule, data) })
      }
    ]
  }
  if (rule.kind === 'step') {
    const { open: _, ...step } = rule
    return [{ ...step, ...valuesOfBins(rule, data), ...defined({ there: thereIn(rule, data) }) }]
  }
  if (rule.kind === 'gap') {
    const [by, ratio] = [data.within.get(column), data.ratios.get(column)]
    const there = rules.flatMap((one) => (one.column === column ? (thereIn(one, data) ?? []) : []))[0]
    if (there) return [{ ...rule, marks: there.column, values: [THERE] }]
    const measured = by === undefined ? ratio && keepRatio(column, ratio, data) : keepPlace(column, by, data)
    const order = measured ?? keepOrder(column, rules, data)
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
    const from = keyColumns(rule, data)
    const rows = Uint32Array.from(rowsThere(rule, data))
    const own = takeTableRows({ columns: [...from, columnIn(data, column)], rowCount: data.table.rowCount }, rows).columns
    const table = lookupTable(own.slice(0, -1), own[own.length - 1]!, rows.length)
    return [
      {
        kind: rule.kind,
        column,
        from: rule.from,
        table,
        ...defined({ parts: rule.parts, exceptions: exceptionsIn(rule, data), there: thereIn(rule, data) })
      }
    ]
  }
  if (rules.slice(place + 1).some((one) => isOrder(one) && one.column === column)) return []
  return [keepOrder(column, rules, data)!]
}

/** All orders of a column as one, and what it is measured from; undefined where it has neither. */
function keepOrder(column: string, rules: readonly Rule[], data: MeasuredTable): KeptOrder | undefined {
  const ends = rules.flatMap((one) => (one.kind === 'limit' && one.column === column ? [one.high] : []))
  const starts = rules.flatMap((one) => (one.kind === 'order' && one.column === column ? [one.low] : []))
  if (starts.length + ends.length === 0 && !data.starts.has(column)) return undefined
  const { isDate, values } = quantityIn(data, column)
  const stated = starts.map((low) => everywhere(low, values, { data, isEnd: false }))
  const highs = ends.map((high) => everywhere(high, values, { data, isEnd: true }))
  // An amount that is never above another one is a part of it; what ends at something that is not always there is not measured from that.
  const isAmount = !isDate && !values.some((x) => x < 0)
  const isPart = stated.length === 0 && highs.length > 0 && (isAmount || highs.some((high, k) => high !== ends[k]))
  const lows: readonly Expression[] = isPart ? [number(isAmount ? 0 : leastOf(values))] : stated
  const from = data.starts.get(column) ?? (lows.length === 0 ? highs.flatMap(columnsOf)[0] : undefined)
  const own = rules.find((one) => one.kind === 'order' && one.column === column)
  const exceptions = own && exceptionsIn(own, data)
  const measured: readonly Expression[] = from !== undefined ? [{ kind: 'column', name: from }] : isPart ? ends : starts
  const most =
    from === undefined && !exceptions && highs.length === 0 ? endOfWay(values, highestOf(lows, formatIn(data, column), data)) : undefined
  const share =
    (from === undefined &&
      highs.length > 0 &&
      isToldByShare(values, highestOf(lows, formatIn(data, column), data), endAt({ highs }, data))) ||
    undefined
  return {
    kind: 'order',
    column,
    lows,
    gap: gapName(column, measured, data),
    unit: gapUnit(column, measured, data),
    ...defined({
      highs: highs.length === 0 ? undefined : highs,
      share,
      from,
      most,
      exceptions
    }),
    ...(from !== undefined && isDate ? termsFrom(from, column, { ...data, rules }) : {}),
    ...placesOf(column, data)
  }
}

/** Where a column's values stand: on a lattice coarser than what they are written in, as full hours or thousands, or on few places. */
function placesOf(name: string, data: WrittenTable): Pick<KeptOrder, 'lattice' | 'listed'> {
  const { isDate, values, unit } = quantityIn(data, name)
  const present = values.filter((x) => !Number.isNaN(x))
  const lattice = coarserLattice(presentValues(columnIn(data, name) as NumericColumn), writtenUnit(formatIn(data, name)), isDate)
  return defined({ lattice, listed: isDate ? undefined : listedValues(present, unit) })
}

/** The few terms that a date is behind another one, as gaps have them, and which category says which of them. */
function termsFrom(
  from: string,
  date: string,
  { rules, ...data }: WrittenTable & { readonly rules: readonly Rule[] }
): Pick<KeptOrder, 'months' | 'terms' | 'told'> {
  const dates = data.table.columns.flatMap(({ name, kind }) => (kind === 'datetime' ? [quantityIn(data, name)] : []))
  const few = findFewDistances(dates).get(date)
  if (few?.from !== from) return {}
  const unit = gapUnit(date, [column(from)], data)
  const [start, end] = [from, date].map((name) => quantityIn(data, name).values) as [Float64Array, Float64Array]
  const term = (i: number) => (few.months ? monthsTo(start[i]!, end[i]!) : Math.round((end[i]! - start[i]!) / unit))
  const told = toldTerms(term, { rules, data, rows: Array.from(end.keys()).filter((i) => !Number.isNaN(end[i]!)) })
  const terms = few.months ? few.distances : few.distances.map((days) => Math.round(days / unit))
  return { ...(few.months ? { months: true } : {}), terms, ...defined({ told }) }
}

interface TermsOf {
  readonly rules: readonly Rule[]
  readonly data: WrittenTable
  /** Those that have a term. */
  readonly rows: readonly number[]
}

/** The category of fewest levels that no rule derives, of which the rows of each level have one term, beyond chance: customers of 14 or of 30 days. Cost O(rows) for each category. */
function toldTerms(term: (row: number) => number, { rules, data, rows }: TermsOf): ToldTerms | undefined {
  const terms = codesOf({ name: '', kind: 'integer', values: Float64Array.from(rows, term) })
  const rate = sharedRate(terms)
  const categories = data.table.columns.filter(isCategorical)
  const found = categories.flatMap((by) => {
    if (by.codes.includes(-1) || rules.some((rule) => rule.kind !== 'gap' && rule.column === by.name)) return []
    const levels = codesIn(by, Uint32Array.from(rows))
    if (!determines(levels, terms) || !isBeyondChance({ rate, times: rows.length - levels.count, candidates: categories.length })) return []
    return [{ by, count: levels.count }]
  })
  const best = found.sort((a, b) => a.count - b.count)[0]?.by
  if (!best) return undefined
  const byLevel = new Map(rows.map((i) => [best.levels[best.codes[i]!]!, term(i)]))
  return { by: best.name, levels: [...byLevel].map(([level, own]) => ({ level, term: own })) }
}

/** A start or end with what stands in its place in rows of the column that have none: the least, or largest, value that the column has there. */
function everywhere(
  end: Expression,
  values: Float64Array,
  { data, isEnd }: { readonly data: WrittenTable; readonly isEnd: boolean }
): Expression {
  if (end.kind !== 'column') return end
  const others = quantityIn(data, end.name).values
  const alone = values.filter((x, i) => !Number.isNaN(x) && Number.isNaN(others[i]!))
  return alone.length === 0 ? end : withStandIn(end, isEnd ? -leastOf(alone.map((x) => -x)) : leastOf(alone))
}

const leastOf = (values: Float64Array): number =>
  values.reduce((least, x) => (Number.isNaN(x) ? least : Math.min(least, x)), Number.POSITIVE_INFINITY)

/** What says where a rule holds that leaves its column open; no other column is named so. */
function thereIn(rule: Rule, { table }: WrittenTable): There | undefined {
  const or = openOf(rule)
  return or === undefined ? undefined : { column: unusedName(`${rule.column} there`, namesOf(table)), or }
}

/** Rows in which a rule holds, and does not leave its column open. */
function rowsThere(rule: Rule, data: WrittenTable): number[] {
  const [open, cell] = [openOf(rule), cellAt(columnIn(data, rule.column))]
  return Array.from({ length: data.table.rowCount }, (_, i) => i).filter((i) => !isOpenCell(open, cell(i)))
}

const exceptionsIn = (rule: Rule, data: WrittenTable): Exceptions | undefined =>
  rule.exceptions && bends(rule) ? exceptionsOf(rule, data) : undefined

function valuesOfBins(rule: Extract<Rule, { kind: 'step' }>, data: WrittenTable): { values: CellValue[]; missing: CellValue } {
  const at = cellAt(columnIn(data, rule.column))
  const rows = rowsThere(rule, data)
  const bins = rows.map(binAt(rule, data))
  const valueIn = (bin: number | undefined) => at(rows[bins.indexOf(bin)]!)
  return {
    values: Array.from({ length: rule.cuts.length + 1 }, (_, k) => valueIn(k)),
    missing: bins.includes(undefined) ? valueIn(undefined) : null
  }
}

/** Standard deviation of a column of numbers; 0 where it has none. */
function spreadOf(name: string, data: WrittenTable): number {
  const values = quantityIn(data, name).values.filter((x) => !Number.isNaN(x))
  return values.length === 0 ? 0 : Math.sqrt(variance(values))
}

/** `end − start`; no other column is named so. */
function gapName(column: string, lows: readonly Expression[], { table }: WrittenTable): string {
  return unusedName(
    lows.map((low) => `${column} − ${low.kind === 'column' ? expressionText(low) : `(${expressionText(low)})`}`).join(', '),
    namesOf(table)
  )
}

/** Gaps of dates count the finest unit in which one of them is written; those of numbers are numbers. */
function gapUnit(column: string, lows: readonly Expression[], data: WrittenTable): number {
  const names = [column, ...lows.flatMap((low) => inputsOf({ kind: 'order', column, low }))]
  const formats = names.map((name) => formatIn(data, name))
  const dates = formats.filter(({ kind }) => kind === 'datetime').map(({ date }) => (date ? dateUnit(date) : 1))
  return dates.length === 0 ? 1 : Math.min(...dates) / DAY
}
