import type { Coupling } from '../../bridge/coupling.js'
import { type VelocityKernel, velocityProcess } from '../../bridge/velocity.js'
import { filterPaths, type Grid, gridFilter, smoothingWeights } from '../../bridge/velocity-smoother.js'
import { log } from '../../num/elementary.js'
import type { Watch } from '../../num/iterate.js'
import { matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import type { Cloud } from '../../space/cloud.js'
import type { CoupledInterval } from './couplings.js'
import type { FitSnapshot } from './rounds.js'
import { batchChain } from './sample.js'
import { SCORE_PARTICLES, TransportBaselines } from './transport-baselines.js'
import { coupleByVelocity, type VelocityCouplings } from './velocity-couplings.js'
import { processOf, type VelocityReference, widthOf } from './velocity-kernel.js'

/** A reference, the couplings found with it, and what a reader should know. */
interface FittedVelocity {
  readonly reference: VelocityReference | undefined
  readonly couplings: VelocityCouplings | undefined
  readonly notes: readonly string[]
}

/** Particles in their order through the snapshots: indices [snapshots][paths] into clouds. */
interface Chains {
  readonly clouds: readonly Cloud[]
  readonly chain: readonly Uint32Array[]
}

/** By how much the logarithm of the squared prediction error must fall before something less simple is taken. */
const WORTH_IT = 0.1
/** Particles of the largest snapshot beyond which couplings go by distance alone: 17 couplings an interval would not end in minutes. */
const VELOCITY_PARTICLES = 1000

/** Rates of Matérn velocities, and rates and frequencies of oscillators, in mean gaps between snapshots. */
const RATES = [10, 3, 1, 0.3]
const DAMPINGS = [0.1, 0.3, 1]
const FREQUENCIES = [0.5, 1, 1.5, 2, 2.5]
/** Radians a gap beyond which a turn and its reverse pass through the same snapshots. */
const QUARTER_TURN = 1.5707963267948966

function kernelGrid(gap: number): VelocityKernel[] {
  const matern = (['matern-1/2', 'matern-3/2', 'matern-5/2'] as const).flatMap((shape) =>
    RATES.map((rate) => ({ shape, rate: rate / gap, frequency: 0 }))
  )
  const oscillators = FREQUENCIES.flatMap((frequency) =>
    DAMPINGS.map((rate) => ({ shape: 'oscillator' as const, rate: rate / gap, frequency: frequency / gap }))
  )
  return [...matern, ...oscillators]
}

/**
 * Chooses how smooth velocities are by leaving interior snapshots out of chains of particles, and couples the snapshots anew
 * with velocities in mind where the chains are then predicted better. Undefined reference: nothing is better than straight
 * lines. Cost: exact transport of at most 500 particles an interval, and 35 couplings an interval.
 * @source mathematics.md section 19.
 */
export async function fitVelocity(
  snapshots: readonly FitSnapshot[],
  { plain, key, watch }: { plain: readonly CoupledInterval[]; key: Key; watch?: Watch | undefined }
): Promise<FittedVelocity> {
  const times = Float64Array.from(snapshots, ({ time }) => time)
  if (times.length < 4)
    return nothing(
      'Fewer than two snapshots stand between the first and the last: nothing tells how smooth velocities are, and paths are those of the plain bridge.'
    )
  const gap = (times.at(-1)! - times[0]!) / (times.length - 1)
  const baselines = new TransportBaselines(snapshots, keyFor(key, 'chains'), watch)
  await baselines.solve()
  const exact = baselines.chains()
  const straight = predictionError(straightWeights(times), exact)
  const best = bestKernel(times, gap, exact, watch)
  if (straight - best.error <= WORTH_IT)
    return nothing(
      'Chains of particles are predicted no better by smooth velocities than by straight lines: paths are those of the plain bridge.'
    )
  const base: VelocityReference = { kernel: best.kernel, variance: velocityVariance(best.kernel, times, exact), pairs: undefined }
  if (Math.max(...snapshots.map(({ cloud }) => cloud.points.rows)) > VELOCITY_PARTICLES)
    return {
      reference: base,
      couplings: undefined,
      notes: [
        ...turnNote(base.kernel, gap),
        `Snapshots of more than ${VELOCITY_PARTICLES} particles are coupled by distance, without their velocities.`
      ]
    }
  const widths = Float64Array.from(plain, ({ sigma }, k) => widthOf(sigma, times[k + 1]! - times[k]!))
  const process = processOf(base)
  let found = { error: best.error - WORTH_IT, reference: base, couplings: undefined as VelocityCouplings | undefined }
  for (const start of ['first', 'last'] as const) {
    const couplings = await coupleByVelocity({ snapshots, process, widths, start, watch })
    const chains = chainsOf(couplings.couplings, snapshots, keyFor(key, `chains from the ${start}`), watch)
    const again = bestKernel(times, gap, chains, watch)
    if (again.error >= found.error) continue
    const reference = { kernel: again.kernel, variance: velocityVariance(again.kernel, times, chains), pairs: couplings.pairs }
    found = { error: again.error, reference, couplings }
  }
  return { reference: found.reference, couplings: found.couplings, notes: turnNote(found.reference.kernel, gap) }
}

const nothing = (note: string): FittedVelocity => ({ reference: undefined, couplings: undefined, notes: [note] })

function turnNote({ frequency }: VelocityKernel, gap: number): string[] {
  if (frequency * gap <= QUARTER_TURN) return []
  const degrees = Math.round((frequency * gap * 180) / Math.PI)
  return [
    `Particles seem to turn by ${degrees}° between snapshots: beyond 90° the snapshots fit a turn the other way as well. Snapshots closer in time would tell.`
  ]
}

/** Paths drawn to score couplings. */
const SCORED_PATHS = SCORE_PARTICLES

function chainsOf(couplings: readonly Coupling[], snapshots: readonly FitSnapshot[], key: Key, watch: Watch | undefined): Chains {
  const clouds = snapshots.map(({ cloud }) => cloud)
  return { clouds, chain: batchChain({ clouds, couplings }, { first: 0, count: SCORED_PATHS, key, watch: watch && { stop: watch.stop } }) }
}

interface ScoredKernel {
  readonly kernel: VelocityKernel
  readonly error: number
}

function bestKernel(times: Float64Array, gap: number, chains: Chains, watch: Watch | undefined): ScoredKernel {
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
function straightWeights(times: Float64Array): Float64Array[] {
  return Array.from({ length: times.length - 2 }, (_, q) => {
    const [before, at, after] = [times[q]!, times[q + 1]!, times[q + 2]!]
    const out = new Float64Array(times.length)
    out[q] = (after - at) / (after - before)
    out[q + 2] = (at - before) / (after - before)
    return out
  })
}

/** Logarithm of the mean squared error of left-out particles of chains. */
function predictionError(weights: readonly Float64Array[], { clouds, chain }: Chains): number {
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
function velocityVariance(kernel: VelocityKernel, times: Float64Array, { clouds, chain }: Chains): Float64Array {
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
