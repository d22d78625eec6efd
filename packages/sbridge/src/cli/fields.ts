import {
  conditionFields,
  drawFields,
  type Field,
  fitFields,
  forecastFields,
  latentDrawFields,
  latentFields,
  localFields,
  marginalsFields,
  parseField
} from '@sbridge/core'

/** Options of reading a table. */
export const tableFields: readonly Field[] = [
  text(
    'types',
    'NAME=KIND pairs',
    'inferred',
    'Kinds of columns: number, integer, category, boolean, datetime or identifier.',
    'NAME=KIND,…'
  ),
  text('columns', 'column names', 'all', 'Uses only these columns.', 'A,B,…'),
  text('exclude', 'column names', 'none', 'Leaves these columns out.', 'A,B,…'),
  text('missing', 'words', 'empty cell, NA, N/A, null', 'More words that stand for a missing value, e.g. NaN.', 'WORD,…'),
  text('weights', 'a column of numbers', 'equal weights', 'Uses this column as row weights; it is not modelled and written as 1.', 'COLUMN')
]

/** Options of reports. */
export const reportFields: readonly Field[] = [
  {
    name: 'showValues',
    kind: 'boolean',
    unit: '',
    range: 'a switch, with --report',
    default: 'off',
    sentence: 'The report also shows what fewer than three real rows have: rare levels and combinations, single values, training images.',
    source: ''
  }
]

/** Options of running. */
export const runFields: readonly Field[] = [
  {
    name: 'seed',
    kind: 'integer',
    unit: '',
    range: 'a whole number from 0 to 9007199254740991',
    default: 'drawn and printed',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    sentence: 'Seed of all randomness: same seed, data and options, same bytes.',
    source: 'Philox4x32-10'
  },
  {
    name: 'engine',
    kind: 'choice',
    unit: '',
    range: 'wasm, wasm-relaxed or reference',
    default: 'wasm',
    choices: ['wasm', 'wasm-relaxed', 'reference'],
    sentence: 'What computes: wasm gives the same bytes on every machine, wasm-relaxed is faster, reference is plain TypeScript.',
    source: ''
  },
  {
    name: 'precision',
    kind: 'choice',
    unit: '',
    range: 'float64 or float32',
    default: 'float64',
    choices: ['float64', 'float32'],
    sentence: 'Floating-point width of the wasm engines.',
    source: ''
  },
  {
    name: 'threads',
    kind: 'integer',
    unit: 'threads',
    range: 'a whole number from 1 to 256',
    default: 'all cores',
    minimum: 1,
    maximum: 256,
    sentence: 'Threads; the result does not depend on them.',
    source: ''
  }
]

const COIFMAN_LAFON = 'Coifman, Lafon, ACHA 2006'

/** Options of `embed`, each described once. */
export const embedFields: readonly Field[] = [
  {
    name: 'bandwidth',
    kind: 'number',
    unit: 'squared length of scaled coordinates',
    range: 'auto, or a number above 0',
    default: 'auto',
    words: ['auto'],
    minimum: Number.MIN_VALUE,
    sentence: 'Kernel bandwidth ε; auto is the smallest at which the data are connected, larger ones take short cuts.',
    source: COIFMAN_LAFON
  },
  {
    name: 'alpha',
    kind: 'number',
    unit: '',
    range: 'a number from -1 to 2',
    default: '0.5',
    minimum: -1,
    maximum: 2,
    sentence: 'Density normalisation: 1 sees the surface only, 0.5 the data distribution, 0 emphasises dense regions.',
    source: COIFMAN_LAFON
  },
  {
    name: 'time',
    kind: 'number',
    unit: 'steps of ε',
    range: 'a number from 0 to 1000',
    default: '1',
    minimum: 0,
    maximum: 1000,
    sentence: 'Diffusion time t in the coordinates λ^t ψ; 0 gives the eigenfunctions themselves, of mean square 1.',
    source: COIFMAN_LAFON
  },
  {
    name: 'scaling',
    kind: 'text',
    unit: '',
    range: 'standard, quantile, or NAME=METHOD for single columns',
    default: 'standard',
    sentence: 'How numeric columns become coordinates.',
    source: ''
  }
]

/** Every option, in the order of `info --options`. */
export const allFields: readonly { readonly group: string; readonly fields: readonly Field[] }[] = [
  { group: 'model', fields: fitFields },
  { group: 'localisation', fields: localFields },
  { group: 'latent models', fields: [...latentFields, ...latentDrawFields] },
  { group: 'draws', fields: drawFields },
  { group: 'conditions', fields: conditionFields },
  { group: 'embed', fields: embedFields },
  { group: 'forecast', fields: forecastFields },
  { group: 'trajectories', fields: marginalsFields },
  { group: 'table', fields: tableFields },
  { group: 'report', fields: reportFields },
  { group: 'running', fields: runFields }
]

function text(name: string, range: string, fallback: string, sentence: string, unit: string): Field {
  return { name, kind: 'text', unit, range, default: fallback, sentence, source: '' }
}

/** `nearestCount` → `--nearest-count`. */
export const flagNamed = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

export const flagOf = ({ name }: Pick<Field, 'name'>): string => flagNamed(name)

interface Optioned {
  option(flags: string, description: string, collect?: (value: string, before: string[] | undefined) => string[]): unknown
}

/** Adds one flag a field; values arrive as text and are read by `readFields`, those of a repeatable one as a list of texts. A truth value is a switch. */
export function addFields(command: Optioned, fields: readonly Field[]): void {
  for (const field of fields) {
    const flags = field.kind === 'boolean' ? flagOf(field) : `${flagOf(field)} <value>`
    const description = `${field.sentence} ${sentenceOf(field)}`
    if (field.repeatable) command.option(flags, description, (value, before = []) => [...before, value])
    else command.option(flags, description)
  }
}

function sentenceOf(field: Field): string {
  return `(${field.range}; default ${field.default})`
}

/** The typed values of those fields that were given. Throws `InputError` naming flag, range and default. */
export function readFields(fields: readonly Field[], given: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  const values: Record<string, string | number | boolean> = {}
  for (const field of fields) {
    const value = given[field.name]
    if (typeof value === 'string') values[field.name] = parseField(field, value)
    if (value === true && field.kind === 'boolean') values[field.name] = true
  }
  return values
}
