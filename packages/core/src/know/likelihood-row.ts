import { InputError } from '../num/errors.js'
import { listed } from '../num/listed.js'
import type { Encoder } from '../table/encoder.js'
import { decoderOf, type NumericScaler } from '../table/scaling.js'

/** A row in the units of the table: numbers (null where missing), level names, true or false. */
export type LikelihoodRow = Readonly<Record<string, number | string | boolean | null>>

/** A user's own likelihood. */
export interface LikelihoodModule {
  /** log L of a row, up to a constant; −∞ where it is impossible. */
  logLikelihood(row: LikelihoodRow): number
  /** Its derivative with respect to numeric columns; columns left out have none. */
  gradient?(row: LikelihoodRow): Readonly<Record<string, number>>
}

/** The column's value at a coordinate. */
export function valueAt(scaler: NumericScaler, z: number): number {
  return decoderOf(scaler)(z)
}

/** Coordinates and codes as a row in the units of the table. */
export function rowAt(encoder: Encoder, point: Float64Array, codes: Int32Array): LikelihoodRow {
  const row: Record<string, number | string | boolean | null> = {}
  encoder.columns.forEach((code, c) => {
    const { kind, levels } = encoder.kinds[c]!
    if (code.carries === 'constant') row[code.name] = code.value
    else if (code.carries === 'empty') row[code.name] = null
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

/** log L as a function of coordinates and codes. It throws `InputError`: `likelihood-not-finite` for NaN and +∞, `likelihood-throws`. */
export function moduleValue(encoder: Encoder, { logLikelihood }: LikelihoodModule): (point: Float64Array, codes: Int32Array) => number {
  return (point, codes) => {
    const found = called('the log-likelihood', () => logLikelihood(rowAt(encoder, point, codes)))
    if (typeof found === 'number' && found < Number.POSITIVE_INFINITY) return found
    throw notFinite('the log-likelihood', found, encoder)
  }
}

/**
 * The derivative of log L with respect to `names`, in the units of the columns [names]; 0 where the module gives none, and
 * where the cell is missing: log L cannot depend on a number that is not there. It throws `InputError` as `moduleValue`
 * does, and `likelihood-gradient` for names that are no numeric column.
 */
export function moduleGradient(
  encoder: Encoder,
  gradient: NonNullable<LikelihoodModule['gradient']>,
  names: readonly string[]
): (row: LikelihoodRow) => Float64Array {
  const numeric = new Set(
    encoder.columns.filter(({ carries }) => carries === 'coordinate' || carries === 'constant').map(({ name }) => name)
  )
  return (row) => {
    const found: unknown = called('the gradient', () => gradient(row))
    const entries = typeof found === 'object' && found !== null && !('then' in found) ? (found as Record<string, unknown>) : undefined
    const stranger = entries && Object.keys(entries).find((name) => !numeric.has(name))
    if (!entries || stranger !== undefined) throw noGradient(entries ? `an entry ${stranger}` : String(found), [...numeric])
    return Float64Array.from(names, (name) => {
      const entry = row[name] === null ? 0 : (entries[name] ?? 0)
      if (typeof entry === 'number' && Number.isFinite(entry)) return entry
      throw notFinite(`the gradient's entry ${name}`, entry, encoder)
    })
  }
}

function noGradient(got: string, numeric: readonly string[]): InputError {
  return new InputError({
    code: 'likelihood-gradient',
    got: `the gradient with ${got}`,
    expected: `an object with derivatives by column: ${listed(numeric)}`,
    try: 'return { column: derivative }, numeric columns only'
  })
}

/** The module's own mistakes are told as such, with the place where they happened. */
function called<T>(what: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    const place = error instanceof Error ? /[^\s(]+:\d+:\d+/.exec(error.stack ?? '')?.[0] : undefined
    throw new InputError({
      code: 'likelihood-throws',
      got: `${what}, which threw “${error instanceof Error ? error.message : String(error)}”`,
      expected: 'a function that answers for every row',
      try: place === undefined ? 'correcting the module' : `correcting it at ${place}; cells that are missing come as null`
    })
  }
}

/** What to say of a likelihood that gave no number: a misspelt column is undefined and makes NaN. */
export function notFinite(what: string, got: unknown, { columns }: Encoder): InputError {
  const names = columns.filter(({ carries }) => carries !== 'identifier').map(({ name }) => name)
  const promise = typeof got === 'object' && got !== null && 'then' in got
  return new InputError({
    code: 'likelihood-not-finite',
    got: `${what} as ${promise ? 'a promise' : String(got)}`,
    expected: 'a finite number (−Infinity for an impossible row)',
    try: promise
      ? 'a function that is not async'
      : `checking it for names that no row has (a row has ${listed(names)}), and for logarithms and divisions out of range`
  })
}

/** What to say where no training row is possible under what was observed. */
export function allExcluded(observations: readonly string[], hasModule: boolean): InputError {
  const what = [...observations.map((text) => `“${text}”`), ...(hasModule ? ['the likelihood'] : [])].join(' with ')
  return new InputError({
    code: 'likelihood-excludes-all',
    got: `${what}, under which no row of the data is possible`,
    expected: 'a value that is defined, and a log-likelihood above −Infinity, for some of the rows',
    try: 'checking logarithms, roots and divisions for their range in the data'
  })
}
