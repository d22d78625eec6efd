import { exactTransport } from '../../bridge/exact-transport.js'
import { slicedDistance } from '../../diagnose/sliced-wasserstein.js'
import { each, type Task } from '../../num/crew.js'
import { exp } from '../../num/elementary.js'
import type { Watch } from '../../num/iterate.js'
import { type Matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { median } from '../../num/statistics.js'
import type { Cloud } from '../../space/cloud.js'
import type { MarginalsModel } from './model.js'
import { sampleSharing, type Trajectories, trajectoriesAt } from './sample.js'
import { thin, weightsOf } from './snapshots.js'
import { COMPARED_WORK, evenPicks, SCORE_PARTICLES, TransportBaselines } from './transport-baselines.js'

/** How far predicted particles are from seen ones; lengths in the unit of the columns. */
export interface Distances {
  /** Exact Wasserstein-1 and -2, Euclidean ground distance. */
  readonly w1: number
  readonly w2: number
  /** Squared maximum mean discrepancy (biased, never negative), Gaussian kernel at the median distance of the seen particles. */
  readonly squaredMmd: number
  /** Sliced Wasserstein-2, 200 directions. */
  readonly sliced: number
}

/** What needs no model and is to be beaten; undefined where it does not exist. */
interface SanityDistances {
  /** Particles moved straight along the optimal coupling of the neighbouring snapshots; undefined outside them. */
  readonly straightLines: Distances | undefined
  /** The last snapshot before the time, as it was. */
  readonly persistence: Distances | undefined
}

/** Distances between predicted and seen particles at a time that a fit did not see. */
export interface HeldOutScore extends Distances {
  readonly time: number
  /** Root of `squaredMmd`. */
  readonly mmd: number
  /** W1 of straight lines along the optimal coupling of the neighbouring snapshots; undefined outside them. */
  readonly straightLine: number | undefined
  /** W1 of cubic splines through chained optimal couplings of all snapshots; undefined outside them. */
  readonly spline: number | undefined
  /** W1 between two random halves of the held-out snapshot: what sampling noise alone gives. */
  readonly floor: number
  readonly sanity: SanityDistances
}

/** Paths a particle: with as many paths as particles, scatter of the paths would be half of the score of a good model. */
const PATHS_A_PARTICLE = 4
/** Paths at least: a chain through few particles passes some of them too often and others too seldom, each by a whole path. */
const LEAST_PATHS = 1000

/**
 * Scores a model at its held-out snapshots, beside three baselines and the noise floor. Cost O(s³) a time with s at most
 * 500 particles, and four paths a particle, 1,000 at least.
 */
export async function scoreHeldOut(model: MarginalsModel, key: Key, watch?: Watch): Promise<HeldOutScore[]> {
  const { heldOut } = model
  if (heldOut.length === 0) return []
  const largest = Math.max(...[...heldOut, ...model.snapshots].map((s) => s.cloud.points.rows))
  const count = Math.max(LEAST_PATHS, PATHS_A_PARTICLE * Math.min(SCORE_PARTICLES, largest))
  const times = heldOut.map((s) => s.time)
  const drawn = await sampleSharing(model, { count, times, key: keyFor(key, 'held-out'), ...(watch && { watch }) })
  const baseline = new TransportBaselines(model.snapshots, key, watch)
  if (times.some((time) => time < model.snapshots.at(-1)!.time)) await baseline.solve()
  const splines = baseline.splines(times)
  const compared = heldOut.map(
    ({ time, cloud: { points, logWeights } }, k): Compared => ({
      time,
      seen: thin(points, logWeights, SCORE_PARTICLES, keyFor(key, `seen ${k}`)),
      own: populationAt(drawn, time),
      straight: baseline.straightLine(time),
      before: baseline.persistence(time),
      spline: splines.get(time),
      keys: { sliced: keyFor(key, `sliced ${k}`), floor: keyFor(key, `floor ${k}`) }
    })
  )
  const work = compared.reduce((sum, { own, seen }) => sum + own.rows * seen.points.rows * COMPARED_WORK, 0)
  const done = (some: number) => watch?.progress?.({ stage: 'scores', done: some, total: heldOut.length })
  return each(comparisonTask, compared, { watch, work, stage: 'scores', done })
}

/** What is compared at a time. */
interface Compared {
  readonly time: number
  readonly seen: Cloud
  readonly own: Matrix
  readonly straight: Matrix | undefined
  readonly before: Matrix | undefined
  readonly spline: Matrix | undefined
  readonly keys: { readonly sliced: Key; readonly floor: Key }
}

export const comparisonTask: Task<Compared, HeldOutScore> = {
  name: 'comparisons',
  run({ time, seen, own, straight, before, spline, keys }, watch) {
    const distances = (predicted: Matrix): Distances => distancesTo(seen, predicted, { key: keys.sliced, watch })
    const found = distances(own)
    const sanity = { straightLines: straight && distances(straight), persistence: before && distances(before) }
    return {
      time,
      ...found,
      mmd: Math.sqrt(found.squaredMmd),
      straightLine: sanity.straightLines?.w1,
      spline: spline && wasserstein(spline, seen, 1, watch),
      floor: halfSplit(seen, keys.floor, watch),
      sanity
    }
  }
}

/** The paths at a time, each as often as its weight says. */
function populationAt(drawn: Trajectories, time: number): Matrix {
  const points = trajectoriesAt(drawn, time)
  const weights = drawn.marks?.weights
  if (!weights) return points
  const [length, place] = [drawn.times.length, drawn.times.indexOf(time)]
  const own = Float64Array.from({ length: points.rows }, (_, path) => weights[path * length + place]!)
  const total = own.reduce((sum, w) => sum + w, 0)
  return takeRows(
    points,
    evenPicks(
      own.map((w) => w / total),
      points.rows
    )
  )
}

function distancesTo(seen: Cloud, predicted: Matrix, { key, watch }: { readonly key: Key; readonly watch: Watch | undefined }): Distances {
  // Projections are compared without weights: particles stand as often as their weight says.
  const even = takeRows(seen.points, evenPicks(weightsOf(seen), PATHS_A_PARTICLE * seen.points.rows))
  return {
    w1: wasserstein(predicted, seen, 1, watch),
    w2: Math.sqrt(wasserstein(predicted, seen, 2, watch)),
    squaredMmd: squaredDiscrepancy(predicted, seen),
    sliced: slicedDistance({ first: predicted, second: even, key, watch })
  }
}

/** Exact transport cost between equally weighted points, or a cloud, and a cloud: W1 for power 1, W2² for power 2. */
export function wasserstein(from: Matrix | Cloud, to: Cloud, power: 1 | 2, watch?: Watch): number {
  const [points, fromWeights] = 'points' in from ? [from.points, weightsOf(from)] : [from, new Float64Array(from.rows).fill(1 / from.rows)]
  return exactTransport({ from: points, fromWeights, to: to.points, toWeights: weightsOf(to), power }, watch).cost
}

/** W1 between two random halves of a cloud. */
export function halfSplit({ points, logWeights }: Cloud, key: Key, watch?: Watch): number {
  // One particle is its own half.
  if (points.rows === 1) return 0
  const order = permutation(key, points.rows)
  const half = Math.floor(points.rows / 2)
  const weights = logWeights.map(exp)
  const part = (chosen: Uint32Array): { points: Matrix; weights: Float64Array } => {
    const raw = Float64Array.from(chosen, (i) => weights[i]!)
    const total = raw.reduce((sum, w) => sum + w, 0)
    return { points: takeRows(points, chosen), weights: raw.map((w) => w / total) }
  }
  const a = part(order.slice(0, half))
  const b = part(order.slice(half))
  return exactTransport({ from: a.points, fromWeights: a.weights, to: b.points, toWeights: b.weights, power: 1 }, watch).cost
}

/** √(Σ p p' k − 2 Σ p q k + Σ q q' k), k Gaussian with the median distance of the seen particles. Cost O((n + m)²). */
export const maximumMeanDiscrepancy = (from: Matrix, to: Cloud): number => Math.sqrt(squaredDiscrepancy(from, to))

function squaredDiscrepancy(from: Matrix, to: Cloud): number {
  const fromWeights = new Float64Array(from.rows).fill(1 / from.rows)
  const toWeights = weightsOf(to)
  const distances: number[] = []
  for (let i = 0; i < to.points.rows; i++) for (let j = 0; j < i; j++) distances.push(squaredDistance(to.points, i, to.points, j))
  const scale = 2 * Math.max(distances.length > 0 ? median(distances) : 0, Number.MIN_VALUE)
  const sum = (a: Matrix, p: Float64Array, b: Matrix, q: Float64Array): number => {
    let total = 0
    for (let i = 0; i < a.rows; i++) for (let j = 0; j < b.rows; j++) total += p[i]! * q[j]! * exp(-squaredDistance(a, i, b, j) / scale)
    return total
  }
  const squared =
    sum(from, fromWeights, from, fromWeights) -
    2 * sum(from, fromWeights, to.points, toWeights) +
    sum(to.points, toWeights, to.points, toWeights)
  return Math.max(0, squared)
}

function squaredDistance(a: Matrix, i: number, b: Matrix, j: number): number {
  let squares = 0
  for (let c = 0; c < a.cols; c++) squares += (a.data[i * a.cols + c]! - b.data[j * b.cols + c]!) ** 2
  return squares
}
