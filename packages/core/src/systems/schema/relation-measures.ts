import { isCategorical, isNumeric, type Table } from '../../table/table.js'

/** Columns of a table as numbers, one a number or a level of a category; NaN where a cell is missing [k][n]. */
export type Coordinates = readonly Float64Array[]

/** Levels of a category that are looked at, the most frequent ones: indicators of rare ones are noise. */
const MOST_LEVELS = 20

/** A table in the coordinates of the real one. */
export function coordinatesOf(table: Table, real: Table): Coordinates {
  return real.columns.flatMap((column) => {
    const own = table.columns.find(({ name }) => name === column.name)!
    if (isNumeric(own)) return [own.values.map((value, i) => (own.missing?.[i] ? Number.NaN : value))]
    if (!isCategorical(own) || !isCategorical(column)) return []
    return frequentLevels(column.codes, column.levels).map((level) => {
      const code = own.levels.indexOf(level)
      return Float64Array.from(own.codes, (one) => (one < 0 ? Number.NaN : Number(one === code)))
    })
  })
}

function frequentLevels(codes: Int32Array, levels: readonly string[]): string[] {
  const counts = new Float64Array(levels.length)
  for (const code of codes) if (code >= 0) counts[code]! += 1
  return [...levels.keys()]
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, MOST_LEVELS)
    .map((code) => levels[code]!)
}

/** Correlations of the coordinates of rows with those of the rows that they refer to, or of those `among` them; 0 where one is constant. Cost O(rows · k · l). */
export function correlationsOf(own: Coordinates, other: Coordinates, parentOf: Int32Array, among?: Uint8Array): number[] {
  const rows = [...parentOf.keys()].filter((i) => parentOf[i]! >= 0 && (!among || among[parentOf[i]!] === 1))
  const taken = (all: Coordinates, at: (i: number) => number) => all.map((values) => Float64Array.from(rows, (i) => values[at(i)]!))
  const [left, right] = [taken(own, (i) => i), taken(other, (i) => parentOf[i]!)]
  return left.flatMap((x) => right.map((y) => correlation(x, y)))
}

function correlation(x: Float64Array, y: Float64Array): number {
  let [n, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i]!) || Number.isNaN(y[i]!)) continue
    n++
    const [p, q] = [x[i]! - a, y[i]! - b]
    a += p / n
    b += q / n
    aa += p * (x[i]! - a)
    bb += q * (y[i]! - b)
    ab += p * (y[i]! - b)
  }
  return aa * bb > 0 ? ab / Math.sqrt(aa * bb) : 0
}

/** Root of the mean squared difference. */
export const rootMeanSquare = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0) / Math.max(1, a.length))

/**
 * Largest distance between the distribution functions of two lists of counts.
 *
 * @source Kolmogorov 1933; Smirnov 1948.
 */
export function distanceOfCounts(a: Float64Array, b: Float64Array): number {
  const most = Math.max(
    a.reduce((x, y) => Math.max(x, y), 0),
    b.reduce((x, y) => Math.max(x, y), 0)
  )
  const shares = (counts: Float64Array) => {
    const out = new Float64Array(most + 1)
    for (const count of counts) out[count]! += 1 / counts.length
    return out
  }
  const [p, q] = [shares(a), shares(b)]
  let [sum, largest] = [0, 0]
  for (let k = 0; k <= most; k++) {
    sum += p[k]! - q[k]!
    largest = Math.max(largest, Math.abs(sum))
  }
  return largest
}
