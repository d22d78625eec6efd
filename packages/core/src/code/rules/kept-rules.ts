import type { CellValue } from '../../table/cells.js'
import { columnsOf, type Expression, isConstant, namesIn } from '../../table/expression.js'
import { columnWord } from '../../table/expression-text.js'
import type { ColumnFormat } from '../../table/infer.js'
import { unusedName } from '../../table/rows.js'
import type { KindOfColumn } from '../../table/table.js'
import type { ValueLattice } from '../../table/value-lattice.js'
import type { Cycle } from './cycles.js'
import type { KeptEqual } from './equals.js'
import type { Exceptions } from './exceptions.js'
import type { KeptGaps } from './keep-gaps.js'
import type { Parts } from './keep-parts.js'
import type { ListedValues } from './listed-values.js'
import type { LookupTable } from './lookup-table.js'
import { columnsOfGap, type LookupKey, type Open, type Rule, ruleText } from './rule.js'
import { binary, column, number } from './shapes.js'
import { besideStandIn } from './stand-in.js'
import { columnsOfCuts, type Thresholds } from './thresholds.js'
import type { Within } from './within.js'

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
      readonly there?: There | undefined
    }
  /**
   * The column is the greatest of `lows` and a gap, in units of its own, which stands in its place; or a gap of either sign from
   * another column, where that is not below `lows`, nor above `highs`.
   */
  | {
      readonly kind: 'order'
      readonly column: string
      readonly lows: readonly Expression[]
      readonly highs?: readonly Expression[] | undefined
      /** The gap is a share of the way from `lows` to the least of `highs`. */
      readonly share?: true | undefined
      /** Its ends are multiples of what it is a part of, or distances from it, and no rule. */
      readonly ratio?: true | undefined
      readonly from?: string | undefined
      /** The column is measured from the beginning of its own day or week, `from`, which is drawn as well and is no column of the table. */
      readonly cycle?: Cycle | undefined
      /** The first and the last of such dates, in days: one beyond comes as many cycles earlier or later. */
      readonly ends?: readonly [number, number] | undefined
      /** The gap counts months of the calendar. */
      readonly months?: true | undefined
      /** The few gaps that there are, ascending. */
      readonly terms?: readonly number[] | undefined
      /** Which of these each level of a category has, where that says it. */
      readonly told?: ToldTerms | undefined
      /** The gap is a share of the way from `lows` to this number, dates in days: the largest that the column has. */
      readonly most?: number | undefined
      /** The gap is the place among the numbers of a level of a category, a normal score. */
      readonly within?: Within | undefined
      readonly gap: string
      readonly unit: number
      /** Of dates that keep to full hours, or the first of a month, and of numbers in thousands. */
      readonly lattice?: ValueLattice | undefined
      /** Of a column of numbers that stand on few places. */
      readonly listed?: ListedValues | undefined
      readonly exceptions?: Exceptions | undefined
    }
  | ({
      readonly kind: 'lookup'
      readonly column: string
      readonly table: LookupTable
      readonly exceptions?: Exceptions | undefined
      readonly there?: There | undefined
      /** All columns of which exactly one is 1, the column among them: it goes by a category that is drawn in their place, of which each is a level. */
      readonly flags?: readonly string[] | undefined
    } & LookupKey)
  /** One value below the first threshold, one from each on [cuts + 1], and one where the number or a threshold is missing. */
  | ({
      readonly kind: 'step'
      readonly column: string
      readonly of: string
      readonly values: readonly CellValue[]
      readonly missing: CellValue
      readonly there?: There | undefined
    } & Thresholds)
  | KeptGaps
  | KeptEqual

/** The category that says by which of a few terms a date is behind another one: what a customer was promised. Plain data. */
export interface ToldTerms {
  readonly by: string
  readonly levels: readonly { readonly level: string; readonly term: number }[]
}

/** A rule that derives its column; the others say something of one that is drawn. */
export type Derivation = Exclude<KeptRule, KeptGaps | KeptEqual>

/** Whether a rule derives its column. */
export const derives = (rule: KeptRule): rule is Derivation => rule.kind !== 'gap' && rule.kind !== 'equal'

/** Of a rule that leaves its column open: the drawn column that has a level where the rule holds and is missing where the column is `or`, or of levels the one that it is. */
export interface There {
  readonly column: string
  readonly or: Open
}

/** The level of a column that says where a rule holds: the one that it has, but for those of which one is the column's own instead. */
export const THERE = 'there'

/** The same, and no level that the rule leaves open. */
export const thereLevel = ({ or }: There): string => (typeof or === 'object' ? unusedName(THERE, new Set(or)) : THERE)

/** What says where a rule holds that leaves its column open. */
export const thereOf = (rule: KeptRule): There | undefined =>
  rule.kind === 'formula' || rule.kind === 'lookup' || rule.kind === 'step' ? rule.there : undefined

/** What a column is where its rule leaves it open, by what says where it does; undefined where the rule holds. */
export function openCell(there: There, says: CellValue): CellValue | undefined {
  if (typeof there.or === 'object') return says === thereLevel(there) ? undefined : says
  return says !== null ? undefined : there.or === 'missing' ? null : there.or
}

/** A column as it stands in the whole table. */
export interface RuledColumn extends KindOfColumn {
  readonly format: ColumnFormat
  /** Standard deviation of numbers; of dates in days. */
  readonly spread?: number | undefined
  /** Of numbers that formulas ask for as levels, as of rooms, those that the data have, ascending. */
  readonly numbers?: readonly number[] | undefined
}

/** Rules stacked before the encoder: a table without the columns that they derive, and the way back. Plain data. */
export interface KeptRules {
  /** Each behind those that derive its inputs. */
  readonly rules: readonly KeptRule[]
  /** Of the whole table, in its order. */
  readonly columns: readonly RuledColumn[]
  /** What rows obey that know all of its columns, of which some rows lack one: all of them are drawn. Absent where there is none. */
  readonly known?: readonly Derivation[] | undefined
  /** Computed categories that tell drawn columns, and under which name each is drawn beside these; absent where there are none. */
  readonly beside?: readonly Beside[] | undefined
}

/** A category that a rule computes, drawn as well, and the drawn columns that it tells: of rows for which the rule computes another one these are exchanged. */
export interface Beside {
  readonly column: string
  readonly as: string
  readonly told: readonly string[]
}

/** Columns, drawn or derived before, that a rule computes its column from. */
export function inputsOfKept(rule: KeptRule): readonly string[] {
  const there = thereOf(rule)
  if (there) return [...inputsOfKept({ ...rule, there: undefined } as KeptRule), there.column]
  if (rule.kind === 'lookup') return rule.from
  if (rule.kind === 'step') return [rule.of, ...columnsOfCuts(rule.cuts)]
  if (rule.kind === 'gap') return [...columnsOfGap(rule), rule.marks]
  if (rule.kind === 'equal') return [rule.column, rule.of, rule.flag]
  return rule.kind === 'formula'
    ? namesIn(rule.expression)
    : [...new Set([...startsOfKept(rule), ...(rule.told ? [rule.told.by] : []), rule.gap])]
}

export type KeptOrder = Extract<KeptRule, { kind: 'order' }>

/** Whether an order's gap is a share of the way to its end. */
export const isShare = ({ most, share }: KeptOrder): boolean => most !== undefined || share === true

/** What a column ends at, by the value of an expression; undefined where it has no end. */
export function endOfOrder(
  { most, highs = [] }: Pick<KeptOrder, 'most' | 'highs'>,
  valueIn: (high: Expression) => number
): number | undefined {
  const ends = [...(most === undefined ? [] : [most]), ...highs.map(valueIn)]
  return ends.length === 0 ? undefined : Math.min(...ends)
}

/** Columns that an order measures its gap from, or is not below, nor above. */
export const startsOfKept = ({ lows, highs = [], from, within }: KeptOrder): string[] => [
  ...[...lows, ...highs].flatMap(columnsOf),
  ...(from === undefined ? [] : [from]),
  ...(within ? [within.by] : [])
]

/** Rules in words, as `--rule` reads them. */
export function ruleTexts({ rules, known = [] }: KeptRules): string[] {
  const texts = [...rules, ...known].flatMap((rule) => {
    const exceptions = 'exceptions' in rule ? rule.exceptions?.rows.length : undefined
    if (rule.kind === 'order') {
      const { column, highs = [] } = rule
      if (rule.ratio) return []
      const lows = rule.lows.filter((low) => !isConstant(low))
      return [
        ...lows.map((low) => ruleText({ kind: 'order', column, low: besideStandIn(low), exceptions })),
        ...highs.map((high) => ruleText({ kind: 'limit', column, high: besideStandIn(high) }))
      ]
    }
    if (rule.kind === 'equal') return []
    if (rule.kind === 'lookup' && rule.flags) return [ruleText(flagsRule(rule.flags, typeof rule.table.values[0] === 'number'))]
    return [ruleText({ ...rule, exceptions, open: thereOf(rule)?.or } as Rule)]
  })
  // All flags of a category have one.
  return [...new Set(texts)]
}

/** That exactly one of the flags is set, as a rule of the first. */
const flagsRule = ([first, ...others]: readonly string[], areNumbers: boolean): Rule =>
  areNumbers
    ? {
        kind: 'formula',
        column: first!,
        expression: others.reduce<Expression>((left, name) => binary('-', left, column(name)), number(1))
      }
    : { kind: 'lookup', column: first!, from: others }

/** Categories that are drawn in the place of flags, each once, as columns. */
export const choicesIn = ({ rules }: KeptRules): RuledColumn[] =>
  rules.flatMap((rule): RuledColumn[] => {
    if (rule.kind !== 'lookup' || rule.column !== rule.flags?.[0]) return []
    const [name] = rule.from as [string]
    return [{ name, kind: 'category', levels: rule.flags, format: { name, kind: 'category', source: 'text' } }]
  })

/** Days and weeks that are drawn in the place of dates, beside where in these the dates are, as columns. */
function cyclesIn({ rules, columns }: KeptRules): RuledColumn[] {
  const found: RuledColumn[] = []
  // The week of a day is derived before the day of a date.
  for (const rule of [...rules].reverse()) {
    if (rule.kind !== 'order' || rule.cycle === undefined) continue
    const of = [...columns, ...found].find(({ name }) => name === rule.column)
    if (of && rule.from !== undefined) found.push(cycleColumn(rule.from, of.format))
  }
  return found
}

/** Columns of the table, and days that are neither of it nor drawn, as their weeks are. */
export const ruledColumns = (kept: KeptRules): readonly RuledColumn[] => [...kept.columns, ...cyclesIn(kept)]

/** A day or week as it is written: a date without a time. */
export const cycleColumn = (name: string, { source, date }: Pick<ColumnFormat, 'source' | 'date'>): RuledColumn => ({
  name,
  kind: 'datetime',
  format: { name, source, kind: 'datetime', date: { separator: '', seconds: 'none', zone: date?.zone ?? '' } }
})

/** What a column is measured by that no rule says, in words. */
export function measuredText({ column, lows, highs, from, cycle, within, ratio, share }: KeptOrder): string[] {
  if (cycle) return [`${columnWord(column)} by its ${cycle}`]
  if (ratio)
    return [`${columnWord(column)} by ${columnWord(column)} ${share ? '/' : '−'} ${highs!.flatMap(columnsOf).map(columnWord).join(', ')}`]
  if (within) return [`${columnWord(column)} among those of its ${columnWord(within.by)}`]
  return from !== undefined && lows.length === 0 && !highs ? [`${columnWord(column)} from ${columnWord(from)} on`] : []
}
