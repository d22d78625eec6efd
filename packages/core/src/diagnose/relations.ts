import { CYCLES, type Cycle, cycleStart } from '../code/rules/cycles.js'
import { cyclesOf } from '../code/rules/find-cycles.js'
import { sorted } from '../num/statistics.js'
import { isNumeric, type NumericColumn, type Table } from '../table/table.js'
import { correlationsOf } from './associations.js'

/** Two columns of numbers, or two of dates, by their places in a table. */
interface Pair {
  readonly a: number
  readonly b: number
}

/**
 * Pairs of which the judge sees differences and ratios, at most: a forest tries the root of the number of columns at a split,
 * so that many columns which say nothing would hide the few which do.
 */
const MOST_PAIRS = 10

/**
 * Tables with differences and ratios of columns as further columns: of every column of numbers and the one that it has the
 * strongest rank correlation with in `real`, the strongest pairs first, at most ten. A forest cuts one column at a time; it
 * does not see that a total is not price times quantity, but that total ÷ price is no whole number. So does where in their days and weeks
 * dates are, where that tells a column: power at night stands among all dates. The tables have the
 * columns of `real`. Cost O(n log n · columns + n·columns²).
 */
export function withRelations(real: Table, tables: readonly Table[]): Table[] {
  const related = relatedOf(real)
  return tables.map((table) => ({ ...table, columns: [...table.columns, ...derivedIn(table, related)] }))
}

/** Names of the columns that `withRelations` adds. */
export const relationsOf = (real: Table): string[] => derivedIn(real, relatedOf(real)).map(({ name }) => name)

interface Related {
  readonly pairs: readonly Pair[]
  /** Dates, by their places. */
  readonly dates: readonly number[]
}

const derivedIn = (table: Table, { pairs, dates }: Related): NumericColumn[] => [
  ...pairs.flatMap((pair) => derived(table, pair)),
  ...dates.flatMap((at) => CYCLES.map((cycle) => placeIn(table.columns[at] as NumericColumn, cycle)))
]

/** How long after its day, or its week, has begun a date is. */
const placeIn = (date: NumericColumn, cycle: Cycle): NumericColumn => ({
  ...date,
  name: `${date.name} in its ${cycle}`,
  kind: 'number',
  values: date.values.map((time) => time - cycleStart(cycle, time))
})

/** Evaluations ask several times about one table. */
const relatedIn = new WeakMap<Table, Related>()

function relatedOf(real: Table): Related {
  const known = relatedIn.get(real)
  if (known) return known
  const cycles = cyclesOf(real)
  const found = { pairs: findPairs(real), dates: real.columns.flatMap(({ name }, at) => (cycles.has(name) ? [at] : [])) }
  relatedIn.set(real, found)
  return found
}

function findPairs({ columns }: Table): Pair[] {
  const ranks = columns.map((column) => (isNumeric(column) ? ranked(column) : undefined))
  const pearson = correlationsOf(ranks)
  /** The column that each is related to most, of equals the first. */
  const partners = columns.map(() => ({ at: -1, strength: 0 }))
  const meet = (own: number, at: number, strength: number): void => {
    if (strength > partners[own]!.strength) partners[own] = { at, strength }
  }
  for (const [b, second] of ranks.entries()) {
    for (const [a, first] of ranks.slice(0, b).entries()) {
      if (!first || !second || isDate(first) !== isDate(second)) continue
      const strength = Math.abs(pearson(a, b))
      meet(a, b, strength)
      meet(b, a, strength)
    }
  }
  const found = partners.flatMap(({ at, strength }, own) => (at < 0 ? [] : [{ a: Math.min(own, at), b: Math.max(own, at), strength }]))
  const strongest = new Map(found.sort((x, y) => y.strength - x.strength).map(({ a, b }) => [`${a},${b}`, { a, b }]))
  return [...strongest.values()].slice(0, MOST_PAIRS)
}

const isDate = ({ kind }: { readonly kind: string }): boolean => kind === 'datetime'

/** A column with its values replaced by their ranks, equal ones by their mean rank. */
function ranked(column: NumericColumn): NumericColumn {
  const present = sorted(column.values.filter((_, i) => !column.missing?.[i]))
  const rank = new Map<number, number>()
  for (let start = 0, end = 0; start < present.length; start = end) {
    while (end < present.length && present[end] === present[start]) end++
    rank.set(present[start]!, (start + end - 1) / 2)
  }
  return { ...column, values: column.values.map((value) => rank.get(value) ?? 0) }
}

/** Difference of two columns, and their ratio where they are no dates. */
function derived({ columns }: Table, { a, b }: Pair): NumericColumn[] {
  const [first, second] = [columns[a], columns[b]] as [NumericColumn, NumericColumn]
  const make = (sign: string, of: (x: number, y: number) => number): NumericColumn => {
    const rows = first.values.length
    const [values, missing] = [new Float64Array(rows), new Uint8Array(rows)]
    for (let i = 0; i < rows; i++) {
      const value = of(first.values[i]!, second.values[i]!)
      if (first.missing?.[i] || second.missing?.[i] || !Number.isFinite(value)) missing[i] = 1
      else values[i] = value
    }
    return { name: `${first.name} ${sign} ${second.name}`, kind: 'number', values, missing }
  }
  const difference = make('−', (x, y) => x - y)
  return isDate(first) ? [difference] : [difference, make('÷', (x, y) => x / y)]
}
