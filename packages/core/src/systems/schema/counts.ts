import type { Matrix } from '../../num/matrix.js'
import type { NumericColumn, Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { beside } from '../panel/fit.js'
import { fitGiven, type GivenLaw } from './given-law.js'
import type { Links } from './links.js'

/** The law of how many rows refer to a row, nought included, given what that says [parents, k]. */
export function fitCounts({ parentOf, parents: count }: Links, parents: Matrix, context: Context): Promise<GivenLaw> {
  const values = new Float64Array(count)
  for (const parent of parentOf) if (parent >= 0) values[parent]! += 1
  const { column, format } = beside('rows', values)
  return fitGiven({ table: { columns: [column], rowCount: count }, formats: [format], given: parents }, context)
}

/** How many rows refer to each of drawn rows. */
export const countsIn = ({ columns }: Table): Float64Array =>
  (columns[0] as NumericColumn).values.map((count) => Math.max(0, Math.round(count)))
