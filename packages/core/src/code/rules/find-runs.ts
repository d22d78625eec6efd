import { firstFrom } from '../../num/ascending.js'
import { summaryOf } from '../../num/summary.js'
import { spreadRows } from '../../table/codes.js'
import { differentRows, isBeyondChance, MOST_RATE, rateByChance } from './chance.js'
import type { FormulaFound } from './formula-found.js'
import { type Quantity, tolerance } from './quantity.js'
import { column, writeSum } from './shapes.js'

/** Columns of a run, at least: sums of fewer are found among all formulas of three. */
const LEAST_PARTS = 4
/** Rows, spread over the table, that a run must pass before all rows are looked at. */
const PROBES = 64
/** As of totals among all formulas. */
const RANK = 4
/** Of what weighs rows: its multiples leave parts of 1 that lie as evenly as any number's do. */
const GOLDEN = 0.618_033_988_749_894_9

/**
 * Columns that are the sum or the mean of columns which stand side by side, however many these are: the total of 48 half hours, of which few rows
 * tell no weights. A run is compared with all columns at once, by a weighted sum of some rows. Columns without gaps. Cost of p columns
 * O(p² · log p), and O(rows) for each that passes.
 */
export function findRuns(quantities: readonly Quantity[], rowCount: number): FormulaFound[] {
  const numbers = quantities.filter(({ values, isDate }) => !isDate && !summaryOf(values).hasGaps)
  if (numbers.length <= LEAST_PARTS) return []
  const probes = spreadRows(rowCount, PROBES)
  const weights = Float64Array.from(probes, (_, k) => 1 + ((k * GOLDEN) % 1))
  const weighted = (at: (row: number) => number) => weights.reduce((sum, weight, k) => sum + weight * at(probes[k]!), 0)
  const marks = numbers.map(({ values }, place) => ({ place, mark: weighted((i) => values[i]!) })).sort((a, b) => a.mark - b.mark)
  const ascending = Float64Array.from(marks, ({ mark }) => mark)
  const slacks = numbers.map(({ values, unit }) => weighted((i) => tolerance(unit, values[i]!)))
  const most = slacks.reduce((a, b) => Math.max(a, b))
  const own = numbers.map(({ values }) => weighted((i) => values[i]!))
  const found: FormulaFound[] = []
  for (let first = 0; first + LEAST_PARTS <= numbers.length; first++) {
    let sum = 0
    for (let last = first; last < numbers.length; last++) {
      sum += own[last]!
      const count = last + 1 - first
      if (count < LEAST_PARTS) continue
      for (const weight of [1, 1 / count])
        for (let k = firstFrom(ascending, weight * sum - most); k < marks.length && ascending[k]! <= weight * sum + most; k++) {
          const { place } = marks[k]!
          if (place >= first && place <= last) continue
          if (Math.abs(ascending[k]! - weight * sum) > slacks[place]!) continue
          const parts = numbers.slice(first, last + 1)
          if (isRun(numbers[place]!, { parts, weight, rowCount, among: numbers.length }))
            found.push(foundOf(numbers[place]!, parts, weight))
        }
    }
  }
  return found
}

interface Run {
  readonly parts: readonly Quantity[]
  readonly weight: number
  readonly rowCount: number
  readonly among: number
}

/** Whether all rows obey, and beyond chance. */
function isRun({ values, unit }: Quantity, { parts, weight, rowCount, among }: Run): boolean {
  const sumAt = (i: number) => {
    let sum = 0
    for (const part of parts) sum += part.values[i]!
    return weight * sum
  }
  const holds = (i: number, j: number) => Math.abs(sumAt(i) - values[j]!) <= tolerance(unit, values[j]!)
  for (let i = 0; i < rowCount; i++) if (!holds(i, i)) return false
  const rows = differentRows([...parts.map((part) => part.values), values], rowCount)
  const rate = rateByChance(rows.length, (i, j) => holds(rows[i]!, rows[j]!))
  return rate <= MOST_RATE && isBeyondChance({ rate, times: rows.length, candidates: among ** 3 })
}

const foundOf = ({ name }: Quantity, parts: readonly Quantity[], weight: number): FormulaFound => ({
  column: name,
  expression: writeSum(
    parts.map((part) => column(part.name)),
    { weights: parts.map(() => weight), constant: 0 }
  ),
  rank: RANK,
  inputs: parts.length
})
