import { takeTableRows } from '../table/rows.js'
import { associationError, associationMatrix } from './associations.js'
import { type Comparison, limitColumns } from './comparison.js'
import type { Associations } from './evaluation.js'
import { average, measure } from './floors.js'

/** Associations of every two of at most 150 columns: over all compared rows, and their errors on equally many rows as the floor. */
export function compareAssociations(comparison: Comparison): Associations {
  const { splits } = comparison
  const [real, synthetic] = [limitColumns(comparison.real), limitColumns(comparison.synthetic)]
  const names = real.columns.map((column) => column.name)
  const matrices = { real: associationMatrix(real), synthetic: associationMatrix(synthetic) }
  const errors = splits.map((split) => {
    const first = associationMatrix(takeTableRows(real, split.first))
    return {
      value: associationError(first, associationMatrix(takeTableRows(synthetic, split.synthetic))),
      floor: associationError(first, associationMatrix(takeTableRows(real, split.second)))
    }
  })
  const overall = associationError(matrices.real, matrices.synthetic)
  const take = (part: 'largest' | 'mean') =>
    measure(
      average(errors.map(({ value }) => value[part])) ?? overall[part],
      errors.map(({ floor }) => floor[part])
    )
  const [a, b] = overall.at
  return {
    names,
    ...matrices,
    largestError: { ...take('largest'), columns: names.length > 1 ? [names[a]!, names[b]!] : null },
    meanError: take('mean')
  }
}
