// What rounds are given, and the noise that the moments of snapshots tell at given parameters.
import type { WorkingReference } from '../../bridge/cells.js'
import { type Diffusion, workingDrift } from '../../bridge/drift.js'
import { estimateSigma, momentLogLikelihood, type NoiseEvidence, packedMoments } from '../../bridge/noise-size.js'
import { fitTransitions, type UnitTransitions } from '../../bridge/reference-transitions.js'
import type { VelocitySample } from '../../bridge/velocity-matching.js'
import { InputError } from '../../num/errors.js'
import type { Matrix } from '../../num/matrix.js'
import type { Key } from '../../num/random.js'
import type { Family } from './family.js'
import { type FitSnapshot, intervalsOf, leastSigma } from './fit-snapshot.js'
import { weightsOf } from './snapshots.js'

export interface RoundsProblem {
  readonly family: Family
  readonly diffusion: Diffusion
  readonly snapshots: readonly FitSnapshot[]
  /** σ when it is known; estimated otherwise. [d] */
  readonly sigma: Float64Array | undefined
  /** θ to start from instead of the family's own. */
  readonly theta?: Float64Array
  /** Measured velocities, in original coordinates. */
  readonly velocities?: readonly VelocitySample[] | undefined
  readonly rounds: number
  readonly tolerance: number
  readonly key: Key
}

/** The reference of a family in working coordinates. */
export function workingReference(
  problem: Pick<RoundsProblem, 'family' | 'diffusion'>,
  theta: Float64Array,
  sigma: Float64Array
): WorkingReference {
  return { drift: workingDrift({ drift: problem.family.drift, diffusion: problem.diffusion, sigma }), theta, sigma }
}

/** σ from the second moments of all intervals at these parameters. */
export function sigmaOf(
  problem: RoundsProblem,
  theta: Float64Array,
  start: Float64Array,
  flows?: readonly UnitTransitions[]
): Float64Array {
  return sigmaFrom(problem, momentsAt(problem, { theta, start, flows }), start)
}

function sigmaFrom({ snapshots }: RoundsProblem, evidence: readonly NoiseEvidence[], start: Float64Array): Float64Array {
  return estimateSigma(evidence, start, leastSigma(snapshots))
}

/** Log-likelihood of the snapshots' moments at these parameters, σ the likeliest where it is not known; none where the drift fails. */
export function momentLikelihood(problem: RoundsProblem, theta: Float64Array, start: Float64Array): number {
  try {
    const evidence = momentsAt(problem, { theta, start })
    return momentLogLikelihood(evidence, problem.sigma ?? sigmaFrom(problem, evidence, start))
  } catch (error) {
    if (error instanceof InputError) return Number.NEGATIVE_INFINITY
    throw error
  }
}

/** What every interval says of σ at these parameters. */
export function momentsAt(
  problem: RoundsProblem,
  { theta, start, flows }: { theta: Float64Array; start: Float64Array; flows?: readonly UnitTransitions[] | undefined }
): NoiseEvidence[] {
  const reference = workingReference(problem, theta, start)
  return intervalsOf(problem.snapshots).map(([from, to], k) => {
    const transitions = flows?.[k] ?? fitTransitions(reference, from.cloud.points, [from.time, to.time])
    return evidenceOf(transitions, from, to)
  })
}

function evidenceOf(transitions: { means: Matrix; unitCovariances: Matrix }, from: FitSnapshot, to: FitSnapshot): NoiseEvidence {
  const weights = weightsOf(from.cloud)
  const carried = packedMoments(transitions.means, weights)
  const later = packedMoments(to.cloud.points, weightsOf(to.cloud))
  const d = to.cloud.points.cols
  const observed = later.covariance.slice()
  for (let a = 0, k = 0; a < d; a++) {
    for (let b = 0; b <= a; b++, k++) observed[k] = observed[k]! + (later.mean[a]! - carried.mean[a]!) * (later.mean[b]! - carried.mean[b]!)
  }
  const { unitCovariances } = transitions
  const unit = new Float64Array(unitCovariances.cols)
  for (let i = 0; i < unitCovariances.rows; i++) {
    const w = unitCovariances.rows === 1 ? 1 : weights[i]!
    for (let k = 0; k < unit.length; k++) unit[k] = unit[k]! + w * unitCovariances.data[i * unit.length + k]!
  }
  return { observed, carried: carried.covariance, unit, count: Math.min(from.cloud.points.rows, to.cloud.points.rows) }
}
