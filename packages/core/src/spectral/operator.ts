import type { Engine, Pair } from '../kernel/engine.js'
import type { Kernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import { type Matrix, matrix } from '../num/matrix.js'
import type { Scaling } from '../scaling/symmetric.js'
import type { Cloud } from '../space/cloud.js'
import type { SymmetricOperator } from './eigenpairs.js'

/**
 * S = D(w)^{1/2} v k v D(w)^{1/2} of a scaled kernel on a cloud, as products with blocks: one kernel pass serves all
 * columns. S has the eigenvalues of P_ij = v_i k_ij v_j w_j, and D(w)^{−1/2} y is P's eigenfunction. All weights must
 * be positive. Cost O(M²·(d + c)) a product, memory O(M·c).
 */
export function bistochasticOperator(cloud: Cloud, kernel: Kernel, scaling: Scaling, engine: Engine): SymmetricOperator {
  const { points, logWeights } = cloud
  const pair: Pair = { from: cloud, to: cloud, kernel }
  const log = scaling.potentials.map((f, j) => f + logWeights[j]!)
  // The engine averages with weights of sum one; v_i exp(logSum_i) takes that back, so that S is symmetric to rounding.
  const rowSums = scaling.potentials.map((f, i) => exp(f + scaling.logSums[i]!))
  const roots = logWeights.map((a) => exp(0.5 * a))
  return {
    size: points.rows,
    async apply(block: Matrix) {
      const values = scaledRows(block, (i) => 1 / roots[i]!)
      return scaledRows(await engine.mean(pair, log, values), (i) => rowSums[i]! * roots[i]!)
    }
  }
}

/** Rows of m, each times factor(i). */
export function scaledRows(m: Matrix, factor: (row: number) => number): Matrix {
  const out = matrix(m.rows, m.cols)
  for (let i = 0; i < m.rows; i++) {
    const by = factor(i)
    for (let c = 0; c < m.cols; c++) out.data[i * m.cols + c] = by * m.data[i * m.cols + c]!
  }
  return out
}
