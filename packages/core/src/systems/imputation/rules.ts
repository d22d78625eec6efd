import { clashOf, isOrder } from '../../code/rules/choose.js'
import { quantitiesIn } from '../../code/rules/found-once.js'
import { inOrder, keepRules } from '../../code/rules/keep.js'
import type { KeptRule, KeptRules } from '../../code/rules/kept-rules.js'
import { findKnownGaps } from '../../code/rules/known-gaps.js'
import { holdsWhereKnown, rowsThatKnow } from '../../code/rules/known-rows.js'
import { saysGap } from '../../code/rules/rows-of-rule.js'
import { inputsOf, type Rule } from '../../code/rules/rule.js'
import { cellAt, isMissing } from '../../table/cells.js'
import { takeTableRows } from '../../table/rows.js'
import { isEmpty, type Table } from '../../table/table.js'
import type { PreparedTable } from '../prepare.js'
import type { RuleOptions } from '../rules/rule-options.js'
import { knownRules, rulesOf, statedRules } from '../rules/ruled-rows.js'

type GapRule = Extract<Rule, { kind: 'gap' }>
type Data = PreparedTable['data']
type Options = Parameters<typeof rulesOf>[1] & RuleOptions

/** Rows of which fewer than this have all cells say nothing of rules, as for rules of whole tables. */
const LEAST_ROWS = 30

/**
 * Rules of a table with gaps: those that its complete rows obey, those that all rows obey which know the columns of each, and where
 * cells must be missing. Undefined where there are none. Throws `InputError` for stated rules that are none, or are broken by complete
 * rows.
 */
export function rulesWithGaps(data: Data, options: Options): KeptRules | undefined {
  if (options.rules === 'off') return undefined
  const gaps = data.table.rowCount < LEAST_ROWS ? [] : gapRules(data)
  const whole = wholeRows(data.table, gaps)
  const complete = { ...data, table: takeTableRows(data.table, whole) }
  const own = { ...options, rowNumbers: whole }
  const stated = statedRules(complete, own)
  const all = whole.length < 2 ? stated : rulesOf(complete, own).filter((rule) => !rule.exceptions && holdsWhereKnown(rule, data))
  const found = all.filter(({ kind }) => kind !== 'gap')
  const beside = whole.length === data.table.rowCount ? [] : rulesBeside(found, data, options)
  // Complete rows show no gap: such rules are stated.
  const told = new Set([...found, ...beside].map(({ column }) => column))
  const marks = firstOfEach([...stated.filter(isGap), ...gaps, ...all.filter(isGap)])
  // Where a cell stays missing, no other rule tells it; where it goes by what others tell, it cannot come before them.
  const first = marks.filter((rule) => told.has(rule.column) && !inputsOf(rule).some((name) => told.has(name)))
  const last = marks.filter(({ column }) => !told.has(column))
  if (told.size + marks.length === 0) return undefined
  const [kept, others] = [keepRules(found, complete), keepRules(beside, data)]
  const derived = inOrder([...kept.rules, ...others.rules].map((rule) => saidByAll(rule, [...found, ...beside], data)))
  return { columns: others.columns, rules: [...keepRules(first, data).rules, ...derived, ...keepRules(last, data).rules] }
}

/** What rows with gaps tell beside rules that are known: of what is often missing few rows know all. */
function rulesBeside(known: readonly Rule[], data: Data, options: Options): Rule[] {
  const told = known.map(({ column }) => column)
  const all = rulesOf(data, { ...options, rule: [] }, told).filter((rule) => rule.kind !== 'gap' && !rule.exceptions)
  const computed = all.filter((rule) => !isOrder(rule))
  const out: Rule[] = []
  for (const rule of [...computed, ...knownRules(data, [...known, ...computed], options), ...all])
    if (!told.includes(rule.column) && !clashOf(rule, [...known, ...out]) && holdsWhereKnown(rule, data)) out.push(rule)
  return out
}

/** A lookup as all rows say it that know its columns, whatever else they lack. */
function saidByAll(kept: KeptRule, rules: readonly Rule[], data: Data): KeptRule {
  const rule = rules.find(({ kind, column }) => kind === 'lookup' && column === kept.column)
  if (kept.kind !== 'lookup' || kept.flags || !rule) return kept
  return keepRules([rule], { ...data, table: takeTableRows(data.table, rowsThatKnow(rule, data)) }).rules[0]!
}

const isGap = ({ kind }: Rule): boolean => kind === 'gap'

const firstOfEach = (rules: readonly Rule[]): Rule[] =>
  rules.filter((rule, k) => rules.findIndex(({ column }) => column === rule.column) === k)

/** Where no row has a column: such gaps mean something, and stay. */
const gapRules = (data: Data): GapRule[] => findKnownGaps(data.table, quantitiesIn(data)).map((gap) => ({ kind: 'gap' as const, ...gap }))

/** Rows that lack nothing but what must be missing. */
function wholeRows({ columns, rowCount }: Table, gaps: readonly GapRule[]): number[] {
  const cells = new Map(columns.map((column) => [column.name, cellAt(column)]))
  const counted = columns.filter((column) => !isEmpty(column))
  return Array.from({ length: rowCount }, (_, i) => i).filter((i) =>
    counted.every(
      (column) => !isMissing(column, i) || gaps.some((gap) => gap.column === column.name && saysGap(gap, (name) => cells.get(name)!(i)))
    )
  )
}
