import { normalQuantile } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { cholesky, choleskySolve, identity } from '../num/linear-algebra.js'
import { columnOf, type Matrix, matrix } from '../num/matrix.js'
import { median, variance } from '../num/statistics.js'
import { type Graph, graphFromEdges } from './graph.js'

/** Partial correlations of standardised coordinates, and how they were regularised. */
interface PartialCorrelations {
  /** [d, d], ones on the diagonal. */
  readonly values: Matrix
  /** Share of the identity in the correlation matrix that was inverted. */
  readonly shrinkage: number
}

/** Coordinates of a learned graph, at most: its correlations are d² numbers, 72 MB here. */
const MOST_COORDINATES = 3000

/**
 * Partial correlations from the correlation matrix R shrunk to (1 − λ) R + λ I, λ by the formula of Schäfer and
 * Strimmer, which needs no tuning and makes the matrix invertible for any number of rows.
 * @source Schäfer and Strimmer, *A shrinkage approach to large-scale covariance matrix estimation*, 2005.
 * Points [M, d]. Cost O(M·d² + d³), memory O(d²). Throws `InputError` above 3,000 coordinates.
 */
export function partialCorrelations(points: Matrix): PartialCorrelations {
  const { cols: d } = points
  if (d > MOST_COORDINATES) {
    throw new InputError({
      code: 'too-many-coordinates',
      got: `${d} coordinates whose neighbourhoods are to be learned`,
      expected: `at most ${MOST_COORDINATES}`,
      try: '--local window:1, ring:1, grid:ROWSxCOLS:1 or graph:FILE'
    })
  }
  const { precision, shrinkage } = shrunkPrecision(standardised(points))
  const values = matrix(d, d)
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      const scale = Math.sqrt(precision.data[a * d + a]! * precision.data[b * d + b]!)
      values.data[a * d + b] = a === b ? 1 : -precision.data[a * d + b]! / scale
    }
  }
  return { values, shrinkage }
}

/**
 * Slopes of the linear regression of every coordinate on all others, from the same shrunk correlations [d, d]; zeros on the
 * diagonal, and for coordinates that are constant. Points [M, d]. Cost O(M·d² + d³), memory O(M·d + d²).
 */
export function regressionSlopes(points: Matrix): Matrix {
  const { rows: n, cols: d } = points
  const { precision } = shrunkPrecision(standardised(points))
  const spreads = Float64Array.from({ length: d }, (_, c) => Math.sqrt(variance(columnOf(points, c))))
  const slopes = matrix(d, d)
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d && n > 0; b++) {
      if (a === b || !(spreads[b]! > 0)) continue
      slopes.data[a * d + b] = (-precision.data[a * d + b]! / precision.data[a * d + a]!) * (spreads[a]! / spreads[b]!)
    }
  }
  return slopes
}

/** The inverse of the shrunk correlations of standardised columns [d, n]. */
function shrunkPrecision(z: Matrix): { readonly precision: Matrix; readonly shrinkage: number } {
  const { rows: d, cols: n } = z
  const correlation = matrix(d, d)
  let noise = 0
  let signal = 0
  for (let a = 0; a < d; a++) {
    correlation.data[a * d + a] = 1
    for (let b = 0; b < a; b++) {
      const { mean, varianceOfMean } = productMoments(z, a, b)
      correlation.data[a * d + b] = mean
      correlation.data[b * d + a] = mean
      noise += varianceOfMean
      signal += mean * mean
    }
  }
  const shrinkage = n < 3 || d < 2 ? 1 : Math.min(1, signal > 0 ? noise / signal : 1)
  const shrunk = correlation.data.map((r, i) => (i % (d + 1) === 0 ? 1 : (1 - shrinkage) * r))
  // At least a whisper of the identity: without it a repeated column could not be inverted.
  for (let a = 0; a < d; a++) shrunk[a * d + a] = 1 + 1e-6
  return { precision: choleskySolve(cholesky(matrix(d, d, shrunk)), identity(d)), shrinkage }
}

/** Columns [d, n] centred and of unit variance; zero where constant. */
function standardised({ data, rows, cols }: Matrix): Matrix {
  const out = matrix(cols, rows)
  for (let c = 0; c < cols; c++) {
    let mean = 0
    for (let i = 0; i < rows; i++) mean += data[i * cols + c]! / rows
    let square = 0
    for (let i = 0; i < rows; i++) square += (data[i * cols + c]! - mean) ** 2
    const scale = square > 0 ? Math.sqrt(rows / square) : 0
    for (let i = 0; i < rows; i++) out.data[c * rows + i] = (data[i * cols + c]! - mean) * scale
  }
  return out
}

/** Mean of z_a z_b and the variance of that mean. */
function productMoments(z: Matrix, a: number, b: number): { mean: number; varianceOfMean: number } {
  const n = z.cols
  let sum = 0
  let squares = 0
  for (let i = 0; i < n; i++) {
    const product = z.data[a * n + i]! * z.data[b * n + i]!
    sum += product
    squares += product * product
  }
  const mean = sum / n
  return { mean, varianceOfMean: Math.max(0, squares / n - mean * mean) / Math.max(1, n - 1) }
}

/** A learned graph with the strength of its edges. */
interface LearnedGraph {
  readonly graph: Graph
  /** (a, b, partial correlation), strongest first. */
  readonly edges: readonly (readonly [number, number, number])[]
  /** |partial correlation| above which a pair is joined. */
  readonly threshold: number
  readonly shrinkage: number
}

/** Pairs from which on the spread of chance is read off the pairs themselves, most of which are no neighbours. */
const MANY_PAIRS = 45

/**
 * Standard deviation of partial correlations between columns that are no neighbours: 1.48 times the median size over all
 * pairs, which holds at any shrinkage; for a few columns, Fisher's 1/√(n − d − 1).
 */
function chanceSpread({ data, rows: d }: Matrix, n: number): number {
  const sizes: number[] = []
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) sizes.push(Math.abs(data[a * d + b]!))
  return sizes.length >= MANY_PAIRS ? 1.4826 * median(sizes) : 1 / Math.sqrt(Math.max(4, n - d - 1))
}

interface LearnOptions {
  /** Chance that any pair at all of an independent table is joined. Default 0.05. */
  readonly level?: number
  /** Most neighbours of a coordinate. */
  readonly mostNeighbours: number
}

/**
 * Joins the coordinates whose partial correlation stands out from chance: |ρ| beyond what the largest of all pairs would
 * reach at the level by chance (normal quantile, Bonferroni). Each vertex keeps its strongest edges.
 */
export function learnGraph(points: Matrix, options: LearnOptions): LearnedGraph {
  const { values, shrinkage } = partialCorrelations(points)
  const { rows: n, cols: d } = points
  const pairs = (d * (d - 1)) / 2
  const threshold = Math.min(0.95, -normalQuantile((options.level ?? 0.05) / Math.max(1, pairs) / 2) * chanceSpread(values, n))
  const candidates: [number, number, number][] = []
  for (let a = 0; a < d; a++) {
    for (let b = a + 1; b < d; b++) {
      const value = values.data[a * d + b]!
      if (Math.abs(value) > threshold) candidates.push([a, b, value])
    }
  }
  candidates.sort((p, q) => Math.abs(q[2]) - Math.abs(p[2]) || p[0] - q[0] || p[1] - q[1])
  const degree = new Uint32Array(d)
  const edges = candidates.filter(([a, b]) => {
    if (degree[a]! >= options.mostNeighbours || degree[b]! >= options.mostNeighbours) return false
    degree[a] = degree[a]! + 1
    degree[b] = degree[b]! + 1
    return true
  })
  return {
    graph: graphFromEdges(
      d,
      edges.map(([a, b]): [number, number] => [a, b])
    ),
    edges,
    threshold,
    shrinkage
  }
}
