import type { Derivation, KeptOrder, KeptRule, KeptRules, RuledColumn } from '../../code/rules/kept-rules.js'
import { DAY, tolerance, unitOf } from '../../code/rules/quantity.js'
import type { RuleRow } from '../../code/rules/rule-row.js'
import { type Cut, isNumber } from '../../code/rules/thresholds.js'
import { scaleOf, type Within } from '../../code/rules/within.js'
import type { GivenValue } from '../../know/given-value.js'
import type { Observable } from '../../know/indicators.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { type Expression, evaluate, holdsIn } from '../../table/expression.js'
import type { ObservationExpression } from '../../table/parse-expression.js'
import type { NumericColumn } from '../../table/table.js'
import { distanceOf, type Interval, type Wanted } from './ruled-wanted.js'

export type KeptStep = Extract<KeptRule, { kind: 'step' }>

/** Where a number lies that a level between thresholds stands for. */
export type Between = { readonly from?: number; readonly to?: number }

/** Pieces between thresholds that have what is wanted. */
export const binsOf = ({ values }: KeptStep, wanted: Wanted): number[] =>
  values.flatMap((value, bin) => (value !== null && distanceOf(wanted, value) === 0 ? [bin] : []))

interface GivenRow {
  readonly columns: ReadonlyMap<string, RuledColumn>
  /** What is given, of which thresholds are computed. */
  readonly row: RuleRow
}

/** Between which thresholds a number lies in some pieces; undefined where these do not follow each other, or are all. */
export function betweenCuts(
  { of, cuts, values }: Pick<KeptStep, 'of' | 'cuts' | 'values'>,
  bins: readonly number[],
  { columns, row }: GivenRow
): Between | undefined {
  const [first, last] = [bins[0]!, bins[bins.length - 1]!]
  if (last - first >= bins.length || bins.length === values.length) return undefined
  const value = (name: string) => Number(row[name] ?? Number.NaN) / (columns.get(name)!.kind === 'datetime' ? DAY : 1)
  const starts = cuts.map((cut) => (isNumber(cut) ? cut : evaluate(cut.at, value)))
  if (!starts.every(Number.isFinite)) return undefined
  const { kind, format } = columns.get(of)!
  const scale = kind === 'datetime' ? DAY : 1
  const beside = (start: number) => unitOf(kind as NumericColumn['kind'], format) || 1e-12 * Math.max(1, Math.abs(start))
  const [from, to] = [starts[first - 1], starts[last]]
  return defined({
    from: from === undefined ? undefined : scale * (isAbove(cuts[first - 1]!) ? from + beside(from) : from),
    to: to === undefined ? undefined : scale * (isAbove(cuts[last]!) ? to : to - beside(to))
  })
}

const isAbove = (cut: Cut): boolean => !isNumber(cut) && cut.above === true

/** Between which scores a number of a level is what is wanted: its own where that is one. Throws `InputError` (code `condition-impossible`) for one that the level cannot have. */
export function placeIn({ column, within }: KeptOrder & { readonly within: Within }, { low, high }: Interval, row: RuleRow): GivenValue {
  const cell = row[within.by]!
  const level = typeof cell === 'boolean' ? String(cell) : cell
  const scale = scaleOf(within)(level)
  const [from, to] = scale.scores(Float64Array.of(low, high))
  if (low < high) return { ...(Number.isFinite(low) ? { from: from! } : {}), ...(Number.isFinite(high) ? { to: to! } : {}) }
  const nearest = scale.valueAt(from!)
  if (Math.abs(nearest - low) <= tolerance(0, low)) return from!
  throw new InputError({
    code: 'condition-impossible',
    got: `${column}=${low} with ${within.by}=${level}`,
    expected: `a number as this level has them, such as ${nearest}`,
    try: 'that number, an interval, or fitting with --rules off'
  })
}

/** The columns of whole rows, as observations may speak of them. */
export const observableOf = ({ columns }: KeptRules): Observable => ({
  columns: columns.map(({ name, kind, levels }) => ({
    name,
    carries: kind === 'identifier' ? 'identifier' : levels ? 'factor' : 'coordinate'
  })),
  kinds: columns,
  formats: columns.map(({ format }) => format)
})

/** An observation of whole rows as a term of a log-likelihood. */
export const observedTerm =
  ({ residual, deviation }: ObservationExpression) =>
  (whole: RuleRow): number => {
    const value = (name: string) => Number(whole[name] ?? Number.NaN)
    const miss =
      evaluate(
        residual,
        value,
        holdsIn((name) => whole[name] ?? null)
      ) / deviation
    return Number.isNaN(miss) ? Number.NEGATIVE_INFINITY : -0.5 * miss ** 2
  }

interface Derivations {
  readonly columns: ReadonlyMap<string, RuledColumn>
  readonly ruleOf: ReadonlyMap<string, Derivation>
  /** Columns that become other ones in some rows. */
  readonly becoming: ReadonlySet<string>
}

/** An expression of numbers that are drawn, with what rules derive put in; undefined where dates, lookups, numbers as levels, places in levels or columns that become other ones are in it. */
export function drawnExpression(expression: Expression, known: Derivations): Expression | undefined {
  if (expression.kind === 'number') return expression
  if (expression.kind === 'indicator') {
    const isDrawn = !known.ruleOf.has(expression.name) && !known.becoming.has(expression.name)
    return isDrawn && known.columns.get(expression.name)?.numbers === undefined ? expression : undefined
  }
  if (expression.kind === 'column') {
    const rule = known.ruleOf.get(expression.name)
    if (known.columns.get(expression.name)?.kind === 'datetime' || known.becoming.has(expression.name)) return undefined
    if (!rule) return expression
    if (rule.kind === 'formula' && !rule.there) return drawnExpression(rule.expression, known)
    if (rule.kind !== 'order' || rule.lows.length !== 1 || rule.from !== undefined) return undefined
    const ends: Expression[] = [...(rule.most === undefined ? [] : [{ kind: 'number' as const, value: rule.most }]), ...(rule.highs ?? [])]
    if (ends.length > 1) return undefined
    const [low, end] = [rule.lows[0]!, ends[0]].map((one) => one && drawnExpression(one, known))
    if (!low || (ends.length > 0 && !end)) return undefined
    const gap: Expression = { kind: 'column', name: rule.gap }
    const way: Expression | undefined = end && { kind: 'binary', operator: '-', left: end, right: low }
    return { kind: 'binary', operator: '+', left: low, right: way ? { kind: 'binary', operator: '*', left: gap, right: way } : gap }
  }
  if (expression.kind === 'binary') {
    const [left, right] = [drawnExpression(expression.left, known), drawnExpression(expression.right, known)]
    return left && right && { ...expression, left, right }
  }
  const of = drawnExpression(expression.of, known)
  return of && { ...expression, of }
}
