import { InputError } from '../num/errors.js'
import { listed } from '../num/listed.js'
import { beyondLimit, limitAt } from '../table/censoring.js'
import { parseDateTime } from '../table/date-cell.js'
import type { Encoder } from '../table/encoder.js'
import type { ColumnFormat } from '../table/infer.js'
import { nearSpellings } from '../table/near-spelling.js'
import { PLAIN, readNumber } from '../table/notation.js'
import { roundToFormat } from '../table/present.js'
import { type CategoricalColumn, isCategorical, isNumeric, type Table } from '../table/table.js'

/** A value, or an interval of numbers with either end open. Text is read as the column's kind says; `4500..5200` is an interval. */
export type GivenValue = number | string | boolean | { readonly from?: number; readonly to?: number }

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
export interface UnknownLevel {
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
  readonly ranges: readonly GivenRange[]
  /** Level of each factor that is known. */
  readonly levels: ReadonlyMap<number, number>
  /** Places of categorical columns and constants that were given: written as they stand. */
  readonly named: readonly string[]
  /** Empty unless other conditions of the list are known. */
  readonly unknown: readonly UnknownLevel[]
}

/**
 * A name of each condition by what it says, in the order of the columns; one that was there before is named by how often. Draws
 * keyed by it are the same in any company and order, and those of equal conditions are not.
 */
export function namesOfConditions(conditions: readonly Condition[]): string[] {
  return namesOf(
    conditions.map(({ numbers, ranges, levels }) => [
      ...numbers.map(({ name, value }) => `${name}=${value}`),
      ...ranges.map(({ name, low, high }) => `${name}=${low}..${high}`),
      ...Array.from(levels, ([factor, level]) => `${factor}:${level}`)
    ])
  )
}

/** The same of conditions that are not read yet. */
export function namesOfGivens(givens: readonly Given[]): string[] {
  return namesOf(givens.map((given) => Object.entries(given).map(([name, value]) => `${name}=${wordsOf(value)}`)))
}

function namesOf(said: readonly (readonly string[])[]): string[] {
  const seen = new Map<string, number>()
  return said.map((words) => {
    const name = [...words].sort().join(',')
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
  readonly named: string[]
  readonly unknown: UnknownLevel[]
}

/** `place`: of the condition in its list, from 1, where unknown categories may stand. */
function resolve(encoder: Encoder, given: Given, place: number | undefined): Condition {
  const draft: Draft = { numbers: [], ranges: [], levels: new Map(), named: [], unknown: [] }
  const words: string[] = []
  for (const [name, value] of Object.entries(given)) {
    words.push(`${name}=${wordsOf(value)}`)
    resolveColumn(encoder, { name, value, place }, draft)
  }
  return { ...draft, words: words.join(', ') }
}

function wordsOf(value: GivenValue): string {
  return typeof value === 'object' && value !== null ? `${value.from ?? ''}..${value.to ?? ''}` : String(value)
}

interface GivenColumn {
  readonly name: string
  readonly value: GivenValue
  readonly place: number | undefined
}

function resolveColumn(encoder: Encoder, { name, value, place }: GivenColumn, draft: Draft): void {
  if (value === null || value === undefined)
    throw new InputError({
      code: 'given-malformed',
      got: `${name} = ${value}`,
      expected: 'a value or an interval',
      try: `leaving ${name} out`
    })
  const column = encoder.columns.findIndex((code) => code.name === name)
  const code = encoder.columns[column]
  if (!code) throw unknownColumn(encoder, name)
  draft.named.push(name)
  if (code.carries === 'identifier') {
    throw new InputError({
      code: 'condition-identifier',
      got: `${name}, which counts as an identifier and is not modelled`,
      expected: 'a column of numbers, dates, booleans or categories',
      try: `--types ${name}=integer where they are numbers, --types ${name}=category where its values recur`
    })
  }
  if (code.carries === 'empty')
    throw impossible(`${name}=${wordsOf(value)}`, `a column with values: ${name} has none in the data`, `leaving ${name} out`)
  if (code.carries === 'factor') {
    const level = levelOf(encoder, column, value)
    if (level !== undefined) draft.levels.set(code.factor, level)
    else if (place !== undefined && isWritable(encoder, column))
      draft.unknown.push(unknownLevel(encoder, { column, value, condition: place }))
    else throw levelUnknown(encoder, column, value)
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
  if (typeof parsed === 'number') draft.numbers.push({ column, name, value: parsed })
  else draft.ranges.push({ column, name, ...parsed })
}

function unknownColumn(encoder: Encoder, name: string): InputError {
  return new InputError({
    code: 'column-unknown',
    got: `the column ${name}`,
    expected: `one of ${listed(encoder.columns.map((code) => code.name))}`,
    try: 'the name as it stands in the header'
  })
}

function impossible(got: string, expected: string, remedy: string): InputError {
  return new InputError({ code: 'condition-impossible', got, expected, try: remedy })
}

/** The level that a value names, however a boolean is spelled. */
export function levelOf(encoder: Pick<Encoder, 'kinds' | 'formats'>, column: number, value: GivenValue): number | undefined {
  const { kind, levels } = encoder.kinds[column]!
  const format = encoder.formats[column]!
  const text = textOf(value)
  let level = levels!.indexOf(text)
  if (level < 0 && kind === 'boolean') {
    const spelled = format.spelling?.indexOf(text) ?? -1
    level = spelled >= 0 ? spelled : levels!.indexOf(text.toLowerCase())
  }
  return level >= 0 ? level : undefined
}

const textOf = (value: GivenValue): string => (typeof value === 'object' ? wordsOf(value) : String(value))

/** Whether a column can hold words that the data do not have. */
function isWritable(encoder: Encoder, column: number): boolean {
  return encoder.kinds[column]!.kind === 'category' && encoder.formats[column]!.source === 'text'
}

function unknownLevel(
  encoder: Encoder,
  { column, value, condition }: { column: number; value: GivenValue; condition: number }
): UnknownLevel {
  const { name, levels } = encoder.kinds[column]!
  const text = textOf(value)
  return { column, name, text, condition, near: nearSpellings(text, levels!) }
}

function levelUnknown(encoder: Encoder, column: number, value: GivenValue): InputError {
  const { name, levels } = encoder.kinds[column]!
  return new InputError({
    code: 'level-unknown',
    got: `${textOf(value)} in ${name}`,
    expected: `one of ${listed(levels!)}`,
    try: 'a value that occurs in the data'
  })
}

const RANGE = /^\s*([^.\s].*?|\.\d.*?)?\s*\.\.\s*([^\s].*?)?\s*$/

function numberOrRange(encoder: Encoder, column: number, value: GivenValue): number | { low: number; high: number } {
  const name = encoder.kinds[column]!.name
  const parse = (text: string) => parseCell(encoder, column, text)
  if (typeof value === 'boolean') throw unfitValue(encoder, column, String(value))
  if (typeof value === 'number') return checkNumber(encoder, column, value)
  if (typeof value === 'object')
    return checkRange(encoder, column, value.from ?? Number.NEGATIVE_INFINITY, value.to ?? Number.POSITIVE_INFINITY)
  // 1...5 could be 1 to 5 or to .5.
  if (value.includes('...')) throw unfitValue(encoder, column, value)
  const match = value.includes('..') ? RANGE.exec(value) : null
  if (!match) return parse(value)
  const [, from, to] = match
  if (from === undefined && to === undefined) throw impossible(`${name}=${value}`, 'an interval with at least one end', `${name}=1..2`)
  return checkRange(
    encoder,
    column,
    from === undefined ? Number.NEGATIVE_INFINITY : parseCell(encoder, column, from, 'end'),
    to === undefined ? Number.POSITIVE_INFINITY : parseCell(encoder, column, to, 'end')
  )
}

function parseCell(encoder: Encoder, column: number, text: string, as: 'value' | 'end' = 'value'): number {
  const { kind } = encoder.kinds[column]!
  const { date, number } = encoder.formats[column]!
  const read = (cell: string) => readNumber(cell, number?.notation ?? PLAIN)
  const parsed = kind === 'datetime' ? parseDateTime(text, date) : (read(text) ?? beyondLimit(text, number?.censoring, read))
  if (parsed === undefined) throw unfitValue(encoder, column, text)
  if (as === 'end') return parsed
  return checkNumber(encoder, column, parsed)
}

function unfitValue(encoder: Encoder, column: number, text: string): InputError {
  const { name, kind } = encoder.kinds[column]!
  return new InputError({
    code: 'condition-value',
    got: `${name}=${text}`,
    expected: kind === 'datetime' ? 'a date such as 2024-03-01, or FROM..TO' : 'a number, or an interval LOW..HIGH',
    try: kind === 'datetime' ? `${name}=2024-03-01` : `${name}=1.5 or ${name}=1..2`
  })
}

function checkNumber(encoder: Encoder, column: number, value: number): number {
  const { name, kind } = encoder.kinds[column]!
  if (!Number.isFinite(value)) throw unfitValue(encoder, column, String(value))
  if (kind === 'integer' && !Number.isInteger(value))
    throw impossible(`${name}=${value}`, `a whole number: ${name} has no others`, `${name}=${Math.round(value)}`)
  return value
}

function checkRange(encoder: Encoder, column: number, low: number, high: number): { low: number; high: number } {
  const { name, kind } = encoder.kinds[column]!
  if (Number.isNaN(low) || Number.isNaN(high)) throw unfitValue(encoder, column, `${low}..${high}`)
  if (low > high) throw impossible(`${name}=${low}..${high}, which is empty`, 'LOW..HIGH with LOW at most HIGH', `${name}=${high}..${low}`)
  if (kind !== 'number') {
    const format = encoder.formats[column]!
    const first = Number.isFinite(low) ? [roundToFormat(low, format), roundToFormat(low, format) + 1] : [low]
    if (kind === 'integer' && Number.isFinite(low) && !first.some((x) => x >= low && x <= high))
      throw impossible(
        `${name}=${low}..${high}, which holds no whole number`,
        `an interval that does: ${name} has no others`,
        `${name}=${Math.floor(low)}..${Math.ceil(high)}`
      )
  }
  return { low, high }
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

/** Columns show as many decimals as the given values need. */
export function formatsFor(encoder: Encoder, conditions: readonly Condition[]): readonly ColumnFormat[] {
  return encoder.formats.map((format, c) => {
    const decimals = format.number?.decimals
    if (decimals === undefined) return format
    let most = decimals
    for (const { numbers } of conditions)
      for (const { column, value } of numbers)
        if (column === c && !limitAt(value, format.number?.censoring)) most = Math.max(most, decimalsOf(value))
    return most === decimals ? format : { ...format, number: { ...format.number, decimals: most, padded: false } }
  })
}

function decimalsOf(value: number): number {
  const text = String(value)
  const [digits, exponent] = text.split('e')
  const point = digits!.indexOf('.')
  return Math.max(0, (point < 0 ? 0 : digits!.length - point - 1) - Number(exponent ?? 0))
}
