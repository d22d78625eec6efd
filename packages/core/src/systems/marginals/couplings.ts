import type { Coupling } from '../../bridge/coupling.js'
import { driftOver } from '../../bridge/drift.js'
import { transitionsOf } from '../../bridge/reference-transitions.js'
import { densityKernel, type GaussianTransitions, packedLength, precisionsOf } from '../../bridge/transition.js'
import type { Engine, Pair } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import { each } from '../../num/crew.js'
import type { Outcome, Watch } from '../../num/iterate.js'
import { normaliseLogWeights } from '../../num/log-space.js'
import { type Matrix, matrix, takeRows } from '../../num/matrix.js'
import type { Potentials } from '../../scaling/annealed.js'
import { scaleOnEngine } from '../../scaling/on-engine.js'
import { extendPotential, type RectangularProblem, scaleRectangular } from '../../scaling/rectangular.js'
import { blockOrder } from '../../space/blocks.js'
import { cloud } from '../../space/cloud.js'
import { familyTask } from './family-task.js'
import { filledBy, partialKernel, transitionsWithin } from './partly-seen.js'
import { asLeaving, type FitSnapshot, type RoundsProblem, workingReference } from './rounds.js'

/** The largest error of a marginal that a coupling may have, relative to the particle's weight. */
const TOLERANCE = 1e-4
/** The same for snapshots of many particles: the last digit takes most of the turns, and is far below their sampling error. */
const TOLERANCE_OF_MANY = 1e-3
/** And for those that a finer coupling starts from. */
const TOLERANCE_OF_COARSE = 1e-2
const MANY_PAIRS = 1e6
const TURNS = 2000
/** What a coupling takes of them, roughly, times the operations of a pair. */
const USUAL_TURNS = 300
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
 * whitened and an engine does the sums; else own row kernels do, of several intervals at a time where there are threads. Large
 * problems start from the potentials of the fit's particles. Memory O(n·d²).
 */
export async function coupleAll(given: CouplingRequest): Promise<CoupledInterval[]> {
  const { problem, theta, sigmas, widen, thinned, engine, watch } = given
  const snapshots = [...given.snapshots]
  const count = snapshots.length - 1
  const intervalAt = (k: number): Interval => ({
    ...{ family: problem.family, diffusion: problem.diffusion, theta, sigma: sigmas[k]!, widen },
    ...{ from: snapshots[k]!, to: snapshots[k + 1]!, stage: `coupling ${k + 1} of ${count}` },
    ...(thinned?.potentials[k] && { few: { snapshot: thinned.snapshots[k]!, potentials: thinned.potentials[k] } })
  })
  const intervals = Array.from({ length: count }, (_, k) => k)
  if (snapshots.some(({ spreads }) => spreads) || (engine && snapshots.every(({ time }) => driftOver(problem.family.drift, time).linear))) {
    const out: CoupledInterval[] = []
    for (const k of intervals) {
      const { solved, ...one } = withProblem(intervalAt(k), await coupleInterval(intervalAt(k), watch, engine))
      // What is not known of a snapshot is filled by what is known of the one before.
      const to = filledBy(one.coupling, solved.transitions, snapshots[k + 1]!, watch)
      snapshots[k + 1] = to
      out.push({ ...one, to })
    }
    return out
  }
  const all = intervals.map(intervalAt)
  const work = all.reduce((sum, { from, to }) => sum + USUAL_TURNS * from.cloud.points.rows * to.cloud.points.rows, 0)
  const solved = await each(intervalTask, all, { watch, work, stage: 'coupling' })
  return solved.map((one, k) => {
    const { solved: _all, ...rest } = withProblem(all[k]!, one)
    return { ...rest, to: snapshots[k + 1]! }
  })
}

/** What one interval's coupling depends on. */
interface Interval extends Pick<RoundsProblem, 'family' | 'diffusion'> {
  readonly theta: Float64Array
  readonly sigma: Float64Array
  readonly widen: boolean
  readonly from: FitSnapshot
  readonly to: FitSnapshot
  readonly stage: string
  /** Whether it only starts a finer one. */
  readonly coarse?: boolean
  readonly few?: { readonly snapshot: FitSnapshot; readonly potentials: Potentials }
}

/** Pairs from which on a coupling starts from that of a quarter of the particles, and so on down: each turn of all takes seconds. */
const LARGE = 2.5e7
const LEVEL = 4

const isLarge = ({ from, to }: Pick<Interval, 'from' | 'to'>): boolean =>
  !from.spreads && !to.spreads && from.cloud.points.rows * to.cloud.points.rows > LARGE

/** Every fourth particle in k-d order. */
function thinner<S extends FitSnapshot>(snapshot: S): S {
  const { points, logWeights } = snapshot.cloud
  const order = blockOrder(points).filter((_, place) => place % LEVEL === LEVEL >> 1)
  const part = (of: Float64Array) => normaliseLogWeights(Float64Array.from(order, (i) => of[i]!))
  const leaving = snapshot.leaving && part(snapshot.leaving)
  return { ...snapshot, cloud: cloud(takeRows(points, order), part(logWeights)), ...(leaving && { leaving }) }
}

export async function startByLevels(interval: Interval, watch: Watch | undefined): Promise<Potentials> {
  const coarse = { ...interval, from: thinner(interval.from), to: thinner(interval.to), coarse: true }
  const start = isLarge(coarse) ? await startByLevels(coarse, watch) : startOf(coarse)
  const { outcome } = await coupleAt(coarse, { start }, { watch, engine: undefined })
  return startOf({ ...interval, few: { snapshot: coarse.from, potentials: outcome.state } })!
}

/** What is found of it, as plain data. */
interface SolvedInterval {
  readonly outcome: Outcome<Potentials>
  readonly transitions: GaussianTransitions
  readonly sigma: Float64Array
  readonly doublings: number
}

async function coupleInterval(interval: Interval, watch: Watch | undefined, engine?: Engine): Promise<SolvedInterval> {
  const { sigma, widen, from } = interval
  const warmer: Warmer[] = []
  let doublings = 0
  const start = isLarge(interval) && !engine ? await startByLevels(interval, watch) : startOf(interval)
  let coupled = await coupleAt(interval, { start, warmer }, { watch, engine })
  while (widen && lastError(coupled.outcome) > MOST_ERROR && doublings < MOST_DOUBLINGS) {
    const widening = 2 ** ++doublings
    const wider = { ...interval, sigma: sigma.map((s) => s * Math.sqrt(widening)) }
    coupled = await coupleAt(wider, { start: startWarmer(warmer, from.cloud.points.rows, widening) }, { watch, engine })
  }
  return { ...coupled, doublings }
}

export const intervalTask = familyTask('couplings', (interval: Interval, watch) => coupleInterval(interval, watch))

function withProblem({ from, to }: Interval, solved: SolvedInterval) {
  const { outcome, transitions, sigma, doublings } = solved
  const coupling: Coupling = { problem: problemOf(transitions, asLeaving(from), to), potentials: outcome.state }
  return { coupling, outcome, sigma, doublings, solved }
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

async function coupleAt(
  interval: Interval,
  { start, warmer }: { start: Potentials | undefined; warmer?: Warmer[] },
  { watch, engine }: { watch: Watch | undefined; engine: Engine | undefined }
): Promise<Omit<SolvedInterval, 'doublings'>> {
  const { family, diffusion, theta, sigma, to, stage, coarse } = interval
  const from = asLeaving(interval.from)
  const { transitions, problem } = couplingProblem({ problem: { family, diffusion }, theta }, { sigma, from, to })
  const options = {
    ...watch,
    stage,
    tolerance: coarse ? TOLERANCE_OF_COARSE : from.cloud.points.rows * to.cloud.points.rows > MANY_PAIRS ? TOLERANCE_OF_MANY : TOLERANCE,
    turns: TURNS,
    ...((coarse || isLarge(interval)) && { accelerated: Number.POSITIVE_INFINITY }),
    onTemperature: (temperature: number, to: Float64Array) => void warmer?.push({ temperature, to }),
    ...(start && { start })
  }
  const outcome =
    engine && transitions.covariances.rows === 1 && !from.spreads && !to.spreads
      ? await scaleOnEngine(whitenedPair(transitions, from, to), engine, options)
      : await scaleRectangular(problem, options)
  return { outcome, sigma, transitions }
}

/** What an interval's coupling solves: the density of the reference's transitions between its particles. */
export function couplingProblem(
  { problem, theta }: Pick<CouplingRequest, 'problem' | 'theta'>,
  { sigma, from, to }: { readonly sigma: Float64Array; readonly from: FitSnapshot; readonly to: FitSnapshot }
): { readonly transitions: GaussianTransitions; readonly problem: RectangularProblem } {
  const transitions = transitionsWithin(workingReference(problem, theta, sigma), from, to.time)
  return { transitions, problem: problemOf(transitions, from, to) }
}

function problemOf(transitions: GaussianTransitions, from: FitSnapshot, to: FitSnapshot): RectangularProblem {
  const kernel = to.spreads ? partialKernel(transitions, to) : densityKernel(transitions, to.cloud.points)
  return { kernel, fromLogWeights: from.cloud.logWeights, toLogWeights: to.cloud.logWeights }
}

function startOf({ family, diffusion, theta, sigma, few, from, to }: Interval): Potentials | undefined {
  if (!few) return undefined
  const { time, cloud: points } = asLeaving(few.snapshot)
  const transitions = transitionsOf(workingReference({ family, diffusion }, theta, sigma), points.points, [time, to.time])
  const kernel = densityKernel(transitions, to.cloud.points)
  const unset = new Float64Array(from.cloud.points.rows).fill(Number.NaN)
  const problem = { kernel, fromLogWeights: points.logWeights, toLogWeights: to.cloud.logWeights }
  return { from: unset, to: extendPotential(problem, few.potentials.from) }
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
