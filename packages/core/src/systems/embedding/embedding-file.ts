import type { ModelContents } from '../../model-file/contents.js'
import {
  BANDWIDTH,
  ending,
  exactly,
  expectKind,
  list,
  measured,
  number,
  record,
  text,
  uint32Array,
  whole,
  word
} from '../../model-file/reading.js'
import { matrix } from '../../num/matrix.js'
import type { DiffusionBandwidth } from '../../spectral/bandwidth.js'
import type { DiffusionReport } from '../../spectral/diffusion-map.js'
import type { SpectralGap } from '../../spectral/gap.js'
import { placingIn } from '../../spectral/placing-file.js'
import type { RoundTrip } from '../../spectral/round-trip.js'
import { codesIn, encoderWith, scaledArray, UNSCALED } from '../encoder-file.js'
import type { EmbeddingModel, EmbeddingSummary } from './embedding.js'

interface EmbeddingMeta {
  readonly encoder: unknown
  readonly time: number
  readonly epsilon: number
  readonly alpha: number
  readonly neighbourCount: number
  readonly pointCount: number
  readonly dimension: number
  readonly summary: EmbeddingSummary
}

/** Model → contents of a model file. */
export function saveEmbedding(model: EmbeddingModel): ModelContents {
  const { map } = model
  const meta: EmbeddingMeta = {
    encoder: taggedArrays(model.encoder),
    time: model.time,
    epsilon: map.epsilon,
    alpha: map.alpha,
    neighbourCount: model.neighbourCount,
    pointCount: map.rows.length,
    dimension: map.eigenvalues.length,
    summary: model.summary
  }
  const arrays = {
    points: map.cloud.points.data,
    logWeights: map.cloud.logWeights,
    sourceRows: map.rows,
    potentials: map.potentials,
    eigenvalues: map.eigenvalues,
    eigenvectors: map.eigenvectors.data,
    rows: model.rows.data,
    codes: model.codes
  }
  return { kind: 'embedding', meta, arrays }
}

/** An encoder whose knots stand in it as `taggedArrays` writes them. */
const encoderRecord = encoderWith((recorded) => {
  const { float64 } = record<{ readonly float64: readonly number[] }>({ float64: list(number(UNSCALED)) })(recorded, 'knots')
  return Float64Array.from(float64)
})

const roundTripRecord = record<RoundTrip>({
  neighbourCount: whole(),
  relativeError: measured,
  candidates: list(record<RoundTrip['candidates'][number]>({ neighbourCount: whole(), relativeError: measured })),
  heldOutCount: whole()
})

const summaryRecord = record<EmbeddingSummary>({
  rowCount: whole({ least: 1 }),
  epsilon: measured,
  dimension: whole({ least: 1 }),
  eigenvalues: list(measured),
  residuals: list(measured),
  spectrum: list(measured),
  gaps: list(record<SpectralGap>({ dimension: whole(), eigenvalue: measured, ratio: measured })),
  bandwidth: record<DiffusionBandwidth>({
    epsilon: measured,
    chosen: word('given', 'auto'),
    typicalSquaredDistance: measured,
    connectingEpsilon: measured
  }),
  scaling: record<DiffusionReport['scaling']>({
    ending,
    turns: whole(),
    error: measured
  }),
  componentSizes: list(whole()),
  roundTrip: roundTripRecord,
  notes: list(text)
})

/** Contents of a model file → model. Throws `FormatError` (codes `model-kind`, `model-damaged`) for contents that make none. */
export function loadEmbedding(contents: ModelContents): EmbeddingModel {
  expectKind(contents, 'embedding')
  const { arrays } = contents
  const read = record<Omit<EmbeddingMeta, 'encoder'> & Pick<EmbeddingModel, 'encoder'>>({
    encoder: encoderRecord,
    time: number({ least: 0, most: 1000 }),
    epsilon: number(BANDWIDTH),
    alpha: number(),
    neighbourCount: whole({ least: 1 }),
    pointCount: whole({ least: 1 }),
    dimension: whole({ least: 1 }),
    summary: summaryRecord
  })(contents.meta, 'meta')
  const { encoder, pointCount: n, dimension, neighbourCount, summary } = read
  const columnCount = encoder.coordinateCount + encoder.factors.reduce((sum, { places }) => sum + places.cols, 0)
  const placing = placingIn(contents, { dimension, columnCount })
  exactly(placing.cloud.points.rows)(n, 'meta.pointCount')
  whole({ least: 1, most: n })(neighbourCount, 'meta.neighbourCount')
  exactly(dimension)(summary.dimension, 'meta.summary.dimension')
  return {
    encoder,
    map: { ...placing, rows: uint32Array(arrays, 'sourceRows', n, { most: summary.rowCount - 1 }) },
    time: read.time,
    rows: matrix(n, encoder.coordinateCount, scaledArray(arrays, 'rows', n * encoder.coordinateCount)),
    codes: codesIn(arrays, encoder, n),
    neighbourCount,
    summary
  }
}

/** Plain JSON with typed arrays as `{ float64: [...] }`; numbers in JSON are exact. */
function taggedArrays(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_name, part: unknown) => (part instanceof Float64Array ? { float64: Array.from(part) } : part)))
}
