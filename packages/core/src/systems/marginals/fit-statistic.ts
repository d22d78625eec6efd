import type { Watch } from '../../num/iterate.js'
import { matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { arrivals } from './arrivals.js'
import { asLeaving, type FitSnapshot, intervalsOf } from './fit-snapshot.js'
import type { StepFit } from './model.js'
import { type RoundsProblem, workingReference } from './rounds-problem.js'
import { halfSplit, wasserstein } from './score.js'
import { fromWorking, thin } from './snapshots.js'

/** Particles a snapshot on which the fit is judged: exact transport grows as their cube. */
const FIT_PARTICLES = 200

/**
 * The fit from snapshot to snapshot [K]: bridges reproduce the snapshots that they were fitted to whatever the reference, so
 * what is judged is the reference, run freely over one interval. Cost one transition a particle and exact transport of at
 * most 200 particles an interval.
 */
export function stepFits(
  problem: Pick<RoundsProblem, 'family' | 'diffusion'>,
  { theta, sigma, snapshots }: { readonly theta: Float64Array; readonly sigma: Float64Array; readonly snapshots: readonly FitSnapshot[] },
  key: Key,
  watch?: Watch
): StepFit[] {
  const few = (of: FitSnapshot, k: number): FitSnapshot => ({
    time: of.time,
    cloud: thin(of.cloud.points, of.cloud.logWeights, FIT_PARTICLES, keyFor(key, `fit of ${k}`))
  })
  const reference = workingReference(problem, theta, sigma)
  return intervalsOf(snapshots).map(([earlier, later], k) => {
    const [from, to] = [few(asLeaving(earlier), k), few(later, k + 1)]
    const arrived = arrivals(reference, from, { time: to.time, key: keyFor(key, `step ${k}`) })
    const d = arrived.cols
    fromWorking(arrived.data, problem.diffusion)
    const seen = matrix(to.cloud.points.rows, d, to.cloud.points.data.slice())
    fromWorking(seen.data, problem.diffusion)
    const there = cloud(seen, to.cloud.logWeights)
    return {
      time: to.time,
      w1: wasserstein(cloud(arrived, from.cloud.logWeights), there, 1, watch),
      floor: halfSplit(there, keyFor(key, `floor of ${k}`), watch)
    }
  })
}
