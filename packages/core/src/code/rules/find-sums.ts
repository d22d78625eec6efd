import { firstAbove, firstFrom } from '../../num/ascending.js'
import { log } from '../../num/elementary.js'
import { sorted } from '../../num/statistics.js'
import { summaryOf } from '../../num/summary.js'
import { spreadRows } from '../../table/codes.js'
import type { Expression } from '../../table/expression.js'
import { spikesOf } from '../../table/recurring.js'
import { differentRows, isBelievedAtLog, isBeyondChance, MOST_RATE, rateByChance } from './chance.js'
import { isFlag } from './flags.js'
import type { FormulaFound } from './formula-found.js'
import { type Quantity, tolerance } from './quantity.js'
import { binary, column, number, simplestIn } from './shapes.js'

/** Parts that a constant sum has at least: of two, one is an affine function of the other. */
const LEAST_PARTS = 3
/** Columns of which all threes are tried; of more, only those side by side. */
const MOST_COLUMNS = 60
/** Rows, spread over the table, that a candidate must pass before all rows are looked at. */
const PROBES = 64

/** A column with the difference of its largest and its smallest value. */
interface Part extends Quantity {
  readonly span: number
}

/**
 * Columns that add up to one number in every row, within what each is rounded by: shares of 1 or 100. Tried are runs of columns
 * that are written alike, side by side but for others, and all threes. What the others leave is the largest of those without
 * a value that stands out, as what drawn numbers leave has none. `among`: columns that these were chosen from, of which all sums count as tried. Cost O(p²) or O(p³) on 64 rows, O(rows · log rows) for each that passes.
 */
export function findConstantSums(
  quantities: readonly Quantity[],
  rowCount: number,
  among: readonly Quantity[] = quantities
): FormulaFound[] {
  const numbersOf = (some: readonly Quantity[]) => some.flatMap((one): Part[] => (one.isDate ? [] : [{ ...one, span: spanOf(one) }]))
  const numbers = numbersOf(quantities)
  const probes = spreadRows(rowCount, PROBES)
  const alike = writtenAlike(numbers)
  const all = among === quantities ? numbers : numbersOf(among)
  const candidates = countOf(all.length, writtenAlike(all))
  const passed = [...threes(numbers).filter((parts) => totalOf(parts, probes) !== undefined), ...runs(alike, probes)]
  const found: FormulaFound[] = []
  const taken: Part[][] = []
  for (const parts of passed) {
    if (taken.some((known) => known.every((one) => parts.includes(one)))) continue
    const sum = believed(parts, rowCount, candidates)
    if (!sum) continue
    taken.push([...parts])
    found.push(sum)
  }
  return found
}

function threes(numbers: readonly Part[]): Part[][] {
  if (numbers.length > MOST_COLUMNS) return []
  return numbers.flatMap((a, i) => numbers.slice(i + 1).flatMap((b, j) => numbers.slice(i + j + 2).map((c) => [a, b, c])))
}

/** Columns that are written with as many decimals, in their order. */
function writtenAlike(numbers: readonly Part[]): Part[][] {
  const units = [...new Set(numbers.map(({ unit }) => unit))]
  return units.map((unit) => numbers.filter((one) => one.unit === unit))
}

/** How many sums are tried: all threes of few columns, and runs of four and more. */
function countOf(columns: number, alike: readonly (readonly Part[])[]): number {
  const all = columns > MOST_COLUMNS ? 0 : (columns * (columns - 1) * (columns - 2)) / 6
  return alike.reduce((sum, { length: p }) => sum + (p > LEAST_PARTS ? ((p - LEAST_PARTS) * (p - LEAST_PARTS + 1)) / 2 : 0), all)
}

/** Runs of four and more that add up to one number in some rows, the shortest first: each sum goes on from the one before. */
function runs(alike: readonly (readonly Part[])[], rows: Uint32Array): Part[][] {
  return alike
    .flatMap((columns) => columns.slice(0, -LEAST_PARTS).flatMap((_, first) => runsFrom(columns.slice(first), rows)))
    .sort((a, b) => a.length - b.length)
}

function runsFrom(columns: readonly Part[], rows: Uint32Array): Part[][] {
  const sums = new Float64Array(rows.length)
  return columns.flatMap(({ values, unit }, last): Part[][] => {
    rows.forEach((row, k) => {
      sums[k] = sums[k]! + values[row]!
    })
    if (last < LEAST_PARTS) return []
    const total = commonTotal(
      sums.length,
      (k) => sums[k]!,
      (sum) => (last + 1) * tolerance(unit, sum)
    )
    return total === undefined ? [] : [columns.slice(0, last + 1)]
  })
}

/** What the parts add up to in some rows, or undefined. */
function totalOf(parts: readonly Part[], rows: Uint32Array): number | undefined {
  const sumAt = (k: number) => {
    let sum = 0
    for (const { values } of parts) sum += values[rows[k]!]!
    return sum
  }
  return commonTotal(rows.length, sumAt, (sum) => slackOf(parts, sum))
}

/** The one number that all sums are, each within its slack; gaps aside. */
function commonTotal(count: number, sumAt: (place: number) => number, slackAt: (sum: number) => number): number | undefined {
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let k = 0; k < count; k++) {
    const sum = sumAt(k)
    if (Number.isNaN(sum)) continue
    const slack = slackAt(sum)
    low = Math.max(low, sum - slack)
    high = Math.min(high, sum + slack)
    if (low > high) return undefined
  }
  return Number.isFinite(low) ? simplestIn(low, high) : undefined
}

/** How far rounded parts may miss their sum: not at all where that is as much as one of them varies by, as flags do. */
function slackOf(parts: readonly Part[], sum: number): number {
  const slack = parts.reduce((all, { unit }) => all + tolerance(unit, sum), 0)
  return parts.some(({ span }) => span <= slack) ? tolerance(0, sum) : slack
}

function spanOf({ values }: Quantity): number {
  const { low, high } = summaryOf(values)
  return high - low
}

function believed(parts: readonly Part[], rowCount: number, candidates: number): FormulaFound | undefined {
  const all = spreadRows(rowCount, rowCount)
  const gapped = all.filter((i) => parts.some(({ values }) => Number.isNaN(values[i]!)))
  // Where one is missing, all are: what is left of two others would be known.
  if (gapped.some((i) => parts.some(({ values }) => !Number.isNaN(values[i]!)))) return undefined
  const total = totalOf(parts, all)
  if (total === undefined) return undefined
  const areFlags = total === 1 && parts.every(({ values }) => isFlag(values))
  if (areFlags && !isBelievedAtLog((rowCount - parts.length) * log(rateOfOne(parts)), candidates)) return undefined
  const spiked = new Map(parts.map((one) => [one, spikedShare(one)]))
  const rest = [...parts].sort((a, b) => spiked.get(a)! - spiked.get(b)! || meanOf(b) - meanOf(a))[0]!
  const others = parts.filter((one) => one !== rest)
  const rows = differentRows(
    parts.map(({ values }) => values),
    rowCount
  )
  const left = (i: number) => others.reduce((left, { values }) => left - values[rows[i]!]!, total)
  const rate = rateByChance(rows.length, (i, j) => Math.abs(left(i) - rest.values[rows[j]!]!) <= slackOf(parts, total))
  if (!areFlags && (rate > MOST_RATE || !isBeyondChance({ rate, times: rows.length - parts.length, candidates }))) return undefined
  const expression = others.reduce<Expression>((left, { name }) => binary('-', left, column(name)), number(total))
  return { column: rest.name, expression, rank: 1.6, inputs: others.length }
}

/** How often exactly one of flags would be set that have nothing to do with each other. */
function rateOfOne(flags: readonly Part[]): number {
  const rates = flags.map(meanOf)
  return rates.reduce((sum, own, k) => sum + rates.reduce((all, other, j) => all * (j === k ? own : 1 - other), 1), 0)
}

/** Share of the rows in which a value stands out, as nothing at all. */
function spikedShare({ values }: Quantity): number {
  const present = sorted(values.filter((x) => !Number.isNaN(x)))
  return spikesOf(present).reduce((share, value) => share + (firstAbove(present, value) - firstFrom(present, value)) / present.length, 0)
}

function meanOf({ values }: Part): number {
  const present = values.filter((x) => !Number.isNaN(x))
  return present.reduce((sum, x) => sum + x / present.length, 0)
}
