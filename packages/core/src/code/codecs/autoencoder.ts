import { arraysUnder, exactly, float64Array, list, record, SCALED, whole, word } from '../../model-file/reading.js'
import { InputError } from '../../num/errors.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { type Matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyAtStep, keyFor, permutation } from '../../num/random.js'
import type { Codec, CodecContents } from '../../spectral/codec.js'
import { relativeError } from '../../spectral/round-trip.js'
import { Adam, type Layer, lossGradient, randomLayer, runLayers } from './dense-network.js'
import { fitPca, loadPca, type PcaCodec } from './pca.js'

interface AutoencoderOptions {
  readonly dimension: number
  /** Units of the hidden layer on either side. Default 4 K + 64. */
  readonly hidden?: number
  /** Most passes over the rows. Default 80. */
  readonly epochs?: number
  /** Passes without a better validation loss after which training stops. Default 8. */
  readonly patience?: number
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** How training went: mean squared error per row in units of the variance, on rows that are not trained on. */
export interface TrainingHistory {
  readonly epochs: readonly { readonly epoch: number; readonly trainingError: number; readonly validationError: number }[]
  readonly bestEpoch: number
  readonly ending: 'early-stopping' | 'epochs-used'
}

interface AutoencoderCodec extends Codec {
  readonly kind: 'autoencoder'
  readonly history: TrainingHistory
}

/** Principal components kept before the network: of 784 pixels they hold 93 % of the variance at a sixth of the work. */
const MOST_INPUTS = 128
const BATCH = 64
const RATE = 2e-3
const VALIDATION_SHARE = 0.1

/**
 * A dense autoencoder trained on the rows: principal components (at most 128) → hidden → K → hidden → components → rows.
 * Adam, early stopping on a held-out tenth; the same seed gives the same weights. Coordinates end with mean 0, variance 1.
 *
 * Cost: about 6·M·(128·hidden + hidden·K)·2 operations an epoch: 1 s for 5,000 images.
 * Throws `InputError`: K not from 1 to the rank of the data, or fewer than 20 rows.
 */
export async function fitAutoencoder(rows: Matrix, options: AutoencoderOptions): Promise<AutoencoderCodec> {
  const { dimension, key, watch } = options
  if (rows.rows < 20) {
    throw new InputError({ code: 'too-few-rows', got: `${rows.rows} rows for an autoencoder`, expected: 'at least 20', try: 'pca' })
  }
  const inputs = Math.min(MOST_INPUTS, rows.cols, rows.rows - 1)
  const front = await frontOf(rows, inputs, watch)
  if (!(Number.isInteger(dimension) && dimension >= 1 && dimension <= front.latentDimension)) {
    throw new InputError({
      code: 'dimension-above-rank',
      got: `autoencoder:${dimension} for data of rank ${front.latentDimension}`,
      expected: `a whole number from 1 to ${front.latentDimension}`,
      try: `autoencoder:${Math.min(front.latentDimension, 8)}`
    })
  }
  const hidden = options.hidden ?? 4 * dimension + 64
  const data = await front.encode(rows)
  const sizes = [front.latentDimension, hidden, dimension, hidden, front.latentDimension]
  const layers = sizes
    .slice(1)
    .map((outputs, l) => randomLayer(sizes[l]!, outputs, l === 1 || l === 3 ? 'none' : 'rectifier', keyFor(key, `layer ${l}`)))
  const trained = await train(layers, data, { epochs: options.epochs ?? 80, patience: options.patience ?? 8, key, watch })
  const encoder = standardised(trained.layers, data)
  const codec = codecOf(front, encoder.layers)
  const unseen = takeRows(rows, trained.validation)
  const heldOutError = relativeError(unseen, await codec.decode(await codec.encode(unseen)), rows)
  return { ...codec, kind: 'autoencoder', history: trained.history, heldOutError }
}

/** As many components as have variance. */
async function frontOf(rows: Matrix, inputs: number, watch: Watch | undefined): Promise<PcaCodec> {
  try {
    return await fitPca(rows, { dimension: inputs, watch })
  } catch (error) {
    const rank =
      error instanceof InputError && error.code === 'dimension-above-rank' ? Number(/rank (\d+)/.exec(error.got)?.[1]) : Number.NaN
    if (!(rank >= 1)) throw error
    return fitPca(rows, { dimension: rank, watch })
  }
}

interface Training {
  readonly epochs: number
  readonly patience: number
  readonly key: Key
  readonly watch: Watch | undefined
}

/** The best layers, how training went, and the rows it did not see. */
interface Trained {
  readonly layers: Layer[]
  readonly history: TrainingHistory
  readonly validation: Uint32Array
}

async function train(start: Layer[], data: Matrix, { epochs, patience, key, watch }: Training): Promise<Trained> {
  const order = permutation(keyFor(key, 'validation'), data.rows)
  const cut = Math.max(1, Math.round(data.rows * VALIDATION_SHARE))
  const validation = takeRows(data, order.subarray(0, cut))
  const training = takeRows(data, order.subarray(cut))
  const adam = new Adam(start.flatMap((layer) => [layer.weights, layer.biases]))
  const history: { epoch: number; trainingError: number; validationError: number }[] = []
  let best = { layers: copyLayers(start), error: Number.POSITIVE_INFINITY, epoch: 0 }
  for (let epoch = 1; epoch <= epochs; epoch++) {
    throwIfStopped(watch, 'training the autoencoder')
    const rate = RATE / (1 + (4 * epoch) / epochs)
    const trainingError = onePass(start, training, adam, {
      rate,
      order: permutation(keyAtStep(keyFor(key, 'batches'), epoch), training.rows)
    })
    const validationError = meanSquaredError(start, validation)
    history.push({ epoch, trainingError, validationError })
    watch?.progress?.({ stage: 'training the autoencoder', done: epoch, total: epochs })
    if (validationError < best.error * 0.9995) best = { layers: copyLayers(start), error: validationError, epoch }
    if (epoch - best.epoch >= patience) break
  }
  const ending = history.length - best.epoch >= patience ? 'early-stopping' : 'epochs-used'
  return { layers: best.layers, history: { epochs: history, bestEpoch: best.epoch, ending }, validation: order.subarray(0, cut) }
}

function onePass(layers: Layer[], rows: Matrix, adam: Adam, { rate, order }: { rate: number; order: Uint32Array }): number {
  let total = 0
  for (let from = 0; from < order.length; from += BATCH) {
    const batch = takeRows(rows, order.subarray(from, from + BATCH))
    const { loss, gradients } = lossGradient(layers, batch, batch)
    adam.step(
      gradients.flatMap((gradient) => [gradient.weights, gradient.biases]),
      rate
    )
    total += (2 * loss * batch.rows) / (rows.rows * rows.cols)
  }
  return total
}

function meanSquaredError(layers: readonly Layer[], rows: Matrix): number {
  const back = runLayers(layers, rows)
  let sum = 0
  for (let at = 0; at < back.data.length; at++) sum += (back.data[at]! - rows.data[at]!) ** 2
  return sum / back.data.length
}

const copyLayers = (layers: readonly Layer[]): Layer[] =>
  layers.map((layer) => ({ ...layer, weights: layer.weights.slice(), biases: layer.biases.slice() }))

/** The same network with coordinates of mean 0 and variance 1: the two layers at the bottleneck absorb shift and scale. */
function standardised(layers: Layer[], data: Matrix): { layers: Layer[] } {
  const [first, encode, decode, last] = copyLayers(layers) as [Layer, Layer, Layer, Layer]
  const latents = runLayers([first, encode], data)
  const k = encode.outputs
  for (let a = 0; a < k; a++) {
    let mean = 0
    for (let i = 0; i < latents.rows; i++) mean += latents.data[i * k + a]! / latents.rows
    let variance = 0
    for (let i = 0; i < latents.rows; i++) variance += (latents.data[i * k + a]! - mean) ** 2 / latents.rows
    const scale = variance > 1e-12 ? Math.sqrt(variance) : 1
    for (let c = 0; c < encode.inputs; c++) encode.weights[a * encode.inputs + c] = encode.weights[a * encode.inputs + c]! / scale
    encode.biases[a] = (encode.biases[a]! - mean) / scale
    for (let o = 0; o < decode.outputs; o++) {
      const weight = decode.weights[o * k + a]!
      decode.biases[o] = decode.biases[o]! + weight * mean
      decode.weights[o * k + a] = weight * scale
    }
  }
  return { layers: [first, encode, decode, last] }
}

function codecOf(front: PcaCodec, layers: readonly Layer[]): Codec {
  const k = layers[1]!.outputs
  return {
    kind: 'autoencoder',
    dataDimension: front.dataDimension,
    latentDimension: k,
    encode: async (rows) => runLayers(layers.slice(0, 2), await front.encode(rows)),
    decode: async (latents) => front.decode(runLayers(layers.slice(2), latents)),
    places: {
      decoded: (latents) => front.places.decoded(runLayers(layers.slice(2), latents)),
      given: (rows) => front.places.given(rows)
    },
    save: (): CodecContents => {
      const inner = front.save()
      const arrays: Record<string, CodecContents['arrays'][string]> = {}
      for (const [name, array] of Object.entries(inner.arrays)) arrays[`front.${name}`] = array
      layers.forEach((layer, l) => {
        arrays[`weights.${l}`] = layer.weights
        arrays[`biases.${l}`] = layer.biases
      })
      const shapes = layers.map(({ inputs, outputs, activation }) => ({ inputs, outputs, activation }))
      return {
        meta: { kind: 'autoencoder', latentDimension: k, dataDimension: front.dataDimension, front: inner.meta, layers: shapes },
        arrays
      }
    }
  }
}

type Shape = Pick<Layer, 'inputs' | 'outputs' | 'activation'>

/** The codec that `save` wrote. Throws `FormatError` (code `model-damaged`). */
export function loadAutoencoder({ meta, arrays }: CodecContents): Codec {
  const front = loadPca({ meta: meta.front as CodecContents['meta'], arrays: arraysUnder('front.', arrays) }, 'meta.codec.front')
  const shape = record<Shape>({ inputs: whole({ least: 1 }), outputs: whole({ least: 1 }), activation: word('rectifier', 'none') })
  const shapes = list(shape, 4)(meta.layers, 'meta.codec.layers')
  const layers = shapes.map((shape, l): Layer => {
    exactly(l === 0 ? front.latentDimension : shapes[l - 1]!.outputs)(shape.inputs, `meta.codec.layers[${l}].inputs`)
    const weights = float64Array(arrays, `weights.${l}`, shape.inputs * shape.outputs, SCALED)
    return { ...shape, weights, biases: float64Array(arrays, `biases.${l}`, shape.outputs, SCALED) }
  })
  exactly(front.latentDimension)(shapes[3]!.outputs, 'meta.codec.layers[3].outputs')
  return codecOf(front, layers)
}
