import { type Cycle, cycleStart } from '../../code/rules/cycles.js'
import { monthsTo } from '../../code/rules/few-distances.js'
import type { KeptGaps } from '../../code/rules/keep-gaps.js'
import {
  choicesIn,
  type Derivation,
  derives,
  endOfOrder,
  inputsOfKept,
  isShare,
  type KeptOrder,
  type KeptRules,
  measuredText,
  type RuledColumn,
  ruledColumns,
  ruleTexts,
  startsOfKept,
  type There,
  thereLevel,
  thereOf
} from '../../code/rules/kept-rules.js'
import { hasKey, keyOf } from '../../code/rules/lookup-table.js'
import { type Bound, isWritten, type Target } from '../../code/rules/meet.js'
import { DAY, unitOf } from '../../code/rules/quantity.js'
import { isWhere, saysGap } from '../../code/rules/rows-of-rule.js'
import { type GapWhere, wheresOf } from '../../code/rules/rule.js'
import { numberIn, pulledGradient, type RuleRow, wholeRow } from '../../code/rules/rule-row.js'
import { columnsOfCuts } from '../../code/rules/thresholds.js'
import type { Given } from '../../know/conditions.js'
import { type GivenValue, wordsOf } from '../../know/given-value.js'
import type { LikelihoodModule } from '../../know/likelihood-row.js'
import { readObservation } from '../../know/observations.js'
import type { NamedWarning } from '../../know/support.js'
import { InputError } from '../../num/errors.js'
import type { CellValue } from '../../table/cells.js'
import { columnsOf, type Expression, evaluate, namesIn } from '../../table/expression.js'
import { expressionText } from '../../table/expression-text.js'
import { parseObservation } from '../../table/parse-expression.js'
import { roundToFormat, spelled } from '../../table/present.js'
import type { NumericColumn } from '../../table/table.js'
import { type KeptLookup, type KeysWith, keysWith, onlyKey, valuesWith } from './ruled-keys.js'
import { type Between, betweenCuts, binsOf, drawnExpression, type KeptStep, observableOf, observedTerm, placeIn } from './ruled-pieces.js'
import { distanceOf, type Interval, shown, type Wanted, wantedOf } from './ruled-wanted.js'

/** Name of the warning that a derived column is met through its rule. */
export const RULE_WARNING = 'rule-observed'

/** Name of the warning that a value is given beside another one of which the data say nothing. */
export const UNKNOWN_WARNING = 'rule-unknown'

/** A derived column that is given, as a term of a log-likelihood: 0 where it is met. */
type Term = (whole: RuleRow) => number

const cellOf = (value: RuleRow[string]): CellValue => (typeof value === 'boolean' ? String(value) : value)

/** What is known of rows, taken apart rule by rule: what is left to observe, to score and to move rows to. */
export class Through {
  readonly observations: string[] = []
  readonly targets: Target[] = []
  readonly warnings: NamedWarning[] = []
  private readonly terms: Term[] = []
  /** What is given of combinations that the tables of lookups do not have. */
  private readonly learned: { readonly column: string; readonly key: readonly CellValue[]; readonly value: CellValue }[] = []
  readonly columns: ReadonlyMap<string, RuledColumn>
  readonly ruleOf: ReadonlyMap<string, Derivation>
  readonly becoming: ReadonlySet<string>

  /** `solved`: derived columns that are met by what is given of others; `rooms`: how sharp observations of the others are at most. */
  constructor(
    private readonly kept: KeptRules,
    private readonly solved: ReadonlySet<string> = new Set(),
    private readonly rooms: ReadonlyMap<string, number> = new Map()
  ) {
    this.columns = new Map([...ruledColumns(kept), ...choicesIn(kept)].map((column) => [column.name, column]))
    this.ruleOf = new Map(kept.rules.filter(derives).map((rule) => [rule.column, rule]))
    this.becoming = new Set(kept.rules.flatMap((rule) => (rule.kind === 'equal' ? [rule.column] : [])))
  }

  /** The rules with what was given of combinations that they say nothing of; the rules themselves where nothing was. */
  get rules(): KeptRules {
    if (this.learned.length === 0) return this.kept
    const rules = this.kept.rules.map((rule) => {
      const own = rule.kind === 'lookup' ? this.learned.filter(({ column }) => column === rule.column) : []
      if (rule.kind !== 'lookup' || own.length === 0) return rule
      const { keys, values } = rule.table
      return {
        ...rule,
        table: { keys: [...keys, ...own.map(({ key }) => key)], values: [...values, ...own.map(({ value }) => value)] }
      }
    })
    return { ...this.kept, rules }
  }

  /** One condition, of drawn columns alone. */
  given(given: Given): Given {
    let own: Given = { ...this.besideOf(given), ...given }
    // What derives last is looked at first: its inputs may be derived themselves.
    for (const rule of [...this.kept.rules].reverse()) {
      const value = Object.hasOwn(own, rule.column) ? own[rule.column] : undefined
      if (value === undefined) continue
      if (rule.kind === 'equal') continue
      if (rule.kind === 'gap') {
        this.refuseGap(rule, own, value)
        own = this.whereThere(rule, own)
        continue
      }
      const { [rule.column]: _, ...rest } = own
      own = this.givenOf(rule, { value, rest })
    }
    return own
  }

  /** Of computed categories that are drawn as well those that what is given says. */
  private besideOf(given: Given): Given {
    const known = (this.kept.beside ?? []).flatMap(({ column, as }): [string, GivenValue][] => {
      const rule = this.ruleOf.get(column)!
      const row = Object.hasOwn(given, column) ? undefined : this.rowOf(given, inputsOf(rule))
      const says = row && wholeRow({ ...this.kept, rules: [rule] }, 'written')(row)[column]
      return says === undefined || says === null ? [] : [[as, String(says)]]
    })
    return Object.fromEntries(known)
  }

  private givenOf(rule: Derivation, { value, rest: others }: { value: GivenValue; rest: Given }): Given {
    const wanted = wantedOf(this.columns.get(rule.column)!, value)
    const there = thereOf(rule)
    const open = there && openWanted(there, wanted)
    if (there && open && typeof open !== 'boolean') return { ...others, [there.column]: open.join('|') }
    if (open) {
      this.terms.push((whole) => (distanceOf(wanted, whole[rule.column]!) === 0 ? 0 : Number.NEGATIVE_INFINITY))
      return others
    }
    const beside = this.kept.beside?.find(({ column }) => column === rule.column)
    const rest = {
      ...(there ? { [there.column]: thereLevel(there) } : {}),
      ...(beside && value !== null ? { [beside.as]: value } : {}),
      ...others
    }
    if (this.solved.has(rule.column)) {
      this.targets.push({ column: rule.column, value: (wanted as Interval).low })
      return rest
    }
    if (rule.kind === 'order' && rule.cycle) return this.cycleOf({ ...rule, cycle: rule.cycle }, wanted as Interval, rest)
    const row = this.rowOf(rest, inputsOf(rule))
    if (rule.kind === 'order') this.refuseBeyond(rule, wanted as Interval, rest)
    if (row && rule.kind === 'order') return this.gapOf(rule, { wanted, rest, row })
    if (row) return this.checked(rule, { wanted, rest, row, value })
    const within = rule.kind === 'step' ? this.betweenCuts(rule, wanted, rest) : undefined
    if (within && rule.kind === 'step') return { ...rest, [rule.of]: this.narrowed(rule, { within, rest, value }) }
    const only = rule.kind === 'lookup' ? this.keyOf(rule, { wanted, rest, value }) : undefined
    if (only) return only
    this.observe(rule, value, wanted)
    return rest
  }

  /** A row of what is given exactly and of what follows from that; undefined where one of the inputs is not in it. */
  private rowOf(rest: Given, inputs: readonly string[]): RuleRow | undefined {
    const row: Record<string, number | string | boolean | null> = {}
    for (const [name, value] of Object.entries(rest)) {
      const column = this.columns.get(name)
      if (!column || column.kind === 'identifier') continue
      const wanted = wantedOf(column, value)
      if (wanted.kind === 'levels') {
        const [level, ...others] = wanted.levels
        if (others.length === 0) row[name] = column.kind === 'boolean' ? level === 'true' : level!
      } else if (wanted.low === wanted.high) row[name] = wanted.low
    }
    for (const rule of this.kept.rules) {
      if (!derives(rule) || rule.kind === 'order' || thereOf(rule) || rule.column in row || !inputsOf(rule).every((name) => name in row))
        continue
      row[rule.column] = wholeRow({ ...this.kept, rules: [rule] }, 'written')(row)[rule.column]!
    }
    return inputs.every((name) => name in row) ? row : undefined
  }

  /** What is given of drawn columns, as rows that are moved must keep it. */
  bounds(given: Given): ReadonlyMap<string, Bound> {
    return new Map(
      Object.entries(given).flatMap(([name, value]): [string, Bound][] => {
        const column = this.columns.get(name)
        if (!column) return [[name, gapBound(value)]]
        if (column.kind === 'identifier') return []
        const wanted = wantedOf(column, value)
        if (wanted.kind === 'levels') return wanted.levels.length === 1 ? [[name, { value: wanted.levels[0]! }]] : []
        return [[name, wanted.low === wanted.high ? { value: wanted.low } : wanted]]
      })
    )
  }

  /** Each start and end that is known by itself refuses what lies beyond it. */
  private refuseBeyond({ column, lows, highs = [] }: KeptOrder, { low, high }: Interval, rest: Given): void {
    const scale = this.columns.get(column)!.kind === 'datetime' ? DAY : 1
    const at = (end: Expression): number => {
      const row = this.rowOf(rest, columnsOf(end))
      return row ? scale * evaluate(end, (name) => numberIn(row[name], this.columns.get(name))) : Number.NaN
    }
    const [under, over] = [lows.find((one) => high < at(one)), highs.find((one) => low > at(one))]
    const end = under ?? over
    if (end) throw this.contradiction(column, `${column} ${under ? 'below' : 'above'} ${expressionText(end)}`)
  }

  /** A date as its day or week and where in that it is; an interval that ends within one says no more of the ends than of whole rows. */
  private cycleOf({ column, from, cycle, gap, unit }: KeptOrder & { readonly cycle: Cycle }, wanted: Interval, rest: Given): Given {
    const { low, high } = wanted
    const [first, last] = [low, high].map((time) => (Number.isFinite(time) ? cycleStart(cycle, time) : time)) as [number, number]
    const within = (time: number, start: number) => Math.round((time - start) / DAY / unit)
    if (first === last) {
      const own = low === high ? within(low, first) : { from: within(low, first), to: within(high, first) }
      return { ...rest, [from!]: new Date(first).toISOString(), [gap]: own }
    }
    if (first < low || last < high) this.terms.push((whole) => (distanceOf(wanted, whole[column]!) === 0 ? 0 : Number.NEGATIVE_INFINITY))
    const ends = { ...(Number.isFinite(first) ? { from: first } : {}), ...(Number.isFinite(last) ? { to: last } : {}) }
    return Object.keys(ends).length === 0 ? rest : { ...rest, [from!]: ends }
  }

  private gapOf(rule: KeptOrder, { wanted, rest, row }: { wanted: Wanted; rest: Given; row: RuleRow }): Given {
    if (rule.within) return { ...rest, [rule.gap]: placeIn({ ...rule, within: rule.within }, wanted as Interval, row) }
    const scale = this.columns.get(rule.column)!.kind === 'datetime' ? DAY : 1
    const endWith = (gap: number, of: KeptOrder) =>
      wholeRow({ ...this.kept, rules: [of] })({ ...row, [rule.gap]: gap })[rule.column] as number | null
    const start = endWith(0, rule.from === undefined ? rule : { ...rule, lows: [] })!
    const most = endOfOrder(rule, (high) => evaluate(high, (name) => numberIn(row[name], this.columns.get(name))))
    const way = isShare(rule) ? most! - start / scale : rule.unit
    const gap = (end: number) => {
      if (rule.months) return monthsTo(start / scale, end / scale)
      return way > 0 ? Number(((end - start) / scale / way).toPrecision(12)) : 0
    }
    const { low, high } = wanted as Interval
    const least = rule.from === undefined ? 0 : Number.NEGATIVE_INFINITY
    if (low === high) return { ...rest, [rule.gap]: gap(low) }
    const from = Math.max(least, gap(low))
    return { ...rest, [rule.gap]: { ...(Number.isFinite(from) ? { from } : {}), ...(Number.isFinite(high) ? { to: gap(high) } : {}) } }
  }

  /** All inputs are given, so the column is too: it must be what is asked for. */
  private checked(rule: Derivation, { wanted, rest, row, value }: { wanted: Wanted; rest: Given; row: RuleRow; value: GivenValue }): Given {
    const column = this.columns.get(rule.column)!
    const found = wholeRow({ ...this.kept, rules: [rule] }, 'written')(row)[rule.column]!
    if (distanceOf(wanted, found) === 0) return rest
    if (rule.kind === 'lookup' && this.isLearned(rule, { wanted, row, value, found })) return rest
    throw this.contradiction(rule.column, `${rule.column}=${wordsOf(value)}, where the rule makes it ${shown(found, column)}`)
  }

  /**
   * Of a combination that no row has, a lookup only guesses: a value that is given for it is no contradiction but what is known of it.
   * False where the table has the combination.
   */
  private isLearned(
    rule: KeptLookup,
    {
      wanted,
      row,
      value,
      found
    }: { readonly wanted: Wanted; readonly row: RuleRow; readonly value: GivenValue; readonly found: RuleRow[string] }
  ): boolean {
    const key = keyOf(rule, (name) => cellOf(row[name]!))
    if (hasKey(rule.table, key)) return false
    const column = this.columns.get(rule.column)!
    const nearest = wanted.kind === 'levels' ? wanted.levels[0]! : Math.min(wanted.high, Math.max(wanted.low, Number(found)))
    if (wanted.kind === 'interval' && wanted.low === wanted.high) this.refuseUnwritten(column, wanted.low, value)
    const own = typeof nearest === 'number' ? roundToFormat(nearest, column.format) : nearest
    if (distanceOf(wanted, own) > 0) return false
    this.learned.push({ column: rule.column, key, value: own })
    const given = [...new Set(rule.from)].map((name) => `${name}=${shown(row[name]!, this.columns.get(name)!)}`)
    this.warnings.push({
      name: UNKNOWN_WARNING,
      message: `no row has ${given.join(' with ')}: the rule ${this.textOf(rule.column)} says nothing of it, so ${rule.column}=${shown(own, column)} is taken as given`
    })
    return true
  }

  private contradiction(column: string, got: string): InputError {
    return new InputError({
      code: 'condition-contradictory',
      got,
      expected: `what the rule ${this.textOf(column)} allows`,
      try: `leaving ${column} out, or fitting with --rules off`
    })
  }

  /** A given value of a column that has a gap there contradicts what is given of the other one. */
  private refuseGap(rule: KeptGaps, own: Given, value: GivenValue): void {
    const known = wheresOf(rule).map((where) => {
      const cell = this.rowOf(own, [where.when])?.[where.when]
      return { ...where, cell, isGap: cell !== undefined && isWhere(where, cellOf(cell)) }
    })
    if (rule.and ? !known.every(({ isGap }) => isGap) : !known.some(({ isGap }) => isGap)) return
    const words = known.flatMap(({ when, cell, isGap }) => (isGap ? [`${when}=${shown(cell!, this.columns.get(when)!)}`] : []))
    throw this.contradiction(rule.column, `${rule.column}=${wordsOf(value)} with ${[...new Set(words)].join(', ')}`)
  }

  /** What is known of other columns where one is given that has no gap there; what cannot be said of a column is said of the row. */
  private whereThere(rule: KeptGaps, own: Given): Given {
    const wheres = rule.and ? [] : wheresOf(rule)
    const said = wheres.map((where) => [where.when, this.outside(where)] as const)
    const isFree = ([name, value]: (typeof said)[number]) => value !== undefined && !Object.hasOwn(own, name)
    if (wheres.length === 0 || !said.every(isFree))
      this.terms.push((whole) => (saysGap(rule, (name) => cellOf(whole[name] ?? null)) ? Number.NEGATIVE_INFINITY : 0))
    const added: Record<string, GivenValue> = {}
    for (const [name, value] of said.filter(isFree)) {
      const before = added[name]
      added[name] = typeof before === 'object' && typeof value === 'object' ? { ...before, ...value } : value!
    }
    return { ...own, ...added }
  }

  /** A column given where a condition of gaps does not hold; undefined where no given value says so. */
  private outside({ when, levels, present, from, below }: GapWhere): GivenValue | undefined {
    const { kind, format, levels: all } = this.columns.get(when)!
    if (levels) {
      const others = all!.filter((level) => !levels.includes(level))
      return others.every((level) => level.trim() === level && !level.includes('|')) ? others.join('|') : undefined
    }
    if (below !== undefined) return { from: below }
    if (from === undefined) return present ? undefined : '..'
    const unit = unitOf(kind as NumericColumn['kind'], format)
    return unit === 0 ? undefined : { to: roundToFormat(from - unit, format) }
  }

  private betweenCuts(rule: KeptStep, wanted: Wanted, rest: Given): Between | undefined {
    const bins = binsOf(rule, wanted)
    if (bins.length === 0) throw this.contradiction(rule.column, `a ${rule.column} that no row has`)
    const row = this.rowOf(rest, columnsOfCuts(rule.cuts))
    return row && betweenCuts(rule, bins, { columns: this.columns, row })
  }

  /** What is given of the number already, as far as it lies between the thresholds. */
  private narrowed(
    { column, of }: Pick<KeptStep, 'column' | 'of'>,
    { within, rest, value }: { within: Between; rest: Given; value: GivenValue }
  ): GivenValue {
    if (!Object.hasOwn(rest, of)) return within
    const own = wantedOf(this.columns.get(of)!, rest[of]!) as Interval
    const [low, high] = [Math.max(own.low, within.from ?? own.low), Math.min(own.high, within.to ?? own.high)]
    if (low > high) throw this.contradiction(column, `${column}=${wordsOf(value)} with ${of}=${wordsOf(rest[of]!)}`)
    return { ...(Number.isFinite(low) ? { from: low } : {}), ...(Number.isFinite(high) ? { to: high } : {}) }
  }

  /** What stands for a value that is looked up, where only one combination of what is not given does; undefined where several do. */
  private keyOf(rule: KeptLookup, { wanted, rest, value }: { wanted: Wanted; rest: Given; value: GivenValue }): Given | undefined {
    const { values } = rule.table
    const { entries, unknown } = keysWith(rule, rest, this.columns)
    const fitting = entries.filter((e) => values[e] !== null && distanceOf(wanted, values[e]!) === 0)
    // Of combinations that no row has the lookup only guesses.
    if (fitting.length === 0 && entries.length > 0) throw this.without(rule, { wanted, rest, value, entries, unknown })
    const added = onlyKey(rule, fitting, rest, this.columns)
    if (!added) return undefined
    const own = Object.entries(added).map(([of, one]): [string, GivenValue] => [
      of,
      typeof one === 'object' ? this.narrowed({ column: rule.column, of }, { within: one, rest, value }) : one!
    ])
    return { ...rest, ...Object.fromEntries(own) }
  }

  /** No combination has what is given, beside what is given of the others. */
  private without(
    rule: KeptLookup,
    { wanted, rest, value, entries, unknown }: KeysWith & { wanted: Wanted; rest: Given; value: GivenValue }
  ): InputError {
    const { column, from } = rule
    const given = from.filter((name) => Object.hasOwn(rest, name))
    const open = from.filter((name) => !given.includes(name))
    const beside = given.map((name) => `${name}=${wordsOf(rest[name]!)}`).join(', ')
    const near = valuesWith(rule, entries, wanted, this.columns).join(', ')
    const isUnknown = unknown.length > 0 && open.length > 0
    return new InputError({
      code: 'condition-contradictory',
      got: `${column}=${wordsOf(value)}${beside === '' ? `, a ${column} that no row has` : ` with ${beside}`}`,
      expected: `what the rule ${this.textOf(column)} allows, such as ${near}${isUnknown ? `; no row has this ${unknown.join(', ')}, and the nearest one's counts` : ''}`,
      try: `${isUnknown ? `giving ${open.join(', ')} too, with which ${column} is taken as given` : `leaving ${column} out`}, or fitting with --rules off`
    })
  }

  /** As an observation of drawn numbers where it can be, as a likelihood else. */
  private observe(rule: Derivation, value: GivenValue, wanted: Wanted): void {
    const column = this.columns.get(rule.column)!
    if (rule.kind === 'lookup' || rule.kind === 'step' || wanted.kind === 'levels' || wanted.low < wanted.high) {
      this.terms.push((whole) => (distanceOf(wanted, whole[rule.column]!) === 0 ? 0 : Number.NEGATIVE_INFINITY))
      return
    }
    this.refuseUnwritten(column, wanted.low, value)
    this.targets.push({ column: rule.column, value: wanted.low })
    const scale = column.kind === 'datetime' ? DAY : 1
    const deviation = Number(
      Math.max(
        unitOf(column.kind as NumericColumn['kind'], column.format) / Math.sqrt(12),
        SHARPNESS * column.spread!,
        (this.rooms.get(column.name) ?? 0) / scale
      ).toPrecision(2)
    )
    const expression = drawnExpression({ kind: 'column', name: rule.column }, this)
    if (expression && columnsOf(expression).every((name) => this.isFine(name)))
      this.observations.push(`${expressionText(expression)} = ${wanted.low} ± ${deviation}`)
    else this.terms.push((whole) => -0.5 * (distanceOf(wanted, whole[rule.column]!) / (deviation * scale)) ** 2)
    this.warnings.push({
      name: RULE_WARNING,
      message: `${rule.column}=${wordsOf(value)} is met through the rule ${this.textOf(rule.column)}, which is kept: rows are drawn as under an observation within ± ${deviation}${scale === DAY ? ' days' : ''}, and moved to the nearest ones that meet it`
    })
  }

  private refuseUnwritten(column: RuledColumn, number: number, value: GivenValue): void {
    if (isWritten(number, column)) return
    throw new InputError({
      code: 'condition-impossible',
      got: `${column.name}=${wordsOf(value)}, which comes from the rule ${this.textOf(column.name)}`,
      expected: `a value as the column is written, such as ${spelled(roundToFormat(number, column.format), column.format)}`,
      try: 'that value, or an interval'
    })
  }

  /** Whether rounding a drawn column, as it is written, moves what is computed from it less than an observation does. */
  private isFine(name: string): boolean {
    const column = this.columns.get(name)
    return column === undefined || unitOf(column.kind as NumericColumn['kind'], column.format) <= SHARPNESS * column.spread!
  }

  /** An observation of drawn columns; none where it becomes a term, as of a number that is looked up. Throws `InputError` as `readObservation`. */
  observed(text: string): string[] {
    const { residual, deviation } = parseObservation(text)
    if (!namesIn(residual).some((name) => this.ruleOf.has(name) || this.becoming.has(name))) return [text]
    const expression = drawnExpression(residual, this)
    if (expression) return [`${expressionText(expression)} = 0 ± ${deviation}`]
    this.terms.push(observedTerm(readObservation(observableOf(this.kept), text)))
    return []
  }

  /** The user's likelihood of whole rows, with what is known of derived columns. */
  likelihood(module: LikelihoodModule | undefined): LikelihoodModule | undefined {
    if (!module && this.terms.length === 0) return undefined
    const [whole, written] = [wholeRow(this.rules), wholeRow(this.rules, 'written')]
    const { terms, kept } = this
    const logLikelihood = (row: RuleRow): number => {
      const own = module ? module.logLikelihood(whole(row)) : 0
      if (terms.length === 0) return own
      const full = written(row)
      return terms.reduce((sum, term) => sum + term(full), own)
    }
    const gradient = module?.gradient
    if (!gradient || terms.length > 0) return { logLikelihood }
    return {
      logLikelihood,
      gradient: (row) => {
        const full = whole(row)
        return pulledGradient(kept, full, gradient(full))
      }
    }
  }

  private textOf(column: string): string {
    const rules = this.kept.rules.filter((rule) => rule.column === column)
    const measured = rules.flatMap((rule) => (rule.kind === 'order' ? measuredText(rule) : []))
    return [...ruleTexts({ ...this.kept, rules }), ...measured].map((text) => `“${text}”`).join(' and ')
  }
}

/** Gaps are given as numbers that were computed, never as text. */
function gapBound(value: GivenValue): Bound {
  if (typeof value !== 'object') return { value: value as number }
  return { low: value.from ?? Number.NEGATIVE_INFINITY, high: value.to ?? Number.POSITIVE_INFINITY }
}

/** Observations that stand for given values are as sharp as this part of the column's spread: sharper ones no chain could follow. */
const SHARPNESS = 0.01

/** Columns that a rule derives its column from, but for the gap of an order, and what says where the rule holds. */
const inputsOf = (rule: Derivation): readonly string[] =>
  rule.kind === 'order' ? [...new Set(startsOfKept(rule))] : inputsOfKept(rule).filter((name) => name !== thereOf(rule)?.column)

/** Whether what is wanted may be what a rule leaves open: levels that are all that is wanted, true where others are too, or numbers where nothing stands for it. */
function openWanted({ or }: There, wanted: Wanted): readonly string[] | boolean {
  if (typeof or !== 'object') return or === 0 && distanceOf(wanted, 0) === 0
  if (wanted.kind !== 'levels' || !wanted.levels.some((level) => or.includes(level))) return false
  return wanted.levels.every((level) => or.includes(level) && level.trim() === level && !level.includes('|')) ? wanted.levels : true
}
