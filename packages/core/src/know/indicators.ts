import { InputError } from '../num/errors.js'
import { listed, typesFlag } from '../num/listed.js'
import type { ColumnCode, Encoder } from '../table/encoder.js'
import type { Indicator } from '../table/expression.js'
import { columnWord, writeIndicator } from '../table/expression-text.js'
import { nearSpellings } from '../table/near-spelling.js'
import { isCategorical, type Table } from '../table/table.js'
import { levelOf } from './given-value.js'

/** Columns that observations may speak of. */
export interface Observable extends Pick<Encoder, 'kinds' | 'formats'> {
  readonly columns: readonly Pick<ColumnCode, 'name' | 'carries'>[]
}

/**
 * The indicator of an observation with its level as the data have it. Throws `InputError`: `column-unknown`,
 * `observation-column` for columns that are no categories, `observation-level` for a category without a level, `level-unknown`.
 */
export function checkIndicator(encoder: Observable, { name, level }: Indicator, text: string): Indicator {
  const column = encoder.columns.findIndex((code) => code.name === name)
  const code = encoder.columns[column]
  if (!code) throw unknownColumn(encoder, name, text)
  if (code.carries !== 'factor') throw noCategory(encoder, column, text)
  const { kind, levels } = encoder.kinds[column]!
  const found = level === undefined && kind !== 'boolean' ? undefined : levelOf(encoder, column, level ?? true)
  if (found !== undefined) return { kind: 'indicator', name, level: levels![found]! }
  if (level === undefined)
    throw new InputError({
      code: 'observation-level',
      got: `“${text}”, where P(${columnWord(name)}) names no category`,
      expected: `P(${columnWord(name)} = LEVEL) with one of ${listed(levels!)}`,
      try: writeIndicator(name, levels![0]!)
    })
  const near = nearSpellings(level.replace(/^(["'])(.*)\1$/su, '$2'), levels!)
  throw new InputError({
    code: 'level-unknown',
    got: `“${text}”, with ${level} in ${name}`,
    expected: near.length > 0 ? `a value that ${name} has in the data, such as ${listed(near)}` : `one of ${listed(levels!)}`,
    try: near.length > 0 ? writeIndicator(name, near[0]!) : 'a value that occurs in the data'
  })
}

/** A name that an observation has and the table lacks. */
export function unknownColumn(encoder: Observable, name: string, text: string): InputError {
  const names = encoder.columns.map((code) => code.name)
  const near = nearSpellings(name, names)
  return new InputError({
    code: 'column-unknown',
    got: `“${text}”, which names the unknown column ${name}`,
    expected: `columns of the table: ${listed(near.length > 0 ? near : names)}`,
    try: near.length > 0 ? columnWord(near[0]!) : 'the name as it stands in the header, in backquotes where it is no identifier'
  })
}

function noCategory(encoder: Observable, column: number, text: string): InputError {
  const { name, carries } = encoder.columns[column]!
  const categories = encoder.columns.flatMap((code) => (code.carries === 'factor' ? [code.name] : []))
  const numeric = carries === 'coordinate' || carries === 'constant'
  const date = encoder.kinds[column]!.kind === 'datetime'
  return new InputError({
    code: 'observation-column',
    got: `“${text}”, where ${name} ${numeric ? `is a column of ${date ? 'dates' : 'numbers'}` : carries === 'empty' ? 'has no value in the data' : 'counts as an identifier'}`,
    expected: `P of a category or of true and false: ${listed(categories) || 'the table has none'}`,
    try: numeric && !date ? `${columnWord(name)} without P, or ${typesFlag(name, 'category')}` : `leaving ${name} out`
  })
}

/** The factor of a checked indicator's column. */
export function factorOf({ columns }: Encoder, { name }: Indicator): number {
  const code = columns.find((one) => one.name === name)
  if (code?.carries !== 'factor') throw new RangeError(`${name} is no category`)
  return code.factor
}

/** Whether checked indicators hold in a row of codes. */
export function holdsAt(encoder: Encoder, indicators: readonly Indicator[]): (codes: Int32Array) => (indicator: Indicator) => boolean {
  const places = new Map<string, { readonly factor: number; readonly levels: readonly string[] }>()
  for (const indicator of indicators) {
    const { levels } = encoder.kinds.find(({ name }) => name === indicator.name)!
    places.set(indicator.name, { factor: factorOf(encoder, indicator), levels: levels! })
  }
  return (codes) => (indicator) => {
    const { factor, levels } = places.get(indicator.name)!
    return levels[codes[factor]!] === indicator.level
  }
}

/** The same of rows of a table. */
export function holdsIn(table: Table): (row: number) => (indicator: Indicator) => boolean {
  const columns = new Map(table.columns.filter(isCategorical).map((column) => [column.name, column]))
  return (row) => (indicator) => {
    const { codes, levels } = columns.get(indicator.name)!
    return levels[codes[row]!] === indicator.level
  }
}
