import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import type { Watch } from '../num/iterate.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import type { Cloud } from '../space/cloud.js'
import { type SchrodingerBridge, toleranceFor } from './schrodinger.js'

/** Both in squared length of the coordinates. */
export interface BridgeCost {
  /** min Σ P ‖x − y‖² + 4ε KL(P | a⊗b): what the bridge costs. */
  readonly cost: number
  /** The cost less half of those from each cloud to itself: 0 for equal clouds, W₂² as ε → 0. */
  readonly divergence: number
}

/**
 * Entropic cost and Sinkhorn divergence of a bridge. Cost one symmetric scaling of the target.
 * @source Feydy and others 2019 (arXiv 1810.08278).
 */
export async function bridgeCost(
  { from, to, epsilon, potentials, own }: SchrodingerBridge,
  engine: Engine,
  watch?: Watch
): Promise<BridgeCost> {
  const tolerance = toleranceFor(from, to)
  const { potentials: others } = await symmetricScaling({
    cloud: to,
    kernel: gaussianKernel(epsilon),
    engine,
    tolerance,
    watch
  })
  const cost = 4 * epsilon * (expectation(from, potentials.from) + expectation(to, potentials.to))
  const divergence = cost - 4 * epsilon * (expectation(from, own) + expectation(to, others))
  // Potentials are known as well as the masses: less than that is nothing, as of equal clouds.
  return { cost, divergence: Math.abs(divergence) <= tolerance * Math.abs(cost) ? 0 : divergence }
}

/** Σ_i a_i f_i, points without weight left out. */
function expectation({ logWeights }: Cloud, potential: Float64Array): number {
  return potential.reduce((sum, f, i) => (logWeights[i]! > Number.NEGATIVE_INFINITY ? sum + exp(logWeights[i]!) * f : sum), 0)
}
