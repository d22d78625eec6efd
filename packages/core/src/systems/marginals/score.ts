import { indexAt } from '../../bridge/coupling.js'
import { exactTransport, type TransportPlan } from '../../bridge/exact-transport.js'
import { slicedDistance } from '../../diagnose/sliced-wasserstein.js'
import { exp } from '../../num/elementary.js'
import type { Watch } from '../../num/iterate.js'
import { type Matrix, matrix, rowOf, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, permutation, uniforms } from '../../num/random.js'
import { median } from '../../num/statistics.js'
import type { Cloud } from '../../space/cloud.js'
import type { MarginalsModel } from './model.js'
import { sampleTrajectories, type Trajectories, trajectoriesAt } from './sample.js'
import { type Snapshot, thin, weightsOf } from './snapshots.js'

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

/** Particles on which exact transport is solved. */
export const SCORE_PARTICLES = 500
/** Paths a particle: with as many paths as particles, scatter of the paths would be half of the score of a good model. */
const PATHS_A_PARTICLE = 4

/**
 * Scores a model at its held-out snapshots, beside three baselines and the noise floor. Cost O(s³) a time with s at most
 * 500 particles, and four paths a particle.
 */
export function scoreHeldOut(model: MarginalsModel, key: Key, watch?: Watch): HeldOutScore[] {
  const { heldOut } = model
  if (heldOut.length === 0) return []
  const largest = Math.max(...[...heldOut, ...model.snapshots].map((s) => s.cloud.points.rows))
  const count = PATHS_A_PARTICLE * Math.min(SCORE_PARTICLES, largest)
  const times = heldOut.map((s) => s.time)
  const drawn = sampleTrajectories(model, { count, times, key: keyFor(key, 'held-out'), ...(watch && { watch }) })
  const baseline = new TransportBaselines(model.snapshots, key, watch)
  const splines = baseline.splines(times)
  return heldOut.map((snapshot, k) => {
    const seen = thin(snapshot.cloud.points, snapshot.cloud.logWeights, SCORE_PARTICLES, keyFor(key, `seen ${k}`))
    const distances = (predicted: Matrix): Distances => distancesTo(seen, predicted, { key: keyFor(key, `sliced ${k}`), watch })
    const own = distances(populationAt(drawn, snapshot.time))
    const [straight, before] = [baseline.straightLine(snapshot.time), baseline.persistence(snapshot.time)]
    const sanity = { straightLines: straight && distances(straight), persistence: before && distances(before) }
    const spline = splines.get(snapshot.time)
    watch?.progress?.({ stage: 'scores', done: k + 1, total: heldOut.length })
    return {
      time: snapshot.time,
      ...own,
      mmd: Math.sqrt(own.squaredMmd),
      straightLine: sanity.straightLines?.w1,
      spline: spline && wasserstein(spline, seen, 1, watch),
      floor: halfSplit(seen, keyFor(key, `floor ${k}`), watch),
      sanity
    }
  })
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
  const scale = 2 * Math.max(median(distances), Number.MIN_VALUE)
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

/** `count` entries at evenly spread levels of the cumulated masses. */
function evenPicks(masses: Float64Array, count: number): Uint32Array {
  const picks = new Uint32Array(count)
  let cumulated = 0
  let next = 0
  masses.forEach((mass, entry) => {
    cumulated += mass
    while (next < count && (next + 0.5) / count < cumulated) picks[next++] = entry
  })
  return picks.fill(Math.max(0, masses.length - 1), next)
}

/** For each source a target drawn from its share of the plan. */
function followPlan(plan: TransportPlan, sources: Uint32Array, u: Float64Array): Uint32Array {
  const first = new Map<number, number>()
  plan.sources.forEach((s, entry) => {
    if (!first.has(s)) first.set(s, entry)
  })
  return Uint32Array.from(sources, (source, row) => {
    const begin = first.get(source)!
    let end = begin
    let total = 0
    while (end < plan.sources.length && plan.sources[end] === source) total += plan.masses[end++]!
    const weights = plan.masses.slice(begin, end).map((w) => w / total)
    return plan.targets[begin + indexAt(weights, u[row]!)]!
  })
}

/** The natural cubic spline through (times, values); straight for two knots. */
function naturalSpline(times: readonly number[], values: Float64Array): (t: number) => number {
  const n = times.length
  const y = values.slice()
  const second = new Float64Array(n)
  const upper = new Float64Array(n)
  for (let k = 1; k + 1 < n; k++) {
    const before = times[k]! - times[k - 1]!
    const after = times[k + 1]! - times[k]!
    const pivot = 2 * (before + after) - before * upper[k - 1]!
    upper[k] = after / pivot
    second[k] = (6 * ((y[k + 1]! - y[k]!) / after - (y[k]! - y[k - 1]!) / before) - before * second[k - 1]!) / pivot
  }
  for (let k = n - 2; k > 0; k--) second[k] = second[k]! - upper[k]! * second[k + 1]!
  return (t) => {
    let k = 0
    while (k + 2 < n && t > times[k + 1]!) k++
    const h = times[k + 1]! - times[k]!
    const b = (t - times[k]!) / h
    const a = 1 - b
    return a * y[k]! + b * y[k + 1]! + (((a * a * a - a) * second[k]! + (b * b * b - b) * second[k + 1]!) * h * h) / 6
  }
}

/** What needs no reference: interpolation along optimal couplings of neighbouring snapshots, each solved once. */
export class TransportBaselines {
  private readonly clouds: readonly Cloud[]
  private readonly plans = new Map<number, TransportPlan>()

  constructor(
    private readonly snapshots: readonly Snapshot[],
    private readonly key: Key,
    private readonly watch?: Watch
  ) {
    this.clouds = snapshots.map(({ cloud }, k) => thin(cloud.points, cloud.logWeights, SCORE_PARTICLES, keyFor(key, `baseline ${k}`)))
  }

  private plan(k: number): TransportPlan {
    let plan = this.plans.get(k)
    if (!plan) {
      const [from, to] = [this.clouds[k]!, this.clouds[k + 1]!]
      plan = exactTransport(
        { from: from.points, fromWeights: weightsOf(from), to: to.points, toWeights: weightsOf(to), power: 2 },
        this.watch
      )
      this.plans.set(k, plan)
    }
    return plan
  }

  /** Particles moved in straight lines along the coupling of the snapshots on both sides of `time`; undefined outside. */
  straightLine(time: number): Matrix | undefined {
    const k = this.snapshots.findIndex((s) => s.time > time) - 1
    if (k < 0) return undefined
    const [from, to] = [this.clouds[k]!.points, this.clouds[k + 1]!.points]
    const plan = this.plan(k)
    const share = (time - this.snapshots[k]!.time) / (this.snapshots[k + 1]!.time - this.snapshots[k]!.time)
    const picks = evenPicks(plan.masses, Math.max(from.rows, to.rows))
    const out = matrix(picks.length, from.cols)
    picks.forEach((entry, row) => {
      const x = rowOf(from, plan.sources[entry]!)
      const y = rowOf(to, plan.targets[entry]!)
      for (let a = 0; a < out.cols; a++) out.data[row * out.cols + a] = x[a]! + share * (y[a]! - x[a]!)
    })
    return out
  }

  /** The particles of the last snapshot before `time`; undefined before all. */
  persistence(time: number): Matrix | undefined {
    const k = this.snapshots.findLastIndex((s) => s.time < time)
    if (k < 0) return undefined
    const { points } = this.clouds[k]!
    return takeRows(points, evenPicks(weightsOf(this.clouds[k]!), points.rows))
  }

  /** Natural cubic splines in time through chains of the couplings, at those times that lie inside the snapshots. */
  splines(times: readonly number[]): Map<number, Matrix> {
    const knots = this.snapshots.map((s) => s.time)
    const inside = times.filter((t) => t >= knots[0]! && t <= knots.at(-1)!)
    if (inside.length === 0) return new Map()
    const chain = this.chain()
    const count = chain[0]!.length
    const d = this.clouds[0]!.points.cols
    const out = new Map(inside.map((t) => [t, matrix(count, d)]))
    const values = new Float64Array(knots.length)
    for (let row = 0; row < count; row++) {
      for (let a = 0; a < d; a++) {
        for (let k = 0; k < knots.length; k++) values[k] = this.clouds[k]!.points.data[chain[k]![row]! * d + a]!
        const spline = naturalSpline(knots, values)
        for (const [t, points] of out) points.data[row * d + a] = spline(t)
      }
    }
    return out
  }

  /** Chains of particles along the couplings, as many as the largest cloud has particles. */
  chains(): { readonly clouds: readonly Cloud[]; readonly chain: readonly Uint32Array[] } {
    return { clouds: this.clouds, chain: this.chain() }
  }

  private chain(): Uint32Array[] {
    const count = Math.max(...this.clouds.map((c) => c.points.rows))
    const chain: Uint32Array[] = [evenPicks(weightsOf(this.clouds[0]!), count)]
    for (let k = 0; k + 1 < this.clouds.length; k++) {
      chain.push(followPlan(this.plan(k), chain[k]!, uniforms(keyFor(this.key, `spline ${k}`), count)))
    }
    return chain
  }
}
