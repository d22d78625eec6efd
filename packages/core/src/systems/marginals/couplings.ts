import type { Coupling } from '../../bridge/coupling.js'
import { transitionsOf } from '../../bridge/reference-transitions.js'
import { densityKernel, type GaussianTransitions, packedLength, precisionsOf } from '../../bridge/transition.js'
import type { Engine, Pair } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import type { Outcome, Watch } from '../../num/iterate.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { Potentials } from '../../scaling/annealed.js'
import { scaleOnEngine } from '../../scaling/on-engine.js'
import { extendPotential, type RectangularProblem, scaleRectangular } from '../../scaling/rectangular.js'
import { cloud } from '../../space/cloud.js'
import { filledBy, partialKernel, transitionsWithin } from './partly-seen.js'
import { asLeaving, type FitSnapshot, type RoundsProblem, workingReference } from './rounds.js'

/** The largest error of a marginal that a coupling may have, relative to the particle's weight. */
const TOLERANCE = 1e-4
/** The same for snapshots of many particles: the last digit takes most of the turns, and is far below their sampling error. */
const TOLERANCE_OF_MANY = 1e-3
const MANY_PAIRS = 1e6
const TURNS = 2000
/** A coupling that is further off than this is blurred, where its σ is a resolution and no measured noise. */
const MOST_ERROR = 1e-3
/** 4¹⁶ times the resolution is wider than any snapshot. */
const MOST_DOUBLINGS = 32

interface CouplingRequest {
  readonly problem: Pick<RoundsProblem, 'family' | 'diffusion'>
  readonly theta: Float64Array
  /** σ of every interval [K][d]. */
  readonly sigmas: readonly Float64Array[]
  /** Whether σ² is doubled in an interval until its coupling has its marginals. */
  readonly widen: boolean
  /** Working coordinates, all particles. */
  readonly snapshots: readonly FitSnapshot[]
  /** The snapshots of the fit and their potentials: a start for large problems. */
  readonly thinned?: { readonly snapshots: readonly FitSnapshot[]; readonly potentials: readonly (Potentials | undefined)[] }
  readonly engine?: Engine | undefined
  readonly watch?: Watch | undefined
}

/** One interval's coupling, and how it was found. */
export interface CoupledInterval {
  readonly coupling: Coupling
  readonly outcome: Outcome<Potentials>
  /** σ that it was found with [d]. */
  readonly sigma: Float64Array
  readonly doublings: number
  /** The later snapshot, its gaps filled. */
  readonly to: FitSnapshot
}

/**
 * Couples every interval over all particles. Where all particles share one covariance (linear references) the points are
 * whitened and an engine does the sums; else own row kernels do. Large problems start from the potentials of the fit's
 * particles. Memory O(n·d²).
 */
export async function coupleAll(given: CouplingRequest): Promise<CoupledInterval[]> {
  const out: CoupledInterval[] = []
  const snapshots = [...given.snapshots]
  const request = { ...given, snapshots }
  for (let k = 0; k + 1 < snapshots.length; k++) {
    const warmer: Warmer[] = []
    const sigma = request.sigmas[k]!
    const { rows } = request.snapshots[k]!.cloud.points
    let doublings = 0
    let coupled = await coupleInterval(request, k, { sigma, start: startOf(request, k), warmer })
    while (request.widen && lastError(coupled.outcome) > MOST_ERROR && doublings < MOST_DOUBLINGS) {
      const widening = 2 ** ++doublings
      coupled = await coupleInterval(request, k, {
        sigma: sigma.map((s) => s * Math.sqrt(widening)),
        start: startWarmer(warmer, rows, widening)
      })
    }
    const { transitions, ...one } = coupled
    const to = filledBy(one.coupling, transitions, snapshots[k + 1]!, request.watch)
    snapshots[k + 1] = to
    out.push({ ...one, doublings, to })
  }
  return out
}

/** What a cold start went through: potentials g at temperature one, hottest first. */
interface Warmer {
  readonly temperature: number
  readonly to: Float64Array
}

/** Potentials for a kernel `widening` times as wide: of the next hotter temperature. */
function startWarmer(warmer: readonly Warmer[], rows: number, widening: number): Potentials | undefined {
  const next = warmer.filter(({ temperature }) => temperature >= widening).at(-1) ?? warmer[0]
  return next && { from: new Float64Array(rows).fill(Number.NaN), to: next.to.map((g) => g / widening) }
}

/** The largest relative error of a marginal that a coupling ended with. */
export function lastError({ errors }: Outcome<Potentials>): number {
  return errors.at(-1)?.[1] ?? 0
}

async function coupleInterval(
  request: CouplingRequest,
  k: number,
  { sigma, start, warmer }: { sigma: Float64Array; start: Potentials | undefined; warmer?: Warmer[] }
): Promise<Omit<CoupledInterval, 'doublings' | 'to'> & { readonly transitions: GaussianTransitions }> {
  const { snapshots, engine } = request
  const [from, to] = [asLeaving(snapshots[k]!), snapshots[k + 1]!]
  const { transitions, problem } = couplingProblem(request, { sigma, from, to })
  const options = {
    ...request.watch,
    stage: `coupling ${k + 1} of ${snapshots.length - 1}`,
    tolerance: from.cloud.points.rows * to.cloud.points.rows > MANY_PAIRS ? TOLERANCE_OF_MANY : TOLERANCE,
    turns: TURNS,
    onTemperature: (temperature: number, to: Float64Array) => void warmer?.push({ temperature, to }),
    ...(start && { start })
  }
  const outcome =
    engine && transitions.covariances.rows === 1 && !from.spreads && !to.spreads
      ? await scaleOnEngine(whitenedPair(transitions, from, to), engine, options)
      : await scaleRectangular(problem, options)
  return { coupling: { problem, potentials: outcome.state }, outcome, sigma, transitions }
}

/** What an interval's coupling solves: the density of the reference's transitions between its particles. */
export function couplingProblem(
  { problem, theta }: Pick<CouplingRequest, 'problem' | 'theta'>,
  { sigma, from, to }: { readonly sigma: Float64Array; readonly from: FitSnapshot; readonly to: FitSnapshot }
): { readonly transitions: GaussianTransitions; readonly problem: RectangularProblem } {
  const transitions = transitionsWithin(workingReference(problem, theta, sigma), from, to.time)
  const kernel = to.spreads ? partialKernel(transitions, to) : densityKernel(transitions, to.cloud.points)
  return { transitions, problem: { kernel, fromLogWeights: from.cloud.logWeights, toLogWeights: to.cloud.logWeights } }
}

function startOf({ problem, theta, sigmas, thinned, snapshots }: CouplingRequest, k: number): Potentials | undefined {
  const potentials = thinned?.potentials[k]
  if (!thinned || !potentials) return undefined
  const few = asLeaving(thinned.snapshots[k]!)
  const to = snapshots[k + 1]!
  const transitions = transitionsOf(workingReference(problem, theta, sigmas[k]!), few.cloud.points, [few.time, to.time])
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
