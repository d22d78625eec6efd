import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp, log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import type { Ending, Watch } from '../num/iterate.js'
import { normaliseLogWeights } from '../num/log-space.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import type { Key } from '../num/random.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import { type Cloud, cloud as cloudOf } from '../space/cloud.js'
import { type DiffusionBandwidth, diffusionBandwidth } from './bandwidth.js'
import type { Components } from './connectivity.js'
import { componentsAt } from './connectivity.js'
import { largestEigenpairs } from './eigenpairs.js'
import { chooseDimension, type SpectralGap } from './gap.js'
import { bistochasticOperator } from './operator.js'

export interface DiffusionMapOptions {
  readonly cloud: Cloud
  readonly engine: Engine
  /** Number of coordinates; `auto` takes the largest spectral gap. Default `auto`. */
  readonly dimension?: number | 'auto'
  /** Bandwidth, in squared length of the cloud's coordinates. Default `auto`. */
  readonly epsilon?: number | 'auto'
  /**
   * Density normalisation of Coifman and Lafon: the limit is reversible for π^{2(1−α)}. Default ½ (Langevin dynamics of
   * the data distribution); 1 removes the density (the Laplacian of the surface), 0 emphasises it.
   */
  readonly alpha?: number
  /** Residual ‖P ψ − λ ψ‖ at which an eigenpair counts as found. Default 1e-7. */
  readonly tolerance?: number
  /** Tolerance of the scaling. Default 1e-9. */
  readonly scalingTolerance?: number
  readonly key?: Key
  readonly watch?: Watch | undefined
}

/** What is needed to place new points: plain data. */
export interface DiffusionPlacing {
  /** Points of positive weight, weighted as α asks [M, d]. */
  readonly cloud: Cloud
  /** Rows of the cloud given that these points are [M]. */
  readonly rows: Uint32Array
  readonly epsilon: number
  readonly alpha: number
  /** f = log v [M]. */
  readonly potentials: Float64Array
  /** λ_1 ≥ λ_2 ≥ …, the constant one left out [K]. */
  readonly eigenvalues: Float64Array
  /** ψ_k at the points, mean square 1, entry of largest magnitude positive [M, K]. */
  readonly eigenvectors: Matrix
}

/** Diffusion coordinates of a cloud, with what was found on the way. */
export interface DiffusionMap extends DiffusionPlacing {
  readonly report: DiffusionReport
}

export interface DiffusionReport {
  readonly scaling: { readonly ending: Ending; readonly turns: number; readonly error: number }
  readonly eigenpairs: { readonly ending: Ending; readonly turns: number }
  /** ‖P ψ − λ ψ‖ of each coordinate [K]. */
  readonly residuals: Float64Array
  /** All eigenvalues that were computed, the constant one left out. */
  readonly spectrum: Float64Array
  readonly gaps: readonly SpectralGap[]
  readonly bandwidth: DiffusionBandwidth
  /** Groups that the kernel does not join at working precision: one group is as it should be. */
  readonly components: Components
  /** Rows that keep all their weight to themselves. */
  readonly isolated: Uint32Array
  readonly duplicateCount: number
  readonly constantColumns: readonly number[]
}

/** Eigenvalues that `auto` looks at for a gap. */
const GAP_COUNT = 15
/** −log of the kernel weight that double precision cannot tell from zero beside the row's own. */
const UNJOINED = 36
/** Eigenvalues below this are rounding: dividing by them (Nyström) would give noise. */
const SMALLEST_EIGENVALUE = 1e-9

/**
 * Diffusion map on the symmetric bistochastic operator P: the top eigenpairs, matrix-free.
 *
 * @source mathematics: Coifman and Lafon, *Diffusion maps*, ACHA 2006; bistochastic normalisation: Marshall and Coifman 2019,
 * Wormell and Reich, SINUM 2021.
 * Cost: about 15 `logSum` and 5 to 30 `mean` with K + 3 columns (100 where eigenvalues crowd near 1), O(M²·(d + K)) each. Memory O(M·(d + 8K)), then up to O(M·(d + 24K)).
 * Throws `InputError`: constant data, more coordinates than distinct rows or than eigenvalues above rounding, an ε so
 * small that all coordinates would only tell components apart.
 */
export async function diffusionMap(options: DiffusionMapOptions): Promise<DiffusionMap> {
  const { engine, watch, tolerance = 1e-7, scalingTolerance = 1e-9, key } = options
  const { rows, cloud: positive } = positiveRows(options.cloud)
  const bandwidth = await diffusionBandwidth(positive.points, engine, { epsilon: options.epsilon ?? 'auto', watch })
  const epsilon = bandwidth.epsilon
  const kernel = gaussianKernel(epsilon)
  const alpha = options.alpha ?? 0.5
  const weighted = await densityWeighted(positive, { epsilon, alpha, engine })
  const scaling = await symmetricScaling({ cloud: weighted, kernel, engine, tolerance: scalingTolerance, watch })
  const count = requestedCount(options.dimension ?? 'auto', rows.length - scaling.duplicateCount)
  const components = componentsAt(bandwidth.tree, rows.length, 4 * epsilon * UNJOINED)
  refuseIndicators(components, count, epsilon, bandwidth)
  const operator = bistochasticOperator(weighted, kernel, scaling, engine)
  const pairs = await largestEigenpairs({
    operator,
    count: count + 1,
    tolerance,
    start: constantStart(weighted),
    watch,
    ...(key ? { key } : {})
  })
  const spectrum = pairs.values.slice(1)
  const gaps = chooseDimension(spectrum)
  const dimension = options.dimension === undefined || options.dimension === 'auto' ? gaps.dimension : options.dimension
  refuseRounding(spectrum, dimension)
  return {
    cloud: weighted,
    rows,
    epsilon,
    alpha,
    potentials: scaling.potentials,
    eigenvalues: spectrum.slice(0, dimension),
    eigenvectors: eigenfunctions(pairs.vectors, weighted.logWeights, dimension),
    report: {
      scaling: { ending: scaling.ending, turns: scaling.turns, error: scaling.errors.at(-1)?.[1] ?? 0 },
      eigenpairs: { ending: pairs.ending, turns: pairs.turns },
      residuals: pairs.residuals.slice(1, dimension + 1),
      spectrum,
      gaps: gaps.gaps,
      bandwidth: bandwidth.summary,
      components,
      isolated: scaling.isolated,
      duplicateCount: scaling.duplicateCount,
      constantColumns: scaling.constantColumns
    }
  }
}

/** Diffusion coordinates λ_k^t ψ_k of the map's own points [M, K]; t = 0 is ψ itself. */
export function diffusionCoordinates(map: DiffusionPlacing, time = 1): Matrix {
  return timesPowers(map.eigenvectors, map.eigenvalues, time)
}

/**
 * Diffusion coordinates λ_k^t ψ_k(x) of any points [n, d] by Nyström: ψ_k(x) = λ_k^{−1} Σ_j p_j(x) ψ_k(x_j).
 * Equal to the map's own coordinates at its own points, up to the residuals. Cost of one `mean` with K columns.
 * Throws `InputError` on another number of columns.
 */
export async function placePoints(map: DiffusionPlacing, points: Matrix, engine: Engine, time = 1): Promise<Matrix> {
  if (points.cols !== map.cloud.points.cols) {
    throw new InputError({
      code: 'column-count',
      got: `${points.cols} columns`,
      expected: `${map.cloud.points.cols}, as in the rows that the map was made from`,
      try: 'the same columns in the same order'
    })
  }
  const logTerms = map.potentials.map((f, j) => f + map.cloud.logWeights[j]!)
  const pair = { from: cloudOf(points), to: map.cloud, kernel: gaussianKernel(map.epsilon) }
  return timesPowers(await engine.mean(pair, logTerms, map.eigenvectors), map.eigenvalues, time - 1)
}

function timesPowers(vectors: Matrix, eigenvalues: Float64Array, power: number): Matrix {
  const factors = eigenvalues.map((value) => (power === 0 ? 1 : power === 1 ? value : power === -1 ? 1 / value : exp(power * log(value))))
  const out = matrix(vectors.rows, vectors.cols)
  for (let i = 0; i < out.data.length; i++) out.data[i] = vectors.data[i]! * factors[i % vectors.cols]!
  return out
}

function positiveRows(given: Cloud): { rows: Uint32Array; cloud: Cloud } {
  const all = Uint32Array.from({ length: given.points.rows }, (_, i) => i)
  const rows = all.filter((i) => given.logWeights[i]! > Number.NEGATIVE_INFINITY)
  const weights = Float64Array.from(rows, (i) => given.logWeights[i]!)
  return { rows, cloud: cloudOf(takeRows(given.points, rows), weights.length > 0 ? normaliseLogWeights(weights) : weights) }
}

/** Weights w_j q_j^{1−2α}, q the kernel density estimate: the operator is then reversible for π^{2(1−α)}. */
async function densityWeighted(
  given: Cloud,
  { epsilon, alpha, engine }: { epsilon: number; alpha: number; engine: Engine }
): Promise<Cloud> {
  if (!(Number.isFinite(alpha) && alpha >= -1 && alpha <= 2)) {
    throw new InputError({ code: 'alpha', got: `α = ${alpha}`, expected: 'a number from -1 to 2', try: '0, 0.5 or 1' })
  }
  if (alpha === 0.5) return given
  const density = await engine.logSum({ from: given, to: given, kernel: gaussianKernel(epsilon) }, given.logWeights)
  return cloudOf(given.points, normaliseLogWeights(given.logWeights.map((a, i) => a + (1 - 2 * alpha) * density[i]!)))
}

function requestedCount(dimension: number | 'auto', distinctCount: number): number {
  if (distinctCount < 2) {
    throw new InputError({
      code: 'constant-data',
      got: 'rows that are all equal',
      expected: 'at least two different rows',
      try: 'other columns, or other data'
    })
  }
  if (dimension === 'auto') return Math.min(GAP_COUNT, distinctCount - 1)
  if (!(Number.isInteger(dimension) && dimension >= 1)) {
    throw new InputError({ code: 'dimension', got: `k = ${dimension}`, expected: 'a whole number from 1', try: '-k 2' })
  }
  if (dimension > distinctCount - 1) throw tooMany(dimension, distinctCount - 1, `${distinctCount} different rows`)
  return Math.min(dimension + 1, distinctCount - 1)
}

function tooMany(dimension: number, most: number, reason: string): InputError {
  return new InputError({
    code: 'dimension-above-rank',
    got: `k = ${dimension} for ${reason}`,
    expected: `at most ${most} coordinates`,
    try: `-k ${most}, or a smaller bandwidth`
  })
}

function refuseRounding(spectrum: Float64Array, dimension: number): void {
  if (spectrum[dimension - 1]! > SMALLEST_EIGENVALUE) return
  const most = spectrum.filter((value) => value > SMALLEST_EIGENVALUE).length
  throw tooMany(dimension, most, `an operator with ${most} eigenvalues above rounding`)
}

/** c components give c − 1 coordinates that are constant on each: refuse when nothing else would be left. */
function refuseIndicators(
  components: Components,
  count: number,
  epsilon: number,
  { connectingEpsilon, chosen }: { connectingEpsilon: number; chosen: 'given' | 'auto' }
): void {
  if (chosen === 'auto' || components.sizes.length - 1 < Math.max(2, count)) return
  throw new InputError({
    code: 'disconnected',
    got: `ε = ${epsilon}, at which the data fall into ${components.sizes.length} parts that the kernel does not join (sizes ${[...components.sizes.subarray(0, 8)].join(', ')}${components.sizes.length > 8 ? ', …' : ''})`,
    expected: 'a bandwidth at which neighbours overlap',
    try: `a bandwidth of ${Number(connectingEpsilon.toPrecision(2))} or larger, or auto`
  })
}

/** The eigenvector of eigenvalue 1, known beforehand: D(w)^{1/2} 1. */
function constantStart(cloud: Cloud): Matrix {
  return matrix(
    cloud.points.rows,
    1,
    cloud.logWeights.map((a) => exp(0.5 * a))
  )
}

/** ψ = D(w)^{−1/2} y [M, K]: unit y means Σ w ψ² = 1. The constant first column is left out. */
function eigenfunctions(vectors: Matrix, logWeights: Float64Array, count: number): Matrix {
  const out = matrix(vectors.rows, count)
  for (let k = 0; k < count; k++) {
    let largest = 0
    for (let i = 0; i < vectors.rows; i++) {
      const value = vectors.data[i * vectors.cols + k + 1]! * exp(-0.5 * logWeights[i]!)
      out.data[i * count + k] = value
      if (Math.abs(value) > Math.abs(largest) * (1 + 1e-9)) largest = value
    }
    if (largest < 0) for (let i = 0; i < vectors.rows; i++) out.data[i * count + k] = -out.data[i * count + k]!
  }
  return out
}
