import { InputError, packModel, type SystemContext, type TableModel, type TableRequest } from '@sbridge/core'
import { defined, type ImputationRequest } from '@sbridge/core/internal'
import type { Run } from '../cli/options.js'
import { isDatabase, withoutPassword } from '../database/address.js'
import { writeAtomically } from '../format/atomic-file.js'
import { packPlain } from '../format/plain-data.js'
import { type Asked, batchesIn, FILL, MODEL, systemOfVerb } from './draw.js'
import { inFolder, makeFolder } from './folder.js'
import { folderOf, nameOf, planned, type ShardPlan, type ShardVerb, sha256 } from './plan.js'

interface Making {
  readonly input: string
  readonly output: string
  readonly dialect?: string
  readonly run: Pick<Run, 'seed' | 'engineName' | 'precision'>
  /** The name of the request's code and the SHA-256 of its file, where it has some. */
  readonly likelihood?: ShardPlan['likelihood']
  /** Left out: as many as there are batches, and at most a thousand. */
  readonly shards?: number | undefined
}

/** More shards than this only where they are asked for: a thousand machines are kept busy, and a folder stays a folder. */
const USUAL_SHARDS = 1000

export interface Made {
  readonly plan: ShardPlan
  /** Of the model and the results. */
  readonly folder: string
  /** The plan's file. */
  readonly path: string
}

/**
 * Plans how a model's rows are drawn in shards, and writes the plan and the model: to a file, or under a name of its own in a folder.
 * Throws `InputError` for what cannot be cut (`shards-many`) and where nothing can be written.
 */
export async function makePlan<Verb extends ShardVerb>(
  verb: Verb,
  { model, request }: Asked<Verb>,
  { file, about, context }: { readonly file: string | ((name: string) => string); readonly about: Making; readonly context: SystemContext }
): Promise<Made> {
  const { input, output, dialect, run, likelihood, shards } = about
  const { fill, ...data } = withoutCode(request as TableRequest & ImputationRequest)
  const [bytes, filled] = [packModel(systemOfVerb(verb).save(model)), fill && packPlain(fill, 'rows')]
  const rows = fill ? fill.rowCount * (data.draws ?? 1) : rowsOf(model as TableModel, data)
  const plan = planned({
    verb,
    input: withoutPassword(input),
    model: sha256(bytes),
    ...defined({ fill: filled && sha256(filled) }),
    engine: run.engineName,
    precision: run.precision,
    request: { ...data, seed: run.seed },
    ...defined({ likelihood }),
    rows,
    ...cutInto(await batchesIn(verb, { model, request: { ...request, seed: run.seed } }, context), shards),
    output: withoutPassword(output),
    ...defined({ dialect })
  })
  const path = typeof file === 'string' ? file : file(nameOf(plan))
  const folder = folderOf(path, plan)
  await makeFolder(folder)
  await writeAtomically(inFolder(folder, MODEL), bytes)
  if (filled) await writeAtomically(inFolder(folder, FILL), filled)
  await writeAtomically(path, `${JSON.stringify(plan, null, 2)}\n`)
  return { plan, folder, path }
}

/** Rows that are asked for; of whole groups about as many as the data have. */
const rowsOf = ({ summary }: TableModel, { rows = summary.rowCount, asked }: TableRequest): number => rows * (asked?.givens.length ?? 1)

function withoutCode<Request extends TableRequest>({ asked, ...request }: Request): Omit<Request, 'asked'> & Pick<TableRequest, 'asked'> {
  if (!asked) return request
  const { likelihood: _code, ...data } = asked
  return { ...request, asked: data }
}

function unable(got: string, expected: string, remedy: string): InputError {
  return new InputError({ code: 'shards-unable', got, expected, try: remedy })
}

/** A plan that is run by files holds no code. Throws `InputError` (code `shards-unable`). */
export function refuseCode(code: unknown): void {
  if (code === undefined) return
  const expected = 'what is known as data: --given, --observe'
  throw unable(
    '--likelihood in a plan of shards',
    expected,
    'leaving it out, or `sbridge sample`, on a cluster where workers know it (--module)'
  )
}

/** A plan is copied about, and holds no password. */
export function refuseDatabase(output: string): void {
  if (!isDatabase(output)) return
  throw unable(`shards that are merged into ${withoutPassword(output)}`, 'a file', '-o rows.parquet, and loading it into the database')
}

/** The shards that batches are cut into. Throws `InputError` (code `shards-many`) where there are fewer than shards. */
function cutInto(batches: number, asked: number | undefined): Pick<ShardPlan, 'batches' | 'shards'> {
  const shards = asked ?? Math.min(batches, USUAL_SHARDS)
  if (shards <= batches) return { batches, shards }
  throw new InputError({
    code: 'shards-many',
    got: `${shards} shards of what is drawn in ${batches} ${batches === 1 ? 'batch' : 'batches'}`,
    expected: `at most ${batches}: a batch is up to 16,384 rows, of one condition, of several with few rows each, or of whole groups; a shard is whole batches`,
    try: `--shards ${batches}${batches === 1 ? ', or the verb itself without shards' : ''}`
  })
}
