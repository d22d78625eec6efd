import type { KernelChoice } from '../../kernel/bandwidth.js'
import type { ModelContents } from '../../model-file/container.js'
import { FormatError } from '../../num/errors.js'
import { matrix } from '../../num/matrix.js'
import { type EncoderRecord, float64Array, recordEncoder, restoreEncoder } from '../encoder-file.js'
import type { FitSummary, GlobalModel } from './model.js'

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
      coordinates: rows.coordinates.data,
      codes: rows.codes,
      logWeights,
      potentials: model.potentials,
      ...(variable ? { logWidths: kernel.field.logWidths } : {})
    }
  }
}

/** Contents of a model file → model. Throws `FormatError` (code `model-kind`, `model-damaged`) for contents of another kind. */
export function loadGlobal(contents: ModelContents): GlobalModel {
  if (contents.kind !== 'global') {
    throw new FormatError({
      code: 'model-kind',
      got: `a model of kind ${contents.kind}`,
      expected: 'a model of kind global',
      try: 'the verb that wrote it'
    })
  }
  const meta = contents.meta as GlobalMeta
  const { arrays } = contents
  const encoder = restoreEncoder(meta.encoder, arrays)
  const coordinates = matrix(meta.rowCount, encoder.coordinateCount, float64Array(arrays, 'coordinates'))
  const codes = arrays.codes
  if (!(codes instanceof Int32Array)) throw damaged('codes')
  const kernel: KernelChoice =
    meta.kernel.kind === 'fixed'
      ? { kind: 'fixed', epsilon: meta.kernel.epsilon }
      : {
          kind: 'variable',
          epsilon: meta.kernel.epsilon,
          field: { points: coordinates, logWidths: float64Array(arrays, 'logWidths'), smoothing: meta.kernel.smoothing! }
        }
  return {
    training: { encoder, rows: { coordinates, codes }, logWeights: float64Array(arrays, 'logWeights') },
    potentials: float64Array(arrays, 'potentials'),
    kernel,
    summary: meta.summary
  }
}

function damaged(name: string): FormatError {
  return new FormatError({
    code: 'model-damaged',
    got: `a model without its array ${name}`,
    expected: 'a whole sbridge model file',
    try: 'fitting again'
  })
}
