import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, matrix } from '../num/matrix.js'
import type { Potentials, RectangularProblem } from '../scaling/rectangular.js'
import { packedLength } from './transition.js'

/** A solved coupling between two snapshots: rows π(·|i) are made when they are asked for. */
export interface Coupling {
  readonly problem: RectangularProblem
  readonly potentials: Potentials
}

/** π(·|i) [m] written to `out`. Cost O(m). */
export function conditionalWeights({ problem, potentials }: Coupling, i: number, out: Float64Array): void {
  problem.kernel.fillRow(i, out)
  let largest = Number.NEGATIVE_INFINITY
  for (let j = 0; j < out.length; j++) {
    out[j] = out[j]! + potentials.to[j]! + problem.toLogWeights[j]!
    if (out[j]! > largest) largest = out[j]!
  }
  let sum = 0
  for (let j = 0; j < out.length; j++) {
    out[j] = exp(out[j]! - largest)
    sum += out[j]!
  }
  for (let j = 0; j < out.length; j++) out[j] = out[j]! / sum
}

export interface ConditionalMoments {
  /** Σ_j π(j|i) y_j [n, d] */
  readonly means: Matrix
  /** Packed covariance of y under π(·|i) [n, d(d+1)/2] */
  readonly covariances: Matrix
}

/** Conditional means and covariances of the later points given each earlier one. Cost O(n·m·d²), memory O(n·d²). */
export function conditionalMoments(coupling: Coupling, targets: Matrix, watch?: Watch): ConditionalMoments {
  const n = coupling.problem.kernel.rows
  const d = targets.cols
  const weights = new Float64Array(targets.rows)
  const means = matrix(n, d)
  const covariances = matrix(n, packedLength(d))
  const mean = new Float64Array(d)
  const packed = new Float64Array(packedLength(d))
  const { data } = targets
  for (let i = 0; i < n; i++) {
    if ((i & 255) === 0) throwIfStopped(watch, 'coupling')
    conditionalWeights(coupling, i, weights)
    mean.fill(0)
    for (let j = 0; j < weights.length; j++) {
      const w = weights[j]!
      if (w > 0) for (let a = 0; a < d; a++) mean[a] = mean[a]! + w * data[j * d + a]!
    }
    packed.fill(0)
    for (let j = 0; j < weights.length; j++) {
      const w = weights[j]!
      if (w === 0) continue
      for (let a = 0, k = 0; a < d; a++) {
        const scaled = w * (data[j * d + a]! - mean[a]!)
        for (let b = 0; b <= a; b++, k++) packed[k] = packed[k]! + scaled * (data[j * d + b]! - mean[b]!)
      }
    }
    means.data.set(mean, i * d)
    covariances.data.set(packed, i * packed.length)
  }
  return { means, covariances }
}

/** For each source an index drawn from π(·|source) by one uniform [sources.length]. Cost O(m) a source. */
export function drawPartners(coupling: Coupling, sources: ArrayLike<number>, uniforms: Float64Array, watch?: Watch): Uint32Array {
  const weights = new Float64Array(coupling.problem.kernel.cols)
  const out = new Uint32Array(sources.length)
  for (let k = 0; k < sources.length; k++) {
    if ((k & 255) === 0) throwIfStopped(watch, 'paths')
    conditionalWeights(coupling, sources[k]!, weights)
    out[k] = indexAt(weights, uniforms[k]!)
  }
  return out
}

/** The first index at which the cumulated weights exceed u. */
export function indexAt(weights: Float64Array, u: number): number {
  let cumulated = 0
  let last = 0
  for (let j = 0; j < weights.length; j++) {
    if (weights[j] === 0) continue
    cumulated += weights[j]!
    last = j
    if (u < cumulated) return j
  }
  return last
}
