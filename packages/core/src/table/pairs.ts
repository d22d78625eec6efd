import { commonDivisor } from '../num/common-divisor.js'
import { exp, log } from '../num/elementary.js'
import { typesFlag } from '../num/listed.js'
import type { ColumnFormat, Inferred, PairStyle } from './column-format.js'
import { numbersOf } from './infer-numbers.js'
import type { Inferring } from './inferring.js'
import { PLAIN } from './notation.js'
import { formatNumber, type NumberStyle, numberStyle } from './number-style.js'
import { RARE_BELOW } from './rare-below.js'
import { countSingles } from './singles.js'
import { isNumeric, type Table } from './table.js'

/**
 * Cells of two numbers, as a blood pressure of 120/80, a size of 30 x 40 or a place at 48.8566, 2.3522: the column has the first, the
 * second is a column of its own while rows are modelled, named after it: `pressure 2`. Written, both are one cell again.
 */
export const secondName = (name: string): string => `${name} 2`

/** The two numbers of every cell, apart. */
interface Pairs {
  readonly firsts: readonly (string | null)[]
  readonly seconds: readonly (string | null)[]
  readonly around: Omit<PairStyle, 'second'>
}

/** A number without zeros in front, which codes have. */
const NUMBER = '-?(?:0|[1-9]\\d*)(?:\\.\\d+)?'
/** Marks that part measurements; points, hyphens and underscores part the pieces of codes, but for hyphens in scores. */
const BETWEEN = '\\s*[/,;:x×*±|~]\\s*|\\s+(?:-|–|by|to|of)\\s+|\\s*[a-zA-Z]{1,3}\\.?\\s+|[-–]'
const CELL = new RegExp(`^([([]?)(${NUMBER})(${BETWEEN})(${NUMBER})(\\s*[a-zA-Z%°²/]{0,6}[)\\]]?)$`)
/** Marks of points and their total. */
const SHARE = /^\s*\/\s*$|^\s+of\s+$/
const HYPHEN = /^[-–]$/
/** Digits of a score, at most. */
const SCORE = /^\d{1,3}$/
/** A year, with a number behind it that is counted anew: cases of a court. */
const YEAR = /^(?:19|20)\d\d$/

/** The pairs of a column; undefined where a cell is none, or they stand between other marks. Cost O(cells). */
function pairsOf(cells: readonly (string | null)[]): Pairs | undefined {
  const firsts: (string | null)[] = []
  const seconds: (string | null)[] = []
  let around: Pairs['around'] | undefined
  for (const cell of cells) {
    const match = cell === null ? undefined : CELL.exec(cell.trim())
    if (match === null) return undefined
    firsts.push(match?.[2] ?? null)
    seconds.push(match?.[4] ?? null)
    if (!match) continue
    around ??= { before: match[1]!, between: match[3]!, after: match[5]! }
    if (match[1] !== around.before || match[3] !== around.between || match[5] !== around.after) return undefined
  }
  return around && { firsts, seconds, around }
}

/**
 * Whether pairs are measured: the next row would have a new one by two standard errors, or there are as many different ones as of
 * numbers that have nothing to do with each other, as of goals, so that they are no list of levels; and they are no names of rows, as
 * whole numbers are that never come again or that stand behind a year.
 */
function areMeasured({ firsts, seconds, around }: Pairs): boolean {
  if (HYPHEN.test(around.between) && !areScores({ firsts, seconds })) return false
  const present = firsts.flatMap((first, i) => (first === null ? [] : [`${first} ${seconds[i]}`]))
  const singles = countSingles(present)
  const areWhole = present.every((pair) => !pair.includes('.'))
  const haveYears = firsts.every((first) => first === null || YEAR.test(first))
  const pairs = new Set(present)
  const areMany = singles > 2 * Math.sqrt(present.length) || areFree(firsts, seconds, pairs.size) || areShares(pairs, around.between)
  return areMany && !(areWhole && (haveYears || singles === present.length))
}

/**
 * Whether whole numbers are points of several totals, 17/20 beside 31/40: none is above its total, those of a total are most of the numbers between
 * its least and its largest, and some could be shortened, as fractions never can.
 */
function areShares(pairs: ReadonlySet<string>, between: string): boolean {
  if (!SHARE.test(between)) return false
  const numbers = [...pairs].map((pair) => pair.split(' ').map(Number) as [number, number])
  if (!numbers.every(([first, second]) => Number.isInteger(first) && Number.isInteger(second) && first >= 0 && first <= second))
    return false
  if (!numbers.some(([first, second]) => first > 0 && first < second && commonDivisor(first, second) > 1)) return false
  const spans = new Map<number, readonly [low: number, high: number]>()
  for (const [first, second] of numbers) {
    const [low, high] = spans.get(second) ?? [first, first]
    spans.set(second, [Math.min(low, first), Math.max(high, first)])
  }
  const places = [...spans.values()].reduce((sum, [low, high]) => sum + high - low + 1, 0)
  return spans.size > 1 && numbers.length > 2 * spans.size && 2 * numbers.length > places
}

/** Whether numbers with a hyphen are those of two sides, of which either is the larger by turns: of a range the second always is. */
function areScores({ firsts, seconds }: Pick<Pairs, 'firsts' | 'seconds'>): boolean {
  const differences = firsts.flatMap((first, i) => (first === null ? [] : [Number(first) - Number(seconds[i])]))
  const areShort = [...firsts, ...seconds].every((number) => number === null || SCORE.test(number))
  return areShort && [1, -1].every((side) => differences.filter((x) => side * x > 0).length >= RARE_BELOW)
}

/** Whether so many different pairs are no fewer, by two standard errors, than of numbers drawn each by itself. Cost O(n + values²). */
export function areFree(firsts: Pairs['firsts'], seconds: Pairs['seconds'], different: number): boolean {
  const [ones, others] = [countsOf(firsts), countsOf(seconds)]
  if (ones.length < 2 || others.length < 2) return false
  const rows = ones.reduce((sum, count) => sum + count, 0)
  let [expected, variance] = [0, 0]
  for (const one of ones)
    for (const other of others) {
      const none = exp(rows * log(1 - (one / rows) * (other / rows)))
      expected += 1 - none
      variance += none * (1 - none)
    }
  return different >= expected - 2 * Math.sqrt(variance)
}

function countsOf(values: readonly (string | null)[]): number[] {
  const counts = new Map<string, number>()
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()]
}

/** A column of pairs; undefined where it is none. Those that are `wanted` as numbers need not look measured. Throws `InputError` (code `spread`). Cost O(cells). */
export function inferPairs(
  base: Pick<ColumnFormat, 'name' | 'source'>,
  cells: readonly (string | null)[],
  { names, notes, wanted }: Pick<Inferring, 'names' | 'notes'> & { readonly wanted: 'number' | 'integer' | undefined }
): Inferred | undefined {
  const second = secondName(base.name)
  const pairs = names.has(second) ? undefined : pairsOf(cells)
  if (!pairs || !(wanted || areMeasured(pairs))) return undefined
  if (!wanted)
    notes.push(
      `${base.name}: cells of two numbers: while rows are modelled the second is a column of its own, ${second}; ${typesFlag(base.name, 'category')} repeats the cells as they stand`
    )
  const { column, format } = numbersIn(base, pairs.firsts, wanted)
  return {
    column,
    format: { ...format, pair: { ...pairs.around, second } },
    beside: [numbersIn({ ...base, name: second }, pairs.seconds, wanted)]
  }
}

function numbersIn(
  base: Pick<ColumnFormat, 'name' | 'source'>,
  cells: readonly (string | null)[],
  wanted: 'number' | 'integer' | undefined
): Inferred {
  const number: NumberStyle = numberStyle(cells)
  const kind = wanted ?? (number.decimals === 0 ? 'integer' : 'number')
  const read = numbersOf({ name: base.name, kind, notation: PLAIN }, cells)
  return { column: { name: base.name, kind, ...read }, format: { ...base, kind, number } }
}

/** How cells of two parts are spelled; null where a row lacks one of them. */
export function pairSpelling(
  { columns }: Table,
  { before, between, after, second: name, turned }: PairStyle,
  { formats, first }: { readonly formats: readonly ColumnFormat[]; readonly first: (value: number) => string }
): (row: number, value: number) => string | null {
  const column = columns.find((one) => one.name === name)
  if (!column || column.kind === 'identifier') return (_, value) => first(value)
  const style = formats.find((one) => one.name === name)?.number ?? { padded: false }
  const second = isNumeric(column)
    ? (row: number) => (column.missing?.[row] ? undefined : formatNumber(column.values[row]!, style))
    : (row: number) => column.levels[column.codes[row]!]
  return (row, value) => {
    const [own, other] = [first(value), second(row)]
    if (other === undefined) return null
    return `${before}${turned ? other : own}${between}${turned ? own : other}${after}`
  }
}
