import {
  type DrawnRows,
  type FilledRows,
  FormatError,
  type ImputationModel,
  InputError,
  StopError,
  SYSTEMS,
  type SystemContext,
  type TableModel,
  type TableRequest,
  unpackModel
} from '@sbridge/core'
import {
  type AnySystem,
  BATCH_ROWS,
  type BatchPlace,
  candidateRows,
  type Host,
  type ImputationRequest,
  type Share
} from '@sbridge/core/internal'
import type { Engine } from '@sbridge/core/kernels'
import { packPlain, unpackPlain } from '../format/plain-data.js'
import { readBytes } from '../format/table-file.js'
import { inFolder } from './folder.js'
import { batchesOfShard, type ShardPlan, type ShardVerb, sha256, shardOfBatch } from './plan.js'
import { type Manifest, readResult } from './results.js'

/** The names of the model, and of the rows to fill, in the folder of a plan. */
export const MODEL = 'model.sbridge'
export const FILL = 'rows.batches'

/** By what is cut into shards: models, what is asked of them, and what they give. */
export interface Work {
  readonly sample: { readonly model: TableModel; readonly request: TableRequest; readonly drawn: DrawnRows }
  readonly impute: { readonly model: ImputationModel; readonly request: ImputationRequest; readonly drawn: FilledRows }
}

/** A model with what is asked of it. */
export interface Asked<Verb extends ShardVerb = ShardVerb> {
  readonly model: Work[Verb]['model']
  readonly request: Work[Verb]['request']
}

export const systemOfVerb = (verb: ShardVerb): AnySystem => (verb === 'sample' ? SYSTEMS.tables : SYSTEMS.imputation)

/** The model of a plan and its request, with the rows to fill. Throws `FormatError` where a file of them is missing or another one. */
export async function askedIn(folder: string, plan: ShardPlan, at: { readonly engine: Engine; readonly host: Host }): Promise<Asked> {
  const model = await systemOfVerb(plan.verb).load(unpackModel(await fileOf(folder, MODEL, plan.model)), at)
  if (plan.fill === undefined) return { model, request: plan.request }
  const fill = unpackPlain(await fileOf(folder, FILL, plan.fill)) as ImputationRequest['fill']
  return { model, request: { ...plan.request, fill } as ImputationRequest }
}

export async function fileOf(folder: string, name: string, hash: string): Promise<Uint8Array> {
  const path = inFolder(folder, name)
  const bytes = await readBytes(path)
  if (sha256(bytes) === hash) return bytes
  throw new FormatError({
    code: 'plan-model',
    got: `${path}, which is not the ${name === MODEL ? 'model' : 'table'} of the plan`,
    expected: 'the file that `sbridge shards plan` wrote',
    try: 'copying it again, or planning again'
  })
}

/**
 * Pieces of work of a draw. One condition at most is drawn in batches of rows; the rest begins to be drawn, which says it before
 * anything is computed but what all pieces share.
 */
export async function batchesIn<Verb extends ShardVerb>(
  verb: Verb,
  { model, request }: Asked<Verb>,
  context: SystemContext
): Promise<number> {
  if (verb === 'sample') {
    const { rows, asked } = request as TableRequest
    const own = model as TableModel
    if (SYSTEMS.tables.kindOf(own) === 'stretch')
      throw new InputError({
        code: 'shards-series',
        got: 'a model of a series, whose rows are drawn one after the other',
        expected: 'rows that several machines can draw side by side',
        try: 'sbridge sample MODEL -o rows.csv, on one'
      })
    const few = (asked?.givens.length ?? 1) === 1 && SYSTEMS.tables.kindOf(own) !== 'panel'
    if (few) return Math.ceil(candidateRows(own, rows ?? own.summary.rowCount) / BATCH_ROWS)
  }
  let found = 1
  const stop = { aborted: false }
  const share: Share = async ({ batches }) => {
    found = batches
    stop.aborted = true
  }
  await stopped(systemOfVerb(verb).draw(model, request, { ...context, progress: undefined, stop, share }), stop)
  return found
}

/** A draw that is to be stopped on its way. */
async function stopped(draw: Promise<unknown>, stop: { readonly aborted: boolean }): Promise<void> {
  try {
    await draw
  } catch (error) {
    if (!(error instanceof StopError && stop.aborted)) throw error
  }
}

/** The batches of one shard as bytes: the draw of all rows, which ends with the last of them. */
export async function drawShard(
  { model, request }: Asked,
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
  await stopped(systemOfVerb(plan.verb).draw(model, request, { ...context, stop, share }), stop)
  return packPlain({ first, batches: kept })
}

/**
 * All rows of a plan, its batches taken from the results of the shards: what one machine would draw. What is drawn only when all
 * of them are there, as rows that missed what was asked for, is drawn here.
 */
export async function drawMerged<Verb extends ShardVerb>(
  { model, request }: Asked<Verb>,
  from: { readonly plan: ShardPlan; readonly folder: string; readonly results: readonly Manifest[] },
  context: SystemContext
): Promise<Work[Verb]['drawn']> {
  const { plan, folder, results } = from
  let held: { readonly shard: number; readonly first: number; readonly batches: readonly unknown[] } | undefined
  let round = 0
  const share: Share = async (place, draw) => {
    if (place.batch === 0) round++
    if (round > 1) return draw()
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
  return systemOfVerb(plan.verb).draw(model, request, { ...context, share })
}

/** A draw has its batches once: another number of them would be those of something else. */
function refuseOtherBatches({ batches }: BatchPlace, plan: ShardPlan): void {
  if (batches !== plan.batches) throw new Error(`${batches} batches in a draw that was planned with ${plan.batches}`)
}
