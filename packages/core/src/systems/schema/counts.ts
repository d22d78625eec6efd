import { beside as columnsBeside, type Matrix, matrix } from '../../num/matrix.js'
import { type Key, keyFor, permutation, uniforms } from '../../num/random.js'
import { sorted } from '../../num/statistics.js'
import type { NumericColumn } from '../../table/table.js'
import type { Context } from '../context.js'
import { beside } from '../panel/fit.js'
import { drawGiven, fitGiven, type GivenLaw } from './given-law.js'
import type { Links } from './links.js'

/** The law of whole numbers, one for each row: which rows have many by a law given the row, how many by those of the data. Plain data. */
export interface CountLaw {
  readonly law: GivenLaw
  /** Counts of the data, ascending [n]. */
  readonly ascending: Float64Array
}

/**
 * Fits the law of whole numbers given what each row says [n, k]. What is drawn of it is put in order and nothing else, so that a
 * kernel on it would only take time: chains under it go through classes of all counts, given all that a row says. Cost: that of a
 * step law without one.
 */
export async function fitCounts(counts: Float64Array, given: Matrix, context: Context): Promise<CountLaw> {
  const { column, format } = beside('rows', counts)
  const law = await fitGiven({ table: { columns: [column], rowCount: counts.length }, formats: [format], given, ranked: true }, context)
  return { law, ascending: sorted(counts) }
}

/**
 * Counts of rows given what they say [m, k]: in the order in which the law draws them, ties at random, they take the quantiles of
 * the data's counts, so that their distribution is that of the data however few are drawn. Cost: that of a draw, and O(m log m).
 */
export async function drawCounts({ law, ascending }: CountLaw, given: Matrix, context: Context): Promise<Float64Array> {
  const [{ values }] = (await drawGiven(law, given, context)).columns as [NumericColumn]
  return inQuantiles(values, ascending, keyFor(context.key, 'ranks'))
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
