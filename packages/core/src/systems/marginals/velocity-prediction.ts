// How well velocities predict particles of chains that they have not seen.
import type { Coupling } from '../../bridge/coupling.js'
import { type VelocityKernel, velocityProcess } from '../../bridge/velocity.js'
import { filterPaths, type Grid, gridFilter, smoothingWeights } from '../../bridge/velocity-smoother.js'
import { log } from '../../num/elementary.js'
import type { Watch } from '../../num/iterate.js'
import { matrix } from '../../num/matrix.js'
import type { Key } from '../../num/random.js'
import type { Cloud } from '../../space/cloud.js'
import type { FitSnapshot } from './fit-snapshot.js'
import { batchChain } from './sample.js'
import { SCORE_PARTICLES } from './transport-baselines.js'

/** Particles in their order through the snapshots: indices [snapshots][paths] into clouds. */
export interface Chains {
  readonly clouds: readonly Cloud[]
  readonly chain: readonly Uint32Array[]
}

/** Rates of Matérn velocities, and rates and frequencies of oscillators, in mean gaps between snapshots. */
export const RATES = [10, 3, 1, 0.3]
const DAMPINGS = [0.1, 0.3, 1]
const FREQUENCIES = [0.5, 1, 1.5, 2, 2.5]
function kernelGrid(gap: number): VelocityKernel[] {
  const matern = (['matern-1/2', 'matern-3/2', 'matern-5/2'] as const).flatMap((shape) =>
    RATES.map((rate) => ({ shape, rate: rate / gap, frequency: 0 }))
  )
  const oscillators = FREQUENCIES.flatMap((frequency) =>
    DAMPINGS.map((rate) => ({ shape: 'oscillator' as const, rate: rate / gap, frequency: frequency / gap }))
  )
  return [...matern, ...oscillators]
}

/** Paths drawn to score couplings. */
const SCORED_PATHS = SCORE_PARTICLES

export function chainsOf(couplings: readonly Coupling[], snapshots: readonly FitSnapshot[], key: Key, watch: Watch | undefined): Chains {
  const clouds = snapshots.map(({ cloud }) => cloud)
  return { clouds, chain: batchChain({ clouds, couplings }, { first: 0, count: SCORED_PATHS, key, watch: watch && { stop: watch.stop } }) }
}

interface ScoredKernel {
  readonly kernel: VelocityKernel
  readonly error: number
}

export function bestKernel(times: Float64Array, gap: number, chains: Chains, watch: Watch | undefined): ScoredKernel {
  const grid = kernelGrid(gap)
  let best: ScoredKernel | undefined
  grid.forEach((kernel, k) => {
    watch?.progress?.({ stage: 'smoothness of velocities', done: k, total: grid.length })
    const error = predictionError(leftOutWeights(kernel, times), chains)
    if (!best || error < best.error) best = { kernel, error }
  })
  return best!
}

/** For each interior snapshot its mean given all others, as weights of these [K + 1], zero at itself. */
export function leftOutWeights(kernel: VelocityKernel, times: Float64Array): Float64Array[] {
  const process = velocityProcess(kernel)
  return Array.from({ length: times.length - 2 }, (_, q) => {
    const grid: Grid = { times, seen: Array.from(times, (_, k) => k !== q + 1) }
    const weights = smoothingWeights(gridFilter(process, grid))
    const out = new Float64Array(times.length)
    let col = 0
    for (let k = 0; k < times.length; k++) if (grid.seen[k]) out[k] = weights.data[(q + 1) * weights.cols + col++]!
    return out
  })
}

/** The same for straight lines between neighbours. */
export function straightWeights(times: Float64Array): Float64Array[] {
  return Array.from({ length: times.length - 2 }, (_, q) => {
    const [before, at, after] = [times[q]!, times[q + 1]!, times[q + 2]!]
    const out = new Float64Array(times.length)
    out[q] = (after - at) / (after - before)
    out[q + 2] = (at - before) / (after - before)
    return out
  })
}

/** Logarithm of the mean squared error of left-out particles of chains. */
export function predictionError(weights: readonly Float64Array[], { clouds, chain }: Chains): number {
  const d = clouds[0]!.points.cols
  const paths = chain[0]!.length
  let squares = 0
  weights.forEach((of, q) => {
    for (let p = 0; p < paths; p++)
      for (let a = 0; a < d; a++) {
        let error = -clouds[q + 1]!.points.data[chain[q + 1]![p]! * d + a]!
        for (let k = 0; k < of.length; k++) if (of[k] !== 0) error += of[k]! * clouds[k]!.points.data[chain[k]![p]! * d + a]!
        squares += error * error
      }
  })
  return log(Math.max(squares / (weights.length * paths * d), Number.MIN_VALUE))
}

/** Maximum likelihood of the velocity's variance from the surprises along chains, a coordinate [d]. */
export function velocityVariance(kernel: VelocityKernel, times: Float64Array, { clouds, chain }: Chains): Float64Array {
  const filter = gridFilter(velocityProcess(kernel), { times, seen: Array.from(times, () => true) })
  const d = clouds[0]!.points.cols
  const paths = chain[0]!.length
  return Float64Array.from({ length: d }, (_, a) => {
    const places = matrix(times.length, paths)
    for (let k = 0; k < times.length; k++)
      for (let p = 0; p < paths; p++) places.data[k * paths + p] = clouds[k]!.points.data[chain[k]![p]! * d + a]!
    const { innovations } = filterPaths(filter, places)
    let squares = 0
    for (let k = 1; k < times.length; k++)
      for (let p = 0; p < paths; p++) squares += innovations.data[k * paths + p]! ** 2 / filter.steps[k]!.variance
    return squares / (paths * (times.length - 1))
  })
}
