import { InputError } from '../num/errors.js'

/**
 * An option, described once: the command line's flags, the server's validation, the studio's forms and the reference
 * documentation are all made from these.
 */
export interface Field {
  /** Name in code; the flag is the same in kebab case. */
  readonly name: string
  readonly kind: 'number' | 'integer' | 'choice' | 'text' | 'boolean'
  /** Unit of the value, '' when it has none. */
  readonly unit: string
  /** The values that are accepted, in words. */
  readonly range: string
  /** Default, as it would be typed. */
  readonly default: string
  /** One sentence on what it does. */
  readonly sentence: string
  /** Where it comes from. */
  readonly source: string
  readonly choices?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  /** Besides `kind`, these words are accepted as they stand, e.g. `auto`. */
  readonly words?: readonly string[]
  /** May be given several times; all values count. */
  readonly repeatable?: boolean
}

/** Turns typed text into the value a field describes. Throws `InputError` (code `option-value`) naming range and default. */
export function parseField(field: Field, text: string): string | number | boolean {
  if (field.words?.includes(text)) return text
  if (field.kind === 'choice') {
    if (field.choices!.includes(text)) return text
    throw refused(field, text)
  }
  if (field.kind === 'text') return text
  if (field.kind === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true'
    throw refused(field, text)
  }
  return checkNumber(field, text.trim() === '' ? Number.NaN : Number(text), text)
}

function checkNumber(field: Field, value: number, text: string): number {
  const whole = field.kind !== 'integer' || Number.isInteger(value)
  const inside = value >= (field.minimum ?? Number.NEGATIVE_INFINITY) && value <= (field.maximum ?? Number.POSITIVE_INFINITY)
  if (!Number.isFinite(value) || !whole || !inside) throw refused(field, text)
  return value
}

function refused(field: Field, text: string): InputError {
  return new InputError({
    code: 'option-value',
    got: `${field.name} = ${text}`,
    expected: field.range,
    try: `leaving it out (default ${field.default})`
  })
}
