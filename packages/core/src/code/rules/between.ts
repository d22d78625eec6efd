import type { OrderFound } from './find-orders.js'
import type { Rule } from './rule.js'

/** From a column to one that a rule keeps it below: the higher one is measured from it, or it ends there. */
interface Step {
  readonly to: string
  readonly kind: 'order' | 'limit'
}

/**
 * Starts and ends of one column of which no rule says that the start is below the end: what stands between the two cannot be kept where they are
 * drawn in the other order. That the data have none so follows from the column between, in rows that have it, and not in new ones. Cost
 * O(orders²).
 */
export function openBetween(rules: readonly Rule[]): OrderFound[] {
  const steps = new Map<string, Step[]>()
  const add = (from: string, step: Step) => steps.set(from, [...(steps.get(from) ?? []), step])
  for (const rule of rules) {
    if (rule.kind === 'order' && rule.low.kind === 'column') add(rule.low.name, { to: rule.column, kind: rule.kind })
    if (rule.kind === 'limit' && rule.high.kind === 'column') add(rule.column, { to: rule.high.name, kind: rule.kind })
  }
  return [...steps].flatMap(([low, own]) =>
    own.flatMap(({ to: between, kind }) =>
      kind === 'limit'
        ? []
        : (steps.get(between) ?? []).flatMap((end) =>
            end.kind === 'limit' && end.to !== low && !isBelow(low, end.to, steps) ? [{ low, high: end.to }] : []
          )
    )
  )
}

/** Whether rules see to it that a column is below another one: by none that stands between a start and an end itself. */
function isBelow(low: string, high: string, steps: ReadonlyMap<string, readonly Step[]>): boolean {
  const seen = new Set<string>()
  const visit = (at: string, by: Step['kind']): boolean => {
    if (at === high) return true
    if (seen.has(`${at} ${by}`)) return false
    seen.add(`${at} ${by}`)
    return (steps.get(at) ?? []).some(({ to, kind }) => !(by === 'order' && kind === 'limit') && visit(to, kind))
  }
  return visit(low, 'limit')
}
