import { InputError } from '../../num/errors.js'
import { dateCell } from '../../table/date-cell.js'
import { nearSpellings } from '../../table/near-spelling.js'

/** What an option does not go together with. */
export interface Exclusion {
  /** The value that it is about, or the only one that it is not about; any when both are left out. */
  readonly value?: string
  readonly but?: string
  /** Terms that must not hold all at once: `NAME`, `NAME=VALUE`, or one of these with `!` before it. A name may be that of a group. */
  readonly beside: readonly string[]
  /** What goes together instead. */
  readonly because?: string
}

/**
 * An option, described once: the command line's flags, the library's checks, the server's validation, the studio's forms and
 * the reference documentation are all made from these.
 */
export interface Field {
  /** Name in code; the flag is the same in kebab case. */
  readonly name: string
  /** What a form calls it, where its name does not say it. */
  readonly label?: string
  /** The flag's one letter, where it has one. */
  readonly short?: string
  /** `names`: a list of columns; `pairs`: a record by column; `numbers` and `times` (numbers or dates): lists. */
  readonly kind: 'number' | 'integer' | 'choice' | 'text' | 'boolean' | 'names' | 'pairs' | 'numbers' | 'times'
  /** Unit of the value, where it has one. */
  readonly unit?: string
  /** The values that are accepted, in words. */
  readonly range: string
  /** Default, as it would be typed. */
  readonly default: string
  /** One sentence on what it does. */
  readonly sentence: string
  /** Where it comes from, where it is not our own. */
  readonly source?: string
  readonly choices?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  /** Besides `kind`, these words are accepted as they stand, e.g. `auto`. */
  readonly words?: readonly string[]
  /** May be given several times; all values count. */
  readonly repeatable?: boolean
  /** Of a choice: may be made for single columns, as NAME=CHOICE. */
  readonly byColumn?: boolean
  /** What it says of the rows to draw: `known` exactly or in an interval, or `observed`, which is known too. */
  readonly group?: 'known' | 'observed'
  /** The option, or the group of options, without which it means nothing. */
  readonly needs?: string
  readonly excludes?: readonly Exclusion[]
}

/** One of these words. */
export const choice = <const C extends readonly string[]>(...choices: C) =>
  ({ kind: 'choice', range: `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`, choices }) as const satisfies Partial<Field>

/** A whole number. */
export const whole = (minimum: number, maximum: number) =>
  ({ kind: 'integer', range: `a whole number from ${minimum} to ${maximum}`, minimum, maximum }) as const satisfies Partial<Field>

/** On where it is given. */
export const SWITCH = { kind: 'boolean', range: 'a switch', default: 'off' } as const satisfies Partial<Field>

/** A positive number that is found from the data when left out. */
export const AUTO_OR_POSITIVE = {
  kind: 'number',
  range: 'auto, or a number above 0',
  default: 'auto',
  words: ['auto'],
  minimum: Number.MIN_VALUE
} as const satisfies Partial<Field>

/** A bandwidth ε, likewise. */
export const BANDWIDTH = { ...AUTO_OR_POSITIVE, unit: 'squared length of scaled coordinates' } as const satisfies Partial<Field>

/** `a,b,c` → names; commas inside backquotes belong to a name. */
export function splitList(text: string): string[] {
  const parts = text.match(/(`[^`]*`|[^,`])+/g) ?? []
  return parts.map((part) => part.trim().replace(/^`(.*)`$/, '$1')).filter((part) => part !== '')
}

/** `a=x,b=y` → record; undefined where a part has no `=`. */
function splitPairs(text: string): Record<string, string> | undefined {
  const pairs = splitList(text).map((part): [string, string] | undefined => {
    const at = part.lastIndexOf('=')
    return at <= 0 ? undefined : [part.slice(0, at).replace(/^`(.*)`$/, '$1'), part.slice(at + 1)]
  })
  return pairs.every((pair) => pair !== undefined) ? Object.fromEntries(pairs) : undefined
}

/** The value of an option. */
export type FieldValue = string | number | boolean | readonly (string | number)[] | Readonly<Record<string, string>>

/** Turns typed text into the value a field describes, which the message calls by `name`. Throws `InputError` (code `option-value`) naming range and default. */
export function parseField(field: Field, text: string, name = field.name): FieldValue {
  if (field.words?.includes(text)) return text
  const value = read(field, text)
  if (value === undefined) throw refused(field, field.short ? `-${field.short} ${text}` : `${name} = ${text}`)
  return value
}

function read(field: Field, text: string): FieldValue | undefined {
  switch (field.kind) {
    case 'text':
      return text
    case 'choice':
      if (field.choices!.includes(text)) return text
      return field.byColumn && text.includes('=') ? choicesIn(field, splitPairs(text)) : undefined
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : undefined
    case 'names':
      return splitList(text)
    case 'pairs':
      return splitPairs(text)
    case 'numbers':
      return all(splitList(text).map(numberIn))
    case 'times':
      return all(splitList(text).map((part) => numberIn(part) ?? (dateCell(part) ? part : undefined)))
    default: {
      const number = numberIn(text)
      return number !== undefined && fits(field, number) ? number : undefined
    }
  }
}

const all = <T>(values: (T | undefined)[]): T[] | undefined => (values.every((value) => value !== undefined) ? values : undefined)

function numberIn(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : undefined
}

function fits(field: Field, value: number): boolean {
  const inside = value >= (field.minimum ?? Number.NEGATIVE_INFINITY) && value <= (field.maximum ?? Number.POSITIVE_INFINITY)
  return Number.isFinite(value) && (field.kind !== 'integer' || Number.isInteger(value)) && inside
}

function choicesIn(field: Field, pairs: object | undefined): Readonly<Record<string, string>> | undefined {
  const single = field.choices!.filter((choice) => choice !== 'auto')
  return pairs && Object.values(pairs).every((choice) => single.includes(choice)) ? (pairs as Record<string, string>) : undefined
}

function refused(field: Field, got: string): InputError {
  return new InputError({
    code: 'option-value',
    got,
    expected: field.range,
    try: `leaving it out (default ${field.default})`
  })
}

/**
 * Refuses a value given in code that its field does not accept; undefined is left out. Texts are read by whoever uses them.
 * Throws `InputError` (code `option-value`) naming range and default.
 */
export function checkField(field: Field, value: unknown): void {
  if (value === undefined || field.words?.includes(value as string) || accepts(field, value)) return
  throw refused(field, `${field.name} = ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
}

function accepts(field: Field, value: unknown): boolean {
  const record = typeof value === 'object' && value !== null && !Array.isArray(value)
  switch (field.kind) {
    case 'text':
      return true
    case 'choice':
      return (
        field.choices!.includes(value as string) || (field.byColumn === true && record && choicesIn(field, value as object) !== undefined)
      )
    case 'boolean':
      return typeof value === 'boolean'
    case 'pairs':
      return record
    case 'names':
      return Array.isArray(value) && value.every((name) => typeof name === 'string')
    case 'numbers':
      return Array.isArray(value) && value.every((number) => typeof number === 'number')
    case 'times':
      return Array.isArray(value) && value.every((time) => typeof time === 'number' || typeof time === 'string')
    default:
      return typeof value === 'number' && fits(field, value)
  }
}

/** Refuses options that nobody reads: they would be dropped in silence. Throws `InputError` (code `option-unknown`) with what there is. */
export function refuseUnknown(options: object, known: readonly string[]): void {
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !known.includes(name))
  if (!unknown) return
  const near = nearSpellings(unknown[0], known)
  throw new InputError({
    code: 'option-unknown',
    got: `the option ${unknown[0]}`,
    expected: `one of ${[...new Set(known)].join(', ')}`,
    try: near.join(' or ') || 'checking the spelling'
  })
}

/** Names of fields. */
export const namesOf = (fields: readonly Field[]): string[] => fields.map(({ name }) => name)
