import type { Coupling } from '../../bridge/coupling.js'
import { transitionsOf } from '../../bridge/reference-transitions.js'
import { densityKernel, type GaussianTransitions, packedLength, precisionsOf } from '../../bridge/transition.js'
import type { Engine, Pair } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import type { Outcome, Watch } from '../../num/iterate.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { extendPotential, type Potentials, scaleOnEngine, scaleRectangular } from '../../scaling/rectangular.js'
import { cloud } from '../../space/cloud.js'
import { type FitSnapshot, intervalsOf, type RoundsProblem, workingReference } from './rounds.js'

/** The largest error of a marginal that a coupling may have, relative to the particle's weight. */
const TOLERANCE = 1e-4
/** The same for snapshots of many particles: the last digit takes most of the turns, and is far below their sampling error. */
const TOLERANCE_OF_MANY = 1e-3
const MANY_PAIRS = 1e6
const TURNS = 1000

export interface CouplingRequest {
  readonly problem: Pick<RoundsProblem, 'family' | 'diffusion'>
  readonly theta: Float64Array
  readonly sigma: Float64Array
  /** Working coordinates, all particles. */
  readonly snapshots: readonly FitSnapshot[]
  /** The snapshots of the fit and their potentials: a start for large problems. */
  readonly thinned?: { readonly snapshots: readonly FitSnapshot[]; readonly potentials: readonly (Potentials | undefined)[] }
  readonly engine?: Engine | undefined
  readonly watch?: Watch | undefined
}

/**
 * Couples every interval over all particles. Where all particles share one covariance (linear references) the points are
 * whitened and an engine does the sums; else own row kernels do. Large problems start from the potentials of the fit's
 * particles. Memory O(n·d²).
 */
export async function coupleAll(request: CouplingRequest): Promise<{ coupling: Coupling; outcome: Outcome<Potentials> }[]> {
  const reference = workingReference(request.problem, request.theta, request.sigma)
  const out: { coupling: Coupling; outcome: Outcome<Potentials> }[] = []
  const pairs = intervalsOf(request.snapshots)
  for (const [k, [from, to]] of pairs.entries()) {
    const transitions = transitionsOf(reference, from.cloud.points, [from.time, to.time])
    const problem = {
      kernel: densityKernel(transitions, to.cloud.points),
      fromLogWeights: from.cloud.logWeights,
      toLogWeights: to.cloud.logWeights
    }
    const start = startOf(request, k, to)
    const options = {
      ...request.watch,
      stage: `coupling ${k + 1} of ${pairs.length}`,
      tolerance: from.cloud.points.rows * to.cloud.points.rows > MANY_PAIRS ? TOLERANCE_OF_MANY : TOLERANCE,
      turns: TURNS,
      ...(start && { start })
    }
    const shared = request.engine && transitions.covariances.rows === 1
    const outcome = shared
      ? await scaleOnEngine(whitenedPair(transitions, from, to), request.engine!, options)
      : await scaleRectangular(problem, options)
    out.push({ coupling: { problem, potentials: outcome.state }, outcome })
  }
  return out
}

function startOf({ problem, theta, sigma, thinned, snapshots }: CouplingRequest, k: number, to: FitSnapshot): Potentials | undefined {
  const potentials = thinned?.potentials[k]
  if (!thinned || !potentials) return undefined
  const few = thinned.snapshots[k]!
  const reference = workingReference({ ...problem }, theta, sigma)
  const transitions = transitionsOf(reference, few.cloud.points, [few.time, to.time])
  const kernel = densityKernel(transitions, to.cloud.points)
  const from = new Float64Array(snapshots[k]!.cloud.points.rows).fill(Number.NaN)
  return { from, to: extendPotential({ kernel, fromLogWeights: few.cloud.logWeights, toLogWeights: to.cloud.logWeights }, potentials.from) }
}

/** The same kernel as a Gaussian one of unit covariance: ε = ½ makes log k = −‖u − v‖²/2. */
function whitenedPair(transitions: GaussianTransitions, from: FitSnapshot, to: FitSnapshot): Pair {
  const factor = precisionsOf(transitions.covariances, to.cloud.points.cols).inverseFactors.data
  return {
    from: cloud(whiten(transitions.means, factor), from.cloud.logWeights),
    to: cloud(whiten(to.cloud.points, factor), to.cloud.logWeights),
    kernel: gaussianKernel(0.5)
  }
}

function whiten(points: Matrix, factor: Float64Array): Matrix {
  const d = points.cols
  const out = matrix(points.rows, d)
  for (let i = 0; i < points.rows; i++) {
    for (let a = 0; a < d; a++) {
      let sum = 0
      for (let b = 0; b <= a; b++) sum += factor[packedLength(a) + b]! * points.data[i * d + b]!
      out.data[i * d + a] = sum
    }
  }
  return out
}
