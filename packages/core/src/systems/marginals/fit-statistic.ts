import { covariancesFrom } from '../../bridge/noise-size.js'
import { fitTransitions } from '../../bridge/reference-transitions.js'
import type { Watch } from '../../num/iterate.js'
import { semidefiniteCholesky } from '../../num/linear-algebra.js'
import { matrix } from '../../num/matrix.js'
import { fillNormal, type Key, keyFor } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import type { StepFit } from './model.js'
import { unpacked } from './partly-seen.js'
import { asLeaving, type FitSnapshot, intervalsOf, type RoundsProblem, workingReference } from './rounds.js'
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
    const { means, unitCovariances } = fitTransitions(reference, from.cloud.points, [from.time, to.time])
    const covariances = covariancesFrom(unitCovariances, sigma)
    const d = means.cols
    const [whole, xi] = [new Float64Array(d * d), new Float64Array(d)]
    const arrived = matrix(means.rows, d, means.data.slice())
    for (let i = 0; i < means.rows; i++) {
      unpacked(covariances, covariances.rows === 1 ? 0 : i, whole, d)
      const { data: factor } = semidefiniteCholesky(matrix(d, d, whole))
      fillNormal(keyFor(key, `step ${k}`), i, xi)
      for (let a = 0; a < d; a++)
        for (let b = 0; b <= a; b++) arrived.data[i * d + a] = arrived.data[i * d + a]! + factor[a * d + b]! * xi[b]!
    }
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
