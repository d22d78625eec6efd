import type { EndNames } from '../../draw/sharp-ends.js'
import type { KernelChoice } from '../../kernel/bandwidth.js'
import type { TrainingRows } from '../../law/training-rows.js'
import type { ModelContents } from '../../model-file/contents.js'
import {
  BANDWIDTH,
  dictionary,
  ending,
  exactly,
  expectKind,
  type Fields,
  float64Array,
  list,
  logWeightsIn,
  measured,
  number,
  optional,
  record,
  SCALED,
  text,
  whole,
  word
} from '../../model-file/reading.js'
import type { Matrix } from '../../num/matrix.js'
import { type EncoderRecord, encoderIn, recordEncoder, recordRows, rowsIn, scalingMethod } from '../encoder-file.js'
import type { BandwidthCurve } from './bandwidth.js'
import type { ScalingChoice } from './choose-scaling.js'
import type { FitSummary } from './fit-summary.js'
import type { GlobalModel } from './model.js'

interface GlobalMeta {
  readonly encoder: EncoderRecord
  readonly rowCount: number
  readonly kernel: { readonly kind: 'fixed' | 'variable'; readonly epsilon: number; readonly smoothing?: number }
  readonly summary: FitSummary
}

/** Model → contents of a model file. */
export function saveGlobal(model: GlobalModel): ModelContents {
  const { encoder, rows, logWeights } = model.training
  const recorded = recordEncoder(encoder)
  const { kernel } = model
  const variable = kernel.kind === 'variable'
  const meta: GlobalMeta = {
    encoder: recorded.record,
    rowCount: rows.coordinates.rows,
    kernel: { kind: kernel.kind, epsilon: kernel.epsilon, ...(variable ? { smoothing: kernel.field.smoothing } : {}) },
    summary: model.summary
  }
  return {
    kind: 'global',
    meta,
    arrays: {
      ...recorded.arrays,
      ...recordRows(rows),
      logWeights,
      potentials: model.potentials,
      ...(variable ? { logWidths: kernel.field.logWidths } : {})
    }
  }
}

const curvePoint = record<BandwidthCurve['curve'][number]>({ epsilon: measured, ratio: measured })

/** Fields of the summary of a fit. */
export const summaryFields: Fields<FitSummary> = {
  rowCount: whole({ least: 1 }),
  epsilon: measured,
  bandwidth: optional(
    record<BandwidthCurve>({
      curve: list(curvePoint),
      epsilon: measured,
      ratio: measured,
      target: measured,
      standardError: measured,
      criterion: word('target-met', 'nearest-to-target'),
      rowCount: whole()
    })
  ),
  ends: optional(record<EndNames>({ low: list(text), high: list(text) })),
  scaling: record<ScalingChoice>({
    methods: dictionary(scalingMethod),
    scores: optional(record<NonNullable<ScalingChoice['scores']>>({ standard: measured, quantile: measured }))
  }),
  kernel: word('fixed', 'variable'),
  categories: word('none', 'combinations', 'sweep'),
  scalingEnding: ending,
  scalingTurns: whole(),
  scalingError: measured,
  landmarks: optional(whole({ least: 1 })),
  duplicateCount: whole(),
  isolatedCount: whole(),
  notes: list(text)
}

type RecordedKernel = GlobalMeta['kernel']

/** Contents of a model file → model. Throws `FormatError` (code `model-kind`, `model-damaged`) for contents that make none. */
export function loadGlobal(contents: ModelContents): GlobalModel {
  expectKind(contents, 'global')
  const { arrays } = contents
  const { encoder, rowCount, kernel, summary } = record<Omit<GlobalMeta, 'encoder'> & Pick<TrainingRows, 'encoder'>>({
    encoder: encoderIn(arrays),
    rowCount: whole({ least: 1 }),
    kernel: record<RecordedKernel>({
      kind: word('fixed', 'variable'),
      epsilon: number(BANDWIDTH),
      smoothing: optional(number(BANDWIDTH))
    }),
    summary: record<FitSummary>(summaryFields)
  })(contents.meta, 'meta')
  exactly(rowCount)(summary.rowCount, 'meta.summary.rowCount')
  const rows = rowsIn(arrays, encoder, rowCount)
  return {
    training: { encoder, rows, logWeights: logWeightsIn(arrays, rowCount) },
    potentials: float64Array(arrays, 'potentials', rowCount, SCALED),
    kernel: kernelIn(kernel, rows.coordinates, arrays),
    summary
  }
}

function kernelIn({ kind, epsilon, smoothing }: RecordedKernel, points: Matrix, arrays: ModelContents['arrays']): KernelChoice {
  if (kind === 'fixed') return { kind, epsilon }
  const logWidths = float64Array(arrays, 'logWidths', points.rows, { least: -100, most: 100 })
  return { kind, epsilon, field: { points, logWidths, smoothing: number(BANDWIDTH)(smoothing, 'kernel.smoothing') } }
}
