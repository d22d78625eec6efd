import { beside as columnsBeside, type Matrix, matrix, takeValues } from '../../num/matrix.js'
import { type Key, keyFor, permutation, uniforms } from '../../num/random.js'
import { sorted } from '../../num/statistics.js'
import type { NumericColumn, Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { beside } from '../panel/fit.js'
import { countCeiling, mostOf, underCeiling } from './count-ceiling.js'
import { type CountLimits, countLimits, limitsOfRows } from './count-limits.js'
import { drawGiven, fitGiven, type GivenLaw } from './given-law.js'
import { scaledCounts } from './kept-tables.js'
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
  /** Where rows of some levels never have some numbers: which, and the numbers of the rows that have the same ones left, ascending. */
  readonly limits?: (CountLimits & { readonly strata: readonly { readonly never: string; readonly ascending: Float64Array }[] }) | undefined
}

/**
 * Fits the law of whole numbers given what each row says [n, k]. What is drawn of it is put in order and nothing else, so that a
 * kernel on it would only take time: chains under it go through classes of all counts, given all that a row says. Cost: that of a
 * step law without one. `of`: the rows that are counted, of which some may never have some numbers.
 */
export async function fitCounts(counts: Float64Array, given: Matrix, context: Context, of?: Table): Promise<CountLaw> {
  const { column, format } = beside('rows', counts)
  const law = await fitGiven({ table: { columns: [column], rowCount: counts.length }, formats: [format], given, ranked: true }, context)
  const limits = of && countLimits(counts, of)
  const most = of && countCeiling(counts, of)
  return {
    law,
    ascending: sorted(counts),
    ...(most === undefined ? {} : { most }),
    ...(limits ? { limits: { ...limits, strata: strataOf(counts, limitsOfRows(limits, of)) } } : {})
  }
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
