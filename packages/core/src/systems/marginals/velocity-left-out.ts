// A candidate for smooth velocities, judged at snapshots that neither its couplings nor its chains have seen.

import type { VelocityProcess } from '../../bridge/velocity.js'
import type { Watch } from '../../num/iterate.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import type { FitSnapshot } from './rounds.js'
import { wasserstein } from './score.js'
import { MOST_LEFT_OUT } from './select-smoothness.js'
import { thin } from './snapshots.js'
import { TransportBaselines } from './transport-baselines.js'
import { coupleByVelocity } from './velocity-couplings.js'
import type { VelocityReference } from './velocity-kernel.js'
import { type Chains, chainsOf, leftOutWeights, straightWeights } from './velocity-prediction.js'

/** What is to be judged: paths of this kernel, of straight lines without one; along couplings by velocity where these were made, else by distance. */
export interface VelocityCandidate {
  readonly reference: Pick<VelocityReference, 'kernel'> | undefined
  readonly coupled?: { readonly process: VelocityProcess; readonly start: 'first' | 'last' } | undefined
}

interface Judged {
  readonly snapshots: readonly FitSnapshot[]
  /** Variance that a coupling resolves, one an interval. */
  readonly widths: Float64Array
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** Particles and paths on which exact transport is solved: it grows as their cube. */
const JUDGED_PARTICLES = 150

/**
 * Mean Wasserstein-1 distance at interior snapshots left out in turn, at most two, of where a candidate's paths through all others pass
 * at that time. Chains that were made with a snapshot are predicted at it better than they should be, the more so the freer the
 * velocities: this is not.
 */
export async function leftOutDistance(candidate: VelocityCandidate, { snapshots, widths, key, watch }: Judged): Promise<number> {
  const interior = snapshots.length - 2
  const count = Math.min(MOST_LEFT_OUT, interior)
  const distances: number[] = []
  for (let n = 0; n < count; n++) {
    const out = 1 + Math.floor(((n + 0.5) * interior) / count)
    const seen = thinned(snapshots[out]!, keyFor(key, `seen ${out}`))
    const predicted = await predictedAt(candidate, out, { snapshots, widths, key, watch })
    distances.push(wasserstein(predicted, seen.cloud, 1, watch && { stop: watch.stop }))
  }
  return mean(distances)
}

const thinned = (snapshot: FitSnapshot, key: Key): FitSnapshot => ({
  ...snapshot,
  cloud: thin(snapshot.cloud.points, snapshot.cloud.logWeights, JUDGED_PARTICLES, key)
})

async function predictedAt({ reference, coupled }: VelocityCandidate, out: number, judged: Judged): Promise<Matrix> {
  const { widths, key, watch } = judged
  const without = judged.snapshots.filter((_, k) => k !== out).map((one, k) => thinned(one, keyFor(key, `without ${out}: ${k}`)))
  const times = Float64Array.from(judged.snapshots, ({ time }) => time)
  const weights = (reference ? leftOutWeights(reference.kernel, times) : straightWeights(times))[out - 1]!
  const quiet = watch && { stop: watch.stop }
  if (!coupled) {
    const chains = new TransportBaselines(without, keyFor(key, `chains ${out}`), quiet).chains()
    return along(
      chains,
      weights.filter((_, k) => k !== out)
    )
  }
  // Two intervals become one, as wide as their mean: what particles resolve does not grow with time.
  const ofWider = widths.filter((_, k) => k !== out)
  ofWider[out - 1] = (widths[out - 1]! + widths[out]!) / 2
  const { couplings } = await coupleByVelocity({ ...coupled, snapshots: without, widths: ofWider, watch: quiet })
  const chains = chainsOf(couplings, without, keyFor(key, `chains ${out}`), quiet)
  return along(
    chains,
    weights.filter((_, k) => k !== out)
  )
}

/** Weighted means of the places along each chain [paths, d]. */
function along({ clouds, chain }: Chains, weights: Float64Array): Matrix {
  const d = clouds[0]!.points.cols
  const out = matrix(Math.min(chain[0]!.length, 2 * JUDGED_PARTICLES), d)
  for (let p = 0; p < out.rows; p++)
    for (let a = 0; a < d; a++) {
      let x = 0
      for (let k = 0; k < weights.length; k++) x += weights[k]! * clouds[k]!.points.data[chain[k]![p]! * d + a]!
      out.data[p * d + a] = x
    }
  return out
}
