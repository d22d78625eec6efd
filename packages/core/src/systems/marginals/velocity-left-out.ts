// A candidate for smooth velocities, judged at snapshots that neither its couplings nor its chains have seen.

import type { VelocityProcess } from '../../bridge/velocity.js'
import type { Watch } from '../../num/iterate.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import { cloud } from '../../space/cloud.js'
import type { FitSnapshot } from './fit-snapshot.js'
import { wasserstein } from './score.js'
import { MOST_LEFT_OUT } from './select-smoothness.js'
import { thin } from './snapshots.js'
import { TransportBaselines } from './transport-baselines.js'
import { coupleByVelocity, couplingsOf } from './velocity-couplings.js'
import type { VelocityReference } from './velocity-kernel.js'
import { type Chains, chainsOf, leftOutWeights, straightWeights } from './velocity-prediction.js'

/** What is to be judged: paths of this kernel, of straight lines without one; along couplings by velocity where these were made, else by distance. */
export interface VelocityCandidate {
  readonly reference: Pick<VelocityReference, 'kernel'> | undefined
  readonly coupled?: { readonly process: VelocityProcess; readonly start: 'first' | 'last' } | undefined
  /** Of all snapshots. */
  readonly chains: Chains
}

interface Judged {
  readonly snapshots: readonly FitSnapshot[]
  /** Variance that a coupling resolves, one an interval. */
  readonly widths: readonly number[]
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** Particles and paths on which exact transport is solved: it grows as their cube. */
const JUDGED_PARTICLES = 150

/**
 * Interior snapshots, at most two, at which paths of two candidates through all others pass the farthest apart: groups that cross are told
 * apart about the crossing only. What was seen there has no part in the choice.
 */
export function tellingSnapshots(one: VelocityCandidate, other: VelocityCandidate, times: Float64Array): number[] {
  const apart = Array.from({ length: times.length - 2 }, (_, q) => {
    const [a, b] = [one, other].map((candidate) => along(candidate.chains, weightsAt(candidate, times, q + 1), JUDGED_PARTICLES))
    return { at: q + 1, distance: wasserstein(a!, cloud(b!), 1) }
  })
  const farthest = apart.sort((a, b) => b.distance - a.distance || a.at - b.at)
  return farthest.slice(0, MOST_LEFT_OUT).map(({ at }) => at)
}

/**
 * Mean Wasserstein-1 distance at snapshots left out in turn of where a candidate's paths through all others pass at that time. Chains
 * that were made with a snapshot are predicted at it better than they should be, the more so the freer the velocities: this is not.
 */
export async function leftOutDistance(
  candidate: VelocityCandidate,
  outs: readonly number[],
  { snapshots, widths, key, watch }: Judged
): Promise<number> {
  const distances: number[] = []
  for (const out of outs) {
    const seen = thinned(snapshots[out]!, keyFor(key, `seen ${out}`))
    const predicted = await predictedAt(candidate, out, { snapshots, widths, key, watch })
    distances.push(wasserstein(predicted, seen.cloud, 1, watch && { stop: watch.stop }))
  }
  return mean(distances)
}

/** Of the places along a path, for where it passes at one of them given all others. */
const weightsAt = ({ reference }: VelocityCandidate, times: Float64Array, at: number): Float64Array =>
  (reference ? leftOutWeights(reference.kernel, times) : straightWeights(times))[at - 1]!

const thinned = (snapshot: FitSnapshot, key: Key): FitSnapshot => ({
  ...snapshot,
  cloud: thin(snapshot.cloud.points, snapshot.cloud.logWeights, JUDGED_PARTICLES, key)
})

async function predictedAt(candidate: VelocityCandidate, out: number, judged: Judged): Promise<Matrix> {
  const { coupled } = candidate
  const { widths, key, watch } = judged
  const without = judged.snapshots.filter((_, k) => k !== out).map((one, k) => thinned(one, keyFor(key, `without ${out}: ${k}`)))
  const times = Float64Array.from(judged.snapshots, ({ time }) => time)
  const weights = weightsAt(candidate, times, out).filter((_, k) => k !== out)
  const quiet = watch && { stop: watch.stop }
  if (!coupled) return along(new TransportBaselines(without, keyFor(key, `chains ${out}`), quiet).chains(), weights, 2 * JUDGED_PARTICLES)
  // Two intervals become one, as wide as their mean: what particles resolve does not grow with time.
  const ofWider = widths.filter((_, k) => k !== out)
  ofWider[out - 1] = (widths[out - 1]! + widths[out]!) / 2
  const parts = { snapshots: without, widths: ofWider }
  const couplings = await coupleByVelocity({ ...coupled, ...parts }, quiet)
  return along(chainsOf(couplingsOf(couplings, parts), without, keyFor(key, `chains ${out}`), quiet), weights, 2 * JUDGED_PARTICLES)
}

/** Weighted means of the places along each chain, of at most so many [paths, d]. */
function along({ clouds, chain }: Chains, weights: Float64Array, most: number): Matrix {
  const d = clouds[0]!.points.cols
  const out = matrix(Math.min(chain[0]!.length, most), d)
  for (let p = 0; p < out.rows; p++)
    for (let a = 0; a < d; a++) {
      let x = 0
      for (let k = 0; k < weights.length; k++) x += weights[k]! * clouds[k]!.points.data[chain[k]![p]! * d + a]!
      out.data[p * d + a] = x
    }
  return out
}
