import { isOrder } from './choose.js'
import { behind } from './find-by-level.js'
import { findFormulas } from './find-formulas.js'
import type { Quantity } from './quantity.js'
import type { Rule } from './rule.js'

/**
 * Formulas of columns that no rule tells, of others than those which rules compute of them: of all columns the simplest sum was looked for, as a
 * mean temperature of degree days that are computed of it, and not of the least and the largest. Cost: as of `findFormulas` for one column, for each.
 */
export function besideComputed(quantities: readonly Quantity[], rowCount: number, kept: readonly Rule[]): Rule[] {
  return quantities.flatMap(({ name }): Rule[] => {
    if (kept.some((rule) => rule.column === name && !isOrder(rule) && rule.kind !== 'gap')) return []
    const after = behind(name, kept)
    if (after.size === 1) return []
    const others = quantities.filter((one) => one.name === name || !after.has(one.name))
    const found = findFormulas(others, rowCount, name).sort((a, b) => a.rank - b.rank || a.inputs - b.inputs)
    return found.slice(0, 1).map(({ expression }) => ({ kind: 'formula', column: name, expression }))
  })
}
