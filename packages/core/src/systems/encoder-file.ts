import type { ModelArray } from '../model-file/container.js'
import { FormatError } from '../num/errors.js'
import { placeLevels } from '../table/categories.js'
import type { ColumnCode, Encoder } from '../table/encoder.js'

/** An encoder with its knots taken out into arrays: plain JSON. */
export interface EncoderRecord extends Omit<Encoder, 'factors'> {
  readonly factors: readonly { readonly name: string; readonly levelCount: number }[]
}

/** Encoder → JSON and arrays named `knots.<place>`. */
export function recordEncoder(encoder: Encoder): { record: EncoderRecord; arrays: Record<string, ModelArray> } {
  const arrays: Record<string, ModelArray> = {}
  const columns = encoder.columns.map((code, c): ColumnCode => {
    if (code.carries !== 'coordinate' || code.scaler.method !== 'quantile') return code
    arrays[`knots.${c}`] = code.scaler.knots
    return { ...code, scaler: { ...code.scaler, knots: new Float64Array(0) } }
  })
  return { record: { ...encoder, columns, factors: encoder.factors.map(({ name, levelCount }) => ({ name, levelCount })) }, arrays }
}

/** The inverse of `recordEncoder`. */
export function restoreEncoder(record: EncoderRecord, arrays: Readonly<Record<string, ModelArray>>): Encoder {
  const columns = record.columns.map((code, c): ColumnCode => {
    if (code.carries !== 'coordinate' || code.scaler.method !== 'quantile') return code
    return { ...code, scaler: { ...code.scaler, knots: float64Array(arrays, `knots.${c}`) } }
  })
  return { ...record, columns, factors: record.factors.map((factor) => ({ ...factor, places: placeLevels(factor.levelCount) })) }
}

/** An array of a model file. Throws `FormatError` (code `model-damaged`) when it is not there. */
export function float64Array(arrays: Readonly<Record<string, ModelArray>>, name: string): Float64Array {
  const array = arrays[name]
  if (array instanceof Float64Array) return array
  throw new FormatError({
    code: 'model-damaged',
    got: `a model without its array ${name}`,
    expected: 'a whole sbridge model file',
    try: 'fitting again'
  })
}
