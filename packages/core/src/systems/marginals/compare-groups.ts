import { conditionalMoments } from '../../bridge/coupling.js'
import { type FlowTarget, flowAlong, slopeAt } from '../../bridge/flow-matching.js'
import type { Flow } from '../../bridge/linear-noise.js'
import { covariancesFrom } from '../../bridge/noise-size.js'
import { fitTransitions } from '../../bridge/reference-transitions.js'
import { densityKernel, precisionsOf } from '../../bridge/transition.js'
import { exp, log } from '../../num/elementary.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { choleskyInPlace, solveLowerInPlace } from '../../num/linear-algebra.js'
import { normaliseLogWeights } from '../../num/log-space.js'
import { type Matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import type { Potentials } from '../../scaling/annealed.js'
import { scaleRectangular } from '../../scaling/rectangular.js'
import { type Cloud, cloud } from '../../space/cloud.js'
import type { FitSnapshot } from './fit-snapshot.js'
import { type RoundsProblem, workingReference } from './rounds-problem.js'
import { thin } from './snapshots.js'

/** Whether groups differ in the parameters of their reference. */
export interface GroupTest {
  /** Share of permuted groups, the observed ones among them, that are as far apart as the observed ones. */
  readonly p: number
  /** Squared length of the groups' scores. */
  readonly statistic: number
  readonly permutations: number
  /** Whether p is at most 0.05. */
  readonly differ: boolean
}

/** Permutations of the labels: p = 0.01 at the least. */
export const PERMUTATIONS = 99
/** The level at which groups are said to differ. */
const LEVEL = 0.05
/** Particles of a group and snapshot that the test looks at: as many as a smooth field is fitted to. */
export const TEST_PARTICLES = 100
/** A coupling of the test: far below the scatter of the scores. */
const COUPLING = { tolerance: 1e-2, turns: 100 }

interface Fitted {
  readonly problem: Pick<RoundsProblem, 'family' | 'diffusion'>
  /** Of all groups together. */
  readonly theta: Float64Array
  readonly sigma: Float64Array
  /** Snapshots of each group, in working coordinates. */
  readonly groups: readonly (readonly FitSnapshot[])[]
}

/** Particles of all groups at a time, and whose they are. */
interface Pool {
  readonly points: Matrix
  readonly logWeights: Float64Array
  readonly groups: Uint32Array
}

/** Particles of all groups over an interval of some: where they arrive, and how that depends on θ. */
interface Flown {
  readonly flow: Flow
  readonly covariances: Matrix
  readonly start: Potentials
}

/**
 * Are the groups alike? Each group's score at the θ of all, Σ Sᵀ Σ⁻¹ (targets − arrivals) with couplings inside the groups, is
 * compared with those after the labels of particles were permuted within each snapshot: exact whatever the number of particles,
 * if groups that are alike are so at every time. Cost: a flow a particle, then a coupling a group, interval and permutation.
 * @source Rao's score test; Phipson, Smyth, *Permutation p-values should never be zero*, 2010.
 */
export async function compareGroups(fitted: Fitted, key: Key, watch: Watch = {}): Promise<GroupTest> {
  const times = fitted.groups.map((snapshots) => snapshots.map(({ time }) => time))
  const pools = poolsOf(fitted.groups, key)
  const flown = await flownOver(fitted, { times, pools }, watch)
  const score = (labels: ReadonlyMap<number, Uint32Array>) => scoreOf(fitted, { times, pools, flown, labels }, watch)
  const observed = await score(new Map([...pools].map(([time, { groups }]) => [time, groups])))
  let asFar = 1
  for (let b = 0; b < PERMUTATIONS; b++) {
    throwIfStopped(watch, 'groups')
    const permuted = [...pools].map(([time, { groups }], k): [number, Uint32Array] => {
      const order = permutation(keyFor(key, `labels ${b} ${k}`), groups.length)
      return [time, groups.map((_, i) => groups[order[i]!]!)]
    })
    if ((await score(new Map(permuted))) >= observed) asFar++
    watch.progress?.({ stage: 'groups', done: b + 1, total: PERMUTATIONS })
  }
  const p = asFar / (PERMUTATIONS + 1)
  return { p, statistic: observed, permutations: PERMUTATIONS, differ: p <= LEVEL }
}

function poolsOf(groups: Fitted['groups'], key: Key): Map<number, Pool> {
  const pools = new Map<number, Pool>()
  for (const [g, snapshots] of groups.entries()) {
    for (const { time, cloud: whole } of snapshots) {
      const { points, logWeights } = thin(whole.points, whole.logWeights, TEST_PARTICLES, keyFor(key, `pool ${g} ${time}`))
      const before = pools.get(time)
      const data = before ? Float64Array.of(...before.points.data, ...points.data) : points.data
      const rows = points.rows + (before?.points.rows ?? 0)
      pools.set(time, {
        points: { rows, cols: points.cols, data },
        // Particles of a larger group count no less.
        logWeights: Float64Array.of(...(before?.logWeights ?? []), ...logWeights.map((w) => w + log(points.rows))),
        groups: Uint32Array.of(...(before?.groups ?? []), ...new Uint32Array(points.rows).fill(g))
      })
    }
  }
  return pools
}

const nameOf = (from: number, to: number): string => `${from} ${to}`

async function flownOver(
  { problem, theta, sigma }: Fitted,
  { times, pools }: { readonly times: readonly (readonly number[])[]; readonly pools: ReadonlyMap<number, Pool> },
  watch: Watch
): Promise<Map<string, Flown>> {
  const reference = workingReference(problem, theta, sigma)
  const flown = new Map<string, Flown>()
  for (const own of times) {
    for (const [k, to] of own.slice(1).entries()) {
      const from = own[k]!
      if (flown.has(nameOf(from, to))) continue
      const [pool, later] = [pools.get(from)!, pools.get(to)!]
      const { unitCovariances } = fitTransitions(reference, pool.points, [from, to])
      const covariances = covariancesFrom(unitCovariances, sigma)
      const flow = flowAlong({ drift: reference.drift, points: pool.points, interval: [from, to] }, theta)
      const together = {
        kernel: densityKernel({ means: flow.means, covariances }, later.points),
        fromLogWeights: normaliseLogWeights(pool.logWeights),
        toLogWeights: normaliseLogWeights(later.logWeights)
      }
      const { state } = await scaleRectangular(together, { stop: watch.stop, ...COUPLING })
      flown.set(nameOf(from, to), { flow, covariances, start: state })
    }
  }
  return flown
}

interface Labelled {
  readonly times: readonly (readonly number[])[]
  readonly pools: ReadonlyMap<number, Pool>
  readonly flown: ReadonlyMap<string, Flown>
  /** Group of every particle at a time. */
  readonly labels: ReadonlyMap<number, Uint32Array>
}

/** Σ_g (N/n_g) U_gᵀ H⁻¹ U_g, U_g the group's score less its share of the sum, H the information of all. */
async function scoreOf({ problem, theta, sigma }: Fitted, { times, pools, flown, labels }: Labelled, watch: Watch): Promise<number> {
  const { parameters } = problem.family
  const { drift } = workingReference(problem, theta, sigma)
  const p = parameters.length
  const normal = new Float64Array(p * p)
  const slopes: Float64Array[] = []
  const sizes: number[] = []
  for (const [g, own] of times.entries()) {
    const at = (time: number): { rows: Uint32Array; cloud: Cloud } => {
      const rows = Uint32Array.from(labels.get(time)!.keys()).filter((i) => labels.get(time)![i] === g)
      const pool = pools.get(time)!
      return { rows, cloud: cloud(takeRows(pool.points, rows), normaliseLogWeights(Float64Array.from(rows, (i) => pool.logWeights[i]!))) }
    }
    const [targets, flows]: [FlowTarget[], Flow[]] = [[], []]
    for (const [k, time] of own.slice(1).entries()) {
      const [from, to] = [at(own[k]!), at(time)]
      const all = flown.get(nameOf(own[k]!, time))!
      const covariances = all.covariances.rows === 1 ? all.covariances : takeRows(all.covariances, from.rows)
      const means = takeRows(all.flow.means, from.rows)
      const coupled = {
        kernel: densityKernel({ means, covariances }, to.cloud.points),
        fromLogWeights: from.cloud.logWeights,
        toLogWeights: to.cloud.logWeights
      }
      const start = {
        from: Float64Array.from(from.rows, (i) => all.start.from[i]!),
        to: Float64Array.from(to.rows, (j) => all.start.to[j]!)
      }
      const { state } = await scaleRectangular(coupled, { stop: watch.stop, ...COUPLING, start })
      targets.push({
        interval: [own[k]!, time],
        points: from.cloud.points,
        targets: conditionalMoments({ problem: coupled, potentials: state }, to.cloud.points).means,
        counts: from.cloud.logWeights.map((w) => exp(w) * from.rows.length),
        precisions: precisionsOf(covariances, means.cols)
      })
      flows.push({ means, sensitivities: takeRows(all.flow.sensitivities!, from.rows) })
    }
    const found = slopeAt({ drift, coordinates: parameters.map((one) => ({ ...one, penalty: 0 })), targets }, theta, flows)
    found.normal.forEach((x, e) => {
      normal[e] = normal[e]! + x
    })
    slopes.push(found.slope)
    sizes.push(targets.reduce((sum, { points }) => sum + points.rows, 0))
  }
  return squaredLength(slopes, sizes, { normal, penalties: parameters.map(({ penalty }) => penalty) })
}

function squaredLength(
  slopes: readonly Float64Array[],
  sizes: readonly number[],
  { normal, penalties }: { readonly normal: Float64Array; readonly penalties: readonly number[] }
): number {
  const p = penalties.length
  const all = sizes.reduce((sum, n) => sum + n, 0)
  const largest = Math.max(...penalties.map((_, k) => normal[k * p + k]!))
  // As in the refit: directions of which nothing is known count for nothing.
  for (let k = 0; k < p; k++) normal[k * p + k] = normal[k * p + k]! + penalties[k]! + 1e-9 * largest
  if (!choleskyInPlace(normal, p)) return 0
  const sum = Float64Array.from({ length: p }, (_, k) => slopes.reduce((total, slope) => total + slope[k]!, 0))
  return slopes.reduce((total, slope, g) => {
    const own = slope.map((x, k) => x - (sizes[g]! / all) * sum[k]!)
    solveLowerInPlace(normal, p, own)
    return total + (all / sizes[g]!) * own.reduce((squares, x) => squares + x * x, 0)
  }, 0)
}
