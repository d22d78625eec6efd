import { defined } from '../../num/defined.js'
import type { Matrix } from '../../num/matrix.js'
import type { DiffusionReport } from '../../spectral/diffusion-map.js'
import type { RawTable } from '../../table/raw.js'
import { contextOf, type JobContext } from '../context.js'
import { prepareTable, type TableOptions } from '../prepare.js'
import { type EmbeddingModel, type EmbeddingOptions, fitEmbedding } from './embedding.js'

/** Everything that an embedding depends on besides the table: plain data, the same for every caller. */
export interface EmbedJob extends TableOptions, Omit<EmbeddingOptions, 'weights'> {
  /** Whole number from 0 to 2⁵³ − 1. Default 1. */
  readonly seed?: number
}

/** Diffusion-map coordinates of a raw table's rows. Same table, job and engine: same result, for any thread count. */
export async function embedTable(
  raw: RawTable,
  job: EmbedJob,
  context: JobContext
): Promise<{ readonly model: EmbeddingModel; readonly coordinates: Matrix; readonly report: DiffusionReport }> {
  const { dimension, bandwidth, alpha, time, scaling, seed = 1, ...table } = job
  const { data, weights } = prepareTable(raw, table)
  return fitEmbedding(data, defined({ dimension, bandwidth, alpha, time, scaling, weights }), contextOf(seed, context))
}
