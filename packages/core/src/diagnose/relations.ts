import { sorted } from '../num/statistics.js'
import { isNumeric, type NumericColumn, type Table } from '../table/table.js'
import { pearson } from './associations.js'

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
 * does not see that a total is not price times quantity, but that total ÷ price is no whole number. The tables have the
 * columns of `real`. Cost O(n log n · columns + n·columns²).
 */
export function withRelations(real: Table, tables: readonly Table[]): Table[] {
  const pairs = relatedPairs(real)
  return tables.map((table) => ({ ...table, columns: [...table.columns, ...pairs.flatMap((pair) => derived(table, pair))] }))
}

/** Names of the columns that `withRelations` adds. */
export function relationsOf(real: Table): string[] {
  return relatedPairs(real).flatMap((pair) => derived(real, pair).map(({ name }) => name))
}

function relatedPairs({ columns }: Table): Pair[] {
  const ranks = columns.map((column) => (isNumeric(column) ? ranked(column) : undefined))
  const partners = columns.flatMap((column, a) => {
    const others = columns.flatMap((other, b) => (ranks[b] && b !== a && isDate(other) === isDate(column) ? [b] : []))
    const strengths = others.map((b) => (ranks[a] ? Math.abs(pearson(ranks[a], ranks[b]!)) : 0))
    const strength = Math.max(0, ...strengths)
    return strength > 0 ? [{ pair: [a, others[strengths.indexOf(strength)]!].sort((x, y) => x - y), strength }] : []
  })
  const strongest = new Map(partners.sort((x, y) => y.strength - x.strength).map(({ pair }) => [pair.join(), pair]))
  return [...strongest.values()].slice(0, MOST_PAIRS).map(([a, b]) => ({ a: a!, b: b! }))
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
    const values = first.values.map((x, i) => of(x, second.values[i]!))
    const missing = Uint8Array.from(values, (value, i) => (first.missing?.[i] || second.missing?.[i] || !Number.isFinite(value) ? 1 : 0))
    const name = `${first.name} ${sign} ${second.name}`
    return { name, kind: 'number', values: values.map((value, i) => (missing[i] ? 0 : value)), missing }
  }
  const difference = make('−', (x, y) => x - y)
  return isDate(first) ? [difference] : [difference, make('÷', (x, y) => x / y)]
}
