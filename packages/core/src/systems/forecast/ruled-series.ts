import { eachRule } from '../../code/rules/families.js'
import { keepRules } from '../../code/rules/keep.js'
import { type KeptRules, thereOf } from '../../code/rules/kept-rules.js'
import { keyAt } from '../../code/rules/lookup-table.js'
import { parseRule } from '../../code/rules/parse-rule.js'
import { binAt, type WrittenTable } from '../../code/rules/rows-of-rule.js'
import { type Rule, ruleText } from '../../code/rules/rule.js'
import { type Back, putRulesBack, takeRulesOut } from '../../code/rules/stacked.js'
import { InputError } from '../../num/errors.js'
import { placesByName } from '../../num/group.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { roundToFormat } from '../../table/present.js'
import { keepColumns, stackTables, takeTableRows } from '../../table/rows.js'
import { isNumeric, type NumericColumn } from '../../table/table.js'
import { measuredIn, type Ruled, rulesOf } from '../rules/ruled-rows.js'
import { type Clock, timeAt } from './clock.js'
import type { ForecastOptions } from './options.js'

interface RulesOfSeries extends Pick<ForecastOptions, 'rules' | 'rule' | 'local' | 'known'> {
  readonly clock?: Clock | undefined
  /** Whether times to come are known. */
  readonly isEven?: boolean
  /** Whether the series is drawn anew, at its own times: what says something of one stretch of these says it again. */
  readonly anew?: boolean | undefined
  /** Which of the rules can be kept besides; default all. */
  readonly canKeep?: ((rule: Rule) => boolean) | undefined
}

/**
 * The rules of a series that rows to come can keep, taken out of it with its times. What is known of these rows, and their times, no
 * rule derives; times that are known may derive others. A rule is left out where what would stand for its column is no number, or is
 * missing in some rows: the next row is drawn from the numbers of the last ones; not of a series drawn anew, of which such columns follow
 * the numbers. Throws what `rulesOf` throws, and `InputError` (code
 * `rule-series`) for stated rules that are left out so. Cost: as of `findRules`.
 */
export function ruledSeries(
  data: InferredTable,
  { clock, isEven, anew, known = [], canKeep = () => true, ...options }: RulesOfSeries
): { data: InferredTable } & Ruled {
  const withoutTimes = (all: InferredTable) => keepColumns(all, ({ name }) => name !== clock?.name)
  if (options.rules === 'off') return { data: withoutTimes(data) }
  const seen = isEven ? data : withoutTimes(data)
  const fixed = [...known, ...(clock ? [clock.name] : [])]
  const stated = new Set(
    [options.rule ?? []]
      .flat()
      .flatMap(eachRule)
      .map((text) => parseRule(text).column)
  )
  const found = rulesOf(seen, options, fixed).filter((rule) => canKeep(rule) && (anew || stated.has(rule.column) || comesAgain(rule, seen)))
  const kept = (besides: Iterable<string>): KeptRules => {
    const others = new Set(besides)
    const rules = found.filter(({ column }) => !others.has(column))
    const { starts, equals } = measuredIn(seen, rules, options, [...fixed, ...others])
    return goingOn(keepRules(rules, seen, { starts, ...(anew ? { equals } : {}) }))
  }
  const unfit = anew ? new Set<string>() : unfitColumns(kept([]), seen)
  const refused = found.find(({ column }) => fixed.includes(column) || (stated.has(column) && unfit.has(column)))
  if (refused) throw notKept(refused, unfit.has(refused.column) ? undefined : refused.column)
  const rules = kept(unfit)
  return rules.rules.length === 0 ? { data: withoutTimes(data) } : { data: withoutTimes(takeRulesOut(rules, seen)), rules }
}

/** A series goes on beyond what it has been: its last date, or largest number, is no end of an order, nor are its values all that there are. */
const goingOn = (kept: KeptRules): KeptRules => ({
  ...kept,
  rules: kept.rules.map((rule) => (rule.kind === 'order' ? { ...rule, most: undefined, listed: undefined } : rule))
})

/** Columns for which something would be drawn that is no number, or missing in some rows. */
function unfitColumns(kept: KeptRules, data: InferredTable): ReadonlySet<string> {
  const { columns } = takeRulesOut(kept, data).table
  const isUnfit = (name: string | undefined) => columns.some((one) => one.name === name && (!isNumeric(one) || one.missing?.includes(1)))
  const stand = kept.rules.map((rule) => [rule.column, rule.kind === 'order' ? rule.gap : thereOf(rule)?.column] as const)
  return new Set(stand.filter(([, name]) => isUnfit(name)).map(([column]) => column))
}

/**
 * Whether rows to come have what a lookup or thresholds go by: of a year, or a price that rises, they know nothing. Each stretch of
 * rows that agree in it is a draw: the part of those that come once is the probability that the next one is new.
 * @source Good, Biometrika 1953.
 */
function comesAgain(rule: Rule, data: InferredTable): boolean {
  if (rule.kind !== 'lookup' && rule.kind !== 'step') return true
  const at = rule.kind === 'step' ? binAt(rule, data) : keyAt(data.table, rule)
  const rows = Array.from({ length: data.table.rowCount }, (_, i) => JSON.stringify([at(i)]))
  const stretches = rows.filter((name, i) => name !== rows[i - 1])
  const fresh = [...placesByName(stretches, (name) => name).values()].filter(({ length }) => length === 1)
  return 2 * fresh.length < stretches.length
}

/** `fixed`: the column that it would derive and must not. */
function notKept(rule: Rule, fixed: string | undefined): InputError {
  const why = fixed === undefined ? 'where it holds is no number that a next row is drawn from' : `${fixed} is known of rows to come`
  return new InputError({
    code: 'rule-series',
    got: `“${ruleText(rule)}” of a series, where ${why}`,
    expected: 'rules that derive columns from numbers that are drawn, or from times',
    try: 'leaving the rule out, or --rules off'
  })
}

/** How rows come back of which some columns are given in some. */
export interface RowsBack extends Pick<Back, 'key' | 'chains'> {
  /** Columns of a row that are given. */
  readonly givenIn?: ((row: number) => readonly string[]) | undefined
}

interface SeriesColumns extends Ruled {
  readonly clock?: Clock | undefined
  readonly formats: readonly ColumnFormat[]
}

/** Rows as they are drawn as rows of the series, with their times and what rules derive. `placeOf`: how many rows after its last one a row comes. */
export function wholeSeries(
  { clock, rules, formats }: SeriesColumns,
  drawn: WrittenTable,
  placeOf: (row: number) => number,
  back: RowsBack = {}
): WrittenTable {
  const timed = (rows: WrittenTable, isWritten: boolean): WrittenTable => {
    if (!clock) return rows
    const format = formats[clock.place]!
    const values = Float64Array.from({ length: rows.table.rowCount }, (_, i) => {
      const time = timeAt(clock, placeOf(i))
      return isWritten ? roundToFormat(time, format) : time
    })
    const column: NumericColumn = { name: clock.name, kind: clock.column, values }
    const columns = rows.table.columns.toSpliced(clock.place, 0, column)
    return { table: { ...rows.table, columns }, formats: rows.formats.toSpliced(clock.place, 0, format) }
  }
  if (!rules) return timed(drawn, false)
  // Rules read times as they are written.
  if (rules.columns.some(({ name }) => name === clock?.name)) return rulesBack(rules, timed(drawn, true), back)
  return timed(rulesBack(rules, drawn, back), false)
}

/** `putRulesBack` of rows that give the same columns together. */
function rulesBack(rules: KeptRules, { table, formats }: WrittenTable, { key, chains, givenIn }: RowsBack): WrittenTable {
  if (!givenIn) return putRulesBack(rules, { table, formats }, { key, chains })
  const all = Array.from({ length: table.rowCount }, (_, i) => i)
  const alike = [...placesByName(all, (i) => JSON.stringify(givenIn(i))).values()]
  const back = alike.map((rows) => {
    const fixed = new Set(givenIn(rows[0]!))
    return putRulesBack(
      rules,
      { table: takeTableRows(table, rows), formats },
      { fixed, key, chains: chains && Uint32Array.from(rows, (i) => chains[i]!) }
    )
  })
  const place = new Uint32Array(table.rowCount)
  alike.flat().forEach((row, at) => {
    place[row] = at
  })
  return { table: takeTableRows(stackTables(back.map((one) => one.table)), place), formats: back[0]!.formats }
}
