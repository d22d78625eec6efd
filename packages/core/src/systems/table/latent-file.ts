import type { TrainingHistory } from '../../code/codecs/autoencoder.js'
import { loadCodec, type Reconstruction } from '../../code/codecs/codecs.js'
import type { Engine } from '../../kernel/engine.js'
import { arraysNamed, type ModelContents } from '../../model-file/contents.js'
import {
  arraysUnder,
  exactly,
  expectKind,
  flag,
  float64Array,
  list,
  measured,
  optional,
  type Reader,
  record,
  text,
  uint8Array,
  whole,
  word
} from '../../model-file/reading.js'
import { EngineError } from '../../num/errors.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { Codec, CodecContents, CodecSpectrum } from '../../spectral/codec.js'
import type { Encoder } from '../../table/encoder.js'
import { checkField, type EncoderRecord, encoderIn, recordEncoder, scaledArray } from '../encoder-file.js'
import { loadGlobal, saveGlobal, summaryFields } from '../global/save.js'
import type { NetworkHost } from '../host.js'
import { loadLocal, localSummaryFields, saveLocal } from '../local/save.js'
import type { LatentSummary, LatentTableModel } from './latent.js'
import type { CodecSummary, CodedModel } from './latent-codec.js'
import type { LatentLocalModel, LatentLocalSummary } from './latent-local.js'
import { unitCodec } from './latent-units.js'

interface CodecMeta {
  readonly encoder: EncoderRecord
  readonly rowCount: number
  readonly codec: CodecContents['meta']
  readonly inner: unknown
  readonly summary: unknown
}

/** What a model file keeps of any sampler behind a codec. */
interface BehindCodec<Summary> {
  readonly codec: Codec
  readonly encoder: Encoder
  /** Training rows before the codec [M, D]. */
  readonly rows: Matrix
  readonly summary: Summary
  readonly sampler: Pick<ModelContents, 'meta' | 'arrays'>
}

/** Model → contents of a model file: the codec, the training rows before it, and the sampler behind it. */
export function saveLatentTable(model: LatentTableModel): ModelContents {
  const contents = saveBehindCodec('latent', model, saveGlobal(model.inner))
  return { ...contents, arrays: { ...contents.arrays, residual: model.residual } }
}

/** The same for a localised model behind a codec. */
export function saveLatentLocal(model: LatentLocalModel): ModelContents {
  return saveBehindCodec('latent-local', model, saveLocal(model.inner))
}

/** The same for a sampler that is packed already. */
function saveBehindCodec(
  kind: string,
  { codec, encoder, rows: { coordinates }, summary }: CodedModel<unknown, unknown>,
  sampler: Pick<ModelContents, 'meta' | 'arrays'>
): ModelContents {
  const recorded = recordEncoder(encoder)
  const { meta: codecMeta, arrays: codecArrays } = codec.save()
  const meta: CodecMeta = { encoder: recorded.record, rowCount: coordinates.rows, codec: codecMeta, inner: sampler.meta, summary }
  const arrays = {
    ...recorded.arrays,
    ...arraysNamed('codec.', codecArrays),
    ...arraysNamed('inner.', sampler.arrays),
    rows: coordinates.data
  }
  return { kind, meta, arrays }
}

interface CodecHost {
  readonly engine: Engine
  readonly networks?: NetworkHost
}

const codecSummary = record<CodecSummary>({
  kind: text,
  dimension: whole({ least: 1 }),
  dataDimension: whole({ least: 1 }),
  commonScale: flag,
  reconstruction: record<Reconstruction>({ trainingError: measured, heldOutError: optional(measured) }),
  spectrum: optional(record<CodecSpectrum>({ kind: word('variance', 'eigenvalue'), values: list(measured), total: optional(measured) })),
  history: optional(
    record<TrainingHistory>({
      epochs: list(record<TrainingHistory['epochs'][number]>({ epoch: whole(), trainingError: measured, validationError: measured })),
      bestEpoch: whole(),
      ending: word('early-stopping', 'epochs-used')
    })
  )
})

const latentSummary = record<LatentSummary>({ ...summaryFields, codec: codecSummary })
const latentLocalSummary = record<LatentLocalSummary>({ ...localSummaryFields, codec: codecSummary })

/**
 * Contents of a model file → model. Throws `FormatError` (code `model-kind`, `model-damaged`) for contents that make none,
 * `EngineError` for networks where no host can run them.
 */
export async function loadLatentTable(contents: ModelContents, host: CodecHost): Promise<LatentTableModel> {
  expectKind(contents, 'latent')
  const { codec, encoder, rows: coordinates, summary, sampler } = await loadBehindCodec(latentSummary, contents, host)
  const inner = loadGlobal({ kind: 'global', ...sampler })
  const { rows, encoder: behind } = inner.training
  exactly(coordinates.rows)(rows.coordinates.rows, 'meta.inner.rowCount')
  exactly(codec.latentDimension)(behind.coordinateCount, 'meta.inner.encoder.coordinateCount')
  exactly(encoder.factors.length)(behind.factors.length, 'meta.inner.encoder.factors.length')
  for (const [f, { levelCount }] of behind.factors.entries())
    exactly(encoder.factors[f]!.levelCount)(levelCount, `meta.inner.encoder.factors[${f}].levelCount`)
  const residual = float64Array(contents.arrays, 'residual', encoder.coordinateCount, { least: 0, most: 1e18 })
  return { codec, encoder, rows: { coordinates, codes: rows.codes }, residual, inner, summary }
}

/** The same for a localised model behind a codec. */
export async function loadLatentLocal(contents: ModelContents, host: CodecHost): Promise<LatentLocalModel> {
  expectKind(contents, 'latent-local')
  const { codec, encoder, rows: coordinates, summary, sampler } = await loadBehindCodec(latentLocalSummary, contents, host)
  checkField(encoder)
  const inner = loadLocal({ kind: 'local', ...sampler })
  exactly(coordinates.rows)(inner.coordinates.rows, 'meta.inner.summary.rowCount')
  exactly(codec.latentDimension)(inner.coordinates.cols, 'meta.inner.summary.coordinateCount')
  return { codec, encoder, rows: { coordinates, codes: new Int32Array(0) }, inner, summary }
}

/** The inverse of `saveBehindCodec`. */
async function loadBehindCodec<Summary extends { readonly rowCount: number; readonly codec: CodecSummary }>(
  summaryRecord: Reader<Summary>,
  { meta, arrays }: ModelContents,
  host: CodecHost
): Promise<BehindCodec<Summary>> {
  const read = record<Omit<CodecMeta, 'encoder' | 'summary'> & { readonly encoder: Encoder; readonly summary: Summary }>({
    encoder: encoderIn(arrays),
    rowCount: whole({ least: 1 }),
    codec: codecMeta,
    inner: (value) => value,
    summary: summaryRecord
  })(meta, 'meta')
  const { encoder, rowCount, summary } = read
  exactly(rowCount)(summary.rowCount, 'meta.summary.rowCount')
  const rows = matrix(rowCount, encoder.coordinateCount, scaledArray(arrays, 'rows', rowCount * encoder.coordinateCount))
  const codec = await codecOf({ meta: read.codec, arrays: arraysUnder('codec.', arrays) }, { ...host, encoder })
  exactly(encoder.coordinateCount)(codec.dataDimension, 'meta.codec.dataDimension')
  return { codec, encoder, rows, summary, sampler: { meta: read.inner, arrays: arraysUnder('inner.', arrays) } }
}

/** What is said of a codec: its kind; the codec itself reads the rest. */
const codecMeta: Reader<CodecContents['meta']> = (value, field) => {
  const { kind } = record<{ readonly kind: string }>({ kind: text })(value, field)
  return { ...(value as object), kind }
}

async function codecOf(
  { meta, arrays }: CodecContents,
  { engine, networks, encoder }: { engine: Engine; networks?: NetworkHost; encoder: LatentTableModel['encoder'] }
): Promise<Codec> {
  if (meta.kind !== 'onnx') return loadCodec({ meta, arrays }, engine)
  if (networks) return unitCodec(await networks.restore(networksIn({ meta, arrays })), encoder)
  throw new EngineError({
    code: 'codec-needs-host',
    got: 'a model with networks where none can be run',
    expected: 'a host that runs ONNX networks',
    try: 'the sbridge package for Node'
  })
}

/** Both networks, to be judged by who runs them, and the mean and scale of their K coordinates, which are float32. */
function networksIn({ meta, arrays }: CodecContents): CodecContents {
  const sizes = record<Record<'latentDimension' | 'dataDimension', number>>({
    latentDimension: whole({ least: 1 }),
    dataDimension: whole({ least: 1 })
  })(meta, 'meta.codec')
  const mean = float64Array(arrays, 'mean', sizes.latentDimension, { least: -4e38, most: 4e38 })
  const scale = float64Array(arrays, 'scale', sizes.latentDimension, { least: 1e-18, most: 4e38 })
  return {
    meta: { kind: 'onnx', ...sizes },
    arrays: { encoder: uint8Array(arrays, 'encoder'), decoder: uint8Array(arrays, 'decoder'), mean, scale }
  }
}
