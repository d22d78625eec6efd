import { inputsOf, openOf, type Rule } from './rule.js'

/**
 * Rules that can be kept together: in the order given, each whose column no earlier rule derives and that closes no circle. What
 * comes back is in an order in which columns can be derived, each after its inputs. Orders with the same column are one start
 * more of its gap, or an end, and go together; where it is missing is known before it is derived.
 */
export function keepable(rules: readonly Rule[]): { readonly kept: readonly Rule[]; readonly left: readonly Rule[] } {
  const kept: Rule[] = []
  const left: Rule[] = []
  for (const rule of rules) (clashOf(rule, kept) ? left : kept).push(rule)
  return { kept: inOrder(kept), left }
}

/** Why a rule cannot be kept beside others: its column is derived already, or its inputs need that column. */
export function clashOf(rule: Rule, kept: readonly Rule[]): 'derived' | 'circle' | undefined {
  if (kept.some((one) => one.column === rule.column && !goTogether(one, rule))) return 'derived'
  return needs(inputsOf(rule), kept).has(rule.column) ? 'circle' : undefined
}

/** Whether two rules of one column say different things of it: several starts of its gap, and where it is missing. */
export function goTogether(one: Rule, other: Rule): boolean {
  if (one.kind === 'gap' || other.kind === 'gap') {
    const value = one.kind === 'gap' ? other : one
    return one.kind !== other.kind && (isOrder(value) || openOf(value) === 'missing')
  }
  // Exceptions are from one start.
  return isOrder(one) && isOrder(other) && !one.exceptions && !other.exceptions
}

/** Whether a rule says between what a column stands, and not which value it has. */
export const isOrder = ({ kind }: Rule): boolean => kind === 'order' || kind === 'limit'

/** Columns, and all that they are derived from. */
export function needs(columns: readonly string[], rules: readonly Rule[]): ReadonlySet<string> {
  const all = new Set<string>()
  const visit = (column: string): void => {
    if (all.has(column)) return
    all.add(column)
    for (const rule of rules) if (rule.column === column) inputsOf(rule).forEach(visit)
  }
  columns.forEach(visit)
  return all
}

function inOrder(rules: readonly Rule[]): Rule[] {
  const out: Rule[] = []
  let rest = [...rules]
  while (rest.length > 0) {
    const waiting = new Set(rest.map(({ column }) => column))
    const known = rest.filter((rule) => !inputsOf(rule).some((input) => waiting.has(input)))
    // Where a column is missing is known before it is derived.
    const isMarked = ({ column }: Rule) => rest.some((one) => one.kind === 'gap' && one.column === column && !known.includes(one))
    const ready = known.filter((rule) => rule.kind === 'gap' || !isMarked(rule))
    out.push(...ready.filter(({ kind }) => kind === 'gap'), ...ready.filter(({ kind }) => kind !== 'gap'))
    rest = rest.filter((rule) => !ready.includes(rule))
  }
  return out
}
