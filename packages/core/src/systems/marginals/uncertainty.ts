import type { Coupling } from '../../bridge/coupling.js'
import { linearNoiseFlow } from '../../bridge/linear-noise.js'
import { covariancesFrom, precisionFrom } from '../../bridge/noise-size.js'
import { FIT_TOLERANCES, unitTransitions } from '../../bridge/reference-transitions.js'
import { densityKernel, packedLength, precisionsOf } from '../../bridge/transition.js'
import { addVelocities, type VelocitySample } from '../../bridge/velocity-matching.js'
import { each } from '../../num/crew.js'
import { exp, log } from '../../num/elementary.js'
import { quiet, type Watch } from '../../num/iterate.js'
import { inverse, multiply, transpose } from '../../num/linear-algebra.js'
import { normaliseLogWeights } from '../../num/log-space.js'
import { beside, type Matrix, matrix, stackRows, takeColumns, takeRows } from '../../num/matrix.js'
import { indexFromUniform, type Key, keyFor, uniforms } from '../../num/random.js'
import type { Potentials } from '../../scaling/annealed.js'
import { scaleRectangular } from '../../scaling/rectangular.js'
import { cloud } from '../../space/cloud.js'
import { familyTask } from './family-task.js'
import { type FitSnapshot, intervalsOf } from './fit-snapshot.js'
import type { ParameterInterval } from './model.js'
import { estimatedNoise, movedSigma, movedTheta, noiseSlopes, STEP } from './noise-uncertainty.js'
import { meanScore, PairScores, solvePotentials } from './potential-slopes.js'
import { refineReference } from './rounds.js'
import { type RoundsProblem, workingReference } from './rounds-problem.js'
import { weightsOf } from './snapshots.js'
import { standardUnits } from './standard-units.js'
import { velocityEvidence } from './velocities.js'

interface FittedState {
  readonly theta: Float64Array
  readonly sigma: Float64Array
  readonly potentials: readonly (Potentials | undefined)[]
}

/** The cost grows as the square of the parameters: families with more get no intervals. */
const MOST_PARAMETERS = 60
export const NORMAL_975 = 1.959963984540054

/**
 * 95 % intervals of θ. `sandwich`: the influence of every particle of every snapshot on the fit, through the potentials of
 * the couplings (their derivatives with respect to θ), and the slopes of what the fit solves. `bootstrap`: standard deviation over
 * refits of particles drawn with replacement. Either has σ estimated with θ where it was.
 */
export async function parameterIntervals(
  problem: RoundsProblem,
  fitted: FittedState,
  { kind, watch }: { kind: 'sandwich' | 'bootstrap' | 'none'; watch?: Watch | undefined }
): Promise<ParameterInterval[]> {
  const { parameters, weights, named } = problem.family
  if (
    kind === 'none' ||
    parameters.length === 0 ||
    parameters.length > MOST_PARAMETERS ||
    weights ||
    named !== undefined ||
    problem.rounds === 0
  )
    return []
  const covariance = kind === 'sandwich' ? await sandwichIn(problem, fitted, watch) : await bootstrap(problem, fitted, watch)
  return parameters.map(({ name, positive }, k) => {
    const estimate = fitted.theta[k]!
    const half = NORMAL_975 * Math.sqrt(Math.max(0, covariance.data[k * parameters.length + k]!))
    return positive
      ? { name, estimate, lower: estimate * exp(-half), upper: estimate * exp(half) }
      : { name, estimate, lower: estimate - half, upper: estimate + half }
  })
}

/** In standard units where the drift has them. */
async function sandwichIn(problem: RoundsProblem, fitted: FittedState, watch?: Watch): Promise<Matrix> {
  const units = standardUnits(problem)
  return units ? units.covarianceOutward(await sandwich(units.problem, units.inward(fitted), watch)) : sandwich(problem, fitted, watch)
}

/** Refits of a bootstrap. */
export const REPLICATES = 40

async function bootstrap(problem: RoundsProblem, { theta }: FittedState, watch?: Watch): Promise<Matrix> {
  const p = theta.length
  const all = Array.from({ length: REPLICATES }, (_, replicate) => ({ ...problem, theta, replicate }))
  const work = REPLICATES * REFIT_WORK * problem.snapshots.reduce((sum, { cloud: c }) => sum + c.points.rows, 0)
  const done = (count: number) => watch?.progress?.({ stage: 'bootstrap', done: count, total: REPLICATES })
  const draws = await each(refitTask, all, { watch, work, stage: 'bootstrap', done })
  const mean = new Float64Array(p)
  for (const draw of draws)
    draw.forEach((x, k) => {
      mean[k] = mean[k]! + x / REPLICATES
    })
  const out = matrix(p, p)
  for (const draw of draws) {
    for (let k = 0; k < p; k++)
      for (let l = 0; l < p; l++)
        out.data[k * p + l] = out.data[k * p + l]! + ((draw[k]! - mean[k]!) * (draw[l]! - mean[l]!)) / (REPLICATES - 1)
  }
  return out
}

/** Operations of a refit of few rounds, a particle. */
const REFIT_WORK = 2e5

/** θ of particles drawn with replacement, logarithms of what is positive. */
export const refitTask = familyTask('refits', async ({ replicate: b, ...problem }: RoundsProblem & { replicate: number }, watch) => {
  const snapshots = problem.snapshots.map(({ cloud: { points, logWeights }, leaving, ...rest }, k) => {
    const u = uniforms(keyFor(problem.key, `bootstrap ${b} ${k}`), points.rows)
    const chosen = Uint32Array.from(u, (x) => indexFromUniform(x, points.rows))
    const weights = Float64Array.from(chosen, (i) => exp(logWeights[i]!))
    const total = weights.reduce((sum, w) => sum + w, 0)
    return {
      ...rest,
      cloud: cloud(
        takeRows(points, chosen),
        weights.map((w) => log(w / total))
      ),
      leaving: leaving && normaliseLogWeights(Float64Array.from(chosen, (i) => leaving[i]!))
    }
  })
  const velocities = problem.velocities?.map((sample, k) => resampled(sample, keyFor(problem.key, `bootstrap velocities ${b} ${k}`)))
  const { state } = await refineReference({ ...problem, velocities, snapshots, rounds: 4 }, quiet(watch))
  return state.theta.map((value, k) => (problem.family.parameters[k]!.positive ? log(value) : value))
})

function resampled({ time, points, values, counts }: VelocitySample, key: Key): VelocitySample {
  const chosen = Uint32Array.from(uniforms(key, points.rows), (x) => indexFromUniform(x, points.rows))
  return { time, points: takeRows(points, chosen), values: takeRows(values, chosen), counts: Float64Array.from(chosen, (i) => counts[i]!) }
}

/** What one interval says: derivatives of its potentials, and how its part of the equation of θ goes with all that is estimated. */
interface IntervalInfluence {
  /** ∂f/∂θ [n, p] and ∂g/∂θ [m, p] */
  readonly from: Matrix
  readonly to: Matrix
  /** How E[D] goes with θ and each log σ that was estimated [p, p + |free|]. */
  readonly slopes: Matrix
  /** By how many standard deviations of the noise particles arrive elsewhere for a unit of each parameter [p]. */
  readonly reach: Float64Array
}

/**
 * Cov θ̂ = H⁻¹ V H⁻¹. The fit minimises Σ_k n_k L_k, L_k = min over couplings of relative entropy to the reference; by the
 * envelope theorem L_k changes with the earlier snapshot's weights by its potential f and with the later one's by g, so a
 * particle's influence on the gradient is n_k ∂f/∂θ + n_{k−1} ∂g/∂θ, and V sums its variance over the snapshots. A σ that is
 * estimated from the moments of the same particles is one more unknown, with an equation and influences of its own: H and V are of
 * both, and H no longer symmetric.
 */
async function sandwich(problem: RoundsProblem, fitted: FittedState, watch?: Watch): Promise<Matrix> {
  const { theta, sigma, potentials } = fitted
  const p = theta.length
  const pairs = intervalsOf(problem.snapshots)
  const { family, diffusion, snapshots } = problem
  const free = estimatedNoise(problem, sigma)
  const all = pairs.map(([from, to], k) => ({ family, diffusion, theta, sigma, free, from, to, potentials: potentials[k] }))
  const work = pairs.reduce((sum, [from, to]) => sum + from.cloud.points.rows * (INFLUENCE_WORK + PAIR_WORK * to.cloud.points.rows), 0)
  const influences = await each(influenceTask, all, { watch, work, stage: 'uncertainty' })
  const slopes = matrix(p, p + free.length)
  pairs.forEach(([from], k) => {
    influences[k]!.slopes.data.forEach((x, e) => {
      slopes.data[e] = slopes.data[e]! + from.cloud.points.rows * x
    })
  })
  const reach = Float64Array.from(theta, (_, k) => influences.reduce((most, one) => Math.max(most, one.reach[k]!), 0))
  const noise = noiseSlopes(problem, { theta, sigma }, { free, reach })
  const spread = matrix(p + free.length, p + free.length)
  let interval = 0
  snapshots.forEach((snapshot, k) => {
    const after = snapshots[k + 1]
    const before = k > 0 && !snapshot.begins ? interval - 1 : undefined
    const next = after && !after.begins ? interval++ : undefined
    const scores = (side: 'from' | 'to', at: number) => beside(influences[at]![side], noise.influences[at]![side])
    addScoreVariance(spread, snapshot, {
      asFrom: next === undefined ? undefined : { scores: scores('from', next), count: snapshot.cloud.points.rows },
      asTo: before === undefined ? undefined : { scores: scores('to', before), count: snapshots[k - 1]!.cloud.points.rows }
    })
  })
  if (problem.velocities) addVelocityInformation([slopes, spread], problem, theta)
  const bread = inverse(stackRows([slopes, noise.slopes]))
  const ofAll = multiply(multiply(bread, spread), transpose(bread))
  const ofTheta = Uint32Array.from(theta.keys())
  return takeRows(takeColumns(ofAll, ofTheta), ofTheta)
}

/** Velocities about the drift have the error that they are weighed by: what they add to the Hessian is the variance of their score. */
function addVelocityInformation(to: readonly Matrix[], { family, velocities }: RoundsProblem, theta: Float64Array): void {
  const p = theta.length
  const normal = new Float64Array(p * p)
  const scale = theta.map((value, k) => (family.parameters[k]!.positive ? value : 1))
  addVelocities(velocityEvidence(family, velocities!, theta), theta, { normal, slope: new Float64Array(p), scale })
  for (const { data, cols } of to)
    for (let k = 0; k < p; k++)
      for (let l = 0; l < p; l++) data[k * cols + l] = data[k * cols + l]! + normal[k >= l ? k * p + l : l * p + k]!
}

type Side = { readonly scores: Matrix; readonly count: number } | undefined

function addScoreVariance(out: Matrix, { cloud: c }: FitSnapshot, { asFrom, asTo }: { asFrom: Side; asTo: Side }): void {
  const p = out.cols
  const weights = weightsOf(c)
  const score = (i: number, k: number): number =>
    (asFrom ? asFrom.count * asFrom.scores.data[i * p + k]! : 0) + (asTo ? asTo.count * asTo.scores.data[i * p + k]! : 0)
  const mean = new Float64Array(p)
  for (let i = 0; i < weights.length; i++) for (let k = 0; k < p; k++) mean[k] = mean[k]! + weights[i]! * score(i, k)
  for (let i = 0; i < weights.length; i++) {
    const square = weights[i]! * weights[i]!
    for (let k = 0; k < p; k++) {
      const left = square * (score(i, k) - mean[k]!)
      for (let l = 0; l < p; l++) out.data[k * p + l] = out.data[k * p + l]! + left * (score(i, l) - mean[l]!)
    }
  }
}

/** One interval, fitted. */
interface IntervalFit extends Pick<RoundsProblem, 'family' | 'diffusion'>, Pick<FittedState, 'theta' | 'sigma'> {
  readonly from: FitSnapshot
  readonly to: FitSnapshot
  readonly potentials: Potentials | undefined
  /** Entries of σ that were estimated. */
  readonly free: readonly number[]
}

/**
 * Solves ∂f_i = E[D_ij − ∂g_j | i], ∂g_j = E[D_ij − ∂f_i | j] under the coupling, D_ij = ∂(−log k_ij)/∂θ = −s_iᵀ(y_j − Φ_i)
 * with s_i = Σ_i⁻¹ ∂Φ_i/∂θ (Σ frozen, as in the refit). The fit ends where the sum of E[D] is zero, and the coupling and Σ go with θ
 * and σ: its slopes are differences.
 */
async function intervalInfluence(of: IntervalFit, watch?: Watch): Promise<IntervalInfluence> {
  const { theta, sigma, free, family } = of
  const p = theta.length
  const { coupling, scorer, reach } = await pairedAt(of, watch)
  const slopes = matrix(p, p + free.length)
  const near = { ...of, potentials: coupling.potentials }
  const put = async (column: number, step: number, at: (step: number) => Partial<IntervalFit>) => {
    for (const sign of [1, -1]) {
      const moved = await pairedAt({ ...near, ...at(sign * step) }, watch)
      meanScore(moved.coupling, moved.scorer).forEach((x, k) => {
        slopes.data[k * slopes.cols + column] = slopes.data[k * slopes.cols + column]! + (sign * x) / (2 * step)
      })
    }
  }
  for (let k = 0; k < p; k++) if (reach[k]! > 0) await put(k, STEP / reach[k]!, (by) => ({ theta: movedTheta(family, theta, { k, by }) }))
  for (const [f, c] of free.entries()) await put(p + f, STEP, (by) => ({ sigma: movedSigma(sigma, c, by) }))
  return { ...solvePotentials(coupling, scorer, watch), slopes, reach }
}

/** An interval coupled, and what its pairs say of θ. */
async function pairedAt(of: IntervalFit, watch?: Watch) {
  const { theta, sigma, potentials: start, from, to } = of
  const interval: [number, number] = [from.time, to.time]
  const reference = workingReference(of, theta, sigma)
  const { means, unitCovariances } = unitTransitions(reference, from.cloud.points, interval, FIT_TOLERANCES)
  const covariances = covariancesFrom(unitCovariances, sigma)
  const scaling = {
    kernel: densityKernel({ means, covariances }, to.cloud.points),
    fromLogWeights: from.cloud.logWeights,
    toLogWeights: to.cloud.logWeights
  }
  const outcome = await scaleRectangular(scaling, { stop: watch?.stop, tolerance: 1e-5, turns: 1000, ...(start && { start }) })
  const coupling: Coupling = { problem: scaling, potentials: outcome.state }
  const flow = linearNoiseFlow(
    { drift: reference.drift, theta, points: from.cloud.points, interval },
    { sensitivity: true },
    { ...FIT_TOLERANCES, controlled: from.cloud.points.cols }
  )
  const { maps, reach } = scoreMaps(of, { sensitivities: flow.sensitivities!, covariances })
  return { coupling, reach, scorer: new PairScores(maps, means, to.cloud.points, theta.length) }
}

/** Operations of a particle and of a pair of particles in the influence of an interval, roughly. */
const INFLUENCE_WORK = 1e5
const PAIR_WORK = 1000

export const influenceTask = familyTask('influences', intervalInfluence)

/** Σ⁻¹ ∂Φ/∂θ of every particle [n, d · p], and by how many deviations of the noise particles arrive elsewhere for a unit of each parameter [p]. */
function scoreMaps(
  { family, theta, from }: IntervalFit,
  { sensitivities, covariances }: { readonly sensitivities: Matrix; readonly covariances: Matrix }
): { readonly maps: Matrix; readonly reach: Float64Array } {
  const p = theta.length
  const d = sensitivities.cols / p
  const moving = sensitivities.data.map((x, e) => (family.parameters[e % p]!.positive ? x * theta[e % p]! : x))
  const factors = precisionsOf(covariances, d).inverseFactors
  const weights = weightsOf(from.cloud)
  const maps = matrix(sensitivities.rows, d * p)
  const squares = new Float64Array(p)
  for (let i = 0; i < maps.rows; i++) {
    const which = factors.rows === 1 ? 0 : i
    const precision = precisionFrom(factors.data.subarray(which * packedLength(d), (which + 1) * packedLength(d)), d)
    for (let a = 0; a < d; a++)
      for (let k = 0; k < p; k++) {
        const at = i * d * p + a * p + k
        for (let b = 0; b < d; b++) maps.data[at] = maps.data[at]! + precision[a * d + b]! * moving[i * d * p + b * p + k]!
        squares[k] = squares[k]! + weights[i]! * maps.data[at]! * moving[at]!
      }
  }
  return { maps, reach: squares.map(Math.sqrt) }
}
