import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, matrix } from '../num/matrix.js'
import type { Potentials } from '../scaling/annealed.js'
import type { RectangularProblem } from '../scaling/problem.js'
import { blockOrder } from '../space/blocks.js'
import type { Cloud } from '../space/cloud.js'
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

/** `count` particles of a cloud in proportion to its weights: along its k-d order each comes ⌊count·a_i⌋ or ⌈count·a_i⌉ times. */
export function drawEvenly({ points, logWeights }: Cloud, count: number, u: number): Uint32Array {
  const order = blockOrder(points)
  const weights = Float64Array.from(order, (i) => exp(logWeights[i]!))
  const out = new Uint32Array(count)
  let place = 0
  let cumulated = weights[0]!
  for (let path = 0; path < count; path++) {
    const level = (path + u) / count
    while (level >= cumulated && place + 1 < weights.length) cumulated += weights[++place]!
    out[path] = order[place]!
  }
  return out
}

/** (√5 − 1)/2: its multiples, modulo one, leave the smallest gaps. */
const GOLDEN = 0.6180339887498949

/**
 * For each path at a source a partner drawn from π(·|source), stratified along the cumulated coupling [sources.length].
 *
 * Paths in the k-d order of their sources take the levels u, u + φ, u + 2φ, … (mod 1) of π(·|source), cumulated in the
 * k-d order of the targets: neighbours share out neighbouring targets among themselves, instead of each drawing blindly.
 * Every path's own law is exact for uniform u. Cost O(m) a path.
 * @source L'Ecuyer, Lécot, Tuffin, *A randomized quasi-Monte Carlo simulation method for Markov chains*, Operations Research 2008.
 */
export function drawPartners(
  coupling: Coupling,
  { sources, from, to, u }: { sources: Uint32Array; from: Matrix; to: Matrix; u: number },
  watch?: Watch
): Uint32Array {
  const rank = new Uint32Array(from.rows)
  blockOrder(from).forEach((i, place) => {
    rank[i] = place
  })
  const order = blockOrder(to)
  const paths = Uint32Array.from(sources, (_, p) => p).sort((p, q) => rank[sources[p]!]! - rank[sources[q]!]! || p - q)
  const weights = new Float64Array(to.rows)
  const out = new Uint32Array(sources.length)
  let level = u
  paths.forEach((path, k) => {
    if ((k & 255) === 0) throwIfStopped(watch, 'paths')
    if (k === 0 || sources[path] !== sources[paths[k - 1]!]) conditionalWeights(coupling, sources[path]!, weights)
    out[path] = order[placeAt(weights, order, level)]!
    level = level + GOLDEN < 1 ? level + GOLDEN : level + GOLDEN - 1
  })
  return out
}

/** The first place of an order at which the cumulated weights exceed u. */
function placeAt(weights: Float64Array, order: Uint32Array, u: number): number {
  let cumulated = 0
  let last = 0
  for (let place = 0; place < order.length; place++) {
    const weight = weights[order[place]!]!
    if (weight === 0) continue
    cumulated += weight
    last = place
    if (u < cumulated) return place
  }
  return last
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
