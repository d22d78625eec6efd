import { InputError, packModel, SYSTEMS, type SystemContext, type TableFit } from '@sbridge/core'
import { defined, type Exchange, type Plan } from '@sbridge/core/internal'
import type { Engine } from '@sbridge/core/kernels'
import type { RawTable } from '@sbridge/core/tables'
import type { Run } from '../cli/options.js'
import { withoutPassword } from '../database/address.js'
import { writeAtomically } from '../format/atomic-file.js'
import { packPlain, unpackPlain } from '../format/plain-data.js'
import { createEngine } from '../host/node.js'
import { fileOf } from './draw.js'
import { inFolder, makeFolder } from './folder.js'
import { exchangeIn, PIECE_WORK } from './pieces.js'
import { type FitPlan, folderOf, nameOf, plannedFit, sha256 } from './plan.js'
import {
  completeResults,
  type Manifest,
  PROCESSOR,
  refuseDifference,
  refuseMixed,
  resultOf,
  resultsIn,
  type ShardResult,
  sameEverywhere,
  writeResult
} from './results.js'

/** The name of the table and its options in the folder of a plan of a fit. */
const TABLE = 'table.batches'
/** All who take part have one result, the model. */
const RESULT = 1

/** A table and the options of its fit, with the files that they name read. */
interface ToFit {
  readonly input: RawTable
  readonly options: object
}

export interface FitMaking {
  readonly input: string
  readonly output: string
  readonly run: Pick<Run, 'seed' | 'engineName' | 'precision'>
  readonly shards: number
  /** Operations of a piece, where it is not to be the usual. */
  readonly pieceWork?: number
}

export interface MadeFit {
  readonly plan: FitPlan
  /** Of the table and the results. */
  readonly folder: string
  /** The plan's file. */
  readonly path: string
}

/** Plans a fit in which several take part, and writes the plan and the table: to a file, or under a name of its own in a folder. */
export async function makeFitPlan(
  ready: ToFit,
  { file, about }: { readonly file: string | ((name: string) => string); readonly about: FitMaking }
): Promise<MadeFit> {
  const { input, output, run, shards, pieceWork = PIECE_WORK } = about
  const bytes = packPlain({ input: ready.input, options: ready.options }, 'table')
  const plan = plannedFit({
    verb: 'fit',
    input: withoutPassword(input),
    table: sha256(bytes),
    engine: run.engineName,
    precision: run.precision,
    seed: run.seed,
    rows: ready.input.rowCount,
    pieceWork,
    shards,
    output: withoutPassword(output)
  })
  const path = typeof file === 'string' ? file : file(nameOf(plan))
  const folder = folderOf(path, plan)
  await makeFolder(folder)
  await writeAtomically(inFolder(folder, TABLE), bytes)
  await writeAtomically(path, `${JSON.stringify(plan, null, 2)}\n`)
  return { plan, folder, path }
}

/** Runs a planned work with an engine, and tells of its progress. */
type Watched = <T>(plan: Plan, engine: Engine, work: (context: SystemContext) => Promise<T>) => Promise<T>

/** Plain TypeScript computes everything by itself. Throws `InputError` (code `shards-unable`). */
export function refuseReference({ engineName }: Pick<Run, 'engineName'>): void {
  if (engineName !== 'reference') return
  throw new InputError({
    code: 'shards-unable',
    got: 'a fit by several with --engine reference',
    expected: 'an engine whose sums are shared',
    try: '--engine wasm'
  })
}

interface TakingPart {
  readonly plan: FitPlan
  readonly folder: string
  readonly shard: number
  readonly threads: number
  /** Fits whatever is there, and all by itself. */
  readonly again?: boolean
}

/**
 * Takes part in a fit: computes its share of every long sum, and has the whole model in the end, as everyone has. A model that is
 * there already is checked and not fitted again. Throws `ShardError` (code `shard-differs`) where two models differ, `InputError`
 * (`shards-mixed`), `FormatError` where the table of the plan is missing or another one.
 */
export async function takePart({ plan, folder, shard, threads, again = false }: TakingPart, watched: Watched): Promise<ShardResult> {
  const result = await resultOf({ folder, shard: RESULT, again: again && 'unseen' }, async () => {
    const { input, options } = unpackPlain(await fileOf(folder, TABLE, plan.table)) as ToFit & { readonly options: TableFit }
    const exchange = again ? undefined : exchangeOf({ plan, folder }, shard)
    const engine = await createEngine(plan.engine, { precision: plan.precision, threads, ...defined({ exchange }) })
    const { tables } = SYSTEMS
    try {
      return await watched(tables.plan({ input, options }), engine, async (context) => {
        return packModel(tables.save(await tables.fit(input, options, context)))
      })
    } finally {
      await engine.close()
    }
  })
  refuseOther(plan, await modelsIn(folder))
  return result
}

/** How one who takes part shares the long sums of a fit. */
export function exchangeOf({ plan, folder }: Pick<MadeFit, 'plan' | 'folder'>, part: number): Exchange {
  const { shards: parts, pieceWork } = plan
  return exchangeIn(folder, { part, parts, pieceWork, processor: sameEverywhere(plan) ? undefined : PROCESSOR })
}

/** Writes the model of one who took part, for those who come later. Throws as `takePart` does. */
export async function publishModel(
  { plan, folder }: MadeFit,
  model: { readonly bytes: Uint8Array; readonly seconds: number }
): Promise<void> {
  await writeResult(folder, RESULT, model)
  refuseOther(plan, await modelsIn(folder))
}

/** Models that were fitted by a plan. */
const modelsIn = async (folder: string): Promise<readonly Manifest[]> => (await resultsIn(folder, RESULT)).get(RESULT) ?? []

/** Throws where models differ: `InputError` where their processors may, else `ShardError`. */
function refuseOther(plan: FitPlan, models: readonly Manifest[]): void {
  if (models.length > 1) refuseMixed(plan, models)
  refuseDifference(models, 'the model')
}

/** The model of a plan. Throws `InputError` (`shards-missing`) where nobody has fitted it yet, and as `takePart` does. */
export async function modelFitted(plan: FitPlan, folder: string): Promise<Manifest> {
  const results = await resultsIn(folder, RESULT)
  refuseOther(plan, results.get(RESULT) ?? [])
  return completeResults({ ...plan, shards: RESULT }, results)[0]!
}

/** Who is to take part yet: nobody where there is a model. */
export async function missingParts({ shards }: FitPlan, folder: string): Promise<readonly number[]> {
  return (await modelsIn(folder)).length > 0 ? [] : Array.from({ length: shards }, (_, i) => i + 1)
}
