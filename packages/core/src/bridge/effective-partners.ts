import type { Engine, Pair } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp, log } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { median } from '../num/statistics.js'
import type { Potentials } from '../scaling/annealed.js'
import { scaleOnEngine } from '../scaling/on-engine.js'
import type { Cloud } from '../space/cloud.js'
import { plus } from './schrodinger.js'

/** An ε, and how many partners a row has there. */
export interface PartnerCount {
  readonly epsilon: number
  /** Median over rows of 1/Σ_j p_j². */
  readonly count: number
}

interface PartnerProblem {
  readonly from: Cloud
  readonly to: Cloud
  readonly engine: Engine
  readonly watch?: Watch | undefined
}

/** Partners are counted to a few percent: so good must the potentials be. */
const TOLERANCE = 1e-3
/** Turns at an ε: where these do not do, ε is too small for this many rows. */
const TURNS = 200
/** Halvings of ε at most. */
const STEPS = 60

/**
 * Effective numbers of partners at ε = 2s, s, s/2, … until there are at most `least`, s the mean squared distance from the common
 * mean: from nearly all to few. Cost a rectangular scaling an ε, each from the one before.
 */
export async function partnerCurve(problem: PartnerProblem, least: number): Promise<readonly PartnerCount[]> {
  const curve: PartnerCount[] = []
  let epsilon = 2 * spreadOf(problem.from, problem.to)
  let start: Potentials | undefined
  for (let step = 0; step < STEPS; step++, epsilon /= 2) {
    throwIfStopped(problem.watch, 'bandwidth')
    const { potentials, count } = await countAt(problem, epsilon, start)
    curve.push({ epsilon, count })
    if (count <= least) break
    start = { from: potentials.from, to: potentials.to.map((g) => 2 * g) }
  }
  return curve
}

/** The ε of a curve at which there are so many partners: counts follow a power of ε between its points. */
export function epsilonAt(curve: readonly PartnerCount[], count: number): number {
  const place = Math.max(
    1,
    curve.findIndex((point) => point.count <= count)
  )
  const [above, below] = [curve[place - 1]!, curve[place] ?? curve[place - 1]!]
  const share = (log(above.count) - log(count)) / (log(above.count) - log(below.count))
  return exp(
    log(above.epsilon) + (Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0) * (log(below.epsilon) - log(above.epsilon))
  )
}

/** Effective number of partners at an ε, with the potentials: 1/Σp² = exp(2 LSE(l) − LSE(2l)), l = log k + g + b. */
async function countAt(
  { from, to, engine, watch }: PartnerProblem,
  epsilon: number,
  start: Potentials | undefined
): Promise<{ readonly count: number; readonly potentials: Potentials }> {
  const pair: Pair = { from, to, kernel: gaussianKernel(epsilon) }
  const { state } = await scaleOnEngine(pair, engine, { tolerance: TOLERANCE, turns: TURNS, stop: watch?.stop, ...(start && { start }) })
  const terms = plus(state.to, to.logWeights)
  const once = await engine.logSum(pair, terms)
  const twice = await engine.logSum(
    { ...pair, kernel: gaussianKernel(epsilon / 2) },
    terms.map((t) => 2 * t)
  )
  return { count: median(once.map((x, i) => exp(2 * x - twice[i]!))), potentials: state }
}

/** Mean squared distance of both clouds' points from their common mean. */
function spreadOf(from: Cloud, to: Cloud): number {
  const sides = [from.points, to.points]
  const count = from.points.rows + to.points.rows
  let spread = 0
  for (let c = 0; c < from.points.cols; c++) {
    let [sum, squares] = [0, 0]
    for (const { data, rows, cols } of sides)
      for (let i = 0; i < rows; i++) {
        sum += data[i * cols + c]!
        squares += data[i * cols + c]! ** 2
      }
    spread += squares / count - (sum / count) ** 2
  }
  return spread > 0 ? spread : 1
}
