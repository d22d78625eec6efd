import { join } from 'node:path'
import { type DrawnRows, FormatError, StopError, SYSTEMS, type SystemContext, type TableModel, unpackModel } from '@sbridge/core'
import type { BatchPlace, Host, Share } from '@sbridge/core/internal'
import type { Engine } from '@sbridge/core/kernels'
import { packPlain, unpackPlain } from '../format/plain-data.js'
import { readBytes } from '../format/table-file.js'
import { batchesOfShard, type ShardPlan, sha256, shardOfBatch } from './plan.js'
import { type Manifest, readResult } from './results.js'

const { tables } = SYSTEMS

/** The name of the model in the folder of a plan. */
export const MODEL = 'model.sbridge'

/** The model of a plan. Throws `FormatError` where it is missing or another one. */
export async function modelOfPlan(
  folder: string,
  plan: ShardPlan,
  at: { readonly engine: Engine; readonly host: Host }
): Promise<TableModel> {
  const path = join(folder, MODEL)
  const bytes = await readBytes(path)
  if (sha256(bytes) !== plan.model)
    throw new FormatError({
      code: 'plan-model',
      got: `${path}, which is not the model of the plan`,
      expected: 'the file that `sbridge shards plan` wrote',
      try: 'copying it again, or planning again'
    })
  return tables.load(unpackModel(bytes), at)
}

/** The batches of one shard as bytes: the draw of all rows, which ends with the last of them. */
export async function drawShard(
  model: TableModel,
  { plan, shard }: { readonly plan: ShardPlan; readonly shard: number },
  context: SystemContext
): Promise<Uint8Array> {
  const [first, end] = batchesOfShard(plan, shard)
  const stop = { aborted: false }
  const kept: unknown[] = []
  const share: Share = async (place, draw) => {
    refuseOtherBatches(place, plan)
    // Nobody looks at those before: the draw ends before it puts batches together.
    if (place.batch < first) return undefined
    kept.push(await draw())
    stop.aborted = kept.length === end - first
    return undefined
  }
  try {
    await tables.draw(model, plan.request, { ...context, stop, share })
  } catch (error) {
    if (!(error instanceof StopError && stop.aborted)) throw error
  }
  return packPlain({ first, batches: kept })
}

/** All rows of a plan, its batches taken from the results of the shards: what one machine would draw. */
export async function drawMerged(
  model: TableModel,
  from: { readonly plan: ShardPlan; readonly folder: string; readonly results: readonly Manifest[] },
  context: SystemContext
): Promise<DrawnRows> {
  const { plan, folder, results } = from
  let held: { readonly shard: number; readonly first: number; readonly batches: readonly unknown[] } | undefined
  const share: Share = async (place) => {
    refuseOtherBatches(place, plan)
    const shard = shardOfBatch(plan, place.batch)
    if (held?.shard !== shard) {
      const { first, batches } = unpackPlain(await readResult(folder, results[shard - 1]!)) as {
        first: number
        batches: readonly unknown[]
      }
      held = { shard, first, batches }
    }
    return held.batches[place.batch - held.first]
  }
  return tables.draw(model, plan.request, { ...context, share })
}

/** A draw has its batches once: another number of them would be those of something else. */
function refuseOtherBatches({ batches }: BatchPlace, plan: ShardPlan): void {
  if (batches !== plan.batches) throw new Error(`${batches} batches in a draw that was planned with ${plan.batches}`)
}
