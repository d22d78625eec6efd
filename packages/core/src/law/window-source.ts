import type { Engine, Moments } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { cloud } from '../space/cloud.js'
import type { LocalSource } from './mixture.js'
import { columnsOf, comparedPoints, type WindowBridge } from './window.js'

/** Local Gaussians of a window's targets and givens together; they stand still where the kernel compares the givens only. */
export function windowSource(bridge: WindowBridge, engine: Engine): LocalSource {
  const { targetCount: t, givenCount: k, bandwidth, compared, logTerms, values, pooled } = bridge
  return {
    partCount: 1,
    still: bandwidth.target === 'free',
    codesOf: () => undefined,
    async at({ coordinates }) {
      const from = cloud(comparedPoints(columnsOf(coordinates, 0, t), columnsOf(coordinates, t, t + k), bandwidth))
      const moments = await engine.moments({ from, to: compared, kernel: gaussianKernel(1) }, logTerms, values)
      mixPooled(moments, pooled)
      const { mean, covariance, effectiveCount } = moments
      return [{ part: 0, logShare: new Float64Array(mean.rows), mean, covariance, effectiveCount }]
    }
  }
}

/**
 * Mixes 1 + d rows' worth of the average local covariance into each, in place, so that few effective rows do not mean no
 * noise: n/(n + 1 + d) C + (1 + d)/(n + 1 + d) C̄ for n effective rows in d coordinates.
 */
function mixPooled({ mean, covariance, effectiveCount }: Moments, pooled: Float64Array): void {
  const size = covariance.cols
  for (let i = 0; i < mean.rows; i++) {
    const own = effectiveCount[i]! / (effectiveCount[i]! + 1 + mean.cols)
    for (let at = 0; at < size; at++) covariance.data[i * size + at] = own * covariance.data[i * size + at]! + (1 - own) * pooled[at]!
  }
}
