import { exp, log } from '../num/elementary.js'
import type { Outcome, Watch } from '../num/iterate.js'
import { normaliseLogWeights as normalised } from '../num/log-space.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import type { Potentials } from '../scaling/annealed.js'
import type { RectangularProblem } from '../scaling/problem.js'
import { scaleRectangular } from '../scaling/rectangular.js'
import type { Cloud } from '../space/cloud.js'
import { type ConditionalMoments, type Coupling, conditionalMoments } from './coupling.js'
import { neighbourMeans } from './neighbour-means.js'
import { packedMoments } from './noise-size.js'
import { densityKernel, packedLength } from './transition.js'

/** Two neighbouring snapshots whose totals may differ, in working coordinates. */
interface GrowthProblem {
  readonly from: Cloud
  readonly to: Cloud
  /** Variance of the noise over the interval, a coordinate [d]: the least one where it is learned. */
  readonly variances: Float64Array
  /** Whether what particles of a neighbourhood do not do together is noise as well. */
  readonly learnsNoise?: boolean
  /** Logarithm of how many offspring are expected of each particle, up to a constant [n]; learned from place when left out. */
  readonly expected?: Float64Array | undefined
  /** κ: by how much more than the cost of crossing a snapshot it costs to multiply e-fold. Infinite: nothing grows or dies. */
  readonly price: number
}

/** Who multiplies between two snapshots, and the coupling in which they do. */
export interface Growth {
  /** π with the later snapshot as its marginal; its kernel is centred where particles of a place go on average. */
  readonly coupling: Coupling
  readonly outcome: Outcome<Potentials>
  /** log G_i, G_i = Σ_j π_ij / a_i: offspring of each particle relative to the mean [n]. */
  readonly logOffspring: Float64Array
  /** x + u(x): centres of the kernel [n, d]. */
  readonly centres: Matrix
  /** Variance of the noise with which they were found [d]. */
  readonly variances: Float64Array
}

/** Turns between what is drift and what is growth: the fourth changes neither by as much as its standard error. */
const ALTERNATIONS = 3
/** Turns before them between growth and what all move by: the fourth changes this by a hundredth of its standard error. */
const COMMON_TURNS = 3
/**
 * Squared widths of the neighbourhoods over which displacement and growth are averaged, in total variances of the earlier snapshot: its
 * particles are the neighbours. In those of both, a stem that parts was one neighbourhood, and its shares were those that lie nearer.
 */
const DRIFT_WIDTH = 0.1
const GROWTH_WIDTH = 0.4

/** The last coupling, whose rows are drawn from, and those on the way, which tell means over many particles only. */
const LAST = { tolerance: 1e-4, turns: 2000 }
const ON_THE_WAY = { tolerance: 1e-2, turns: 200 }
/** Resamples hold some particles many times and lack others: at twice the noise their couplings are found in a tenth of the turns. */
const RESAMPLE_WIDENING = 4

type Watching = Watch & { readonly stage?: string }

/**
 * Drift and growth between two unpaired snapshots: min KL(π | K_ãb) + ρ KL(π1 | ã) over couplings with πᵀ1 = b, K the density
 * of moving on from x + u(x). In turns: u is the mean displacement in a neighbourhood, ã the weights times the mean growth in
 * a wider one. At first all are one neighbourhood: u is what the mean of those with offspring moves by, as the best shift of the
 * kernel is, so that neither a common motion is taken for growth nor growth for a common motion. ρ = κ Σ_c V_c/(2σ_c²Δ), V the
 * variances inside the snapshots. Only growth relative to the mean can be known. Noise that is learned is the mean square of what
 * partners move otherwise than u does: where a stem parts, neighbours leave for either branch, and whom of them a resolution as
 * narrow as their distances sends where is no certainty. ρ keeps the least noise: growth is no cheaper for it.
 * Cost: seven couplings, and seven times n² distances.
 * @source mathematics.md section 20; Schiebinger et al., *Optimal-transport analysis of single-cell gene expression*, Cell 2019.
 */
export async function learnGrowth(problem: GrowthProblem, watch: Watching = {}): Promise<Growth> {
  const { from, expected } = problem
  const centres = movedAlong(from, problem.to, from.logWeights)
  const first = { centres, expected: expected ?? new Float64Array(from.points.rows), start: undefined }
  return alternate(problem, { ...first, common: COMMON_TURNS, alternations: ALTERNATIONS, last: LAST, warm: ON_THE_WAY }, watch)
}

/** Of growth, what resamples begin with. */
interface Learned extends Pick<Growth, 'logOffspring' | 'centres'> {
  readonly potentials: Potentials
}

/**
 * The same of resampled particles, from what was learned of all: `rows` says which particles of it these are. One turn between
 * drift and growth, twice the noise, and couplings as exact as a standard error needs.
 */
export async function relearnGrowth(
  problem: GrowthProblem,
  { growth, rows }: { readonly growth: Learned; readonly rows: { readonly from: Uint32Array; readonly to: Uint32Array } },
  watch: Watching = {}
): Promise<Growth> {
  const { logOffspring, centres, potentials } = growth
  const start = {
    from: new Float64Array(rows.from.length).fill(Number.NaN),
    to: Float64Array.from(rows.to, (j) => potentials.to[j]! / RESAMPLE_WIDENING)
  }
  const expected = problem.expected ?? Float64Array.from(rows.from, (i) => logOffspring[i]!)
  const widened = { ...problem, variances: problem.variances.map((v) => RESAMPLE_WIDENING * v) }
  return alternate(
    widened,
    { centres: takeRows(centres, rows.from), expected, start, common: 0, alternations: 1, last: ON_THE_WAY, warm: ON_THE_WAY },
    watch
  )
}

interface Start {
  readonly centres: Matrix
  readonly expected: Float64Array
  readonly start: Potentials | undefined
  /** Turns in which all move alike. */
  readonly common: number
  readonly alternations: number
  readonly last: typeof LAST
  readonly warm: typeof LAST
}

async function alternate(problem: GrowthProblem, { common, alternations, last, warm, ...first }: Start, watch: Watching): Promise<Growth> {
  const { from, to, expected, price } = problem
  const total = totalVariance(from)
  let { variances } = problem
  const relaxation = price * meanVariances(from, to).reduce((sum, v, a) => sum + v / (2 * variances[a]!), 0)
  const couple = (start: Pick<Start, 'centres' | 'expected' | 'start'>, accuracy: typeof LAST): Promise<Growth> =>
    coupleGrowing({ from, to, variances, ...start, relaxation }, { ...watch, ...accuracy })
  let growth = await couple(first, alternations > 0 ? warm : last)
  for (let turn = 1; turn <= common; turn++) {
    const centres = movedAlong(from, to, growth.coupling.problem.fromLogWeights)
    growth = await couple({ ...first, centres, start: growth.outcome.state }, warm)
  }
  for (let turn = 1; turn <= alternations; turn++) {
    const moments = conditionalMoments(growth.coupling, to.points, watch)
    const centres = movedOn(from, moments.means, DRIFT_WIDTH * total)
    if (problem.learnsNoise) variances = noiseAbout(centres, { growth, moments, least: problem.variances })
    const again = { centres, expected: expected ?? averaged(growth.logOffspring, from, GROWTH_WIDTH * total), start: growth.outcome.state }
    growth = await couple(again, turn < alternations ? warm : last)
  }
  return growth
}

/** Mean square of where a coupling leads, about where the neighbourhoods go, a coordinate; no less than `least` [d]. */
function noiseAbout(
  { data, cols: d }: Matrix,
  { growth, moments, least }: { growth: Growth; moments: ConditionalMoments; least: Float64Array }
): Float64Array {
  const { means, covariances } = moments
  const squares = new Float64Array(d)
  growth.coupling.problem.fromLogWeights.forEach((logWeight, i) => {
    for (let a = 0; a < d; a++) {
      const spread = covariances.data[i * covariances.cols + packedLength(a) + a]!
      squares[a] = squares[a]! + exp(logWeight) * (spread + (means.data[i * d + a]! - data[i * d + a]!) ** 2)
    }
  })
  return squares.map((s, a) => Math.max(s, least[a]!))
}

interface Coupled extends Omit<GrowthProblem, 'price' | 'expected' | 'learnsNoise'> {
  readonly centres: Matrix
  readonly expected: Float64Array
  readonly start: Potentials | undefined
  readonly relaxation: number
}

async function coupleGrowing(at: Coupled, options: Watching & typeof LAST): Promise<Growth> {
  const { from, centres, expected, start, relaxation } = at
  const problem = growthCoupling(at, centres)
  const weights = normalised(from.logWeights.map((a, i) => a + expected[i]!))
  const relaxed = { ...problem, fromLogWeights: weights, relaxation: { from: relaxation } }
  const outcome = await scaleRectangular(relaxed, { ...options, ...(start && { start }) })
  const marginal = normalised(
    weights.map((w, i) => (relaxation === Number.POSITIVE_INFINITY ? w : w - outcome.state.from[i]! / relaxation))
  )
  return {
    coupling: { problem: { ...problem, fromLogWeights: marginal }, potentials: outcome.state },
    outcome,
    logOffspring: marginal.map((w, i) => w - from.logWeights[i]!),
    centres,
    variances: at.variances
  }
}

/** The problem that a growing coupling solves but for its first marginal. */
export function growthCoupling(
  { from, to, variances }: Pick<GrowthProblem, 'from' | 'to' | 'variances'>,
  centres: Matrix
): RectangularProblem {
  const packed = new Float64Array(packedLength(variances.length))
  variances.forEach((v, a) => {
    packed[packedLength(a) + a] = v
  })
  const kernel = densityKernel({ means: centres, covariances: matrix(1, packed.length, packed) }, to.points)
  return { kernel, fromLogWeights: from.logWeights, toLogWeights: to.logWeights }
}

/** x + what the mean of the earlier particles, weighted by those that leave them, moves by. */
function movedAlong(from: Cloud, to: Cloud, leaving: Float64Array): Matrix {
  const earlier = packedMoments(from.points, leaving.map(exp)).mean
  const later = packedMoments(to.points, to.logWeights.map(exp)).mean
  const { rows, cols, data } = from.points
  return matrix(
    rows,
    cols,
    data.map((x, k) => x + (later[k % cols]! - earlier[k % cols]!))
  )
}

/** x + the mean displacement, from x to the coupling's conditional mean, in a neighbourhood of x. */
function movedOn({ points, logWeights }: Cloud, means: Matrix, width: number): Matrix {
  const values = matrix(
    points.rows,
    points.cols,
    means.data.map((m, k) => m - points.data[k]!)
  )
  const drift = neighbourMeans(points, { points, values, weights: logWeights.map(exp) }, width)
  return matrix(
    points.rows,
    points.cols,
    drift.data.map((u, k) => u + points.data[k]!)
  )
}

/** Logarithm of the mean offspring in a neighbourhood of every particle [n]. */
function averaged(logOffspring: Float64Array, { points, logWeights }: Cloud, width: number): Float64Array {
  const values = matrix(points.rows, 1, logOffspring.map(exp))
  return neighbourMeans(points, { points, values, weights: logWeights.map(exp) }, width).data.map(log)
}

function variancesIn({ points, logWeights }: Cloud): Float64Array {
  const { covariance } = packedMoments(points, logWeights.map(exp))
  return Float64Array.from({ length: points.cols }, (_, a) => covariance[packedLength(a) + a]!)
}

/** Sum of the variances of all coordinates. */
export const totalVariance = (of: Cloud): number => variancesIn(of).reduce((sum, v) => sum + v, 0)

/** Mean of the variances inside both snapshots, a coordinate. */
function meanVariances(from: Cloud, to: Cloud): Float64Array {
  const later = variancesIn(to)
  return variancesIn(from).map((v, a) => (v + later[a]!) / 2)
}
