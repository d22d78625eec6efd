import { refuseWeights } from '../../diagnose/weigh.js'
import { log } from '../../num/elementary.js'
import { normaliseLogWeights, uniformLogWeights } from '../../num/log-space.js'
import type { Table } from '../../table/table.js'

/** log-weights of the rows, normalised. Throws `InputError` (code `weights`). */
export function rowLogWeights(table: Table, weights: Float64Array | undefined): Float64Array {
  if (!weights) return uniformLogWeights(table.rowCount)
  refuseWeights(weights, table.rowCount)
  return normaliseLogWeights(weights.map((w) => log(w)))
}
