import type { Engine, Pair } from '../kernel/engine.js'
import type { Kernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import type { Matrix } from '../num/matrix.js'
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
      scaleRows(block, (i) => 1 / roots[i]!)
      const image = await engine.mean(pair, log, block)
      scaleRows(image, (i) => rowSums[i]! * roots[i]!)
      return image
    }
  }
}

/** Row i of m *= factor(i). */
function scaleRows({ data, rows, cols }: Matrix, factor: (row: number) => number): void {
  for (let i = 0; i < rows; i++) {
    const by = factor(i)
    for (let at = i * cols; at < (i + 1) * cols; at++) data[at] = by * data[at]!
  }
}
