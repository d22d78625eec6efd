import { type CategoricalColumn, type Column, isCategorical, isNumeric, type NumericColumn, type Table } from '../table/table.js'
import { isAbove } from './beyond.js'

/**
 * How strongly every two columns hang together [columns, columns]: Pearson's correlation of two numbers (−1 … 1), the
 * correlation ratio of a number and a category, Cramér's V of two categories (0 … 1). The last two are corrected for the
 * bias of small samples. Rows with a missing number are left out pair by pair; a missing category is a level. Zero
 * where a column is constant.
 * @source Bergsma, *A bias-correction for Cramér's V and Tschuprow's T*, J. Korean Statistical Society 2013; Kelley,
 * *An unbiased correlation ratio measure*, PNAS 1935.
 * Cost O(n·columns²).
 */
export function associationMatrix(table: Table): number[][] {
  const { columns } = table
  const out: number[][] = columns.map((_, a) => columns.map((_, b) => (a === b ? 1 : 0)))
  const association = associationsIn(columns)
  for (let a = 0; a < columns.length; a++) {
    for (let b = 0; b < a; b++) {
      const strength = association(a, b)
      out[a]![b] = strength
      out[b]![a] = strength
    }
  }
  return out
}

function associationsIn(columns: readonly Column[]): (a: number, b: number) => number {
  const pearson = correlationsOf(columns.map((column) => (isNumeric(column) ? column : undefined)))
  return (a, b) => {
    const [first, second] = [columns[a]!, columns[b]!]
    if (isNumeric(first) && isNumeric(second)) return pearson(a, b)
    if (isNumeric(first) && isCategorical(second)) return correlationRatio(first, second)
    if (isCategorical(first) && isNumeric(second)) return correlationRatio(second, first)
    return isCategorical(first) && isCategorical(second) ? cramersV(first, second) : 0
  }
}

/** Rows whose deviations from running means stand in memory at once. */
const STRIPE = 512

/**
 * Pearson's correlation of any two of some columns over the rows where neither number is missing; 0 where one is constant. Means and squares of
 * columns without gaps are found once for all. Cost O(n·columns²); memory O(columns²), whatever n.
 */
export function correlationsOf(columns: readonly (NumericColumn | undefined)[]): (a: number, b: number) => number {
  const whole = columns.flatMap((column, at) => (column && !column.missing?.includes(1) ? [{ at, values: column.values }] : []))
  const sums = deviationProducts(whole.map(({ values }) => values))
  const place = new Map(whole.map(({ at }, k) => [at, k]))
  return (a, b) => {
    const [k, l] = [place.get(a), place.get(b)]
    if (k === undefined || l === undefined) return pearson(columns[a]!, columns[b]!)
    const at = (one: number, other: number) => sums[one * whole.length + other]!
    return correlation(at(k, k), at(l, l), at(k, l))
  }
}

/** Σ of how far a number is from the mean of those before it, times how far another is from its mean with it [columns, columns]. */
function deviationProducts(columns: readonly Float64Array[]): Float64Array {
  const p = columns.length
  const out = new Float64Array(p * p)
  const means = new Float64Array(p)
  const [before, after] = [new Float64Array(p * STRIPE), new Float64Array(p * STRIPE)]
  const n = columns[0]?.length ?? 0
  for (let start = 0; start < n; start += STRIPE) {
    const rows = Math.min(STRIPE, n - start)
    for (const [k, values] of columns.entries()) {
      let mean = means[k]!
      for (let i = 0; i < rows; i++) {
        const value = values[start + i]!
        before[k * STRIPE + i] = value - mean
        mean += before[k * STRIPE + i]! / (start + i + 1)
        after[k * STRIPE + i] = value - mean
      }
      means[k] = mean
    }
    for (let k = 0; k < p; k++) {
      for (let l = 0; l < p; l++) {
        let sum = out[k * p + l]!
        for (let i = 0; i < rows; i++) sum += before[k * STRIPE + i]! * after[l * STRIPE + i]!
        out[k * p + l] = sum
      }
    }
  }
  return out
}

function correlation(squareA: number, squareB: number, product: number): number {
  const scale = Math.sqrt(squareA) * Math.sqrt(squareB)
  return scale > 0 ? Math.max(-1, Math.min(1, product / scale)) : 0
}

/** @internal Of two columns alone. */
export function pearson(first: NumericColumn, second: NumericColumn): number {
  let n = 0
  let meanA = 0
  let meanB = 0
  let squareA = 0
  let squareB = 0
  let product = 0
  for (let i = 0; i < first.values.length; i++) {
    if (first.missing?.[i] || second.missing?.[i]) continue
    n++
    const a = first.values[i]! - meanA
    const b = second.values[i]! - meanB
    meanA += a / n
    meanB += b / n
    squareA += a * (first.values[i]! - meanA)
    squareB += b * (second.values[i]! - meanB)
    product += a * (second.values[i]! - meanB)
  }
  return correlation(squareA, squareB, product)
}

/** Levels with fewer rows than this on average, such as names, say nothing on what goes with them: the association counts as 0. */
const LEAST_ROWS_PER_LEVEL = 2

/** Root of the share of a number's variance that lies between the levels, corrected for chance; 0 for names that hardly recur. */
function correlationRatio(numbers: NumericColumn, { codes, levels }: CategoricalColumn): number {
  const counts = new Float64Array(levels.length + 1)
  const sums = new Float64Array(levels.length + 1)
  let n = 0
  let sum = 0
  for (let i = 0; i < codes.length; i++) {
    if (numbers.missing?.[i]) continue
    n++
    sum += numbers.values[i]!
    counts[codes[i]! + 1]!++
    sums[codes[i]! + 1]! += numbers.values[i]!
  }
  const centre = sum / n
  let total = 0
  let within = 0
  for (let i = 0; i < codes.length; i++) {
    if (numbers.missing?.[i]) continue
    const level = codes[i]! + 1
    total += (numbers.values[i]! - centre) * (numbers.values[i]! - centre)
    const rest = numbers.values[i]! - sums[level]! / counts[level]!
    within += rest * rest
  }
  const occurring = counts.reduce((count, rows) => count + (rows > 0 ? 1 : 0), 0)
  if (!(total > 0) || n < LEAST_ROWS_PER_LEVEL * occurring) return 0
  const unexplained = (within / (n - occurring)) * ((n - 1) / total)
  // The root of what rounding leaves would look like an association.
  return isAbove(1, unexplained) ? Math.sqrt(1 - unexplained) : 0
}

/** Bias-corrected Cramér's V; 0 where a column has one level only, or names that hardly recur. */
function cramersV(first: CategoricalColumn, second: CategoricalColumn): number {
  const n = first.codes.length
  const width = second.levels.length + 1
  const cells = new Map<number, number>()
  const rowSums = new Float64Array(first.levels.length + 1)
  const columnSums = new Float64Array(width)
  for (let i = 0; i < n; i++) {
    const a = first.codes[i]! + 1
    const b = second.codes[i]! + 1
    cells.set(a * width + b, (cells.get(a * width + b) ?? 0) + 1)
    rowSums[a]!++
    columnSums[b]!++
  }
  // χ²/n = Σ n_ab²/(n_a n_b) − 1, over the cells that occur.
  let squared = -1
  for (const [cell, count] of cells) squared += (count * count) / (rowSums[Math.floor(cell / width)]! * columnSums[cell % width]!)
  const r = rowSums.reduce((count, rows) => count + (rows > 0 ? 1 : 0), 0)
  const c = columnSums.reduce((count, rows) => count + (rows > 0 ? 1 : 0), 0)
  if (n < LEAST_ROWS_PER_LEVEL * Math.max(r, c) || r < 2 || c < 2) return 0
  const expected = ((r - 1) * (c - 1)) / (n - 1)
  const corrected = isAbove(1 + squared, 1 + expected) ? squared - expected : 0
  const smaller = Math.min(r - ((r - 1) * (r - 1)) / (n - 1), c - ((c - 1) * (c - 1)) / (n - 1)) - 1
  return smaller > 0 ? Math.min(1, Math.sqrt(corrected / smaller)) : 0
}

/** Largest and mean absolute difference of two association matrices, with the columns of the largest. */
export function associationError(
  first: readonly number[][],
  second: readonly number[][]
): { largest: number; mean: number; at: [number, number] } {
  let largest = 0
  let sum = 0
  let pairs = 0
  let at: [number, number] = [0, 0]
  for (let a = 0; a < first.length; a++) {
    for (let b = 0; b < a; b++) {
      const error = Math.abs(first[a]![b]! - second[a]![b]!)
      pairs++
      sum += error
      if (error > largest) {
        largest = error
        at = [b, a]
      }
    }
  }
  return { largest, mean: pairs === 0 ? 0 : sum / pairs, at }
}
