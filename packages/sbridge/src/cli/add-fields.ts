import { type Field, type FieldValue, parseField } from '@sbridge/core/internal'

/** `nearestCount` → `--nearest-count`. */
export const flagNamed = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

export const flagOf = ({ name }: Pick<Field, 'name'>): string => flagNamed(name)

interface Optioned {
  option(flags: string, description: string, collect?: (value: string, before: string[] | undefined) => string[]): unknown
}

/** Adds one flag a field; values arrive as text and are read by `readFields`, those of a repeatable one as a list of texts. A truth value is a switch. */
export function addFields(command: Optioned, fields: readonly Field[]): void {
  for (const field of fields) {
    const flag = `${field.short ? `-${field.short}, ` : ''}${flagOf(field)}`
    const flags = field.kind === 'boolean' ? flag : `${flag} <value>`
    const description = `${field.sentence} (${field.range}; default ${field.default})`
    if (field.repeatable) command.option(flags, description, (value, before = []) => [...before, value])
    else command.option(flags, description)
  }
}

/** The typed values of those fields that were given. Throws `InputError` naming flag, range and default. */
export function readFields(fields: readonly Field[], given: Readonly<Record<string, unknown>>): Record<string, FieldValue> {
  const values: Record<string, FieldValue> = {}
  for (const field of fields) {
    const value = given[field.name]
    if (value !== undefined)
      values[field.name] = typeof value === 'string' ? parseField(field, value, flagOf(field).slice(2)) : (value as FieldValue)
  }
  return values
}
