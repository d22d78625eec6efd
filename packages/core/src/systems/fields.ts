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

/**
 * Refuses a value given in code that its field does not accept; undefined is left out. Texts are read by whoever uses them.
 * Throws `InputError` (code `option-value`) naming range and default.
 */
export function checkField(field: Field, value: unknown): void {
  if (value === undefined || field.kind === 'text' || field.words?.includes(value as string)) return
  if (field.kind === 'choice') {
    if (!field.choices!.includes(value as string)) throw refused(field, String(value))
  } else if (field.kind === 'boolean') {
    if (typeof value !== 'boolean') throw refused(field, String(value))
  } else checkNumber(field, typeof value === 'number' ? value : Number.NaN, String(value))
}

/** Refuses options that nobody reads: they would be dropped in silence. Throws `InputError` (code `option-unknown`) with what there is. */
export function refuseUnknown(options: object, known: readonly string[]): void {
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !known.includes(name))
  if (!unknown) return
  throw new InputError({
    code: 'option-unknown',
    got: `the option ${unknown[0]}`,
    expected: `one of ${[...new Set(known)].join(', ')}`,
    try: 'checking the spelling'
  })
}

/** Names of fields. */
export const namesOf = (fields: readonly Field[]): string[] => fields.map(({ name }) => name)
