import { counted } from '../num/listed.js'
import { summaryOf } from '../num/summary.js'
import { levelName, shorten } from '../tell/numbers.js'
import { inLine } from '../tell/telling.js'
import type { ColumnFormat } from './column-format.js'
import { presentValues } from './encoder.js'
import { KINDS } from './infer.js'
import { limitText } from './number-style.js'
import type { RawColumn } from './raw.js'
import { type Column, type ColumnKind, isEmpty, isNumeric, type NumericColumn } from './table.js'
import { formatClock } from './time-of-day.js'

/** What a column is, in a line. */
export interface ColumnFacts {
  readonly name: string
  readonly kind: ColumnKind
  /** Cells without a value. */
  readonly missing: number
  /** Range, or levels. */
  readonly summary: string
  /** Of numbers and times. */
  readonly range?: { readonly low: number; readonly high: number }
  readonly levels?: readonly string[]
}

/** Levels that are named, and the most characters of each. */
const MOST_LEVELS = 6
const LONGEST_LEVEL = 40

/** What is said of a column, in a terminal and on a page; times of day as its format shows them. Cost O(rows). */
export function columnFacts(column: Column, format?: ColumnFormat): ColumnFacts {
  const { name, kind } = column
  if (column.kind === 'identifier') return { name, kind, missing: 0, summary: 'left out, written anew' }
  if (isEmpty(column)) return { name, kind, missing: (isNumeric(column) ? column.values : column.codes).length, summary: 'no value' }
  if (isNumeric(column)) {
    const present = presentValues(column)
    const { low, high } = summaryOf(present)
    const clock = format?.number?.clock
    const [from, to] = [low, high].map((end) => (clock ? formatClock(end, clock) : endText(end, column)))
    return { name, kind, missing: column.values.length - present.length, summary: `${from} to ${to}`, range: { low, high } }
  }
  const { codes, levels } = column
  const missing = codes.reduce((count, code) => count + (code < 0 ? 1 : 0), 0)
  return { name, kind, missing, summary: levelsText(levels), levels }
}

function levelsText(levels: readonly string[]): string {
  const shown = levels.slice(0, MOST_LEVELS).map((level) => shorten(inLine(levelName(level)), LONGEST_LEVEL))
  return `${counted(levels.length, 'level')}: ${shown.join(', ')}${levels.length > MOST_LEVELS ? ', …' : ''}`
}

/** The smallest and the largest of some numbers. */
export function rangeOf(values: ArrayLike<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

/** An end of a range: a day, a limit of measurement, a whole number, or one of at most six digits. */
export function endText(value: number, column: Pick<NumericColumn, 'kind' | 'limits'>): string {
  const limit = limitText(value, column)
  if (limit !== undefined) return limit
  if (column.kind === 'datetime') return new Date(value).toISOString().slice(0, 10)
  return String(column.kind === 'integer' ? value : Number(value.toPrecision(6))).replace('-', '−')
}

/** Kinds that the cells of a column allow besides the one that it has. Cost O(rows). */
export function allowedKinds(raw: RawColumn, column: Column): ColumnKind[] {
  const numeric = raw.source === 'number' || column.kind === 'number' || column.kind === 'integer' || looksNumeric(raw)
  const allowed: Readonly<Record<ColumnKind, boolean>> = {
    number: numeric,
    integer: numeric && isWholeColumn(raw),
    category: raw.source !== 'datetime',
    boolean: false,
    datetime: false,
    identifier: true
  }
  return KINDS.filter((kind) => allowed[kind] || kind === column.kind)
}

function looksNumeric(raw: RawColumn): boolean {
  return raw.source === 'text' && raw.values.every((cell) => cell === null || cell.trim() === '' || Number.isFinite(Number(cell)))
}

function isWholeColumn(raw: RawColumn): boolean {
  if (raw.source === 'number') return raw.values.every((value, i) => raw.missing?.[i] === 1 || Number.isInteger(value))
  return raw.source === 'text' && raw.values.every((cell) => cell === null || /^\s*[+-]?\d*\s*$/.test(cell))
}
