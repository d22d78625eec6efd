import { InputError } from './errors.js'
import { type Matrix, matrix } from './matrix.js'

/** Sorted copy, ascending. */
export function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort()
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

export function median(values: ArrayLike<number>): number {
  return quantileOfSorted(sorted(values), 0.5)
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/**
 * Mean [d] of the rows of `points` [n, d] under weights of sum 1 [n], and their covariance about it [d, d], of which the
 * lower triangle is filled. Cost O(n·d²).
 */
export function weightedMoments(points: Matrix, weights: Float64Array): { mean: Float64Array; covariance: Matrix } {
  const { data, rows, cols: d } = points
  const mean = weightedMean(points, weights)
  const covariance = matrix(d, d)
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < d; a++) {
      const scaled = weights[i]! * (data[i * d + a]! - mean[a]!)
      for (let b = 0, at = a * d; b <= a; b++, at++) covariance.data[at]! += scaled * (data[i * d + b]! - mean[b]!)
    }
  }
  return { mean, covariance }
}

/** The same mean, and the variances alone [d]. Cost O(n·d). */
export function weightedVariances(points: Matrix, weights: Float64Array): { mean: Float64Array; variances: Float64Array } {
  const { data, rows, cols: d } = points
  const mean = weightedMean(points, weights)
  const variances = new Float64Array(d)
  for (let i = 0, at = 0; i < rows; i++) {
    for (let c = 0; c < d; c++, at++) {
      const difference = data[at]! - mean[c]!
      variances[c]! += weights[i]! * difference * difference
    }
  }
  return { mean, variances }
}

function weightedMean({ data, rows, cols: d }: Matrix, weights: Float64Array): Float64Array {
  const mean = new Float64Array(d)
  for (let i = 0; i < rows; i++) for (let c = 0; c < d; c++) mean[c] = mean[c]! + weights[i]! * data[i * d + c]!
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
