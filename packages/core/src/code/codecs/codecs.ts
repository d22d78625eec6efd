import type { Context } from '../../kernel/context.js'
import type { Engine } from '../../kernel/engine.js'
import { FormatError, InputError } from '../../num/errors.js'
import type { Matrix } from '../../num/matrix.js'
import { takeRows } from '../../num/matrix.js'
import { keyFor, permutation } from '../../num/random.js'
import type { Codec, CodecContents } from '../../spectral/codec.js'
import { relativeError } from '../../spectral/round-trip.js'
import { checkFinite } from '../code.js'
import { fitAutoencoder, loadAutoencoder } from './autoencoder.js'
import { fitDiffusionCodec, loadDiffusionCodec } from './diffusion-codec.js'
import { fitPca, loadPca } from './pca.js'
import type { LatentSpecification } from './specification.js'

/** Fits the codec that was asked for to rows [M, D]. Throws `InputError` as the codecs do, and for ONNX, whose files a host must load. */
export async function fitCodec(rows: Matrix, specification: LatentSpecification, { engine, key, watch }: Context): Promise<Codec> {
  switch (specification.kind) {
    case 'pca':
      return fitPca(rows, { dimension: specification.dimension, watch })
    case 'diffusion-map':
      return fitDiffusionCodec(rows, { dimension: specification.dimension, engine, key, watch })
    case 'autoencoder':
      return fitAutoencoder(rows, { dimension: specification.dimension, key, watch })
    case 'onnx':
      throw new InputError({
        code: 'codec-needs-host',
        got: 'an ONNX pair where no host can read files',
        expected: 'a codec made by the host from the two files',
        try: 'passing the loaded codec itself'
      })
  }
}

/** A saved codec, whole again. ONNX codecs are loaded by the host. */
export function loadCodec(contents: CodecContents, engine: Engine): Codec {
  const { kind } = contents.meta
  if (kind === 'pca') return loadPca(contents)
  if (kind === 'diffusion-map') return loadDiffusionCodec(contents, engine)
  if (kind === 'autoencoder') return loadAutoencoder(contents)
  throw new FormatError({
    code: 'model-kind',
    got: `a codec of kind ${kind}`,
    expected: 'pca, diffusion-map or autoencoder',
    try: 'a newer sbridge'
  })
}

/** How well a codec alone reproduces rows, before any sampling. */
export interface Reconstruction {
  /** √(squared error ÷ squared distance from the mean): 0 is perfect, 1 is the mean row. On rows the codec was fitted to. */
  readonly trainingError: number
  /** The same on rows that a second codec, fitted without them, has not seen; absent for codecs that were given. */
  readonly heldOutError?: number
}

/** Rows that a reconstruction is measured on: an error of as many is good to 2 %. */
const MOST_ROWS = 2000

/** Reconstruction error of a codec on its rows, and of a second one on a held-out fifth. Cost: one more fit on at most 1,600 rows. */
export async function measureReconstruction(
  codec: Codec,
  rows: Matrix,
  { specification, ...context }: Context & { specification?: LatentSpecification }
): Promise<Reconstruction> {
  const order = permutation(keyFor(context.key, 'reconstruction'), rows.rows).subarray(0, MOST_ROWS)
  const some = takeRows(rows, order)
  const trainingError = relativeError(some, checkFinite(await codec.decode(await codec.encode(some))), some)
  if (codec.heldOutError !== undefined) return { trainingError, heldOutError: codec.heldOutError }
  if (!specification || specification.kind === 'onnx') return { trainingError }
  const cut = Math.ceil(order.length * 0.8)
  const fitted = takeRows(rows, order.subarray(0, cut))
  const heldOut = takeRows(rows, order.subarray(cut))
  const dimension = Math.min(codec.latentDimension, cut - 1, rows.cols)
  const second = await fitCodec(fitted, { kind: specification.kind, dimension }, context)
  return { trainingError, heldOutError: relativeError(heldOut, await second.decode(await second.encode(heldOut)), fitted) }
}
