import { SIMPLEX_LEVELS } from '../../table/categories.js'
import { isMissing } from '../../table/cells.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'

/** Rows with and without a gap below which they are not compared. */
const LEAST_ROWS = 10
/** Standardised difference of means from which rows with a gap are others than those without: a medium effect in Cohen's words. */
const LARGE = 0.5
/** Standard errors that it must be too: by chance one comparison in some 15,000 is. */
const LEAST_ERRORS = 4

/** Where rows with gaps in a column are others than those without, by another column: the one in which they differ most. Cost O(columns² · rows). */
export function missingnessNotes({ columns, rowCount }: Table): string[] {
  return columns.flatMap((column) => {
    const gap = Array.from({ length: rowCount }, (_, i) => isMissing(column, i))
    const count = gap.filter(Boolean).length
    if (count < LEAST_ROWS || rowCount - count < LEAST_ROWS) return []
    const differences = columns.filter((other) => other !== column).map((other) => ({ name: other.name, size: difference(other, gap) }))
    const largest = differences.reduce((a, b) => (b.size > a.size ? b : a), { name: '', size: 0 })
    if (largest.size < LARGE) return []
    return [
      `${column.name}: whether it is missing goes with ${largest.name} (${largest.size.toFixed(1)} standard deviations between rows with and without it): fills account for that, the mean of the known cells does not`
    ]
  })
}

/** Difference of means between rows with and without a gap elsewhere, in standard deviations; of a category that of its most different level; 0 where chance may make it. */
function difference(column: Column, gap: readonly boolean[]): number {
  if (isNumeric(column)) return standardised((i) => (column.missing?.[i] ? undefined : column.values[i]!), gap)
  if (!isCategorical(column) || column.levels.length > SIMPLEX_LEVELS) return 0
  return column.levels.reduce(
    (most, _, level) =>
      Math.max(
        most,
        standardised((i) => (column.codes[i]! < 0 ? undefined : Number(column.codes[i] === level)), gap)
      ),
    0
  )
}

function standardised(value: (row: number) => number | undefined, gap: readonly boolean[]): number {
  const sides = [false, true].map((side) => {
    let [count, sum, squares] = [0, 0, 0]
    gap.forEach((own, i) => {
      const x = own === side ? value(i) : undefined
      if (x === undefined) return
      count++
      sum += x
      squares += x * x
    })
    return { count, mean: sum / count, variance: squares / count - (sum / count) ** 2 }
  })
  const [without, within] = [sides[0]!, sides[1]!]
  if (without.count < LEAST_ROWS || within.count < LEAST_ROWS) return 0
  const spread = Math.sqrt(Math.max(0, (without.variance + within.variance) / 2))
  const size = spread > 0 ? Math.abs(within.mean - without.mean) / spread : 0
  return size >= LEAST_ERRORS * Math.sqrt(1 / within.count + 1 / without.count) ? size : 0
}
