import { type Coupling, conditionalWeights } from '../../bridge/coupling.js'
import { exp } from '../../num/elementary.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { type Matrix, matrix } from '../../num/matrix.js'

/** Turns of the linear iteration for the derivatives of the potentials. */
const MOST_TURNS = 300

/** D_ij [p], made when it is needed. */
export class PairScores {
  readonly value: Float64Array

  constructor(
    private readonly maps: Matrix,
    private readonly means: Matrix,
    private readonly targets: Matrix,
    readonly parameterCount: number
  ) {
    this.value = new Float64Array(parameterCount)
  }

  at(i: number, j: number): Float64Array {
    const { value, maps, means, targets, parameterCount: p } = this
    const d = means.cols
    value.fill(0)
    for (let a = 0; a < d; a++) {
      const off = targets.data[j * d + a]! - means.data[i * d + a]!
      for (let k = 0; k < p; k++) value[k] = value[k]! - off * maps.data[i * d * p + a * p + k]!
    }
    return value
  }
}

/** E[D] under the coupling [p]. */
export function meanScore(coupling: Coupling, scorer: PairScores): Float64Array {
  const { kernel, fromLogWeights } = coupling.problem
  const weights = new Float64Array(kernel.cols)
  const out = new Float64Array(scorer.parameterCount)
  for (let i = 0; i < kernel.rows; i++) {
    conditionalWeights(coupling, i, weights)
    const own = exp(fromLogWeights[i]!)
    for (let j = 0; j < kernel.cols; j++) {
      if (weights[j]! < 1e-14) continue
      const score = scorer.at(i, j)
      for (let k = 0; k < out.length; k++) out[k] = out[k]! + own * weights[j]! * score[k]!
    }
  }
  return out
}

/** Alternating means; the error contracts as Sinkhorn's does. */
export function solvePotentials(coupling: Coupling, scorer: PairScores, watch?: Watch): { from: Matrix; to: Matrix } {
  const n = coupling.problem.kernel.rows
  const m = coupling.problem.kernel.cols
  const p = scorer.parameterCount
  const weights = new Float64Array(m)
  const fromWeights = coupling.problem.fromLogWeights.map(exp)
  const toWeights = coupling.problem.toLogWeights.map(exp)
  const from = matrix(n, p)
  const to = matrix(m, p)
  const sums = new Float64Array(m * p)
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    throwIfStopped(watch, 'intervals')
    sums.fill(0)
    for (let i = 0; i < n; i++) {
      conditionalWeights(coupling, i, weights)
      const own = from.data.subarray(i * p, (i + 1) * p).fill(0)
      for (let j = 0; j < m; j++) {
        if (weights[j]! < 1e-14) continue
        const score = scorer.at(i, j)
        for (let k = 0; k < p; k++) own[k] = own[k]! + weights[j]! * (score[k]! - to.data[j * p + k]!)
      }
      for (let j = 0; j < m; j++) {
        if (weights[j]! < 1e-14) continue
        const score = scorer.at(i, j)
        const share = (weights[j]! * fromWeights[i]!) / toWeights[j]!
        for (let k = 0; k < p; k++) sums[j * p + k] = sums[j * p + k]! + share * (score[k]! - own[k]!)
      }
    }
    let change = 0
    let size = 0
    for (let e = 0; e < sums.length; e++) {
      change = Math.max(change, Math.abs(sums[e]! - to.data[e]!))
      size = Math.max(size, Math.abs(sums[e]!))
    }
    to.data.set(sums)
    if (change <= 1e-3 * size) break
  }
  return { from, to }
}
