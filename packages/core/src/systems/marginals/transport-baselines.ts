import { indexAt } from '../../bridge/coupling.js'
import { exactTransport, type TransportPlan } from '../../bridge/exact-transport.js'
import { each, type Task } from '../../num/crew.js'
import type { Watch } from '../../num/iterate.js'
import { type Matrix, matrix, rowOf, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, uniforms } from '../../num/random.js'
import type { Cloud } from '../../space/cloud.js'
import { type Snapshot, thin, weightsOf } from './snapshots.js'

/** The plain bridge follows straight lines this closely on snapshots that neither saw: nearer or farther by less is no difference. */
export const BESIDE_LINES = 1.02

/** Particles on which exact transport is solved. */
export const SCORE_PARTICLES = 500
/** Operations of a pair of a path and a seen particle in all comparisons at a time. */
export const COMPARED_WORK = 500

/** `count` entries at evenly spread levels of the cumulated masses. */
export function evenPicks(masses: Float64Array, count: number): Uint32Array {
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

const squaredPlan = ([from, to]: readonly [Cloud, Cloud], watch?: Watch): TransportPlan =>
  exactTransport({ from: from.points, fromWeights: weightsOf(from), to: to.points, toWeights: weightsOf(to), power: 2 }, watch)

export const planTask: Task<readonly [Cloud, Cloud], TransportPlan> = { name: 'transport', run: squaredPlan }

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

  /** Solves all couplings at once, on all threads that there are; else each is solved when it is asked for. */
  async solve(): Promise<void> {
    const pairs = this.clouds.slice(1).map((to, k): [Cloud, Cloud] => [this.clouds[k]!, to])
    const work = pairs.reduce((sum, [from, to]) => sum + from.points.rows * to.points.rows * COMPARED_WORK, 0)
    const plans = await each(planTask, pairs, { watch: this.watch, work, stage: 'exact transport' })
    for (const [k, plan] of plans.entries()) this.plans.set(k, plan)
  }

  private plan(k: number): TransportPlan {
    const plan = this.plans.get(k) ?? squaredPlan([this.clouds[k]!, this.clouds[k + 1]!], this.watch)
    this.plans.set(k, plan)
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
