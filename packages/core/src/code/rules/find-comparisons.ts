import { summaryOf } from '../../num/summary.js'
import { type Codes, fewCodesOf, rowsOfEach } from '../../table/codes.js'
import type { Column } from '../../table/table.js'
import { differentRows, isBelievedAtLog } from './chance.js'
import { cutAbove, logFactorial, MOST_LEVELS, standsApart } from './find-steps.js'
import type { Quantity } from './quantity.js'
import { binary, column as named, number, scaled, simplestIn } from './shapes.js'
import { type Cut, isNumber, type Thresholds } from './thresholds.js'

interface ComparisonFound extends Thresholds {
  readonly column: string
  readonly of: string
}

interface Target {
  readonly name: string
  readonly codes: Int32Array
  readonly count: number
  /** A few rows of each level say whether a pair is worth a look at some, and these whether it is at all rows. */
  readonly few: Uint32Array
  readonly first: Uint32Array
}

/** A column of numbers with the least of them, and those of the few rows of a target. */
interface Ranged extends Quantity {
  readonly least: number
  readonly few: Float64Array
}

/** A number, what it is compared with, and whose levels say how it compares; with nothing, it is compared with numbers. */
interface Compared {
  readonly target: Target
  readonly of: Ranged
  readonly by: Ranged | undefined
}

/** Levels of a target on the two sides of a threshold. */
interface Split {
  /** Those below and all that there are, one bit each. */
  readonly below: number
  readonly levels: number
  readonly cut: Cut
  /** Simpler ways of saying it come first: with no number of its own, with a factor, with an offset. */
  readonly rank: number
}

/** Rows of each level that are looked at first: of columns that have nothing to do with each other one pair in thirty passes, and one in thousands. */
const [FEW_ROWS, FIRST_ROWS] = [4, 12]

/**
 * Columns of few values that say on which side of another column, or of two, a number or a date lies: `late = delivered > promised`,
 * `flag = bins(value, low, > high)`; up to an offset, or of numbers above 0 a factor. What one of the two columns tells by itself
 * shows nothing: of the n and m rows on the two sides, among which it has the same numbers, both together must tell all, which by
 * chance has probability 1 over (n + m choose n). Cost O(p²) on a few rows for each column, and O(n log n) for each pair that passes.
 */
export function findComparisons(columns: readonly Column[], quantities: readonly Quantity[], tried = 1): ComparisonFound[] {
  const targets = columns.flatMap((column): Target[] => {
    const found = column.kind === 'identifier' ? undefined : fewCodesOf(column, MOST_LEVELS)
    return found && found.count >= 2
      ? [{ name: column.name, ...found, few: someOfEach(found, FEW_ROWS), first: someOfEach(found, FIRST_ROWS) }]
      : []
  })
  const candidates = targets.length * quantities.length ** 2 * tried
  return targets.flatMap((target) => comparisonOf(target, quantities, candidates) ?? [])
}

/**
 * A column that two numbers look up, as the side on which one lies of the other, with a value of its own for equal ones or not:
 * `result = bins(home, away, > away)`, which also says what of numbers is that no row has. Undefined where it says something else, or
 * where no two are equal. Cost O(rows).
 */
export function sideBetween(column: Column, of: Quantity, by: Quantity): ComparisonFound | undefined {
  const codes = column.kind === 'identifier' ? undefined : fewCodesOf(column, SIDES)
  if (!codes || of.isDate !== by.isDate || of.clock !== by.clock) return undefined
  const sides: (number | undefined)[] = [undefined, undefined, undefined]
  for (const [i, code] of codes.codes.entries()) {
    const side = 1 + Math.sign(of.values[i]! - by.values[i]!)
    if (Number.isNaN(side)) continue
    sides[side] ??= code
    if (sides[side] !== code) return undefined
  }
  const [below, equal, above] = sides
  if (sides.includes(undefined) || below === above) return undefined
  const at = named(by.name)
  const cuts: readonly Cut[] = [...(below === equal ? [] : [{ at }]), ...(equal === above ? [] : [{ at, above: true as const }])]
  return { column: column.name, of: of.name, cuts }
}

/** Below, equal, above. */
const SIDES = 3

const someOfEach = (codes: Codes, most: number): Uint32Array => Uint32Array.from(rowsOfEach(codes, most).flatMap((own) => [...own]))

function comparisonOf(target: Target, quantities: readonly Quantity[], candidates: number): ComparisonFound | undefined {
  const others = quantities.flatMap((one): Ranged[] => {
    const few = Float64Array.from(target.few, (i) => one.values[i]!)
    return one.name === target.name ? [] : [{ ...one, least: summaryOf(one.values).low, few }]
  })
  const found = others.flatMap((of, place) => {
    const beside = others.filter((by) => by !== of && by.isDate === of.isDate && by.clock === of.clock)
    const splits = beside.flatMap((by) => splitsOf({ target, of, by }, candidates))
    if (splits.length === 0) return []
    const chain = chainOf([...splits, ...splitsOf({ target, of, by: undefined }, candidates)])
    return chain ? [{ of, chain, place, rank: chain.reduce((sum, { rank }) => sum + rank, 0) }] : []
  })
  const least = Math.min(...found.map(({ rank }) => rank))
  // Of two columns that are compared the one that varies more lies on a side of the other; of dates that which comes later in the table.
  const variety = ({ of }: { readonly of: Quantity }) => (of.isDate ? 0 : new Set(of.values).size)
  const best = found.filter(({ rank }) => rank === least).sort((a, b) => variety(b) - variety(a) || b.place - a.place)[0]
  if (!best) return undefined
  const cuts = best.chain.map(({ cut }) => cut)
  const style = cuts.some(isNumber)
    ? { ...(best.of.isDate ? ({ dates: true } as const) : {}), ...(best.of.clock ? { clock: best.of.clock } : {}) }
    : {}
  return { column: target.name, of: best.of.name, cuts, ...style }
}

/** Splits one inside the other, from that which has one level below to that which has one above, the simplest of each. */
function chainOf(splits: readonly Split[]): Split[] | undefined {
  const chain: Split[] = []
  let inside = splits[0]!.levels
  for (let count = sizeOf(inside) - 1; count > 0; count--) {
    const fitting = splits.filter(({ below, levels }) => levels === splits[0]!.levels && sizeOf(below) === count && (below & ~inside) === 0)
    if (fitting.length === 0) return undefined
    const best = fitting.reduce((least, one) => (one.rank < least.rank ? one : least))
    chain.unshift(best)
    inside = best.below
  }
  return chain.every(({ cut }) => isNumber(cut)) ? undefined : chain
}

function sizeOf(levels: number): number {
  let size = 0
  for (let bits = levels; bits > 0; bits &= bits - 1) size++
  return size
}

function splitsOf(compared: Compared, candidates: number): Split[] {
  const { target, of, by } = compared
  const byRatio = by !== undefined && hasRatios(of, by)
  if (!mayBeParted(target, of.few, by?.few, false) && !(byRatio && mayBeParted(target, of.few, by.few, true))) return []
  const measures = measuresOf(compared)
  if (!measures.some((measure) => separations(target, measure, target.first).length > 0)) return []
  const rows = Uint32Array.from(compared.target.codes, (_, i) => i)
  return measures.flatMap((measure) =>
    separations(compared.target, measure, rows).flatMap((one): Split[] => {
      const cut = measure.cut(one.high, one.low)
      const isBelow = (i: number) => ((one.below >> compared.target.codes[i]!) & 1) === 1
      if (!cut || !isTold(compared, isBelow, candidates) || measures.some((other) => areApart(other, rows, isBelow))) return []
      return [{ below: one.below, levels: one.levels, ...cut }]
    })
  )
}

/** How far a number lies beyond what it is compared with. */
interface Measure {
  /** In a row; NaN where one is missing. */
  at(row: number): number
  /** The threshold above the number `high`, at most at `low`; undefined where a number in it is one that chance would have. */
  cut(high: number, low: number): Pick<Split, 'cut' | 'rank'> | undefined
}

function measuresOf({ of, by }: Compared): Measure[] {
  if (!by) return [{ at: (i) => of.values[i]!, cut: (high, low) => ({ cut: cutAbove(of)(high, low), rank: 0 }) }]
  const other = named(by.name)
  const differences: Measure = {
    at: (i) => of.values[i]! - by.values[i]!,
    cut(high, low) {
      // What nearly is 0 is it: sums of decimals miss it by their last digits.
      const slack = 1e-9 * (low - high)
      if (high < -slack && low >= -slack) return { cut: { at: other }, rank: 0 }
      if (high < slack && low > slack) return { cut: { at: other, above: true }, rank: 0 }
      const offset = simplestIn(high + slack, low)
      if (!isSurprising(offset, low - high)) return undefined
      return { cut: { at: binary(offset < 0 ? '-' : '+', other, number(Math.abs(offset))) }, rank: 2 }
    }
  }
  if (!hasRatios(of, by)) return [differences]
  const ratios: Measure = {
    at: (i) => of.values[i]! / by.values[i]!,
    cut(high, low) {
      const factor = simplestIn(high + 1e-9 * (low - high), low)
      return isSurprising(factor, low - high) ? { cut: { at: scaled(factor, other) }, rank: 1 } : undefined
    }
  }
  return [differences, ratios]
}

const hasRatios = (of: Ranged, by: Ranged): boolean => !of.isDate && of.least >= 0 && by.least > 0

/** Of gaps as wide by chance so many may hold a number of as few digits. */
const SURPRISING = 0.01

/**
 * Whether a number has fewer digits than those in a gap of this width mostly have. Groups of rows that lie side by side can be parted by
 * some line; that it is a round one speaks for a rule.
 */
function isSurprising(x: number, width: number): boolean {
  const [digits, exponent] = x.toExponential().split('e') as [string, string]
  return width <= SURPRISING * 10 ** (Number(exponent) + 1 - digits.replace(/\D/g, '').length)
}

interface Separation {
  readonly below: number
  readonly levels: number
  /** The largest number below, the smallest above. */
  readonly high: number
  readonly low: number
}

const [LEAST, MOST] = [new Float64Array(MOST_LEVELS + 1), new Float64Array(MOST_LEVELS + 1)]

/**
 * Whether some level ends, in a few rows, below where all others that reach beyond it begin, along the difference of two numbers or their
 * ratio: without memory of its own, as nearly all pairs fail.
 */
function mayBeParted({ codes, count, few }: Target, of: Float64Array, by: Float64Array | undefined, asRatio: boolean): boolean {
  LEAST.fill(Number.POSITIVE_INFINITY, 0, count)
  MOST.fill(Number.NEGATIVE_INFINITY, 0, count)
  for (let k = 0; k < few.length; k++) {
    const code = codes[few[k]!]!
    const x = by === undefined ? of[k]! : asRatio ? of[k]! / by[k]! : of[k]! - by[k]!
    if (x < LEAST[code]!) LEAST[code] = x
    if (x > MOST[code]!) MOST[code] = x
  }
  for (let a = 0; a < count; a++) {
    let [beyond, parted] = [false, true]
    for (let b = 0; b < count && parted; b++) {
      if (!(MOST[b]! > MOST[a]!)) continue
      beyond = true
      parted = LEAST[b]! > MOST[a]!
    }
    if (beyond && parted && MOST[a]! > Number.NEGATIVE_INFINITY) return true
  }
  return false
}

/** Ways to part levels so that all numbers of some lie below all of the others; none where rows without a number have several levels. */
function separations({ codes, count }: Target, measure: Measure, rows: Uint32Array): Separation[] {
  const [lows, highs] = [new Float64Array(count).fill(Number.POSITIVE_INFINITY), new Float64Array(count).fill(Number.NEGATIVE_INFINITY)]
  let without: number | undefined
  for (const i of rows) {
    const [x, code] = [measure.at(i), codes[i]!]
    if (Number.isNaN(x)) {
      if (without !== undefined && without !== code) return []
      without = code
      continue
    }
    if (x < lows[code]!) lows[code] = x
    if (x > highs[code]!) highs[code] = x
  }
  const present = Array.from(lows.keys()).filter((code) => lows[code]! < Number.POSITIVE_INFINITY)
  const order = present.sort((a, b) => lows[a]! - lows[b]!)
  const levels = order.reduce((mask, code) => mask | (1 << code), 0)
  const found: Separation[] = []
  let [below, high] = [0, Number.NEGATIVE_INFINITY]
  for (const [k, code] of order.entries()) {
    if (k > 0 && high < lows[code]!) found.push({ below, levels, high, low: lows[code]! })
    below |= 1 << code
    high = Math.max(high, highs[code]!)
  }
  return found
}

/** Whether rows that neither column tells by itself are told beyond chance; rows equal in both show what one shows. */
function isTold({ of, by }: Compared, isBelow: (row: number) => boolean, candidates: number): boolean {
  const all = Array.from(of.values.keys()).filter((i) => !Number.isNaN(of.values[i]!))
  const pairs = by && differentRows([of.values, by.values], of.values.length)
  const open = pairs ? [of, by].map(({ values }) => rowsInBoth(values, pairs, isBelow)) : [all]
  return open.every((some) => {
    const below = some.filter(isBelow).length
    const chance = logFactorial(below) + logFactorial(some.length - below) - logFactorial(some.length)
    return isBelievedAtLog(chance, candidates)
  })
}

/** Rows whose number lies where both sides have numbers. */
function rowsInBoth(values: Float64Array, rows: readonly number[], isBelow: (row: number) => boolean): number[] {
  const range = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  for (const side of [true, false]) {
    const own = rows.filter((i) => isBelow(i) === side)
    range.low = Math.max(
      range.low,
      own.reduce((least, i) => Math.min(least, values[i]!), Number.POSITIVE_INFINITY)
    )
    range.high = Math.min(
      range.high,
      own.reduce((most, i) => Math.max(most, values[i]!), Number.NEGATIVE_INFINITY)
    )
  }
  return rows.filter((i) => values[i]! >= range.low && values[i]! <= range.high)
}

/** Whether the two sides lie farther apart than their neighbours among themselves, by what is between two numbers or how many times one is the other: groups, and no threshold. */
function areApart(measure: Measure, rows: Uint32Array, isBelow: (row: number) => boolean): boolean {
  const some = Array.from(rows).filter((i) => !Number.isNaN(measure.at(i)))
  const low = some.reduce((least, i) => (isBelow(i) ? least : Math.min(least, measure.at(i))), Number.POSITIVE_INFINITY)
  if (some.some((i) => isBelow(i) && measure.at(i) >= low)) return false
  const distinct = [...new Set(Float64Array.from(some, (i) => measure.at(i)).sort())]
  return standsApart(distinct, distinct.indexOf(low))
}
