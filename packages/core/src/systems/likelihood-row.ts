import { InputError } from '../num/errors.js'
import type { Encoder } from '../table/encoder.js'
import { type NumericScaler, unscaleValues } from '../table/scaling.js'

/** A row in the units of the table: numbers (null where missing), level names, true or false. */
export type LikelihoodRow = Readonly<Record<string, number | string | boolean | null>>

/** A user's own likelihood. */
export interface LikelihoodModule {
  /** log L of a row, up to a constant; −∞ where it is impossible. */
  readonly logLikelihood: (row: LikelihoodRow) => number
  /** Its derivative with respect to numeric columns; columns left out have none. */
  readonly gradient?: ((row: LikelihoodRow) => Readonly<Record<string, number>>) | undefined
}

/** The column's value at a coordinate. */
export function valueAt(scaler: NumericScaler, z: number): number {
  return unscaleValues(scaler, Float64Array.of(z))[0]!
}

/** Coordinates and codes as a row in the units of the table. */
export function rowAt(encoder: Encoder, point: Float64Array, codes: Int32Array): LikelihoodRow {
  const row: Record<string, number | string | boolean | null> = {}
  encoder.columns.forEach((code, c) => {
    const { kind, levels } = encoder.kinds[c]!
    if (code.carries === 'constant') row[code.name] = code.value
    else if (code.carries === 'factor') {
      const level = levels![codes[code.factor]!]
      row[code.name] = level === undefined ? null : kind === 'boolean' ? level === 'true' : level
    } else if (code.carries === 'coordinate') {
      const missing = code.missingFactor !== undefined && codes[code.missingFactor] === 1
      row[code.name] = missing ? null : valueAt(code.scaler, point[code.coordinate]!)
    }
  })
  return row
}

/** log L as a function of coordinates and codes. It throws `InputError` (code `likelihood-not-finite`) for NaN and +∞. */
export function moduleValue(encoder: Encoder, { logLikelihood }: LikelihoodModule): (point: Float64Array, codes: Int32Array) => number {
  return (point, codes) => {
    const found = logLikelihood(rowAt(encoder, point, codes))
    if (typeof found === 'number' && found < Number.POSITIVE_INFINITY) return found
    throw notFinite('the log-likelihood', found, encoder)
  }
}

/** What to say of a likelihood that gave no number: a misspelt column is undefined and makes NaN. */
export function notFinite(what: string, got: unknown, { columns }: Encoder): InputError {
  const names = columns.filter(({ carries }) => carries !== 'identifier').map(({ name }) => name)
  return new InputError({
    code: 'likelihood-not-finite',
    got: `${what} as ${String(got)}`,
    expected: 'a finite number (−Infinity for an impossible row)',
    try: `checking it for names that no row has (a row has ${names.join(', ')}), and for logarithms and divisions out of range`
  })
}
