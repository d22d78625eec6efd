import { type Code, checkFinite } from '../../code/code.js'
import type { TrainingHistory } from '../../code/codecs/autoencoder.js'
import { fitCodec, measureReconstruction, type Reconstruction } from '../../code/codecs/codecs.js'
import { type LatentSpecification, parseLatent } from '../../code/codecs/specification.js'
import { InputError } from '../../num/errors.js'
import type { Matrix } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { sorted } from '../../num/statistics.js'
import type { Codec, CodecSpectrum } from '../../spectral/codec.js'
import { sharesOneRange, withCommonScale } from '../../table/common-scale.js'
import { decodeTable, type Encoded, type Encoder, fitEncoder, presentValues } from '../../table/encoder.js'
import { keepsValues, type ScalingMethod } from '../../table/scaling.js'
import { isNumeric, type Table } from '../../table/table.js'
import { type Context, contextOf, type JobContext } from '../context.js'
import { encodeTrainingRows } from '../global/training.js'
import type { NetworkHost } from '../host.js'
import { type PreparedTable, preparedFrom, type TableInput } from '../prepare.js'
import { unitCodec, unitRows } from './latent-units.js'
import type { FitJob } from './whole.js'

/** A fit behind a codec: plain data. */
export interface LatentJob extends FitJob {
  /** `pca:8`, `diffusion-map:8`, `autoencoder:16`, `onnx:ENCODER,DECODER`, or the same taken apart. */
  readonly latent: string | LatentSpecification
  /** Whether all numbers share one scale; `auto`: where at least half of the columns share one range. Default auto. */
  readonly commonScale?: 'auto' | boolean
}

export interface LatentJobContext extends JobContext {
  readonly networks?: NetworkHost
}

/** What is known of a codec apart from any sampling. Plain JSON. */
export interface CodecSummary {
  readonly kind: string
  readonly dimension: number
  /** Numeric columns that vary. */
  readonly dataDimension: number
  readonly commonScale: boolean
  readonly reconstruction: Reconstruction
  readonly spectrum?: CodecSpectrum
  readonly history?: TrainingHistory
}

/** A sampler behind a codec. */
export interface CodedModel<Inner, Summary> {
  readonly codec: Codec
  /** Of the table; its coordinates are what the codec encodes. */
  readonly encoder: Encoder
  /** Training rows before the codec: coordinates [M, D] and codes. */
  readonly rows: Encoded
  /** Of the coordinates behind it. */
  readonly inner: Inner
  readonly summary: Summary
}

/** The training rows of a model, as the model itself would call the data: before the codec. */
export function trainingLatentTable({ encoder, rows }: Pick<CodedModel<unknown, unknown>, 'encoder' | 'rows'>): Table {
  return decodeTable(encoder, rows)
}

/** Latent rows as a table. Throws `InputError` (code `decoder-not-finite`). */
export async function decodeLatents({ codec, encoder }: Pick<Code, 'codec' | 'encoder'>, { coordinates, codes }: Encoded): Promise<Table> {
  return decodeTable(encoder, { coordinates: checkFinite(await codec.decode(coordinates)), codes })
}

/** A codec of a table, and its rows on both sides of it: what any sampler behind a codec begins with. */
interface TableCodec extends PreparedTable, Context, Pick<CodedModel<unknown, unknown>, 'codec' | 'encoder' | 'rows'> {
  /** Training rows behind the codec [M, K]. */
  readonly latents: Matrix
  readonly about: CodecSummary
}

/** Fits a codec to the numeric columns of a table and measures it. Throws `InputError` as `fitLatentTable` and `accepts` do. */
export async function fitTableCodec(
  source: TableInput,
  job: LatentJob,
  /** `accepts` throws where the sampler behind the codec cannot do with the columns: before the codec is fitted. */
  jobContext: LatentJobContext & { readonly accepts?: (encoder: Encoder) => unknown }
): Promise<TableCodec> {
  const specification = typeof job.latent === 'string' ? parseLatent(job.latent) : job.latent
  const { data, weights } = preparedFrom(source, job)
  const { engine, key: seedKey, watch } = contextOf(job.seed ?? 1, jobContext)
  const key = keyFor(seedKey, 'latent fit')
  const { encoder, commonScale } = encoderFor(data, job)
  jobContext.accepts?.(encoder)
  const rows = await encodeTrainingRows(data.table, encoder, keyFor(key, 'encode'))
  const codec =
    specification.kind === 'onnx' && jobContext.networks
      ? unitCodec(await jobContext.networks.load(specification, unitRows(encoder, rows.coordinates)), encoder)
      : await fitCodec(rows.coordinates, specification, { engine, key: keyFor(key, 'codec'), watch })
  const latents = checkFinite(await codec.encode(rows.coordinates), 'encoder')
  const reconstruction = await measureReconstruction(codec, rows.coordinates, { engine, key, watch, specification })
  const { dataDimension, latentDimension: dimension, kind, spectrum } = codec
  const history = 'history' in codec ? { history: codec.history as TrainingHistory } : {}
  const about = { kind, dimension, dataDimension, commonScale, reconstruction, ...(spectrum ? { spectrum } : {}), ...history }
  return { data, ...(weights ? { weights } : {}), codec, encoder, rows, latents, about, engine, key, watch }
}

/** The encoder of the table: columns scaled each by itself, or all by one scale. */
function encoderFor({ table, formats }: PreparedTable['data'], job: LatentJob): { encoder: Encoder; commonScale: boolean } {
  const { scaling = 'auto', commonScale = 'auto' } = job
  const shared = commonScale === 'auto' ? scaling === 'auto' && sharesOneRange(table) : commonScale
  const given = typeof scaling === 'object' ? scaling : {}
  // Of numbers in one scale, as pixels have, none is ranked.
  const ranked = new Set(
    shared ? [] : table.columns.flatMap((column) => (isNumeric(column) && keepsValues(sorted(presentValues(column))) ? [column.name] : []))
  )
  const methodOf = (name: string): ScalingMethod =>
    scaling === 'standard' || scaling === 'quantile' ? scaling : (given[name] ?? (ranked.has(name) ? 'quantile' : 'standard'))
  const encoder = fitEncoder(table, formats, methodOf)
  if (encoder.coordinateCount === 0) {
    throw new InputError({
      code: 'latent-no-numbers',
      got: `--latent for ${table.columns.length} columns of which none is a number that varies`,
      expected: 'numeric columns to encode',
      try: table.columns.some(isNumeric) ? 'a table in which numbers differ' : 'leaving --latent out'
    })
  }
  return shared ? { encoder: withCommonScale(encoder, table), commonScale: true } : { encoder, commonScale: false }
}

/** Names for K latent coordinates that no column of the table has, so that conditions on these cannot mean them. */
export function latentNames(encoder: Encoder, dimension: number): string[] {
  let prefix = 'latent '
  while (encoder.columns.some(({ name }) => name.startsWith(prefix))) prefix = `_${prefix}`
  return Array.from({ length: dimension }, (_, k) => `${prefix}${k + 1}`)
}
