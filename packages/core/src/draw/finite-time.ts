import type { Context } from '../kernel/context.js'
import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp, log } from '../num/elementary.js'
import type { Watch } from '../num/iterate.js'
import { uniformLogWeights } from '../num/log-space.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { fillNormal, type Key, keyAtStep, keyFor } from '../num/random.js'
import { scaleOnEngine } from '../scaling/on-engine.js'
import { type Cloud, cloud } from '../space/cloud.js'
import { runSteps, startRows } from './run.js'
import { USUAL_STEPS } from './steps.js'

export interface FiniteTimeOptions extends Context {
  /** The samples that the bridge ends at, with weights [M, K]. */
  readonly target: Cloud
  /** Bandwidth at which the bridge ends: it stops at noise variance 2ε and takes the sampler's own last step. */
  readonly epsilon: number
  /** Standard deviation σ of the reference dX = σ dW on [0, 1], in units of the coordinates. Default: σ² = max(1, 8ε). */
  readonly sigma?: number
  /** `convolved`: target rows plus N(0, σ²). `gaussian`: N(mean, variance of the target), joined by a Sinkhorn solution. */
  readonly start?: 'gaussian' | 'convolved'
  /** Time steps. Default 20. */
  readonly steps?: number
  /**
   * `euler`: Euler–Maruyama. `covariance`: the same drift, noise with the exact conditional covariance of a step, of which
   * fewer are needed. Default `covariance`.
   */
  readonly scheme?: 'euler' | 'covariance'
  /** As `targetTerms` finds them, for several draws of one bridge. */
  readonly logTerms?: Float64Array | undefined
  readonly count: number
}

/**
 * Draws from the Schrödinger bridge on [0, 1] with reference σW from a Gaussian (or the Gaussian-convolved samples) to the
 * samples. The drift is closed: b(x, t) = (m(x, t) − x)/(1 − t), with m the softmax average of the samples y_j under
 * weights w_j e^{g_j} exp(−‖x − y_j‖²/(2σ²(1 − t))); g = 0 for the convolved start, and for the Gaussian one the
 * potential of the entropic coupling between it and the samples.
 *
 * The exact bridge ends in the samples themselves: it would copy them. So it runs to 1 − t = 2ε/σ² and ends with
 * X' = m(X) + C(X)^{1/2} ξ, the step of the Langevin sampler at ε, which keeps mean and covariance.
 *
 * @source mathematics: Jiao, Kang, Lin, Liu, Zuo, arXiv 2404.13309; Wang et al., *Deep generative learning via
 * Schrödinger bridge*, ICML 2021 (convolved start); Pooladian and Niles-Weed, arXiv 2408.11686 (entropic potentials).
 * Cost: O(steps·count·M·K), the Gaussian start up to 400 `logSum` of 2,000 × M more.
 */
export async function sampleFiniteTime(options: FiniteTimeOptions): Promise<Matrix> {
  const { target, engine, epsilon, steps = USUAL_STEPS.rows, scheme = 'covariance', count, key, watch } = options
  const sigma = sigmaOf(options)
  const logTerms = options.logTerms ?? (await targetTerms(options))
  const start = options.start === 'gaussian' ? gaussianStart(target, count, key) : convolvedStart(target, { sigma, count, key })
  const grid = remainingTimes(steps, (2 * epsilon) / (sigma * sigma))
  let turn = 0
  return runSteps(
    start,
    async (state, stepKey) => {
      const from = grid[turn]!
      const to = grid[++turn] ?? 0
      return bridgeTimeStep(state, { from, to, sigma, scheme, logTerms, target, engine, key: stepKey })
    },
    { steps: grid.length, key, watch, stage: 'sampling' }
  )
}

const sigmaOf = ({ sigma, epsilon }: Pick<FiniteTimeOptions, 'sigma' | 'epsilon'>): number => sigma ?? Math.sqrt(Math.max(1, 8 * epsilon))

/** log(w_j e^{g_j}) of the samples [M]: their weights, and for the Gaussian start the potential of the coupling. Cost of its solution. */
export async function targetTerms(options: Omit<FiniteTimeOptions, 'count'>): Promise<Float64Array> {
  const { target, engine, key, watch } = options
  if (options.start !== 'gaussian') return target.logWeights
  const potentials = await gaussianPotentials(target, { sigma: sigmaOf(options), engine, key: keyFor(key, 'coupling'), watch })
  return target.logWeights.map((a, j) => a + potentials[j]!)
}

/** 1 − t at the start of every step: from 1 geometrically down to the last, which goes to 0 in one step. [steps] */
function remainingTimes(steps: number, last: number): number[] {
  if (steps === 1 || last >= 1) return [Math.min(1, Math.max(last, steps === 1 ? 1 : last))]
  const rate = log(last) / (steps - 1)
  return Array.from({ length: steps }, (_, k) => (k === steps - 1 ? last : exp(rate * k)))
}

interface TimeStep {
  /** 1 − t before and after. */
  readonly from: number
  readonly to: number
  readonly sigma: number
  readonly scheme: 'euler' | 'covariance'
  readonly logTerms: Float64Array
  readonly target: Cloud
  readonly engine: Engine
  readonly key: Key
}

/**
 * With κ = Δ/(1 − t): X' = (1 − κ) X + κ m + noise, of variance σ²Δ (Euler), or exactly σ²Δ(1 − κ) + κ² C (covariance),
 * C the covariance of the end point given X. κ = 1, the last step, is X' = m + C^{1/2} ξ in both.
 */
async function bridgeTimeStep(state: Matrix, step: TimeStep): Promise<Matrix> {
  const { from, to, sigma, target, engine, key } = step
  const share = (from - to) / from
  const pair = { from: cloud(state), to: target, kernel: gaussianKernel(0.5 * sigma * sigma * from) }
  const draws = step.scheme === 'covariance' || share === 1
  const drawn = draws ? await engine.draw(pair, step.logTerms, target.points, { key }) : undefined
  const mean = drawn?.mean ?? (await engine.mean(pair, step.logTerms, target.points))
  const size = sigma * Math.sqrt((from - to) * (draws ? 1 - share : 1))
  const noise = standardNormals(state.rows, state.cols, keyAtStep(keyFor({ ...key, step: 0 }, 'reference'), key.step))
  const out = matrix(state.rows, state.cols)
  for (let at = 0; at < out.data.length; at++) {
    const end = mean.data[at]! + (drawn ? drawn.noise.data[at]! : 0)
    out.data[at] = (1 - share) * state.data[at]! + share * end + size * noise.data[at]!
  }
  return out
}

function standardNormals(n: number, d: number, key: Key): Matrix {
  const out = matrix(n, d)
  for (let i = 0; i < n; i++) fillNormal(key, i, out.data.subarray(i * d, (i + 1) * d))
  return out
}

function convolvedStart(target: Cloud, { sigma, count, key }: { sigma: number; count: number; key: Key }): Matrix {
  const noise = standardNormals(count, target.points.cols, keyFor(key, 'start'))
  const rows = takeRows(target.points, startRows(target.logWeights, count, key))
  return matrix(
    count,
    rows.cols,
    rows.data.map((x, at) => x + sigma * noise.data[at]!)
  )
}

/** N(mean, diagonal variance) of the target. */
function gaussianStart(target: Cloud, count: number, key: Key): Matrix {
  const { mean, deviation } = moments(target)
  const noise = standardNormals(count, target.points.cols, keyFor(key, 'start'))
  return matrix(
    count,
    noise.cols,
    noise.data.map((x, at) => mean[at % noise.cols]! + deviation[at % noise.cols]! * x)
  )
}

function moments({ points, logWeights }: Cloud): { mean: Float64Array; deviation: Float64Array } {
  const d = points.cols
  const mean = new Float64Array(d)
  const squares = new Float64Array(d)
  for (let i = 0; i < points.rows; i++) {
    const weight = exp(logWeights[i]!)
    for (let c = 0; c < d; c++) mean[c] = mean[c]! + weight * points.data[i * d + c]!
  }
  for (let i = 0; i < points.rows; i++) {
    const weight = exp(logWeights[i]!)
    for (let c = 0; c < d; c++) squares[c] = squares[c]! + weight * (points.data[i * d + c]! - mean[c]!) ** 2
  }
  return { mean, deviation: squares.map(Math.sqrt) }
}

/** Draws of the Gaussian that stand for it in the coupling: from the first number to the second, four a sample. */
const COUPLING_ROWS = [500, 2000] as const

/** g [M] of the entropic coupling between the Gaussian (2,000 draws of it) and the samples at ε = σ²/2. */
async function gaussianPotentials(
  target: Cloud,
  { sigma, engine, key, watch }: { sigma: number; engine: Engine; key: Key; watch: Watch | undefined }
): Promise<Float64Array> {
  const count = Math.min(COUPLING_ROWS[1], Math.max(COUPLING_ROWS[0], 4 * target.points.rows))
  const start = cloud(gaussianStart(target, count, key), uniformLogWeights(count))
  const pair = { from: start, to: target, kernel: gaussianKernel(0.5 * sigma * sigma) }
  const { state } = await scaleOnEngine(pair, engine, { tolerance: 1e-3, turns: 200, ...watch })
  return state.to
}
