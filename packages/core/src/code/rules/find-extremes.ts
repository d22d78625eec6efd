import { later } from '../../num/later.js'
import { summaryOf } from '../../num/summary.js'
import { exceeds, spreadRows } from '../../table/codes.js'
import { CHOICES, type Choice, COALESCE, type Expression, evaluate } from '../../table/expression.js'
import { ENOUGH_ROWS, isBelievedAtLog, logChoose } from './chance.js'
import { findFormulas } from './find-formulas.js'
import type { FormulaFound } from './formula-found.js'
import { hasValues, type Quantity, tolerance } from './quantity.js'
import { binary, column, number } from './shapes.js'

/** Rows, spread over the table, that a bound must pass before all rows are looked at. */
const PROBES = 64
/** Rows beside a bound, spread over them, that a formula is looked for in; all must obey. */
const MOST_ROWS = 1000
/** A column of fewer values is a category: what determines it is a lookup, or a side. */
const LEAST_VALUES = 12
/** Of several readings of one relation after the formula of the other rows. */
const BEHIND = 0.5

/** The bound on the other side. */
const OTHER = { min: 'max', max: 'min' } as const

/** What a column does not go beyond: another column, or the end of its own numbers. */
interface Bound {
  readonly at: (row: number) => number
  readonly name: string | undefined
  readonly written: Expression
}

/**
 * Columns that are the smaller or the larger of two: `paid = min(limit, 0.8 * charged)`, `due = max(20, fee * hours)`. One side is another
 * column, or a number, that the column never goes beyond and that it is in some rows; in all others a formula holds, or what has a bound on the other side: `max(0, min(limit, bill - excess))`; it
 * stands beyond the first side in exactly the former. By chance m of n rows are these with probability 1 over (n choose m). Cost O(p²) on a few
 * rows, and a search for formulas of one column where a bound holds.
 */
export function findExtremes(quantities: readonly Quantity[], rowCount: number, told: ReadonlySet<string>, only?: Choice): FormulaFound[] {
  const numbers = quantities.filter(({ isDate }) => !isDate)
  const probes = spreadRows(rowCount, PROBES)
  const all = later(() => spreadRows(rowCount, rowCount))
  const candidates = 2 * numbers.length ** 2
  return numbers.flatMap((target): FormulaFound[] => {
    if (told.has(target.name) || !hasValues(target, LEAST_VALUES)) return []
    const choices = only === undefined ? CHOICES : [only]
    const bounded = choices.flatMap((choice) =>
      boundsOf(target, choice, numbers).flatMap((bound) => {
        if (!isWithin(target, choice, bound, probes) || !isWithin(target, choice, bound, all()) || !isMet(target, bound, all())) return []
        return boundedRows({ target, choice, bound, candidates }, all()) ?? []
      })
    )
    if (!mayBeBounded(bounded, quantities)) return []
    for (const one of bounded) {
      const found = otherSide(one, quantities, all(), only === undefined)
      if (found) return [found]
    }
    return []
  })
}

function boundsOf(target: Quantity, choice: Choice, numbers: readonly Quantity[]): Bound[] {
  const columns = numbers.filter((one) => one !== target)
  const { low, high, atLow, atHigh } = summaryOf(target.values)
  const [end, rows] = choice === 'min' ? [high, atHigh] : [low, atLow]
  return [
    ...columns.map(({ name, values }): Bound => ({ at: (i) => values[i]!, name, written: column(name) })),
    ...(isCommonest(rows, target.values) ? [{ at: () => end, name: undefined, written: number(end) }] : [])
  ]
}

/** Whether no other number of a column has more rows than one that has so many: what ends at a number stands there more often than beside it. */
export const isCommonest = (rows: number, values: Float64Array): boolean => rows > 1 && !exceeds(values, rows)

const valueAt = (expression: Expression, quantities: readonly Quantity[], row: number): number =>
  evaluate(expression, (name) => quantities.find((one) => one.name === name)!.values[row]!)

const isAt = ({ values, unit }: Quantity, { at }: Bound, i: number): boolean => Math.abs(values[i]! - at(i)) <= tolerance(unit, values[i]!)

/** Whether a column is not at a bound, or has no number. */
const isOff = (target: Quantity, bound: Bound, i: number): boolean => Number.isNaN(target.values[i]!) || !isAt(target, bound, i)

/** Whether a column never goes beyond a bound. */
const isWithin = (target: Quantity, choice: Choice, bound: Bound, rows: Uint32Array): boolean =>
  rows.every((i) => {
    const [own, end] = [target.values[i]!, bound.at(i)]
    return Number.isNaN(own) || (choice === 'min' ? own < end : own > end) || isAt(target, bound, i)
  })

/** Whether a column is at a bound in some rows, and not in others. */
const isMet = (target: Quantity, bound: Bound, rows: Uint32Array): boolean =>
  [true, false].every((at) => rows.some((i) => !Number.isNaN(target.values[i]!) && isAt(target, bound, i) === at))

interface Bounded {
  readonly target: Quantity
  readonly choice: Choice
  readonly bound: Bound
  readonly candidates: number
}

/** A bound with the rows in which the column has a number, and those that are not at the bound, or have none. */
interface BoundedRows extends Bounded {
  readonly present: Uint32Array
  readonly off: Uint32Array
}

/** Undefined where so many rows are at the bound by chance. */
function boundedRows(bounded: Bounded, all: Uint32Array): BoundedRows | undefined {
  const { target, bound, candidates } = bounded
  const present = all.filter((i) => !Number.isNaN(target.values[i]!))
  const off = all.filter((i) => isOff(target, bound, i))
  const on = all.length - off.length
  return isBelievedAtLog(-logChoose(present.length, on), candidates) ? { ...bounded, present, off } : undefined
}

/** Whether a formula holds in the rows that are at none of several bounds, as it does in those that are not at one: one search for all of them. */
function mayBeBounded(bounded: readonly BoundedRows[], quantities: readonly Quantity[]): boolean {
  if (bounded.length < 2) return true
  const common = bounded[0]!.off.filter((i) => bounded.every(({ target, bound }) => isOff(target, bound, i)))
  return common.length < ENOUGH_ROWS || formulasOff(bounded[0]!.target, common, quantities).formulas.length > 0
}

/** Formulas of a column in some rows, spread over those given, and all columns there. */
function formulasOff(target: Quantity, off: Uint32Array, quantities: readonly Quantity[]) {
  const count = Math.min(MOST_ROWS, off.length)
  const some = spreadRows(off.length, count).map((k) => off[k]!)
  const rest = quantities.map((one): Quantity => ({ ...one, values: Float64Array.from(some, (i) => one.values[i]!) }))
  return { rest, formulas: findFormulas(rest, count, target.name) }
}

/** The formula of the rows that are not at the bound, where it is beyond it in all others. */
function otherSide(
  { target, choice, bound, present, off }: BoundedRows,
  quantities: readonly Quantity[],
  all: Uint32Array,
  isOuter: boolean
): FormulaFound | undefined {
  const isPresent = (i: number): boolean => !Number.isNaN(target.values[i]!)
  const { rest, formulas: some } = formulasOff(target, off, quantities)
  const one = [...some].sort((a, b) => a.rank - b.rank || a.inputs - b.inputs)
  // What is between two bounds is at the other one in some of the rows that are left.
  const others = new Set(quantities.flatMap(({ name }) => (name === target.name ? [] : [name])))
  const formulas = one.length > 0 || !isOuter ? one : findExtremes(rest, rest[0]!.values.length, others, OTHER[choice])
  const found = formulas.find(({ expression }) => {
    return all.every((i) => {
      const [side, end] = [valueAt(expression, quantities, i), bound.at(i)]
      if (!isPresent(i)) return Number.isNaN(side) || Number.isNaN(end)
      // What is missing does not move it from its bound.
      if (Number.isNaN(side)) return isAt(target, bound, i)
      const beyond = choice === 'min' ? side - end : end - side
      return isAt(target, bound, i) ? beyond >= -tolerance(target.unit, end) : beyond < tolerance(target.unit, end)
    })
  })
  if (!found) return undefined
  const inputs = found.inputs + (bound.name === undefined ? 0 : 1)
  const isMissing = present.some((i) => Number.isNaN(valueAt(found.expression, quantities, i)))
  const side = isMissing ? binary(COALESCE, found.expression, bound.written) : found.expression
  return { ...found, expression: binary(choice, bound.written, side), rank: found.rank + BEHIND, inputs }
}
