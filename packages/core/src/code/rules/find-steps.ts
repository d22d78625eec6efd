import { log } from '../../num/elementary.js'
import { isMissing } from '../../table/cells.js'
import { type Column, isNumeric } from '../../table/table.js'
import { isBelievedAtLog } from './chance.js'
import { codesOf } from './codes.js'
import { DAY, type Quantity } from './quantity.js'
import { simplestIn } from './shapes.js'

/** A column that says between which thresholds a number lies. */
export interface StepsFound {
  readonly column: string
  readonly of: string
  /** Of dates in days. */
  readonly cuts: readonly number[]
  readonly dates?: true
}

/** Levels beyond which a column is no set of bins. */
const MOST_LEVELS = 12
/** Rows of each level. */
const LEAST_ROWS = 10
/** Different numbers a level, at least: fewer would be a list of values, which a lookup keeps. */
const LEAST_VALUES = 2
/** Different numbers on each side of a threshold that say how near it others come. */
const NEIGHBOURS = 10
/** Of gaps between neighbours (an exponential law) one in a thousand is longer than this many of their means: groups that lie apart are not bins. */
const LONGEST_GAP = log(1000)

/**
 * Columns of few values that are 0 below a threshold of a number or a date and 1 above, or one value between each two thresholds. Ordered
 * by the number, each value must stand in one piece; by chance that has probability k!·Πnₗ!/n! over n different numbers, nₗ of
 * them at each of k values. Numbers must come as near the thresholds as each other. Cost O(n log n) for each number, O(p²) on
 * its order.
 */
export function findSteps(columns: readonly Column[], quantities: readonly Quantity[]): StepsFound[] {
  const targets = columns.flatMap((column) => {
    if (column.kind === 'identifier') return []
    const { codes, count } = codesOf(column)
    return count >= 2 && count <= MOST_LEVELS ? [{ name: column.name, codes, count, ...gapsOf(column) }] : []
  })
  const candidates = targets.length * quantities.length
  return quantities.flatMap((quantity) => {
    const gaps = quantity.values.reduce((count, x) => count + (Number.isNaN(x) ? 1 : 0), 0)
    // Only what may be told by it is worth sorting for.
    const told = targets.filter((target) => target.name !== quantity.name && target.gaps === gaps)
    if (told.length === 0) return []
    const order = orderOf(quantity)
    return told.flatMap((target): StepsFound[] => {
      const cuts = cutsOf(quantity, target, order)
      if (!cuts || !isBelievedAtLog(cuts.logChance, candidates)) return []
      return [{ column: target.name, of: quantity.name, cuts: cuts.cuts, ...(quantity.isDate ? { dates: true } : {}) }]
    })
  })
}

interface Target {
  readonly codes: Int32Array
  readonly count: number
  readonly isMissing: (row: number) => boolean
  /** How many rows are missing: as many as of the number that it is told by. */
  readonly gaps: number
}

function gapsOf(column: Exclude<Column, { kind: 'identifier' }>): Pick<Target, 'isMissing' | 'gaps'> {
  const missing = (i: number) => isMissing(column, i)
  const rows = isNumeric(column) ? column.values.length : column.codes.length
  let gaps = 0
  for (let i = 0; i < rows; i++) if (missing(i)) gaps++
  return { isMissing: missing, gaps }
}

function orderOf({ values }: Quantity): Uint32Array {
  const rows = Uint32Array.from(values, (_, i) => i).filter((i) => !Number.isNaN(values[i]!))
  return rows.sort((a, b) => values[a]! - values[b]! || a - b)
}

/** Thresholds between which the target has one value each, no value twice, and how likely that is by chance. */
function cutsOf({ values, isDate }: Quantity, target: Target, order: Uint32Array): { cuts: number[]; logChance: number } | undefined {
  const distinct: number[] = []
  const firsts: number[] = []
  const rows: number[] = []
  const seen = new Set<number>()
  let before = -1
  for (const i of order) {
    // There are as many gaps of both: where one of a number is none of the target, neither do the others agree.
    if (target.isMissing(i)) return undefined
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
  const sizes = firsts.map((first, k) => (firsts[k + 1] ?? distinct.length) - first)
  if (sizes.length < 2 || distinct.length < LEAST_VALUES * sizes.length || rows.some((n) => n < LEAST_ROWS)) return undefined
  if (firsts.slice(1).some((first) => standsApart(distinct, first))) return undefined
  const logChance = [sizes.length, ...sizes].reduce((sum, n) => sum + logFactorial(n), 0) - logFactorial(distinct.length)
  const above = isDate ? earliestAbove : simplestAbove
  return { cuts: firsts.slice(1).map((first) => above(distinct[first - 1]!, distinct[first]!)), logChance }
}

/** Whether the numbers below and from a place in a sorted list lie farther apart than their neighbours do. */
function standsApart(distinct: readonly number[], place: number): boolean {
  const [first, last] = [Math.max(0, place - 1 - NEIGHBOURS), Math.min(distinct.length - 1, place + NEIGHBOURS)]
  const gap = distinct[place]! - distinct[place - 1]!
  const others = last - first - 1
  return others > 0 && gap * others > LONGEST_GAP * (distinct[last]! - distinct[first]! - gap)
}

/** The number of fewest digits above `low`, at most `high`. */
function simplestAbove(low: number, high: number): number {
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

function logFactorial(n: number): number {
  let sum = 0
  for (let k = 2; k <= n; k++) sum += log(k)
  return sum
}
