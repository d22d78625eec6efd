import { log } from '../num/elementary.js'
import { type Key, keyAtStep, keyFor, permutation } from '../num/random.js'
import { quantileOfSorted, sorted } from '../num/statistics.js'
import type { Codes } from '../table/codes.js'
import { type Column, isCategorical, isNumeric, type Table } from '../table/table.js'

/** How much two columns say of each other. */
export interface PairInformation {
  readonly columns: readonly [string, string]
  /** Nats, less what independent columns of the same values show on average; not below 0. */
  readonly information: number
  /** What 95 % of independent columns of the same values stay below, likewise. */
  readonly floor: number
  /** Rows that know both, or as many of them as are looked at. */
  readonly rows: number
}

/** Rows that are looked at: chance then shows below a hundredth of a nat. */
const MOST_ROWS = 2000
/** Shuffles that show what chance does; with 39 the second largest is exceeded by chance in one of 20. */
const SHUFFLES = 39
const LEVEL = 0.95
/** Rows that know both columns, below which nothing is said. */
const LEAST_ROWS = 30
/** Counts of all pairs together: some seconds of one core. Beyond, fewer rows are looked at. */
const MOST_COUNTS = 1e9

/**
 * Mutual information of every pair of columns that vary, largest first: numbers cut into ∛n ranges of about equally many rows, and
 * counts of both. Counts are biased upwards; what shuffled columns show on average is taken off. Cost 40·n a pair.
 * @source Cover and Thomas, *Elements of Information Theory*, section 2.3; the permutation floor as in François and others 2006.
 */
export function pairInformation(table: Table, key: Key): PairInformation[] {
  const columns = table.columns.filter((column) => isNumeric(column) || isCategorical(column))
  const pairs = Math.max(1, (columns.length * (columns.length - 1)) / 2)
  const most = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, Math.floor(MOST_COUNTS / (pairs * (SHUFFLES + 1)))))
  const order = permutation(keyFor(key, 'rows'), table.rowCount)
  const found: PairInformation[] = []
  columns.forEach((first, a) => {
    columns.slice(0, a).forEach((second) => {
      const rows = order.filter((i) => isKnown(first, i) && isKnown(second, i)).subarray(0, most)
      if (rows.length < LEAST_ROWS) return
      const told = informationOf(codesOf(first, rows), codesOf(second, rows), keyFor(keyFor(key, first.name), second.name))
      if (told) found.push({ columns: [second.name, first.name], ...told, rows: rows.length })
    })
  })
  return found.sort((x, y) => y.information - x.information)
}

function informationOf(a: Codes, b: Codes, key: Key): Pick<PairInformation, 'information' | 'floor'> | undefined {
  if (a.count < 2 || b.count < 2) return undefined
  const shuffled = Array.from({ length: SHUFFLES }, (_, k) => {
    const order = permutation(keyAtStep(key, k), b.codes.length)
    return plugIn(a, { ...b, codes: b.codes.map((_code, i) => b.codes[order[i]!]!) })
  })
  const mean = shuffled.reduce((sum, x) => sum + x / SHUFFLES, 0)
  return {
    information: Math.max(0, plugIn(a, b) - mean),
    floor: Math.max(0, quantileOfSorted(sorted(shuffled), LEVEL) - mean)
  }
}

/** Σ p_ab log(p_ab/(p_a p_b)) of counts. */
function plugIn(a: Codes, b: Codes): number {
  const n = a.codes.length
  const joint = new Int32Array(a.count * b.count)
  const [ofA, ofB] = [new Int32Array(a.count), new Int32Array(b.count)]
  for (let i = 0; i < n; i++) {
    const [x, y] = [a.codes[i]!, b.codes[i]!]
    joint[x * b.count + y] = joint[x * b.count + y]! + 1
    ofA[x] = ofA[x]! + 1
    ofB[y] = ofB[y]! + 1
  }
  let sum = 0
  joint.forEach((count, at) => {
    if (count > 0) sum += (count / n) * log((count * n) / (ofA[Math.floor(at / b.count)]! * ofB[at % b.count]!))
  })
  return sum
}

function isKnown(column: Column, i: number): boolean {
  return isNumeric(column) ? !column.missing?.[i] : isCategorical(column) && column.codes[i]! >= 0
}

/** Levels of a category, or ranges of a number with equal values in one. */
function codesOf(column: Column, rows: Uint32Array): Codes {
  const values = Float64Array.from(rows, (i) => (isNumeric(column) ? column.values[i]! : isCategorical(column) ? column.codes[i]! : 0))
  const bounds = isNumeric(column) ? cuts(values) : [...new Set(values)].sort((x, y) => x - y)
  const codes = Int32Array.from(values, (x) => rangeOf(bounds, x))
  return { codes, count: bounds.length }
}

/** Least values of ∛n ranges of about equally many rows; equal ones once. */
function cuts(values: Float64Array): number[] {
  const ascending = sorted(values)
  let wanted = 2
  while (wanted * wanted * wanted < values.length) wanted++
  return [...new Set(Array.from({ length: wanted }, (_, k) => ascending[Math.floor((k * values.length) / wanted)]!))]
}

/** The last range that does not begin above a value. */
function rangeOf(bounds: readonly number[], x: number): number {
  let [low, high] = [0, bounds.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (bounds[middle]! <= x) low = middle
    else high = middle - 1
  }
  return low
}
