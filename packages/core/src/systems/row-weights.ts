import { log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { normaliseLogWeights, uniformLogWeights } from '../num/log-space.js'
import type { Table } from '../table/table.js'

/** log-weights of the rows, normalised. Throws `InputError` (code `weights`). */
export function rowLogWeights(table: Table, weights: Float64Array | undefined): Float64Array {
  if (!weights) return uniformLogWeights(table.rowCount)
  const bad = weights.findIndex((w) => !(Number.isFinite(w) && w >= 0))
  if (weights.length !== table.rowCount || bad >= 0 || weights.every((w) => w === 0)) {
    throw new InputError({
      code: 'weights',
      got:
        bad >= 0
          ? `the weight ${weights[bad]} in row ${bad + 1}`
          : weights.length === table.rowCount
            ? 'weights that are all zero'
            : `${weights.length} weights`,
      expected: `${table.rowCount} numbers, none negative, one at least positive`,
      try: 'another weights column'
    })
  }
  return normaliseLogWeights(weights.map((w) => log(w)))
}
