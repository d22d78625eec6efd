import { nearestSquaredDistances, typicalAboveTies } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import { exp, log } from '../../num/elementary.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import type { Matrix } from '../../num/matrix.js'
import { cloud } from '../../space/cloud.js'
import type { Codec } from '../../spectral/codec.js'
import { checkFinite } from './codecs.js'

export interface LatentBandwidth {
  readonly epsilon: number
  /** Typical distance of decoded draws to the nearest decoded training row ÷ that of decoded training rows to each other. */
  readonly ratio: number
  readonly curve: readonly { readonly epsilon: number; readonly ratio: number }[]
}

/** @source mathematics.md, section 5: below it rows are copies. */
const TARGET = 0.95
const EVALUATIONS = 9

export interface LatentSearch {
  readonly latents: Matrix
  readonly codec: Codec
  readonly engine: Engine
  /** Latent draws at ε. */
  readonly drawAt: (epsilon: number) => Promise<Matrix>
  readonly watch?: Watch | undefined
}

/** ε whose decoded draws keep the distance from decoded training rows that those keep from each other. About 9 fits and draws. */
export async function searchLatentBandwidth({ latents, codec, engine, drawAt, watch }: LatentSearch): Promise<LatentBandwidth> {
  const unit = typicalAboveTies(await nearestSquaredDistances(latents, engine))
  const place = distanceMap(codec)
  const reference = cloud(await place(latents))
  const fresh = Math.sqrt(typicalAboveTies(await nearestSquaredDistances(reference.points, engine)))
  const curve: { epsilon: number; ratio: number }[] = []
  const at = async (epsilon: number) => {
    throwIfStopped(watch, 'choosing the bandwidth')
    const rows = await place(await drawAt(epsilon))
    const { squaredDistances } = await engine.nearest({ from: cloud(rows), to: reference, kernel: gaussianKernel(1) }, 1)
    const point = { epsilon, ratio: fresh > 0 ? Math.sqrt(typicalAboveTies(squaredDistances)) / fresh : 1 }
    curve.push(point)
    watch?.progress?.({ stage: 'choosing the bandwidth', done: curve.length, total: EVALUATIONS })
    return point
  }
  let low = await at(unit > 0 ? unit / 4 : 1)
  let high = low
  while (curve.length < EVALUATIONS - 3 && low.ratio >= TARGET) {
    high = low
    low = await at(high.epsilon / 4)
  }
  while (curve.length < EVALUATIONS - 3 && high.ratio < TARGET) {
    low = high
    high = await at(low.epsilon * 4)
  }
  while (curve.length < EVALUATIONS && low.ratio < TARGET && high.ratio >= TARGET && Math.abs(high.ratio - TARGET) > 0.01) {
    const middle = await at(exp(0.5 * (log(low.epsilon) + log(high.epsilon))))
    if (middle.ratio < TARGET) low = middle
    else high = middle
  }
  const best = curve.reduce((nearest, point) => (Math.abs(point.ratio - TARGET) < Math.abs(nearest.ratio - TARGET) ? point : nearest))
  return { ...best, curve: [...curve].sort((a, b) => a.epsilon - b.epsilon) }
}

/** Coordinates → points that stand to each other as the decoded rows do. The function throws `InputError` where the decoder returns NaN. */
export function distanceMap(codec: Codec): (latents: Matrix) => Promise<Matrix> {
  return async (latents) => checkFinite(await (codec.decodePlaces ? codec.decodePlaces(latents) : codec.decode(latents)))
}
