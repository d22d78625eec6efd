import type { Context } from '../../kernel/context.js'
import type { Engine } from '../../kernel/engine.js'
import { arraysUnder, exactly, record, whole } from '../../model-file/reading.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import type { Codec, CodecContents } from '../../spectral/codec.js'
import { type DiffusionMap, type DiffusionPlacing, diffusionCoordinates, diffusionMap, placePoints } from '../../spectral/diffusion-map.js'
import { type Lifting, liftPoints } from '../../spectral/lifting.js'
import { placingIn } from '../../spectral/placing-file.js'
import { liftingOf, measureRoundTrip, type RoundTrip, relativeError } from '../../spectral/round-trip.js'
import { fitPca, loadPca, type PcaCodec } from './pca.js'

interface DiffusionCodecOptions extends Context {
  readonly dimension: number | 'auto'
  readonly epsilon?: number | 'auto'
  readonly alpha?: number
}

/** A diffusion map with its way back, and what was measured on the way. */
interface DiffusionCodec extends Codec {
  readonly kind: 'diffusion-map'
  readonly map: DiffusionMap
  readonly roundTrip: RoundTrip
}

/** Rows with more columns are replaced by so many principal components: distances hardly change, passes cost a tenth. */
const MOST_COLUMNS = 64

/**
 * Diffusion coordinates as a codec: Nyström on the way in, locally linear lifting on the way back. Coordinates λ_k ψ_k,
 * divided by their root mean square over all k. Cost of two maps: one on all rows, one that measures the round trip.
 */
export async function fitDiffusionCodec(rows: Matrix, options: DiffusionCodecOptions): Promise<DiffusionCodec> {
  const { engine, key, watch } = options
  if (rows.cols > MOST_COLUMNS) return behindComponents(rows, options)
  const settings = {
    cloud: cloud(rows),
    engine,
    dimension: options.dimension,
    epsilon: options.epsilon ?? ('auto' as const),
    alpha: options.alpha ?? 0.5,
    tolerance: 1e-6,
    watch
  }
  const map = await diffusionMap({ ...settings, key: keyFor(key, 'map') })
  const roundTrip = await measureRoundTrip(map, settings, key)
  return {
    ...codecOf(map, liftingOf(map, rows, roundTrip.neighbourCount), engine),
    kind: 'diffusion-map',
    map,
    roundTrip,
    spectrum: { kind: 'eigenvalue', values: [...map.report.spectrum] },
    heldOutError: roundTrip.relativeError
  }
}

async function behindComponents(rows: Matrix, options: DiffusionCodecOptions): Promise<DiffusionCodec> {
  const front = await fitPca(rows, { dimension: Math.min(MOST_COLUMNS, rows.rows - 1), watch: options.watch })
  const components = await front.encode(rows)
  const inner = await fitDiffusionCodec(components, options)
  const lost = relativeError(rows, await front.decode(components), rows) ** 2
  const heldOutError = Math.sqrt(lost + (1 - lost) * inner.roundTrip.relativeError ** 2)
  return {
    ...composed(front, inner),
    kind: 'diffusion-map',
    map: inner.map,
    roundTrip: inner.roundTrip,
    spectrum: inner.spectrum!,
    heldOutError
  }
}

/** One codec after another. */
function composed(front: PcaCodec, inner: Codec): Codec {
  return {
    kind: inner.kind,
    dataDimension: front.dataDimension,
    latentDimension: inner.latentDimension,
    encode: async (rows) => inner.encode(await front.encode(rows)),
    decode: async (latents) => front.decode(await inner.decode(latents)),
    places: {
      decoded: async (latents) => front.places.decoded(await inner.decode(latents)),
      given: (rows) => front.places.given(rows)
    },
    save: (): CodecContents => {
      const [outer, own] = [front.save(), inner.save()]
      const arrays = Object.fromEntries(Object.entries(outer.arrays).map(([name, array]) => [`front.${name}`, array]))
      return { meta: { ...own.meta, front: outer.meta }, arrays: { ...own.arrays, ...arrays } }
    }
  }
}

function codecOf(map: DiffusionPlacing, lifting: Lifting, engine: Engine): Codec {
  let squares = 0
  for (const z of lifting.coordinates.data) squares += z * z
  const scale = Math.sqrt(squares / lifting.coordinates.data.length)
  return {
    kind: 'diffusion-map',
    dataDimension: lifting.rows.cols,
    latentDimension: lifting.coordinates.cols,
    encode: async (points) => times(await placePoints(map, points, engine), 1 / scale),
    decode: async (latents) => liftPoints(lifting, times(latents, scale), engine),
    save: (): CodecContents => ({
      meta: {
        kind: 'diffusion-map',
        latentDimension: lifting.coordinates.cols,
        dataDimension: lifting.rows.cols,
        epsilon: map.epsilon,
        alpha: map.alpha,
        neighbourCount: lifting.neighbourCount
      },
      arrays: {
        points: map.cloud.points.data,
        logWeights: map.cloud.logWeights,
        potentials: map.potentials,
        eigenvalues: map.eigenvalues,
        eigenvectors: map.eigenvectors.data
      }
    })
  }
}

function times(m: Matrix, factor: number): Matrix {
  return matrix(
    m.rows,
    m.cols,
    m.data.map((x) => x * factor)
  )
}

/** The codec that `save` wrote. Throws `FormatError` (code `model-damaged`). */
export function loadDiffusionCodec({ meta, arrays }: CodecContents, engine: Engine): Codec {
  const sizes = record<Record<'latentDimension' | 'dataDimension' | 'neighbourCount', number>>({
    latentDimension: whole({ least: 1 }),
    dataDimension: whole({ least: 1 }),
    neighbourCount: whole({ least: 1 })
  })(meta, 'meta.codec')
  // A front's components are the data of the map behind it.
  const front =
    meta.front === undefined
      ? undefined
      : loadPca({ meta: meta.front as CodecContents['meta'], arrays: arraysUnder('front.', arrays) }, 'meta.codec.front')
  if (front) exactly(front.latentDimension)(sizes.dataDimension, 'meta.codec.dataDimension')
  const map = placingIn({ meta, arrays }, { dimension: sizes.latentDimension, columnCount: sizes.dataDimension })
  const { neighbourCount } = sizes
  whole({ least: 1, most: map.rows.length })(neighbourCount, 'meta.codec.neighbourCount')
  const inner = codecOf(map, { coordinates: diffusionCoordinates(map), rows: map.cloud.points, neighbourCount }, engine)
  return front ? composed(front, inner) : inner
}
