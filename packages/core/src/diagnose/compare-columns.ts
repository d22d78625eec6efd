import { mean, variance } from '../num/statistics.js'
import { presentValues } from '../table/encoder.js'
import { RARE_BELOW } from '../table/rare-below.js'
import { takeTableRows } from '../table/rows.js'
import { type Column, isNumeric, type Table } from '../table/table.js'
import type { Comparison } from './comparison.js'
import type { ColumnEvaluation } from './evaluation.js'
import { average, measure } from './floors.js'
import { marginalDistance, missingShare } from './marginals.js'

/** The marginal of every column, on equally many rows as its floor; means and missing cells of real rows are those of `told`. */
export function compareColumns({ real, synthetic, splits }: Comparison, told: Table = real): Record<string, ColumnEvaluation> {
  const pairs = splits.map((split) => ({
    first: takeTableRows(real, split.first),
    second: takeTableRows(real, split.second),
    synthetic: takeTableRows(synthetic, split.synthetic)
  }))
  const entries = real.columns.map(({ name }, c) => {
    const values = pairs.map((pair) => marginalDistance(pair.first, pair.synthetic, c))
    const value = values.length > 0 ? average(values) : marginalDistance(real, synthetic, c)
    const distance = measure(
      value,
      pairs.map((pair) => marginalDistance(pair.first, pair.second, c))
    )
    const missing = { real: missingShare(told, c), synthetic: missingShare(synthetic, c) }
    return [name, describe(told.columns[c]!, synthetic.columns[c]!, { distance, missing })] as const
  })
  return Object.fromEntries(entries)
}

type Found = { distance: ReturnType<typeof measure>; missing: ColumnEvaluation['missingShare'] }

function describe(real: Column, synthetic: Column, { distance, missing }: Found): ColumnEvaluation {
  const kind = real.kind as ColumnEvaluation['kind']
  if (!isNumeric(real) || !isNumeric(synthetic)) return { kind, totalVariation: distance, missingShare: missing }
  const a = presentValues(real)
  const b = presentValues(synthetic)
  // The mean of one or two cells tells them, and that of synthetic cells which repeat them.
  const few = a.length < Math.min(RARE_BELOW, real.values.length)
  const one = (values: Float64Array, f: (values: Float64Array) => number) => (few || values.length === 0 ? null : f(values))
  const both = (f: (values: Float64Array) => number) => ({ real: one(a, f), synthetic: one(b, f) })
  return {
    kind,
    kolmogorovSmirnov: distance,
    missingShare: missing,
    mean: both(mean),
    standardDeviation: both((values) => Math.sqrt(variance(values)))
  }
}
