import { InputError } from './errors.js'
import { type Matrix, matrix, takeValues } from './matrix.js'
import { rowsIn } from './row-kernel.js'

/** Sorted copy, ascending: zeros of minus sign before the others, what is no number last. */
export function sorted(values: ArrayLike<number>): Float64Array {
  const own = new Float64Array(values)
  return sortedByBins(own) ?? own.sort()
}

/** Numbers of a bin that are put in order one by one. */
const FEW = 16

/**
 * The same by as many equal bins of the range as there are numbers, most of which hold few: a quarter of the time of a sort, of numbers far out
 * about as much as one. Undefined where they have no range that can be divided.
 */
function sortedByBins(values: Float64Array): Float64Array | undefined {
  const n = values.length
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < n; i++) {
    const x = values[i]!
    if (Number.isNaN(x)) return undefined
    if (x < low) low = x
    if (x > high) high = x
  }
  const scale = (n - 1) / (high - low)
  if (!(scale > 0 && Number.isFinite(scale))) return undefined
  // Where the next number of each bin goes: at last its end.
  const places = new Uint32Array(n + 1)
  for (let i = 0; i < n; i++) places[Math.floor((values[i]! - low) * scale) + 1]!++
  for (let bin = 1; bin <= n; bin++) places[bin]! += places[bin - 1]!
  const out = new Float64Array(n)
  for (let i = 0; i < n; i++) out[places[Math.floor((values[i]! - low) * scale)]!++] = values[i]!
  for (let bin = 0, start = 0; bin < n; start = places[bin++]!) sortRun(out, start, places[bin]!)
  return out
}

function sortRun(values: Float64Array, start: number, end: number): void {
  if (end - start > FEW) {
    values.subarray(start, end).sort()
    return
  }
  for (let i = start + 1; i < end; i++) {
    const x = values[i]!
    let j = i
    for (; j > start && (values[j - 1]! > x || (x === 0 && Object.is(x, -0) && values[j - 1] === 0)); j--) values[j] = values[j - 1]!
    values[j] = x
  }
}

/** Quantile p in [0, 1] of an ascending array by linear interpolation between order statistics (type 7). */
export function quantileOfSorted(ascending: ArrayLike<number>, p: number): number {
  const n = ascending.length
  if (n === 0) throw new InputError({ code: 'empty', got: 'no values', expected: 'at least one', try: 'passing data' })
  const place = p * (n - 1)
  const low = Math.min(n - 1, Math.max(0, Math.floor(place)))
  const high = Math.min(n - 1, low + 1)
  const share = place - low
  return ascending[low]! + share * (ascending[high]! - ascending[low]!)
}

/** What rounding may tell apart of equal numbers, as a part of them. */
const SAME = 1e-9

/**
 * The value of which a part p of the weight lies below, its own counted half: between values it is interpolated, so that it moves with how many numbers
 * are the same, where a usual quantile stays and then jumps. `median` is that of one half where no numbers are. Weights are equal when left out.
 * Throws `InputError` for no values. Cost O(n log n).
 * @source Ma, Genton, Parzen, *Asymptotic properties of sample quantiles of discrete distributions*, AISM 2011.
 */
export function midQuantile(values: Float64Array, p: number, weights?: Float64Array): number {
  if (values.length === 0) return quantileOfSorted(values, p)
  const order = weights && Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!)
  const ascending = order ? takeValues(values, order) : sorted(values)
  const total = weights ? weights.reduce((a, b) => a + b, 0) : values.length
  let before = { value: ascending[0]!, part: 0 }
  for (let start = 0, below = 0; start < ascending.length; ) {
    const value = ascending[start]!
    let [end, own] = [start, 0]
    for (; end < ascending.length && ascending[end]! - value <= SAME * Math.abs(value); end++) own += order ? weights![order[end]!]! : 1
    const part = below + own / 2
    if (start === 0 ? part >= p * total : part === p * total) return value
    if (part > p * total) return before.value + ((p * total - before.part) / (part - before.part)) * (value - before.value)
    before = { value, part }
    below += own
    start = end
  }
  return before.value
}

/** The middle one in order, or the mean of the middle two. Cost O(n), without a sort. */
export function median(values: ArrayLike<number>): number {
  const own = new Float64Array(values)
  const n = own.length
  // A sort knows where what is no number stands.
  if (n === 0 || own.some(Number.isNaN)) return quantileOfSorted(own.sort(), 0.5)
  const middle = (n - 1) >>> 1
  const lower = selected(own, middle)
  const upper = n % 2 === 1 ? lower : own.subarray(middle + 1).reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY)
  return lower + 0.5 * (upper - lower)
}

/** The value that half of the weight lies at or below; undefined of none. Cost O(n log n). */
export function weightedMedian(atoms: readonly { readonly value: number; readonly weight: number }[]): number | undefined {
  const ascending = [...atoms].sort((a, b) => a.value - b.value)
  const half = ascending.reduce((sum, { weight }) => sum + weight, 0) / 2
  let below = 0
  return ascending.find(({ weight }) => {
    below += weight
    return below >= half
  })?.value
}

/** Ranks from 0, ties by their mean. Cost O(n log n). */
export function midranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let k = start; k < end; k++) ranks[order[k]!] = (start + end - 1) / 2
    start = end
  }
  return ranks
}

/** The number that would stand at a place in order, which changes the order: then none before it is larger, and none behind it smaller (Hoare's selection). Cost O(n). */
export function selected(values: Float64Array, place: number): number {
  let [low, high] = [0, values.length - 1]
  while (low < high) {
    const [a, b, c] = [values[low]!, values[(low + high) >>> 1]!, values[high]!]
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
    let [i, j] = [low, high]
    while (i <= j) {
      while (values[i]! < pivot) i++
      while (values[j]! > pivot) j--
      if (i > j) break
      const x = values[i]!
      values[i++] = values[j]!
      values[j--] = x
    }
    if (place <= j) high = j
    else if (place >= i) low = i
    else break
  }
  return values[place]!
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** Rows [n, d] that are looked at one after the other, a few thousand at a time: they need not all stand in memory. */
export interface RowSource {
  readonly rows: number
  readonly cols: number
  /** Rows `start` … `end` − 1, until others are asked for. */
  some(start: number, end: number): Float64Array
}

const sourceOf = (points: Matrix | RowSource): RowSource =>
  'some' in points ? points : { ...points, some: (start, end) => points.data.subarray(start * points.cols, end * points.cols) }

/** Rows that are looked at together. */
const ROWS_AT_ONCE = 4096

/** All rows in turn: `data` holds those from `start` to before `end`. */
export function lookAt({ rows, some }: RowSource, look: (data: Float64Array, start: number, end: number) => void): void {
  for (let start = 0; start < rows; start += ROWS_AT_ONCE) {
    const end = Math.min(rows, start + ROWS_AT_ONCE)
    look(some(start, end), start, end)
  }
}

/**
 * Mean [d] of the rows of `points` [n, d] under weights of sum 1 [n], and their covariance about it [d, d], of which the
 * lower triangle is filled. Cost O(n·d²).
 */
export function weightedMoments(points: Matrix, weights: Float64Array): { mean: Float64Array; covariance: Matrix } {
  const source = sourceOf(points)
  const mean = weightedMean(source, weights)
  return { mean, covariance: covarianceAbout(source, weights, mean) }
}

/** The same covariance about a mean that is known. */
export function covarianceAbout(points: Matrix | RowSource, weights: Float64Array, mean: Float64Array): Matrix {
  const source = sourceOf(points)
  return compiledProducts(source, weights, mean) ?? products(source, weights, mean)
}

function compiledProducts(source: RowSource, weights: Float64Array, mean: Float64Array): Matrix | undefined {
  const { rows, cols: d } = source
  const some = Math.min(rows, ROWS_AT_ONCE)
  const wide = 8 * Math.ceil(d / 8)
  const room = rowsIn([8 * some * d, 8 * some, 8 * d, 8 * d * wide, 8 * 64 * (wide + d)])
  if (!room) return undefined
  const { kernel, at } = room
  const [points, weightsAt, meanAt, sumsAt, work] = at as [number, number, number, number, number]
  const numbers = (address: number, length: number) => new Float64Array(kernel.memory.buffer, address, length)
  const sums = numbers(sumsAt, d * wide).fill(0)
  numbers(meanAt, d).set(mean)
  lookAt(source, (data, start, end) => {
    numbers(points, data.length).set(data)
    numbers(weightsAt, end - start).set(weights.subarray(start, end))
    kernel.moments(points, end - start, d, weightsAt, meanAt, sumsAt, work)
  })
  const covariance = matrix(d, d)
  for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) covariance.data[a * d + b] = sums[a * wide + b]!
  return covariance
}

/** @internal The same by plain loops. */
export function products(points: Matrix | RowSource, weights: Float64Array, mean: Float64Array): Matrix {
  const d = points.cols
  const covariance = matrix(d, d)
  const sums = covariance.data
  const centred = new Float64Array(d)
  lookAt(sourceOf(points), (data, start, end) => {
    for (let i = start, from = 0; i < end; i++) {
      const weight = weights[i]!
      for (let a = 0; a < d; a++, from++) centred[a] = data[from]! - mean[a]!
      for (let a = 0; a < d; a++) {
        const scaled = weight * centred[a]!
        for (let b = 0, at = a * d; b <= a; b++, at++) sums[at] = sums[at]! + scaled * centred[b]!
      }
    }
  })
  return covariance
}

/** Sums of the columns of rows times their weights, which are means where these sum to 1. Cost O(n·d). */
export function weightedMean(points: Matrix | RowSource, weights: Float64Array): Float64Array {
  const d = points.cols
  const mean = new Float64Array(d)
  lookAt(sourceOf(points), (data, start, end) => {
    for (let i = start, at = 0; i < end; i++) for (let c = 0; c < d; c++, at++) mean[c] = mean[c]! + weights[i]! * data[at]!
  })
  return mean
}

/** Mean and standard deviation of each column of some rows; 1 where it does not vary. */
export interface ColumnScale {
  readonly centre: Float64Array
  readonly scale: Float64Array
}

export function columnScale({ data, rows, cols }: Matrix): ColumnScale {
  const centre = new Float64Array(cols)
  const scale = new Float64Array(cols)
  for (let c = 0; c < cols; c++) {
    for (let i = 0; i < rows; i++) centre[c] = centre[c]! + data[i * cols + c]! / rows
    let square = 0
    for (let i = 0; i < rows; i++) square += (data[i * cols + c]! - centre[c]!) ** 2 / rows
    scale[c] = square > 0 ? Math.sqrt(square) : 1
  }
  return { centre, scale }
}

/** The columns of `m` scaled as columns `first`, first + 1, … */
export function standardised(m: Matrix, { centre, scale }: ColumnScale, first = 0): Matrix {
  const out = matrix(m.rows, m.cols)
  for (let i = 0; i < m.rows; i++)
    for (let c = 0; c < m.cols; c++) out.data[i * m.cols + c] = (m.data[i * m.cols + c]! - centre[first + c]!) / scale[first + c]!
  return out
}

/** The correlation of two columns; 0 where one of them does not vary. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [mean(a), mean(b)]
  let [both, ownA, ownB] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB]
    both += x * y
    ownA += x * x
    ownB += y * y
  }
  return ownA > 0 && ownB > 0 ? both / Math.sqrt(ownA * ownB) : 0
}

/** Variance with divisor n. */
export function variance(values: ArrayLike<number>): number {
  const m = mean(values)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i]! - m) ** 2
  return sum / values.length
}
