import type { Engine } from '../kernel/engine.js'
import type { ModelArray, ModelContents } from '../model-file/container.js'
import { EngineError, FormatError } from '../num/errors.js'
import { type Matrix, matrix } from '../num/matrix.js'
import type { Codec, CodecContents } from '../spectral/codec.js'
import { type EncoderRecord, float64Array, recordEncoder, restoreEncoder } from '../systems/encoder-file.js'
import { loadGlobal, saveGlobal } from '../systems/global/save.js'
import { loadCodec } from '../systems/latent/codecs.js'
import type { Encoder } from '../table/encoder.js'
import type { LatentSummary, LatentTableModel } from './latent.js'
import type { NetworkHost } from './latent-codec.js'
import { unitCodec } from './latent-units.js'

interface CodecMeta {
  readonly encoder: EncoderRecord
  readonly rowCount: number
  readonly codec: CodecContents['meta']
  readonly inner: unknown
  readonly summary: unknown
}

type Arrays = Record<string, ModelArray>

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
export function saveLatentTable({ codec, encoder, rows, residual, inner, summary }: LatentTableModel): ModelContents {
  const contents = saveBehindCodec('latent', { codec, encoder, rows: rows.coordinates, summary, sampler: saveGlobal(inner) })
  return { ...contents, arrays: { ...contents.arrays, residual } }
}

/** The same for a sampler that is packed already. */
export function saveBehindCodec<Summary>(kind: string, { codec, encoder, rows, summary, sampler }: BehindCodec<Summary>): ModelContents {
  const recorded = recordEncoder(encoder)
  const { meta: codecMeta, arrays: codecArrays } = codec.save()
  const meta: CodecMeta = { encoder: recorded.record, rowCount: rows.rows, codec: codecMeta, inner: sampler.meta, summary }
  const arrays = { ...recorded.arrays, ...named('codec.', codecArrays), ...named('inner.', sampler.arrays), rows: rows.data }
  return { kind, meta, arrays }
}

interface CodecHost {
  readonly engine: Engine
  readonly networks?: NetworkHost
}

/**
 * Contents of a model file → model. Throws `FormatError` (code `model-kind`, `model-damaged`) for contents of another kind,
 * `EngineError` for networks where no host can run them.
 */
export async function loadLatentTable(contents: ModelContents, host: CodecHost): Promise<LatentTableModel> {
  const { codec, encoder, rows: coordinates, summary, sampler } = await loadBehindCodec<LatentSummary>('latent', contents, host)
  const inner = loadGlobal({ kind: 'global', ...sampler })
  const rows = { coordinates, codes: inner.training.rows.codes }
  return { codec, encoder, rows, residual: float64Array(contents.arrays, 'residual'), inner, summary }
}

/** The inverse of `saveBehindCodec`. Throws as `loadLatentTable`. */
export async function loadBehindCodec<Summary>(kind: string, contents: ModelContents, host: CodecHost): Promise<BehindCodec<Summary>> {
  if (contents.kind !== kind) {
    throw new FormatError({
      code: 'model-kind',
      got: `a model of kind ${contents.kind}`,
      expected: `a model of kind ${kind}`,
      try: 'the verb that wrote it'
    })
  }
  const meta = contents.meta as CodecMeta
  const encoder = restoreEncoder(meta.encoder, contents.arrays)
  const rows = matrix(meta.rowCount, encoder.coordinateCount, float64Array(contents.arrays, 'rows'))
  const codec = await codecOf({ meta: meta.codec, arrays: under('codec.', contents.arrays) }, { ...host, encoder })
  const sampler = { meta: meta.inner, arrays: under('inner.', contents.arrays) }
  return { codec, encoder, rows, summary: meta.summary as Summary, sampler }
}

async function codecOf(
  contents: CodecContents,
  { engine, networks, encoder }: { engine: Engine; networks?: NetworkHost; encoder: LatentTableModel['encoder'] }
) {
  if (contents.meta.kind !== 'onnx') return loadCodec(contents, engine)
  if (networks) return unitCodec(await networks.restore(contents), encoder)
  throw new EngineError({
    code: 'codec-needs-host',
    got: 'a model with networks where none can be run',
    expected: 'a host that runs ONNX networks',
    try: 'the sbridge package for Node'
  })
}

const named = (prefix: string, arrays: Readonly<Arrays>): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}${name}`, array]))

const under = (prefix: string, arrays: Readonly<Arrays>): Arrays =>
  Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array])
  )
