import { log } from '../../num/elementary.js'
import { sorted } from '../../num/statistics.js'
import { summaryOf } from '../../num/summary.js'
import { spreadRows } from '../../table/codes.js'
import type { Expression } from '../../table/expression.js'
import { runsOf } from '../../table/recurring.js'
import { isBelievedAtLog } from './chance.js'
import { expectedBelow, LOG_CHANCE } from './find-orders.js'
import { hasValues, type Quantity, tolerance } from './quantity.js'
import { binary, column } from './shapes.js'

/** Rows, spread over the table, that are looked at. */
const MOST_ROWS = 1000
/** A column of fewer values is a category, and no sum. */
const LEAST_VALUES = 12
/** Columns of numbers, at most: products of two are tried for each. */
const MOST_COLUMNS = 40
/** Places beside 0, on the lattice that a column is written on, that say how many rows are to be expected there. */
const BESIDE = 3

/** A column that is never below a sum of parts, but in some rows. */
interface WholeFound {
  readonly column: string
  readonly low: Expression
}

/** What a whole may be made of: a column, or a product of two, never negative. */
interface Part {
  readonly inputs: readonly string[]
  readonly expression: Expression
  /** In the rows that are looked at. */
  readonly values: Float64Array
}

/**
 * Columns that are a sum of parts in many rows and more in the others, but in a few: the income of a family and what its members earn, hours
 * times wage of each. That is a law of a mixture: with some probability a row is the sum to the last digit, otherwise it is beyond it. Parts are
 * columns and products of two. They are taken off one after the other, each while what is left is 0 in more of the rows that have the part than
 * places beside 0, or any other number, have; and is below it in fewer than it would be without a wall (`expectedBelow`), and in fewer than it
 * is above. Each count must be beyond chance over all that was tried. Cost O(p³) on 1000 rows.
 */
export function findWholes(quantities: readonly Quantity[], rowCount: number, isTold: (name: string) => boolean): WholeFound[] {
  const numbers = quantities.filter(({ isDate, clock }) => !isDate && !clock)
  if (numbers.length > MOST_COLUMNS) return []
  const rows = spreadRows(rowCount, MOST_ROWS)
  const positive = numbers.filter(({ values }) => summaryOf(values).low >= 0)
  const parts = partsIn(positive.map((one) => ({ ...one, values: Float64Array.from(rows, (row) => one.values[row]!) })))
  const targets = numbers.filter((one) => !isTold(one.name) && hasValues(one, LEAST_VALUES))
  const candidates = targets.length * parts.length
  return targets.flatMap(({ name, unit, values }): WholeFound[] => {
    const whole = { unit, values: Float64Array.from(rows, (row) => values[row]!) }
    const others = parts.filter(({ inputs }) => !inputs.includes(name))
    const taken = partsOf(whole, others, candidates)
    return taken.length === 0 ? [] : [{ column: name, low: taken.map(({ expression }) => expression).reduce((a, b) => binary('+', a, b)) }]
  })
}

/** What a whole is made of: the surest part, then the surest of what is left. */
function partsOf({ unit, values }: Pick<Quantity, 'unit' | 'values'>, parts: readonly Part[], candidates: number): Part[] {
  const slack = values.map((x) => tolerance(unit, x))
  const taken: Part[] = []
  for (let rest: Float64Array = values; ; ) {
    const chances = parts.map((part) => (taken.includes(part) ? 0 : logChanceOf({ rest, part: part.values, slack, unit })))
    const least = chances.reduce((best, chance, k) => (chance < chances[best]! ? k : best), 0)
    if (parts.length === 0 || !isBelievedAtLog(chances[least]!, candidates)) return taken
    const part = parts[least]!
    taken.push(part)
    rest = rest.map((x, i) => x - part.values[i]!)
  }
}

/** Columns, and products of two. */
function partsIn(quantities: readonly Quantity[]): Part[] {
  const singles = quantities.map(({ name, values }): Part => ({ inputs: [name], expression: column(name), values }))
  const factors = singles.filter((_, k) => hasValues(quantities[k]!))
  const products = factors.flatMap((a, k) =>
    factors.slice(k + 1).map(
      (b): Part => ({
        inputs: [...a.inputs, ...b.inputs],
        expression: binary('*', a.expression, b.expression),
        values: a.values.map((x, i) => x * b.values[i]!)
      })
    )
  )
  return [...singles, ...products]
}

interface Left {
  /** What is left of a whole, and a part that may be in it. */
  readonly rest: Float64Array
  readonly part: Float64Array
  /** How far from 0 is 0, in the digits of the whole, and the last of these. */
  readonly slack: Float64Array
  readonly unit: number
}

/** Logarithm of the probability that something is a part by chance; 0 where it is none. */
function logChanceOf(left: Left): number {
  const { rest, part, slack, unit } = left
  let [at, above, below, beside] = [0, 0, 0, 0]
  for (let i = 0; i < rest.length && 2 * below <= rest.length; i++) {
    const [gap, most] = [rest[i]! - part[i]!, slack[i]!]
    // Less than the last digit of the whole says nothing of it.
    if (part[i]! <= most || Number.isNaN(gap)) continue
    if (gap < -most) below++
    else if (gap <= most) at++
    else above++
    if (gap > most && gap <= (1 + 2 * BESIDE) * most) beside++
  }
  const places = 1 + beside / BESIDE
  if (at <= places || below >= above) return 0
  const gaps = gapsOf(left)
  let heap = 0
  for (const [start, end] of runsOf(gaps)) if (gaps[start] !== 0) heap = Math.max(heap, end - start)
  // Of what is met more often than chance has it one in a hundred may be no floor.
  const isFloor = [expectedBelow(gaps, unit), (above + below) / 2].every((most) => below < most && logTail(below, most) < -LOG_CHANCE)
  const expected = Math.max(places, 1 + heap)
  return isFloor && at > expected ? logTail(at, expected) : 0
}

/** What is left beyond a part, ascending. */
function gapsOf({ rest, part, slack }: Left): Float64Array {
  const gaps: number[] = []
  for (let i = 0; i < rest.length; i++) {
    const gap = rest[i]! - part[i]!
    if (part[i]! > slack[i]! && gap >= -slack[i]!) gaps.push(gap <= slack[i]! ? 0 : gap)
  }
  return sorted(gaps)
}

/** Logarithm of the probability, at most, that a Poisson number is as far from what is expected as this one, on its side (Chernoff). */
const logTail = (count: number, expected: number): number => count - expected - (count === 0 ? 0 : count * log(count / expected))
