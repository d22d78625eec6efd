import { linearForm } from '../../table/derivative.js'
import { columnsOf } from '../../table/expression.js'
import { type CategoricalColumn, isCategorical, type Table } from '../../table/table.js'
import { findConstantSums } from './find-sums.js'
import { LEAST_FLAGS, twoLevelled } from './flags.js'
import type { Quantity } from './quantity.js'
import type { Rule } from './rule.js'

/** Rules of flags of true and false, or of two other words, of which exactly one is set in each row. Cost: as of `findConstantSums` for each two words. */
export function findFlags({ columns, rowCount }: Table): Rule[] {
  const groups = new Map<string, CategoricalColumn[]>()
  for (const one of columns) {
    if (!isCategorical(one) || !twoLevelled([one])) continue
    const key = JSON.stringify([one.kind, [...one.levels].sort()])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].flatMap((alike) => {
    if (alike.length < LEAST_FLAGS) return []
    return alike[0]!.levels.flatMap((set) => {
      const quantities = alike.map(({ name, levels, codes }): Quantity => {
        const code = levels.indexOf(set)
        return { name, isDate: false, unit: 1, values: Float64Array.from(codes, (own) => Number(own === code)) }
      })
      // Most columns of two words are both set in some row with most others.
      const isApart = (one: Quantity, other: Quantity) => !one.values.some((x, i) => x * other.values[i]! === 1)
      const apart = quantities.filter((one) => quantities.filter((other) => isApart(one, other)).length >= LEAST_FLAGS - 1)
      return findConstantSums(apart, rowCount, quantities).flatMap(({ column, expression }): Rule[] =>
        linearForm(expression)?.constant === 1 ? [{ kind: 'lookup', column, from: columnsOf(expression) }] : []
      )
    })
  })
}
