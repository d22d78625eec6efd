import { typesFlag } from '../num/listed.js'
import type { Inferred } from './column-format.js'
import { areClockDigits, digitDates } from './date-digits.js'
import type { DateStyle } from './date-style.js'
import { areAll } from './infer-spelled.js'
import type { Inferring } from './inferring.js'
import type { RawColumn } from './raw.js'
import type { ColumnKind } from './table.js'
import { type AbsentWords, absentWords, textCells, wordsByCount } from './text-cells.js'

/**
 * A column whose whole numbers are days or months, 20240131 or 202401, as one of dates, written as they were; undefined of others.
 * What a person should know of it, or of times of day without a mark, is noted. Cost O(n).
 */
export function inferDigits(raw: RawColumn, wanted: ColumnKind | undefined, { options, notes }: Inferring): Inferred | undefined {
  if (wanted !== undefined && wanted !== 'datetime') return undefined
  const numbers = wholeNumbers(raw, options.missing)
  if (!numbers) return undefined
  const { name, source } = raw
  const { values, missing, absent } = numbers
  const dates = digitDates(values, missing, wanted !== undefined)
  if (!dates) {
    if (wanted === undefined && areClockDigits(values, missing))
      notes.push(
        `${name}: each of its whole numbers could be a time of day, as ${values.findLast((value) => value >= 100)}, and new ones may be none: where they are, write them with a mark, as in 05:17`
      )
    return undefined
  }
  const { times, style } = dates
  if (wanted === undefined) notes.push(`${digitTimesNote(name, style)}; ${typesFlag(name, 'integer')} takes them as numbers`)
  return {
    column: {
      name,
      kind: 'datetime',
      values: times.map((time) => (Number.isNaN(time) ? 0 : time)),
      ...(missing?.includes(1) ? { missing } : {})
    },
    format: {
      name,
      source,
      kind: 'datetime',
      date: style,
      ...absent,
      ...('integer' in raw && raw.integer ? { integer: true } : {})
    }
  }
}

/**
 * Times and style of a column of times whose whole numbers are all days or months: a person has said that it has times, so that chance
 * is not asked. Undefined of others. Cost O(n).
 */
export function digitTimes(raw: RawColumn, words?: readonly string[]): ReturnType<typeof digitDates> {
  const numbers = wholeNumbers(raw, words)
  return numbers && digitDates(numbers.values, numbers.missing, true)
}

/** What is said of such a column. */
export const digitTimesNote = (name: string, { date }: DateStyle): string =>
  `${name}: its whole numbers are ${date === 'YYYYMM' ? 'months, the year' : 'days, the year and month'} first, and count as dates`

interface WholeNumbers {
  readonly values: Float64Array
  readonly missing?: Uint8Array | undefined
  /** The words of its missing cells. */
  readonly absent?: AbsentWords | undefined
}

/** The whole numbers of a column without a sign, where it has no other cells. */
function wholeNumbers(raw: RawColumn, words: readonly string[] = []): WholeNumbers | undefined {
  if (raw.source === 'number') {
    const { values, missing } = raw
    return values.every((value, i) => missing?.[i] || (Number.isInteger(value) && value >= 0)) ? { values, missing } : undefined
  }
  if (raw.source !== 'text') return undefined
  if (raw.numbers && areAll(raw.numbers, words)) {
    const { values, missing, others, spelling, bare } = raw.numbers
    return spelling.whole && bare ? { values, missing, absent: wordsByCount(others) } : undefined
  }
  const cells = textCells(raw, words)
  if (!cells.every((cell) => cell === null || /^\s*\d{1,15}\s*$/.test(cell))) return undefined
  const missing = Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0))
  return { values: Float64Array.from(cells, Number), ...(missing.includes(1) ? { missing } : {}), absent: absentWords(raw, cells) }
}
