import { beside as columnsBeside, type Matrix, matrix, takeValues } from '../../num/matrix.js'
import { type Key, keyFor, permutation, uniforms } from '../../num/random.js'
import { sorted } from '../../num/statistics.js'
import type { NumericColumn, Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { beside as columnBeside } from '../panel/fit.js'
import { countCeiling, mostOf, underCeiling } from './count-ceiling.js'
import { type CountLimits, countLimits, leavesNone, limitsOfRows } from './count-limits.js'
import { drawGiven, fitGiven, type GivenLaw } from './given-law.js'
import { scaledCounts } from './kept-tables.js'
import { type ForeignKey, pairsOf } from './keys.js'
import type { Links } from './links.js'

/** The law of whole numbers, one for each row: which rows have many by a law given the row, how many by those of the data. Plain data. */
export interface CountLaw {
  readonly law: GivenLaw
  /** Counts of the data, ascending [n]. */
  readonly ascending: Float64Array
  /** Of each row, where these stay as they are [n]; absent in models of before. */
  readonly ofRows?: Float64Array | undefined
  /** A column of the rows that no number is beyond; absent in models of before. */
  readonly most?: string | undefined
  /** Keys of other tables and of their own into the same rows, by how many lead to each of which these say something; absent in models of before. */
  readonly beside?: readonly ForeignKey[] | undefined
  /** Where rows of some levels never have some numbers: which, and the numbers of the rows that have the same ones left, ascending. */
  readonly limits?: (CountLimits & { readonly strata: readonly { readonly never: string; readonly ascending: Float64Array }[] }) | undefined
}

/**
 * Fits the law of whole numbers given what each row says [n, k]. What is drawn of it is put in order and nothing else, so that a
 * kernel on it would only take time: chains under it go through classes of all counts, given all that a row says. Cost: that of a
 * step law without one. `of`: what the rows are that are counted, and what leads to them beside: some may never have some numbers.
 */
export async function fitCounts(counts: Float64Array, given: Matrix, context: Context, of?: Counted): Promise<CountLaw> {
  const { column, format } = columnBeside('rows', counts)
  const law = await fitGiven({ table: { columns: [column], rowCount: counts.length }, formats: [format], given, ranked: true }, context)
  const wide = of && withNumbers(of.table, of.beside.map((links) => ({ key: links.key, counts: countsOf(links) }))) // biome-ignore format: one line
  const tree = new Set(of?.beside.flatMap(({ key }) => (key.table === key.to.table ? [numberName(key)] : [])))
  const limits = wide && countLimits(counts, wide, tree)
  const most = wide && countCeiling(counts, wide)
  const named = new Set([most, ...(limits?.columns.map(({ name }) => name) ?? [])])
  const beside = of?.beside.flatMap(({ key }) => (named.has(numberName(key)) ? [key] : [])) ?? []
  return {
    law,
    ascending: sorted(counts),
    ...(most === undefined ? {} : { most }),
    ...(beside.length > 0 ? { beside } : {}),
    ...(limits ? { limits: { ...limits, strata: strataOf(counts, limitsOfRows(limits, wide!)) } } : {})
  }
}

/** Rows that are counted, and keys of tables before, and of their own, into them. */
export interface Counted {
  readonly table: Table
  readonly beside: readonly Links[]
}

/** How many rows refer to each by a key, as a column beside its own is called. */
export const numberName = (key: ForeignKey): string =>
  `rows of ${key.table} by ${pairsOf(key).map(({ column }) => column).join('+')}` // biome-ignore format: one line

/** Rows with how many refer to each by further keys; none is no number, as of what has none is told apart. Cost O(rows) a key. */
export const withNumbers = (
  { columns, rowCount }: Table,
  numbers: readonly { readonly key: ForeignKey; readonly counts: Float64Array }[]
): Table => ({
  columns: [
    ...columns,
    ...numbers.map(({ key, counts }): NumericColumn => {
      const missing = Uint8Array.from(counts, (count) => Number(count === 0))
      return { name: numberName(key), kind: 'integer', values: counts, ...(missing.includes(1) ? { missing } : {}) }
    })
  ],
  rowCount
})

/** Which rows none may refer to [m]. */
export function areBare({ limits }: CountLaw, of: Table): boolean[] {
  const never = limits && limitsOfRows(limits, of)
  return Array.from({ length: of.rowCount }, (_, i) => {
    const own = never?.[i] ?? ''
    return limits !== undefined && own !== '' && leavesNone(limits, own.split(' ').map(Number))
  })
}

const strataOf = (counts: Float64Array, never: readonly string[]) =>
  [...new Set(never)].map((own) => ({ never: own, ascending: sorted(counts.filter((_, i) => never[i] === own)) }))

/**
 * Counts of rows given what they say [m, k]: in the order in which the law draws them, ties at random, they take the quantiles of
 * the data's counts, so that their distribution is that of the data however few are drawn; where rows of some levels never have some
 * numbers, those of the rows that have the same ones left; of rows that stay as they are those of the data, `scale` times. Cost: that of a draw, and O(m log m).
 */
export async function drawCounts(counts: CountLaw, given: Matrix, context: Context, of?: Table, scale = 1): Promise<Float64Array> {
  if (counts.ofRows) return scaledCounts(counts.ofRows, scale)
  const drawn = await drawFree(counts, given, context, of)
  return of && counts.most !== undefined ? underCeiling(drawn, mostOf(counts.most, of), keyFor(context.key, 'room')) : drawn
}

async function drawFree({ law, ascending, limits }: CountLaw, given: Matrix, context: Context, of?: Table): Promise<Float64Array> {
  const [{ values }] = (await drawGiven(law, given, context)).columns as [NumericColumn]
  const key = keyFor(context.key, 'ranks')
  if (!limits || !of) return inQuantiles(values, ascending, key)
  const never = limitsOfRows(limits, of)
  const out = new Float64Array(values.length)
  for (const own of new Set(never)) {
    const rows = Uint32Array.from(never.keys()).filter((i) => never[i] === own)
    const drawn = inQuantiles(takeValues(values, rows), numbersFor(own, { ascending, limits }), keyFor(key, `never ${own}`))
    rows.forEach((row, k) => {
      out[row] = drawn[k]!
    })
  }
  return out
}

/** Numbers of the rows that never have the same ones; of rows that no row of the data is like, those that they may have. */
function numbersFor(
  never: string,
  { ascending, limits }: Pick<CountLaw, 'ascending'> & { readonly limits: NonNullable<CountLaw['limits']> }
): Float64Array {
  const like = limits.strata.find((one) => one.never === never)
  if (like) return like.ascending
  const barred = new Set(never.split(' ').map((place) => limits.numbers[Number(place)]))
  const open = ascending.filter((count) => !barred.has(count))
  return open.length > 0 ? open : ascending
}

function inQuantiles(drawn: Float64Array, ascending: Float64Array, key: Key): Float64Array {
  const m = drawn.length
  const ties = permutation(keyFor(key, 'ties'), m)
  const order = Uint32Array.from(drawn.keys()).sort((a, b) => drawn[a]! - drawn[b]! || ties[a]! - ties[b]!)
  const [offset] = uniforms(keyFor(key, 'offset'), 1)
  const out = new Float64Array(m)
  for (const [rank, row] of order.entries()) out[row] = ascending[Math.floor(((rank + offset!) * ascending.length) / m)]!
  return out
}

/** How many rows refer to each of so many, nought included. */
export function countsOf({ parentOf, parents }: Pick<Links, 'parentOf' | 'parents'>): Float64Array {
  const counts = new Float64Array(parents)
  for (const parent of parentOf) if (parent >= 0) counts[parent]! += 1
  return counts
}

/** What rows say, with how many refer to them beside it: tables that refer to the same rows are not apart. */
export const withCounts = (context: Matrix, parentOf: Int32Array): Matrix =>
  columnsBeside(context, matrix(context.rows, 1, countsOf({ parentOf, parents: context.rows })))
