import { checkCount } from '../../draw/batches.js'
import { keyFor } from '../../num/random.js'
import { decodeTable, type Encoded } from '../../table/encoder.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { plainGenerator } from './agreeing-rows.js'
import type { GlobalModel } from './model.js'
import type { DrawOptions } from './options.js'

export interface SampleRequest extends DrawOptions {
  /** How many rows. */
  readonly count: number
  /** Where it is a stretch of a longer draw: rows before it, of whole batches. */
  readonly first?: number | undefined
  /** Chains of the first batch (16,384 rows) where they start (step 0) and after each step, encoded. */
  readonly onStep?: ((rows: Encoded, step: number) => void) | undefined
}

/**
 * Draws `count` new rows, with the columns and kinds of the training table. Cost O(steps·count·M·d), memory O((M + count)·d).
 * Throws `InputError` unless count is a whole number from 1 to 10⁸.
 */
export async function sampleGlobal(model: GlobalModel, request: SampleRequest, context: Context): Promise<Table> {
  return decodeTable(model.training.encoder, await drawGlobal(model, request, context))
}

/** The same rows before they are decoded. */
export async function drawGlobal(model: GlobalModel, request: SampleRequest, { engine, key, watch }: Context): Promise<Encoded> {
  const { count, first, steps, noise = 'covariance', start, onStep } = request
  checkCount(count)
  const generator = await plainGenerator(model, { engine })
  return generator.generate({ count, first, steps, noise, start, key: keyFor(key, 'sample'), watch, onStep, keepsEnds: true })
}
