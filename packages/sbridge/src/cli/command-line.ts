import { writeGiven } from '@sbridge/core/internal'
import { withoutPassword } from '../database/address.js'
import { flagNamed } from './add-fields.js'

/** A word as a shell takes it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** The command as it was typed, quoted for a shell. */
export function commandLine(): string {
  return ['sbridge', ...process.argv.slice(2).map(withoutPassword)].map(quote).join(' ')
}

/** Flags that are shorter than the names of their options. */
const SHORT: Readonly<Record<string, string>> = { rows: '-n', dimension: '-k', output: '-o' }

/** The command line of a verb on one or several files, with options by their names in code, in their order. */
export function commandFor(verb: string, files: string | readonly string[], options: object): string {
  return ['sbridge', verb, ...[files].flat(), ...Object.entries(options).flatMap(flagsOf)].map(quote).join(' ')
}

/** Options that are given once for each of their texts. */
const REPEATED = ['observe', 'rule', 'utility']

function flagsOf([name, value]: [string, unknown]): string[] {
  const flag = SHORT[name] ?? flagNamed(name)
  if (value === true) return [flag]
  if (REPEATED.includes(name) && Array.isArray(value)) return (value as readonly string[]).flatMap((text) => [flag, text])
  if (name === 'given' && typeof value === 'object') return [flag, writeGiven(value as Record<string, string>)]
  return [flag, optionText(value)]
}

/** The value of an option as it is typed. */
export function optionText(value: unknown): string {
  if (Array.isArray(value)) return value.map(listed).join(',')
  if (typeof value !== 'object') return String(value)
  return Object.entries(value!)
    .map(([key, part]) => `${listed(key)}=${part}`)
    .join(',')
}

/** A column name in a list: commas and equals signs part names, so such names stand in backquotes. */
function listed(name: unknown): string {
  const text = String(name)
  return /[,=`]/.test(text) ? `\`${text}\`` : text
}
