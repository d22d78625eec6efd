import { checkCount, inBatches } from '../../draw/batches.js'
import { type Matrix, stackRows } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { decodeTable } from '../../table/encoder.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import type { LocalModel } from './model.js'
import type { LocalDrawOptions } from './options.js'
import { orderedPass } from './ordered.js'
import { simultaneousRun } from './simultaneous.js'

export interface LocalSampleRequest extends LocalDrawOptions {
  /** How many rows. */
  readonly count: number
}

/**
 * Draws `count` new rows from a localised model, with the columns of its table. Cost O(d·steps·count·M), memory
 * O((M + count)·d). Throws `InputError` unless count is a whole number from 1 to 10⁸.
 */
export async function sampleLocal(model: LocalModel, request: LocalSampleRequest, context: Context): Promise<Table> {
  checkCount(request.count)
  return decodeLocal(model, await drawField(model, request, context))
}

/** Scaled coordinates → table. */
export function decodeLocal(model: LocalModel, coordinates: Matrix): Table {
  return decodeTable(model.encoder, { coordinates, codes: new Int32Array(0) })
}

/** `count` rows in scaled coordinates [count, d], in batches. */
export async function drawField(model: LocalModel, request: LocalSampleRequest, context: Context): Promise<Matrix> {
  const { count, steps, noise } = request
  const { parts } = model
  const drawn = await inBatches({ count, key: keyFor(context.key, 'sample'), watch: context.watch }, (batch) => {
    const options = { ...batch, steps, noise, engine: context.engine }
    return parts.sweep === 'ordered' ? orderedPass(model, parts.units, options) : simultaneousRun(model, parts.groups, options)
  })
  return stackRows(drawn)
}

/** The training rows of a model, decoded: what the model itself would call the data. */
export function trainingFieldTable(model: LocalModel): Table {
  return decodeLocal(model, model.coordinates)
}
