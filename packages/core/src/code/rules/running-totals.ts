import { variance } from '../../num/statistics.js'
import { expressionText } from '../../table/expression-text.js'
import { type Quantity, tolerance } from './quantity.js'
import { column, scaled } from './shapes.js'
import { WeightedSums, writeSum } from './weighted-sums.js'

/** A column that adds up others from row to row, as the balance of an account does. */
interface RunningTotal {
  readonly column: string
  /** What a row adds to the one before it, or where the newest stand first to the one behind it. */
  readonly change: string
}

/** Values that a column changes between, at least: counts of flags would be found by chance. */
const LEAST_CHANGES = 10

/**
 * Columns whose change from each row to the next is what other columns of the row say, one of them or a weighted sum; an empty
 * cell adds nothing. Cost O(p · rows), and that of `WeightedSums` for each column that varies less from row to row than as a whole.
 */
export function runningTotals(quantities: readonly Quantity[], rowCount: number): RunningTotal[] {
  const numbers = quantities.filter(({ isDate }) => !isDate)
  return numbers.flatMap((total): RunningTotal[] => {
    if (total.values.some(Number.isNaN)) return []
    const others = numbers.filter((one) => one !== total)
    for (const before of [-1, 1] as const) {
      const change = changeOf(total, others, { rowCount, before })
      if (change !== undefined) return [{ column: total.name, change }]
    }
    return []
  })
}

function changeOf(
  total: Quantity,
  others: readonly Quantity[],
  { rowCount, before }: { readonly rowCount: number; readonly before: -1 | 1 }
): string | undefined {
  const rows = Array.from({ length: rowCount - 1 }, (_, k) => (before < 0 ? k + 1 : k))
  const changes = Float64Array.from(rows, (i) => total.values[i]! - total.values[i + before]!)
  // Rows in no order differ by twice their variance; what is added up varies less from row to row than as a whole.
  if (meanSquare(changes) > variance(total.values) || new Set(changes).size < LEAST_CHANGES) return undefined
  // Both totals are exact to what they are written in, so that their difference is.
  const exact = (i: number, value: number) => Math.abs(changes[i]! - value) <= tolerance(0, total.values[rows[i]!]!) + total.unit * 1e-3
  const parts = others.map((one) => ({ ...one, values: Float64Array.from(rows, (i) => one.values[i]! || 0) }))
  const single = parts.flatMap(({ name, values }) =>
    [1, -1].filter((sign) => values.every((x, i) => exact(i, sign * x))).map((sign) => scaled(sign, column(name)))
  )
  if (single[0]) return expressionText(single[0])
  const sum = new WeightedSums([...parts, { name: total.name, isDate: false, values: changes, unit: total.unit }], rows.length).of(
    parts.length
  )
  if (sum?.constant !== 0) return undefined
  const value = (i: number) => sum.inputs.reduce((all, q, k) => all + sum.weights[k]! * parts[q]!.values[i]!, 0)
  if (!rows.every((_, i) => exact(i, value(i)))) return undefined
  return expressionText(
    writeSum(
      sum.inputs.map((q) => parts[q]!.name),
      sum
    )
  )
}

const meanSquare = (values: Float64Array): number => values.reduce((sum, x) => sum + (x * x) / values.length, 0)
