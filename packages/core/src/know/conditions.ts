import { InputError } from '../num/errors.js'
import { placesByName } from '../num/group.js'
import { typesFlag } from '../num/listed.js'
import { limitAt } from '../table/censoring.js'
import type { Encoder } from '../table/encoder.js'
import { formLike } from '../table/forms.js'
import type { ColumnFormat } from '../table/infer.js'
import { nearSpellings } from '../table/near-spelling.js'
import { withDigitsOf } from '../table/number-style.js'
import { type CategoricalColumn, isCategorical, isNumeric, type Table } from '../table/table.js'
import { unknownColumn } from '../table/unknown-column.js'
import { type GivenValue, impossible, isAny, levelsOf, levelUnknown, malformed, numberOrRange, plainGiven, wordsOf } from './given-value.js'

/** What is known of a row, by column name. */
export type Given = Readonly<Record<string, GivenValue>>

export interface GivenNumber {
  /** Place of the column in the table. */
  readonly column: number
  readonly name: string
  /** In the units of the table. */
  readonly value: number
}

export interface GivenRange {
  readonly column: number
  readonly name: string
  readonly low: number
  readonly high: number
}

/** A category that the data do not have: the rows of its condition are drawn without it, and it is written as it stands. */
interface UnknownLevel {
  readonly column: number
  readonly name: string
  readonly text: string
  /** Place of its condition, from 1, and categories of the data that are spelled like it. */
  readonly condition: number
  readonly near: readonly string[]
}

/** A condition whose every part has been checked against the columns of a model. */
export interface Condition {
  /** In words, as it was given. */
  readonly words: string
  readonly numbers: readonly GivenNumber[]
  /** Numbers that the rows it is drawn from all have, and that are not compared. */
  readonly standing?: readonly GivenNumber[] | undefined
  readonly ranges: readonly GivenRange[]
  /** Level of each factor that is known. */
  readonly levels: ReadonlyMap<number, number>
  /** Levels of which one holds, ascending, of each factor where they are several and not all. */
  readonly among: ReadonlyMap<number, readonly number[]>
  /** Places of categorical columns and constants that were given: written as they stand. */
  readonly named: readonly string[]
  /** Empty unless other conditions of the list are known. */
  readonly unknown: readonly UnknownLevel[]
}

/**
 * A name of each condition by what it says, in the order of the columns; one that was there before is named by how often. Draws
 * keyed by it are the same in any company and order, and those of equal conditions are not.
 */
export const namesOfConditions = (conditions: readonly Condition[]): string[] => namesOf(conditions.map(partsOf))

/** Places of conditions that say the same, by what they say. */
export const placesAlike = (conditions: readonly Condition[]): Map<string, number[]> =>
  placesByName(conditions, (condition) => nameOf(partsOf(condition)))

const partsOf = ({ numbers, ranges, levels, among }: Condition): string[] => [
  ...numbers.map(({ name, value }) => `${name}=${value}`),
  ...ranges.map(({ name, low, high }) => `${name}=${low}..${high}`),
  ...Array.from(levels, ([factor, level]) => `${factor}:${level}`),
  ...Array.from(among, ([factor, some]) => `${factor}:${some.join('|')}`)
]

const nameOf = (words: readonly string[]): string => [...words].sort().join(',')

/** The same of conditions that are not read yet. */
export function namesOfGivens(givens: readonly Given[]): string[] {
  return namesOf(givens.map((given) => Object.entries(given).map(([name, value]) => `${name}=${wordsOf(value)}`)))
}

function namesOf(said: readonly (readonly string[])[]): string[] {
  const seen = new Map<string, number>()
  return said.map((words) => {
    const name = nameOf(words)
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    return before === 0 ? name : `${name} (${before})`
  })
}

/**
 * Checks conditions against a model's columns. Throws `InputError` naming the condition where one is impossible. A category
 * that the data do not have is no reason to refuse a list in which other conditions have none such, unless `unknown` says so.
 */
export function resolveConditions(encoder: Encoder, givens: readonly Given[], unknown: 'allow' | 'refuse' = 'allow'): Condition[] {
  const conditions = resolveAll(encoder, givens, unknown === 'allow' && givens.length > 1)
  return conditions.every((condition) => condition.unknown.length > 0) ? resolveAll(encoder, givens, false) : conditions
}

function resolveAll(encoder: Encoder, givens: readonly Given[], lenient: boolean): Condition[] {
  return givens.map((given, i) => {
    try {
      return resolve(encoder, given, lenient ? i + 1 : undefined)
    } catch (error) {
      if (givens.length === 1 || !(error instanceof InputError)) throw error
      throw new InputError({ code: error.code, got: `in condition ${i + 1}: ${error.got}`, expected: error.expected, try: error.remedy })
    }
  })
}

interface Draft {
  readonly numbers: GivenNumber[]
  readonly ranges: GivenRange[]
  readonly levels: Map<number, number>
  readonly among: Map<number, readonly number[]>
  readonly named: string[]
  readonly unknown: UnknownLevel[]
}

/** `place`: of the condition in its list, from 1, where unknown categories may stand. */
function resolve(encoder: Encoder, given: Given, place: number | undefined): Condition {
  const draft: Draft = { numbers: [], ranges: [], levels: new Map(), among: new Map(), named: [], unknown: [] }
  const words: string[] = []
  for (const [name, cell] of Object.entries(given)) {
    const value = plainGiven(name, cell)
    words.push(`${name}=${wordsOf(value)}`)
    resolveColumn(encoder, { name, value, place }, draft)
  }
  return { ...draft, words: words.join(', ') }
}

interface GivenColumn {
  readonly name: string
  readonly value: GivenValue
  readonly place: number | undefined
}

function resolveColumn(encoder: Encoder, { name, value, place }: GivenColumn, draft: Draft): void {
  if (value === null || value === undefined) throw malformed(name, value)
  const column = encoder.columns.findIndex((code) => code.name === name)
  const code = encoder.columns[column]
  if (!code) throw unknownColumn(name, encoder.columns)
  draft.named.push(name)
  if (code.carries === 'identifier') {
    const { form } = encoder.formats[column]!
    if (form !== undefined)
      throw new InputError({
        code: 'condition-identifier',
        got: `${name}, which is written by ${form} and what other columns of the row say`,
        expected: `${form} and these columns`,
        try: `${form}=${formLike(encoder.kinds.find((one) => one.name === form)?.levels ?? [], String(value)) ?? 'LEVEL'} and these columns, or ${typesFlag(name, 'category')}, which models ${name} as it stands`
      })
    throw new InputError({
      code: 'condition-identifier',
      got: `${name}, which counts as an identifier and is not modelled`,
      expected: 'a column of numbers, dates, booleans or categories',
      try: `${typesFlag(name, 'integer')} where they are numbers, ${typesFlag(name, 'category')} where its values recur`
    })
  }
  if (code.carries === 'empty')
    throw impossible(`${name}=${wordsOf(value)}`, `a column with values: ${name} has none in the data`, `leaving ${name} out`)
  if (code.carries === 'factor') {
    const levels = levelsOf(encoder, column, value)
    if (levels?.length === 1) draft.levels.set(code.factor, levels[0]!)
    else if (levels && levels.length < encoder.factors[code.factor]!.levelCount) draft.among.set(code.factor, levels)
    else if (!levels && place !== undefined && isWritable(encoder, column))
      draft.unknown.push(unknownLevel(encoder, { column, value, condition: place }))
    else if (!levels) throw levelUnknown(encoder, column, value)
    return
  }
  const parsed = numberOrRange(encoder, column, value)
  if (code.carries === 'constant') {
    const fits = typeof parsed === 'number' ? parsed === code.value : parsed.low <= code.value && code.value <= parsed.high
    if (!fits)
      throw impossible(`${name}=${wordsOf(value)}`, `${code.value}, the only value that ${name} has in the data`, `leaving ${name} out`)
    return
  }
  if (code.missingFactor !== undefined) draft.levels.set(code.missingFactor, 0)
  if (isAny(parsed)) return
  if (typeof parsed === 'number') draft.numbers.push({ column, name, value: parsed })
  else draft.ranges.push({ column, name, ...parsed })
}

/** Whether a column can hold words that the data do not have. */
function isWritable(encoder: Encoder, column: number): boolean {
  return encoder.kinds[column]!.kind === 'category' && encoder.formats[column]!.source === 'text'
}

function unknownLevel(
  encoder: Encoder,
  { column, value, condition }: { column: number; value: GivenValue; condition: number }
): UnknownLevel {
  const { name, levels } = encoder.kinds[column]!
  const text = wordsOf(value)
  return { column, name, text, condition, near: nearSpellings(text, levels!) }
}

/** Given numbers, the ends of intervals and unknown categories as they were given: whatever rounding and scaling would have made of them. */
export function repeatGiven(table: Table, conditions: readonly Condition[], count: number): Table {
  const columns = table.columns.map((column, c) => {
    if (isCategorical(column)) return repeatUnknown(column, { conditions, c, count })
    if (!isNumeric(column)) return column
    const values = column.values.slice()
    conditions.forEach(({ numbers, ranges }, k) => {
      const number = numbers.find((candidate) => candidate.column === c)
      const range = ranges.find((candidate) => candidate.column === c)
      for (let i = k * count; i < (k + 1) * count; i++) {
        if (number) values[i] = number.value
        else if (range) values[i] = Math.min(range.high, Math.max(range.low, values[i]!))
      }
    })
    return { ...column, values }
  })
  return { columns, rowCount: table.rowCount }
}

function repeatUnknown(
  column: CategoricalColumn,
  { conditions, c, count }: { conditions: readonly Condition[]; c: number; count: number }
): CategoricalColumn {
  const texts = conditions.map(({ unknown }) => unknown.find((one) => one.column === c)?.text)
  const added = [...new Set(texts.filter((text) => text !== undefined))]
  if (added.length === 0) return column
  const codes = column.codes.slice()
  texts.forEach((text, k) => {
    if (text !== undefined) codes.fill(column.levels.length + added.indexOf(text), k * count, (k + 1) * count)
  })
  return { ...column, codes, levels: [...column.levels, ...added] }
}

/** Columns show as many decimals and digits as the given values need. */
export function formatsFor(encoder: Encoder, conditions: readonly Condition[]): readonly ColumnFormat[] {
  return encoder.formats.map((format, c) => {
    const given = conditions.flatMap(({ numbers }) => numbers.flatMap(({ column, value }) => (column === c ? [value] : [])))
    if (!format.number || given.length === 0) return format
    const number = given.reduce(withDigitsOf, format.number)
    const { decimals, censoring } = number
    const shown = decimals === undefined ? [] : given.filter((value) => !limitAt(value, censoring)).map(decimalsOf)
    const most = shown.reduce((a, b) => Math.max(a, b), decimals ?? 0)
    if (most === (decimals ?? 0)) return { ...format, number }
    return { ...format, number: { ...number, decimals: most, padded: false } }
  })
}

function decimalsOf(value: number): number {
  const text = String(value)
  const [digits, exponent] = text.split('e')
  const point = digits!.indexOf('.')
  return Math.max(0, (point < 0 ? 0 : digits!.length - point - 1) - Number(exponent ?? 0))
}
