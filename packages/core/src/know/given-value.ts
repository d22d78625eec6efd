import { InputError, whatIs } from '../num/errors.js'
import { listed } from '../num/listed.js'
import { parseDateTime } from '../table/date-cell.js'
import { isDigitPattern } from '../table/date-style.js'
import type { Encoder } from '../table/encoder.js'
import { nearSpellings } from '../table/near-spelling.js'
import { readStyled } from '../table/number-style.js'

/**
 * A value, or an interval of numbers with either end open. Text is read as the column's kind says: `4500..5200` is an interval, `a|b`
 * are categories of which one holds, and `..` is any value: the cell is not missing.
 */
export type GivenValue = number | string | boolean | { readonly from?: number; readonly to?: number }

/** As programs give it: a cell of a record, or an interval of numbers or dates. */
export type GivenCell = GivenValue | Date | { readonly from?: number | Date; readonly to?: number | Date }

/** A value as a program gives it, dates as text. Throws `InputError` for what says nothing of a cell: it would be any value. */
export function plainGiven(name: string, value: GivenCell): GivenValue {
  if (value instanceof Date) return isoOf(name, value)
  if (typeof value !== 'object' || value === null) return value
  const { from, to, ...rest } = value
  const ends = [from, to]
  const isEnd = (end: unknown) => end === undefined || typeof end === 'number' || end instanceof Date
  if (Array.isArray(value) || Object.keys(rest).length > 0 || !ends.every(isEnd)) throw malformed(name, value)
  if (!ends.some((end) => end instanceof Date)) return value as GivenValue
  return ends.map((end) => (end instanceof Date ? isoOf(name, end) : (end ?? ''))).join('..')
}

function isoOf(name: string, date: Date): string {
  if (Number.isNaN(date.getTime())) throw malformed(name, 'a Date that is none')
  return date.toISOString()
}

export function malformed(name: string, value: unknown): InputError {
  const list = Array.isArray(value) && value.length > 0 ? `'${value.join(BETWEEN_LEVELS)}' for one of several categories` : undefined
  return new InputError({
    code: 'given-malformed',
    got: `${name} = ${typeof value === 'string' ? value : whatIs(value)}`,
    expected: 'a value, or an interval { from, to }',
    try: list ?? `leaving ${name} out where nothing is known of it`
  })
}

/** A given value as text that says the same. */
export function wordsOf(value: GivenValue): string {
  return typeof value === 'object' && value !== null ? `${value.from ?? ''}..${value.to ?? ''}` : String(value)
}

const BETWEEN_LEVELS = '|'
/** An interval without ends. */
const ANY = /^\s*\.\.\s*$/

/** What the encoder knows of columns without their rows. */
type Described = Pick<Encoder, 'kinds' | 'formats'>

/** The level that a value names, however a boolean is spelled. */
export function levelOf(encoder: Described, column: number, value: GivenValue): number | undefined {
  const { kind, levels } = encoder.kinds[column]!
  const format = encoder.formats[column]!
  const text = wordsOf(value)
  let level = levels!.indexOf(text)
  if (level < 0 && kind === 'boolean') {
    const spelled = format.spelling?.indexOf(text) ?? -1
    level = spelled >= 0 ? spelled : levels!.indexOf(text.toLowerCase())
  }
  return level >= 0 ? level : undefined
}

/** The levels that a value names, ascending; undefined where the data lack one of them. */
export function levelsOf(encoder: Described, column: number, value: GivenValue): number[] | undefined {
  const own = levelOf(encoder, column, value)
  if (own !== undefined) return [own]
  const text = wordsOf(value)
  if (ANY.test(text)) return [...encoder.kinds[column]!.levels!.keys()]
  const levels = text.split(BETWEEN_LEVELS).map((part) => levelOf(encoder, column, part.trim()))
  if (levels.includes(undefined)) return undefined
  return [...new Set(levels as number[])].sort((a, b) => a - b)
}

/** Whether an interval holds every number: then the cell is only known not to be missing. */
export const isAny = (parsed: number | { readonly low: number; readonly high: number }): boolean =>
  typeof parsed === 'object' && parsed.low === Number.NEGATIVE_INFINITY && parsed.high === Number.POSITIVE_INFINITY

const RANGE = /^\s*([^.\s].*?|\.\d.*?)?\s*\.\.\s*([^\s].*?)?\s*$/

/** What a value says of a column of numbers or dates; undefined of a category, whose level it names. Throws `InputError` where it says nothing. */
export function readGiven(encoder: Described, column: number, value: GivenValue): number | { low: number; high: number } | undefined {
  if (!encoder.kinds[column]!.levels) return numberOrRange(encoder, column, value)
  if (!levelsOf(encoder, column, value)) throw levelUnknown(encoder, column, value)
  return undefined
}

export function levelUnknown(encoder: Described, column: number, value: GivenValue): InputError {
  const { name, levels } = encoder.kinds[column]!
  const [near] = nearSpellings(wordsOf(value), levels!)
  return new InputError({
    code: 'level-unknown',
    got: `${wordsOf(value)} in ${name}`,
    expected: `one of ${listed(levels!)}`,
    try: near === undefined ? 'a value that occurs in the data' : `${name}=${near}`
  })
}

/** A value of a column of numbers, or its interval. Throws `InputError` for what the column cannot hold, and for empty intervals. */
export function numberOrRange(encoder: Described, column: number, value: GivenValue): number | { low: number; high: number } {
  const parse = (text: string) => parseCell(encoder, column, text)
  if (typeof value === 'boolean') throw unfitValue(encoder, column, String(value))
  // 20240131 is a day, and no millisecond.
  if (typeof value === 'number')
    return isDigitPattern(encoder.formats[column]!.date?.date) ? parse(String(value)) : checkNumber(encoder, column, value)
  if (typeof value === 'object')
    return checkRange(encoder, column, value.from ?? Number.NEGATIVE_INFINITY, value.to ?? Number.POSITIVE_INFINITY)
  // 1...5 could be 1 to 5 or to .5.
  if (value.includes('...')) throw unfitValue(encoder, column, value)
  const match = value.includes('..') ? RANGE.exec(value) : null
  if (!match) return parse(value)
  const [, from, to] = match
  return checkRange(
    encoder,
    column,
    from === undefined ? Number.NEGATIVE_INFINITY : parseCell(encoder, column, from, 'end'),
    to === undefined ? Number.POSITIVE_INFINITY : parseCell(encoder, column, to, 'end')
  )
}

function parseCell(encoder: Described, column: number, text: string, as: 'value' | 'end' = 'value'): number {
  const { kind } = encoder.kinds[column]!
  const { date, number } = encoder.formats[column]!
  const parsed = kind === 'datetime' ? parseDateTime(text, date) : readStyled(text, number)
  if (parsed === undefined) throw unfitValue(encoder, column, text)
  if (as === 'end') return parsed
  return checkNumber(encoder, column, parsed)
}

function unfitValue(encoder: Described, column: number, text: string): InputError {
  const { name, kind } = encoder.kinds[column]!
  const { pair, words, number } = encoder.formats[column]!
  // Thousands of a column that is written without their marks.
  const bare = text.replace(/(?<=\d),(?=\d{3}(?!\d))/g, '')
  const meant = kind !== 'datetime' && bare !== text && readStyled(bare, number) !== undefined ? `${name}=${bare}` : undefined
  if (pair) {
    const isUnit = encoder.kinds.some((other) => other.name === pair.second && other.kind === 'category')
    const [first, second] = isUnit ? ['number of a cell, without its unit', 'the unit'] : ['first number of a cell', 'the second']
    return new InputError({
      code: 'condition-value',
      got: `${name}=${text}`,
      expected: `the ${first}, or an interval LOW..HIGH; ${pair.second} is ${second}`,
      try: isUnit ? `${name}=1.5 with '${pair.second}=…'` : `${name}=1.5,${pair.second}=1..2`
    })
  }
  return new InputError({
    code: 'condition-value',
    got: `${name}=${text}`,
    expected: `${kind === 'datetime' ? 'a date such as 2024-03-01, or FROM..TO' : 'a number, or an interval LOW..HIGH'}${words === undefined ? '' : `; words are given as ${words}`}`,
    try: words !== undefined ? `'${words}=${text}'` : kind === 'datetime' ? `${name}=2024-03-01` : (meant ?? `${name}=1.5 or ${name}=1..2`)
  })
}

function checkNumber(encoder: Described, column: number, value: number): number {
  const { name, kind } = encoder.kinds[column]!
  if (!Number.isFinite(value)) throw unfitValue(encoder, column, String(value))
  if (kind === 'integer' && !Number.isInteger(value))
    throw impossible(`${name}=${value}`, `a whole number: ${name} has no others`, `${name}=${Math.round(value)}`)
  return value
}

function checkRange(encoder: Described, column: number, low: number, high: number): { low: number; high: number } {
  const { name, kind } = encoder.kinds[column]!
  if (Number.isNaN(low) || Number.isNaN(high)) throw unfitValue(encoder, column, `${low}..${high}`)
  if (low > high) throw impossible(`${name}=${low}..${high}, which is empty`, 'LOW..HIGH with LOW at most HIGH', `${name}=${high}..${low}`)
  if (kind === 'integer' && Math.ceil(low) > high)
    throw impossible(
      `${name}=${low}..${high}, which holds no whole number`,
      `an interval that does: ${name} has no others`,
      `${name}=${Math.floor(low)}..${Math.ceil(high)}`
    )
  return { low, high }
}

export function impossible(got: string, expected: string, remedy: string): InputError {
  return new InputError({ code: 'condition-impossible', got, expected, try: remedy })
}
