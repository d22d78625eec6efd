import type { Expression } from '../../table/expression.js'
import { differentRows, isBeyondChance, MOST_RATE, rateByChance } from './chance.js'
import type { FormulaFound } from './find-formulas.js'
import { type Quantity, tolerance } from './quantity.js'
import { binary, column, number, simplestIn } from './shapes.js'

/** Parts that a constant sum has at least: of two, one is an affine function of the other. */
const LEAST_PARTS = 3
/** Columns of which all threes are tried; of more, only those side by side. */
const MOST_COLUMNS = 60
/** Rows, spread over the table, that a candidate must pass before all rows are looked at. */
const PROBES = 64

/**
 * Columns that add up to one number in every row, within what each is rounded by: shares of 1 or 100. Tried are runs of columns
 * that are written alike, side by side but for others, and all threes. The largest is what the others leave. Cost O(p²) or O(p³)
 * on 64 rows, O(rows) for each that passes.
 */
export function findConstantSums(quantities: readonly Quantity[], rowCount: number): FormulaFound[] {
  const numbers = quantities.filter(({ isDate }) => !isDate)
  const count = Math.min(PROBES, rowCount)
  const probes = Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * rowCount) / count))
  const tried = [...threes(numbers), ...runs(numbers)]
  const found: FormulaFound[] = []
  const taken: Quantity[][] = []
  for (const parts of tried) {
    if (totalOf(parts, probes) === undefined || taken.some((known) => known.every((one) => parts.includes(one)))) continue
    const sum = believed(parts, rowCount, tried.length)
    if (!sum) continue
    taken.push([...parts])
    found.push(sum)
  }
  return found
}

function threes(numbers: readonly Quantity[]): Quantity[][] {
  if (numbers.length > MOST_COLUMNS) return []
  return numbers.flatMap((a, i) => numbers.slice(i + 1).flatMap((b, j) => numbers.slice(i + j + 2).map((c) => [a, b, c])))
}

/** Of four and more, the shortest first. */
function runs(numbers: readonly Quantity[]): Quantity[][] {
  const units = [...new Set(numbers.map(({ unit }) => unit))]
  return units
    .flatMap((unit) => {
      const alike = numbers.filter((one) => one.unit === unit)
      return alike.flatMap((_, first) => alike.slice(first + LEAST_PARTS).map((_, k) => alike.slice(first, first + LEAST_PARTS + k + 1)))
    })
    .sort((a, b) => a.length - b.length)
}

/** What the parts add up to in some rows, or undefined. */
function totalOf(parts: readonly Quantity[], rows: ArrayLike<number>): number | undefined {
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let k = 0; k < rows.length; k++) {
    let sum = 0
    for (const { values } of parts) sum += values[rows[k]!]!
    if (Number.isNaN(sum)) continue
    const slack = slackOf(parts, sum)
    low = Math.max(low, sum - slack)
    high = Math.min(high, sum + slack)
    if (low > high) return undefined
  }
  return Number.isFinite(low) ? simplestIn(low, high) : undefined
}

const slackOf = (parts: readonly Quantity[], sum: number): number => parts.reduce((all, { unit }) => all + tolerance(unit, sum), 0)

function believed(parts: readonly Quantity[], rowCount: number, candidates: number): FormulaFound | undefined {
  const all = Array.from({ length: rowCount }, (_, i) => i)
  const gapped = all.filter((i) => parts.some(({ values }) => Number.isNaN(values[i]!)))
  // Where one is missing, all are: what is left of two others would be known.
  if (gapped.some((i) => parts.some(({ values }) => !Number.isNaN(values[i]!)))) return undefined
  const total = totalOf(parts, all)
  if (total === undefined) return undefined
  const largest = [...parts].sort((a, b) => meanOf(b) - meanOf(a))[0]!
  const others = parts.filter((one) => one !== largest)
  const rows = differentRows(
    parts.map(({ values }) => values),
    rowCount
  )
  const left = (i: number) => others.reduce((rest, { values }) => rest - values[rows[i]!]!, total)
  const rate = rateByChance(rows.length, (i, j) => Math.abs(left(i) - largest.values[rows[j]!]!) <= slackOf(parts, total))
  if (rate > MOST_RATE || !isBeyondChance({ rate, times: rows.length - parts.length, candidates })) return undefined
  const expression = others.reduce<Expression>((rest, { name }) => binary('-', rest, column(name)), number(total))
  return { column: largest.name, expression, rank: 1.6, inputs: others.length }
}

function meanOf({ values }: Quantity): number {
  const present = values.filter((x) => !Number.isNaN(x))
  return present.reduce((sum, x) => sum + x / present.length, 0)
}
