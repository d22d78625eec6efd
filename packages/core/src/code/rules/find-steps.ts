import { defined } from '../../num/defined.js'
import { log } from '../../num/elementary.js'
import { type Codes, fewCodesOf, spreadRows } from '../../table/codes.js'
import type { Column } from '../../table/table.js'
import { isBelievedAtLog } from './chance.js'
import { FIRST_ROWS } from './find-lookups.js'
import { type ClockUnit, DAY, type Quantity } from './quantity.js'
import { simplestIn } from './shapes.js'

/** A column that says between which thresholds a number lies. */
interface StepsFound {
  readonly column: string
  readonly of: string
  /** Of dates in days. */
  readonly cuts: readonly number[]
  readonly dates?: true
  readonly clock?: ClockUnit
}

interface Search {
  /** Rows that candidates must pass before all rows are looked at. */
  readonly firstRows?: number | undefined
  /** How many columns were made of each to be looked at. */
  readonly tried?: number
}

/** Levels beyond which a column is no set of bins. */
export const MOST_LEVELS = 12
/** Rows of each level that says whether there are thresholds. */
const LEAST_ROWS = 5
/** Different numbers a level, at least: fewer would be a list of values, which a lookup keeps. */
const LEAST_VALUES = 2
/** Parts of the first rows that are looked at in turn, each eight times as many: a few show of most pairs that they have nothing to do with each other. */
const LOOKS = [64, 8, 1]
/** Different numbers on each side of a threshold that say how near it others come. */
const NEIGHBOURS = 10
/** Of gaps between neighbours (an exponential law) one in a thousand is longer than this many of their means: groups that lie apart are not bins. */
const LONGEST_GAP = log(1000)

/**
 * Columns of few values that are 0 below a threshold of a number or a date and 1 above, or one value between each two thresholds. Ordered
 * by the number, each value must stand in one piece; by chance that has probability k!·Πnₗ!/n! over n different numbers, nₗ of
 * them at each of k values that have rows enough, where each row of a number of 0 is one. Numbers must come as near the thresholds as each other. Cost O(p²) on the first rows, spread over the
 * table, and O(n log n) for each number of which these leave a column open.
 */
export function findSteps(
  columns: readonly Column[],
  quantities: readonly Quantity[],
  { firstRows = FIRST_ROWS, tried = 1 }: Search = {}
): StepsFound[] {
  const targets = columns.flatMap((column) => {
    const found = column.kind === 'identifier' ? undefined : fewCodesOf(column, MOST_LEVELS)
    return found && found.count >= 2 ? [{ name: column.name, ...found }] : []
  })
  if (targets.length === 0) return []
  const candidates = targets.length * quantities.length * tried
  const rowCount = targets[0]!.codes.length
  const looks = LOOKS.map((part) => spreadRows(rowCount, Math.ceil(firstRows / part)))
  return quantities.flatMap((quantity) => {
    const isOneWithout = valueWithout(quantity)
    // Only what may be told by it is worth sorting for: of some rows first, which are in pieces where all are.
    let told = targets.filter(({ name, ...target }) => name !== quantity.name && isOneWithout(target))
    for (const rows of looks) {
      if (told.length === 0) break
      const some = orderOf(quantity, rows)
      told = told.filter((target) => piecesAlong(quantity.values, target, some))
    }
    if (told.length === 0) return []
    const order = orderOf(quantity)
    return told.flatMap((target): StepsFound[] => {
      const cuts = cutsOf(quantity, target, order)
      if (!cuts || !isBelievedAtLog(cuts.logChance, candidates)) return []
      return [
        {
          column: target.name,
          of: quantity.name,
          cuts: cuts.cuts,
          ...defined({ dates: quantity.isDate || undefined, clock: quantity.clock })
        }
      ]
    })
  })
}

/** The thresholds of a number that is known to determine a column, where each value stands in one piece along it; undefined where one does not. */
export function stepAlong(column: Column, quantity: Quantity): StepsFound | undefined {
  const target = column.kind === 'identifier' ? undefined : fewCodesOf(column, MOST_LEVELS)
  const isTold = target && target.count >= 2 && valueWithout(quantity)(target)
  const pieces = isTold ? piecesAlong(quantity.values, target, orderOf(quantity)) : undefined
  // One value alone, beside none where the number is missing, has no threshold.
  if (!pieces || pieces.firsts.length < 2) return undefined
  const { distinct, firsts } = pieces
  const above = cutAbove(quantity)
  const cuts = firsts.slice(1).map((first) => above(distinct[first - 1]!, distinct[first]!))
  return { column: column.name, of: quantity.name, cuts, ...defined({ dates: quantity.isDate || undefined, clock: quantity.clock }) }
}

/** Whether all rows without a number have one value of a target, or none. */
function valueWithout({ values }: Quantity): (target: Codes) => boolean {
  const without: number[] = []
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) without.push(i)
  return ({ codes }) => without.every((i) => codes[i] === codes[without[0]!])
}

/** Rows that have a number, all of them or of some, from the smallest on. */
function orderOf({ values }: Quantity, rows: Uint32Array = Uint32Array.from(values, (_, i) => i)): Uint32Array {
  return rows.filter((i) => !Number.isNaN(values[i]!)).sort((a, b) => values[a]! - values[b]! || a - b)
}

interface Pieces {
  /** The different numbers, ascending. */
  readonly distinct: readonly number[]
  /** Where among them each piece begins, and its rows. */
  readonly firsts: readonly number[]
  readonly rows: readonly number[]
}

/** The pieces in which the values of the target stand along a number, each value in one; undefined where one stands in two. */
function piecesAlong(values: Float64Array, target: Codes, order: Uint32Array): Pieces | undefined {
  const distinct: number[] = []
  const firsts: number[] = []
  const rows: number[] = []
  const seen = new Set<number>()
  let before = -1
  for (const i of order) {
    const code = target.codes[i]!
    const isNew = distinct.length === 0 || values[i] !== distinct[distinct.length - 1]
    if (code !== before) {
      if (!isNew || seen.has(code)) return undefined
      seen.add(code)
      firsts.push(distinct.length)
      rows.push(0)
      before = code
    }
    rows[rows.length - 1]!++
    if (isNew) distinct.push(values[i]!)
  }
  return { distinct, firsts, rows }
}

/** Thresholds between which the target has one value each, no value twice, and how likely that is by chance. */
function cutsOf({ values, isDate, clock }: Quantity, target: Codes, order: Uint32Array): { cuts: number[]; logChance: number } | undefined {
  const pieces = piecesAlong(values, target, order)
  if (!pieces) return undefined
  const { distinct, firsts, rows } = pieces
  const sizes = firsts.map((first, k) => (firsts[k + 1] ?? distinct.length) - first)
  // Levels of few rows, as the worst mark of a class, stand where the others leave them: these say whether there are thresholds.
  const isTold = (k: number) => rows[k]! >= LEAST_ROWS
  // Of amounts of nothing each row speaks for itself, as each dry day does: rows that share another number may share it for one reason.
  const isNothing = (k: number) => sizes[k] === 1 && distinct[firsts[k]!] === 0
  const told = sizes.flatMap((size, k) => (isTold(k) ? [isNothing(k) ? rows[k]! : size] : []))
  if (told.length < 2 || told.reduce((a, b) => a + b) < LEAST_VALUES * sizes.length) return undefined
  if (firsts.some((first, k) => k > 0 && isTold(k) && isTold(k - 1) && standsApart(distinct, first))) return undefined
  const logChance = [told.length, ...told].reduce((sum, n) => sum + logFactorial(n), 0) - logFactorial(told.reduce((a, b) => a + b))
  const above = cutAbove({ isDate, clock })
  return { cuts: firsts.slice(1).map((first) => above(distinct[first - 1]!, distinct[first]!)), logChance }
}

/** The simplest threshold above a number or a date, at most at another one. */
export const cutAbove = ({ isDate, clock }: Pick<Quantity, 'isDate' | 'clock'>): ((low: number, high: number) => number) =>
  isDate ? earliestAbove : clock ? roundestAbove(clock) : simplestAbove

/** Whether the numbers below and from a place in a sorted list lie farther apart than their neighbours do. */
export function standsApart(distinct: readonly number[], place: number): boolean {
  const [first, last] = [Math.max(0, place - 1 - NEIGHBOURS), Math.min(distinct.length - 1, place + NEIGHBOURS)]
  const gap = distinct[place]! - distinct[place - 1]!
  const others = last - first - 1
  return others > 0 && gap * others > LONGEST_GAP * (distinct[last]! - distinct[first]! - gap)
}

/** The number of fewest digits above `low`, at most `high`: 0 where the sign tells. */
function simplestAbove(low: number, high: number): number {
  if (low < 0 && high >= 0) return 0
  return simplestIn(low + 1e-9 * (high - low), high)
}

/** The roundest time above `low`, at most `high`, in days: the first moment of a year, a month, a day, an hour or a minute. */
function earliestAbove(low: number, high: number): number {
  const date = new Date(high * DAY)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const round = [
    Date.UTC(year, 0, 1) / DAY,
    Date.UTC(year, month, 1) / DAY,
    Math.floor(high),
    ...[24, 1440].map((n) => Math.floor(high * n + 1e-6) / n)
  ]
  return round.find((time) => time > low && time <= high) ?? high
}

/** Parts of a day, in seconds, on whose borders shifts begin: full hours, halves, quarters, five minutes, minutes. */
const ROUND_TIMES = [3600, 1800, 900, 300, 60]

/** The roundest time of day above `low`, at most `high`, both of them times that rows have. */
const roundestAbove =
  (clock: ClockUnit) =>
  (low: number, high: number): number => {
    const steps = ROUND_TIMES.map((seconds) => (clock === 'seconds' ? seconds : seconds / 60))
    return steps.map((step) => high - (high % step)).find((time) => time > low) ?? high
  }

export function logFactorial(n: number): number {
  let sum = 0
  for (let k = 2; k <= n; k++) sum += log(k)
  return sum
}
