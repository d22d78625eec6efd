import type { Engine } from '../kernel/engine.js'
import type { ModelArray, ModelContents } from '../model-file/container.js'
import { EngineError, FormatError } from '../num/errors.js'
import { matrix } from '../num/matrix.js'
import type { CodecContents } from '../spectral/codec.js'
import { type EncoderRecord, float64Array, recordEncoder, restoreEncoder } from '../systems/encoder-file.js'
import { loadGlobal, saveGlobal } from '../systems/global/save.js'
import { loadCodec } from '../systems/latent/codecs.js'
import type { LatentSummary, LatentTableModel, NetworkHost } from './latent.js'
import { unitCodec } from './latent-units.js'

interface LatentMeta {
  readonly encoder: EncoderRecord
  readonly rowCount: number
  readonly codec: CodecContents['meta']
  readonly inner: unknown
  readonly summary: LatentSummary
}

type Arrays = Record<string, ModelArray>

/** Model → contents of a model file: the codec, the training rows before it, and the sampler behind it. */
export function saveLatentTable({ codec, encoder, rows, residual, inner, summary }: LatentTableModel): ModelContents {
  const recorded = recordEncoder(encoder)
  const { meta: codecMeta, arrays: codecArrays } = codec.save()
  const sampler = saveGlobal(inner)
  const meta: LatentMeta = { encoder: recorded.record, rowCount: rows.coordinates.rows, codec: codecMeta, inner: sampler.meta, summary }
  return {
    kind: 'latent',
    meta,
    arrays: {
      ...recorded.arrays,
      ...named('codec.', codecArrays),
      ...named('inner.', sampler.arrays),
      rows: rows.coordinates.data,
      residual
    }
  }
}

/**
 * Contents of a model file → model. Throws `FormatError` (code `model-kind`, `model-damaged`) for contents of another kind,
 * `EngineError` for networks where no host can run them.
 */
export async function loadLatentTable(
  contents: ModelContents,
  host: { readonly engine: Engine; readonly networks?: NetworkHost }
): Promise<LatentTableModel> {
  if (contents.kind !== 'latent') {
    throw new FormatError({
      code: 'model-kind',
      got: `a model of kind ${contents.kind}`,
      expected: 'a model of kind latent',
      try: 'the verb that wrote it'
    })
  }
  const meta = contents.meta as LatentMeta
  const encoder = restoreEncoder(meta.encoder, contents.arrays)
  const inner = loadGlobal({ kind: 'global', meta: meta.inner, arrays: under('inner.', contents.arrays) })
  const coordinates = matrix(meta.rowCount, encoder.coordinateCount, float64Array(contents.arrays, 'rows'))
  const codec = await codecOf({ meta: meta.codec, arrays: under('codec.', contents.arrays) }, { ...host, encoder })
  const rows = { coordinates, codes: inner.training.rows.codes }
  return { codec, encoder, rows, residual: float64Array(contents.arrays, 'residual'), inner, summary: meta.summary }
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
