import { type KernelChoice, widthsFor } from '../kernel/bandwidth.js'
import type { Engine, Pair } from '../kernel/engine.js'
import { type Bridge, pairFrom } from '../law/bridge.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { fillNormal, type Key, keyAtStep, keyFor, permutation } from '../num/random.js'
import type { Standing } from '../table/standing.js'
import { type Balance, balancedTerms } from './balance.js'

/** How a step adds its noise. @source Gottwald, Li, Marzouk, Reich, arXiv 2401.04372. */
export type NoiseKind = 'covariance' | 'split' | 'constant'

export interface StepContext {
  readonly engine: Engine
  readonly noise: NoiseKind
  /** Key of the run; the step number is part of it. */
  readonly key: Key
  /** Of a last step. */
  readonly balance?: Balance | undefined
  /** Of a sweep: where chains stand for one group after the other. */
  readonly standing?: Standing
  /** Which of the chains these are [n]. Default all. */
  readonly chains?: Uint32Array
}

/** Log terms of a step from these chains. */
export async function termsOf(pair: Pair, logTerms: Float64Array, { engine, balance }: StepContext): Promise<Float64Array> {
  return balance ? balancedTerms(pair, logTerms, balance, engine) : logTerms
}

/**
 * One step of all chains X [n, d]:
 * `covariance` X' = m(X) + C(X)^{1/2} ξ; `split` H = X + √(2ερ) ξ, X' = m(H); `constant` X' = m(X) + √(2ερ) ξ.
 * ρ is 1 for the fixed kernel. Cost O(n·M·d).
 */
export async function bridgeStep(bridge: Bridge, states: Matrix, context: StepContext): Promise<Matrix> {
  const { engine, noise } = context
  const points = bridge.training.points
  if (noise === 'covariance') {
    const pair = await pairFrom(bridge, states, engine)
    const draw = await engine.draw(pair, await termsOf(pair, bridge.logTerms, context), points, { key: context.key })
    return addExchanged(draw.mean, draw.noise, draw.effectiveCount, context.key)
  }
  const reference = await referenceNoise(bridge.kernel, states, context)
  const from = noise === 'split' ? sum(states, reference) : states
  const pair = await pairFrom(bridge, from, engine)
  const mean = await engine.mean(pair, await termsOf(pair, bridge.logTerms, context), points)
  return noise === 'split' ? mean : sum(mean, reference)
}

/** √(2ερ(X)) ξ [n, d]: one step of the reference process. */
export async function referenceNoise(kernel: KernelChoice, states: Matrix, { engine, key }: StepContext): Promise<Matrix> {
  const out = matrix(states.rows, states.cols)
  const widths = await widthsFor(kernel, states, engine)
  const stream = keyAtStep(keyFor({ ...key, step: 0 }, 'reference'), key.step)
  for (let i = 0; i < out.rows; i++) {
    const row = out.data.subarray(i * out.cols, (i + 1) * out.cols)
    fillNormal(stream, i, row)
    const size = Math.sqrt(2 * kernel.epsilon * (widths?.[i] ?? 1))
    for (let c = 0; c < row.length; c++) row[c] = row[c]! * size
  }
  return out
}

/**
 * Adds noise that does not vanish at isolated rows, in place. A chain at a row that sees only itself has C(x) = 0 and would repeat that
 * row for ever, which is copying. So its noise is mixed with that of another chain, of covariance C̄ on average over the
 * chains: (1 − λ) C(x) + λ C̄, λ = 1/n_eff², which is 1 at an isolated row and a hundredth where ten rows count.
 * means and noise [n, d], effectiveCount [n].
 */
export function addExchanged(means: Matrix, noise: Matrix, effectiveCount: Float64Array, key: Key): Matrix {
  const { rows, cols, data } = noise
  const order = permutation(keyAtStep(keyFor({ ...key, step: 0 }, 'partners'), key.step), rows)
  for (let place = 0; place < rows; place++) {
    const chain = order[place]!
    const share = 1 / Math.max(1, effectiveCount[chain]! * effectiveCount[chain]!)
    const own = Math.sqrt(1 - share)
    const other = Math.sqrt(share)
    const partner = order[place + 1 < rows ? place + 1 : 0]! * cols
    for (let c = 0, at = chain * cols; c < cols; c++, at++)
      means.data[at] = means.data[at]! + (own * data[at]! + other * data[partner + c]!)
  }
  return means
}

/** a + b. */
export function sum(a: Matrix, b: Matrix): Matrix {
  const out = matrix(a.rows, a.cols)
  for (let i = 0; i < out.data.length; i++) out.data[i] = a.data[i]! + b.data[i]!
  return out
}
