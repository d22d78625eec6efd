import type { Engine, Pair } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import type { Ending, Watch } from '../num/iterate.js'
import { normaliseLogWeights } from '../num/log-space.js'
import { type Matrix, takeRows } from '../num/matrix.js'
import type { Potentials } from '../scaling/annealed.js'
import { scaleOnEngine } from '../scaling/on-engine.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import { blockOrder } from '../space/blocks.js'
import { type Cloud, cloud } from '../space/cloud.js'

/**
 * The Schrödinger bridge of Brownian motion between two clouds: the coupling P_ij = a_i b_j exp(f_i + g_j − ‖x_i − y_j‖²/(4ε))
 * of x_i to y_j, and what the source says of itself at the same ε. Plain data.
 */
export interface SchrodingerBridge {
  /** x [n, d], weights a. */
  readonly from: Cloud
  /** y [m, d], weights b. */
  readonly to: Cloud
  readonly epsilon: number
  /** f [n] and g [m]. */
  readonly potentials: Potentials
  /** log v of the source alone [n]: v_i Σ_j a_j k(x_i, x_j) v_j = 1. */
  readonly own: Float64Array
}

/** How the scalings of a bridge ended. */
interface BridgeReport {
  readonly ending: Ending
  readonly turns: number
  /** Largest relative error of a row's mass. */
  readonly error: number
}

interface BridgeProblem {
  readonly from: Cloud
  readonly to: Cloud
  readonly epsilon: number
  readonly engine: Engine
  /** Converged when no row's mass is wrong by more than this share. Default 1e-8; 1e-4 above 4,000 rows in either cloud. */
  readonly tolerance?: number | undefined
  readonly watch?: Watch | undefined
}

/** A map that fixes rows to 1e-6 needs masses two digits better. */
const TOLERANCE = 1e-8
/** From this size on a side starts from the solution for some of its points, and masses are right to a hundredth of the noise of so many rows. */
const MANY = 4000
const TOLERANCE_OF_MANY = 1e-4

const isLarge = (from: Cloud, to: Cloud): boolean => Math.max(from.points.rows, to.points.rows) > MANY

/** How exact the masses of a bridge are unless somebody says otherwise. */
export const toleranceFor = (from: Cloud, to: Cloud): number => (isLarge(from, to) ? TOLERANCE_OF_MANY : TOLERANCE)

/**
 * Solves a bridge: rectangular scaling of both clouds, symmetric scaling of the first.
 * Cost two `logSum` over n·m pairs a turn, tens of turns, and about 20 over n²; memory O(n + m).
 * Throws `InputError` for clouds without points or of other dimensions, and an ε that is not positive.
 * @source Schrödinger 1932; Léonard 2014 (arXiv 1308.0215); mathematics, section 17.
 */
export async function schrodingerBridge({
  from,
  to,
  epsilon,
  engine,
  tolerance = toleranceFor(from, to),
  watch
}: BridgeProblem): Promise<{ readonly bridge: SchrodingerBridge; readonly report: BridgeReport }> {
  const pair: Pair = { from, to, kernel: gaussianKernel(epsilon) }
  const start = await startFromSubsample(pair, engine, watch)
  const { state, ending, turns, errors } = await scaleOnEngine(pair, engine, { tolerance, ...watch, ...(start && { start }) })
  const own = await symmetricScaling({ cloud: from, kernel: pair.kernel, engine, tolerance, watch })
  const worst = ending === 'converged' ? own.ending : ending
  const error = Math.max(errors.at(-1)?.[1] ?? 0, own.errors.at(-1)?.[1] ?? 0)
  return { bridge: { from, to, epsilon, potentials: state, own: own.potentials }, report: { ending: worst, turns, error } }
}

/** So many of each. */
const SOME = 2000
/** That is nearer to the whole solution than the points are. */
const ROUGH = 1e-3

/** Potentials of the whole from those of some points of either side, by one half turn each; undefined where both are small. */
async function startFromSubsample(pair: Pair, engine: Engine, watch: Watch | undefined): Promise<Potentials | undefined> {
  const { from, to, kernel } = pair
  if (!isLarge(from, to)) return undefined
  const [some, others] = [evenPart(from), evenPart(to)]
  const part = await scaleOnEngine({ from: some, to: others, kernel }, engine, { tolerance: ROUGH, ...watch })
  const g = await engine.logSum({ from: to, to: some, kernel }, plus(part.state.from, some.logWeights))
  return { from: new Float64Array(from.points.rows).fill(Number.NaN), to: g.map((x) => -x) }
}

/** At most `count` points of a cloud, evenly along its k-d order, of equal weight in all but what they had. */
export function evenPart(whole: Cloud, count = SOME): Cloud {
  const { points, logWeights } = whole
  if (points.rows <= count) return whole
  const order = blockOrder(points)
  const chosen = Uint32Array.from({ length: count }, (_, k) => order[Math.floor(((k + 0.5) * points.rows) / count)]!)
  const taken = Float64Array.from(chosen, (i) => logWeights[i]!)
  return cloud(takeRows(points, chosen), normaliseLogWeights(taken))
}

/** log p_j(x) up to a constant, of the partners of points: what `engine` adds to the kernel. */
export const towards = ({ potentials, to }: SchrodingerBridge): Float64Array => plus(potentials.to, to.logWeights)

/** The same of the source's own rows. */
export const within = ({ own, from }: SchrodingerBridge): Float64Array => plus(own, from.logWeights)

/** The pair of points and the cloud that they are compared with. */
export const pairTo = (points: Matrix, side: Cloud, epsilon: number): Pair => ({
  from: cloud(points),
  to: side,
  kernel: gaussianKernel(epsilon)
})

export const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, i) => x + b[i]!)
