import type { RowKernel } from './row-kernel.js'

/** Find the coupling π of two weighted sets that is closest to a kernel in relative entropy. */
export interface RectangularProblem {
  readonly kernel: RowKernel
  /** Log-weights a [n], summing to one. */
  readonly fromLogWeights: Float64Array
  /** Log-weights b [m], summing to one. */
  readonly toLogWeights: Float64Array
  /**
   * Marginals that may differ from a side's weights, at this price per unit of relative entropy KL(marginal | weights); infinite
   * when left out: the marginal is the weights.
   */
  readonly relaxation?: { readonly from?: number; readonly to?: number }
}
