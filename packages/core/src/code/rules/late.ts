import { inputsOf, openOf, type Rule } from './rule.js'

/**
 * Of some rules those that compute a column from what is known only of rows in their order, as running totals and times are, or from what such a
 * rule computes: they wait for it. A list of the numbers of these says nothing of the next ones, but of columns of which `isListed`. Columns that they
 * compute are added to `known`.
 */
export function lateRules(rules: readonly Rule[], known: Set<string>, isListed: (name: string) => boolean = () => false): Rule[] {
  return rules.filter((rule) => {
    const computes =
      rule.kind === 'formula' || rule.kind === 'step' || (rule.kind === 'lookup' && (rule.parts || rule.from.every(isListed)))
    const isLate = computes && !rule.exceptions && openOf(rule) === undefined && inputsOf(rule).some((name) => known.has(name))
    if (isLate) known.add(rule.column)
    return isLate
  })
}
