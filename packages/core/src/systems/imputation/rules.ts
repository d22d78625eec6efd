import { clashOf } from '../../code/rules/choose.js'
import { findGaps } from '../../code/rules/find-gaps.js'
import { inOrder, keepRules } from '../../code/rules/keep.js'
import type { KeptRule, KeptRules } from '../../code/rules/kept-rules.js'
import { findKnownLookups } from '../../code/rules/known-lookups.js'
import { holdsWhereKnown, rowsThatKnow, rowsWithout } from '../../code/rules/known-rows.js'
import { inputsOf, type Rule } from '../../code/rules/rule.js'
import { takeTableRows } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import type { PreparedTable } from '../prepare.js'
import type { RuleOptions } from '../rules/rule-options.js'
import { rulesOf } from '../rules/ruled-rows.js'

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
  const gaps = data.table.rowCount < LEAST_ROWS ? [] : gapRules(data.table)
  const whole = rowsWithout(data.table, new Set(gaps.map(({ column }) => column)))
  const complete = { ...data, table: takeTableRows(data.table, whole) }
  const all =
    whole.length < 2
      ? []
      : rulesOf(complete, { ...options, rowNumbers: whole }).filter((rule) => !rule.exceptions && holdsWhereKnown(rule, data))
  const found = all.filter(({ kind }) => kind !== 'gap')
  const beside = whole.length === data.table.rowCount ? [] : rulesBeside(found, data, options)
  // Complete rows show no gap: such rules are stated.
  const told = new Set([...found, ...beside].map(({ column }) => column))
  const marks = firstOfEach([...all.filter(({ kind }) => kind === 'gap'), ...gaps])
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
  const out: Rule[] = []
  const lookups = findKnownLookups(data.table).map((one): Rule => ({ kind: 'lookup', ...one }))
  for (const rule of [...rulesOf(data, { ...options, rule: [] }, told), ...lookups]) {
    if (rule.kind === 'gap' || rule.exceptions || told.includes(rule.column)) continue
    if (!clashOf(rule, [...known, ...out]) && holdsWhereKnown(rule, data)) out.push(rule)
  }
  return out
}

/** A lookup as all rows say it that know its columns, whatever else they lack. */
function saidByAll(kept: KeptRule, rules: readonly Rule[], data: Data): KeptRule {
  const rule = rules.find(({ kind, column }) => kind === 'lookup' && column === kept.column)
  if (kept.kind !== 'lookup' || kept.flags || !rule) return kept
  return keepRules([rule], { ...data, table: takeTableRows(data.table, rowsThatKnow(rule, data)) }).rules[0]!
}

const firstOfEach = (rules: readonly Rule[]): Rule[] =>
  rules.filter((rule, k) => rules.findIndex(({ column }) => column === rule.column) === k)

/** Where every row has a gap in one column exactly where another says so: such gaps mean something, and stay. */
function gapRules(table: Table): Extract<Rule, { kind: 'gap' }>[] {
  // A gap where another column has one is said by neither of both.
  return findGaps(table.columns, table.rowCount).flatMap((gap) => (gap.levels && !gap.maybe ? [{ kind: 'gap' as const, ...gap }] : []))
}
