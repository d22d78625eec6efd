import type { Engine } from '../../kernel/engine.js'
import { exp, log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { choleskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../../num/linear-algebra.js'
import { type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { fillNormal, type Key, keyAtStep, keyFor, uniforms } from '../../num/random.js'
import { runSteps, startRows } from '../../sampling/run.js'
import { type Bridge, bridgeStep, pairFrom } from '../../sampling/step.js'
import { checkFinite } from './codecs.js'
import type { LatentContext, LatentModel } from './model.js'
import { type ReducedObservation, type RowObservation, reduceObservation, withResidual } from './observation.js'

export interface PosteriorOptions {
  readonly observation: RowObservation
  readonly count: number
  /** Default 40. */
  readonly steps?: number
}

export interface PosteriorSamples {
  /** Decoded rows [n, D]. */
  readonly rows: Matrix
  readonly latents: Matrix
  /** Share of proposals that were accepted. */
  readonly acceptance: number
  /** Effective number of training rows under the likelihood alone: below about 3 the answer leans on single rows. */
  readonly effectiveRows: number
}

/**
 * Rows given an observation of them. With a linear decoder every step is the bridge's own Gaussian proposal N(m, C) times
 * the likelihood, a Kalman update inside the bridge, and a Metropolis test with Z(x)/Z(x'); with any other decoder a plain
 * covariance step with the test L(x')/L(x). Chains start at training rows drawn by their likelihood.
 *
 * @source mathematics.md, section 7.
 * Cost: O(steps·n·M·K²) linear, O(steps·n·M·K) and a decode a step otherwise.
 * Throws `InputError`: shapes, a model with classes.
 */
export async function sampleLatentPosterior(
  model: LatentModel,
  rows: Matrix,
  options: PosteriorOptions,
  context: LatentContext
): Promise<PosteriorSamples> {
  const { engine, watch } = context
  const { count, steps = 40 } = options
  if (model.groups.length !== 1) {
    throw new InputError({ code: 'posterior-classes', got: 'a model with classes', expected: 'one class', try: 'fitting without labels' })
  }
  const key = keyFor(context.key, 'posterior')
  const bridge = model.groups[0]!.bridge
  const observation = await withResidual(options.observation, model.codec, rows)
  const logLikelihood = async (latents: Matrix) => likelihoodOf(await model.codec.decode(latents), observation)
  const prior = (await logLikelihood(bridge.training.points)).map((value, j) => value + bridge.training.logWeights[j]!)
  const { weights, effectiveRows } = normalised(prior)
  const start = takeRows(bridge.training.points, startRows(weights, count, key))
  const run = { steps, key, watch, stage: 'sampling' }
  const accepted = { count: 0 }
  let latents: Matrix
  if (model.codec.linear) {
    const informed = new InformedChains(bridge, reduceObservation(model.codec.linear, observation), engine)
    const last = await runSteps(await informed.place(start), (state, stepKey) => informed.step(state, stepKey, accepted), run)
    latents = last.points
  } else {
    const first = { points: start, logLikelihood: await logLikelihood(start) }
    const last = await runSteps(first, (state, stepKey) => plainStep(bridge, state, { engine, key: stepKey, logLikelihood, accepted }), run)
    latents = last.points
  }
  return { rows: checkFinite(await model.codec.decode(latents)), latents, acceptance: accepted.count / (count * steps), effectiveRows }
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
  for (const value of logs) {
    const weight = exp(value - largest)
    sum += weight
    squares += weight * weight
  }
  return { weights: logs.map((value) => value - largest - log(sum)), effectiveRows: (sum * sum) / squares }
}

interface PlainState {
  readonly points: Matrix
  readonly logLikelihood: Float64Array
}

interface PlainContext {
  readonly engine: Engine
  readonly key: Key
  readonly logLikelihood: (latents: Matrix) => Promise<Float64Array>
  readonly accepted: { count: number }
}

/** A covariance step with Metropolis ratio L(x')/L(x). */
async function plainStep(bridge: Bridge, state: PlainState, { engine, key, logLikelihood, accepted }: PlainContext): Promise<PlainState> {
  const proposal = await bridgeStep(bridge, state.points, { engine, noise: 'covariance', key })
  const proposed = await logLikelihood(proposal)
  const u = acceptanceUniforms(key, proposal.rows)
  const d = proposal.cols
  const points = matrix(proposal.rows, d, state.points.data.slice())
  const logs = state.logLikelihood.slice()
  for (let i = 0; i < points.rows; i++) {
    if (!(log(u[i]!) < proposed[i]! - logs[i]!)) continue
    points.data.set(proposal.data.subarray(i * d, (i + 1) * d), i * d)
    logs[i] = proposed[i]!
    accepted.count++
  }
  return { points, logLikelihood: logs }
}

const acceptanceUniforms = (key: Key, n: number): Float64Array => uniforms(keyAtStep(keyFor({ ...key, step: 0 }, 'accept'), key.step), n)

/** Chains with what the bridge and the observation say at their places. */
interface InformedState {
  readonly points: Matrix
  readonly mean: Matrix
  /** Packed lower triangles [n, K(K+1)/2]. */
  readonly covariance: Matrix
  /** log N(y'; H'm, H'CH'ᵀ + I), up to a constant [n]. */
  readonly logEvidence: Float64Array
}

/** The bridge's Gaussian proposal times the likelihood, sampled by correcting a prior draw (Matheron's rule). */
class InformedChains {
  constructor(
    private readonly bridge: Bridge,
    private readonly observation: ReducedObservation,
    private readonly engine: Engine
  ) {}

  async place(points: Matrix): Promise<InformedState> {
    const { bridge, engine } = this
    const moments = await engine.moments(await pairFrom(bridge, points, engine), bridge.logTerms, bridge.training.points)
    const logEvidence = new Float64Array(points.rows)
    const update = new KalmanUpdate(this.observation, points.cols)
    for (let i = 0; i < points.rows; i++) {
      update.prepare(moments.mean, moments.covariance, i)
      logEvidence[i] = update.logEvidence
    }
    return { points, mean: moments.mean, covariance: moments.covariance, logEvidence }
  }

  async step(state: InformedState, key: Key, accepted: { count: number }): Promise<InformedState> {
    const { rows: n, cols: k } = state.points
    const proposal = matrix(n, k)
    const update = new KalmanUpdate(this.observation, k)
    const stream = keyAtStep(keyFor({ ...key, step: 0 }, 'informed'), key.step)
    const noise = new Float64Array(k + this.observation.values.length)
    for (let i = 0; i < n; i++) {
      update.prepare(state.mean, state.covariance, i)
      update.draw(fillNormal(stream, i, noise), proposal.data.subarray(i * k, (i + 1) * k))
    }
    const there = await this.place(proposal)
    const u = acceptanceUniforms(key, n)
    const keep = Array.from(u, (value, i) => log(value) < state.logEvidence[i]! - there.logEvidence[i]!)
    accepted.count += keep.filter(Boolean).length
    const choose = (before: Matrix, after: Matrix): Matrix => chooseRows(before, after, keep)
    return {
      points: choose(state.points, there.points),
      mean: choose(state.mean, there.mean),
      covariance: choose(state.covariance, there.covariance),
      logEvidence: state.logEvidence.map((value, i) => (keep[i] ? there.logEvidence[i]! : value))
    }
  }
}

function chooseRows(before: Matrix, after: Matrix, keep: readonly boolean[]): Matrix {
  const out = matrix(before.rows, before.cols, before.data.slice())
  keep.forEach((kept, i) => {
    if (kept) out.data.set(after.data.subarray(i * out.cols, (i + 1) * out.cols), i * out.cols)
  })
  return out
}

/** One chain's Gaussian N(m, C) against y' = H' z + N(0, 1). */
class KalmanUpdate {
  logEvidence = 0
  private readonly mean: Float64Array
  private readonly lower: Float64Array
  /** C H'ᵀ [K, q] */
  private readonly cross: Float64Array
  /** Cholesky factor of H' C H'ᵀ + I [q, q]. */
  private readonly innovation: Float64Array
  private readonly full: Float64Array
  private readonly miss: Float64Array

  constructor(
    private readonly observation: ReducedObservation,
    private readonly k: number
  ) {
    const q = observation.values.length
    this.mean = new Float64Array(k)
    this.lower = new Float64Array(k * k)
    this.full = new Float64Array(k * k)
    this.cross = new Float64Array(k * q)
    this.innovation = new Float64Array(q * q)
    this.miss = new Float64Array(q)
  }

  prepare(mean: Matrix, covariance: Matrix, i: number): void {
    const { k, observation, full, cross, innovation, miss } = this
    const { operator: h, values } = observation
    const q = values.length
    this.mean.set(mean.data.subarray(i * k, (i + 1) * k))
    const packed = covariance.data.subarray(i * covariance.cols, (i + 1) * covariance.cols)
    for (let a = 0, at = 0; a < k; a++) for (let b = 0; b <= a; b++, at++) full[a * k + b] = full[b * k + a] = packed[at]!
    for (let a = 0; a < k; a++) {
      for (let p = 0; p < q; p++) {
        let sum = 0
        for (let b = 0; b < k; b++) sum += full[a * k + b]! * h.data[p * k + b]!
        cross[a * q + p] = sum
      }
    }
    for (let p = 0; p < q; p++) {
      let predicted = 0
      for (let a = 0; a < k; a++) predicted += h.data[p * k + a]! * this.mean[a]!
      miss[p] = values[p]! - predicted
      for (let r = 0; r <= p; r++) {
        let sum = p === r ? 1 : 0
        for (let a = 0; a < k; a++) sum += h.data[p * k + a]! * cross[a * q + r]!
        innovation[p * q + r] = sum
      }
    }
    choleskyInPlace(innovation, q)
    solveLowerInPlace(innovation, q, miss)
    this.logEvidence = 0
    for (let p = 0; p < q; p++) this.logEvidence -= 0.5 * miss[p]! * miss[p]! + log(innovation[p * q + p]!)
  }

  /** A draw of the updated Gaussian from K + q standard normals. */
  draw(noise: Float64Array, out: Float64Array): void {
    const { k, observation, full, lower, cross, innovation } = this
    const { operator: h, values } = observation
    const q = values.length
    let trace = 0
    for (let a = 0; a < k; a++) trace += full[a * k + a]!
    lower.set(full)
    // C has the rank of the few rows that carry it; the ridge only lets the factorisation go through.
    for (let a = 0; a < k; a++) lower[a * k + a] = lower[a * k + a]! + 1e-9 * trace + 1e-30
    choleskyInPlace(lower, k)
    for (let a = 0; a < k; a++) {
      let sum = this.mean[a]!
      for (let b = 0; b <= a; b++) sum += lower[a * k + b]! * noise[b]!
      out[a] = sum
    }
    const correction = new Float64Array(q)
    for (let p = 0; p < q; p++) {
      let sum = values[p]! + noise[k + p]!
      for (let a = 0; a < k; a++) sum -= h.data[p * k + a]! * out[a]!
      correction[p] = sum
    }
    solveLowerInPlace(innovation, q, correction)
    solveLowerTransposedInPlace(innovation, q, correction)
    for (let a = 0; a < k; a++) for (let p = 0; p < q; p++) out[a] = out[a]! + cross[a * q + p]! * correction[p]!
  }
}
