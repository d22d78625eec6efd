import { type Codes, codesOf, sharedRate } from '../../table/codes.js'
import {
  CALENDAR,
  type CalendarUnit,
  type Expression,
  evaluate,
  MIDNIGHT,
  MONTH_END,
  monthEnd,
  monthsAfter
} from '../../table/expression.js'
import { type CategoricalColumn, type Column, isCategorical } from '../../table/table.js'
import { differentRows, isBeyondChance, rateByChance } from './chance.js'
import { FactorInterval } from './factor-interval.js'
import { levelSum } from './find-by-level.js'
import { DAY, type Quantity, tolerance } from './quantity.js'
import { binary, column, number, scaled } from './shapes.js'

/** A date that is some calendar months, or days, from another one. */
interface TermFound {
  readonly column: string
  readonly expression: Expression
}

/** Days beside whole months, at most: more are fewer from the next month. */
const MOST_BESIDE = 15
/** Levels of a category, at most: terms by plan. */
const MOST_LEVELS = 30
/** Rows, spread over the table, that a reading must pass before all rows are looked at. */
const PROBES = 64
/** Constants before columns that are multiplied, these before levels, and before levels of two. */
const [CONSTANT, COLUMN, LEVELS, BOTH] = [0, 1, 2, 3]
/** Parts of a day as which a time is written: hours, minutes, seconds, milliseconds. */
const PARTS_OF_DAY = [24, 1440, 86_400, DAY]

/** How a date is counted from another one: in months, to the same day or to the end of the month, with so many days beside it; in days; or in hours or minutes of moments. */
interface Reading {
  readonly unit: 'months' | 'days' | 'hours' | 'minutes'
  readonly atEnd: boolean
  readonly beside: number
}

/** Months with days beside: none, the day before, then ever more; then days, and dates of one place in their month, its last day or a day of their own. */
const besides = Array.from({ length: 2 * MOST_BESIDE + 1 }, (_, k) => (k % 2 === 0 ? 1 : -1) * Math.ceil(k / 2) + 0)
const readingsOf = (end: number): Reading[] => [
  ...besides.map((beside): Reading => ({ unit: 'months', atEnd: false, beside })),
  { unit: 'days', atEnd: false, beside: 0 },
  { unit: 'hours', atEnd: false, beside: 0 },
  { unit: 'minutes', atEnd: false, beside: 0 },
  ...[0, dateOf(end).getUTCDate()].map((beside): Reading => ({ unit: 'months', atEnd: true, beside }))
]

/** How many of a unit a day has; undefined of months. */
const PER_DAY = { months: undefined, days: 1, hours: 24, minutes: 1440 } as const

/** Parts of a day are counted of moments that are not all whole ones: between such the difference of the two says it, to the last digit. */
function isCounted({ start, end, rows, clock }: Pair, { unit }: Reading): boolean {
  if (unit !== 'hours' && unit !== 'minutes') return true
  const isWhole = (x: number) => Math.abs(x * PER_DAY[unit] - Math.round(x * PER_DAY[unit])) <= WHOLE
  return clock === undefined && start.unit < 1 && end.unit < 1 && rows.some((i) => !isWhole(start.values[i]!))
}
/** Parts of an hour or a minute that count as none: what a double of days leaves of a millisecond. */
const WHOLE = 1e-5

const dateOf = (day: number): Date => new Date(Math.floor(day) * DAY)

const monthOf = (day: number): number => {
  const date = dateOf(day)
  return CALENDAR.years * date.getUTCFullYear() + date.getUTCMonth()
}

/** Two dates, in the rows that have the second one. */
interface Pair {
  readonly start: Quantity
  readonly end: Quantity
  readonly rows: readonly number[]
  /** Whether some rows have the first one alone. */
  readonly isOpen: boolean
  /** The time of day of the second one, in milliseconds, where that is one and the first has several: then days begin at midnight. */
  readonly clock: number | undefined
}

/**
 * Dates that are whole calendar months from another one in all rows, with the same days beside them: `ends = joined + months(term) - 1`,
 * `due = month_end(issued) + 10`; or days. How many is a constant, a multiple of a column, or what the level of a category
 * tells: `ends = start + months(12 * P(plan = annual) + P(plan = monthly))`. By chance dates of different rows are as far from each other; of
 * levels, rows share a number of months as often as they do. Cost O(dates² · (rows + columns)), of most pairs on few rows. Those of one date where `only` names it.
 */
export function findTerms(columns: readonly Column[], quantities: readonly Quantity[], rowCount: number, only?: string): TermFound[] {
  const dates = quantities.filter(({ isDate }) => isDate)
  const numbers = quantities.filter(({ isDate }) => !isDate)
  const categories = columns.filter(isCategorical).filter(({ codes, levels }) => levels.length <= MOST_LEVELS && !codes.includes(-1))
  const candidates =
    dates.length *
    (dates.length - 1) *
    (besides.length + 5) *
    (1 + numbers.length + categories.length * (1 + 2 * numbers.length + (categories.length - 1) / 2))
  const pairs = dates.flatMap((start) =>
    dates.flatMap((end) => (end === start || (only !== undefined && end.name !== only) ? [] : (pairOf(start, end, rowCount) ?? [])))
  )
  const found = pairs.flatMap((pair) => {
    const told = readingsOf(pair.end.values[pair.rows[0]!]!)
      .filter((reading) => isRead(pair, reading))
      .flatMap((reading) => tell(pair, reading, { numbers, categories, candidates }) ?? [])
    const best = told.sort((a, b) => a.rank - b.rank)[0]
    return best ? [{ ...best, pair }] : []
  })
  // Of two that tell each other the later one is counted from the earlier.
  const isBackward = ({ start, end }: Pair) =>
    start.values.some((x, i) => x > end.values[i]!) && found.some(({ pair }) => pair.start === end && pair.end === start)
  return found
    .filter(({ pair }) => !isBackward(pair))
    .sort((a, b) => a.rank - b.rank)
    .map(({ pair, expression }) => ({ column: pair.end.name, expression }))
}

function pairOf(start: Quantity, end: Quantity, rowCount: number): Pair | undefined {
  const rows: number[] = []
  let isOpen = false
  for (let i = 0; i < rowCount; i++) {
    const isThere = !Number.isNaN(start.values[i]!)
    if (Number.isNaN(end.values[i]!)) isOpen ||= isThere
    else if (isThere) rows.push(i)
    else return undefined
  }
  return rows.length === 0 ? undefined : { start, end, rows, isOpen, clock: clockOf(start, end, rows) }
}

function clockOf(start: Quantity, end: Quantity, rows: readonly number[]): number | undefined {
  const isAtOne = ({ values }: Quantity) => rows.every((i) => timeOf(values[i]!) === timeOf(values[rows[0]!]!))
  return start.unit < 1 && isAtOne(end) && !isAtOne(start) ? timeOf(end.values[rows[0]!]!) : undefined
}

/** Milliseconds since midnight. */
const timeOf = (day: number): number => Math.round(DAY * (day - Math.floor(day)))

function isRead(pair: Pair, reading: Reading): boolean {
  const { rows } = pair
  if (!isCounted(pair, reading)) return false
  const isSo = (i: number) => spanIn(pair, reading, i) !== undefined
  const few = Math.min(PROBES, rows.length)
  return Array.from({ length: few }, (_, k) => rows[Math.floor(((k + 0.5) * rows.length) / few)]!).every(isSo) && rows.every(isSo)
}

/** How many months or days the second date of a row is from the first; undefined where that is no whole number of them. */
function spanIn({ start, end, clock }: Pair, { unit, atEnd, beside }: Reading, row: number): number | undefined {
  const ends = clock === undefined ? [start.values[row]!, end.values[row]!] : [start, end].map(({ values }) => Math.floor(values[row]!))
  const [from, to] = [ends[0]!, ends[1]! - beside]
  const parts = PER_DAY[unit]
  const span = parts === undefined ? monthOf(to) - monthOf(from) : Math.round(parts * (to - from))
  const after = parts === undefined ? monthsAfter(from, span) : from + span / parts
  return Math.abs((atEnd ? monthEnd(after) : after) - to) <= tolerance(Math.min(start.unit, end.unit), to) ? span : undefined
}

/** A date so far from another. */
function written({ start, clock }: Pair, { unit, atEnd, beside }: Reading, span: Expression): Expression {
  const from: Expression = clock === undefined ? column(start.name) : { kind: 'call', name: MIDNIGHT, of: column(start.name) }
  const perDay = PER_DAY[unit]
  const date = perDay === undefined ? plus(from, span, monthsText) : perDay === 1 ? plus(from, span) : inParts(from, span, perDay)
  const day = plus(atEnd ? { kind: 'call', name: MONTH_END, of: date } : date, number(beside))
  if (!clock) return day
  const parts = PARTS_OF_DAY.find((count) => (clock * count) % DAY === 0)!
  return binary('+', day, binary('/', number((clock * parts) / DAY), number(parts)))
}

/** A moment so many parts of a day behind another one. */
const inParts = (from: Expression, span: Expression, parts: number): Expression => binary('+', from, binary('/', span, number(parts)))

function plus(date: Expression, added: Expression, text = (of: Expression): Expression => of): Expression {
  if (added.kind !== 'number') return binary('+', date, text(added))
  return added.value === 0 ? date : binary(added.value < 0 ? '-' : '+', date, text(number(Math.abs(added.value))))
}

/** Months, or years where they are whole ones. */
function monthsText(of: Expression): Expression {
  const call = (name: CalendarUnit, own: Expression): Expression => ({ kind: 'call', name, of: own })
  if (of.kind === 'number' && of.value % CALENDAR.years === 0) return call('years', number(of.value / CALENDAR.years))
  const isYears = of.kind === 'binary' && of.operator === '*' && of.left.kind === 'number' && of.left.value === CALENDAR.years
  return isYears ? call('years', of.right) : call('months', of)
}

interface Tellers {
  readonly numbers: readonly Quantity[]
  readonly categories: readonly CategoricalColumn[]
  readonly candidates: number
}

/** What tells how many months or days a date is from the other, in all rows and beyond chance. */
function tell(
  pair: Pair,
  reading: Reading,
  { numbers, categories, candidates }: Tellers
): { expression: Expression; rank: number } | undefined {
  const { start, end, rows, isOpen, clock } = pair
  const spans = new Float64Array(end.values.length).fill(Number.NaN)
  for (const i of rows) spans[i] = spanIn(pair, reading, i)!
  const isMonths = reading.unit === 'months'
  const first = spans[rows[0]!]!
  if (rows.every((i) => spans[i] === first)) {
    // No months, and days beside them, are days.
    if (isOpen || (isMonths && !reading.atEnd && first === 0)) return undefined
    const expression = written(pair, reading, number(first))
    return holdsBeyondChance(pair, expression, candidates) ? { expression, rank: CONSTANT } : undefined
  }
  // Days that a column counts are a difference of dates, but of days that begin at midnight.
  for (const one of reading.unit !== 'days' || clock !== undefined ? numbers : []) {
    // The first of a month is the day after the end of the one before.
    for (const more of reading.atEnd && reading.beside > 0 ? [0, 1] : [0]) {
      const factor = factorOf(one, pair, (i) => spans[i]! + more)
      if (factor === undefined) continue
      const span = plus(scaled(factor, column(one.name)), number(-more))
      const expression = written(pair, reading, span)
      if (holdsBeyondChance(pair, expression, candidates, one)) return { expression, rank: COLUMN }
    }
  }
  if (isOpen) return undefined
  const told = { spans, times: [start.values, end.values], candidates }
  for (const one of categories) {
    const span = toldBy([one], told)
    if (span) return { expression: written(pair, reading, span), rank: LEVELS }
  }
  for (const one of categories)
    for (const count of numbers) {
      const span = toldByTimes(one, count, told)
      if (span) return { expression: written(pair, reading, span), rank: BOTH }
    }
  for (const [k, one] of categories.entries())
    for (const other of categories.slice(k + 1)) {
      const span = toldBy([one, other], told)
      if (span) return { expression: written(pair, reading, span), rank: BOTH }
    }
  return undefined
}

/** The number that a column is multiplied by, which is there exactly where the second date is. */
function factorOf({ values }: Quantity, { start, rows }: Pair, spanIn: (row: number) => number): number | undefined {
  const interval = new FactorInterval('free')
  if (!rows.every((i) => Number.isInteger(values[i]!) && interval.narrow(values[i]!, spanIn(i), 0))) return undefined
  const present = values.reduce((count, x, i) => count + (Number.isNaN(x) || Number.isNaN(start.values[i]!) ? 0 : 1), 0)
  return present === rows.length ? interval.factor() : undefined
}

interface Told {
  /** [rows], NaN in rows that lack a date. */
  readonly spans: Float64Array
  readonly times: readonly Float64Array[]
  readonly candidates: number
}

/** What the levels of a category, or of two together, have each in all rows; undefined where two rows of the same differ, or agree by chance. */
function toldBy(of: readonly CategoricalColumn[], { spans, times, candidates }: Told): Expression | undefined {
  const count = of.reduce((product, { levels }) => product * levels.length, 1)
  if (count > MOST_LEVELS) return undefined
  const codeIn = (i: number) => of.reduce((code, { codes, levels }) => code * levels.length + codes[i]!, 0)
  const told = new Float64Array(count)
  const sizes = new Uint32Array(count)
  for (let i = 0; i < spans.length; i++) {
    if (Number.isNaN(spans[i]!)) continue
    const code = codeIn(i)
    if (sizes[code]!++ === 0) told[code] = spans[i]!
    else if (told[code] !== spans[i]) return undefined
  }
  const rows = differentRows([...times, Float64Array.from(spans, (_, i) => codeIn(i))], spans.length)
  const own = codesAt(rows, (i) => spans[i]!)
  // What one of two says already counts as known.
  const rates =
    of.length === 1
      ? [sharedRate(own)]
      : of.map(({ codes }) =>
          sharedRate(
            own,
            codesAt(rows, (i) => codes[i]!)
          )
        )
  if (!isBeyondChance({ rate: Math.max(...rates, 1 / (1 + rows.length)), times: rows.length - count, candidates })) return undefined
  const lead = rates.indexOf(Math.max(...rates))
  const all = Array.from(told, (_, code) =>
    of.map(({ levels }, c) => (c === of.length - 1 ? code % levels.length : Math.floor(code / of[of.length - 1]!.levels.length)))
  )
  // Levels that no row has together have what is commonest of the one that says more.
  const numbers = all.map((level, code) => {
    const alike = all.flatMap((other, k) => (other[lead] === level[lead] && sizes[k]! > 0 ? [k] : []))
    return sizes[code]! > 0 || alike.length === 0 ? told[code]! : told[alike.reduce((a, b) => (sizes[b]! > sizes[a]! ? b : a))]!
  })
  return levelSum(of, all, numbers)
}

/** What the levels of a category have each in all rows, 1 and a number times: `(21 * P(kind = book) + 7 * P(kind = disc)) * (1 + renewals)`; or that many times. */
function toldByTimes(one: CategoricalColumn, { name, values }: Quantity, { spans, times, candidates }: Told): Expression | undefined {
  for (const first of [1, 0]) {
    const each = (i: number) => spans[i]! / (first + values[i]!)
    const isWhole = spans.every((span, i) => Number.isNaN(span) || (span === 0 && first + values[i]! === 0) || Number.isInteger(each(i)))
    if (!isWhole) continue
    const rates = spans.map((span, i) => (span === 0 && first + values[i]! === 0 ? Number.NaN : each(i)))
    // As many times in all rows: then a level of which all numbers are 0 tells nothing.
    if (new Set(rates.filter((rate) => !Number.isNaN(rate))).size === 1) continue
    const span = toldBy([one], { spans: rates, times: [...times, values], candidates })
    if (span) return binary('*', span, first === 0 ? column(name) : binary('+', number(first), column(name)))
  }
  return undefined
}

const codesAt = (rows: readonly number[], value: (row: number) => number): Codes =>
  codesOf({ name: '', kind: 'integer', values: Float64Array.from(rows, value) })

function holdsBeyondChance({ start, end, rows }: Pair, expression: Expression, candidates: number, by?: Quantity): boolean {
  const inputs = by ? [start, by] : [start]
  const different = differentRows(
    [...inputs, end].map(({ values }) => values),
    end.values.length
  )
  const at = (i: number) => evaluate(expression, (name) => inputs.find((one) => one.name === name)!.values[i]!)
  const rate = rateByChance(different.length, (i, j) => {
    const value = end.values[different[j]!]!
    return Math.abs(at(different[i]!) - value) <= tolerance(end.unit, value)
  })
  return rows.length > inputs.length && isBeyondChance({ rate, times: different.length - inputs.length, candidates })
}
