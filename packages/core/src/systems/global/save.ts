import type { KernelChoice } from '../../kernel/bandwidth.js'
import type { ModelArray, ModelContents } from '../../model-file/container.js'
import { FormatError } from '../../num/errors.js'
import { matrix } from '../../num/matrix.js'
import { placeLevels } from '../../table/categories.js'
import type { ColumnCode, Encoder } from '../../table/encoder.js'
import type { FitSummary, GlobalModel } from './model.js'

/** An encoder with its knots taken out into arrays. */
interface EncoderMeta {
  readonly columns: readonly ColumnCode[]
  readonly formats: Encoder['formats']
  readonly kinds: Encoder['kinds']
  readonly coordinateCount: number
  readonly factors: readonly { readonly name: string; readonly levelCount: number }[]
}

interface GlobalMeta {
  readonly encoder: EncoderMeta
  readonly rowCount: number
  readonly kernel: { readonly kind: 'fixed' | 'variable'; readonly epsilon: number; readonly smoothing?: number }
  readonly summary: FitSummary
}

/** Encoder → JSON and arrays named `knots.<place>`. */
export function packEncoder(encoder: Encoder): { meta: EncoderMeta; arrays: Record<string, ModelArray> } {
  const arrays: Record<string, ModelArray> = {}
  const columns = encoder.columns.map((code, c): ColumnCode => {
    if (code.carries !== 'coordinate' || code.scaler.method !== 'quantile') return code
    arrays[`knots.${c}`] = code.scaler.knots
    return { ...code, scaler: { ...code.scaler, knots: new Float64Array(0) } }
  })
  const { formats, kinds, coordinateCount } = encoder
  return {
    meta: { columns, formats, kinds, coordinateCount, factors: encoder.factors.map(({ name, levelCount }) => ({ name, levelCount })) },
    arrays
  }
}

/** The inverse of `packEncoder`. */
export function unpackEncoder(meta: EncoderMeta, arrays: Readonly<Record<string, ModelArray>>): Encoder {
  const columns = meta.columns.map((code, c): ColumnCode => {
    if (code.carries !== 'coordinate' || code.scaler.method !== 'quantile') return code
    return { ...code, scaler: { ...code.scaler, knots: floats(arrays, `knots.${c}`) } }
  })
  return { ...meta, columns, factors: meta.factors.map((factor) => ({ ...factor, places: placeLevels(factor.levelCount) })) }
}

/** Model → contents of a model file. */
export function saveGlobal(model: GlobalModel): ModelContents {
  const { encoder, rows, logWeights } = model.training
  const packed = packEncoder(encoder)
  const { kernel } = model
  const variable = kernel.kind === 'variable'
  const meta: GlobalMeta = {
    encoder: packed.meta,
    rowCount: rows.coordinates.rows,
    kernel: { kind: kernel.kind, epsilon: kernel.epsilon, ...(variable ? { smoothing: kernel.field.smoothing } : {}) },
    summary: model.summary
  }
  return {
    kind: 'global',
    meta,
    arrays: {
      ...packed.arrays,
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
  const encoder = unpackEncoder(meta.encoder, arrays)
  const coordinates = matrix(meta.rowCount, encoder.coordinateCount, floats(arrays, 'coordinates'))
  const codes = arrays.codes
  if (!(codes instanceof Int32Array)) throw damaged('codes')
  const kernel: KernelChoice =
    meta.kernel.kind === 'fixed'
      ? { kind: 'fixed', epsilon: meta.kernel.epsilon }
      : {
          kind: 'variable',
          epsilon: meta.kernel.epsilon,
          field: { points: coordinates, logWidths: floats(arrays, 'logWidths'), smoothing: meta.kernel.smoothing! }
        }
  return {
    training: { encoder, rows: { coordinates, codes }, logWeights: floats(arrays, 'logWeights') },
    potentials: floats(arrays, 'potentials'),
    kernel,
    summary: meta.summary
  }
}

function floats(arrays: Readonly<Record<string, ModelArray>>, name: string): Float64Array {
  const array = arrays[name]
  if (array instanceof Float64Array) return array
  throw damaged(name)
}

function damaged(name: string): FormatError {
  return new FormatError({
    code: 'model-damaged',
    got: `a model without its array ${name}`,
    expected: 'a whole sbridge model file',
    try: 'fitting again'
  })
}
