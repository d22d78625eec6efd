import type { Engine } from '../../kernel/engine.js'
import { exp, log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { type Matrix, matrix, stackRows, takeRows } from '../../num/matrix.js'
import { type Key, keyAtStep, keyFor } from '../../num/random.js'
import { type Batch, inBatches } from '../../sampling/batches.js'
import { runSteps, startRows } from '../../sampling/run.js'
import { type Bridge, bridgeStep, pairFrom } from '../../sampling/step.js'
import { USUAL_STEPS } from '../../sampling/steps.js'
import type { Codec } from '../../spectral/codec.js'
import { checkFinite } from './codecs.js'
import { acceptanceUniforms, InformedChains } from './informed-chains.js'
import type { LatentContext, LatentModel } from './model.js'
import { codecResidual, type ReducedObservation, type RowObservation, reduceObservation, withResidual } from './observation.js'

/** A likelihood of rows besides a Gaussian observation. */
export interface RowLikelihood {
  /** log L of decoded rows [n, D], whose categories are those of the training rows `members` [n]. */
  logLikelihood(rows: Matrix, members: Uint32Array): Float64Array
}

export interface PosteriorOptions {
  readonly observation?: RowObservation
  readonly likelihood?: RowLikelihood
  readonly count: number
  /** Default 40. */
  readonly steps?: number
}

export interface PosteriorSamples {
  /** Decoded rows [n, D]. */
  readonly rows: Matrix
  readonly latents: Matrix
  /** A training row of the bridge for each draw, drawn from the weights there: whose categories the draw has [n]. */
  readonly members: Uint32Array
  /** Steps of every chain. */
  readonly steps: number
  /** Share of proposals that were accepted. */
  readonly acceptance: number
  /**
   * Effective number of training rows under the likelihood alone, each spread by the kernel where the decoder is linear:
   * below about 3 the answer leans on single rows.
   */
  readonly effectiveRows: number
}

/** A codec, and a bridge over training rows in its coordinates. */
export interface LatentBridge {
  readonly codec: Codec
  readonly bridge: Bridge
  /** What the codec cannot reproduce: mean squared error of each column on training rows [D]. */
  readonly residual: Float64Array
}

/** `sampleLatentBridgePosterior` for a model without classes and its training rows [M, D]. Throws `InputError`: shapes, a model with classes. */
export async function sampleLatentPosterior(
  model: LatentModel,
  rows: Matrix,
  options: PosteriorOptions,
  context: LatentContext
): Promise<PosteriorSamples> {
  if (model.groups.length !== 1) {
    throw new InputError({ code: 'posterior-classes', got: 'a model with classes', expected: 'one class', try: 'fitting without labels' })
  }
  const residual = await codecResidual(model.codec, rows)
  return sampleLatentBridgePosterior({ codec: model.codec, bridge: model.groups[0]!.bridge, residual }, options, context)
}

/**
 * Rows given an observation of them. With a linear decoder and a Gaussian observation every step is the bridge's own
 * Gaussian proposal N(m, C) times the likelihood, a Kalman update inside the bridge, and a Metropolis test with Z(x)/Z(x');
 * otherwise a plain covariance step with the test L(x')/L(x). Chains start at training rows drawn by how well they agree.
 *
 * @source mathematics.md, section 7.
 * Cost: O(steps·n·M·K²) linear, O(steps·n·M·K) and a decode a step otherwise.
 * Throws `InputError`: shapes, an observation that no training row allows.
 */
export async function sampleLatentBridgePosterior(
  { codec, bridge, residual }: LatentBridge,
  options: PosteriorOptions,
  context: LatentContext
): Promise<PosteriorSamples> {
  const { engine, watch } = context
  const { count, steps = USUAL_STEPS.decoded, likelihood } = options
  const key = keyFor(context.key, 'posterior')
  const observation = options.observation && withResidual(options.observation, residual)
  const logLikelihood = async (latents: Matrix, members: Uint32Array): Promise<Float64Array> => {
    const rows = checkFinite(await codec.decode(latents))
    const gaussian = observation ? likelihoodOf(rows, observation) : new Float64Array(rows.rows)
    const other = likelihood?.logLikelihood(rows, members)
    return other ? gaussian.map((value, i) => value + other[i]!) : gaussian
  }
  const { points, logWeights } = bridge.training
  const all = Uint32Array.from({ length: points.rows }, (_, j) => j)
  const reduced = codec.linear && observation && !likelihood ? reduceObservation(codec.linear, observation) : undefined
  const support = reduced ? smoothedEvidence(points, reduced, bridge.kernel.epsilon) : await logLikelihood(points, all)
  const { weights, effectiveRows } = normalised(support.map((value, j) => value + logWeights[j]!))
  const accepted = { count: 0 }
  const draw = async (batch: Batch): Promise<Pick<PosteriorSamples, 'latents' | 'members'>> => {
    const members = startRows(weights, batch.count, batch.key)
    const run = { steps, key: batch.key, watch: batch.watch, stage: 'sampling' }
    const start = takeRows(points, members)
    if (reduced) {
      const informed = new InformedChains(bridge, reduced, engine)
      const first = await informed.enter(start, batch.key)
      const { points: latents } = await runSteps(first, (state, own) => informed.step(state, own, accepted), run)
      const pair = await pairFrom(bridge, latents, engine)
      return { latents, members: await engine.pick(pair, bridge.logTerms, { key: keyFor(batch.key, 'members') }) }
    }
    const first = { points: start, members, logLikelihood: await logLikelihood(start, members) }
    const last = await runSteps(first, (state, own) => plainStep(bridge, state, { engine, key: own, logLikelihood, accepted }), run)
    return { latents: last.points, members: last.members }
  }
  const drawn = await inBatches({ count, key, watch }, draw)
  const latents = stackRows(drawn.map((part) => part.latents))
  return {
    rows: checkFinite(await codec.decode(latents)),
    latents,
    members: Uint32Array.from(drawn.flatMap(({ members }) => [...members])),
    steps,
    acceptance: accepted.count / (count * steps),
    effectiveRows
  }
}

/**
 * log N(y'; H'z_j, I + 2ε H'H'ᵀ) up to a constant: how well each training row, spread by the kernel, explains what is known
 * [M]. The rows of H' are orthogonal, so that the covariance is diagonal.
 */
function smoothedEvidence(points: Matrix, { operator, values }: ReducedObservation, epsilon: number): Float64Array {
  const k = points.cols
  const out = new Float64Array(points.rows)
  values.forEach((value, q) => {
    const h = operator.data.subarray(q * k, (q + 1) * k)
    const variance = 1 + 2 * epsilon * h.reduce((sum, x) => sum + x * x, 0)
    for (let j = 0; j < points.rows; j++) {
      let miss = value
      for (let a = 0; a < k; a++) miss -= h[a]! * points.data[j * k + a]!
      out[j] = out[j]! - (0.5 * miss * miss) / variance
    }
  })
  return out
}

/** log N(y; H x, R) up to a constant, for rows x [n]. */
function likelihoodOf(rows: Matrix, { operator, values, variances }: RowObservation): Float64Array {
  const out = new Float64Array(rows.rows)
  for (let p = 0; p < operator.rows; p++) {
    const h = operator.data.subarray(p * operator.cols, (p + 1) * operator.cols)
    const used = Array.from(h.keys()).filter((c) => h[c] !== 0)
    for (let i = 0; i < rows.rows; i++) {
      let miss = values[p]!
      for (const c of used) miss -= h[c]! * rows.data[i * rows.cols + c]!
      out[i] = out[i]! - (0.5 * miss * miss) / variances[p]!
    }
  }
  return out
}

function normalised(logs: Float64Array): { weights: Float64Array; effectiveRows: number } {
  const largest = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  let sum = 0
  let squares = 0
  if (!(largest > Number.NEGATIVE_INFINITY)) {
    throw new InputError({
      code: 'condition-impossible',
      got: 'a condition or likelihood under which no training row is possible',
      expected: 'one that some rows allow',
      try: 'a wider interval or more noise'
    })
  }
  for (const value of logs) {
    const weight = exp(value - largest)
    sum += weight
    squares += weight * weight
  }
  return { weights: logs.map((value) => value - largest - log(sum)), effectiveRows: (sum * sum) / squares }
}

interface PlainState {
  readonly points: Matrix
  readonly members: Uint32Array
  readonly logLikelihood: Float64Array
}

interface PlainContext {
  readonly engine: Engine
  readonly key: Key
  readonly logLikelihood: (latents: Matrix, members: Uint32Array) => Promise<Float64Array>
  readonly accepted: { count: number }
}

/** A covariance step with Metropolis ratio L(x')/L(x); the categories are those of a row drawn from the same weights. */
async function plainStep(bridge: Bridge, state: PlainState, { engine, key, logLikelihood, accepted }: PlainContext): Promise<PlainState> {
  const proposal = await bridgeStep(bridge, state.points, { engine, noise: 'covariance', key })
  const pair = await pairFrom(bridge, state.points, engine)
  const picked = await engine.pick(pair, bridge.logTerms, { key: keyAtStep(keyFor({ ...key, step: 0 }, 'members'), key.step) })
  const proposed = await logLikelihood(proposal, picked)
  const u = acceptanceUniforms(key, proposal.rows)
  const d = proposal.cols
  const points = matrix(proposal.rows, d, state.points.data.slice())
  const logs = state.logLikelihood.slice()
  const members = state.members.slice()
  for (let i = 0; i < points.rows; i++) {
    if (!(log(u[i]!) < proposed[i]! - logs[i]!)) continue
    points.data.set(proposal.data.subarray(i * d, (i + 1) * d), i * d)
    logs[i] = proposed[i]!
    members[i] = picked[i]!
    accepted.count++
  }
  return { points, members, logLikelihood: logs }
}
