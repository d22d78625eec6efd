import type { Engine } from '../../kernel/engine.js'
import { log } from '../../num/elementary.js'
import {
  definiteCholeskyInPlace,
  regularCholeskyInPlace,
  solveLowerInPlace,
  solveLowerTransposedInPlace
} from '../../num/linear-algebra.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { fillNormal, type Key, keyAtStep, keyFor, uniforms } from '../../num/random.js'
import { type Bridge, pairFrom } from '../../sampling/step.js'
import type { ReducedObservation } from './observation.js'

/** Chains with what the bridge and the observation say at their places. */
export interface InformedState {
  readonly points: Matrix
  readonly mean: Matrix
  /** Packed lower triangles [n, K(K+1)/2]. */
  readonly covariance: Matrix
  /** log N(y'; H'm, H'CH'ᵀ + I), up to a constant [n]. */
  readonly logEvidence: Float64Array
}

/** The bridge's Gaussian proposal times the likelihood, sampled by correcting a prior draw (Matheron's rule). */
export class InformedChains {
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

  /** Chains after a first step from training rows that need not agree with what is known: it is always taken. */
  async enter(rows: Matrix, key: Key): Promise<InformedState> {
    return this.place(this.propose(await this.place(rows), keyFor(key, 'enter')))
  }

  /** Proposals, drawn from the bridge's Gaussian at each chain times the likelihood [n, K]. */
  private propose(state: InformedState, key: Key): Matrix {
    const { rows: n, cols: k } = state.points
    const proposal = matrix(n, k)
    const update = new KalmanUpdate(this.observation, k)
    const stream = keyAtStep(keyFor({ ...key, step: 0 }, 'informed'), key.step)
    const noise = new Float64Array(k + this.observation.values.length)
    for (let i = 0; i < n; i++) {
      update.prepare(state.mean, state.covariance, i)
      update.draw(fillNormal(stream, i, noise), proposal.data.subarray(i * k, (i + 1) * k))
    }
    return proposal
  }

  async step(state: InformedState, key: Key, accepted: { count: number }): Promise<InformedState> {
    const proposal = this.propose(state, key)
    const n = proposal.rows
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

/** Uniform numbers of the Metropolis tests of a step [n]. */
export const acceptanceUniforms = (key: Key, n: number): Float64Array =>
  uniforms(keyAtStep(keyFor({ ...key, step: 0 }, 'accept'), key.step), n)

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
  private readonly scratch: Float64Array

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
    this.scratch = new Float64Array(k * k)
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
    definiteCholeskyInPlace(innovation, q)
    solveLowerInPlace(innovation, q, miss)
    this.logEvidence = 0
    for (let p = 0; p < q; p++) this.logEvidence -= 0.5 * miss[p]! * miss[p]! + log(innovation[p * q + p]!)
  }

  /** A draw of the updated Gaussian from K + q standard normals. */
  draw(noise: Float64Array, out: Float64Array): void {
    const { k, observation, full, lower, cross, innovation } = this
    const { operator: h, values } = observation
    const q = values.length
    lower.set(full)
    // C has the rank of the few rows that carry it.
    regularCholeskyInPlace(lower, k, this.scratch)
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
