import { type KeptRule, type KeptRules, type RuledColumn, ruleTexts } from '../code/rules/keep.js'
import { DAY, unitOf } from '../code/rules/quantity.js'
import { pulledGradient, type RuleRow, wholeRow } from '../code/rules/rule-row.js'
import { type Condition, type Given, type GivenValue, resolveConditions } from '../know/conditions.js'
import type { LikelihoodModule } from '../know/likelihood-row.js'
import type { NamedWarning } from '../know/support.js'
import { defined } from '../num/defined.js'
import { InputError } from '../num/errors.js'
import { matrix } from '../num/matrix.js'
import type { Encoder } from '../table/encoder.js'
import { columnsOf, type Expression, indicatorsOf, parseObservation } from '../table/expression.js'
import { columnWord, expressionText } from '../table/expression-text.js'
import { spelled } from '../table/present.js'
import { isNumericKind, type NumericColumn } from '../table/table.js'
import type { Asked } from './asked.js'

/** Name of the warning that a derived column is met through its rule. */
export const RULE_WARNING = 'rule-observed'

/** What is known of rows, said of the columns that are drawn, and what a reader should know about that. */
export interface RuledAsked {
  readonly asked: Asked
  readonly warnings: readonly NamedWarning[]
}

/** A derived column that is given, as a term of a log-likelihood: 0 where it is met. */
type Term = (whole: RuleRow) => number

/**
 * What is known of columns that rules derive, through those rules: a category that one other value stands for and an end whose
 * start is given become given values; what all inputs are given for is checked; a number that is an expression of drawn columns
 * becomes an observation of it, or a likelihood, as sharp as a hundredth of the column's spread; intervals and categories
 * exclude all other rows. Throws `InputError`: `condition-contradictory` where inputs say otherwise, `condition-derived` where a list of conditions would need
 * more than given values.
 */
export function throughRules(
  kept: KeptRules,
  asked: Omit<Asked, 'likelihood'> & { readonly likelihood?: LikelihoodModule | undefined }
): RuledAsked {
  const through = new Through(kept)
  const givens = asked.givens.map((given, k) => through.given(given, { alone: asked.givens.length === 1, place: k + 1 }))
  const observe = [...asked.observe.map((text) => through.observed(text)), ...through.observations]
  const likelihood = through.likelihood(asked.likelihood)
  const { likelihood: _whole, ...rest } = asked
  return { asked: { ...rest, givens, observe, ...defined({ likelihood }) }, warnings: through.warnings }
}

/** An error of a draw in terms of what was asked: a likelihood that stands for given values is none of the user's. */
export function inTermsOf(asked: Omit<Asked, 'likelihood'> & { readonly likelihood?: unknown }, error: unknown): unknown {
  if (!(error instanceof InputError) || error.code !== 'likelihood-excludes-all' || asked.likelihood !== undefined) return error
  const given = Object.entries(asked.givens[0]!).map(([name, value]) => `${name}=${wordsOf(value)}`)
  return new InputError({
    code: 'condition-impossible',
    got: [...given, ...asked.observe].join(', '),
    expected: 'values that rows of the data have together, or come near where they are observed',
    try: 'a wider interval, or fitting with --rules off'
  })
}

interface Place {
  readonly alone: boolean
  readonly place: number
}

class Through {
  readonly observations: string[] = []
  readonly warnings: NamedWarning[] = []
  private readonly terms: Term[] = []
  private readonly columns: ReadonlyMap<string, RuledColumn>
  private readonly ruleOf: ReadonlyMap<string, KeptRule>

  constructor(private readonly kept: KeptRules) {
    this.columns = new Map(kept.columns.map((column) => [column.name, column]))
    this.ruleOf = new Map(kept.rules.map((rule) => [rule.column, rule]))
  }

  /** One condition, of drawn columns alone. */
  given(given: Given, place: Place): Given {
    let own: Given = given
    // What derives last is looked at first: its inputs may be derived themselves.
    for (const rule of [...this.kept.rules].reverse()) {
      const value = Object.hasOwn(own, rule.column) ? own[rule.column] : undefined
      if (value === undefined) continue
      const { [rule.column]: _, ...rest } = own
      own = this.givenOf(rule, { value, rest, place })
    }
    return own
  }

  private givenOf(rule: KeptRule, { value, rest, place }: { value: GivenValue; rest: Given; place: Place }): Given {
    const wanted = this.wantedOf(rule, value)
    const row = this.rowOf(rest, inputsOf(rule))
    if (row && rule.kind === 'order') return this.gapOf(rule, { wanted, rest, row })
    if (row) return this.checked(rule, { wanted, rest, row, value })
    const key = rule.kind === 'lookup' ? this.onlyKey(rule, wanted) : undefined
    if (key !== undefined) return { ...rest, [(rule as Extract<KeptRule, { kind: 'lookup' }>).from[0]!]: key }
    if (!place.alone) throw this.refused(rule, value, place)
    this.observe(rule, value, wanted)
    return rest
  }

  /** A given value as an interval or a category, read as the column's kind says. */
  private wantedOf({ column }: KeptRule, value: GivenValue): Wanted {
    const condition = resolveConditions(encoderOf(this.columns.get(column)!), [{ [column]: value }], 'refuse')[0]!
    return wantedIn(condition, this.columns.get(column)!)
  }

  /** A row of what is given exactly and of what follows from that; undefined where one of the inputs is not in it. */
  private rowOf(rest: Given, inputs: readonly string[]): RuleRow | undefined {
    const row: Record<string, number | string | boolean | null> = {}
    for (const [name, value] of Object.entries(rest)) {
      const column = this.columns.get(name)
      if (!column || column.kind === 'identifier') continue
      const wanted = wantedIn(resolveConditions(encoderOf(column), [{ [name]: value }], 'refuse')[0]!, column)
      if (wanted.kind === 'level') row[name] = column.kind === 'boolean' ? wanted.level === 'true' : wanted.level
      else if (wanted.low === wanted.high) row[name] = wanted.low
    }
    for (const rule of this.kept.rules) {
      if (rule.kind === 'order' || rule.column in row || !inputsOf(rule).every((name) => name in row)) continue
      row[rule.column] = wholeRow({ ...this.kept, rules: [rule] }, 'written')(row)[rule.column]!
    }
    return inputs.every((name) => name in row) ? row : undefined
  }

  private gapOf(rule: Extract<KeptRule, { kind: 'order' }>, { wanted, rest, row }: { wanted: Wanted; rest: Given; row: RuleRow }): Given {
    const scale = this.columns.get(rule.column)!.kind === 'datetime' ? DAY : 1
    const start = wholeRow({ ...this.kept, rules: [rule] })({ ...row, [rule.gap]: 0 })[rule.column] as number
    const gap = (end: number) => Number(((end - start) / scale / rule.unit).toPrecision(12))
    const { low, high } = wanted as Interval
    if (high < start) throw this.contradiction(rule.column, `${rule.column} below ${rule.lows.map(expressionText).join(' and ')}`)
    if (low === high) return { ...rest, [rule.gap]: gap(low) }
    const from = Math.max(0, gap(low))
    return { ...rest, [rule.gap]: Number.isFinite(high) ? { from, to: gap(high) } : { from } }
  }

  /** All inputs are given, so the column is too: it must be what is asked for. */
  private checked(rule: KeptRule, { wanted, rest, row, value }: { wanted: Wanted; rest: Given; row: RuleRow; value: GivenValue }): Given {
    const column = this.columns.get(rule.column)!
    const found = wholeRow({ ...this.kept, rules: [rule] }, 'written')(row)[rule.column]!
    if (distanceOf(wanted, found) === 0) return rest
    throw this.contradiction(rule.column, `${rule.column}=${wordsOf(value)}, where the rule makes it ${shown(found, column)}`)
  }

  private contradiction(column: string, got: string): InputError {
    return new InputError({
      code: 'condition-contradictory',
      got,
      expected: `what the rule ${this.textOf(column)} allows`,
      try: `leaving ${column} out, or fitting with --rules off`
    })
  }

  /** The one value that stands for what is looked up, or undefined. */
  private onlyKey(rule: Extract<KeptRule, { kind: 'lookup' }>, wanted: Wanted): string | number | undefined {
    if (rule.from.length !== 1) return undefined
    const keys = this.keysOf(rule, wanted)
    const key = keys.length === 1 ? keys[0]![0] : undefined
    if (key === null || key === undefined) return undefined
    return this.columns.get(rule.from[0]!)!.kind === 'datetime' ? new Date(key as number).toISOString() : key
  }

  private keysOf({ table, column }: Extract<KeptRule, { kind: 'lookup' }>, wanted: Wanted) {
    const keys = table.keys.filter((_, e) => table.values[e] !== null && distanceOf(wanted, table.values[e]!) === 0)
    if (keys.length > 0) return keys
    throw this.contradiction(column, `a ${column} that no row has`)
  }

  /** As an observation of drawn numbers where it can be, as a likelihood else. */
  private observe(rule: KeptRule, value: GivenValue, wanted: Wanted): void {
    const column = this.columns.get(rule.column)!
    if (rule.kind === 'lookup') this.keysOf(rule, wanted)
    if (rule.kind === 'lookup' || wanted.kind === 'level' || wanted.low < wanted.high) {
      this.terms.push((whole) => (distanceOf(wanted, whole[rule.column]!) === 0 ? 0 : Number.NEGATIVE_INFINITY))
      return
    }
    const scale = column.kind === 'datetime' ? DAY : 1
    const deviation = Number(
      Math.max(unitOf(column.kind as NumericColumn['kind'], column.format) / Math.sqrt(12), SHARPNESS * column.spread!).toPrecision(2)
    )
    const expression = this.drawnExpression({ kind: 'column', name: rule.column })
    if (expression && columnsOf(expression).every((name) => this.isFine(name)))
      this.observations.push(`${expressionText(expression)} = ${wanted.low} ± ${deviation}`)
    else this.terms.push((whole) => -0.5 * (distanceOf(wanted, whole[rule.column]!) / (deviation * scale)) ** 2)
    this.warnings.push({
      name: RULE_WARNING,
      message: `${rule.column}=${wordsOf(value)} is met through the rule ${this.textOf(rule.column)}, which is kept: as an observation within ± ${deviation}${scale === DAY ? ' days' : ''}, so that rows come near it`
    })
  }

  /** Whether rounding a drawn column, as it is written, moves what is computed from it less than an observation does. */
  private isFine(name: string): boolean {
    const column = this.columns.get(name)
    return column === undefined || unitOf(column.kind as NumericColumn['kind'], column.format) <= SHARPNESS * column.spread!
  }

  /** An expression of numbers that are drawn, with what rules derive put in; undefined where dates or lookups are in it. */
  private drawnExpression(expression: Expression): Expression | undefined {
    if (expression.kind === 'number') return expression
    if (expression.kind === 'indicator') return this.ruleOf.has(expression.name) ? undefined : expression
    if (expression.kind === 'column') {
      const rule = this.ruleOf.get(expression.name)
      if (this.columns.get(expression.name)?.kind === 'datetime') return undefined
      if (!rule) return expression
      if (rule.kind === 'formula') return this.drawnExpression(rule.expression)
      if (rule.kind === 'lookup' || rule.lows.length > 1) return undefined
      const low = this.drawnExpression(rule.lows[0]!)
      return low && { kind: 'binary', operator: '+', left: low, right: { kind: 'column', name: rule.gap } }
    }
    if (expression.kind === 'binary') {
      const [left, right] = [this.drawnExpression(expression.left), this.drawnExpression(expression.right)]
      return left && right && { ...expression, left, right }
    }
    const of = this.drawnExpression(expression.of)
    return of && { ...expression, of }
  }

  /** An observation of drawn columns. Throws `InputError` (code `observation-column`) where it names one that has no formula. */
  observed(text: string): string {
    const { residual, deviation } = parseObservation(text)
    const named = [...columnsOf(residual), ...indicatorsOf(residual).map(({ name }) => name)].filter((name) => this.ruleOf.has(name))
    if (named.length === 0) return text
    const expression = this.drawnExpression(residual)
    if (expression) return `${expressionText(expression)} = 0 ± ${deviation}`
    const name = named.find((one) => !this.drawnExpression({ kind: 'column', name: one })) ?? named[0]!
    throw new InputError({
      code: 'observation-column',
      got: `“${text}”, where ${name} comes from the rule ${this.textOf(name)}`,
      expected: 'columns of numbers that are drawn or computed from such',
      try: `--given ${columnWord(name)}=VALUE, or fitting with --rules off`
    })
  }

  /** The user's likelihood of whole rows, with what is known of derived columns. */
  likelihood(module: LikelihoodModule | undefined): LikelihoodModule | undefined {
    if (!module && this.terms.length === 0) return undefined
    const [whole, written] = [wholeRow(this.kept), wholeRow(this.kept, 'written')]
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

  private refused(rule: KeptRule, value: GivenValue, { place }: Place): InputError {
    return new InputError({
      code: 'condition-derived',
      got: `in condition ${place}: ${rule.column}=${wordsOf(value)}, where ${rule.column} comes from the rule ${this.textOf(rule.column)}`,
      expected: 'values of columns that are drawn, or of all that the rule needs, where there are several conditions',
      try: 'one condition at a time, or fitting with --rules off'
    })
  }

  private textOf(column: string): string {
    const texts = ruleTexts({ ...this.kept, rules: this.kept.rules.filter((rule) => rule.column === column) })
    return texts.map((text) => `“${text}”`).join(' and ')
  }
}

/** Observations that stand for given values are as sharp as this part of the column's spread: sharper ones no chain could follow. */
const SHARPNESS = 0.01

/** Columns that a rule derives its column from, but for the gap of an order. */
function inputsOf(rule: KeptRule): readonly string[] {
  if (rule.kind === 'lookup') return rule.from
  return rule.kind === 'formula' ? columnsOf(rule.expression) : [...new Set(rule.lows.flatMap(columnsOf))]
}

interface Interval {
  readonly kind: 'interval'
  readonly low: number
  readonly high: number
}

type Wanted = Interval | { readonly kind: 'level'; readonly level: string }

function wantedIn({ numbers, ranges, levels }: Condition, column: RuledColumn): Wanted {
  if (numbers[0]) return { kind: 'interval', low: numbers[0].value, high: numbers[0].value }
  if (ranges[0]) return { kind: 'interval', low: ranges[0].low, high: ranges[0].high }
  return { kind: 'level', level: column.levels![levels.get(0)!]! }
}

/** How far a cell is from what is wanted; 0 inside, infinite for another category and a missing cell. */
function distanceOf(wanted: Wanted, value: RuleRow[string]): number {
  if (wanted.kind === 'level') return String(value) === wanted.level && value !== null ? 0 : Number.POSITIVE_INFINITY
  if (typeof value !== 'number') return Number.POSITIVE_INFINITY
  return Math.max(0, wanted.low - value, value - wanted.high)
}

function shown(value: RuleRow[string], { format }: RuledColumn): string {
  return typeof value === 'number' ? spelled(value, format) : value === null ? 'missing' : String(value)
}

function wordsOf(value: GivenValue): string {
  return typeof value === 'object' ? `${value.from ?? ''}..${value.to ?? ''}` : String(value)
}

/** An encoder of one column, by which a given value is read and checked. */
function encoderOf({ name, kind, levels, format }: RuledColumn): Encoder {
  const scaler = { method: 'standard', centre: 0, scale: 1, nonNegative: false } as const
  const isNumber = isNumericKind(kind)
  return {
    columns: [
      isNumber ? { name, carries: 'coordinate', coordinate: 0, scaler } : { name, carries: 'factor', factor: 0, missingLevel: false }
    ],
    formats: [format],
    kinds: [{ name, kind, ...(levels ? { levels } : {}) }],
    coordinateCount: isNumber ? 1 : 0,
    factors: isNumber ? [] : [{ name, levelCount: levels!.length, places: matrix(levels!.length, 0) }]
  }
}
