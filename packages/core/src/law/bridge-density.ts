import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp, log } from '../num/elementary.js'
import type { Watch } from '../num/iterate.js'
import { logSumExp } from '../num/log-space.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import type { Cloud } from '../space/cloud.js'

/** log 4π. */
const LOG_4_PI = 2.5310242469692907
const LOG_2 = 0.6931471805599453

/** The density that a scaled kernel has: π̃(x) = (4πε)^{−d/2} S(x)² / Z with S(x) = Σ w v k(x, ·). */
interface BridgeDensity {
  readonly cloud: Cloud
  readonly epsilon: number
  /** log w + log v of the rows [M]. */
  readonly logTerms: Float64Array
  /** log of the integral of (4πε)^{−d/2} S². */
  readonly logMass: number
}

/**
 * The density of a cloud's rows at one bandwidth. Its score is exactly (m(x) − x)/ε, m the mean under the kernel's weights:
 * Tweedie's formula. Its integral is exact: it is a mixture of Gaussians over pairs of rows, Z = 2^{−d/2} Σ w_i v_i w_j v_j
 * exp(−|x_i − x_j|²/(8ε)). Cost of a symmetric scaling and one pass over pairs.
 * @source mathematics, section 16.
 */
export async function bridgeDensity(
  cloud: Cloud,
  epsilon: number,
  { engine, watch }: { readonly engine: Engine; readonly watch?: Watch | undefined }
): Promise<BridgeDensity> {
  const { potentials } = await symmetricScaling({ cloud, kernel: gaussianKernel(epsilon), engine, tolerance: 1e-9, watch })
  const logTerms = potentials.map((f, j) => f + cloud.logWeights[j]!)
  const pairs = await engine.logSum({ from: cloud, to: cloud, kernel: gaussianKernel(2 * epsilon) }, logTerms)
  const logMass = logSumExp(pairs.map((sum, i) => sum + logTerms[i]!)) - (cloud.points.cols / 2) * LOG_2
  return { cloud, epsilon, logTerms, logMass }
}

/** log π̃ where log S is known. */
export function logDensityOf({ cloud, epsilon, logMass }: BridgeDensity, logSum: number): number {
  return 2 * logSum - (cloud.points.cols / 2) * (LOG_4_PI + log(epsilon)) - logMass
}

/** log π̃ of the cloud's own rows, each left out: S_{−i} = (1/v_i − w_i v_i)/(1 − w_i). −∞ where a row stands alone. */
export function leftOutDensities(density: BridgeDensity): Float64Array {
  const { logTerms, cloud } = density
  return logTerms.map((term, i) => {
    const a = cloud.logWeights[i]!
    // log(1/v − w v) = −f + log(1 − w v²), with w v² the weight that a row has in its own mean.
    const own = Math.min(1, exp(2 * (term - a) + a))
    return own < 1 ? logDensityOf(density, a - term + log(1 - own) - log(1 - exp(a))) : Number.NEGATIVE_INFINITY
  })
}
