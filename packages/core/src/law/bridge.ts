import { type KernelChoice, kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine, Pair } from '../kernel/engine.js'
import type { Matrix } from '../num/matrix.js'
import { type Cloud, cloud } from '../space/cloud.js'

/** The bridge that a step is taken on: training points with log terms f_j + a_j (potentials plus log-weights). */
export interface Bridge {
  readonly training: Cloud
  /** f_j + a_j [M]. */
  readonly logTerms: Float64Array
  readonly kernel: KernelChoice
  /** ρ at the training points, for a variable kernel. */
  readonly widths?: Float64Array
}

/** A bridge from training points, their potentials and a kernel. */
export async function bridgeOf(training: Cloud, potentials: Float64Array, kernel: KernelChoice, engine: Engine): Promise<Bridge> {
  const logTerms = potentials.map((f, j) => f + training.logWeights[j]!)
  const widths = await widthsFor(kernel, training.points, engine)
  return { training, logTerms, kernel, ...(widths ? { widths } : {}) }
}

/** The pair from states to the training points under the bridge's kernel. */
export async function pairFrom(bridge: Bridge, states: Matrix, engine: Engine): Promise<Pair> {
  const widths = await widthsFor(bridge.kernel, states, engine)
  return { from: cloud(states), to: bridge.training, kernel: kernelOf(bridge.kernel, widths, bridge.widths) }
}
