import { nearestSquaredDistances, typicalAboveTies } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import { exp, log } from '../../num/elementary.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import type { Matrix } from '../../num/matrix.js'
import { cloud } from '../../space/cloud.js'
import type { Codec, CodecPlaces } from '../../spectral/codec.js'
import { checkFinite } from './codecs.js'

export interface LatentBandwidth {
  readonly epsilon: number
  /**
   * Typical distance of decoded draws to the nearest decoded training row ÷ that of decoded training rows to each other, and
   * the same with the training rows as they stand: the geometric mean of both.
   */
  readonly ratio: number
  readonly curve: readonly { readonly epsilon: number; readonly ratio: number }[]
}

/** @source mathematics.md, section 5: below it rows are copies. */
const TARGET = 0.95
const EVALUATIONS = 9

export interface LatentSearch {
  /** Training rows [M, D], and their coordinates [M, K]. */
  readonly rows: Matrix
  readonly latents: Matrix
  readonly codec: Codec
  readonly engine: Engine
  /** Latent draws at ε. */
  readonly drawAt: (epsilon: number) => Promise<Matrix>
  readonly watch?: Watch | undefined
}

/** ε whose decoded draws keep the distance from training rows that those keep from each other. About 9 fits and draws. */
export async function searchLatentBandwidth({ rows, latents, codec, engine, drawAt, watch }: LatentSearch): Promise<LatentBandwidth> {
  const unit = typicalAboveTies(await nearestSquaredDistances(latents, engine))
  const place = decodedPlaces(codec)
  const decoded = await place.decoded(latents)
  const references = [
    { points: decoded, fresh: typicalAboveTies(await nearestSquaredDistances(decoded, engine)) },
    { points: await place.given(rows), fresh: typicalAboveTies(await nearestSquaredDistances(rows, engine)) }
  ]
  const ratioOf = async (drawn: Matrix): Promise<number> => {
    let product = 1
    for (const { points, fresh } of references) {
      const { squaredDistances } = await engine.nearest({ from: cloud(drawn), to: cloud(points), kernel: gaussianKernel(1) }, 1)
      if (fresh > 0) product *= typicalAboveTies(squaredDistances) / fresh
    }
    return Math.sqrt(Math.sqrt(product))
  }
  const curve: { epsilon: number; ratio: number }[] = []
  const at = async (epsilon: number) => {
    throwIfStopped(watch, 'choosing the bandwidth')
    const point = { epsilon, ratio: await ratioOf(await place.decoded(await drawAt(epsilon))) }
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

/** Where decoded rows and rows stand to each other: in the columns of the codec's places, or in all. `decoded` throws `InputError` where the decoder returns NaN. */
export function decodedPlaces(codec: Codec): CodecPlaces {
  const { places } = codec
  return {
    decoded: async (latents) => checkFinite(await (places ? places.decoded(latents) : codec.decode(latents))),
    given: async (rows) => (places ? places.given(rows) : rows)
  }
}
